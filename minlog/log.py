"""The log as rows: what is read of an entry, and the one way for pages to read a citizen's log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, DateTimeField, F, IntegerField, OuterRef, Q, Subquery, UUIDField, Value, When

from access import service
from access.actors import Actor
from access.conditions import exists
from access.search import citizen_search
from access.shielding import Deed
from access.sql import Param
from access.statements import Row, Search, Source
from access.vocabulary import Category
from audit.models import Version
from fhir.outcomes import FhirError
from minlog.models import LookUp
from minlog.words import MinLogEntry, entry_of
from organisations.models import UnitLink

_SAME = (
    "id citizen_id acting_as professional_id profession unit_id responsible_id actor_citizen_id client_id token_id "
    "request_id client_address purpose interaction resource_type resource_ids families laws outcome reason facts "
    "override_id will_reason query"
)


def _is_override(_actor: Actor | None) -> Any:
    """An override of this citizen's blocks by this professional was named."""
    fits = Q(override__citizen_id=F("citizen_id"), override__professional_id=F("professional_id"))
    return Case(When(fits, then=Value(True)), default=Value(False))


def _version(_actor: Actor | None) -> Any:
    """The version of the one thing that was named, as it stood at the instant of the entry; null of what has none."""
    then = Version.objects.filter(
        resource_type=OuterRef("resource_type"),
        resource_id=OuterRef("resource_ids__0"),
        recorded_at__lte=OuterRef("recorded_at"),
    )
    return Subquery(then.order_by("-version").values("version")[:1])


LOG_SOURCE = Source(
    "AuditEvent",
    LookUp,
    {
        **{name: name for name in _SAME.split()},
        "updated_at": "recorded_at",
        "version": lambda _actor: Value(1, output_field=IntegerField()),
        "held": "rules",
        "given_name": "professional__given_name",
        "family_name": "professional__family_name",
        "authorisation_id": "professional__authorisation_id",
        "unit_name": "unit__name",
        "unit_sor": "unit__sor",
        "responsible_given_name": "responsible__given_name",
        "responsible_family_name": "responsible__family_name",
        "responsible_authorisation_id": "responsible__authorisation_id",
        "actor_given_name": "actor_citizen__given_name",
        "actor_family_name": "actor_citizen__family_name",
        "citizen_given_name": "citizen__given_name",
        "citizen_family_name": "citizen__family_name",
        "is_override": _is_override,
        "of_version": _version,
        "override_code": "override__reason_code",
        "override_reason": "override__reason",
    },
    is_long=True,
    people={"professional_id": Deed("unit_id"), "responsible_id": Deed("unit_id")},
)


def read_log(*, by: Actor, citizen_id: UUID, limit: int = 100, english: bool = False) -> list[MinLogEntry]:
    """Return a citizen's log in plain words, the newest first; the reading is itself logged.

    Raises FhirError (403) for who may not read it. One statement, three when there is nothing.
    Law: grounds.LOG_ACCESS.
    """
    return [entry_of(row, english=english) for row in rows_of(by, citizen_id, limit)]


def rows_of(by: Actor, citizen_id: UUID, limit: int) -> list[Row]:
    """The rows of a citizen's log."""
    wanted = citizen_search(LOG_SOURCE, citizen_id, "citizen_id", limit)
    return service.search(LOG_SOURCE, by, wanted, query=f"AuditEvent?patient=Patient/{citizen_id}")


# Whose looks: of anybody but citizens, the citizen's own, those of who acts for her; or looks of one sort.
WHOSE: dict[str, Q] = {
    "": Q(),
    "others": Q(actor_citizen_id__isnull=True),
    "own": Q(actor_citizen_id=F("citizen_id")),
    "relatives": Q(actor_citizen_id__isnull=False) & ~Q(actor_citizen_id=F("citizen_id")),
    "overrides": Q(
        outcome="permit", override__citizen_id=F("citizen_id"), override__professional_id=F("professional_id")
    ),
    "refused": Q(outcome="refuse"),
}


@dataclass(frozen=True)
class LogWish:
    """Which part of a log is wanted: from an instant up to another, of a unit and those below it, of some families.

    `whose` is a key of `WHOSE`. `after` is where the page before ended: instant and id of its last entry.
    """

    whose: str = ""
    since: datetime | None = None
    until: datetime | None = None
    unit_id: UUID | None = None
    families: tuple[Category, ...] = ()
    after: tuple[datetime, UUID] | None = None

    def search(self, citizen_id: UUID, limit: int) -> Search:
        """The search for it, the newest first."""
        where = Q(citizen_id=Param("q0", UUIDField())) & WHOSE[self.whose]
        values: dict[str, Any] = {"q0": citizen_id}
        if self.since is not None:
            where &= Q(recorded_at__gte=Param("since", DateTimeField()))
            values["since"] = self.since
        if self.until is not None:
            where &= Q(recorded_at__lt=Param("until", DateTimeField()))
            values["until"] = self.until
        if self.unit_id is not None:
            below = {"ancestor_id": Param("unit", UUIDField()), "descendant_id": OuterRef("unit_id")}
            where &= exists(UnitLink, **below)
            values["unit"] = self.unit_id
        if self.families:
            where &= Q(families__overlap=[str(family) for family in self.families])
        if self.after is not None:
            at, key = Param("after_at", DateTimeField()), Param("after_id", UUIDField())
            where &= Q(recorded_at__lte=at) & (Q(recorded_at__lt=at) | Q(pk__lt=key))
            values |= {"after_at": self.after[0], "after_id": self.after[1]}
        shape = ("wish", self.whose, self.families, *sorted(values))
        return Search(shape, where, values, citizen_id, limit, order=("-updated_at", "-id"), is_bounded=True)


def wished(*, by: Actor, citizen_id: UUID, wish: LogWish, limit: int) -> list[Row]:
    """The rows of a part of a citizen's log, the newest first; the reading is itself logged.

    Raises FhirError (403) for who may not read it. One statement, three when there is nothing.
    """
    if wish.whose not in WHOSE:
        raise FhirError("bad-parameter", "whose")
    query = f"AuditEvent?patient=Patient/{citizen_id}"
    return service.search(LOG_SOURCE, by, wish.search(citizen_id, limit), query=query)
