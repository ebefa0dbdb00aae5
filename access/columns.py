"""Columns that several sources share: what every element has, and links to other elements that are decided too."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, ExpressionWrapper, F, Model, OuterRef, Q, UUIDField, When

from access.actors import Actor
from access.conditions import NEVER, conj, exists
from access.later import Later
from access.policies import policy_of
from access.seen import seen
from access.sql import IsIn
from access.statements import Column

ELEMENT: dict[str, Column] = {
    "id": "id",
    "citizen_id": "citizen_id",
    "category": "category",
    "recorded_under": "recorded_under",
    "origin_id": "origin_id",
    "author_id": "author_id",
    "author_kind": "author_kind",
    "occurred_at": "occurred_at",
    "version": "version",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "source": "source",
    "source_id": "source_id",
}


def links(through: type[Model], here: str, there: str, target: type[Model], order: str = "pk") -> Column:
    """The ids of linked elements that the actor may see too; without an actor, of all of them.

    `through` is the link's table, `here` its column to this row, `there` the foreign key to `target`.
    """

    def column(actor: Actor | None) -> Any:
        rows = through._default_manager.filter(**{here: OuterRef("pk"), f"{there}__isnull": False})
        if actor is not None:
            citizen = OuterRef("citizen_id") if actor.asks_of_undecided else None
            rows = rows.filter(seen(target, actor, F(f"{there}_id"), citizen))
        return ArraySubquery(rows.order_by(order).values_list(F(f"{there}_id")))

    return column


def rare_links(through: type[Model], here: str, there: str, target: type[Model], order: str = "pk") -> Column:
    """As `links`, where most rows have none: decided by a statement of its own for rows that have (`access.later`)."""
    everything = links(through, here, there, target, order)
    assert callable(everything)  # noqa: S101  a column that is no path is a function
    return Later(target, partial(everything, None))


def rare_link(there: str, target: type[Model]) -> Column:
    """As `link`, where most rows have none: decided by a statement of its own for rows that have one."""
    return Later(target, partial(ExpressionWrapper, F(f"{there}_id"), UUIDField()))


def link(there: str, target: type[Model]) -> Column:
    """The id of one linked element that the actor may see too, else null; without an actor, as it stands."""

    def column(actor: Actor | None) -> Any:
        if actor is None:
            return F(f"{there}_id")
        if policy_of(target).target.citizen == "id":  # another citizen, who may have decided what this one has not
            actor = replace(actor, asks_of_undecided=False)
        citizen = F("citizen_id") if actor.asks_of_undecided else None
        followed = When(seen(target, actor, F(f"{there}_id"), citizen), then=F(f"{there}_id"))
        return Case(followed, output_field=UUIDField())

    return column


@dataclass(frozen=True)
class Linked:
    """Whether a row is linked to an element of this id, which the actor may see too; for search parameters.

    `through` is the link's table, `here` its column to the row, `there` the foreign key to `target`.
    """

    through: type[Model]
    here: str
    there: str
    target: type[Model]

    def __call__(self, actor: Actor, key: Any, _kind: str) -> Q:
        """To the element of this id."""
        follows = seen(self.target, actor, key)
        if follows is NEVER:
            return NEVER
        return exists(self.through, follows, **{self.here: OuterRef("pk"), f"{self.there}_id": key})

    def among(self, actor: Actor, keys: Any, _kind: str) -> Q:
        """To any element of these ids."""
        there = F(f"{self.there}_id")
        follows = seen(self.target, actor, there)
        if follows is NEVER:
            return NEVER
        return exists(self.through, Q(IsIn(there, keys)) & follows, **{self.here: OuterRef("pk")})


@dataclass(frozen=True)
class PointsAt:
    """Whether a row's foreign key holds an id, of an element that the actor may see too; for search parameters."""

    there: str
    target: type[Model]

    def __call__(self, actor: Actor, key: Any, _kind: str) -> Q:
        """It holds this id."""
        return conj([Q(**{f"{self.there}_id": key}), seen(self.target, actor, key)])

    def among(self, actor: Actor, keys: Any, _kind: str) -> Q:
        """It holds one of these ids."""
        there = F(f"{self.there}_id")
        return conj([Q(IsIn(there, keys)), seen(self.target, actor, there)])


@dataclass(frozen=True, eq=False)
class OfKind:
    """A condition for each type that a reference may name."""

    kinds: Mapping[str, Linked]

    def __call__(self, actor: Actor, key: Any, kind: str) -> Q:
        """That of the type, for this id."""
        return self.kinds[kind](actor, key, kind)

    def among(self, actor: Actor, keys: Any, kind: str) -> Q:
        """That of the type, for these ids."""
        return self.kinds[kind].among(actor, keys, kind)
