"""Rows as text for PostgreSQL's COPY: what is the same in every row of a sheet is written once, into its template."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import psycopg
from django.db.models import NOT_PROVIDED, AutoField, Model
from django.db.models.fields.composite import CompositePrimaryKey

LINES_AT_ONCE = 2000
NULL = r"\N"


def text_of(value: Any) -> str:
    """Write a value as COPY reads it; texts here hold no tab, line end or backslash."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return "{" + ",".join(map(text_of, value)) + "}"
    return str(value)


def instant_text(seconds: float) -> str:
    """Write an instant, given in seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ", timespec="milliseconds")


class Sheet:
    """One table's columns: some vary from row to row, some are the same in all, the rest have the model's defaults.

    Names are those of columns (`citizen_id`). Raises ValueError for a column without a value.
    """

    def __init__(self, model: type[Model], *varying: str, **same: Any) -> None:
        """Make the template."""
        places: dict[str, str] = {}
        for field in model._meta.concrete_fields:
            column = str(field.column)
            if column in varying:
                places[column] = "%s"
            elif column in same:
                places[column] = text_of(same[column]).replace("%", "%%")
            elif isinstance(field, AutoField | CompositePrimaryKey):
                continue
            elif field.default is not NOT_PROVIDED or field.null:
                places[column] = text_of(field.get_default()).replace("%", "%%")
            else:
                raise ValueError(f"{model.__name__}.{column} has no value")
        if left := (set(varying) | set(same)) - set(places):
            raise ValueError(f"{model.__name__} has no column {', '.join(sorted(left))}")
        # The places stand in the order of `varying`, whatever the order of the table.
        names = [*varying, *(name for name in places if name not in varying)]
        quoted = ", ".join(f'"{name}"' for name in names)
        self.sql = f'COPY "{model._meta.db_table}" ({quoted}) FROM STDIN'
        self.template = "\t".join(places[name] for name in names) + "\n"

    def lines(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
        """Write rows of the varying columns, some thousand lines at a time."""
        template = self.template
        source = iter(rows)
        while part := [template % row for row in islice(source, LINES_AT_ONCE)]:
            yield "".join(part)


def copy(connection: "psycopg.Connection[Any]", sheet: Sheet, rows: Iterable[tuple[Any, ...]]) -> int:
    """Copy rows into the table; returns how many there were. One COPY in the transaction that is open."""
    with connection.cursor() as cursor:
        with cursor.copy(sheet.sql) as stream:
            for part in sheet.lines(rows):
                stream.write(part)
        return cursor.rowcount
