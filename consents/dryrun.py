"""What a decision would change, before it is made: which units and roles gain or lose which families, counted exactly.

The question is asked of the rules themselves. For a consent or a block the change is made inside a transaction, what is
seen is counted, the transaction is undone, and what is seen is counted again; for a switch it is counted under the one
regime and the other. So what the dry run says is what is then true.

All tables are counted for one asker by one statement, compiled once for all askers of a shape and sent for all of them
together. What reads the same under both positions of a switch is not asked at all.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import Count, F, Model, Q, UUIDField, Value

from access.conditions import NEVER
from access.decisions import ShapeOf
from access.elements import Element
from access.policies import all_policies, policy_of
from access.sql import IsIn, Param, compile_queryset, numbered
from access.statements import Statement, cursor
from access.vocabulary import ActingAs, Action, Category, Purpose
from consents.askers import Asker, askers_around

Table = type[Model]


@dataclass(frozen=True)
class Difference:
    """One asker who would see more or fewer things of one family; `change` counts them, below 0 for fewer."""

    asker: Asker
    category: Category
    before: int
    after: int

    @property
    def unit_id(self) -> UUID | None:
        """The unit for which she asks."""
        return self.asker.unit_id

    @property
    def acting_as(self) -> ActingAs:
        """The capacity in which she asks."""
        return self.asker.acting_as

    @property
    def purpose(self) -> Purpose:
        """Why she asks."""
        return self.asker.purpose

    @property
    def change(self) -> int:
        """How many more."""
        return self.after - self.before


Seen = Counter[tuple[Asker, Category]]


def dry_run(citizen_id: UUID, change: Callable[[], Any], *, moment: datetime) -> list[Difference]:
    """Return what `change` would change for one citizen at this instant, and leave everything as it was.

    What `change` raises is raised, before anything is counted. Two statements for each asker.
    """
    with transaction.atomic():
        change()
        askers = list(askers_around([citizen_id], moment))
        after = seen([citizen_id], askers, moment)
        transaction.set_rollback(True)
    return differences(seen([citizen_id], askers, moment), after)


def dry_run_regime(
    citizens: Sequence[UUID], before: frozenset[str], after: frozenset[str], moment: datetime
) -> list[Difference]:
    """Return what would change for these citizens at this instant if regime `after` held and not `before`.

    What is written by whom a switch says is no part of it: only what is seen is counted. Two statements for each asker
    whom the difference can touch, whatever the number of citizens.
    """
    by_tables: dict[tuple[Table, ...], list[Asker]] = defaultdict(list)
    for asker in askers_around(citizens, moment):
        by_tables[touched(asker, before, after, moment)].append(asker)
    by_tables.pop((), None)
    first: Seen = Counter()
    second: Seen = Counter()
    for tables, askers in by_tables.items():
        first.update(seen(citizens, askers, moment, regime=before, tables=tables))
        second.update(seen(citizens, askers, moment, regime=after, tables=tables))
    return differences(first, second)


def differences(before: Seen, after: Seen) -> list[Difference]:
    """What was counted otherwise the second time."""
    keys = sorted(before.keys() | after.keys(), key=str)
    return [Difference(*key, before=before[key], after=after[key]) for key in keys if before[key] != after[key]]


def touched(asker: Asker, before: frozenset[str], after: frozenset[str], moment: datetime) -> tuple[Table, ...]:
    """The tables of which this asker may see something else: those whose count reads otherwise under the two."""
    one, other = (ShapeOf(asker.actor(moment, regime=regime)) for regime in (before, after))
    return _differing(one, other)


@lru_cache(maxsize=1024)
def _differing(one: ShapeOf, other: ShapeOf) -> tuple[Table, ...]:
    """The tables whose count is another text for the two shapes."""
    return tuple(model for model in countable() if _count_sql(model, one) != _count_sql(model, other))


@lru_cache(maxsize=1)
def countable() -> tuple[Table, ...]:
    """The tables of shared data about citizens: those of elements, and the citizens themselves; not the log."""
    policies = all_policies().items()
    return tuple(
        model
        for model, policy in policies
        if issubclass(model, Element) or policy.target.fixed not in (None, Category.LOG)
    )


def seen(
    citizens: Sequence[UUID],
    askers: Iterable[Asker],
    moment: datetime,
    *,
    regime: frozenset[str] | None = None,
    tables: tuple[Table, ...] | None = None,
) -> Seen:
    """Count what each asker sees of these citizens, by family: of every table, or of some. One statement for each."""
    found: Seen = Counter()
    wanted = countable() if tables is None else tables
    connection.ensure_connection()
    waiting = iter(askers)
    while some := list(islice(waiting, 200)):
        with connection.connection.pipeline():
            asked = [(asker, _send(asker, citizens, moment, regime, wanted)) for asker in some]
            for asker, cur in asked:
                for category, count in cur.fetchall() if cur is not None else ():
                    found[asker, Category(category)] += count
    return found


def _send(
    asker: Asker, citizens: Sequence[UUID], moment: datetime, regime: frozenset[str] | None, tables: tuple[Table, ...]
) -> Any:
    """Send the count of one asker; None where nobody of that shape sees anything."""
    actor = asker.actor(moment, regime=regime)
    statement = _counting(tables, ShapeOf(actor))
    if statement is None:
        return None
    cur = cursor()
    statement.send(cur, {**actor.bindings, "citizens": list(citizens)})
    return cur


@lru_cache(maxsize=2048)
def _counting(tables: tuple[Table, ...], shape: ShapeOf) -> Statement | None:
    """Compile the count of these tables for askers of this shape; None when they see nothing of any."""
    parts = [sql for sql in (_count_sql(model, shape) for model in tables) if sql]
    if not parts:
        return None
    text = (
        f"SELECT family, sum(found)::int FROM ({' UNION ALL '.join(parts)}) AS counted(family, found) GROUP BY family"
    )
    return Statement(*numbered(text), ("family", "found"), ())


@lru_cache(maxsize=8192)
def _count_sql(model: Table, shape: ShapeOf) -> str:
    """The count of one table as text with named slots; empty when nobody of this shape sees anything of it."""
    target = policy_of(model).target
    permitted = policy_of(model).permitted(shape.actor.symbolic, Action.READ)
    if permitted is NEVER:
        return ""
    category = F(target.category) if target.category else Value(str(target.fixed))
    of_citizens = Q(IsIn(F(target.citizen), Param("citizens", ArrayField(UUIDField()))))
    counted = model._default_manager.filter(of_citizens).filter(permitted).annotate(family=category).values("family")
    return compile_queryset(counted.annotate(found=Count("pk")).order_by().values_list("family", "found"))
