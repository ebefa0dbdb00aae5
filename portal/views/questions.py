"""Questions about the log: ask the place that looked, see how the case stands, close it."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse

from access import service
from access.shielding import in_words, shield_of
from access.statements import Row
from fhir.outcomes import FhirError
from minlog import services
from minlog.log import LOG_SOURCE
from portal.forms import PageForm
from portal.occasions import Occasion, group
from portal.views.log import DEADLINE_DAYS, LogPage


class AskForm(PageForm):
    """The question. How long it may be, the service says."""

    places = {"payload": "text"}
    text = forms.CharField(widget=forms.Textarea(attrs={"class": "form-input", "rows": 5}))


class AskView(LogPage):
    """Ask about an occasion."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show what it is about, and where to write."""
        return self._shown(self._occasion(key), self._form())

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Send the question, or say what is wrong with it."""
        form = self._form(request.POST)
        if form.is_valid():
            try:
                made = services.ask_about_entry(
                    by=self.visitor.actor, entry_id=key, text=form.cleaned_data["text"].replace("\r\n", "\n")
                )
            except service.Refused:
                raise
            except FhirError as error:
                if error.kind.status == 404:
                    raise
                form.refuse(error)
            else:
                return self.done("portal-log-question", self.texts["sent"], made["id"])
        return self._shown(self._occasion(key), form, status=422)

    def _form(self, data: object = None) -> AskForm:
        return AskForm(data, texts=self.texts, common=self.t["common"], english=self.english)

    def _occasion(self, key: UUID) -> Occasion:
        """The look that it is about. Raises FhirError (404)."""
        row = self.hers(LOG_SOURCE, key)
        if row["unit_id"] is None:
            raise FhirError("not-found")
        return group([row], english=self.english, about=self.visitor.about)[0]

    def _shown(self, occasion: Occasion, form: AskForm, *, status: int = 200) -> HttpResponse:
        return self.shown("log-ask", status=status, occasion=occasion, form=form, days=DEADLINE_DAYS)


class QuestionView(LogPage):
    """One case."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show how it stands."""
        return self._shown(key)

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Close it, if nothing new has come since it was shown."""
        version = request.POST.get("version", "")
        try:
            services.close_question(by=self.visitor.actor, key=key, if_match=int(version) if version.isdigit() else 0)
        except service.Refused:
            raise
        except FhirError as error:
            if error.kind.status == 404:
                raise
            return self._shown(key, status=error.kind.status)
        return self.done("portal-log-question", self.texts["closed"], key)

    def _shown(self, key: UUID, *, status: int = 200) -> HttpResponse:
        """The case. Raises FhirError (404)."""
        row = self.hers(services.QUESTION_SOURCE, key)
        state = services.state_of(row, self.visitor.actor.moment)
        return self.shown(
            "log-question", status=status, row=row, state=state, answered_by=_name(row), is_changed=status != 200
        )


def _name(row: Row) -> str:
    """Who answered, or what is shown in her place."""
    if kept := shield_of(row, "answered_by_id"):
        return in_words(*kept)
    return f"{row['answered_given'] or ''} {row['answered_family'] or ''}".strip()
