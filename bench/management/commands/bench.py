"""Load many citizens, start the server as in production, and measure it."""

import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from rich.console import Console

from bench import delivering, load, population, report
from bench.land import Land
from bench.load import Measured
from bench.plan import Plan
from bench.report import Result
from bench.server import BARE, SERVICE, Server, database_cpu_seconds, running
from bench.statements import cost_of
from bench.workload import LINES, Ask, Line, Workload
from config.postgres import Cluster

CLIENTS = (1, 8)
WARM_UP_SECONDS = 2.0
WARM_UPS, UNSETTLED = 5, 8
FEWEST = 200
WIDTH = 160


class Command(BaseCommand):
    """Measure requests per second, their latency and their price."""

    help = "Load many citizens into a database of its own, start the server as in production and measure it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the size and the duration."""
        names = [line.name for line in LINES]
        parser.add_argument("--citizens", type=int, default=20_000, help="how many citizens (20,000)")
        parser.add_argument("--seconds", type=float, default=5.0, help="how long each line is measured (5)")
        parser.add_argument("--fresh", action="store_true", help="make the population anew")
        parser.add_argument("--prepare", action="store_true", help="make the population and stop")
        parser.add_argument("--only", nargs="+", choices=names, default=names, help="these lines only")
        parser.add_argument("--no-bare", action="store_true", help="leave out the run without decisions and log")
        parser.add_argument("--own-client", action="store_true", help="our own load generator, although wrk is there")
        parser.add_argument("--deliver", type=int, default=2_000, help="citizens of a night of deliveries (2,000)")
        parser.add_argument("--workers", type=int, default=2, help="processes that take deliveries (2)")
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure; exit code 1 when any answer was not 2xx."""
        if options["citizens"] < FEWEST:
            raise CommandError(f"At least {FEWEST} citizens, please: fewer have no full week to ask for.")
        console = Console(width=None if sys.stdout.isatty() else WIDTH)
        cluster = None if os.environ.get("DATABASE_URL") else Cluster(settings.DATA_DIR)
        started = cluster.start() if cluster else False
        try:
            plan = self._population(console, options["citizens"], fresh=options["fresh"])
            if not options["prepare"]:
                self._measure(console, Workload(Land(plan)), options)
        finally:
            connection.close()
            if cluster and started:
                cluster.stop()

    def _population(self, console: Console, citizens: int, *, fresh: bool) -> Plan:
        """The population, made where there is none of this size."""
        population.use_own_database(fresh=fresh)
        found = population.found()
        if found is None or found.citizens != citizens:
            connection.close()
            connection.settings_dict["NAME"] = "postgres"
            population.use_own_database(fresh=True)
            console.print(f"Making {citizens:,} citizens ...")
            population.migrate()
            found, elements, seconds = population.load(citizens)
            console.print(f"{elements:,} elements of {citizens:,} citizens written in {seconds:.0f} s.")
        else:
            population.migrate()
            console.print(f"The {citizens:,} citizens of {found.anchor:%d.%m.%Y %H:%M} are still there.")
        return found

    def _measure(self, console: Console, workload: Workload, options: dict[str, Any]) -> None:
        """Ask everything of the service, then of the bare server; print and keep what was found."""
        lines = [line for line in LINES if line.name in options["only"]]
        results = [Result(line.name, line.title) for line in lines]
        facts: dict[str, Any] = {
            "machine": report.machine(),
            "citizens": workload.plan.citizens,
            "seconds": options["seconds"],
            "generator": load.generator() if not options["own_client"] else "our own client",
        }
        for name, value in (*facts["machine"].items(), ("load from", facts["generator"])):
            console.print(f"{name}: {value}", style="dim", highlight=False)
        asked = []
        for line, result in zip(lines, results, strict=True):
            asks = line.requests(workload)
            self._count(line, asks[-1], result)
            asked.append(asks)
        connection.close()
        facts.update(self._run(console, asked, results, options))
        report.show(console, results, CLIENTS)
        if options["deliver"]:
            nights = delivering.measure(options["deliver"], options["workers"])
            delivering.show(console, nights)
            facts["deliveries"] = delivering.as_json(nights)
        console.print(f"memory of a worker: {', '.join(f'{size:.0f} MB' for size in facts['worker_memory_mb'])}")
        if options["json"]:
            options["json"].write_text(json.dumps(report.as_json(results, **facts), indent=2) + "\n")
        if failed := sum(result.failed for result in results):
            raise CommandError(f"{failed} answers were not 2xx.")

    def _count(self, line: Line, ask: Ask, result: Result) -> None:
        """Count the statements of one request, and see that it is answered as it should. Raises CommandError."""
        cost = cost_of(ask)
        if not 200 <= cost.status < 300:
            raise CommandError(f"{ask.method} {ask.path} is answered {cost.status}.")
        if line.rows is not None and cost.rows != line.rows:
            raise CommandError(f"{ask.path} finds {cost.rows} rows and not {line.rows}.")
        result.statements, result.transaction = cost.statements, cost.transaction
        result.rows, result.answer_bytes = cost.rows, cost.answer_bytes

    def _run(
        self, console: Console, asked: Sequence[Sequence[Ask]], results: Sequence[Result], options: dict[str, Any]
    ) -> dict[str, list[float]]:
        """Measure every line on both servers by turns; returns the memory of their workers in the end."""
        with ExitStack() as stack:
            service = stack.enter_context(running(SERVICE))
            bare = None if options["no_bare"] else stack.enter_context(running(BARE))
            status = stack.enter_context(console.status("Measuring ..."))
            for asks, result in zip(asked, results, strict=True):
                status.update(f"Measuring: {result.title} ...")
                self._line(asks, [(service, result.service), *([(bare, result.bare)] if bare else [])], options)
            found = {"worker_memory_mb": service.memory_mb()}
            return found | ({"bare_worker_memory_mb": bare.memory_mb()} if bare else {})

    def _line(
        self, asks: Sequence[Ask], servers: Sequence[tuple[Server, dict[int, Measured]]], options: dict[str, Any]
    ) -> None:
        """Measure one line: warm every server, then ask each with one client, then each with more."""
        first = 0
        for server, _runs in servers:
            with load.written(asks, server.host) as file:
                for _round in range(WARM_UPS):
                    own = options["own_client"]
                    done = load.run(file, server.port, max(CLIENTS), WARM_UP_SECONDS, first=first, own=own)
                    first += done.requests + max(CLIENTS)
                    if done.p95_ms < UNSETTLED * done.p50_ms:  # every worker has compiled its statements
                        break
        for many in CLIENTS:
            for server, runs in servers:
                with load.written(asks, server.host) as file:
                    time.sleep(0.2)
                    web, database = server.cpu_seconds(), database_cpu_seconds()
                    own = options["own_client"]
                    found = load.run(file, server.port, many, options["seconds"], first=first, own=own)
                    web, database = server.cpu_seconds() - web, database_cpu_seconds() - database
                    per = 1000 / max(1, found.requests)
                    runs[many] = replace(found, web_cpu_ms=web * per, database_cpu_ms=database * per)
                    first += found.requests + many
