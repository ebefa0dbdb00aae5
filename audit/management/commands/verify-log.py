"""`manage.py verify-log`: whether the log is whole."""

from datetime import date
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from audit import sealing
from audit.models import Seal


class Command(BaseCommand):
    """Go through the sealed log and list every edited, cut, reordered or back-dated row; exit 1 if there is one."""

    help = "Verify the chain of seals over the log. Exit status 1 when anything is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the first day to look at."""
        parser.add_argument("--since", type=date.fromisoformat, help="first day, as 2026-11-20; default: all")

    def handle(self, *args: Any, **options: Any) -> None:
        """Seal what is pending, verify, and say what was found."""
        sealing.seal_pending()
        faults = list(sealing.verify(options["since"]))
        seals = Seal.objects.count()
        if not faults:
            self.stdout.write(f"The log is whole: {seals} seals, no fault.")
            return
        table = Table("day", "kind", "what")
        for fault in faults:
            table.add_row(fault.day.isoformat(), fault.kind, fault.what)
        Console(file=cast(IO[str], self.stdout)).print(table)
        raise CommandError(f"{len(faults)} faults in {seals} seals.")
