"""From a hospital notification to what it says of one stay."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from citizens.identifiers import CPR_SYSTEM, is_cpr
from exchange.errors import Refused
from exchange.gateway.around import sor_of
from exchange.gateway.reading import is_sor
from exchange.gateway.shapes import Reference
from exchange.medcom import shapes
from exchange.values import Key, identity, instant, key_of, masked
from exchange.values import period as period_of
from organisations.models import TreatmentRelation

EVENT = "hospital-notification-message"
_STAGES = ("admit-inpatient", "admit-emergency", "start-leave-inpatient", "end-leave-inpatient")
_ENDS = ("discharge-inpatient-home", "discharge-emergency-home")
ACTIVITIES = frozenset(f"{verb}{stage}" for stage in (*_STAGES, *_ENDS) for verb in ("", "revise-", "cancel-"))
_STATUSES = frozenset({"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "entered-in-error"})
_LPR = "https://www.esundhed.dk/Registre/Landspatientregisteret"
_SOR_OF_SYSTEM = re.compile(r"#id=(\d{11,18})\Z", re.ASCII)

N = TypeVar("N", bound=shapes.Named)


@dataclass(frozen=True)
class Stay:
    """What one notification says of a stay at a hospital; `end` is exclusive and None while it goes on."""

    bundle_id: str
    occurred_at: datetime
    cpr: str
    unit: str
    unit_name: str
    episode: str
    basis: TreatmentRelation.Basis
    start: datetime
    end: datetime | None
    is_cancelled: bool
    died_at: datetime | None
    full_urls: list[str]
    encounter_url: str


@dataclass
class _Message:
    """The entries of a message by key."""

    entries: dict[Key, tuple[str, shapes.Named]]
    full_urls: dict[str, Key]

    def all_of(self, shape: type[N]) -> list[tuple[str, N]]:
        """Every entry of a type."""
        return [(url, found) for url, found in self.entries.values() if isinstance(found, shape)]

    def one(self, shape: type[N], missing: str, several: str) -> tuple[str, N]:
        """The one entry of a type. Raises Refused."""
        found = self.all_of(shape)
        if len(found) != 1:
            raise Refused(missing if not found else several, detail=shape.__name__)
        return found[0]

    def key(self, reference: Reference, kind: str) -> Key:
        """Read a reference to this type. Raises Refused."""
        return key_of(reference.reference, self.full_urls, frozenset({kind}))


def read(bundle: dict[str, Any]) -> Stay:
    """Read a hospital notification. Raises Refused."""
    message = _entries(bundle)
    _url, header = message.one(shapes.MessageHeader, "unsupported-bundle", "wrong-shape")
    if header.eventCoding.code != EVENT:
        raise Refused("unsupported-bundle")
    patient_url, patient = message.one(shapes.Patient, "no-citizen", "two-citizens")
    url, encounter = message.one(shapes.Encounter, "wrong-shape", "wrong-shape")
    if message.key(encounter.subject, "Patient")[1] != patient.id:
        raise Refused("foreign-citizen", url)
    if message.key(header.focus[0], "Encounter")[1] != encounter.id:
        raise Refused("bad-reference", url)
    activity, occurred = _activity(message, header)
    sender, _name = _unit(message, header.sender)
    unit, name = _unit(message, encounter.serviceProvider)
    start, end, is_cancelled = _period(encounter, activity, occurred)
    return Stay(
        bundle_id=str(bundle.get("id") or ""),
        occurred_at=occurred,
        cpr=_cpr(patient, patient_url),
        unit=unit,
        unit_name=name,
        episode=_episode(encounter, sender),
        basis=_basis(encounter),
        start=start,
        end=end,
        is_cancelled=is_cancelled,
        died_at=_died(patient, end or occurred),
        full_urls=[entry[0] for entry in message.entries.values()],
        encounter_url=url,
    )


def _entries(bundle: dict[str, Any]) -> _Message:
    """Read the entries that a notification has; others are not ours to judge."""
    message = _Message({}, {})
    for number, entry in enumerate(bundle.get("entry") or ()):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
            raise Refused("wrong-shape", detail=f"entry[{number}]")
        kind = resource["resourceType"]
        shape = shapes.SHAPES.get(kind)
        url = entry.get("fullUrl") or f"{kind}/{resource.get('id')}"
        if not isinstance(url, str) or len(url) > 400:
            raise Refused("wrong-shape", detail=f"entry[{number}]")
        if shape is None:
            raise Refused("unknown-type", url, kind[:40])
        try:
            found = msgspec.convert(resource, shape)
        except msgspec.ValidationError as error:
            raise Refused("wrong-shape", url, masked(str(error))) from error
        key = kind, identity(found.id)
        message.entries[key] = url, found
        message.full_urls[url] = key
    return message


def _activity(message: _Message, header: shapes.MessageHeader) -> tuple[str, datetime]:
    """What happened, by the provenance of this message; those of earlier messages are history."""
    for url, provenance in message.all_of(shapes.Provenance):
        targets = [message.key(target, "MessageHeader")[1] for target in provenance.target]
        if header.id in targets:
            activity = provenance.activity.coding[0].code
            when = provenance.occurredDateTime or provenance.recorded
            if activity not in ACTIVITIES:
                raise Refused("unknown-activity", url, activity[:60])
            if when is None:
                raise Refused("bad-date", url)
            return activity, instant(when)
    raise Refused("unknown-activity")


def _period(encounter: shapes.Encounter, activity: str, occurred: datetime) -> tuple[datetime, datetime | None, bool]:
    """When the stay began, when it ended, and whether there was none after all.

    A leave does not end it, and a discharge that is cancelled did not.
    """
    if encounter.status not in _STATUSES:
        raise Refused("unknown-status")
    start, end = period_of(encounter.period.start, encounter.period.end)
    if start is None:
        raise Refused("bad-date")
    is_undone = activity.startswith("cancel-")
    if activity in ("cancel-admit-inpatient", "cancel-admit-emergency"):
        return start, start, True
    if encounter.status == "entered-in-error" and not is_undone:
        return start, start, True
    if is_undone:
        return start, None, False
    if activity.removeprefix("revise-") in _ENDS or encounter.status == "finished":
        return start, max(start, end or occurred), False
    return start, None, False


def _unit(message: _Message, reference: Reference) -> tuple[str, str]:
    """The SOR code and the name of a unit. Raises Refused."""
    _url, unit = message.entries.get(message.key(reference, "Organization"), ("", None))
    if not isinstance(unit, shapes.Organization):
        raise Refused("bad-reference")
    sor = sor_of(unit.identifier)
    if sor is None or not is_sor(sor):
        raise Refused("no-organisation")
    return sor, unit.name[:200]


def _cpr(patient: shapes.Patient, url: str) -> str:
    values = [item.value for item in patient.identifier if item.system == CPR_SYSTEM]
    if len(values) != 1 or not is_cpr(values[0]):
        raise Refused("only-cpr", url)
    return values[0]


def _episode(encounter: shapes.Encounter, sender: str) -> str:
    """The key of the stay: the hospital's own number of it before the national one, within the hospital."""
    numbers = [episode.identifier for episode in encounter.episodeOfCare if episode.identifier.value]
    if not numbers:
        raise Refused("wrong-shape", detail="Encounter.episodeOfCare")
    number = min(numbers, key=lambda item: item.system == _LPR)
    found = _SOR_OF_SYSTEM.search(number.system)
    return f"{found[1] if found else sender}/{number.value.removeprefix('urn:uuid:')}"


def _basis(encounter: shapes.Encounter) -> TreatmentRelation.Basis:
    """An admission, or an acute ambulatory or other contact."""
    is_inpatient = encounter.class_.code in ("IMP", "ACUTE", "NONAC")
    return TreatmentRelation.Basis.ADMISSION if is_inpatient else TreatmentRelation.Basis.OUTPATIENT


def _died(patient: shapes.Patient, otherwise: datetime) -> datetime | None:
    """When the citizen died, if the notification says that she did."""
    if patient.deceasedDateTime:
        return instant(patient.deceasedDateTime)
    return otherwise if patient.deceasedBoolean else None
