"""`manage.py switches`: the law's open questions, where each stands, and the one way to decide about them."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich import box
from rich.console import Console
from rich.table import Table

from law.services import SwitchRefused, set_switch
from law.settings import Setting, settings_on


def day(text: str) -> date:
    """Read a day. Raises ValueError, which the parser tells."""
    return date.fromisoformat(text)


class Command(BaseCommand):
    """List every switch, or decide about one."""

    help = "List the law's open questions and where each stands, or decide: switches set CODE on|off --from DAY ..."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take nothing, or `set` and what was decided."""
        actions = parser.add_subparsers(dest="action")
        setting = actions.add_parser("set", help="decide about one switch; nothing is ever overwritten")
        setting.add_argument("code")
        setting.add_argument("position", choices=["on", "off"])
        setting.add_argument("--from", dest="start", type=day, required=True, metavar="YYYY-MM-DD")
        setting.add_argument(
            "--to", dest="end", type=day, metavar="YYYY-MM-DD", help="the first day it no longer holds"
        )
        setting.add_argument("--by", required=True, metavar="NAME", help="who decided")
        setting.add_argument("--reason", required=True, metavar="TEXT")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it."""
        if options["action"] == "set":
            self._set(options)
        else:
            self._list()

    def _set(self, options: dict[str, Any]) -> None:
        """Write the decision and say when it counts."""
        try:
            made = set_switch(
                by=options["by"],
                code=options["code"],
                is_on=options["position"] == "on",
                start=options["start"],
                end=options["end"],
                reason=options["reason"],
            )
        except SwitchRefused as refused:
            raise CommandError(str(refused)) from refused
        until = f" until {made.end}" if made.end else ""
        self.stdout.write(
            f"{made}{until}, decided by {made.decided_by}. It counts in every process from "
            f"{timezone.localtime(made.known_from):%Y-%m-%d %H:%M:%S} on."
        )

    def _list(self) -> None:
        """Print the table."""
        table = Table("code", "today", "since", "next change", "law", "opens", box=box.SIMPLE_HEAD, show_lines=True)
        for setting in settings_on(timezone.localdate()):
            table.add_row(*_row(setting))
        console = Console(file=self.stdout)  # type: ignore[arg-type]
        console.print(table)
        console.print(
            "No decision means off, the strict side. Decide: manage.py switches set CODE on|off --from DAY "
            "--by NAME --reason TEXT"
        )


def _row(setting: Setting) -> list[str]:
    """One line of the table."""
    change = f"{'on' if setting.next_is_on else 'off'} from {setting.next_on}" if setting.next_on else "-"
    return [
        setting.switch.code,
        "ON" if setting.is_on else "off",
        str(setting.since or "-"),
        change,
        f"{setting.switch.citation} (study {setting.switch.question})",
        setting.switch.opens_en,
    ]
