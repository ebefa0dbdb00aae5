"""Appointments that region, municipality and practice deliver as bundles of one citizen, known by business identifier.

The bundle's timestamp tells the edition: a later one changes or cancels, an earlier one that is late changes nothing.
What the municipality does under the social acts comes with its act or paragraph, and is kept without words of why (law
study 5.2: RSL § 13 lets it tell when, not what about).
"""

from typing import Any

from access.actors import DENMARK, Actor
from access.elements import Element
from access.vocabulary import SOCIAL_LAWS, Law
from appointments.fhir.mapping import (
    APPROXIMATE,
    CANCELLATION,
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
from appointments.services import category_of
from appointments.states import may_become
from citizens.models import Citizen
from exchange import participants, whole
from exchange.documents import Entries, sent_at, shaped
from exchange.errors import Refused
from exchange.gateway import shapes
from exchange.reports import CitizenReport
from exchange.values import instant, is_day
from fhir.datatypes import LEGAL_BASIS, PARAGRAPH
from fhir.structs import LAW_OF_CODE
from organisations.models import Organisation
from terminology import lookup
from terminology.systems import SKS, SKS_DIAGNOSES, SNOMED

Sector, Status = Appointment.Sector, Appointment.Status
BUSINESS = "http://ehealth.sundhed.dk/id/ehealth-identifier"
_KINDS = {
    Sector.REGION: Organisation.Kind.DEPARTMENT,
    Sector.MUNICIPALITY: Organisation.Kind.MUNICIPALITY,
    Sector.PRACTICE: Organisation.Kind.PRACTICE,
}
_REASONS = frozenset({SNOMED, SKS, SKS_DIAGNOSES})


class Told(shapes.Shape, frozen=True, omit_defaults=True):
    """An extension of an appointment."""

    url: shapes.Url
    valueReference: shapes.Reference | None = None  # noqa: N815
    valueCodeableConcept: shapes.Concept | None = None  # noqa: N815
    valueCode: shapes.Code = ""  # noqa: N815
    valueString: shapes.Code = ""  # noqa: N815
    valueBoolean: bool = False  # noqa: N815


class Participant(shapes.Shape, frozen=True, omit_defaults=True):
    """One who takes part."""

    actor: shapes.Reference | None = None


class Booked(shapes.Shape, frozen=True, omit_defaults=True):
    """An appointment as it is delivered."""

    identifier: tuple[shapes.Identifier, ...]
    status: shapes.Code
    participant: tuple[Participant, ...]
    start: shapes.Time
    end: shapes.Time | None = None
    extension: tuple[Told, ...] = ()
    cancelationReason: shapes.Concept | None = None  # noqa: N815
    appointmentType: shapes.Concept | None = None  # noqa: N815
    serviceType: tuple[shapes.Concept, ...] = ()  # noqa: N815
    reasonCode: tuple[shapes.Concept, ...] = ()  # noqa: N815
    description: shapes.Text = ""

    def told(self, url: str) -> Told | None:
        """The extension with this address."""
        return next((item for item in self.extension if item.url == url), None)


def take_appointments(by: Actor, source: str, bundle: dict[str, Any]) -> tuple[CitizenReport, Citizen]:
    """Bring the citizen's appointments of one unit up to date. Raises Refused; nothing is kept then."""
    load = read(bundle)
    moment, told = by.moment, {thing.full_url: thing.more for thing in load.things}
    registers = participants.Registers({more["authorisation"] for more in told.values() if "authorisation" in more})

    def finish(current: Element | None, columns: whole.Columns, url: str) -> None:
        stands: Any = current
        columns |= registers.columns(told[url], columns["performer_unit_id"], moment)
        if columns["status"] == Status.CANCELLED:
            columns["cancelled_at"] = stands.cancelled_at if stands and stands.cancelled_at else moment
        if stands is None:
            return
        if not may_become(stands.status, columns["status"]):
            raise Refused("status-change", url)
        if (stands.recorded_under, stands.paragraph) != (columns["recorded_under"], columns["paragraph"]):
            raise Refused("law-change", url)

    return whole.take(by, source, load, finish)


def holds_appointments(bundle: dict[str, Any]) -> bool:
    """Whether a collection is of appointments; no gateway report holds one."""
    entries = bundle.get("entry")
    resources = [entry.get("resource") for entry in entries or () if isinstance(entry, dict)]
    return any(isinstance(item, dict) and item.get("resourceType") == "Appointment" for item in resources)


def read(bundle: dict[str, Any]) -> whole.Load:
    """Read a bundle of appointments. Raises Refused."""
    entries = Entries(bundle)
    entries.only("Patient", "Organization", "Practitioner", "PractitionerRole", "Location", "Appointment")
    cpr, patient_url = entries.citizen()
    names: dict[str, str] = {}
    things: dict[Any, whole.Thing] = {}
    owners: set[tuple[str, str]] = set()
    for url, _key, resource in entries.of("Appointment"):
        try:
            thing, owner = _thing(url, shaped(resource, Booked, url), entries, names)
        except Refused as error:
            raise Refused(error.code, error.at or url, error.detail) from error
        if thing.key in things and things[thing.key].digest != thing.digest:
            raise Refused("duplicate-id", url)
        things[thing.key] = thing
        owners.add(owner)
    if len(owners) != 1:
        raise Refused("two-owners")
    sor, sector = owners.pop()
    return whole.Load(
        bundle_id=str(bundle.get("id") or ""),
        kind="appointments",
        sent_at=sent_at(bundle),
        cpr=cpr,
        sor=sor,
        names=names,
        model=Appointment,
        things=list(things.values()),
        full_urls=entries.full_urls,
        patient_url=patient_url,
        unit_kind=_KINDS[Sector(sector)],
    )


def _thing(url: str, booked: Booked, entries: Entries, names: dict[str, str]) -> tuple[whole.Thing, tuple[str, str]]:
    """One appointment, and its owner: SOR code and sector. Raises Refused."""
    people = [part.actor.reference for part in booked.participant if part.actor is not None]
    patients = [name for name in people if "Patient" in name or entries.is_citizen(name)]
    if len(patients) != 1 or not entries.is_citizen(patients[0]):
        raise Refused("foreign-citizen")
    responsible = booked.told(RESPONSIBLE)
    if responsible is None or responsible.valueReference is None:
        raise Refused("no-organisation")
    units = {"responsible": entries.unit(responsible.valueReference, names)}
    for name, address in (("performer_unit", PERFORMING), ("requester", REQUESTER)):
        found = booked.told(address)
        if found is not None and found.valueReference is not None:
            units[name] = entries.unit(found.valueReference, names)
    units.setdefault("performer_unit", units["responsible"])
    sector = _sector(booked)
    more = participants.told(entries, [part.actor for part in booked.participant if part.actor is not None])
    return whole.Thing(_key(booked), url, _columns(booked, sector), units, more), (units["responsible"], sector)


def _key(booked: Booked) -> tuple[str, str]:
    """The business identifier: the national one, or else the only one there is. Raises Refused."""
    national = [item for item in booked.identifier if item.system == BUSINESS]
    found = national or list(booked.identifier)
    if len(found) != 1 or not found[0].value or len(found[0].system) > 90:
        raise Refused("no-identifier")
    only = found[0]
    return "Appointment", only.value if only.system == BUSINESS else f"{only.system}|{only.value}"


def _sector(booked: Booked) -> str:
    """Whose kind of appointment it is, as the national document says it. Raises Refused."""
    told = booked.told(SECTOR)
    if told is None or told.valueCode not in Sector.values:
        raise Refused("no-sector")
    return told.valueCode


def _law(booked: Booked, sector: str, paragraph: str) -> Law:
    """The act: that of the paragraph, or as stated; region and practice act under the health act. Raises Refused."""
    told = booked.told(LEGAL_BASIS)
    codings = told.valueCodeableConcept.coding if told is not None and told.valueCodeableConcept is not None else ()
    stated = {LAW_OF_CODE.get(item.code, "") for item in codings}
    stated |= {lookup.law_of_citation(paragraph) or ""} if paragraph else set()
    if not stated and sector != Sector.MUNICIPALITY:
        stated = {Law.HEALTH.value}
    if len(stated) != 1 or "" in stated:
        raise Refused("no-law")
    law = Law(stated.pop())
    if sector != Sector.MUNICIPALITY and law in SOCIAL_LAWS:
        raise Refused("no-law")
    return law


def _columns(booked: Booked, sector: str) -> whole.Columns:
    """The columns of an appointment. Raises Refused."""
    if booked.status not in Status.values:
        raise Refused("unknown-status")
    if is_day(booked.start) or (booked.end and is_day(booked.end)):
        raise Refused("bad-date")
    start, end = instant(booked.start), instant(booked.end) if booked.end else None
    if end is not None and end <= start:
        raise Refused("bad-period")
    cited = booked.told(PARAGRAPH)
    paragraph = cited.valueString if cited is not None else ""
    if paragraph and lookup.law_of_citation(paragraph) is None:
        raise Refused("unknown-code", detail=paragraph[:40])
    paragraph = lookup.written(paragraph) if paragraph else ""
    law = _law(booked, sector, paragraph)
    guided = booked.told(APPROXIMATE)
    return {
        "category": category_of(law, paragraph, start.astimezone(DENMARK)).value,
        "recorded_under": law.value,
        "occurred_at": start,
        "sector": sector,
        "status": booked.status,
        "start": start,
        "end": end,
        "is_approximate": guided is not None and guided.valueBoolean,
        "paragraph": paragraph,
        "appointment_type": _one(booked.appointmentType, TYPE_SYSTEM, TYPES, "ROUTINE"),
        "service_type": _one(next(iter(booked.serviceType), None), SERVICE_SYSTEM, SERVICE_TYPES, "regular"),
        "cancellation_reason": _cancelled_for(booked),
        **_why(booked, law),
    }


def _cancelled_for(booked: Booked) -> str:
    """Why it was cancelled or missed, in FHIR's codes. Raises Refused."""
    if booked.cancelationReason is None or booked.status not in (Status.CANCELLED, Status.NO_SHOW):
        return ""
    coded = [item.code for item in booked.cancelationReason.coding if item.system == CANCELLATION]
    if len(coded) > 1 or any(len(code) > 20 for code in coded):
        raise Refused("unknown-code")
    return coded[0] if coded else ""


def _why(booked: Booked, law: Law) -> whole.Columns:
    """What it is about; nothing of it is kept under the social acts."""
    empty = {"description": "", "reason_system": "", "reason_code": "", "reason_text": ""}
    if law in SOCIAL_LAWS:
        return empty
    coded = [item for concept in booked.reasonCode for item in concept.coding if item.system in _REASONS]
    if len(coded) > 1 or any(len(item.code) > 64 for item in coded):
        raise Refused("unknown-code")
    told = {**empty, "description": booked.description[:300]}
    for item in coded:
        told |= {"reason_system": item.system, "reason_code": item.code, "reason_text": item.display[:300]}
    return told


def _one(concept: shapes.Concept | None, system: str, allowed: Any, usual: str) -> str:
    """A code of a national value set, or the usual one where none is told. Raises Refused."""
    if concept is None:
        return usual
    if len(concept.coding) != 1 or concept.coding[0].system != system or concept.coding[0].code not in allowed:
        raise Refused("unknown-code")
    return concept.coding[0].code
