"""FHIR Appointment → what an appointment is to be; strict in shape, codes and FHIR's own rules."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from appointments import services
from appointments.fhir.mapping import (
    ABSENT,
    APPROXIMATE,
    CANCELLATION,
    GROUP,
    PERFORMING,
    REQUESTER,
    RESPONSIBLE,
    SECTOR,
    SERVICE_SYSTEM,
    SERVICE_TYPES,
    TYPE_SYSTEM,
    TYPES,
)
from appointments.models import Appointment
from fhir.datatypes import PARAGRAPH, parse_reference
from fhir.identifiers import business_key
from fhir.outcomes import FhirError, broken
from fhir.structs import (
    Body,
    CodeableConcept,
    Part,
    Reference,
    convert,
    extended,
    instant_of,
    key_of,
    stated_law,
)
from terminology import lookup
from terminology.systems import SKS, SKS_DIAGNOSES, SNOMED

_INSTANT = re.compile(r"(?:19|20|21)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_REASONS = {
    SNOMED: re.compile(r"[0-9]{6,18}", re.ASCII),
    SKS: re.compile(r"[A-Z][0-9A-Z]{1,11}", re.ASCII),
    SKS_DIAGNOSES: re.compile(r"D[A-Z][0-9]{2}[0-9A-Z]{0,6}", re.ASCII),
}
_CANCELLED_FOR = re.compile(r"[a-z]{3,5}(-[a-z]{2,5})?", re.ASCII)
_ENDED = ("cancelled", "noshow")
_ANSWERS = ("accepted", "tentative", "needs-action")
# Whom and what an appointment has one of; a performing unit is an extension, and is taken among these too.
ONE_OF_EACH = ("Patient", "Practitioner", "Location", "Organization")


class Participant(Part):
    """One who takes part. Answers to invitations are not kept here."""

    status: str
    actor: Reference | None = None
    type: list[CodeableConcept] = []
    required: str = ""


class Absent(Part):
    """What is told of a value that is not there."""

    extension: list[dict[str, Any]] = []


class AppointmentBody(Body, kw_only=True):
    """Appointment as we take it; `created` is always when it was written here."""

    status: str
    participant: list[Participant]
    start: str = ""
    end: str = ""
    end_absent: Absent | None = msgspec.field(default=None, name="_end")
    cancelationReason: CodeableConcept | None = None  # noqa: N815
    serviceType: list[CodeableConcept] = []  # noqa: N815
    appointmentType: CodeableConcept | None = None  # noqa: N815
    reasonCode: list[CodeableConcept] = []  # noqa: N815
    description: str = ""
    created: str = ""


def parse(body: dict[str, Any]) -> services.AppointmentInput:
    """Read an Appointment. Raises FhirError: 400 for its shape, 422 for codes, references and FHIR's invariants."""
    appointment = convert(body, AppointmentBody)
    start, end = _times(appointment)
    people = _participants(appointment)
    reason_system, reason_code, reason_text = _reason(appointment)
    return services.AppointmentInput(
        citizen_id=people["Patient"],
        status=_among(appointment.status, Appointment.Status.values, "Appointment.status"),
        start=start,
        end=end,
        is_approximate=extended(appointment, APPROXIMATE, "valueBoolean") is True,
        appointment_type=_fut(appointment.appointmentType, TYPE_SYSTEM, TYPES, "appointmentType") or "ROUTINE",
        service_type=_fut(_single(appointment.serviceType, "serviceType"), SERVICE_SYSTEM, SERVICE_TYPES, "serviceType")
        or "regular",
        law=stated_law(appointment),
        paragraph=_paragraph(appointment),
        sector=_sector(appointment),
        responsible=_unit(appointment, RESPONSIBLE),
        requester=_unit(appointment, REQUESTER),
        performer_unit=_unit(appointment, PERFORMING) or people.get("Organization"),
        performer=people.get("Practitioner"),
        location=people.get("Location"),
        series=_series(appointment),
        description=_short(appointment.description, "Appointment.description"),
        reason_system=reason_system,
        reason_code=reason_code,
        reason_text=reason_text,
        cancellation_reason=_cancellation(appointment),
        identifier=business_key(appointment),
    )


def _broken(rule: str, da: str, en: str, place: str) -> FhirError:
    """The error for a rule of appointments."""
    return broken(rule, da, en, f"Appointment.{place}")


def _times(appointment: AppointmentBody) -> tuple[datetime, datetime | None]:
    """Start, and end unless it is said to be unknown. Raises FhirError: app-2 and app-3; here every one has a time."""
    for text, place in ((appointment.start, "start"), (appointment.end, "end")):
        if text and not _INSTANT.fullmatch(text):
            raise FhirError("wrong-shape", place, expression=f"Appointment.{place}")
    start = instant_of(appointment.start, "Appointment.start")
    end = instant_of(appointment.end, "Appointment.end")
    absent = appointment.end_absent or Absent()
    is_unknown = any(item.get("url") == ABSENT for item in absent.extension)
    if start is None:
        raise _broken("appointment-time", "En aftale har et tidspunkt.", "An appointment has a time.", "start")
    if end is None and not is_unknown:
        raise _broken(
            "appointment-end",
            "En aftale med start har også en slutning, eller den er angivet som ukendt (app-2).",
            "An appointment with a start has an end too, or says that it is unknown (app-2).",
            "end",
        )
    return start, end


def _participants(appointment: AppointmentBody) -> dict[str, UUID]:
    """Who takes part, by type: exactly one patient, and at most one of each other. Raises FhirError (422)."""
    found: dict[str, UUID] = {}
    for part in appointment.participant:
        if part.status not in _ANSWERS:
            raise FhirError("unknown-code", part.status[:40], expression="Appointment.participant.status")
        if part.actor is None or not part.actor.reference:
            raise _broken(
                "participant-named", "Hver deltager er angivet.", "Each participant is named.", "participant.actor"
            )
        try:
            kind, key = parse_reference(part.actor.reference, ONE_OF_EACH)
        except ValueError as error:
            raise FhirError("dangling-reference", "actor", expression="Appointment.participant.actor") from error
        if kind in found:
            raise _broken("one-of-each", f"En aftale har én {kind}.", f"An appointment has one {kind}.", "participant")
        found[kind] = key
    if "Patient" not in found:
        raise _broken(
            "one-citizen", "En aftale har netop én borger.", "An appointment has exactly one patient.", "participant"
        )
    return found


def _cancellation(appointment: AppointmentBody) -> str:
    """Why it was cancelled. Raises FhirError (422): app-4, and a code that is none of FHIR's."""
    if appointment.cancelationReason is None:
        return ""
    if appointment.status not in _ENDED:
        raise _broken(
            "cancelled-for-a-reason",
            "Kun en aflyst eller udeblevet aftale har en årsag til aflysning (app-4).",
            "Only an appointment that was cancelled or missed has a reason for it (app-4).",
            "cancelationReason",
        )
    codings = appointment.cancelationReason.coding
    if len(codings) != 1 or codings[0].system != CANCELLATION or not _CANCELLED_FOR.fullmatch(codings[0].code):
        raise FhirError("unknown-code", "cancelationReason", expression="Appointment.cancelationReason")
    return codings[0].code


def _reason(appointment: AppointmentBody) -> tuple[str, str, str]:
    """System and code of the reason, or its text, or both. Raises FhirError (422)."""
    concept = _single(appointment.reasonCode, "reasonCode")
    if concept is None:
        return "", "", ""
    text = _short(concept.text, "Appointment.reasonCode")
    if not concept.coding:
        return "", "", text
    coding = concept.coding[0]
    shape = _REASONS.get(coding.system)
    if len(concept.coding) > 1 or shape is None or not shape.fullmatch(coding.code):
        raise FhirError("unknown-code", coding.code[:40], expression="Appointment.reasonCode")
    return coding.system, coding.code, text or _short(coding.display, "Appointment.reasonCode")


def _fut(concept: CodeableConcept | None, system: str, codes: tuple[str, ...], place: str) -> str:
    """The code of one of the national value sets; empty when there is none. Raises FhirError (422)."""
    if concept is None:
        return ""
    if len(concept.coding) != 1 or concept.coding[0].system != system:
        raise FhirError("unknown-code", place, expression=f"Appointment.{place}")
    return _among(concept.coding[0].code, codes, f"Appointment.{place}")


def _paragraph(appointment: AppointmentBody) -> str:
    """The paragraph of the service, written the one way. Raises FhirError (422)."""
    stated = str(extended(appointment, PARAGRAPH, "valueString") or "")
    if not stated:
        return ""
    if lookup.law_of_citation(stated) is None:
        raise FhirError("unknown-code", stated[:40], expression="Appointment.extension")
    return lookup.written(stated)


def _sector(appointment: AppointmentBody) -> str:
    """The sector, where it is stated. Raises FhirError (422)."""
    stated = extended(appointment, SECTOR, "valueCode")
    return _among(str(stated), Appointment.Sector.values, "Appointment.extension") if stated is not None else ""


def _series(appointment: AppointmentBody) -> UUID | None:
    """The series it belongs to. Raises FhirError (400) for what is no UUID."""
    stated = extended(appointment, GROUP, "valueString")
    try:
        return UUID(str(stated)) if stated is not None else None
    except ValueError as error:
        raise FhirError("wrong-shape", "group-id", expression="Appointment.extension") from error


def _unit(appointment: AppointmentBody, url: str) -> UUID | None:
    """The unit that an extension names. Raises FhirError (400 or 422)."""
    stated = extended(appointment, url, "valueReference")
    if stated is None:
        return None
    named = stated.get("reference") if isinstance(stated, dict) else None
    return key_of(Reference(reference=str(named or "")), "Organization", "Appointment.extension")


def _single(concepts: list[CodeableConcept], place: str) -> CodeableConcept | None:
    """The only one, or None. Raises FhirError (422)."""
    if len(concepts) > 1:
        raise _broken("only-one", "Der kan kun gemmes én kode her.", "Only one code can be kept here.", place)
    return concepts[0] if concepts else None


def _short(text: str, place: str) -> str:
    """A text that can be kept whole. Raises FhirError (422)."""
    if len(text) > 300:
        raise broken("text-length", "Teksten er for lang.", "The text is too long.", expression=place)
    return text


def _among(value: str, allowed: Any, place: str) -> str:
    """A code of a required value set. Raises FhirError (422)."""
    if value not in allowed:
        raise FhirError("unknown-code", value[:40], expression=place)
    return value
