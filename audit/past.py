"""The facts as they stood at an instant: each table seen through what `Past` kept of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model
from psycopg import sql

# A temporary view hides the table of its name, since PostgreSQL looks for names among the temporary ones first.
_VIEW = """
CREATE TEMPORARY VIEW {table} AS
SELECT now_is.* FROM public.{table} AS now_is
WHERE NOT EXISTS (
    SELECT FROM audit_past AS past
    WHERE past."table" = {name} AND past.key = {key} AND past.until > current_setting('audit.moment')::timestamptz
)
UNION ALL
SELECT (jsonb_populate_record(NULL::public.{table}, was."row")).*
FROM (
    SELECT DISTINCT ON (key) "row" FROM audit_past
    WHERE "table" = {name} AND until > current_setting('audit.moment')::timestamptz
    ORDER BY key, until, id
) AS was
WHERE was."row" IS NOT NULL
"""


@contextmanager
def seen_as_of() -> Iterator[Callable[[datetime], None]]:
    """Let every statement of this thread see the kept tables as they stood; yields what sets the instant (aware).

    Within it nothing can be written to them, and all that was done is undone at its end. A change counts from the
    moment it was made, which is a little before it was committed.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # Statements prepared before know the tables themselves; the driver forgets them all at a DROP.
        cursor.execute("DROP VIEW IF EXISTS pg_temp.audit_nothing")
        for model in kept():
            cursor.execute(_view(model))

        def set_moment(moment: datetime) -> None:
            cursor.execute("SELECT set_config('audit.moment', %s, true)", [moment.isoformat()])

        yield set_moment
        transaction.set_rollback(True)


def kept() -> list[type[Model]]:
    """The tables whose past is kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = 'past_of_insert'"
        )
        names = {name for (name,) in cursor.fetchall()}
    return [model for model in apps.get_models() if model._meta.db_table in names]


def _view(model: type[Model]) -> sql.Composed:
    """The view that hides a table."""
    columns = [sql.Identifier("now_is", str(field.column)) for field in model._meta.pk_fields]
    key = sql.SQL(" || '/' || ").join([column + sql.SQL("::text") for column in columns])
    table = model._meta.db_table
    return sql.SQL(_VIEW).format(table=sql.Identifier(table), name=sql.Literal(table), key=key)
