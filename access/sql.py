"""From conditions to text: slots that a request fills, what a statement works out once, and compiling itself."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BooleanField, Expression, Field, QuerySet, UUIDField
from django.db.models.sql.compiler import SQLCompiler
from psycopg.sql import Literal


@dataclass(frozen=True)
class Slot:
    """A place in a compiled statement that a value of the request fills."""

    name: str


class _Leaf(Expression):
    """An expression without parts."""

    def get_source_expressions(self) -> list[Any]:
        """It has none."""
        return []


class Param(_Leaf):
    """An expression that compiles to a slot, so that a statement is compiled once and bound for every request."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Compile to one placeholder."""
        return "%s", [Slot(self.name)]


class Text(_Leaf):
    """An expression that was compiled before, against a table that stands under its own name."""

    def __init__(self, sql: str, params: Sequence[Any], output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.sql, self.params = sql, tuple(params)

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Return what it was compiled to."""
        return self.sql, self.params


class IsIn(Expression):
    """`value = ANY(array)`: whether a value is among those of an array column."""

    def __init__(self, value: Any, array: Any) -> None:
        super().__init__(output_field=BooleanField())
        self.parts = [value, array]

    def get_source_expressions(self) -> list[Any]:
        """Return the value and the array."""
        return self.parts

    def set_source_expressions(self, exprs: Any) -> None:
        """Take resolved parts."""
        self.parts = list(exprs)

    def resolve_expression(self, *args: Any, **kwargs: Any) -> "IsIn":
        """Resolve both parts against the query."""
        clone = self.copy()
        clone.parts = [part.resolve_expression(*args, **kwargs) for part in self.parts]
        return clone

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Compile both parts."""
        value, value_params = compiler.compile(self.parts[0])
        array, array_params = compiler.compile(self.parts[1])
        return f"{value} = ANY({array})", [*value_params, *array_params]


# What statements work out once, before all else: the text by its name.
_SHARED: dict[str, str] = {}
_ONCE: dict[str, str] = {}


class SharedArray(_Leaf):
    """An array that a statement works out once, before all else, however many conditions ask for it."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=ArrayField(UUIDField()))
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Compile to a look at the shared value."""
        return f"(SELECT found FROM {self.name})::uuid[]", []


def shared(name: str, sql: str) -> SharedArray:
    """Declare an array that compiled statements share; `sql` selects it as `found`, with named slots."""
    _SHARED[name] = sql
    return SharedArray(name)


ONE_CITIZEN = "(SELECT citizen FROM one)"


class OneCitizen(_Leaf):
    """The one citizen that a lean statement is about (`access.statements`): no row needs to be asked whose it is."""

    def __init__(self) -> None:
        super().__init__(output_field=UUIDField())

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Compile to a look at what the statement names first."""
        return ONE_CITIZEN, []


class Once(_Leaf):
    """Whether there are rows, of a queryset that asks about the actor and the one citizen of a lean statement only.

    However many conditions ask, the statement answers once: PostgreSQL prepares every sub-plan of a text at each
    execution, and the same question for each link of each row is what made texts long.
    """

    def __init__(self, queryset: QuerySet[Any, Any]) -> None:
        super().__init__(output_field=BooleanField())
        self.queryset = queryset

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Compile to a look at the answer, whose text `worked_out` puts first."""
        sql, params = self.queryset.query.exists().get_compiler(connection=connection).as_sql()
        text = f"SELECT EXISTS({_named(sql, params)}) AS held"
        name = f"once_{blake2s(text.encode(), digest_size=6).hexdigest()}"
        _ONCE[name] = text
        return f"(SELECT held FROM {name})", []


def worked_out(sql: str) -> str:
    """What a text asks once (`Once`), as the parts of a WITH clause; empty or ending in a comma."""
    names = dict.fromkeys(re.findall(r"FROM (once_[0-9a-f]+)\)", sql))
    return "".join(f"{name} AS MATERIALIZED ({_ONCE[name]}), " for name in names)


def compile_queryset(queryset: QuerySet[Any, Any]) -> str:
    """Compile a queryset to text with named slots; what is no slot is a constant of a rule and becomes a literal."""
    compiler: SQLCompiler = queryset.query.get_compiler("default")
    return _named(*compiler.as_sql())


def _named(sql: str, params: Any) -> str:
    """Put named slots and literals in the places of a compiled text."""
    parts = sql.split("%s")
    places = [f"%({value.name})s" if isinstance(value, Slot) else _literal(value) for value in params]
    return parts[0] + "".join(place + part for place, part in zip(places, parts[1:], strict=True))


def _literal(value: Any) -> str:
    """Quote a constant."""
    connection.ensure_connection()
    return Literal(value).as_string(connection.connection).replace("%", "%%")


_SLOT = re.compile(r"%\((\w+)\)s")


def numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """Turn named slots into PostgreSQL's numbered ones; a name that stands twice is one value.

    What the text shares (`shared`) is put before it.
    """
    used: list[str] = []
    for name in reversed(_SHARED):  # what is shared may ask for what was declared before it
        if any(f"FROM {name})" in text for text in (sql, *(_SHARED[other] for other in used))):
            used.insert(0, name)
    if used:
        first = ", ".join(f"{name} AS MATERIALIZED ({_SHARED[name]})" for name in used)
        sql = f"WITH {first}, {sql.removeprefix('WITH ')}" if sql.startswith("WITH ") else f"WITH {first} {sql}"
    slots: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        return f"${slots.setdefault(match[1], len(slots) + 1)}"

    return _SLOT.sub(number, sql).replace("%%", "%"), tuple(slots)
