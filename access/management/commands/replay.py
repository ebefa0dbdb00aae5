"""`manage.py replay`: decide logged looks and writes again, as the law and the facts stood then."""

from datetime import UTC, datetime, timedelta
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_date, parse_datetime
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from access.actors import DENMARK
from access.replay import Replayed, replay
from audit.models import Entry


def instant(text: str) -> datetime:
    """Read a day or an instant; without an offset it is Danish time. Raises ValueError."""
    day = parse_date(text) if len(text) <= 10 else None
    found = datetime(day.year, day.month, day.day, tzinfo=DENMARK) if day else parse_datetime(text)
    if found is None:
        raise ValueError(text)
    return found if found.tzinfo else found.replace(tzinfo=DENMARK)


class Command(BaseCommand):
    """Take old decisions again and report what differs; exit 1 when anything does."""

    help = "Decide every logged look and write again as the law and the facts stood then, and report differences."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the period."""
        parser.add_argument("--since", type=instant, help="first day or instant; default: a week ago")
        parser.add_argument("--until", type=instant, help="before this day or instant; default: now")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay with progress, and tell."""
        until = options["until"] or datetime.now(UTC)
        since = options["since"] or until - timedelta(days=7)
        if since >= until:
            raise CommandError("--since must come before --until.")
        console = Console(file=cast(IO[str], self.stdout))
        total = Entry.objects.filter(recorded_at__gte=since, recorded_at__lt=until).count()
        found = Replayed()
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.completed:,.0f} of {task.total:,.0f} log rows"),
            TimeElapsedColumn(),
            console=console,
        ) as progress:
            task = progress.add_task("replay", total=total)
            for found in replay(since, until):
                progress.update(task, completed=found.decided.total() + found.passed_over.total())
        table = Table("what", "decided again", "nothing to decide")
        for kind in sorted(found.decided.keys() | found.passed_over.keys()):
            table.add_row(kind, str(found.decided[kind]), str(found.passed_over[kind]))
        console.print(table)
        for difference in found.differences:
            console.print(f"{difference.at.isoformat()} {difference.entry_id}: {difference.what}", soft_wrap=True)
        if found.differences:
            raise CommandError(f"{len(found.differences)} decisions would be taken differently.")
        console.print("No differences.")
