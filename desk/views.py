"""The page that the button opens: the consent window, then the citizen's overview. Works without JavaScript."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views import View

from access.operations import overview_of
from access.rest import represent
from desk import overview, visits, words
from desk.visits import Visit
from fhir.lines import sections_of
from fhir.outcomes import FhirError
from identity.assertions import AssertionRefused
from identity.limits import seconds_for_address
from identity.oauth import note_refusal
from organisations.models import Organisation, Professional


class Page(View):
    """A page in the reader's language: what she chose, or else what her browser asks for."""

    language = "da"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the language."""
        super().setup(request, *args, **kwargs)
        asked = request.GET.get("lang", "")
        if asked not in ("da", "en"):
            asked = request.session.get("lang", "")
        elif "visit" in request.session:  # nothing is kept of who has opened nothing
            request.session["lang"] = asked
        found = asked or translation.get_language_from_request(request)
        self.language = "en" if found.startswith("en") else "da"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer in that language."""
        with translation.override(self.language):
            return super().dispatch(request, *args, **kwargs)

    @property
    def english(self) -> bool:
        """Whether the reader reads English."""
        return self.language == "en"

    def shown(self, name: str, *, status: int = 200, **told: Any) -> HttpResponse:
        """The page made of its template."""
        other = "da" if self.english else "en"
        context = {"t": words.page(english=self.english), "language": self.language, "other": other, **told}
        return render(self.request, f"desk/{name}.html", context, status=status)

    def closed(self) -> HttpResponse:
        """Nothing is open here: the same for a link that was used, one that is too old and one that never was."""
        return self.shown("closed", status=403)


class OpenView(Page):
    """The one-time address: opens a visit and leads to the page, whose address tells nothing."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        """Use the launch up."""
        if seconds := seconds_for_address(request):
            return HttpResponse(status=429, headers={"Retry-After": str(seconds)})
        if visits.begin(request, secret):
            return HttpResponseRedirect(reverse("desk"), status=303)
        note_refusal("launch", AssertionRefused("invalid_grant", "the launch is not valid"))
        return self.closed()


class DeskView(Page):
    """The consent window until a ground is stated, then the overview of the citizen in context."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show what is next."""
        visit = visits.current(request)
        if visit is None:
            return self.closed()
        return self._overview(visit) if visit.ground else self._window(visit)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Take the ground, or close the page."""
        if "close" in request.POST:
            request.session.flush()
            return self.shown("closed")
        visit = visits.current(request)
        if visit is None:
            return self.closed()
        choice, reason = request.POST.get("ground", ""), request.POST.get("reason", "")
        wrong = visits.state_ground(request, visit, choice, reason)
        if wrong:
            return self._window(visit, wrong=wrong, choice=choice, reason=reason)
        return HttpResponseRedirect(reverse("desk"), status=303)

    def _window(self, visit: Visit, *, wrong: str = "", choice: str = "", reason: str = "") -> HttpResponse:
        """The consent window; it names nobody, since nothing has been opened yet."""
        texts = words.page(english=self.english)
        choices = [
            {"code": code, "text": texts[code], "hint": texts[f"{code}_hint"], "is_chosen": code == choice}
            for code in visit.choices
        ]
        told = {"choices": choices, "wrong": texts.get(wrong, ""), "is_reason_wrong": wrong == "error_reason"}
        return self.shown("ground", status=422 if wrong else 200, reason=reason, **told, **self._asker(visit))

    def _overview(self, visit: Visit) -> HttpResponse:
        """The overview, decided, fetched and logged as any other look."""
        try:
            found = overview_of(visit.actor, visit.citizen_id)
        except FhirError as error:
            told = error.detail_en if self.english else error.detail_da
            return self.shown("refused", status=403, told=told, **self._asker(visit))
        resources = [represent(entry, row, visit.actor) for entry, row in found]
        patient = next((each for each in resources if each["resourceType"] == "Patient"), None)
        return self.shown(
            "overview",
            person=overview.person_of(patient) if patient else None,
            sections=sections_of(resources, english=self.english),
            ground=words.page(english=self.english)[visit.ground],
            **self._asker(visit),
        )

    def _asker(self, visit: Visit) -> dict[str, Any]:
        """Who is looking, and from where, so that a page left open by another is noticed."""
        who = Professional.objects.get(pk=visit.professional_id)
        unit = Organisation.objects.get(pk=visit.unit_id)
        return {"who": f"{who.given_name} {who.family_name}", "unit": unit.name}
