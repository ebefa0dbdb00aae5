"""Where a launched app gets its code (SMART EHR launch with PKCE): nobody logs in, the launch stands for it."""

import re
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views import View

from identity import grants, launches, tickets
from identity.assertions import AssertionRefused
from identity.models import System, Ticket
from identity.oauth import UNSTORED, check_text, note_refusal, refusal

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
LONGEST_STATE = 500


class AuthorizeView(View):
    """Answers an app's browser with a code, to the address that the app was registered with and to no other."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Send the browser back with a code, or with an error; stay here where the app or its address is not known."""
        given = request.GET
        back, state = given.get("redirect_uri", ""), given.get("state", "")
        try:
            check_text(given)
            app = launches.app_of(given.get("client_id", ""))
            if back not in app.redirect_uris:
                raise AssertionRefused("invalid_request", "the redirect address is not registered", app.client_id)
        except AssertionRefused as refused:
            note_refusal("authorize", refused)
            return refusal(refused.code, refused.why)
        try:
            told = {"code": self.code(app, request)}
        except AssertionRefused as refused:
            note_refusal("authorize", refused)
            told = {"error": refused.code, "error_description": refused.why}
        told |= {"state": state} if state else {}
        answer = HttpResponse(status=302, headers={**UNSTORED, "Referrer-Policy": "no-referrer"})
        answer["Location"] = f"{back}{'&' if '?' in back else '?'}{urlencode(told)}"
        return answer

    def code(self, app: System, request: HttpRequest) -> str:
        """The code. Raises AssertionRefused."""
        given = request.GET
        if given.get("response_type") != "code":
            raise AssertionRefused("unsupported_response_type", "only codes are given", app.client_id)
        if given.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(given.get("code_challenge", "")):
            raise AssertionRefused("invalid_request", "PKCE with S256 is needed", app.client_id)
        if not 1 <= len(given.get("state", "")) <= LONGEST_STATE:
            raise AssertionRefused("invalid_request", "state is missing", app.client_id)
        if given.get("aud", "").rstrip("/") != f"{settings.PUBLIC_URL}/fhir":
            raise AssertionRefused("invalid_request", "aud is another server", app.client_id)
        scopes = grants.of_app(app, given.get("scope", ""))
        ticket = tickets.redeem(Ticket.Kind.APP, given.get("launch", ""), client_id=app.client_id)
        if ticket is None:
            raise AssertionRefused("invalid_request", "the launch is not valid", app.client_id)
        return launches.code_for(
            app,
            ticket,
            scopes=scopes,
            redirect_uri=given["redirect_uri"],
            challenge=given["code_challenge"],
            nonce=given.get("nonce", "")[:200],
        )
