"""`manage.py law_docs`: write docs/law.md from the rules."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from access import lawdocs


class Command(BaseCommand):
    """Write docs/law.md, or with --check say whether it is as the code says."""

    help = "Write docs/law.md from the rules in the code."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the document is stale")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write or compare."""
        path = settings.BASE_DIR / "docs" / "law.md"
        made = lawdocs.document(settings.BASE_DIR / "tests")
        if not options["check"]:
            path.write_text(made, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != made:
            raise CommandError("docs/law.md is stale; run manage.py law_docs")
