"""Take deliveries from files."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

import orjson
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from exchange import files
from exchange.batches import take_files
from exchange.models import Delivery
from exchange.reports import ACTIONS, CitizenReport
from exchange.services import DEFAULT_SOURCE
from exchange.values import masked


class Command(BaseCommand):
    """Take bundles from files, folders or standard input, each citizen whole or not at all."""

    help = (
        "Take deliveries: FHIR bundles of the municipal gateway, of appointments, MedCom hospital notifications and "
        "condition lists, as JSON or one bundle a line. Several files are taken in the order they were sent. Exit code "
        "1 when something was put in quarantine."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Files and how to report."""
        parser.add_argument("files", nargs="+", metavar="FILE", help="file, folder, or - for standard input")
        parser.add_argument("--source", default=DEFAULT_SOURCE, help="the sender's name (default: %(default)s)")
        parser.add_argument("--workers", type=int, default=1, help="how many processes (default: %(default)s)")
        parser.add_argument("--json", action="store_true", help="print the report of each entry as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Take every bundle and report."""
        try:
            names = files.in_order(files.found(options["files"]))
        except FileNotFoundError as error:
            raise CommandError(f"No such file: {error}") from error
        if not names:
            raise CommandError("No bundles there.")
        tally = _Tally()
        reports = self._reports(names, options["source"], max(1, options["workers"]))
        if options["json"]:
            self._print_json(reports, tally, options["source"])
        else:
            for report in reports:
                tally.add(report)
            self._print_table(tally)
        if tally.outcomes[Delivery.Outcome.QUARANTINED]:
            sys.exit(1)

    def _reports(self, names: list[str], source: str, workers: int) -> Iterator[CitizenReport]:
        """Take each bundle, showing how far it has come on a terminal."""
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            sizes = [Path(name).stat().st_size for name in names if name != files.STANDARD_INPUT]
            total = sum(sizes) if len(sizes) == len(names) else None
            bar = progress.add_task("bytes", total=total)
            for taken, reports in take_files(names, source, workers):
                yield from reports
                progress.advance(bar, taken)

    def _print_json(self, reports: Iterator[CitizenReport], tally: "_Tally", source: str) -> None:
        """Print one JSON object, part by part, so that memory does not grow with it."""
        self.stdout.write(f'{{"source": {orjson.dumps(source).decode()}, "citizens": [', ending="")
        for number, report in enumerate(reports):
            tally.add(report)
            self.stdout.write(("," if number else "") + orjson.dumps(report.as_json()).decode(), ending="")
        self.stdout.write(f'], "totals": {orjson.dumps(tally.as_json()).decode()}}}')

    def _print_table(self, tally: "_Tally") -> None:
        """Print what came of it."""
        console = Console(file=cast(IO[str], self.stdout._out), width=100)
        table = Table("bundles", *(str(outcome) for outcome in Delivery.Outcome))
        table.add_row(str(sum(tally.outcomes.values())), *(str(tally.outcomes[item]) for item in Delivery.Outcome))
        console.print(table)
        table = Table("entries", *ACTIONS)
        table.add_row(str(sum(tally.actions.values())), *(str(tally.actions[action]) for action in ACTIONS))
        console.print(table)
        if tally.refused:
            table = Table("in quarantine: bundle", "entry", "reason", "text")
            for row in tally.refused:
                table.add_row(*row)
            console.print(table)
            if tally.outcomes[Delivery.Outcome.QUARANTINED] > len(tally.refused):
                console.print("... and more: manage.py quarantine list")


class _Tally:
    """Counts, and the first of what was refused."""

    shown = 20

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.actions: Counter[str] = Counter()
        self.refused: list[tuple[str, str, str, str]] = []

    def add(self, report: CitizenReport) -> None:
        """Count one report."""
        self.outcomes[report.outcome] += 1
        self.actions.update(entry.action for entry in report.entries)
        if report.reason and len(self.refused) < self.shown:
            entry = next(entry for entry in report.entries if entry.code == report.reason)
            self.refused.append((masked(report.bundle_id), masked(entry.full_url), entry.code, entry.texts()[0]))

    def as_json(self) -> dict[str, dict[str, int]]:
        """The counts as plain data."""
        return {
            "bundles": {str(outcome): self.outcomes[outcome] for outcome in Delivery.Outcome},
            "entries": {action: self.actions[action] for action in ACTIONS},
        }
