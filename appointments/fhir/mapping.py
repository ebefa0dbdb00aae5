"""Appointment row → FHIR Appointment; of one that is told for its time alone, the time alone."""

from typing import Any
from uuid import UUID

from access.actors import Actor
from access.columns import ELEMENT
from access.open_questions import SERVICE_NAMES
from access.shielding import Deed, practitioner
from access.statements import Row, Source
from appointments.models import Appointment
from fhir.datatypes import (
    BASE,
    OBSERVATION_VALUE,
    clean,
    coding,
    concept,
    instant,
    legal_basis,
    meta,
    reference,
    service_paragraph,
)
from fhir.identifiers import identifiers
from terminology import lookup

TIMES_RULE = "appointment-times"
FUT = "http://ehealth.sundhed.dk/fhir/StructureDefinition"
RESPONSIBLE = f"{FUT}/ehealth-responsible-organization"
PERFORMING = f"{FUT}/ehealth-performing-organization"
GROUP = f"{FUT}/ehealth-group-id"
REQUESTER = f"{BASE}/StructureDefinition/appointment-requester"
APPROXIMATE = f"{BASE}/StructureDefinition/appointment-approximate"
SECTOR = f"{BASE}/StructureDefinition/appointment-sector"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
TYPE_SYSTEM = "http://ehealth.sundhed.dk/cs/appointmenttype-codes"
SERVICE_SYSTEM = "http://ehealth.sundhed.dk/cs/appointment-servicetype"
CANCELLATION = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
TYPES = ("CHECKUP", "EMERGENCY", "FOLLOWUP", "ROUTINE", "WALKIN")
SERVICE_TYPES = ("regular", "video", "group", "group-video")
UNANSWERED = frozenset({"proposed", "pending", "waitlist"})

OWN_COLUMNS = (
    "sector",
    "status",
    "appointment_type",
    "service_type",
    "start",
    "end",
    "is_approximate",
    "series_id",
    "paragraph",
    "responsible_id",
    "requester_id",
    "performer_unit_id",
    "performer_id",
    "location_id",
    "description",
    "reason_system",
    "reason_code",
    "reason_text",
    "cancellation_reason",
)
APPOINTMENT_SOURCE = Source(
    "Appointment",
    Appointment,
    {**ELEMENT, **{name: name for name in OWN_COLUMNS}},
    order=("start", "id"),
    people={"performer_id": Deed("performer_unit_id")},
)


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Appointment of a row, as far as the rules that let it through allow."""
    return times_of(row, actor) if set(row["rules"]) <= {TIMES_RULE} else whole(row)


def whole(row: Row) -> dict[str, Any]:
    """Make the Appointment with all that it holds."""
    service_type = concept(SERVICE_SYSTEM, row["service_type"])
    reason = concept(row["reason_system"], row["reason_code"], text=row["reason_text"])
    return clean(
        {
            "resourceType": "Appointment",
            "id": str(row["id"]),
            "meta": meta(row),
            "extension": [
                *legal_basis(row),
                *service_paragraph(row["paragraph"]),
                *_marks(row),
                *_unit(RESPONSIBLE, row["responsible_id"]),
                *_unit(PERFORMING, row["performer_unit_id"]),
                *_unit(REQUESTER, row["requester_id"]),
                *([{"url": GROUP, "valueString": str(row["series_id"])}] if row["series_id"] else []),
            ],
            "identifier": identifiers(row),
            "status": row["status"],
            "cancelationReason": concept(CANCELLATION, row["cancellation_reason"]),
            "serviceType": [service_type] if service_type else [],
            "appointmentType": concept(TYPE_SYSTEM, row["appointment_type"]),
            "reasonCode": [reason] if reason else [],
            "description": row["description"],
            **_time(row),
            "created": instant(row["created_at"]),
            "participant": [
                _participant(row, who)
                for who in (
                    reference("Patient", row["citizen_id"]),
                    practitioner(row, "performer_id"),
                    reference("Location", row["location_id"]),
                )
                if who is not None
            ],
        }
    )


def times_of(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Appointment of one whose time alone may be told: when, and whether it stands.

    Where it is, who comes, why, and the number of the paragraph stay behind. Which family of service it is comes with
    it while the switch says that "when" means so (law study 9.8).
    """
    named = row["paragraph"] and actor.holds(SERVICE_NAMES)
    section = lookup.written(row["paragraph"], section_only=True) if named else ""
    return clean(
        {
            "resourceType": "Appointment",
            "id": str(row["id"]),
            "meta": meta(row, coding(OBSERVATION_VALUE, "REDACTED")),
            "extension": [*legal_basis(row), *service_paragraph(section), *_marks(row)],
            "status": row["status"],
            "description": _family(section),
            **_time(row),
            "participant": [_participant(row, reference("Patient", row["citizen_id"]))],
        }
    )


def _family(section: str) -> str:
    """The family of service that a section is about, in its own words of the list."""
    known = lookup.paragraph_of(section)
    return known.service_da if known else ""


def _marks(row: Row) -> list[dict[str, Any]]:
    """The sector, and that the time is approximate (vejledende)."""
    marks: list[dict[str, Any]] = [{"url": SECTOR, "valueCode": row["sector"]}]
    if row["is_approximate"]:
        marks.append({"url": APPROXIMATE, "valueBoolean": True})
    return marks


def _time(row: Row) -> dict[str, Any]:
    """Start and end; an end that nobody knows is said to be unknown, since an appointment has both."""
    if row["end"] is not None:
        return {"start": instant(row["start"]), "end": instant(row["end"])}
    return {"start": instant(row["start"]), "_end": {"extension": [{"url": ABSENT, "valueCode": "unknown"}]}}


def _unit(url: str, key: UUID | None) -> list[dict[str, Any]]:
    """The extension that names a unit."""
    return [{"url": url, "valueReference": reference("Organization", key)}] if key else []


def _participant(row: Row, who: dict[str, str] | None) -> dict[str, Any]:
    """One who takes part; nobody has answered yet while the appointment is only proposed."""
    status = "needs-action" if row["status"] in UNANSWERED else "accepted"
    return {"actor": who, "status": status}
