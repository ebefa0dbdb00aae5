"""The hot path: one statement decides, fetches and writes the log row; nothing leaves without it.

A statement is compiled once per source, interaction and shape of actor, and bound for every request; PostgreSQL plans
it once per connection. The gates are those of the policy, so what a list shows and what an object answers are one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import F, Model, Q, QuerySet, UUIDField

from access import log_rows, scopes
from access.actors import Actor
from access.conditions import NEVER, Condition, Target, disj, has_decided
from access.flags import column_of, flag_of
from access.later import told_links
from access.marks import MARK, marks
from access.policies import Rule, policy_of
from access.shielding import Deed, Person, answers, people_of, shielded_row
from access.sql import ONE_CITIZEN, IsIn, Param, compile_queryset, numbered, worked_out
from access.vocabulary import Action
from fhir.ids import new_key

Row = dict[str, Any]
Column = str | Callable[[Actor | None], Any]


@dataclass(frozen=True, eq=False)
class Source:
    """What one kind of resource reads from one table: its columns by name, and how its rows are ordered.

    A column is a path of fields, or a function of the actor for what is itself decided (links to other elements).
    `category` and `recorded_under` among them tell the log what kind of data were seen. `told` gives, for a gate that
    the columns answer already, the condition over them, so that it is not asked twice. `is_long` says that one citizen
    may have very many rows, so that a search of hers too narrows by the policy and the page before it reads them.
    `people` are the columns of the ids of professionals, for whom a shield may be in force; an element's author need
    not be told (`access.shielding`). `deleted` is the column that tells when a row was deleted, where that is possible:
    no search finds such a row, and its history stays.
    """

    name: str
    model: type[Model]
    columns: Mapping[str, Column]
    order: tuple[str, ...] = ("-updated_at", "-id")
    logged: bool = True
    told: Mapping[Condition, str] = field(default_factory=dict)
    is_long: bool = False
    people: Mapping[str, Deed] = field(default_factory=dict)
    deleted: str = ""


@dataclass(frozen=True)
class Search:
    """A search as the statement sees it: a key of its shape, the condition with slots, and the values for them.

    `is_bounded` says that few rows can meet the condition (one citizen, one id), so that all of them may be decided
    before any is left out; an unbounded search narrows by the policy first. `names_one` says that it names one citizen
    otherwise than by her id.
    """

    key: tuple[Any, ...]
    where: Q
    values: Mapping[str, Any] = field(default_factory=dict)
    citizen_id: UUID | None = None
    limit: int = 50
    order: tuple[str, ...] | None = None
    is_bounded: bool = False
    names_one: bool = False


@dataclass(frozen=True)
class Statement:
    """Compiled text with numbered places for values; constants of the rules stand in it as literals.

    Numbered places (PostgreSQL's own) spare the driver the work of reading a long text again for every request.
    `people` are those whose names may be kept from the reader; their answers are among the columns.
    """

    sql: str
    slots: tuple[str, ...]
    names: tuple[str, ...]
    rules: tuple[Rule, ...]
    people: tuple[Person, ...] = ()

    def run(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Execute on this thread's connection as a prepared statement and return the rows."""
        with cursor() as cur:
            self.send(cur, values)
            return cur.fetchall()

    def send(self, cur: psycopg.RawCursor[tuple[Any, ...]], values: Mapping[str, Any]) -> None:
        """Execute as a prepared statement; the rows come in binary, which costs both sides less than text."""
        cur.execute(self.sql, [values[name] for name in self.slots], prepare=True, binary=True)


def cursor() -> psycopg.RawCursor[tuple[Any, ...]]:
    """Return a cursor with server-side binding, which prepared statements need."""
    here = connections[DEFAULT_DB_ALIAS]  # asked for once: it is looked up by thread each time
    if here.connection is not None and here.connection.closed and not here.in_atomic_block:
        here.close()  # the server went away; the next statement gets a new connection
    if here.connection is None:
        here.ensure_connection()
    return _Counted(here.connection) if here.force_debug_cursor else psycopg.RawCursor(here.connection)


class _Counted(psycopg.RawCursor[tuple[Any, ...]]):
    """A cursor whose statements a test can count (`CaptureQueriesContext`)."""

    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> "_Counted":
        """Execute and note the statement."""
        connection.queries_log.append({"sql": str(query), "time": "0"})
        return super().execute(query, params, **kwargs)


def _order_sql(order: Sequence[str]) -> str:
    """The ORDER BY of columns by name."""
    return ", ".join(f'"{name[1:]}" DESC' if name.startswith("-") else f'"{name}"' for name in order)


@dataclass(frozen=True)
class _Rows:
    """Compiled rows: the text, the names of its columns, the rules that may hold and, for each, its gates over those
    columns, and by the number of a rule the columns that hold what the log names as its facts."""

    sql: str
    names: list[str]
    rules: list[Rule]
    sums: list[str]
    facts: list[tuple[int, str]]


def _select(source: Source, actor: Actor, where: Q, narrowed: tuple[str, ...] | None = None) -> _Rows:
    """Compile the rows that meet `where`, their columns, and one column for each gate that is not shut by the actor.

    A gate that several rules share is asked once.
    """
    symbolic = actor.symbolic
    policy = policy_of(source.model)
    gates: dict[Condition, str] = {}
    flags: dict[str, Any] = {}
    behind: dict[Condition, dict[str, Any]] = {}
    rules: list[Rule] = []
    sums, facts = [], []
    for rule in policy.rules_for(Action.READ):
        asked = {gate.condition: flag_of(gate.condition, actor, source.model, policy.target) for gate in rule.gates}
        if any(flag.constant is False for flag in asked.values()):
            continue
        for gate_condition, flag in asked.items():
            if gate_condition in source.told:
                gates[gate_condition] = f"({source.told[gate_condition]})"
            elif flag.constant is None and gate_condition not in gates:
                gates[gate_condition] = f"gate_{len(gates)}"
                flags[gates[gate_condition]] = flag.column
            if source.logged and gate_condition not in behind:
                known = sum(map(len, behind.values()))
                behind[gate_condition] = {f"fact_{known + more}": rows for more, rows in enumerate(flag.behind)}
            facts += [(len(rules), name) for name in behind.get(gate_condition, ())]
        rules.append(rule)
        sums.append(" AND ".join(gates[item] for item, flag in asked.items() if flag.constant is None) or "true")
    if narrowed is not None and len(rules) == 1:  # every row that is left has passed the one rule
        flags, sums = {}, ["true"]
    for columns in behind.values():
        flags |= columns
    computed = {
        f"col_{name}": column_of(column, actor, source.model)
        for name, column in source.columns.items()
        if not isinstance(column, str)
    }
    paths = [column if isinstance(column, str) else f"col_{name}" for name, column in source.columns.items()]
    flags = marks(source, symbolic) | answers(source, symbolic) | flags
    queryset = (
        source.model._default_manager.filter(where).annotate(**computed, **flags).order_by().values_list(*paths, *flags)
    )
    names = [*source.columns, *flags]
    if narrowed is None:
        return _Rows(compile_queryset(queryset), names, rules, sums, facts)
    order = [f"-{source.columns[name[1:]]}" if name.startswith("-") else str(source.columns[name]) for name in narrowed]
    permitted = policy.permitted(symbolic, Action.READ)
    if permitted is NEVER:  # Django makes no statement of what is empty
        return _Rows(f"{compile_queryset(queryset)} LIMIT 0", names, rules, sums, facts)
    sql = compile_queryset(queryset.filter(permitted).order_by(*order))
    within = _within(rules, symbolic, policy.target)
    if within is not None:
        sql = started_within(sql, source.model._default_manager.filter(where).filter(within).order_by(*order))
    return _Rows(f"{sql} LIMIT %(limit)s::int", names, rules, sums, facts)


def _within(rules: Sequence[Rule], actor: Actor, target: Target) -> Q | None:
    """A condition that an index answers and that all rows which these rules permit meet; None where a rule has none."""
    found: dict[Condition, Q] = {}
    for rule in rules:
        gate = next((gate.condition for gate in rule.gates if gate.condition.within is not None), None)
        if gate is None or gate.within is None:
            return None
        found[gate] = gate.within(actor, target)
    return disj(dict.fromkeys(found.values()))


def started_within(sql: str, rows: QuerySet[Any, Any]) -> str:
    """Let a text read its own table through these rows, in their order: gates are then asked until a page is full.

    The offset, though it skips nothing, keeps PostgreSQL from asking the gates of every row before it sorts.
    """
    table = f'"{rows.model._meta.db_table}"'
    first = f" FROM ({compile_queryset(rows)} OFFSET 0) AS {table} "
    # The table stands without another name where it is itself read, and only there.
    text, times = re.subn(rf" FROM {table} (?=WHERE|INNER|LEFT|ORDER)", lambda _match: first, sql)
    if times != 1:
        raise ValueError(f"{table} is read {times} times")
    return text


@lru_cache(maxsize=4096)
def _listing(source: Source, shape: "_Shape") -> Statement:
    """Compile a search or a read: rows that meet the condition and that the policy permits, and their log rows.

    Where nobody of this shape may see anything there is no text.
    """
    actor = shape.actor.of_undecided if shape.is_lean else shape.actor
    try:
        found = _select(source, actor, shape.where, None if shape.is_bounded else shape.order)
    except EmptyResultSet:
        return Statement("", (), tuple(source.columns), ())
    rules = found.rules
    if not rules:
        return Statement("", (), tuple(source.columns), ())
    columns = ", ".join(f'"{name}"' for name in found.names)
    people = tuple(person for person in people_of(source) if person.answer in found.names)
    marked = (MARK,) if MARK in found.names else ()
    told = (*source.columns, *(person.answer for person in people), *marked)
    held = [f"rule_{index}" for index in range(len(rules))]
    flags = ", ".join(f"({total}) AS {name}" for name, total in zip(held, found.sums, strict=True)) or "true AS no_rule"
    wanted = ", ".join([*(f'"{name}"' for name in told), *held])
    order = _order_sql(shape.order)
    one = f"one AS MATERIALIZED ({_one_citizen(source, shape)}), {worked_out(found.sql)}" if shape.is_lean else ""
    lean = f" AND NOT ({has_decided(ONE_CITIZEN)})" if shape.is_lean else ""
    logged = ""
    if shape.logged:
        fixed = str(policy_of(source.model).target.fixed or "")
        rows = log_rows.of_rows(rules, found.facts, source.columns, fixed, one_citizen=shape.one_citizen)
        logged = f", l AS ({rows})"
    text = (
        f"WITH {one}x({columns}) AS MATERIALIZED ({found.sql}), "
        f"r AS (SELECT *, {flags} FROM x), "
        f"e AS MATERIALIZED (SELECT *, {_citizen_column(source)} AS log_citizen FROM r "
        f"WHERE ({' OR '.join(held) or 'false'}){lean} ORDER BY {order} LIMIT %(limit)s::int)"
        f"{logged} SELECT {wanted} FROM e ORDER BY {order}"
    )
    return Statement(*numbered(text), (*told, *held), tuple(rules), people)


def _one_citizen(source: Source, shape: "_Shape") -> str:
    """Compile which citizen a lean statement is about: the one who is named, or the one whose the row is."""
    if shape.one_citizen:
        return "SELECT %(log_citizen)s::uuid AS citizen"
    path = str(source.columns[_citizen_column(source)])
    rows = source.model._default_manager.filter(shape.where).order_by().values_list(path)[:1]
    return f"SELECT found.citizen FROM ({compile_queryset(rows)}) AS found(citizen)"


def _citizen_column(source: Source) -> str:
    """The column that tells whose row it is; a table about citizens is its own."""
    return "citizen_id" if "citizen_id" in source.columns else "id"


@dataclass(frozen=True)
class _Shape:
    """The key of a compiled statement; the actor and the condition are those of the first request of the shape."""

    key: tuple[Any, ...]
    actor: Actor = field(compare=False)
    where: Q = field(compare=False)
    one_citizen: bool = False
    logged: bool = True
    is_bounded: bool = True
    order: tuple[str, ...] = ()
    is_lean: bool = False


def may_be_lean(source: Source, actor: Actor, search: Search) -> bool:
    """Whether to try the lean statement first: a professional asks about one citizen.

    Most citizens have neither consented nor blocked anything. The lean statement asks for neither, which spares
    PostgreSQL most of the plan, and finds nothing of a citizen who has: then the whole statement is asked.
    """
    is_of_one = search.citizen_id is not None or search.key == ("id",)
    is_about_citizens = "citizen_id" in source.columns or policy_of(source.model).target.citizen == "id"
    return is_of_one and is_about_citizens and search.is_bounded and actor.professional_id is not None


def compiled(source: Source, actor: Actor, search: Search, *, logged: bool = True, is_lean: bool = False) -> Statement:
    """Return the statement of this search for actors of this shape, compiled at first use."""
    shape = _Shape(
        (actor.shape, search.key),
        actor,
        search.where,
        search.citizen_id is not None,
        logged and source.logged,
        search.is_bounded and not source.is_long,
        search.order or source.order,
        is_lean,
    )
    return _listing(source, shape)


def as_rows(statement: Statement, tuples: Sequence[tuple[Any, ...]]) -> list[Row]:
    """Give the columns their names, gather under "rules" the codes of the rules that held, and keep shielded names."""
    width = len(statement.names) - len(statement.rules)
    names = statement.names[:width]
    codes = [rule.code for rule in statement.rules]
    rows = []
    for values in tuples:
        row = shielded_row(dict(zip(names, values, strict=False)), statement.people)
        row["rules"] = [code for code, held in zip(codes, values[width:], strict=True) if held]
        rows.append(row)
    return rows


def fetch(
    source: Source, actor: Actor, search: Search, *, interaction: str, query: str = "", logged: bool = True
) -> list[Row]:
    """Return the rows the actor may read, having written the log row of each citizen in the same statement.

    One statement; two about a citizen who has consented or blocked. Where nothing was found nothing is logged here: the
    caller decides once more and logs that. Raises OutOfScope.
    """
    if actor.scopes:
        search = scopes.narrowed(source, actor, search, interaction)
    values = {**actor.bindings, **search.values, "limit": search.limit, "log_citizen": search.citizen_id}
    if logged and source.logged:
        values.update(
            {
                f"log_{name}": value
                for name, value in log_rows.log_values(actor, interaction, source.name, query).items()
            },
            log_id=new_key(),
            log_at=actor.moment,
        )
    for is_lean in (True, False) if may_be_lean(source, actor, search) else (False,):
        statement = compiled(source, actor, search, logged=logged, is_lean=is_lean)
        if statement.sql and (rows := statement.run(values)):
            return with_links(source, actor, as_rows(statement, rows))
    return []


def with_links(source: Source, actor: Actor, rows: list[Row]) -> list[Row]:
    """The rows with only those links that the actor may follow, where links are decided later. Changes the rows.

    One statement for each column that any row has such a link in (two about a citizen who has consented or blocked);
    none where there are none. As in a statement, scopes do not matter: what is told is the reference.
    """
    citizens = {row.get("citizen_id") for row in rows}
    citizen_id = citizens.pop() if len(citizens) == 1 else None

    def seen(target: type[Model], keys: list[UUID]) -> set[UUID]:
        where, values = Q(IsIn(F("pk"), Param("q0", ArrayField(UUIDField())))), dict[str, Any](q0=keys)
        if citizen_id is not None:
            where, values["q1"] = where & Q(citizen_id=Param("q1", UUIDField())), citizen_id
        wanted = Search(("linked", citizen_id is None), where, values, citizen_id, len(keys), is_bounded=True)
        asker = replace(actor, scopes=frozenset())
        found = fetch(_keys_of(target), asker, wanted, interaction="search", logged=False)
        return {row["id"] for row in found}

    return told_links(source, rows, seen)


@lru_cache(maxsize=64)
def _keys_of(model: type[Model]) -> Source:
    """The ids of a table's rows, and whose they are."""
    columns = {name: name for name in ("id", "citizen_id", "updated_at")}
    return Source("links", model, columns, logged=False)


def count_permitted(source: Source, actor: Actor, search: Search) -> int:
    """Return how many rows of a search the actor may read. One statement; it logs nothing. Raises OutOfScope."""
    if actor.scopes:
        search = scopes.narrowed(source, actor, search, "search")
    shape = _Shape((actor.shape, search.key), actor, search.where)
    statement = _counting(source, shape)
    return int(statement.run({**actor.bindings, **search.values})[0][0]) if statement.sql else 0


@lru_cache(maxsize=1024)
def _counting(source: Source, shape: _Shape) -> Statement:
    """Compile the number of rows that meet the condition and that the policy permits; no text where it permits none."""
    permitted = policy_of(source.model).permitted(shape.actor.symbolic, Action.READ)
    if permitted is NEVER:
        return Statement("", (), (), ())
    rows = source.model._default_manager.filter(shape.where).filter(permitted).order_by().values_list("pk").distinct()
    try:
        text = f"SELECT count(*) FROM ({compile_queryset(rows)}) AS permitted"
    except EmptyResultSet:
        return Statement("", (), (), ())
    return Statement(*numbered(text), ("total",), ())
