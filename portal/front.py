"""What the front page tells: what is next, what is asked of her, what is new, who has looked, and her own goals."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import DateTimeField, F, Q, UUIDField

from access import service
from access.sql import Param
from access.statements import Row, Search, Source
from access.vocabulary import ActingAs
from appointments.fhir.mapping import APPOINTMENT_SOURCE
from appointments.models import Appointment
from careplans.fhir.encounter import ENCOUNTER_SOURCE
from consents.fhir.permits import CONSENT_SOURCE
from goals.fhir import GOAL_SOURCE
from goals.models import Goal
from identity.models import LoginSession
from minlog.log import LOG_SOURCE
from minlog.provenance import VERSION_SOURCE
from minlog.services import QUESTION_SOURCE
from organisations.models import Organisation
from portal.occasions import Occasion, group
from portal.visitors import Visitor
from stamkort.services import ENTRY_SOURCE

# Of each kind so many are told here; the page of the kind has them all.
FEW, MOST_GOALS, MOST_NEWS, MOST_LOOKS = 3, 5, 100, 30
SOON = timedelta(days=30)
# What is new is told from the log-in before this one on, and from so long ago where there is none.
AT_MOST_SINCE = timedelta(days=30)
STANDING = (Appointment.Status.BOOKED, Appointment.Status.PENDING, Appointment.Status.ARRIVED)
LIVING = (Goal.Status.ACTIVE, Goal.Status.ACCEPTED, Goal.Status.PLANNED, Goal.Status.ON_HOLD)
NEXT_SOURCE = replace(
    APPOINTMENT_SOURCE,
    columns={
        **APPOINTMENT_SOURCE.columns,
        "unit_name": "performer_unit__name",
        **{f"location_{name}": f"location__{name}" for name in ("name", "street", "postal_code", "city")},
    },
)
# The page that tells more of a kind of thing, and under which the front page counts it.
TOPICS = {
    "Appointment": "appointments",
    "Goal": "goals",
    "Condition": "conditions",
    "Patient": "stamkort",
    "RelatedPerson": "stamkort",
    "StamkortEntry": "stamkort",
    "Consent": "access",
}
OTHERS = "plans"
PAGE_OF = {"goals": "plans", "conditions": "plans"}


@dataclass(frozen=True)
class News:
    """What is new of one kind: how many things, from where the newest came, and when."""

    topic: str
    many: int
    unit: str
    at: datetime


@dataclass(frozen=True)
class Front:
    """All that the front page tells. `since` is from when on things are new; `has_been` whether that was a visit."""

    since: datetime
    has_been: bool
    coming: list[Row]
    proposed: list[Row]
    follow_ups: list[Row]
    ending: list[Row]
    goals: list[Row]
    news: list[News]
    looks: list[Occasion]
    answered: list[Row]


def read_front(visitor: Visitor, *, english: bool) -> Front:
    """Return what the visitor may see of it, logged as one look. Thirteen statements at any amount of data."""
    before = last_visit(visitor)
    since = before or visitor.actor.moment - AT_MOST_SINCE
    found = service.glance(_searches(visitor, since), visitor.actor, visitor.citizen_id, nothing="")
    coming, proposed, goals, follow_ups, ending, written, typed, seen, answered = found
    return Front(
        since=since,
        has_been=before is not None,
        coming=coming,
        proposed=proposed,
        follow_ups=follow_ups,
        ending=ending,
        goals=goals,
        news=_news([*written, *(_as_written(row) for row in typed)]),
        looks=group(seen, english=english, about=visitor.about)[:FEW],
        answered=answered,
    )


def last_visit(visitor: Visitor) -> datetime | None:
    """When she was last here before this log-in, if that is still known. One statement."""
    others = LoginSession.objects.filter(citizen_id=visitor.me.pk).exclude(pk=visitor.login.pk)
    found = others.order_by("-seen_at").values_list("seen_at", flat=True).first()
    return None if found is None else max(found, visitor.actor.moment - AT_MOST_SINCE)


def _searches(visitor: Visitor, since: datetime) -> list[tuple[Source, Search]]:
    """One search for each part of the page."""
    me, moment = visitor.me.pk, visitor.actor.moment
    now, from_then = _at("now"), _at("since")
    her_own = Param("me", UUIDField())
    moments = {"now": moment, "since": since, "soon": moment + SOON, "me": me}

    def of(name: str, where: Q, limit: int, *order: str) -> Search:
        hers = Q(citizen_id=Param("q0", UUIDField())) & where
        values = {"q0": visitor.citizen_id, **moments}
        return Search(("front", name), hers, values, visitor.citizen_id, limit, order or None, is_bounded=True)

    by_others = Q(actor_citizen_id__isnull=True) | ~Q(actor_citizen_id=her_own)
    people = Q(professional_id__isnull=False) | Q(actor_citizen_id__isnull=False)
    ends = Q(end__gt=now, end__lte=_at("soon"), withdrawn_at__isnull=True)
    awaits = Q(status=Goal.Status.PROPOSED) & ~Q(kind=Goal.Kind.LIFE)
    mine = Q(kind=Goal.Kind.LIFE, status__in=LIVING)
    return [
        (NEXT_SOURCE, of("next", Q(start__gte=now, status__in=STANDING), FEW, "start", "id")),
        (GOAL_SOURCE, of("proposed", awaits, FEW)),
        (GOAL_SOURCE, of("goals", mine, MOST_GOALS, "priority", "id")),
        (ENCOUNTER_SOURCE, of("follow-ups", Q(start__gt=now, status="planned"), 1, "start", "id")),
        (CONSENT_SOURCE, of("ending", ends, FEW, "end", "id")),
        (VERSION_SOURCE, of("news", Q(recorded_at__gt=from_then) & by_others, MOST_NEWS)),
        (ENTRY_SOURCE, of("typed", Q(updated_at__gt=from_then) & ~Q(author_kind=_own_kind(visitor)), FEW)),
        (
            LOG_SOURCE,
            of("looks", people & ~Q(actor_citizen_id=F("citizen_id"), acting_as=ActingAs.CITIZEN), MOST_LOOKS),
        ),
        (QUESTION_SOURCE, of("answered", Q(answered_at__isnull=False, closed_at__isnull=True), FEW)),
    ]


def _own_kind(visitor: Visitor) -> str:
    """How what she types herself is marked."""
    return "relative" if visitor.is_acting else "citizen"


def _at(name: str) -> Param:
    return Param(name, DateTimeField())


def _as_written(row: Row) -> Row:
    """An entry of the stamkort as what was written about her."""
    told = {"resource_type": "StamkortEntry", "resource_id": row["id"], "unit_id": row["origin_id"]}
    return told | {"updated_at": row["updated_at"]}


def _news(rows: Sequence[Row]) -> list[News]:
    """What is new by topic, the newest topic first. One statement for the names of units."""
    newest: dict[str, Row] = {}
    things: dict[str, set[UUID]] = {}
    for row in rows:
        topic = TOPICS.get(row["resource_type"], OTHERS)
        newest[topic] = max(newest.get(topic, row), row, key=lambda each: each["updated_at"])
        things.setdefault(topic, set()).add(row["resource_id"])
    units = Organisation.objects.in_bulk({row["unit_id"] for row in newest.values()} - {None})
    told = [
        News(
            topic, len(things[topic]), units[row["unit_id"]].name if row["unit_id"] in units else "", row["updated_at"]
        )
        for topic, row in newest.items()
    ]
    return sorted(told, key=lambda each: each.at, reverse=True)
