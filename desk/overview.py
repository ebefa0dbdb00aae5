"""Whom the page is about, as it shows her; what it shows of her is told by `fhir.lines`."""

from dataclasses import dataclass
from typing import Any

from citizens.identifiers import CPR_SYSTEM
from fhir.lines import when


@dataclass(frozen=True)
class Person:
    """Whom the page is about."""

    name: str
    number: str
    born: str
    died: str


def person_of(resource: dict[str, Any]) -> Person:
    """The citizen, to be sure that it is the right one."""
    name = resource.get("name", [{}])[0]
    full = name.get("text") or " ".join([*name.get("given", []), name.get("family", "")]).strip()
    numbers = [each["value"] for each in resource.get("identifier", []) if each.get("system") == CPR_SYSTEM]
    number = f"{numbers[0][:6]}-{numbers[0][6:]}" if numbers else ""
    return Person(full, number, when(resource.get("birthDate")), when(resource.get("deceasedDateTime")))
