"""What every page for people does: the reader's language, the visitor, and errors as pages."""

from typing import Any

import structlog
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.views import View

from fhir.outcomes import FhirError
from identity.sessions import is_proved
from portal.visitors import Visitor, current
from portal.words import all_words, words_about

log = structlog.get_logger()
LANGUAGE_COOKIE = "lang"
LANGUAGES = ("da", "en")
LANGUAGE_KEPT: dict[str, Any] = {"max_age": 31_536_000, "httponly": True, "samesite": "Lax"}
# The entries of the menu, each with its address.
MENU = {
    "front": "portal",
    "appointments": "portal-appointments",
    "plans": "portal-plans",
    "stamkort": "portal-stamkort",
    "access": "portal-access",
    "log": "portal-log",
    "relatives": "portal-relatives",
    "data": "portal-data",
    "messages": "portal-messages",
}


class Page(View):
    """A page in the reader's language: what she chose, or else what her browser asks for. Works without JavaScript."""

    http_method_names = ["get", "head", "post"]
    # Which entry of the menu it belongs to.
    place = ""
    language = "da"
    visitor: Visitor | None = None

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the language."""
        super().setup(request, *args, **kwargs)
        asked = request.GET.get("lang", "")
        if asked not in LANGUAGES:
            asked = request.COOKIES.get(LANGUAGE_COOKIE, "")
        found = asked if asked in LANGUAGES else translation.get_language_from_request(request)
        self.language = "en" if found.startswith("en") else "da"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Answer in that language; a refusal or what is missing is a page too, and says what to do."""
        with translation.override(self.language):
            try:
                answered = self.answered(request, *args, **kwargs)
            except FhirError as error:
                answered = self.refused(error)
            except Exception as error:  # the page for it is made elsewhere (views/errors.py)
                log.error("page failed", page=type(self).__name__, error=type(error).__name__, exc_info=error)
                raise
        if request.GET.get("lang") in LANGUAGES:
            answered.set_cookie(LANGUAGE_COOKIE, self.language, secure=settings.SESSION_COOKIE_SECURE, **LANGUAGE_KEPT)
        return answered

    def answered(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The answer of the method asked for."""
        return super().dispatch(request, *args, **kwargs)

    @property
    def english(self) -> bool:
        """Whether the reader reads English."""
        return self.language == "en"

    @property
    def is_partial(self) -> bool:
        """Whether a script of ours asks for a part of the page, to be put into the one that is open."""
        return self.request.headers.get("HX-Request") == "true"

    @property
    def t(self) -> dict[str, dict[str, str]]:
        """The texts of all pages in the reader's language, by page and name; they name whom she acts for."""
        about = self.visitor.about if self.visitor is not None else ""
        return words_about(about, english=self.english) if about else all_words(english=self.english)

    def shown(self, name: str, *, status: int = 200, **told: Any) -> HttpResponse:
        """The page made of its template."""
        context = {
            "t": self.t,
            "language": self.language,
            "other": "da" if self.english else "en",
            "place": self.place,
            "menu": [
                {"name": name, "text": self.t["common"][name], "address": reverse(address)}
                for name, address in MENU.items()
            ],
            "visitor": self.visitor,
            **told,
        }
        return render(self.request, f"portal/{name}.html", context, status=status)

    def refused(self, error: FhirError) -> HttpResponse:
        """A refusal as a page: what is hidden and what is missing look alike."""
        texts = self.t["common"]
        if error.code in ("not-found", "deleted"):
            return self.shown("notice", status=404, title=texts["missing_title"], told=texts["missing"])
        told = error.detail_en if self.english else error.detail_da
        title = texts["refused_title" if error.kind.status == 403 else "errors"]
        return self.shown("notice", status=error.kind.status, title=title, told=told)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A page too: she may be led to where a form is sent to, after an idle log-out."""
        texts = self.t["common"]
        answer = self.shown("notice", status=405, title=texts["only_sent_title"], told=texts["only_sent"])
        answer.headers["Allow"] = ", ".join(name.upper() for name in self.http_method_names if hasattr(self, name))
        return answer

    def done(self, name: str, text: str = "", *args: Any) -> HttpResponse:
        """Lead to a page after a change, saying that it was made."""
        if text:
            messages.success(self.request, text)
        return _see_other(reverse(name, args=args))


def _see_other(address: str) -> HttpResponse:
    return HttpResponseRedirect(address, status=303)


class VisitorPage(Page):
    """A page for who is logged in; anybody else is led to the log-in, and from there back."""

    visitor: Visitor
    # The methods for which she must have proved lately who she is, those of them that end what a page of ours began,
    # and the page that she is led back to where it is not this one.
    proved_for: tuple[str, ...] = ()
    proved_before: tuple[str, ...] = ("POST",)
    proved_back = ""

    def answered(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the visitor first."""
        found = current(request)
        if found is None:
            # What was sent is lost; she is led to where she sends it from.
            return self._to_login(next=request.path)
        self.visitor = found
        began = request.method in self.proved_before
        if request.method in self.proved_for and not is_proved(found.login, found.actor.moment, began=began):
            return self._to_login(again="1", next=reverse(self.proved_back) if self.proved_back else request.path)
        return super().answered(request, *args, **kwargs)

    def _to_login(self, **asked: str) -> HttpResponse:
        address = f"{reverse('portal-login')}?{urlencode(asked)}"
        return HttpResponse(headers={"HX-Redirect": address}) if self.is_partial else _see_other(address)
