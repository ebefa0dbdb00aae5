"""What a search brings along: the things its rows refer to (`_include`), and what refers to them (`_revinclude`).

A reference is followed if the reader is told it: what a link, a shield or a reduced copy keeps from her is not in the
resource that she gets, and so leads nowhere. What it leads to is decided by its own policy like every other row, and
each statement logs what it gave.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from access import scopes
from access.actors import Actor
from access.faces import Found
from access.search import keys_search, reverse_search
from access.statements import fetch
from fhir.datatypes import parse_reference
from fhir.registry import Resource, resource_of
from fhir.search import Include, Query

MOST_INCLUDED = 1000


def included(
    query: Query, page: Found, resources: Sequence[dict[str, Any]], actor: Actor, text: str
) -> tuple[Found, bool]:
    """Return what goes with these rows, told as these resources of one type, and whether it is all: there is a most.

    Of types that the token does not name nothing comes along.

    One statement for each table of each type that is brought along.
    """
    found: Found = []
    is_all = True
    matches = {(resource["resourceType"], UUID(resource["id"])) for resource in resources}
    citizen_id = _one_citizen(page)
    for kind, keys in _followed(query.includes, resources).items():
        wanted = [key for key in keys if (kind, key) not in matches]
        is_all = is_all and len(wanted) <= MOST_INCLUDED
        for face in _faces(kind, actor) if wanted else ():
            search = keys_search(face.source, wanted[:MOST_INCLUDED], citizen_id)
            found += [(face, row) for row in fetch(face.source, actor, search, interaction="search", query=text)]
    keys = [key for _kind, key in matches]
    for include in (include for include in query.includes if include.is_reverse and keys):
        kind = resources[0]["resourceType"]
        for face in _faces(include.holder.type, actor):
            parameter = face.parameter(include.parameter.name)
            if parameter is None or not parameter.is_followed_back:
                continue
            search = reverse_search(face, parameter, kind, keys, actor, citizen_id=citizen_id, limit=MOST_INCLUDED + 1)
            rows = fetch(face.source, actor, search, interaction="search", query=text)
            is_all = is_all and len(rows) <= MOST_INCLUDED
            found += [(face, row) for row in rows[:MOST_INCLUDED] if (face.type, row["id"]) not in matches]
    once = {(face.type, row["id"]): (face, row) for face, row in found}
    return list(once.values()), is_all


def _faces(kind: str, actor: Actor) -> tuple[Resource, ...]:
    """The tables of a type, where the token lets it be searched."""
    entry = resource_of(kind)
    return entry.faces if entry and scopes.may(actor, kind, "search") else ()


def _followed(includes: Sequence[Include], resources: Sequence[dict[str, Any]]) -> dict[str, list[UUID]]:
    """The ids that the resources refer to, by type, in their order and each once."""
    found: dict[str, dict[UUID, None]] = {}
    for include in (include for include in includes if not include.is_reverse):
        targets = (include.target,) if include.target else include.parameter.targets
        for resource in resources:
            for reference in references_at(resource, include.parameter.element):
                try:
                    kind, key = parse_reference(reference, targets)
                except ValueError:  # a reference to another type, or to what is no id of ours
                    continue
                found.setdefault(kind, {})[key] = None
    return {kind: list(keys) for kind, keys in found.items()}


def references_at(value: Any, path: str) -> Iterator[str]:
    """The literal references at a path of elements; a list stands for each of its items."""
    if isinstance(value, list):
        for item in value:
            yield from references_at(item, path)
    elif isinstance(value, dict):
        name, _dot, rest = path.partition(".")
        if path:
            yield from references_at(value.get(name), rest)
        elif isinstance(value.get("reference"), str):
            yield value["reference"]


def _one_citizen(page: Found) -> UUID | None:
    """The one citizen that all these rows are about, if they are."""
    citizens = {row["id"] if face.citizen_parameter == "_id" else row.get("citizen_id") for face, row in page}
    return citizens.pop() if len(citizens) == 1 else None
