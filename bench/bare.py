"""The same service without decisions and log, to be measured against: it answers about the bench's test persons only.

What is left is what any server of the same data does: the token, the query of the same rows by id or citizen, the same
mapping, the same bytes; a write keeps its version. This is a WSGI application of its own. Nothing of the service knows
of it, no setting leads here, and it refuses every database that does not say of itself that it holds the bench.
"""

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.models import F, Q, UUIDField

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from access import authoring, service  # noqa: E402
from access.actors import Actor  # noqa: E402
from access.search import citizen_search  # noqa: E402
from access.sql import IsIn, Param, numbered  # noqa: E402
from access.statements import (  # noqa: E402
    Row,
    Source,
    Statement,
    cursor,
)
from access.vocabulary import Category  # noqa: E402
from access.writing import as_json, inserting, of_made  # noqa: E402
from bench import plain, population  # noqa: E402


@lru_cache(maxsize=256)
def _keeping(source: Source, *, is_new: bool = False) -> Statement:
    """Compile: read rows that were written, or write one that is new, and keep a version of each."""
    columns = ", ".join(f'"{name}"' for name in source.columns)
    rows = plain.selected(source, Q(IsIn(F("pk"), Param("ids", ArrayField(UUIDField())))))
    head = f"WITH x({columns}) AS MATERIALIZED ({rows})"
    if is_new:
        head = f"WITH made AS ({inserting(source)}), x({columns}) AS MATERIALIZED ({of_made(source, rows)})"
    sql = (
        f"{head}, v AS (INSERT INTO audit_version (id, resource_type, resource_id, "
        "version, change, citizen_id, category, recorded_under, origin_id, recorded_at, acting_as, professional_id, "
        "unit_id, client_id, request_id, row) SELECT gen_random_uuid(), %(type)s::text, id, version, %(change)s::text, "
        "citizen_id, category, recorded_under, origin_id, %(at)s::timestamptz, %(acting_as)s::text, "
        "%(professional_id)s::uuid, %(unit_id)s::uuid, %(client_id)s::text, %(request_id)s::text, to_jsonb(x) FROM x) "
        f"SELECT {columns} FROM x"
    )
    return Statement(*numbered(sql), tuple(source.columns), ())


def overview(sources: Sequence[tuple[Source, str]], actor: Actor, citizen_id: UUID, limit: int) -> list[list[Row]]:
    """Return all there is about one citizen, in one transaction like the service."""
    statements = [
        plain.statement_of(source, citizen_search(source, citizen_id, column, limit)) for source, column in sources
    ]
    values = {**actor.bindings, "q0": citizen_id, "limit": limit}
    connection.ensure_connection()
    with connection.connection.transaction(), connection.connection.pipeline():
        cursors = []
        for statement in statements:
            cur = cursor()
            statement.send(cur, values)
            cursors.append(cur)
        return [plain.rows_of(statement, cur.fetchall()) for statement, cur in zip(statements, cursors, strict=True)]


def permit_create(source: Source, actor: Actor, citizen_id: UUID, category: Category) -> list[str]:
    """Permit it."""
    return []


def record(
    actor: Actor,
    source: Source,
    ids: Sequence[UUID],
    change: str,
    *,
    citizen_id: UUID | None,
    rules: Sequence[str] = (),
) -> list[Row]:
    """Keep a version of each row written and return the rows; nothing is logged."""
    statement = _keeping(source)
    return plain.rows_of(statement, statement.run(_values(actor, source, ids, change)))


def create(actor: Actor, source: Source, columns: Mapping[str, Any]) -> Row:
    """Write a new row with its version and return it; nothing is decided or logged."""
    statement = _keeping(source, is_new=True)
    values = _values(actor, source, [columns["id"]], "create") | {"row": as_json(columns)}
    return plain.rows_of(statement, statement.run(values))[0]


def _values(actor: Actor, source: Source, ids: Sequence[UUID], change: str) -> dict[str, Any]:
    """What both are bound to."""
    return {
        "ids": list(ids),
        "type": source.name,
        "change": change,
        "at": actor.moment,
        "acting_as": str(actor.acting_as),
        "professional_id": actor.professional_id,
        "unit_id": actor.unit_id,
        "client_id": actor.client_id,
        "request_id": actor.request_id,
    }


def _install() -> None:
    """Put what stands here in the place of what decides and logs, in this process only."""
    if population.found() is None:
        raise ImproperlyConfigured("this server runs on the database of the bench only")
    connection.close()
    service.fetch = plain.fetch  # type: ignore[attr-defined]
    service.overview = overview
    service.permit_create = permit_create
    authoring.create = create  # type: ignore[attr-defined]
    authoring.record = record  # type: ignore[attr-defined]


_install()
