"""Print an access token of a persona of the demo, or name the personas."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.table import Table

from demo import population
from demo.personas import PERSONAS
from identity.assertions import AssertionRefused


class Command(BaseCommand):
    """Print a real token, alone on its line, so that it can stand in a curl command."""

    help = "Print an access token of a persona of the demo (DEMO_MODE=1 only); --list names them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a name, or --list."""
        parser.add_argument("name", nargs="?", help="the persona")
        parser.add_argument("--list", action="store_true", help="name the personas, one on each line")

    def handle(self, *args: Any, name: str | None, **options: Any) -> None:
        """Print a token or the list."""
        if not settings.DEMO_MODE:
            raise CommandError("Personas are of the demo mode only: DEMO_MODE=1.")
        if options["list"] or not name:
            console = Console(width=None if self.stdout.isatty() else 80)
            with console.capture() as told:
                console.print(_table())
            self.stdout.write(told.get())
            return
        if name not in PERSONAS:
            raise CommandError(f"There is no persona {name}; --list names them.")
        if not population.is_loaded():
            raise CommandError("The demo is not loaded: manage.py load_demo.")
        try:
            token, _seconds = PERSONAS[name].token()
        except AssertionRefused as refused:
            raise CommandError(f"The assertion was refused: {refused}.") from refused
        self.stdout.write(token)


def _table() -> Table:
    """Every persona on one line of at most eighty characters."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    for title, style in (("token for", "cyan"), ("acts as", ""), ("who that is", "")):
        table.add_column(title, no_wrap=True, style=style)
    for persona in PERSONAS.values():
        table.add_row(persona.name, persona.acting_as.value, persona.what)
    return table
