"""What consents and blocks have in common on the wire: systems, extensions, and the parts they are built of."""

from datetime import datetime, time, timedelta
from typing import Any

from access.shielding import practitioner
from access.statements import Row
from access.vocabulary import Category, Purpose
from fhir.datatypes import AUTHORISATION, BASE, DENMARK, SOR, coding, instant, reference
from fhir.definitions import code_system

SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
PURPOSE = code_system("purpose", "Formål", {code.value: str(code.label) for code in Purpose})
DATA_CATEGORY = code_system("data-category", "Oplysningernes art", {code.value: str(code.label) for code in Category})
POLICY = f"{BASE}/policy"
NATIONAL_POLICY = "http://ehealth.sundhed.dk/policy/dk"

WITH_SUB_UNITS = f"{BASE}/StructureDefinition/with-sub-units"
SOURCE_SUB_UNITS = f"{BASE}/StructureDefinition/source-sub-units"
ACTING_AS = f"{BASE}/StructureDefinition/acting-as"
FORM = f"{BASE}/StructureDefinition/consent-form"
RECEIVED_BY = f"{BASE}/StructureDefinition/consent-received-by"
CHANNEL = f"{BASE}/StructureDefinition/block-channel"
EVERYTHING = f"{BASE}/StructureDefinition/block-everything"

PRIVACY, BLOCK, DISCLOSURE = "patient-privacy", "IDSCL", "INFA"


def scope() -> dict[str, Any]:
    """Build the scope of what is about privacy."""
    return {"coding": [coding(SCOPE, PRIVACY)]}


def performer(row: Row) -> list[dict[str, str]]:
    """Who decided: the citizen, or somebody who may decide for her, whose name is not told here."""
    if row["given_by_id"] == row["citizen_id"]:
        return [{"reference": f"Patient/{row['citizen_id']}"}]
    return [{"type": "RelatedPerson", "display": "Forældremyndighedens indehaver eller værge"}]


def unit(row: Row, prefix: str) -> dict[str, Any]:
    """Build a reference to a unit of a row, by id and by SOR id."""
    built: dict[str, Any] = dict(reference("Organization", row[f"{prefix}_id"], row[f"{prefix}_name"]) or {})
    if row[f"{prefix}_sor"]:
        built["identifier"] = {"system": SOR, "value": row[f"{prefix}_sor"]}
    return built


def professional(row: Row, prefix: str) -> dict[str, Any]:
    """Build a reference to a professional of a row, by id and by authorisation id, or by what a shield leaves."""
    name = f"{row[f'{prefix}_given']} {row[f'{prefix}_family']}"
    built: dict[str, Any] = dict(practitioner(row, f"{prefix}_id", name) or {})
    if row[f"{prefix}_authorisation"]:
        built["identifier"] = {"system": AUTHORISATION, "value": row[f"{prefix}_authorisation"]}
    return built


def unit_columns(prefix: str, path: str) -> dict[str, str]:
    """The columns that `unit` needs."""
    return {f"{prefix}_id": f"{path}_id", f"{prefix}_name": f"{path}__name", f"{prefix}_sor": f"{path}__sor"}


def professional_columns(prefix: str, path: str) -> dict[str, str]:
    """The columns that `professional` needs."""
    return {
        f"{prefix}_id": f"{path}_id",
        f"{prefix}_given": f"{path}__given_name",
        f"{prefix}_family": f"{path}__family_name",
        f"{prefix}_authorisation": f"{path}__authorisation_id",
    }


def actor(who: dict[str, Any], *extensions: dict[str, Any]) -> dict[str, Any]:
    """Build an actor of a rule: a recipient of information."""
    built: dict[str, Any] = {"role": {"coding": [coding(PARTICIPATION, "IRCP")]}, "reference": who}
    if extensions:
        built["extension"] = list(extensions)
    return built


def extension(url: str, kind: str, value: Any) -> list[dict[str, Any]]:
    """Build an extension, as a list with one or none."""
    return [] if value in (None, "") else [{"url": url, f"value{kind}": value}]


def span(start: datetime | None, end: datetime | None) -> dict[str, str] | None:
    """Build a Period from its first instant and the first after it: by days where both fall at midnight in Denmark."""
    built = {}
    if start is not None:
        built["start"] = _written(start, timedelta())
    if end is not None:
        built["end"] = _written(end, timedelta(days=1))
    return built or None


def _written(value: datetime, before: timedelta) -> str:
    """A day when the instant is midnight in Denmark, else the instant."""
    local = value.astimezone(DENMARK)
    return (local.date() - before).isoformat() if local.time() == time() else str(instant(value))


def status(row: Row, now: datetime) -> str:
    """Active until it is withdrawn or over."""
    withdrawn = row["withdrawn_at"] is not None and row["withdrawn_at"] <= now
    over = row["end"] is not None and row["end"] <= now
    return "inactive" if withdrawn or over else "active"
