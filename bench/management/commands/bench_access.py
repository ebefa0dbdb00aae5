"""Measure decisions alone: against the same query without access, against django-guardian and against raw SQL."""

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.models import Q
from guardian.shortcuts import get_objects_for_user
from rich.console import Console
from rich.table import Table

from access import decisions
from access.policies import policy_of
from access.search import key_search
from access.statements import Search, Source, fetch
from access.vocabulary import Action
from bench import access_world, plain, population
from bench.access_world import Asker
from careplans.models import CarePlan
from config.postgres import Cluster
from fhir.registry import resource_of

SIZES = (100_000, 1_000_000)
ROUNDS = 60
PAGE = Search(("bench-page",), Q(), limit=50)
RAW = """
SELECT p.* FROM careplans_careplan p
WHERE p.category = 'plan-sul'
AND EXISTS (
    SELECT FROM organisations_treatmentrelation r
    WHERE r.citizen_id = p.citizen_id AND r.origin_id = %s AND r.status = 'verified'
    AND r."end" IS NULL AND r.start <= %s
)
AND NOT EXISTS (SELECT FROM consents_block b WHERE b.citizen_id = p.citizen_id)
ORDER BY p.updated_at DESC, p.id DESC LIMIT 50
"""
Way = tuple[str, Callable[[], Any]]


class Command(BaseCommand):
    """Print the middle time of each way of asking, and each as a multiple of the same rows without access."""

    help = "Measure one decision, an explained one and a page of 50 plans, against other ways, at two sizes."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the sizes."""
        parser.add_argument("--plans", type=int, nargs="+", default=SIZES, help="how many plans, for each run")
        parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is asked")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make each world, measure, and drop it."""
        self.home = connection.settings_dict["NAME"]
        console = Console(width=None if sys.stdout.isatty() else 120)
        cluster = None if os.environ.get("DATABASE_URL") else Cluster(settings.DATA_DIR)
        started = cluster.start() if cluster else False
        table = Table("what", *(f"{size:,} plans, ms" for size in options["plans"]), "times bare")
        try:
            columns = [self._measured(console, size, options["rounds"]) for size in options["plans"]]
        finally:
            connection.close()
            if cluster and started:
                cluster.stop()
        for name in columns[0]:
            shown = [f"{column[name][0]:.2f}" for column in columns]
            ratios = [column[name][0] / column[name][1] for column in columns]
            table.add_row(name, *shown, ", ".join(f"{ratio:.2f}" for ratio in ratios))
        console.print(table)

    def _measured(self, console: Console, plans: int, rounds: int) -> dict[str, tuple[float, float]]:
        """Make one world and ask everything in it; returns each middle time, and that of the same rows bare."""
        connection.close()
        connection.settings_dict["NAME"] = self.home
        population.use_own_database(fresh=True, name="samlet_bench_access")
        with console.status(f"Making {plans:,} plans ..."):
            population.migrate()
            askers = access_world.make(plans)
        found: dict[str, tuple[float, float]] = {}
        for asker in askers:
            for kind, ways in (("one plan", _one(asker)), ("page of 50", _page(asker))):
                with console.status(f"{plans:,} plans: {kind}, {asker.name} ..."):
                    times = _by_turns(ways, rounds)
                found |= {f"{kind}, {asker.name}: {name}": (value, times["bare"]) for name, value in times.items()}
        return found


def _one(asker: Asker) -> list[Way]:
    """The ways to ask for one plan."""
    source, policy = _source(), policy_of(CarePlan)
    wanted = key_search(asker.plan_id)
    return [
        ("bare", lambda: plain.fetch(source, asker.actor, wanted, interaction="read")),
        ("decided", lambda: fetch(source, asker.actor, wanted, interaction="read", logged=False)),
        ("explained decision", lambda: decisions.decide(policy, asker.actor, Action.READ, asker.plan_id)),
        ("guardian", lambda: _granted(asker).filter(pk=asker.plan_id).first()),
    ]


def _page(asker: Asker) -> list[Way]:
    """The ways to ask for the newest plans that she may see."""
    source = _source()
    return [
        ("bare", lambda: plain.fetch(source, asker.actor, PAGE, interaction="search")),
        ("decided", lambda: fetch(source, asker.actor, PAGE, interaction="search", logged=False)),
        ("guardian", lambda: list(_granted(asker).order_by("-updated_at", "-id")[:50])),
        ("raw SQL", lambda: _raw(asker)),
    ]


def _source() -> Source:
    """Where plans are read."""
    found = resource_of("CarePlan")
    assert found is not None  # noqa: S101  it is served
    source: Source = found.source
    return source


def _granted(asker: Asker) -> Any:
    """What django-guardian gives."""
    return get_objects_for_user(
        asker.user, "careplans.follow_plan", CarePlan, accept_global_perms=False, with_superuser=False
    )


def _raw(asker: Asker) -> list[Any]:
    """The same page from a hand-written statement."""
    with connection.cursor() as cursor:
        cursor.execute(RAW, [asker.actor.unit_id, asker.actor.moment])
        return list(cursor.fetchall())


def _by_turns(ways: list[Way], rounds: int) -> dict[str, float]:
    """The middle time of each way in milliseconds, asked by turns so that a busy machine disturbs all alike."""
    times: dict[str, list[float]] = {name: [] for name, _ask in ways}
    for turn in range(-8, rounds):
        for name, ask in ways:
            begun = time.perf_counter()
            ask()
            if turn >= 0:
                times[name].append((time.perf_counter() - begun) * 1000)
    return {name: statistics.median(taken) for name, taken in times.items()}
