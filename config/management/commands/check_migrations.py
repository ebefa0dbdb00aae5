"""The migrations, checked without a database."""

import warnings
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db.migrations.loader import MigrationLoader


class Command(BaseCommand):
    """Check that the models have no change without a migration and that each app's migrations are one line."""

    help = "Check that models and migrations agree and that the graph of migrations is whole."

    def handle(self, *args: Any, **options: Any) -> None:
        """Fail when a migration is missing, unnamed, or one of two ends of an app's history."""
        loader = MigrationLoader(None, ignore_no_migrations=True)
        if conflicts := loader.detect_conflicts():
            raise CommandError(f"Two histories of one app: {conflicts}")
        loader.graph.ensure_not_cyclic()
        ours = (name for name, one in loader.disk_migrations.items() if not one.__module__.startswith("django."))
        if unnamed := sorted(name for name in ours if "_auto_" in name[1]):
            raise CommandError(f"Give these migrations a name that says their purpose: {unnamed}")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Got an error checking a consistent migration history")
            call_command("makemigrations", check_changes=True, dry_run=True)
