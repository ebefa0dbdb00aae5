"""`manage.py explain`: what one persona may see of one citizen, and why, as a table."""

from argparse import ArgumentParser
from typing import IO, Any, cast
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich import box
from rich.console import Console
from rich.table import Table

from access.access_matrix import Line, access_matrix, hint
from citizens.models import Citizen
from demo import population
from demo.personas import PERSONAS
from identity import tokens
from identity.assertions import AssertionRefused

VERDICTS = {"permit": "må", "deny": "må ikke"}


class Command(BaseCommand):
    """Print the access matrix of a persona and a citizen; the question is logged like any other look."""

    help = "Print what a persona of the demo may see of a citizen, kind by kind, with ground or nearest lawful way."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the asker and the citizen."""
        parser.add_argument("--as", dest="name", required=True, help="a persona; `manage.py token --list` names them")
        parser.add_argument("--citizen", required=True, help="the citizen's id, or a part of her name")
        parser.add_argument("--english", action="store_true", help="texts in English")

    def handle(self, *args: Any, name: str, citizen: str, english: bool, **options: Any) -> None:
        """Print the table."""
        if not settings.DEMO_MODE:
            raise CommandError("Personas are of the demo mode only: DEMO_MODE=1.")
        if name not in PERSONAS:
            raise CommandError(f"There is no persona {name}; manage.py token --list names them.")
        if not population.is_loaded():
            raise CommandError("The demo is not loaded: manage.py load_demo.")
        found = _citizen(citizen)
        try:
            actor = tokens.read(PERSONAS[name].token()[0], request_id="manage-explain")
        except AssertionRefused as refused:
            raise CommandError(f"The assertion was refused: {refused}.") from refused
        console = Console(file=cast(IO[str], self.stdout), width=None if self.stdout.isatty() else 120)
        console.print(f"{PERSONAS[name].what} -> {found.given_name} {found.family_name}", style="bold")
        lines, code = access_matrix(actor, found.pk), "en" if english else "da"
        console.print(_table(lines, code))
        if (way := hint(actor, lines)) is not None:
            console.print(way[code])


def _citizen(text: str) -> Citizen:
    """The one citizen whom an id or a part of a name means. Raises CommandError."""
    try:
        named = Citizen.objects.filter(pk=UUID(text))
    except ValueError:
        given, family = (
            Citizen.objects.filter(given_name__icontains=text),
            Citizen.objects.filter(family_name__icontains=text),
        )
        named = given | family
    found = list(named[:2])
    if len(found) != 1:
        raise CommandError(f"{'Nobody' if not found else 'More than one citizen'} is meant by {text!r}.")
    return found[0]


def _table(lines: list[Line], code: str) -> Table:
    """Every kind of data on one line."""
    heads = ("oplysninger", "lov", "adgang", "hvorfor") if code == "da" else ("data", "act", "access", "why")
    table = Table(*heads, box=box.SIMPLE, padding=(0, 1, 0, 0))
    for column, width in zip(table.columns, (30, 13, 7, 64), strict=True):
        column.width = width
    for line in lines:
        verdict, why = _verdict(line.told, code)
        kind = str(line.category.label) if code == "da" else line.category.value
        law = "" if line.law is None else str(line.law.label) if code == "da" else line.law.value
        table.add_row(kind, law, verdict, why)
        if line.told_of_own is not None:
            of_own = "egen enheds egne" if code == "da" else "the own unit's"
            verdict, why = _verdict(line.told_of_own, code)
            table.add_row(f"  {of_own}", "", verdict, why)
    return table


def _verdict(told: dict[str, Any], code: str) -> tuple[str, str]:
    """Verdict and reason of one line."""
    if told["verdict"] == "permit":
        verdict = VERDICTS["permit"] if code == "da" else "may"
        return verdict, " ".join(f"{rule[code]} {rule['ground']}." for rule in told["rules"])
    verdict = VERDICTS["deny"] if code == "da" else "may not"
    ground = f" {told['nearest']['ground']}." if "ground" in told["nearest"] else ""
    way = f" → {told['nearest'][code]}" if told["nearest"]["way"] != "none" else ""
    return verdict, f"{told['text'][code]}{ground}{way}"
