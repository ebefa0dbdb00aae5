"""Many citizens with some thirty elements each, written with COPY into the tables as they are.

Indexes, checks and foreign keys stay, so whatever is written holds every rule of the database. It is made once and kept
as long as the same number of citizens is wanted; a note on the database says what it holds, written last.
"""

import io
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg import sql
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench.copying import copy
from bench.elements import Elements
from bench.land import Land
from bench.people import People
from bench.plan import Plan
from terminology import lookup

DATABASE = "samlet_bench"
LAYOUT = 1  # counts up when the population is made otherwise, so that one of before is not taken for it
SIDE_BY_SIDE = 2
Step = Callable[["psycopg.Connection[tuple[object, ...]]"], int]
_NOTE = re.compile(r"bench layout=(\d+) citizens=(\d+) anchor=(\S+)")


def connect() -> "psycopg.Connection[tuple[object, ...]]":
    """Open a connection of our own to the database that Django is pointed at."""
    given = connection.settings_dict
    return psycopg.connect(
        host=given["HOST"],
        port=given["PORT"] or 5432,
        user=given["USER"],
        password=given["PASSWORD"],
        dbname=given["NAME"],
    )


def found() -> Plan | None:
    """The population that the database holds, whole, or None."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        )
        note = _NOTE.fullmatch(cursor.fetchone()[0] or "")
    if note is None or int(note[1]) != LAYOUT:
        return None
    return Plan(int(note[2]), datetime.fromisoformat(note[3]))


def use_own_database(*, fresh: bool, name: str = DATABASE) -> None:
    """Point Django at a database of the bench's own on the same server, made where there is none.

    `fresh` drops the one that is there. The role must be allowed to create databases.
    """
    with connect() as server:
        server.autocommit = True
        there = server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if there and fresh:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
            there = None
        if not there:
            server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    connection.close()
    connection.settings_dict["NAME"] = name


def migrate() -> None:
    """Bring the schema and the codes up to date."""
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_codes", verbosity=0, stdout=io.StringIO())
    lookup.refresh()


def load(citizens: int, anchor: datetime | None = None) -> tuple[Plan, int, float]:
    """Write the population into an empty database; returns its plan, how many elements it has, and the seconds."""
    plan = Plan(citizens, anchor or datetime.now(UTC).replace(microsecond=0))
    begun = time.monotonic()
    land = Land(plan)
    people, elements = People(land), Elements(land)
    with _progress() as step:
        step("units and staff", [land.write])
        step("citizens", [people.write_citizens])
        step(
            "relations, stamkort and decisions", [people.write_relations, people.write_stamkort, people.write_decisions]
        )
        parts = (elements.conditions, elements.interventions, elements.appointments, elements.goals, elements.plans)
        counted = step("elements", [_copying(part) for part in parts])
        step("links", [_copying(part) for part in (elements.plan_elements, elements.goal_links)])
        step("statistics", [_analyse])
    _note(plan)
    return plan, counted, time.monotonic() - begun


def _copying(part: "Callable[[], tuple[object, object]]") -> Step:
    """A step that copies one table."""
    return lambda own: copy(own, *part())  # type: ignore[arg-type]


def _in_own_connection(step: Step) -> int:
    """Run a step in a transaction of its own."""
    with connect() as own:
        return step(own)


@contextmanager
def _progress() -> Iterator[Callable[[str, list[Step]], int]]:
    """A bar that moves as tables are written, some side by side; what is called returns the number of rows."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as bar, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:

        def run(title: str, steps: list[Step]) -> int:
            task = bar.add_task(title, total=len(steps))
            rows = 0
            for count in pool.map(_in_own_connection, steps):
                rows += count
                bar.advance(task)
            return rows

        yield run


def _analyse(own: "psycopg.Connection[tuple[object, ...]]") -> int:
    """Leave the tables as autovacuum would: visible, with statistics."""
    own.autocommit = True
    own.execute("VACUUM ANALYZE")
    return 1


def _note(plan: Plan) -> None:
    """Say on the database what it holds."""
    text = f"bench layout={LAYOUT} citizens={plan.citizens} anchor={plan.anchor.isoformat()}"
    with connect() as own:
        name = sql.Identifier(connection.settings_dict["NAME"])
        own.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(text)))
