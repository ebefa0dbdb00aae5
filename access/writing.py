"""What every write leaves behind, in its own transaction: a version of each thing written and the log row.

`record` is called by the services after they changed rows. It reads the rows back as their source tells, so that what
is kept as a version is what a reader would have got, and the answer to the writer costs no further statement. `create`
does all of it at once, the decision and the new row too, where nothing else hangs on the row.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import F, Q, UUIDField

from access import scopes
from access.actors import Actor
from access.decisions import ShapeOf, held_of
from access.events import followed_in
from access.log_rows import LOG_COLUMNS, LOG_TYPES, log_values
from access.policies import policy_of
from access.service import of_the_citizen
from access.shielding import answers, meets_shields, people_of, shielded_row
from access.sql import IsIn, Param, compile_queryset, numbered
from access.statements import Row, Source, Statement
from access.vocabulary import Action, Category
from fhir.ids import new_key


@lru_cache(maxsize=256)
def _recording(source: Source, reader: ShapeOf | None, *, of_several: bool = False) -> Statement:
    """Compile: read the rows, write a version of each and one log row (`of_several`: one for each citizen among them),
    return the rows."""
    rows, people = _read_back(source, reader)
    return _statement(source, f"WITH {rows}", people, rules="%(rules)s::text[]", of_several=of_several)


@lru_cache(maxsize=1024)
def _creating(source: Source, category: Category, shape: ShapeOf) -> Statement:
    """Compile: decide, write a row where a rule holds, and what `_recording` does; no text where no rule can hold."""
    held = held_of(of_the_citizen(policy_of(source.model), category), shape.actor, Action.CREATE)
    if not held:
        return Statement("", (), (), ())
    rows, people = _read_back(source, shape if meets_shields(shape.actor) else None)
    inserted = inserting(source, "held", "cardinality(held.rules) > 0")
    head = f"WITH held AS MATERIALIZED ({held}), made AS ({inserted}), {of_made(source, rows)}"
    return _statement(source, head, people, rules="(SELECT rules FROM held)")


def inserting(source: Source, given: str = "", where: str = "true") -> str:
    """Compile: insert the row that the slot `row` tells as JSON, and return it.

    One text is cheaper to send and to read than the values one by one.
    """
    table = f'"{source.model._meta.db_table}"'
    columns = [f'"{column.column}"' for column in source.model._meta.concrete_fields]
    values = f"json_populate_record(NULL::{table}, %(row)s::json) AS new"
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(f'new.{column}' for column in columns)} "
        f"FROM {', '.join(filter(None, (given, values)))} WHERE {where} RETURNING *"
    )


def of_made(source: Source, rows: str) -> str:
    """Let a text read its own table from what the statement has just written (`made`), which the table lacks yet."""
    table = f'"{source.model._meta.db_table}"'
    text, times = re.subn(rf" FROM {table} (?=WHERE|INNER|LEFT)", lambda _found: f" FROM made AS {table} ", rows)
    if times != 1:
        raise ValueError(f"{table} is read {times} times")
    return text


def _read_back(source: Source, reader: ShapeOf | None) -> tuple[str, tuple[str, ...]]:
    """Compile the rows of the `ids` as `x`; returns it with the columns that tell what is kept from the reader.

    A citizen who writes is a reader too: the answer keeps from her what any other would, and the version keeps all.
    """
    any_of = Param("ids", ArrayField(UUIDField()))
    computed = {f"col_{name}": column(None) for name, column in source.columns.items() if not isinstance(column, str)}
    paths = [column if isinstance(column, str) else f"col_{name}" for name, column in source.columns.items()]
    kept = {} if reader is None else answers(source, reader.actor.symbolic)
    queryset = (
        source.model._default_manager.filter(Q(IsIn(F("pk"), any_of)))
        .annotate(**computed, **kept)
        .order_by()
        .values_list(*paths, *kept)
    )
    columns = ", ".join(f'"{name}"' for name in (*source.columns, *kept))
    return f"x({columns}) AS MATERIALIZED ({compile_queryset(queryset)})", tuple(kept)


def _statement(source: Source, head: str, kept: tuple[str, ...], *, rules: str, of_several: bool = False) -> Statement:
    """Compile what is left behind of the rows `x` that the text begins with, and return them."""
    target = policy_of(source.model).target
    columns = ", ".join(f'"{name}"' for name in (*source.columns, *kept))
    stored = " - ".join(["to_jsonb(x)", *(f"'{name}'" for name in kept)])
    has = source.columns.__contains__
    category = "category" if has("category") else f"'{target.fixed or ''}'::text"
    law = "recorded_under" if has("recorded_under") else "''::text"
    origin = "origin_id" if has("origin_id") else "NULL::uuid"
    citizen = "citizen_id" if has("citizen_id") else "id" if target.citizen == "id" else "NULL::uuid"
    logged = ", ".join(f"%(log_{name})s::{LOG_TYPES.get(name, 'text')}" for name in LOG_COLUMNS)
    whose = "(%(log_ids)s::uuid[])[row_number() OVER ()]", citizen, f" GROUP BY {citizen}"
    one = "%(log_id)s::uuid", "%(log_citizen)s::uuid", " HAVING count(*) > 0"
    log_id, log_citizen, grouped = whose if of_several else one
    sql = (
        f"{head}, "
        "v AS (INSERT INTO audit_version (id, resource_type, resource_id, version, change, citizen_id, category, "
        "recorded_under, origin_id, recorded_at, acting_as, professional_id, unit_id, actor_citizen_id, client_id, "
        "request_id, row) SELECT gen_random_uuid(), %(log_resource_type)s::text, id, version, %(change)s::text, "
        f"{citizen}, {category}, {law}, {origin}, %(log_at)s::timestamptz, %(log_acting_as)s::text, "
        "%(log_professional_id)s::uuid, %(log_unit_id)s::uuid, %(log_actor_citizen_id)s::uuid, "
        f"%(log_client_id)s::text, %(log_request_id)s::text, {stored} FROM x), "
        f"l AS (INSERT INTO audit_entry (id, recorded_at, citizen_id, {', '.join(LOG_COLUMNS)}, resource_ids, "
        f"families, laws, outcome, reason, rules, facts) SELECT {log_id}, %(log_at)s::timestamptz, "
        f"{log_citizen}, {logged}, coalesce(array_agg(id), '{{}}'), "
        f"coalesce(array_agg(DISTINCT {category}) FILTER (WHERE {category} <> ''), '{{}}'), "
        f"coalesce(array_agg(DISTINCT {law}) FILTER (WHERE {law} <> ''), '{{}}'), 'permit', '', "
        f"{rules}, '{{}}' FROM x{grouped}){_noted(source, citizen)} "
        f"SELECT {columns}, {rules} FROM x"
    )
    return Statement(*numbered(sql), (*source.columns, *kept, "rules"), (), people_of(source) if kept else ())


def _noted(source: Source, citizen: str) -> str:
    """Compile the one row that tells whoever follows these rows that they changed; blank when nobody does."""
    label = source.model._meta.label
    table = followed_in(label)
    if table is None:
        return ""
    return (
        f", n AS (INSERT INTO {table} (model, change, citizen_id, resource_ids, occurred_at) "
        f"SELECT '{label}', %(change)s::text, {citizen}, array_agg(id), %(log_at)s::timestamptz "
        f"FROM x GROUP BY {citizen})"
    )


def record(
    actor: Actor,
    source: Source,
    ids: Sequence[UUID],
    change: str,
    *,
    citizen_id: UUID | None,
    rules: Sequence[str] = (),
) -> list[Row]:
    """Write a version of each of these rows and one log row for the citizen; return the rows, unfiltered.

    `change` is "create" or "update"; `rules` are the codes of the rules that permitted the act. One statement, to be
    called inside the transaction of the change, after all of it is written.
    """
    scopes.demand_written(actor, source.name, change, citizen_id)
    values = _values(actor, source, ids, change, rules) | {"log_id": new_key(), "log_citizen": citizen_id}
    statement = _recording(source, ShapeOf(actor) if meets_shields(actor) else None)
    return _rows(statement, values)


def create(actor: Actor, source: Source, columns: Mapping[str, Any]) -> Row | None:
    """Write one new row, all columns of which are given, with its version and its log row, if the actor may create
    one of its category about its citizen; return it, unfiltered, or None where she may not and nothing was written.

    One statement, which is a transaction of its own or stands in that which is open. Raises OutOfScope, and
    IntegrityError for what the database refuses.
    """
    citizen_id = columns["citizen_id"]
    scopes.demand_written(actor, source.name, "create", citizen_id)
    statement = _creating(source, columns["category"], ShapeOf(actor))
    if not statement.sql:
        return None
    values = _values(actor, source, [columns["id"]], "create", ()) | {
        "log_id": new_key(),
        "log_citizen": citizen_id,
        "keys": [citizen_id],
        "row": as_json(columns),
    }
    with connection.wrap_database_errors:
        rows = _rows(statement, values)
    return rows[0] if rows else None


def as_json(columns: Mapping[str, Any]) -> str:
    """The row that `inserting` asks for."""
    return orjson.dumps(columns, default=_as_text).decode()


def _as_text(value: Any) -> str:
    """A value that JSON has no word for as PostgreSQL reads it; bytes in hexadecimal."""
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


def _rows(statement: Statement, values: Mapping[str, Any]) -> list[Row]:
    """Run, and give the columns their names."""
    rows = (dict(zip(statement.names, row, strict=True)) for row in statement.run(values))
    return [shielded_row(row, statement.people) for row in rows]


def record_several(actor: Actor, source: Source, ids: Sequence[UUID], change: str, *, rules: Sequence[str]) -> None:
    """The same for rows of several citizens: a version of each, and for each citizen the log row that is hers."""
    scopes.demand_written(actor, source.name, change, None)
    values = _values(actor, source, ids, change, rules) | {"log_ids": [new_key() for _id in ids]}
    _recording(source, None, of_several=True).run(values)


def _values(actor: Actor, source: Source, ids: Sequence[UUID], change: str, rules: Sequence[str]) -> dict[str, Any]:
    """What both statements are bound to."""
    return {
        **actor.bindings,
        **{f"log_{name}": value for name, value in log_values(actor, change, source.name).items()},
        "ids": list(ids),
        "change": change,
        "log_at": actor.moment,
        "rules": list(rules),
    }
