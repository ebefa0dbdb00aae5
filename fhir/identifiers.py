"""Business identifiers: the one key, a system and a value, that other systems know an element by.

A row holds both as columns, unique in its table. The system of a sender's own keys is held by the sender's name alone,
as deliveries hold it, and written out in full.
"""

import re
from typing import Any, NamedTuple

from fhir.datatypes import SOURCE_ID
from fhir.outcomes import FhirError
from fhir.registry import SearchParameter
from fhir.structs import Body

# The systems of citizens' numbers, whatever stands after them (a region), and the name that CPR has too.
PERSON_SYSTEMS = ("urn:oid:1.2.208.176.1.2", "urn:oid:1.2.208.176.1.6.1", "http://www.cpr.dk")
LONGEST = 200
_SYSTEM = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]+", re.ASCII)
_VALUE = re.compile(r"[^\s\x00-\x1f\x7f]+( [^\s\x00-\x1f\x7f]+)*")
_PERSON = re.compile(r"(0[1-9]|[12]\d|3[01])(0[1-9]|1[0-2])\d\d[- ]?\d([A-Z]{2}|\d\d)\d", re.ASCII)


class BusinessKey(NamedTuple):
    """The business identifier of an element as its row holds it; both are empty where it has none."""

    source: str = ""
    value: str = ""


NO_KEY = BusinessKey()


def business_key(body: Body) -> BusinessKey:
    """The identifier that a body carries. Raises FhirError (422) for several, or one that is none of an element."""
    if not body.identifier:
        return NO_KEY
    expression = f"{body.resourceType}.identifier"
    if len(body.identifier) > 1:
        raise FhirError("identifier-count", expression=expression)
    return held_key(body.identifier[0].system, body.identifier[0].value, expression)


def held_key(system: str, value: str, expression: str = "") -> BusinessKey:
    """How a row holds this system and value. Raises FhirError (422) for what cannot be the key of an element."""
    if names_person(system, value):
        raise FhirError("identifier-of-person", expression=expression)
    if not _SYSTEM.fullmatch(system) or not _VALUE.fullmatch(value) or max(len(system), len(value)) > LONGEST:
        raise FhirError("identifier-shape", expression=expression)
    return BusinessKey(system.removeprefix(f"{SOURCE_ID}/"), value)


def names_person(system: str, value: str) -> bool:
    """Whether this may be a citizen's number: by its system, or by the look of it in whatever system.

    A number of ten digits that begins with a day looks like one. It would stand in addresses and logs.
    """
    is_of_persons = any(system == known or system.startswith((f"{known}.", f"{known}/")) for known in PERSON_SYSTEMS)
    return is_of_persons or _PERSON.fullmatch(value) is not None


def sender_of(key: BusinessKey) -> str:
    """Whose own key this is; empty for a key of a system in its own right."""
    return "" if ":" in key.source else key.source


def identifiers(row: dict[str, Any]) -> list[dict[str, str]]:
    """Build the identifier of a row."""
    if not row.get("source_id"):
        return []
    held = row["source"]
    return [{"system": held if ":" in held else f"{SOURCE_ID}/{held}", "value": row["source_id"]}]


def _searched(system: str, value: str) -> str:
    """The value that is searched for. Raises FhirError (422) for a citizen's number, ValueError for none."""
    if names_person(system, value):
        raise FhirError("identifier-of-person", expression="identifier")
    if not value:
        raise ValueError(value)
    return value


IDENTIFIER = SearchParameter(
    "identifier",
    "token",
    ("source_id",),
    "The business identifier",
    systems="source",
    system_prefix=f"{SOURCE_ID}/",
    values=_searched,
    is_key=True,
)
