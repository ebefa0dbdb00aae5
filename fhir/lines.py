"""Resources of one citizen as sections of plain lines, for pages and documents: what, when and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

Texts = tuple[str, str]
# Headings, in the order in which a treating professional asks.
SECTIONS: dict[str, Texts] = {
    "Appointment": ("Aftaler", "Appointments"),
    "CarePlan": ("Planer", "Plans"),
    "Goal": ("Mål", "Goals"),
    "Condition": ("Diagnoser og tilstande", "Diagnoses and conditions"),
    "ServiceRequest": ("Planlagte indsatser", "Planned interventions"),
    "DocumentReference": ("Dokumenter", "Documents"),
    "Procedure": ("Udførte indsatser", "Completed interventions"),
    "Encounter": ("Kontakter", "Contacts"),
    "Observation": ("Opfølgninger", "Follow-ups"),
    "EpisodeOfCare": ("Behandlingsforløb", "Courses of treatment"),
    "CareTeam": ("Team", "Team"),
    "RelatedPerson": ("Pårørende", "Relatives"),
    "Consent": ("Samtykker, spærringer og registreringer", "Consents, blocks and registrations"),
}
# Of what is shown without its content: that and when it is, and no more.
UNNAMED: dict[str, Texts] = {
    "Appointment": ("Aftale", "Appointment"),
    "CarePlan": ("Plan", "Plan"),
    "Encounter": ("Kontakt", "Contact"),
    "Observation": ("Opfølgning", "Follow-up"),
    "Consent": ("Registrering", "Registration"),
    # By what such a registration says.
    "permit": ("Samtykke", "Consent"),
    "deny": ("Spærring", "Block"),
}
STATUSES: dict[str, Texts] = {
    "active": ("aktiv", "active"),
    "booked": ("booket", "booked"),
    "proposed": ("foreslået", "proposed"),
    "planned": ("planlagt", "planned"),
    "accepted": ("aftalt", "accepted"),
    "completed": ("afsluttet", "completed"),
    "finished": ("afsluttet", "finished"),
    "fulfilled": ("gennemført", "fulfilled"),
    "cancelled": ("aflyst", "cancelled"),
    "noshow": ("udeblevet", "did not come"),
    "on-hold": ("på pause", "on hold"),
    "draft": ("udkast", "draft"),
    "revoked": ("trukket tilbage", "revoked"),
    "inactive": ("ophørt", "inactive"),
    "resolved": ("ophørt", "resolved"),
    "remission": ("i ro", "in remission"),
    "final": ("endelig", "final"),
    "in-progress": ("i gang", "in progress"),
    "rejected": ("afvist", "rejected"),
    "entered-in-error": ("fejlregistreret", "entered in error"),
    "in-progress-goal": ("på vej", "on the way"),
}

# What lasts, of which the days tell enough.
LASTING = frozenset({"CarePlan", "EpisodeOfCare", "CareTeam", "Consent", "ServiceRequest"})
# Where a resource has one instant, in the order of what tells most.
_INSTANTS = (
    "performedDateTime",
    "effectiveDateTime",
    "onsetDateTime",
    "recordedDate",
    "startDate",
    "dateTime",
    "created",
)
FEW = 5  # lines of a section before the rest is folded away


@dataclass(frozen=True)
class Line:
    """One thing of the citizen's."""

    title: str
    when: str
    status: str
    kind: str
    order: str


@dataclass(frozen=True)
class Section:
    """Things of one kind: what is to come, the next first, and then what was, the newest first."""

    title: str
    anchor: str
    lines: list[Line] = field(default_factory=list)

    @property
    def first(self) -> list[Line]:
        """Those shown at once."""
        return self.lines[:FEW]

    @property
    def rest(self) -> list[Line]:
        """Those folded away."""
        return self.lines[FEW:]


def sections_of(resources: Sequence[dict[str, Any]], *, english: bool) -> list[Section]:
    """The sections that have anything in them, in the order of `SECTIONS`."""
    found, now = [], datetime.now(UTC).isoformat()
    for kind, title in SECTIONS.items():
        lines = [_line(each, english) for each in resources if each["resourceType"] == kind]
        lines = sorted((line for line in lines if line.order > now), key=lambda line: line.order) + sorted(
            (line for line in lines if line.order <= now), key=lambda line: line.order, reverse=True
        )
        if lines:
            found.append(Section(title[english], kind.lower(), lines))
    return found


def _line(resource: dict[str, Any], english: bool) -> Line:
    """One resource in words."""
    start, end = _period(resource)
    is_long = resource["resourceType"] in LASTING or bool(start and end and end[:10] != start[:10])
    told = when(start, with_clock=not is_long)
    if is_long and end:
        told = f"{told} – {when(end, with_clock=False)}"
    elif end and "T" in end:
        told = f"{told}–{_clock(end)}"
    title, kind = _title(resource), _kind(resource)
    name = title or kind or _unnamed(resource)[english]
    return Line(name, told, _status(resource, english), kind if title else "", start or "")


def _unnamed(resource: dict[str, Any]) -> Texts:
    """What is said of a thing without words of its own."""
    says, kind = resource.get("provision", {}).get("type"), resource["resourceType"]
    return UNNAMED.get(says) or UNNAMED.get(kind) or SECTIONS[kind]


def _title(resource: dict[str, Any]) -> str:
    """What it is, in the words that it was written with."""
    description = resource.get("description")
    candidates = [
        resource.get("title"),
        description.get("text") if isinstance(description, dict) else description,
        _words(resource.get("code")),
        _words(resource.get("valueCodeableConcept")),
        _name(resource.get("name")),
    ]
    return next((text for text in candidates if text), "")


def _kind(resource: dict[str, Any]) -> str:
    """What kind of such a thing."""
    concepts = [*resource.get("category", []), *resource.get("relationship", []), *resource.get("type", [])]
    return next((text for concept in concepts if (text := _words(concept))), "")


def _words(concept: Any) -> str:
    """A coded value in words; Danish names stand last where there are several."""
    if not isinstance(concept, dict):
        return ""
    names = [each["display"] for each in concept.get("coding", []) if each.get("display")]
    return str(concept.get("text") or (names[-1] if names else ""))


def _name(name: Any) -> str:
    """A name, of a team or of a person."""
    if isinstance(name, list) and name:
        first = name[0]
        return str(first.get("text") or " ".join([*first.get("given", []), first.get("family", "")]).strip())
    return name if isinstance(name, str) else ""


def _status(resource: dict[str, Any], english: bool) -> str:
    """How it stands."""
    code = resource.get("status") or resource.get("lifecycleStatus")
    if code is None and "clinicalStatus" in resource:
        code = resource["clinicalStatus"]["coding"][0]["code"]
    return STATUSES[code][english] if code in STATUSES else ""


def _period(resource: dict[str, Any]) -> tuple[str | None, str | None]:
    """From when to when."""
    for name in ("period", "occurrencePeriod", "performedPeriod", "effectivePeriod"):
        if name in resource:
            return resource[name].get("start"), resource[name].get("end")
    if "start" in resource:
        return resource["start"], resource.get("end")
    return next((resource[name] for name in _INSTANTS if name in resource), None), None


def when(value: str | None, *, with_clock: bool = True) -> str:
    """A day, or a day and a time, in Denmark."""
    if not value:
        return ""
    if "T" not in value:
        return _day(date.fromisoformat(value)) if len(value) == 10 else value
    day = _day(timezone.localtime(datetime.fromisoformat(value)).date())
    return f"{day} {_clock(value)}" if with_clock else day


def _day(day: date) -> str:
    return date_format(day, "j. F Y")


def _clock(value: str) -> str:
    return timezone.localtime(datetime.fromisoformat(value)).strftime("%H:%M")
