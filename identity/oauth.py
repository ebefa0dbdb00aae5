"""The base of the OAuth addresses: answers and errors in OAuth's own shape, every refusal in the log."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from access.actors import Actor
from access.service import log
from access.vocabulary import ActingAs, Purpose
from fhir.ids import new_key
from identity import grants
from identity.assertions import AssertionRefused
from identity.limits import seconds_for_address
from identity.models import System

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LARGEST_FORM = 64 * 1024
# OAuth's answers are for the one who asked and for nobody's cache.
UNSTORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@method_decorator(csrf_exempt, name="dispatch")
class OAuthView(View):
    """An address that systems post to. `interaction` is what the log calls it."""

    http_method_names = ["post"]
    interaction = "token"

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer, or refuse as OAuth does; a refusal is logged and tells no more than its code."""
        if seconds := seconds_for_address(request):
            return answer({"error": "temporarily_unavailable"}, 429, {"Retry-After": str(seconds)})
        if int(request.headers.get("Content-Length") or 0) > LARGEST_FORM:
            return answer({"error": "invalid_request", "error_description": "the form is too large"}, 413)
        try:
            check_text(form_of(request))
            return self.answered(request)
        except AssertionRefused as refused:
            note_refusal(self.interaction, refused)
            return refusal(refused.code, refused.why)

    def answered(self, request: HttpRequest) -> HttpResponse:
        """Answer. Raises AssertionRefused."""
        raise NotImplementedError

    def http_method_not_allowed(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """Say in OAuth's own shape that systems post here."""
        told = {"error": "invalid_request", "error_description": "the method is not offered"}
        return answer(told, 405, {"Allow": ", ".join(name.upper() for name in self.http_method_names)})


def form_of(request: HttpRequest) -> Mapping[str, str]:
    """The form that was posted. Raises AssertionRefused for one that cannot be read."""
    try:
        return request.POST
    except SuspiciousOperation as error:  # too many fields, or too long
        raise AssertionRefused("invalid_request", "the form cannot be read") from error


def check_text(given: Mapping[str, str]) -> None:
    """Refuse a form that holds what no text of the database holds. Raises AssertionRefused."""
    if any("\x00" in value for value in given.values()):
        raise AssertionRefused("invalid_request", "the form holds a character that is none")


def note_refusal(interaction: str, refused: AssertionRefused) -> None:
    """Write a refusal to the log: of the system that asked where that is proved, about nobody. One statement."""
    if refused.is_noted:
        return
    nobody = Actor(
        ActingAs.SYSTEM, Purpose.DELIVERY, datetime.now(UTC), client_id=refused.client_id, request_id=new_key().hex
    )
    log(nobody, interaction, "Token", citizen_id=None, outcome="refuse", reason="auth", query=refused.why)


def answer(body: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """An answer in JSON that nobody keeps."""
    return JsonResponse(body, status=status, headers={**UNSTORED, **(headers or {})})


def refusal(code: str, why: str) -> HttpResponse:
    """An OAuth error."""
    return answer({"error": code, "error_description": why}, 401 if code == "invalid_client" else 400)


def client_of(request: HttpRequest) -> System:
    """The system that posts: by an assertion about itself, or by its name where it was registered without keys.

    Raises AssertionRefused.
    """
    if request.POST.get("client_assertion_type") == CLIENT_ASSERTION:
        return grants.proved(request.POST.get("client_assertion", ""))
    found = System.objects.filter(client_id=request.POST.get("client_id", "")[:100], is_active=True).first()
    if found is None or not found.is_public:
        raise AssertionRefused("invalid_client", "the system did not prove itself")
    return found
