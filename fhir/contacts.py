"""Names, numbers, addresses and ways of contact, out and in; the same for citizens, relatives, staff and units."""

from typing import Any

from fhir.datatypes import clean, coding
from fhir.structs import Part, Period

MUNICIPALITY = "http://hl7.dk/fhir/core/CodeSystem/dk-core-municipality-codes"
MUNICIPALITY_EXTENSION = "http://hl7.dk/fhir/core/StructureDefinition/dk-core-municipalityCodes"
WITHHELD = "Adressebeskyttelse"


class HumanName(Part):
    """A name of a person."""

    use: str = ""
    text: str = ""
    family: str = ""
    given: list[str] = []
    prefix: list[str] = []
    suffix: list[str] = []
    period: Period | None = None

    @property
    def whole(self) -> str:
        """The name as one text."""
        return self.text.strip() or " ".join([*self.given, self.family]).strip()


class ContactPoint(Part):
    """A number or address by which somebody is reached."""

    value: str = ""
    system: str = ""
    use: str = ""
    rank: int | None = None
    period: Period | None = None


def identifier(system: str, value: str | None, use: str = "") -> list[dict[str, str]]:
    """Build an Identifier, as a list with one or none."""
    if not value:
        return []
    return [{"use": use, "system": system, "value": value} if use else {"system": system, "value": value}]


def human_name(given: str, family: str) -> list[dict[str, Any]]:
    """Build the name as the register has it; official only with a family name, as the Danish core profile asks."""
    built = clean({"use": "official" if family else "usual", "family": family, "given": given.split()})
    return [built] if len(built) > 1 else []


def telecom(system: str, value: str, use: str = "") -> list[dict[str, str]]:
    """Build a ContactPoint, as a list with one or none."""
    if not value:
        return []
    return [{"system": system, "value": value, "use": use} if use else {"system": system, "value": value}]


def address(
    lines: list[str], postal_code: str, city: str, *, use: str = "", municipality: str = ""
) -> list[dict[str, Any]]:
    """Build an Address, as a list with one or none; the municipality only by its four digits."""
    where = clean({"line": [line for line in lines if line], "postalCode": postal_code, "city": city})
    in_municipality = municipality_extension(municipality)
    if not where and not in_municipality:
        return []
    return [clean({"extension": in_municipality, "use": use, **where, "country": "DK" if where else ""})]


def municipality_extension(code: str) -> list[dict[str, Any]]:
    """Build the extension that names a municipality."""
    if len(code) != 4 or not code.isdigit():
        return []
    concept = {"coding": [coding(MUNICIPALITY, code)]}
    return [{"url": MUNICIPALITY_EXTENSION, "valueCodeableConcept": concept}]
