"""Conditions compile to Q and to nothing else: the database is the one interpreter of every rule.

A fact about the actor folds to a constant before any SQL is built; a fact about a row becomes a comparison of columns
or an `Exists`. Related rows come only through `Exists`, all conditions of one row together.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from threading import local
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, Value

from access.actors import Actor
from access.sql import Once, OneCitizen
from access.vocabulary import Category

NEVER = Q(pk__in=[])
ALWAYS = ~NEVER


def constant(open_: bool) -> Q:
    """Return ALWAYS or NEVER."""
    return ALWAYS if open_ else NEVER


def conj(parts: Iterable[Q]) -> Q:
    """All of them, with constants folded."""
    result = ALWAYS
    for part in parts:
        if part is NEVER:
            return NEVER
        if part is not ALWAYS:
            result = part if result is ALWAYS else result & part
    return result


def disj(parts: Iterable[Q]) -> Q:
    """Any of them, with constants folded."""
    result = NEVER
    for part in parts:
        if part is ALWAYS:
            return ALWAYS
        if part is not NEVER:
            result = part if result is NEVER else result | part
    return result


def negate(part: Q) -> Q:
    """The opposite, with constants folded."""
    if part is NEVER:
        return ALWAYS
    return NEVER if part is ALWAYS else ~part


@dataclass(frozen=True)
class Target:
    """How the rows of one table answer the questions of the law.

    `citizen`, `category`, `origin`, `occurred_at`, `sharing` and `item` (the id a private marking names) are columns.
    `fixed` is the category of a table whose rows all have the same; `holds` the categories that its rows can have, so
    that the rest folds away. A table without origin or time says None, and what asks for it is then shut. `assumed`
    are columns that the table does not have, for questions about what might be recorded, each with an expression.
    `parties` asks whether the asker's unit is a named party of the row, `party_items` for the ids of all such rows.
    `doubtful_time` are the rows of which it is open whether their time may be told.
    """

    citizen: str = "citizen_id"
    category: str | None = "category"
    fixed: Category | None = None
    holds: frozenset[Category] = frozenset(Category)
    origin: str | None = "origin_id"
    occurred_at: str | None = "occurred_at"
    sharing: str | None = None
    item: str = "pk"
    parties: Callable[[Actor, "Target"], Q] | None = None
    party_items: Callable[[Actor], Any] | None = None
    assumed: tuple[tuple[str, Any], ...] = ()
    doubtful_time: Q | None = None

    def category_in(self, categories: Iterable[Category]) -> Q:
        """Whether the category of a row is among these."""
        wanted = frozenset(categories)
        if self.fixed is not None:
            return constant(self.fixed in wanted)
        found = wanted & self.holds
        if not found or found == self.holds:
            return constant(bool(found))
        return Q(**{f"{self.category}__in": sorted(str(category) for category in found)})

    @property
    def category_ref(self) -> Any:
        """The category of the outer row, inside an `Exists`."""
        return Value(str(self.fixed)) if self.fixed is not None else OuterRef(str(self.category))

    @property
    def law_ref(self) -> Any:
        """The act of the outer row, inside an `Exists`; None for a table whose rows stand under none."""
        has_law = self.category is not None or any(name == "recorded_under" for name, _value in self.assumed)
        return OuterRef("recorded_under") if has_law else None


_DECISIONS: list[type[Model]] = []


def holds_decisions(*models: type[Model]) -> None:
    """Name the tables of what citizens have decided about their data, each with a column `citizen_id`."""
    _DECISIONS.extend(models)


def has_decided(citizen: str) -> str:
    """The condition, as text, that a citizen has a row in one of those tables, whatever it says and when."""
    tables = (model._meta.db_table for model in _DECISIONS)
    # The offset makes it a look into the index for one citizen, as in `Probe`.
    return " OR ".join(f'EXISTS(SELECT FROM "{table}" WHERE citizen_id = {citizen} OFFSET 0)' for table in tables)


Build = Callable[[Actor, Target], Q]


class _Built(local):
    """The conditions that a thread has built for the last actor it built any for; those of others are let go."""

    actor: Actor | None = None
    found: dict[Any, Q] = {}


_built = _Built()


@dataclass(frozen=True)
class Condition:
    """A named yes/no question about an actor and a row.

    `within`, where there is one, builds a wider condition that an index answers: every row that meets the question
    meets it too. A search over all citizens starts there.
    """

    name: str
    build: Build
    within: Build | None = None

    def q(self, actor: Actor, target: Target) -> Q:
        """Compile for this actor; the same question about the same kind of row is built once for an actor."""
        if _built.actor is not actor:
            _built.actor, _built.found = actor, {}
        found = _built.found.get((self, target))
        if found is None:
            found = _built.found[self, target] = self.build(actor, target)
        return found

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(
            f"({self.name} and {other.name})",
            lambda actor, target: conj([self.q(actor, target), other.q(actor, target)]),
        )

    def __or__(self, other: "Condition") -> "Condition":
        return Condition(
            f"({self.name} or {other.name})",
            lambda actor, target: disj([self.q(actor, target), other.q(actor, target)]),
        )

    def __invert__(self) -> "Condition":
        return Condition(f"not {self.name}", lambda actor, target: negate(self.q(actor, target)))


def condition(build: Build) -> Condition:
    """Make a condition of a function from actor and target to Q."""
    return Condition(build.__name__, build)


def condition_within(within: Build) -> Callable[[Build], Condition]:
    """Make a condition of such a function, and of one that builds its wider condition."""
    return lambda build: Condition(build.__name__, build, within)


def actor_is(name: str, test: Callable[[Actor], bool]) -> Condition:
    """A question about the actor alone; it folds to a constant."""
    return Condition(name, lambda actor, _target: constant(test(actor)))


def holding(code: str) -> Condition:
    """A regime or switch holds on the day of the request; it folds to a constant."""
    return actor_is(f"holding({code})", lambda actor: actor.holds(code))


class Probe(Exists):
    """An `Exists` that is asked row by row through its index.

    PostgreSQL may otherwise answer it by hashing every row of the related table that might be meant, which for a large
    hospital is all of its patients; an offset, though it skips nothing, keeps it from that.
    """

    template = "EXISTS(%(subquery)s OFFSET 0)"


def exists(model: type[Model], *where: Q, **columns: Any) -> Q:
    """Whether one related row meets all of these together."""
    return Q(Probe(model._default_manager.filter(*where, **columns)))


def of_whom(actor: Actor, target: Target, model: type[Model], *where: Q, **columns: Any) -> Q:
    """Whether one row of the citizen whom the outer row is about meets all of these together.

    They may ask about the actor and the citizen only, not about the outer row: where a statement is about one citizen,
    the question is asked once, and not for each row and each link.
    """
    if actor.asks_of_undecided:
        return Q(Once(model._default_manager.filter(*where, citizen_id=OneCitizen(), **columns)))
    return exists(model, *where, citizen_id=OuterRef(target.citizen), **columns)
