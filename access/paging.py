"""Pages of a search: the order of its rows, where the next page begins, and opaque signed cursors that say so."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.db.models import DateTimeField, Field, Q, TextField, UUIDField

from access.conditions import disj
from access.sql import Param
from access.statements import Row, Source
from fhir.outcomes import FhirError
from fhir.registry import Resource

_SALT = "search-cursor"


class Builder(Protocol):
    """What a condition is added to (`access.search.Builder`)."""

    source: Source

    def add(self, part: Q, *key: Any) -> None:
        """Take one more condition."""

    def slot(self, value: Any, output: Any) -> Param:
        """Make a slot for a value."""

    def field_of(self, path: str) -> "Field[Any, Any]":
        """The field at the end of a path."""


def order_of(resource: Resource, sort: str) -> tuple[str, ...]:
    """The order of columns: as asked, or the source's own; always ending in the id, so that a page has a last row."""
    if not sort:
        return tuple(resource.source.order)
    columns = {**resource.sorts, "_lastUpdated": "updated_at"}
    named = {columns[name.removeprefix("-")]: "-" if name.startswith("-") else "" for name in sort.split(",")}
    last = next(reversed(named.values()))
    return (*(f"{minus}{column}" for column, minus in named.items()), f"{last}id")


def after(builder: Builder, order: tuple[str, ...], last: list[Any]) -> None:
    """Only what comes after the last row of the page before: later in one column, and the same in those before it."""
    if len(order) != len(last):
        raise FhirError("bad-cursor")
    parts, same = [], Q()
    for name, mark in zip(order, last, strict=True):
        path = str(builder.source.columns[name.removeprefix("-")])
        slot = None if mark is None else _mark(builder, path, mark)
        may_be_empty = builder.field_of(path).null
        beyond = _beyond(path, slot, descends=name.startswith("-"), may_be_empty=may_be_empty)
        if beyond is not None:
            parts.append(same & beyond)
        same &= Q(**{f"{path}__isnull": True}) if slot is None else Q(**{path: slot})
    builder.add(disj(parts), "cursor", tuple(mark is None for mark in last))


def _mark(builder: Builder, path: str, mark: str) -> Param:
    """A slot for a value of the last row."""
    output = builder.field_of(path)
    if isinstance(output, DateTimeField):
        return builder.slot(datetime.fromisoformat(mark), DateTimeField())
    if isinstance(output, UUIDField):
        return builder.slot(UUID(mark), UUIDField())
    return builder.slot(mark, TextField())


def _beyond(path: str, slot: Param | None, *, descends: bool, may_be_empty: bool) -> Q | None:
    """What stands after a value in a column; PostgreSQL puts what is empty last, or first when it descends."""
    if slot is None:
        return Q(**{f"{path}__isnull": False}) if descends else None
    later = Q(**{f"{path}__{'lt' if descends else 'gt'}": slot})
    return later if descends or not may_be_empty else later | Q(**{f"{path}__isnull": True})


def marks_of(order: tuple[str, ...], last: Row) -> list[str | None]:
    """Where a page ends: the values of its last row in the columns that it is ordered by."""
    found = (last[name.removeprefix("-")] for name in order)
    return [mark if mark is None else mark.isoformat() if isinstance(mark, datetime) else str(mark) for mark in found]


def sealed(path: str, pairs: Iterable[tuple[str, str]], count: int, marks: Sequence[str | None]) -> str:
    """Make the opaque cursor of a page: signed, with the path and the parameters that it goes on with."""
    return signing.dumps([path, list(pairs), count, list(marks)], salt=_SALT, compress=True)


def links(
    base: str, path: str, pairs: Sequence[tuple[str, str]], count: int, marks: Sequence[str | None] | None
) -> list[dict[str, str]]:
    """The links of a page to itself and, where marks tell how it ends, to the next."""
    built = [{"relation": "self", "url": f"{base}/{written(path, [*pairs, ('_count', str(count))])}"}]
    if marks is not None:
        built.append({"relation": "next", "url": f"{base}/{path}?_cursor={sealed(path, pairs, count, marks)}"})
    return built


def written(address: str, pairs: Sequence[tuple[str, str]]) -> str:
    """An address with its parameters, as it may be shown."""
    shown = [(name, value) for name, value in pairs if name != "_cursor"]
    return f"{address}?{urlencode(shown, safe='/,:|')}" if shown else address


def open_cursor(path: str, cursor: str) -> tuple[list[tuple[str, str]], int]:
    """Return the parameters of the search that a cursor goes on with, and its page size.

    Raises FhirError (400) for one that is not ours, or was made for another path.
    """
    made_for, pairs, count, _marks = _load(cursor)
    if made_for != path:
        raise FhirError("bad-cursor")
    return [(name, value) for name, value in pairs], count


def last_of(cursor: str) -> list[Any]:
    """Where the page before ended."""
    return list(_load(cursor)[3])


def _load(cursor: str) -> tuple[str, list[list[str]], int, list[str | None]]:
    """Check the signature and read."""
    try:
        path, pairs, count, marks = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise FhirError("bad-cursor") from error
    return path, pairs, count, marks
