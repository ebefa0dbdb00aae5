"""`manage.py log_questions`: what citizens have asked about their log, and an answer to one of them."""

from datetime import UTC, datetime
from typing import IO, Any, cast
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q
from rich import box
from rich.console import Console
from rich.table import Table

from access.actors import Actor, danish_day
from access.vocabulary import ActingAs, Profession, Purpose
from fhir.outcomes import FhirError
from minlog.models import Question
from minlog.services import answer_question
from organisations.models import Employment, Professional


class Command(BaseCommand):
    """List what awaits an answer, the first due first, or answer for the unit."""

    help = "List the questions that await an answer; `answer ID TEXT --by PROFESSIONAL` answers one for the unit."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take nothing, or one answer."""
        parser.add_argument("act", nargs="?", choices=["list", "answer"], default="list")
        parser.add_argument("key", nargs="?", type=UUID, help="the question's id")
        parser.add_argument("text", nargs="?", help="the answer")
        parser.add_argument("--by", help="the id or authorisation id of who answers; she works at the unit")

    def handle(self, *args: Any, **options: Any) -> None:
        """List or answer."""
        if options["act"] == "list":
            return self._list()
        if not (options["key"] and options["text"] and options["by"]):
            raise CommandError("An answer names the question, its text and --by.")
        question = Question.objects.filter(pk=options["key"]).first()
        if question is None:
            raise CommandError(f"There is no question {options['key']}.")
        by = _answering(options["by"], question)
        try:
            answer_question(by=by, key=question.pk, text=options["text"], if_match=question.version)
        except FhirError as error:
            raise CommandError(error.detail_en or error.code) from error
        self.stdout.write("Answered.")
        return None

    def _list(self) -> None:
        """One line for each; the citizen by her id only."""
        now = datetime.now(UTC)
        table = Table("question", "unit", "answer by", "citizen", "about the look of", "text", box=box.SIMPLE)
        for column in (0, 3):  # ids, to be copied
            table.columns[column].no_wrap = True
        waiting = Question.objects.filter(answered_at__isnull=True, closed_at__isnull=True)
        for one in waiting.select_related("unit").order_by("answer_by", "id"):
            due = f"{danish_day(one.answer_by):%d.%m.%Y}{' (overdue)' if one.answer_by <= now else ''}"
            look = f"{danish_day(one.entry_at):%d.%m.%Y}"
            table.add_row(str(one.pk), one.unit.name, due, str(one.citizen_id), look, one.text)
        console = Console(file=cast(IO[str], self.stdout), width=None if self.stdout.isatty() else 200)
        console.print(table if table.row_count else "Nothing awaits an answer.")


def _answering(text: str, question: Question) -> Actor:
    """Who answers, at the unit or one below it, in the capacity of her profession. Raises CommandError."""
    try:
        who = Q(professional_id=UUID(text))
    except ValueError:
        who = Q(professional__authorisation_id=text)
    now = datetime.now(UTC)
    works = Employment.objects.filter(
        Q(end__isnull=True) | Q(end__gt=now), who, unit__above__ancestor_id=question.unit_id, start__lte=now
    )
    found = works.select_related("professional").order_by("start").first()
    if found is None:
        raise CommandError(f"Nobody called {text} works at the unit that was asked.")
    person = found.professional
    acting_as, purpose = capacity_of(person)
    return Actor(
        acting_as, purpose, now, professional_id=person.pk, profession=person.profession, unit_id=found.unit_id
    )


def capacity_of(person: Professional) -> tuple[ActingAs, Purpose]:
    """In what capacity she works, by her profession."""
    if person.is_authorised:
        return ActingAs.HP, Purpose.TREATMENT
    if person.profession == Profession.CASEWORKER:
        return ActingAs.CASE, Purpose.CASE
    return ActingAs.CARE, Purpose.CARE
