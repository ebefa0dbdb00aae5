"""FHIR datatypes out and in: small pure functions over plain dictionaries, and the systems they name."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http.request import split_domain_port, validate_host

BASE = "https://patientoverblik.dk/fhir"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
OBSERVATION_VALUE = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
JURISDICTION = "http://ehealth.sundhed.dk/cs/jurisdiction"
LEGAL_BASIS = "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-legalBasis"
PARAGRAPH = f"{BASE}/StructureDefinition/service-paragraph"
SOR = "urn:oid:1.2.208.176.1.1"
PROVIDER_NUMBER = "urn:oid:1.2.208.176.1.4"
CVR = "http://cvr.dk"
AUTHORISATION = "https://autregweb.sst.dk"
PROFESSION = "http://hl7.dk/fhir/core/CodeSystem/DkCoreProfessionGroupCodes"
FSIII = "urn:oid:1.2.208.176.2.21"
CARE_SOCIAL = "http://fhir.kl.dk/term/CodeSystem/CareSocialCodes"
SOURCE_ID = f"{BASE}/identifier/source"

LAW_CODES = {
    "health-act": "healthcare-act",
    "psychiatry-act": "healthcare-act",
    "service-act": "service-act",
    "elderly-act": "elderly-act",
}
DENMARK = ZoneInfo("Europe/Copenhagen")
_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def instant(value: datetime | None) -> str | None:
    """Write an instant in UTC, to the millisecond."""
    if value is None:
        return None
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def typed(value: Any) -> dict[str, str]:
    """A simple value under the name of its type: an instant, a day, an id or else a code."""
    if isinstance(value, datetime):
        return {"valueInstant": str(instant(value))}
    if isinstance(value, date):
        return {"valueDate": value.isoformat()}
    return {"valueId" if isinstance(value, UUID) else "valueCode": str(value)}


def instant_at(seconds: int) -> str:
    """Write the instant of so many seconds after 1970."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def day(value: date | None) -> str | None:
    """Write a day."""
    return None if value is None else value.isoformat()


def clean(resource: dict[str, Any]) -> dict[str, Any]:
    """Drop what is empty at the top level: FHIR knows no null, empty text, empty list or empty object."""
    return {key: value for key, value in resource.items() if value or value is False or value == 0}


def coding(system: str, code: str, display: str = "") -> dict[str, str]:
    """Build a Coding."""
    built = {"code": code}
    if system:
        built = {"system": system, "code": code}
    if display:
        built["display"] = display
    return built


def concept(system: str, code: str, display: str = "", text: str = "") -> dict[str, Any] | None:
    """Build a CodeableConcept with one coding, or with text alone; None when both are empty."""
    built: dict[str, Any] = {}
    if code:
        built["coding"] = [coding(system, code, display)]
    if text:
        built["text"] = text
    return built or None


def reference(kind: str, key: UUID | str | None, display: str = "") -> dict[str, str] | None:
    """Build a literal reference, or None."""
    if key is None:
        return None
    built = {"reference": f"{kind}/{key}"}
    if display:
        built["display"] = display
    return built


def references(kind: str, keys: list[UUID] | None) -> list[dict[str, str]]:
    """Build literal references."""
    return [{"reference": f"{kind}/{key}"} for key in keys or ()]


def period(start: datetime | date | None, end: datetime | date | None) -> dict[str, str] | None:
    """Build a Period of days or of instants."""
    written = {
        name: instant(value) if isinstance(value, datetime) else day(value)
        for name, value in (("start", start), ("end", end))
    }
    return {name: value for name, value in written.items() if value} or None


def number(value: Decimal) -> int | float:
    """Write a decimal without trailing zeros."""
    return int(value) if value == value.to_integral_value() else float(value)


def meta(row: dict[str, Any], *labels: dict[str, str], profile: str = "") -> dict[str, Any]:
    """Build Meta of an element's row: version, time, and its labels.

    They tell how confidential it is (`V` where the citizen has marked it private, at her own request: `PRS`), its law,
    and that the name of an employee is kept from the reader (`EMP`).
    """
    law = LAW_CODES.get(row.get("recorded_under", ""))
    is_marked = bool(row.get("is_marked_private"))
    security = [
        coding(CONFIDENTIALITY, "V" if is_marked else "N"),
        *([coding(JURISDICTION, law)] if law else []),
        *([coding(ACT_CODE, "PRS")] if is_marked else []),
        *masked_staff(row),
        *labels,
    ]
    built: dict[str, Any] = {
        "versionId": str(row["version"]),
        "lastUpdated": instant(row["updated_at"]),
        "security": security,
    }
    if profile:
        built["profile"] = [profile]
    return built


def masked_staff(row: dict[str, Any]) -> list[dict[str, str]]:
    """The label of a row from which the name of an employee is kept from this reader, or none."""
    return [coding(ACT_CODE, "EMP")] if row.get("shields") else []


def legal_basis(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Build the legal-basis extension of an element's row; a citizen's own words have none."""
    law = LAW_CODES.get(row.get("recorded_under", ""))
    if not law:
        return []
    return [{"url": LEGAL_BASIS, "valueCodeableConcept": {"coding": [coding(JURISDICTION, law)]}}]


def service_paragraph(paragraph: str) -> list[dict[str, str]]:
    """Build the extension that names the paragraph a service is granted under."""
    return [{"url": PARAGRAPH, "valueString": paragraph}] if paragraph else []


def parse_instant(value: str) -> datetime:
    """Read a FHIR dateTime; a day or a time without zone is Danish time. Raises ValueError."""
    parsed = datetime.fromisoformat(value)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=DENMARK)


def parse_reference(value: str, kinds: tuple[str, ...]) -> tuple[str, UUID]:
    """Read a literal reference of one of these types, relative or absolute on this server. Raises ValueError."""
    parts = value.rstrip("/").split("/")
    if "://" in value and not _is_ours(value):
        raise ValueError(value)
    if "_history" in parts:
        parts = parts[: parts.index("_history")]
    kind = parts[-2] if len(parts) > 1 else kinds[0] if len(kinds) == 1 else ""
    if kind not in kinds:
        raise ValueError(value)
    return kind, key_in(parts[-1])


def _is_ours(address: str) -> bool:
    """Whether an absolute address is on this server, by any of its names."""
    host, _port = split_domain_port(address.partition("://")[2].partition("/")[0].lower())
    return validate_host(host, settings.ALLOWED_HOSTS) or address.startswith(f"{BASE}/")


def key_in(text: str) -> UUID:
    """Read an id as it is written here; other spellings of a UUID are none. Raises ValueError."""
    if _KEY.fullmatch(text) is None:
        raise ValueError(text)
    return UUID(text)
