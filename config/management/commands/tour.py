"""Walk the demo: one citizen asked for by seven, over real HTTP, and the citizen's log afterwards."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console

from config import running
from config.postgres_home import PostgresUnavailable
from demo.book import key
from demo.personas import PERSONAS
from demo.tour.client import Client, Unreachable
from demo.tour.log import events_of
from demo.tour.looks import ASKERS, everything, look
from demo.tour.pages import Pages, who

CITIZEN = "lars"


class Command(BaseCommand):
    """Ask the running service, or start one for the tour and stop it again."""

    help = "One citizen, seven askers: what each got, why, and the citizen's log afterwards (DEMO_MODE=1 only)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address, the language and the width."""
        parser.add_argument("--url", help="the running service, such as http://localhost:9000")
        parser.add_argument("--english", action="store_true", help="in English; Danish otherwise")
        parser.add_argument("--width", type=int, help="columns; the terminal's own, or 100, otherwise")

    def handle(self, *args: Any, url: str | None, english: bool, width: int | None, **options: Any) -> None:
        """Go round."""
        if not settings.DEMO_MODE:
            raise CommandError("The tour is of the demo mode only: DEMO_MODE=1.")
        console = Console(width=width or (None if self.stdout.isatty() else 100))
        pages = Pages(console, "en" if english else "da")
        try:
            with running.service(url) as client:
                self._walk(client, pages, "en" if english else "da")
        except (Unreachable, PostgresUnavailable, ValueError) as error:
            raise CommandError(str(error)) from error

    def _walk(self, client: Client, pages: Pages, language: str) -> None:
        """Every asker in turn, then the log."""
        citizen_id = str(key(f"citizen {CITIZEN}"))
        began = datetime.now(UTC)
        there = everything(client, PERSONAS[CITIZEN].token()[0], citizen_id)
        pages.opening(who(PERSONAS[CITIZEN]), client.base)
        for number, name in enumerate(ASKERS, start=1):
            pages.look(number, len(ASKERS), look(client, PERSONAS[name], citizen_id, there, language))
        pages.log(events_of(client, PERSONAS[CITIZEN].token()[0], citizen_id, began))
