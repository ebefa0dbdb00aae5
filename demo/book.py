"""The rows of the demo, gathered first and written at once, with times told relative to the day of loading."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

from access.actors import DENMARK
from appointments.models import Appointment, CalendarFeed, Series
from audit.models import Entry
from careplans import models as careplans
from citizens import models as citizens
from consents import models as consents
from documents import models as documents
from goals import models as goals
from identity.models import System, User
from minlog.models import Question
from organisations import models as organisations
from stamkort import models as stamkort

M = TypeVar("M", bound=Model)

ORDER: tuple[type[Model], ...] = (
    organisations.Organisation,
    organisations.Location,
    organisations.Professional,
    organisations.Employment,
    organisations.Permit,
    citizens.Citizen,
    citizens.Identifier,
    citizens.Custody,
    citizens.Guardianship,
    citizens.PowerOfAttorney,
    citizens.Relative,
    System,
    User,
    organisations.Shield,
    organisations.TreatmentRelation,
    consents.Consent,
    consents.Block,
    stamkort.Entry,
    stamkort.Registration,
    stamkort.RegistrationContent,
    careplans.CareTeam,
    careplans.TeamMember,
    careplans.Condition,
    careplans.RelationElement,
    goals.Goal,
    goals.GoalLink,
    goals.GoalCondition,
    goals.Evaluation,
    goals.Dialogue,
    careplans.CarePlan,
    careplans.PlanParty,
    careplans.Intervention,
    careplans.CompletedIntervention,
    careplans.Contact,
    careplans.FollowUp,
    documents.Document,
    careplans.InterventionCondition,
    Series,
    Appointment,
    CalendarFeed,
    careplans.PlanElement,
    careplans.CarePlanGrant,
    consents.Override,
    Entry,
    Question,
)
"""The tables in the order of writing; a unit must stand after the unit above it, for the trigger of the closure."""

_BEGINNING_MS = int(datetime(2025, 1, 1, tzinfo=UTC).timestamp() * 1000)


def key(name: str) -> UUID:
    """Return the key that goes with a name, the same in every demo; in the shape of UUIDv7."""
    digest = int.from_bytes(sha256(name.encode()).digest()[:10], "big")
    bits = _BEGINNING_MS << 80 | digest
    bits = bits & ~(0xF << 76) | 0x7 << 76
    return UUID(int=bits & ~(0x3 << 62) | 0x2 << 62)


class Book:
    """What is to be written. `now` is the instant of loading, aware UTC; days count from the day it is in Denmark."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = now.astimezone(DENMARK).date()
        self.rows: dict[type[Model], list[Model]] = defaultdict(list)

    def add(self, row: M) -> M:
        """Note a row; it may be referred to at once."""
        self.rows[type(row)].append(row)
        return row

    def of(self, model: type[M]) -> list[M]:
        """Return the rows of a table that are noted so far."""
        return self.rows[model]  # type: ignore[return-value]

    def write(self) -> dict[str, int]:
        """Insert everything, table by table; return how many rows of each. To be called inside a transaction."""
        if unknown := set(self.rows) - set(ORDER):
            raise ValueError(f"no place in the order for {sorted(model.__name__ for model in unknown)}")
        for model in ORDER:
            model._default_manager.bulk_create(self.rows[model], batch_size=500)
        return {model.__name__: len(self.rows[model]) for model in ORDER}

    def day(self, days: int) -> date:
        """Return a day, counted from today."""
        return self.today + timedelta(days=days)

    def at(self, days: int, clock: str = "10:00", *, on_weekday: bool = False) -> datetime:
        """Return an instant at this time of day in Denmark, so many days from today; a weekend becomes its Monday."""
        day = self.day(days)
        if on_weekday and day.weekday() > 4:
            day += timedelta(days=7 - day.weekday())
        return datetime.combine(day, time.fromisoformat(clock), tzinfo=DENMARK).astimezone(UTC)

    def born(self, age: int, month: int, day: int) -> date:
        """Return the birthday in this month and day of somebody who is this old today."""
        had_birthday = (self.today.month, self.today.day) >= (month, day)
        return date(self.today.year - age - (0 if had_birthday else 1), month, day)


def first(rows: Iterable[M], **wanted: Any) -> M:
    """Return the first row with these values."""
    return next(row for row in rows if all(getattr(row, name) == value for name, value in wanted.items()))
