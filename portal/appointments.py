"""A citizen's appointments as her pages tell them: with their place, in pages, by the week, and what clashes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import DateTimeField, IntegerField, OuterRef, Q, Subquery, UUIDField, Value

from access import service
from access.actors import DENMARK, Actor, danish_day
from access.search import keys_search
from access.sql import Param
from access.statements import Row, Search, Source
from access.vocabulary import ActingAs
from appointments.fhir.mapping import APPOINTMENT_SOURCE
from appointments.models import Appointment
from consents.models import Block
from fhir.outcomes import FhirError
from organisations.models import Organisation

Status, Kind = Appointment.Status, Organisation.Kind
PAGE, WEEK = 20, 200
OFF = frozenset({Status.CANCELLED, Status.NO_SHOW, Status.ENTERED_IN_ERROR})
AT_HOME = frozenset({Kind.NURSING, Kind.HOME_CARE})
VIDEO = frozenset({"video", "group-video"})
_SALT = "portal-appointments"


def _marking(column: str) -> Any:
    """The private marking of the row, told to the citizen herself alone."""
    output = UUIDField() if column == "id" else IntegerField()

    def told(actor: Actor | None) -> Any:
        if actor is None or actor.acting_as != ActingAs.CITIZEN:
            return Value(None, output_field=output)
        now = actor.moment
        holds = Q(end__isnull=True) | Q(end__gt=now), Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=now)
        marks = Block.objects.filter(
            *holds,
            citizen_id=OuterRef("citizen_id"),
            item_id=OuterRef("pk"),
            effect=Block.Effect.DENY,
            is_everyone=True,
        )
        return Subquery(marks.order_by("start", "pk").values(column)[:1], output_field=output)

    return told


SEEN = Source(
    "Appointment",
    Appointment,
    {
        **APPOINTMENT_SOURCE.columns,
        "unit_name": "performer_unit__name",
        "unit_kind": "performer_unit__kind",
        "unit_phone": "performer_unit__phone",
        "place_name": "location__name",
        "place_street": "location__street",
        "place_postal_code": "location__postal_code",
        "place_city": "location__city",
        "performer_given_name": "performer__given_name",
        "performer_family_name": "performer__family_name",
        "performer_profession": "performer__profession",
        "private_id": _marking("id"),
        "private_version": _marking("version"),
    },
    order=("start", "id"),
    people=APPOINTMENT_SOURCE.people,
)


@dataclass(frozen=True)
class Clash:
    """Something to ask about two appointments: they lie at the same time, or the way between them is long."""

    other: Row
    is_overlap: bool
    minutes: int = 0
    needed: int = 0


@dataclass
class Line:
    """One appointment of a list, with what it clashes with."""

    row: Row
    clashes: list[Clash] = field(default_factory=list)

    @property
    def is_off(self) -> bool:
        """Whether it does not take place."""
        return self.row["status"] in OFF

    @property
    def day(self) -> date:
        """Its day in Denmark."""
        return danish_day(self.row["start"])

    @property
    def is_long(self) -> bool:
        """Whether it ends on another day."""
        return self.row["end"] is not None and danish_day(self.row["end"]) != self.day

    @property
    def place(self) -> str:
        """What kind of place: room, home, video, or not told."""
        return place_of(self.row)


@dataclass(frozen=True)
class Page:
    """Appointments of a list in their order, and where the next page begins, if there is one."""

    lines: list[Line]
    further: str = ""


def place_of(row: Row) -> str:
    """Where an appointment is: in a room, at home, on video, or not told."""
    if row["service_type"] in VIDEO:
        return "video"
    if row["location_id"] is not None:
        return "room"
    return "home" if row["unit_kind"] in AT_HOME else "untold"


def coming(actor: Actor, citizen_id: UUID, *, home: str, after: str = "") -> Page:
    """The appointments that are not over, the next first. Raises FhirError (403)."""
    return _page(actor, citizen_id, home, after, is_past=False)


def earlier(actor: Actor, citizen_id: UUID, *, home: str, after: str = "") -> Page:
    """The appointments that are over, the latest first. Raises FhirError (403)."""
    return _page(actor, citizen_id, home, after, is_past=True)


def _page(actor: Actor, citizen_id: UUID, home: str, after: str, *, is_past: bool) -> Page:
    """One page by keyset. One statement, three when there is nothing."""
    now = Param("q1", DateTimeField())
    where = (
        Q(start__lt=now) & (Q(end__isnull=True) | Q(end__lte=now)) if is_past else Q(start__gte=now) | Q(end__gt=now)
    )
    values: dict[str, Any] = {"q0": citizen_id, "q1": actor.moment}
    if after:
        values["q2"], values["q3"] = _opened(after)
        start, key, way = Param("q2", DateTimeField()), Param("q3", UUIDField()), "lt" if is_past else "gt"
        where &= Q(**{f"start__{way}": start}) | Q(start=start, **{f"pk__{way}": key})
    wanted = Search(
        ("portal-appointments", is_past, bool(after)),
        Q(citizen_id=Param("q0", UUIDField())) & where,
        values,
        citizen_id,
        PAGE + 1,
        ("-start", "-id") if is_past else ("start", "id"),
    )
    rows = service.search(SEEN, actor, wanted, query=f"Appointment?patient=Patient/{citizen_id}")
    further = sealed(rows[PAGE - 1]) if len(rows) > PAGE else ""
    return Page(compared(rows, home)[:PAGE], further)


def in_week(actor: Actor, citizen_id: UUID, monday: date, *, home: str) -> list[Line]:
    """The appointments of seven days from a Monday, in their order. Raises FhirError (403). Statements as a page."""
    start, end = (datetime.combine(day, time(), tzinfo=DENMARK) for day in (monday, monday + timedelta(days=7)))
    where = Q(
        Q(start__gte=Param("q1", DateTimeField())) | Q(end__gt=Param("q1", DateTimeField())),
        citizen_id=Param("q0", UUIDField()),
        start__lt=Param("q2", DateTimeField()),
    )
    values = {"q0": citizen_id, "q1": start, "q2": end}
    wanted = Search(("portal-week",), where, values, citizen_id, WEEK)
    return compared(service.search(SEEN, actor, wanted, query=f"Appointment?patient=Patient/{citizen_id}"), home)


def one(actor: Actor, citizen_id: UUID, key: UUID) -> Row:
    """One appointment of the citizen. Raises FhirError: 404 alike for what is not hers and what is not there."""
    rows = service.search(SEEN, actor, keys_search(SEEN, [key], citizen_id), query=f"Appointment?_id={key}")
    if not rows:
        raise FhirError("not-found")
    return rows[0]


def sealed(row: Row) -> str:
    """Where the next page begins: after this row."""
    return signing.dumps([row["start"].isoformat(), str(row["id"])], salt=_SALT)


def _opened(mark: str) -> tuple[datetime, UUID]:
    """The place that a mark tells. Raises FhirError (400)."""
    try:
        start, key = signing.loads(mark, salt=_SALT)
    except signing.BadSignature as error:
        raise FhirError("bad-cursor") from error
    return datetime.fromisoformat(start), UUID(key)


# How many minutes the way takes at least: within a postal code, within a part of the country, further.
NEAR, REGION, FAR = 15, 45, 90
LOOKED_AT = timedelta(hours=3)


def compared(rows: Sequence[Row], home: str) -> list[Line]:
    """The rows as lines, each with what it clashes with; `home` is the postal code of the citizen's home.

    Two that overlap, or that lie at two places with less time between than the way takes: reckoned from the postal
    codes alone, so it is a question and no more. What does not take place clashes with nothing.
    """
    lines = [Line(row) for row in rows]
    held = sorted((line for line in lines if not line.is_off), key=lambda line: (line.row["start"], line.row["id"]))
    for index, first in enumerate(held):
        ends = first.row["end"]
        for second in held[index + 1 :]:
            if ends is None or second.row["start"] - ends > LOOKED_AT:
                break
            clash = _clash(first.row, second.row, home)
            if clash is not None:
                is_overlap, minutes, needed = clash
                first.clashes.append(Clash(second.row, is_overlap, minutes, needed))
                second.clashes.append(Clash(first.row, is_overlap, minutes, needed))
    return lines


def _clash(first: Row, second: Row, home: str) -> tuple[bool, int, int] | None:
    """Whether two overlap, the minutes between them and those that the way takes; None where they do not clash."""
    if second["start"] < first["end"]:
        return True, 0, 0
    between = int((second["start"] - first["end"]).total_seconds()) // 60
    needed = minutes_between(where(first, home), where(second, home))
    return (False, between, needed) if between < needed else None


def where(row: Row, home: str) -> tuple[str, str]:
    """Postal code and street of an appointment; empty where it is not told or on video."""
    place = place_of(row)
    if place == "room":
        return row["place_postal_code"] or "", row["place_street"] or row["place_name"] or ""
    return (home, "home") if place == "home" else ("", "")


def minutes_between(one: tuple[str, str], other: tuple[str, str]) -> int:
    """How many minutes the way between two places takes at least; 0 where a place is not known, or both are one."""
    if not one[0] or not other[0] or one == other:
        return 0
    if one[0] == other[0]:
        return NEAR
    return REGION if _part(one[0]) == _part(other[0]) else FAR


def _part(postal_code: str) -> str:
    """The part of the country: the first figure, Copenhagen and its surroundings (0 to 2) being one."""
    return "0" if postal_code[0] in "012" else postal_code[0]
