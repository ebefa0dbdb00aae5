"""Print the addresses and two requests to try."""

from typing import Any

from django.core.management.base import BaseCommand

from config import welcome


class Command(BaseCommand):
    """Print the addresses of the running service and two requests that work as printed."""

    help = "Print the addresses of the running service and two requests to try."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        self.stdout.write("\n".join(welcome.lines()))
