"""The same rows with neither gates nor log, whoever asks: what decisions are measured against."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db.models import Q

from access.actors import Actor
from access.sql import compile_queryset, numbered
from access.statements import Row, Search, Source, Statement, started_within


class _Key:
    """A search as the key of its compiled statement."""

    def __init__(self, source: Source, search: Search) -> None:
        self.source, self.search = source, search
        self.order = search.order or source.order
        self.key = (source.name, search.key, self.order)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.key == other.key


def selected(source: Source, where: Q, order: Sequence[str] = ()) -> str:
    """Compile the rows that meet a condition, whoever asks."""
    computed = {f"col_{name}": column(None) for name, column in source.columns.items() if not isinstance(column, str)}
    paths = [column if isinstance(column, str) else f"col_{name}" for name, column in source.columns.items()]
    queryset = source.model._default_manager.filter(where).annotate(**computed)
    return compile_queryset(queryset.order_by(*_paths(source, order)).values_list(*paths))


def _paths(source: Source, order: Sequence[str]) -> list[str]:
    """An order of columns as an order of fields."""
    return [f"-{source.columns[name[1:]]}" if name.startswith("-") else str(source.columns[name]) for name in order]


@lru_cache(maxsize=1024)
def _plain(wanted: _Key) -> Statement:
    """Compile a search."""
    source = wanted.source
    sql = selected(source, wanted.search.where, wanted.order)
    if not wanted.search.is_bounded:  # columns that cost something are worked out for the rows of the page only
        sql = started_within(
            sql, source.model._default_manager.filter(wanted.search.where).order_by(*_paths(source, wanted.order))
        )
    sql = f"{sql} LIMIT %(limit)s::int"
    return Statement(*numbered(sql), tuple(source.columns), ())


def statement_of(source: Source, search: Search) -> Statement:
    """The compiled statement of a search."""
    return _plain(_Key(source, search))


def rows_of(statement: Statement, tuples: Sequence[tuple[Any, ...]]) -> list[Row]:
    """Give the columns their names."""
    return [{**dict(zip(statement.names, values, strict=True)), "rules": []} for values in tuples]


def fetch(
    source: Source, actor: Actor, search: Search, *, interaction: str, query: str = "", logged: bool = True
) -> list[Row]:
    """Return the rows, whoever asks; nothing is logged."""
    statement = statement_of(source, search)
    return rows_of(statement, statement.run({**actor.bindings, **search.values, "limit": search.limit}))
