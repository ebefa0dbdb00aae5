"""Log in, choose whom to act for, log out."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from access.vocabulary import CITIZEN_SIDE
from demo.book import key
from demo.personas import PERSONAS
from portal import visitors
from portal.pages import Page, VisitorPage


class LoginView(Page):
    """The way in. In demo mode one of the test persons is chosen."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show who may be chosen."""
        personas = [each for each in PERSONAS.values() if each.acting_as in CITIZEN_SIDE] if settings.DEMO_MODE else []
        return self.shown("login", personas=personas, next=request.GET.get("next", ""))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Log a test person in."""
        persona = PERSONAS.get(request.POST.get("persona", ""))
        if not settings.DEMO_MODE or persona is None or persona.acting_as not in CITIZEN_SIDE:
            return self.get(request)
        visitors.begin(request, key(f"citizen {persona.who}"))
        if persona.for_whom:
            found = visitors.current(request)
            if found is not None:
                visitors.act_for(request, found, key(f"citizen {persona.for_whom}"))
        return HttpResponseRedirect(where_to(request.POST.get("next", "")), status=303)


def where_to(asked: str) -> str:
    """The page of ours that was asked for before the log-in, or else the front page."""
    is_ours = asked.startswith("/portal/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_ours else reverse("portal")


class LogoutView(Page):
    """The way out."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """End the session."""
        request.session.flush()
        return self.shown("logged-out")

    def get(self, request: HttpRequest) -> HttpResponse:
        """Lead to the log-in: nobody is logged out by a link."""
        return HttpResponseRedirect(reverse("portal-login"), status=303)


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
