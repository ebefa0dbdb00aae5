"""`manage.py dryrun`: what turning a switch would change, for one citizen or for everybody, before it is turned."""

import time
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich import box
from rich.console import Console
from rich.table import Table

from access.open_questions import SWITCH_OF
from consents import population
from consents.askers import Asker
from consents.dryrun import dry_run_regime
from consents.models import DryRun
from consents.tasks import dry_run
from organisations.models import Organisation

SHOWN = 40


class Command(BaseCommand):
    """Begin a dry run of a switch and show how far it is; a run goes on without its watcher."""

    help = "Work out what turning a switch would change: dryrun switch CODE [--off] [--now] [--citizen ID] [--run ID]"

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the switch and how it is to be asked."""
        parser.add_argument("what", choices=["switch"])
        parser.add_argument("code", choices=sorted(SWITCH_OF), metavar="CODE")
        parser.add_argument("--off", action="store_true", help="ask about turning it off, not on")
        parser.add_argument("--now", action="store_true", help="work it out here, without a worker")
        parser.add_argument("--citizen", type=UUID, metavar="ID", help="for this citizen alone, at once")
        parser.add_argument("--run", type=UUID, metavar="ID", help="watch a run that was begun before, or carry it on")
        parser.add_argument("--chunk", type=int, default=population.CITIZENS_OF_A_CHUNK, help="citizens at a time")
        parser.add_argument("--leave", action="store_true", help="begin it and do not watch")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        if options["citizen"]:
            self._one(options["citizen"], options["code"], is_on=not options["off"])
            return
        run = self._run(options)
        self.stdout.write(f"Run {run.pk}: {run.code} {'on' if run.is_on else 'off'}, {run.citizens} citizens.")
        if options["now"]:
            while population.carry_on(run):
                self._tell(run)
        elif not options["run"]:
            dry_run.delay(str(run.pk))
        if not options["leave"]:
            self._watch(run)

    def _run(self, options: dict[str, Any]) -> DryRun:
        """The run to watch: a new one, or one that was begun before."""
        if options["run"] is None:
            return population.begin(options["code"], is_on=not options["off"], chunk=max(1, options["chunk"]))
        found = DryRun.objects.filter(pk=options["run"], code=options["code"]).first()
        if found is None:
            raise CommandError(f"There is no run {options['run']} of {options['code']}.")
        return found

    def _watch(self, run: DryRun) -> None:
        """Tell how far it is until it is done, then what it came to. Leaving off watching stops nothing."""
        while not population.progress(run).is_done:
            self._tell(run)
            time.sleep(1)
        rows = [
            (one.unit_id, one.acting_as.label, _who(one), one.purpose.label, one.category.label, one.more, one.fewer)
            for one in population.totals(run)
        ]
        self._table(rows)

    def _tell(self, run: DryRun) -> None:
        """One line of progress."""
        at = population.progress(run)
        self.stdout.write(f"{at.done} of {at.of} citizens")

    def _one(self, citizen_id: UUID, code: str, *, is_on: bool) -> None:
        """What would change for one citizen."""
        moment = timezone.now()
        found = dry_run_regime([citizen_id], *population.regimes(code, is_on=is_on, moment=moment), moment)
        self._table(
            [
                (
                    one.unit_id,
                    one.acting_as.label,
                    _who(one.asker),
                    one.purpose.label,
                    one.category.label,
                    max(one.change, 0),
                    max(-one.change, 0),
                )
                for one in found
            ]
        )

    def _table(self, rows: list[tuple[Any, ...]]) -> None:
        """Print what is gained and lost, the most first."""
        if not rows:
            self.stdout.write("Nothing would change.")
            return
        names = dict(Organisation.objects.values_list("pk", "name"))
        table = Table("unit", "as", "who", "for", "family", "more", "fewer", box=box.SIMPLE_HEAD)
        for unit_id, *middle, more, fewer in sorted(rows, key=lambda row: -row[-1] - row[-2])[:SHOWN]:
            table.add_row(names.get(unit_id, "-"), *map(str, middle), str(more), str(fewer))
        console = Console(file=self.stdout)  # type: ignore[arg-type]
        console.print(table)
        more, fewer = sum(row[-2] for row in rows), sum(row[-1] for row in rows)
        console.print(f"In all {more} more and {fewer} fewer, over {len(rows)} lines of unit, role and family.")


def _who(one: population.Total | Asker) -> str:
    """Anybody, or somebody by name: then her id, and that others answer to her."""
    if one.responsible_id is not None:
        return f"under {one.responsible_id}"
    return str(one.professional_id or "anybody")
