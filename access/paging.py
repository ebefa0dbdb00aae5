"""Pages of a search: the order of its rows, where the next page begins, and opaque signed cursors that say so."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
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


def make_cursor(pairs: Iterable[tuple[str, str]], count: int, order: tuple[str, ...], last: Row) -> str:
    """Make the opaque cursor of the page after `last`: signed, with the search it belongs to."""
    found = (last[name.removeprefix("-")] for name in order)
    marks = [mark if mark is None else mark.isoformat() if isinstance(mark, datetime) else str(mark) for mark in found]
    return signing.dumps([list(pairs), count, marks], salt=_SALT, compress=True)


def open_cursor(cursor: str) -> tuple[list[tuple[str, str]], int]:
    """Return the parameters of the search that a cursor goes on with, and its page size. Raises FhirError."""
    pairs, count, _marks = _load(cursor)
    return [(name, value) for name, value in pairs], count


def last_of(cursor: str) -> list[Any]:
    """Where the page before ended."""
    return list(_load(cursor)[2])


def _load(cursor: str) -> tuple[list[list[str]], int, list[str | None]]:
    """Check the signature and read."""
    try:
        pairs, count, marks = signing.loads(cursor, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise FhirError("bad-cursor") from error
    return pairs, count, marks
