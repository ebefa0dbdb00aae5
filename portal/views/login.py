"""Log in, choose whom to act for, log out."""

from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from access.vocabulary import CITIZEN_SIDE
from citizens.models import Citizen
from demo.book import key
from demo.personas import PERSONAS
from fhir.outcomes import FhirError
from identity import broker, sessions
from identity.limits import seconds_for_address
from portal import visitors
from portal.pages import Page, VisitorPage

NEXT = "after_login"
# What she is told of these; of all else, that it did not work.
TOLD_OF = {"oauth access_denied": "stopped", "unreachable": "unreachable", "proved-long-ago": "anew_failed"}


class LoginView(Page):
    """The way in: by the log-in service; in demo mode one of the test persons can be chosen as well."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the ways that there are."""
        return self._ways(request.GET.get("next", ""), again=bool(request.GET.get("again")))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Log a test person in, which is refused outside demo mode."""
        if not settings.DEMO_MODE:
            raise FhirError("forbidden", self.t["login"]["demo_only"])
        persona = PERSONAS.get(request.POST.get("persona", ""))
        who = None
        if persona is not None and persona.acting_as in CITIZEN_SIDE:
            who = Citizen.objects.filter(pk=key(f"citizen {persona.who}")).first()
        if persona is None or who is None:
            return self._ways(request.POST.get("next", ""))
        ended = visitors.begin(request, who)
        if persona.for_whom:
            found = visitors.current(request)
            if found is not None:
                visitors.act_for(request, found, key(f"citizen {persona.for_whom}"))
        return came(self, request.POST.get("next", ""), ended)

    def _ways(self, asked: str, *, again: bool = False) -> HttpResponse:
        """The ways in; who was led here from a page is told that she is not logged in, and why that may be.

        Whoever is logged in and comes to prove `again` who she is, is told why that is.
        """
        anew = again and visitors.current(self.request) is not None
        offered = [name for name, each in PERSONAS.items() if each.acting_as in CITIZEN_SIDE and settings.DEMO_MODE]
        personas = [{"name": name, "text": self.t["login"][f"persona_{name}"]} for name in offered]
        return self.shown("login", personas=personas, next=asked, by_provider=settings.OIDC is not None, anew=anew)


class ToProviderView(Page):
    """The way to the log-in service."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Lead there, and remember which page was asked for. No other place than a page of ours can set this going."""
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            return HttpResponseRedirect(reverse("portal-login"), status=303)
        if seconds_for_address(request):
            raise FhirError("too-many")
        request.session[NEXT] = where_to(request.GET.get("next", ""))
        back = settings.PUBLIC_URL + reverse("portal-login-back")
        try:
            return broker.to_provider(request, back, anew=bool(request.GET.get("again")))
        except broker.LoginFailed as error:
            return failed(self, error.why)


class FromProviderView(Page):
    """The way back from the log-in service."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Log in who comes, or say kindly that it did not work; what went wrong stands in our log alone."""
        asked = request.session.get(NEXT, "")
        try:
            found = broker.arrival(request)
        except broker.LoginFailed as error:
            return failed(self, error.why)
        if found.citizen is None:
            sessions.refuse(datetime.now(UTC), "unknown-person")
            return self.shown("login-failed", status=403, text=self.t["login"]["unknown"])
        ended = visitors.begin(request, found.citizen, from_provider=True, proved_at=found.proved_at)
        return came(self, asked, ended)


def came(page: Page, asked: str, ended: int) -> HttpResponse:
    """Lead who has logged in to the page that she asked for; she is told where another log-in had to make room."""
    if ended:
        messages.info(page.request, page.t["login"]["made_room"])
    return HttpResponseRedirect(where_to(asked), status=303)


def failed(page: Page, why: str) -> HttpResponse:
    """Say that the log-in did not work; the log holds why."""
    sessions.refuse(datetime.now(UTC), why)
    text = page.t["login"][TOLD_OF.get(why, "failed")]
    return page.shown("login-failed", status=403, text=text)


def where_to(asked: str) -> str:
    """The page of ours that was asked for before the log-in, or else the front page."""
    is_ours = asked.startswith("/portal/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_ours else reverse("portal")


class LogoutView(Page):
    """The way out."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """End the session, and the log-in at the service where it was made there."""
        if visitors.end(request):
            back = settings.PUBLIC_URL + reverse("portal-logout")
            if address := broker.end_address(back):
                return HttpResponseRedirect(address, status=303)
        return self.shown("logged-out")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Say that she is logged out, or lead to her pages: nobody is logged out by a link."""
        if visitors.current(request) is not None:
            return HttpResponseRedirect(reverse("portal"), status=303)
        return self.shown("logged-out")


class ActingView(VisitorPage):
    """Whom to act for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show for whom she may."""
        return self._choices()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Act for the one chosen."""
        try:
            chosen = UUID(request.POST.get("citizen", ""))
        except ValueError:
            return self._choices(wrong=self.t["login"]["acting_choose"])
        if not visitors.act_for(request, self.visitor, chosen):
            return self._choices(wrong=self.t["login"]["acting_choose"])
        return self.done("portal")

    def _choices(self, wrong: str = "") -> HttpResponse:
        texts = self.t["login"]
        people = [(self.visitor.me, texts["acting_self"])] + [
            (each.citizen, texts[f"acting_{each.acting_as}"]) for each in self.visitor.capacities
        ]
        choices = [
            {
                "key": who.pk,
                "text": text.format(who=f"{who.given_name} {who.family_name}"),
                "is_chosen": who.pk == self.visitor.citizen_id,
            }
            for who, text in people
        ]
        return self.shown("acting", status=422 if wrong else 200, choices=choices, wrong=wrong)
