"""The token address: a signed assertion in, a short-lived access token out."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from access.actors import Actor
from access.service import log
from access.vocabulary import ActingAs, Purpose
from identity.assertions import AssertionRefused, exchange, exchange_system

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CLIENT_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@method_decorator(csrf_exempt, name="dispatch")
class TokenView(View):
    """Exchanges assertions (RFC 7523): of a professional by the JWT bearer grant, of a system by client credentials."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Answer as OAuth does; a refusal is logged and tells no more than its code."""
        grant = request.POST.get("grant_type", "")
        try:
            if grant == JWT_BEARER:
                token, seconds, _actor = exchange(request.POST.get("assertion", ""))
            elif grant == "client_credentials" and request.POST.get("client_assertion_type") == CLIENT_ASSERTION:
                token, seconds, _actor = exchange_system(request.POST.get("client_assertion", ""))
            else:
                return refusal("unsupported_grant_type", "the grant is not offered")
        except AssertionRefused as refused:
            nobody = Actor(ActingAs.SYSTEM, Purpose.DELIVERY, datetime.now(UTC))
            log(nobody, "token", "Token", citizen_id=None, outcome="refuse", reason="auth", query=refused.why)
            return refusal(refused.code, refused.why)
        body = {"access_token": token, "token_type": "Bearer", "expires_in": seconds}
        return JsonResponse(body, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


def refusal(code: str, why: str) -> HttpResponse:
    """An OAuth error."""
    status = 401 if code == "invalid_client" else 400
    body = {"error": code, "error_description": why}
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
