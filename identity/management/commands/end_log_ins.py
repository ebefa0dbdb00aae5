"""End log-ins of citizens at once: of one, or of all."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand

from identity import sessions


class Command(BaseCommand):
    """For who runs the service: where a log-in is in wrong hands, or a secret of the deployment is."""

    help = "End the log-ins of a citizen (by her id), or with --all those of everybody; each has to log in anew."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose they are."""
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--citizen", type=UUID, help="the id of the citizen (never her CPR number)")
        whose.add_argument("--all", action="store_true", help="of everybody")

    def handle(self, *args: Any, citizen: UUID | None, **given: Any) -> None:
        """End them."""
        self.stdout.write(f"{sessions.end_all(datetime.now(UTC), citizen)} log-ins ended")
