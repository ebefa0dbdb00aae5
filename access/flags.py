"""Conditions as columns: the answer of a gate about a row, compiled to text once for a shape of actor and kind of row.

A gate stands in many statements (a read, each search, a decision), and resolving its condition costs far more than
putting its text in place.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, Case, Expression, Model, Q, Value, When

from access.actors import Actor
from access.conditions import ALWAYS, NEVER, Condition, Target
from access.facts import rows_behind
from access.sql import Text

Column = Callable[[Actor], Expression]


@dataclass(frozen=True)
class Flag:
    """The answer of a condition: a constant, or else a column; and the rows that the log names as its facts."""

    constant: bool | None
    column: Expression
    behind: tuple[Expression, ...]


MOST = 8192
_FLAGS: dict[tuple[Any, ...], Flag] = {}
_COLUMNS: dict[tuple[Any, ...], Expression] = {}


def as_flag(q: Q) -> Case | Value:
    """Return a condition as a boolean column."""
    if q is ALWAYS or q is NEVER:
        return Value(q is ALWAYS, output_field=BooleanField())
    return Case(When(q, then=Value(True)), default=Value(False), output_field=BooleanField())


def flag_of(condition: Condition, actor: Actor, model: type[Model], target: Target) -> Flag:
    """Return the answer of a condition for actors of this one's shape about rows of a table."""
    key = (condition, actor.shape, model, target)
    found = _FLAGS.get(key)
    if found is None:
        q = condition.q(actor.symbolic, target)
        constant = q is ALWAYS if q is ALWAYS or q is NEVER else None
        rows: list[Any] = [ArraySubquery(each) for each in rows_behind(q, logged_only=True)]
        column, *behind = _texts(model, [as_flag(q), *rows], **dict(target.assumed))
        found = Flag(constant, column, tuple(behind))
        _keep(_FLAGS, key, found)
    return found


def column_of(column: Column, actor: Actor, model: type[Model]) -> Expression:
    """Return a column that is itself decided, for actors of this one's shape about rows of a table."""
    key = (column, actor.shape, model)
    found = _COLUMNS.get(key)
    if found is None:
        found = _texts(model, [column(actor.symbolic)])[0]
        _keep(_COLUMNS, key, found)
    return found


def _keep(kept: dict[tuple[Any, ...], Any], key: tuple[Any, ...], made: Any) -> None:
    """Keep what was made; when there is too much, all is made anew."""
    if len(kept) >= MOST:
        kept.clear()
    kept[key] = made


def _texts(model: type[Model], columns: Iterable[Expression], **assumed: Expression) -> list[Expression]:
    """Compile columns of a table; one that needs other tables joined, or compiles to nothing, stays as it is."""
    rows = model._default_manager.annotate(**assumed).order_by()
    alone = re.compile(rf'SELECT (.*) AS "found" FROM "{model._meta.db_table}"', re.DOTALL)
    texts: list[Expression] = []
    for column in columns:
        try:
            sql, params = rows.annotate(found=column).values_list("found").query.get_compiler("default").as_sql()
            match = alone.fullmatch(sql)
        except EmptyResultSet:
            match = None
        texts.append(Text(match[1], params, column.output_field) if match else column)
    return texts
