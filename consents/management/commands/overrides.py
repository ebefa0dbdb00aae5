"""`manage.py overrides`: the looks past a block that nobody has reviewed."""

from datetime import UTC, datetime
from typing import IO, Any, cast
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich import box
from rich.console import Console
from rich.table import Table

from access.actors import DENMARK, Actor
from access.vocabulary import ActingAs, Purpose
from consents.overrides import awaiting_review, review_override
from fhir.outcomes import FhirError
from organisations.models import Professional


class Command(BaseCommand):
    """List what awaits review, or note what a review came to."""

    help = "List the overrides that nobody has reviewed; `review ID ok|unclear|breach --by PROFESSIONAL` notes one."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take nothing, or one review."""
        parser.add_argument("act", nargs="?", choices=["list", "review"], default="list")
        parser.add_argument("key", nargs="?", type=UUID, help="the override's id")
        parser.add_argument("outcome", nargs="?", choices=["ok", "unclear", "breach"])
        parser.add_argument("--by", help="the reviewer's id or authorisation id")

    def handle(self, *args: Any, **options: Any) -> None:
        """List or review."""
        if options["act"] == "list":
            return self._list()
        if not (options["key"] and options["outcome"] and options["by"]):
            raise CommandError("A review names the override, the outcome and --by.")
        reviewer = _professional(options["by"])
        moment = datetime.now(UTC)
        by = Actor(ActingAs.AUDIT, Purpose.AUDIT, moment, professional_id=reviewer.pk, profession=reviewer.profession)
        try:
            review_override(by=by, key=options["key"], outcome=options["outcome"], reviewer=reviewer)
        except FhirError as error:
            raise CommandError(error.detail_en or error.code) from error
        self.stdout.write("Noted.")
        return None

    def _list(self) -> None:
        """One line for each; the citizen by her id only."""
        table = Table("override", "since", "citizen", "by", "unit", "reason", "told the citizen", box=box.SIMPLE)
        for column in (0, 2):  # ids, to be copied
            table.columns[column].no_wrap = True
        for one in awaiting_review(datetime.now(UTC)).select_related("professional", "unit"):
            name = f"{one.professional.given_name} {one.professional.family_name}"
            since = f"{one.start.astimezone(DENMARK):%d.%m.%Y %H:%M}"
            told = "yes" if one.citizen_informed_at else "not yet"
            table.add_row(str(one.pk), since, str(one.citizen_id), name, one.unit.name, one.reason, told)
        console = Console(file=cast(IO[str], self.stdout), width=None if self.stdout.isatty() else 200)
        console.print(table if table.row_count else "Nothing awaits review.")


def _professional(text: str) -> Professional:
    """Who reviews. Raises CommandError."""
    try:
        found = Professional.objects.filter(pk=UUID(text)).first()
    except ValueError:
        found = Professional.objects.filter(authorisation_id=text).first()
    if found is None:
        raise CommandError(f"There is no professional {text}.")
    return found
