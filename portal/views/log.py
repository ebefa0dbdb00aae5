"""The log: who has looked, grouped by occasion, with a filter and a file of it."""

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse

from access import service
from access.actors import DENMARK, danish_day
from access.statements import Row, Source
from fhir.outcomes import FhirError
from minlog import services
from minlog.log import LOG_SOURCE, LogWish, wished
from minlog.models import TIME_TO_ANSWER
from organisations.models import Organisation
from portal.around import around
from portal.decision_forms import after_day, day_field
from portal.forms import PageForm
from portal.kinds import KINDS
from portal.log_files import COLUMNS, as_csv, as_text, lines_of
from portal.occasions import Occasion, group, mark_of, occasions_of
from portal.pages import VisitorPage

MOST_OCCASIONS = 15
MOST_LINES = 5_000
# What each choice of whose looks is to the log; those who help her are shown unless she asks for others.
WHOSE = {"others": "others", "relatives": "relatives", "own": "own", "overrides": "overrides", "refused": "refused",
         "all": ""}  # fmt: skip
FILES = {"csv": ("text/csv; charset=utf-8", as_csv), "text": ("text/plain; charset=utf-8", as_text)}


class LogForm(PageForm):
    """Which part of the log."""

    whose = forms.ChoiceField(required=False, widget=forms.Select(attrs={"class": "form-select"}))
    unit = forms.ChoiceField(required=False, widget=forms.Select(attrs={"class": "form-select"}))
    kind = forms.ChoiceField(required=False, widget=forms.Select(attrs={"class": "form-select"}))
    since = day_field(required=False)
    until = day_field(required=False)

    def __init__(self, *args: Any, units: list[tuple[str, str]], names: dict[str, str], **more: Any) -> None:
        super().__init__(*args, **more)
        texts = more["texts"]
        choices = {
            "whose": [(name, texts[f"whose_{name}"]) for name in WHOSE],
            "unit": [("", texts["any_unit"]), *units],
            "kind": [("", texts["any_kind"]), *((kind, names[kind]) for kind in KINDS)],
        }
        for name, found in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  the fields above
            field.choices = found

    def wish(self, after: str) -> LogWish:
        """What it asks for."""
        chosen = self.cleaned_data
        since, until = chosen["since"], chosen["until"]
        return LogWish(
            whose=WHOSE[chosen["whose"] or "others"],
            since=datetime.combine(since, time(), DENMARK) if since else None,
            until=after_day(until) if until else None,
            unit_id=UUID(chosen["unit"]) if chosen["unit"] else None,
            families=KINDS[chosen["kind"]] if chosen["kind"] else (),
            after=mark_of(after),
        )


class LogPage(VisitorPage):
    """What the pages of the log have in common."""

    place = "log"

    @property
    def texts(self) -> dict[str, str]:
        """The texts of the log, and the names of the kinds."""
        return {**self.t["access"], **self.t["log"]}

    def check(self) -> HttpResponse | None:
        """The page of who acts for another and may not read the log; one statement, and none for her own."""
        visitor = self.visitor
        if not visitor.is_acting:
            return None
        decision = service.decide_for_citizen(LOG_SOURCE, visitor.actor, visitor.citizen_id)
        if decision is not None and decision.permitted:
            return None
        who = visitor.subject.given_name
        title, why = self.t["access"]["not_hers_title"].format(who=who), self.texts["not_hers_log"]
        return self.shown("access-refused", status=403, title=title, why=why)

    def hers(self, source: Source, key: UUID) -> Row:
        """A thing of the visitor's subject by its id. Raises FhirError (404), also for what is another's."""
        try:
            row = service.read(source, self.visitor.actor, key)
        except FhirError as error:
            raise FhirError("not-found") from error
        if row["citizen_id"] != self.visitor.citizen_id:
            raise FhirError("not-found")
        return row

    def form_of(self, request: HttpRequest) -> LogForm:
        """The filter, as it stands in the address. Three statements."""
        known = around(self.visitor)
        units = [(str(unit.pk), unit.name) for unit in [*known.treating(), *known.units.values()]]
        asked = request.GET.get("unit", "")
        if asked and asked not in dict(units):  # one who looked without being around her
            units += self._named(asked)
        data = {"whose": "others", **{name: value for name, value in request.GET.items() if name != "lang"}}
        texts = {"texts": self.texts, "common": self.t["common"], "english": self.english}
        return LogForm(data, units=list(dict(units).items()), names=self.t["access"], **texts)

    def _named(self, asked: str) -> list[tuple[str, str]]:
        """A unit of the public register by its id."""
        try:
            found = Organisation.objects.filter(pk=UUID(asked)).values_list("name", flat=True).first()
        except ValueError:
            return []
        return [(asked, found)] if found else []


class LogView(LogPage):
    """A page of the log."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        if refused := self.check():
            return refused
        form = self.form_of(request)
        after = request.GET.get("after", "")
        occasions: list[Occasion] = []
        next_page = ""
        if form.is_valid():
            occasions, next_page = occasions_of(self.visitor, form.wish(after), MOST_OCCASIONS, english=self.english)
        rows = services.questions_of(by=self.visitor.actor, citizen_id=self.visitor.citizen_id)
        moment = self.visitor.actor.moment
        kept = {name: value for name, value in request.GET.items() if name not in ("after", "lang") and value}
        return self.shown(
            "log",
            status=200 if form.is_valid() else 422,
            form=form,
            occasions=occasions,
            questions=[(row, services.state_of(row, moment)) for row in rows],
            kept=list(kept.items()),
            newest=f"?{urlencode(kept)}" if after else "",
            older=f"?{urlencode({**kept, 'after': next_page})}" if next_page else "",
            most=MOST_LINES,
        )


class LogFileView(LogPage):
    """The same part of the log as a file. Its name tells the day and nothing of anybody."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Send it."""
        if refused := self.check():
            return refused
        form = self.form_of(request)
        sort = request.GET.get("as", "")
        content_type, write = FILES.get(sort, FILES["text"])
        if not form.is_valid():
            return self.shown("log", status=422, form=form)
        visitor, texts = self.visitor, self.texts
        wish = form.wish("")
        rows = wished(by=visitor.actor, citizen_id=visitor.citizen_id, wish=wish, limit=MOST_LINES + 1)
        lines = lines_of(
            group(rows[:MOST_LINES], english=self.english, about=self.visitor.about), texts, self.t["common"]
        )
        end = texts["file_more"] if len(rows) > MOST_LINES else ""
        told = write(lines, [texts[f"column_{name}"] for name in COLUMNS], end=end)
        name = f"log-{danish_day(visitor.actor.moment).isoformat()}.{'csv' if sort == 'csv' else 'txt'}"
        return HttpResponse(
            told, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
        )


DEADLINE_DAYS = TIME_TO_ANSWER // timedelta(days=1)
