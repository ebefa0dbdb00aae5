"""Load the population of the demo, once."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo import population


class Command(BaseCommand):
    """Load the demo; a second time changes nothing. Refuses outside demo mode."""

    help = "Load the population of the demo (DEMO_MODE=1 only); a second time changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say what was done."""
        if not settings.DEMO_MODE:
            raise CommandError("The demo is loaded in demo mode only: DEMO_MODE=1.")
        began = time.monotonic()
        counts = population.load()
        if not counts:
            self.stdout.write("The demo is loaded already; nothing was changed.")
            return
        seconds = time.monotonic() - began
        self.stdout.write(
            f"Loaded {counts['Citizen']} test persons and {sum(counts.values())} rows in {seconds:.1f} s."
        )
