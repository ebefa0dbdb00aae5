"""The typed entries of the stamkort as parts of a Patient, and the address and general practice of the registers."""

from collections.abc import Sequence
from typing import Any

import orjson

from access.statements import Row
from fhir.contacts import WITHHELD, address, identifier, telecom
from fhir.datatypes import BASE, PROVIDER_NUMBER, SOR, clean, coding, reference
from stamkort.fhir.typed import typed
from stamkort.models import Entry
from terminology import lookup
from terminology.systems import LANGUAGES

INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
COMMENT = f"{BASE}/StructureDefinition/stamkort-comment"
DENTIST = f"{BASE}/StructureDefinition/stamkort-dentist"
Kind = Entry.Kind


def loaded(item: Any) -> Any:
    """A value of a JSON column, which the database hands over as text."""
    return orjson.loads(item) if isinstance(item, str | bytes) else item


def home(row: Row, *, withheld: bool) -> list[dict[str, Any]]:
    """The register's address; while it is withheld, one line that says so and nothing else."""
    if withheld:
        return [{"use": "home", "line": [WITHHELD]}]
    return address(
        [row["street"]], row["postal_code"], row["city"], use="home", municipality=row["municipality_code"] or ""
    )


def practice(row: Row) -> list[dict[str, Any]]:
    """The citizen's own general practice."""
    found = reference("Organization", row["practice_id"], row["practice_name"] or "")
    if found is None:
        return []
    number = identifier(SOR, row["practice_sor"], "official")
    return [{**found, **({"identifier": number[0]} if number else {})}]


class Told:
    """The typed entries of one citizen that a reader sees. `withheld` keeps back where she lives for a while."""

    def __init__(self, listed: Sequence[Any] | None, *, withheld: bool) -> None:
        self.entries = {entry["kind"]: entry for entry in map(loaded, listed or ())}
        self.withheld = withheld

    def _of(self, kind: Entry.Kind) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The fields of a kind and the extension that tells who typed them; both empty when there is none."""
        entry = self.entries.get(kind)
        if entry is None:
            return {}, []
        return loaded(entry["value"]), typed(entry["by"], entry["at"])

    def communication(self) -> list[dict[str, Any]]:
        """The spoken language; the need of an interpreter is an extension of the Patient."""
        value, by = self._of(Kind.LANGUAGE)
        code = str(value.get("language", ""))
        if not code:
            return []
        known = lookup.find(LANGUAGES, code)
        spoken = {"coding": [coding(LANGUAGES, code, known.display_da if known else "")]}
        return [clean({"extension": by, "language": spoken, "preferred": True})]

    def extensions(self) -> list[dict[str, Any]]:
        """The need of an interpreter and the citizen's comment."""
        language, _by = self._of(Kind.LANGUAGE)
        comment, by = self._of(Kind.COMMENT)
        built: list[dict[str, Any]] = []
        if language.get("interpreter"):
            built.append({"url": INTERPRETER, "valueBoolean": True})
        if comment.get("text"):
            text = {"url": "text", "valueString": comment["text"]}
            built.append({"url": COMMENT, "extension": [text, *by]})
        return built

    def telecom(self) -> list[dict[str, Any]]:
        """The citizen's numbers and e-mail."""
        value, by = self._of(Kind.CONTACT)
        points = [
            *telecom("phone", value.get("home", ""), "home"),
            *telecom("phone", value.get("mobile", ""), "mobile"),
            *telecom("phone", value.get("work", ""), "work"),
            *telecom("email", value.get("email", "")),
        ]
        return [{**({"extension": by} if by else {}), **point} for point in points]

    def address(self) -> list[dict[str, Any]]:
        """The temporary address and its period."""
        value, by = self._of(Kind.TEMPORARY_ADDRESS)
        if not value or self.withheld:
            return []
        built = address(list(value.get("lines", ())), value.get("postal_code", ""), value.get("city", ""), use="temp")
        between = {name: value[name] for name in ("start", "end") if value.get(name)}
        return [clean({"extension": by, **item, "period": between}) for item in built]

    def dentist(self) -> list[dict[str, Any]]:
        """The dentist, by name; the clinic's number as identifier, its address and telephone as extension."""
        value, by = self._of(Kind.DENTIST)
        name = ", ".join(part for part in (value.get("person", ""), value.get("name", "")) if part)
        if not name:
            return []
        places = address([value.get("street", "")], value.get("postal_code", ""), value.get("city", ""), use="work")
        details = [
            *({"url": "address", "valueAddress": place} for place in places),
            *({"url": "phone", "valueContactPoint": point} for point in telecom("phone", value.get("phone", ""))),
            {"url": "role", "valueCode": "dentist"},
        ]
        number = identifier(PROVIDER_NUMBER, value.get("provider_number"))
        return [
            clean(
                {
                    "extension": [{"url": DENTIST, "extension": details}, *by],
                    "type": "Organization" if value.get("name") else "Practitioner",
                    "identifier": number[0] if number else None,
                    "display": name,
                }
            )
        ]
