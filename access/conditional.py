"""Writes under a condition: `If-None-Exist` on a create, and an update at the address of a type.

A condition is one business identifier, `identifier=system|value`, and nothing else, since that alone is unique in the
database: two who ask at once cannot both create. The body carries the identifier too, so that what is created is what
the condition finds the next time. What the asker may not see meets no condition; that its identifier is taken shows
only in that nothing can be created under it (docs/adr/0014).
"""

from typing import Any
from urllib.parse import parse_qsl

from access import service
from access.actors import Actor
from access.authoring import KeyTaken
from access.search import compile_query
from access.statements import Row, fetch
from fhir.identifiers import held_key
from fhir.outcomes import FhirError
from fhir.registry import Resource
from fhir.search import HARMLESS, parse
from fhir.search_values import token_parts


class Condition:
    """A condition on a type: at most one element meets it. Raises FhirError (400 or 422) for any other condition."""

    def __init__(self, entry: Resource, text: str) -> None:
        found = parse_qsl(text.strip().removeprefix("?"), keep_blank_values=True)
        pairs = [(name, value) for name, value in found if name not in HARMLESS]
        if not entry.is_identified or [name for name, _value in pairs] != ["identifier"]:
            raise FhirError("condition-criteria")
        system, self.value = token_parts(pairs[0][1])
        if not system:
            raise FhirError("condition-criteria")
        self.entry, self.system = entry, system
        held_key(system, self.value, f"{entry.type}.identifier")

    def check_body(self, body: dict[str, Any]) -> None:
        """The body carries the identifier of the condition. Raises FhirError (422)."""
        given = body.get("identifier")
        found = [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []
        if [(item.get("system"), item.get("value")) for item in found] != [(self.system, self.value)]:
            raise FhirError("condition-not-in-body", expression=f"{self.entry.type}.identifier")

    def met_by(self, actor: Actor) -> Row | None:
        """The element that meets it, if the actor may see it; logged as the search that it is. One statement."""
        escaped = self.value.replace("\\", "\\\\").replace(",", "\\,")
        wanted = compile_query(self.entry, parse(self.entry, [("identifier", f"{self.system}|{escaped}")]), actor)
        text = f"{self.entry.type}?identifier={self.system}|{self.value}"
        rows = fetch(self.entry.source, actor, wanted, interaction="search", query=text)
        return rows[0] if rows else None

    def unmet(self, actor: Actor, taken: KeyTaken) -> FhirError:
        """Log and make the refusal of a condition that can neither be met nor created under."""
        text = f"{self.entry.type}?identifier={self.system}|{self.value}"
        citizen_id = taken.citizen_id
        service.log(actor, "create", self.entry.type, citizen_id=citizen_id, outcome="refuse", query=text)
        return FhirError("condition-unmet")


def create(entry: Resource, actor: Actor, body: dict[str, Any], text: str) -> tuple[Row, bool]:
    """Create unless there is one with this identifier: its row, and whether it is new.

    The right to create is asked first, of the citizen in the body. One that exists is returned if it is about the same
    citizen and the actor may see it. Raises FhirError: as a create, and 412 for one that cannot be shown.
    """
    condition = Condition(entry, text)
    condition.check_body(body)
    assert entry.create is not None  # noqa: S101  the registry offers it
    try:
        return entry.create(by=actor, body=body), True
    except KeyTaken as taken:
        found = condition.met_by(actor)
        if found is None or found["citizen_id"] != taken.citizen_id:
            raise condition.unmet(actor, taken) from taken
        return found, False


def update(
    entry: Resource, actor: Actor, body: dict[str, Any], text: str, if_match: int | None, *, again: bool = True
) -> tuple[Row, bool]:
    """Change the one with this identifier, or create it: its row, and whether it is new.

    Raises FhirError: as an update or a create; 400 for an id in the body that is not its own, 412 for one that cannot
    be shown.
    """
    condition = Condition(entry, text)
    condition.check_body(body)
    found = condition.met_by(actor)
    if found is None:
        if "id" in body:
            raise FhirError("wrong-id", expression=f"{entry.type}.id")
        if if_match is not None:
            raise FhirError("version-conflict")
        assert entry.create is not None  # noqa: S101  the registry offers it
        try:
            return entry.create(by=actor, body=body), True
        except KeyTaken as taken:
            if again and condition.met_by(actor) is not None:  # made by another in the meantime
                return update(entry, actor, body, text, if_match, again=False)
            raise condition.unmet(actor, taken) from taken
    key = str(found["id"])
    if body.get("id", key) != key:
        raise FhirError("wrong-id", expression=f"{entry.type}.id")
    assert entry.update is not None  # noqa: S101  the registry offers it
    return entry.update(by=actor, key=found["id"], body={**body, "id": key}, if_match=if_match), False
