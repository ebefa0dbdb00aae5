"""From a bearer token to the Actor of the request."""

from typing import Any
from urllib.parse import unquote
from uuid import UUID

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from access.actors import Actor
from access.service import log
from fhir.ids import new_key
from fhir.outcomes import FhirError
from identity import tokens

# Of a reason told in words, in characters.
SHORTEST_REASON, LONGEST_REASON = 10, 300


class BearerAuthentication(BaseAuthentication):
    """Reads `Authorization: Bearer …`; a request without a good token is refused with 401."""

    def authenticate(self, request: Request) -> tuple[Actor, None]:
        """Return the actor. Raises FhirError (401)."""
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise FhirError("bad-token", headers={"WWW-Authenticate": 'Bearer realm="fhir"'})
        request_id = request.META.get("HTTP_X_REQUEST_ID", "")[:64]
        override, will_reason = self.override(request), self.will_reason(request)
        try:
            actor = tokens.read(
                token.strip(),
                request_id=request_id or new_key().hex,
                override_id=override,
                will_reason=will_reason,
                address=request.META.get("REMOTE_ADDR", "")[:45],
            )
            return actor, None
        except tokens.TokenInvalid as error:
            if error.actor is not None:  # ours, and told apart: an old or revoked token is somebody's
                log(error.actor, "token", "Token", citizen_id=None, outcome="refuse", reason="auth", query=error.why)
            header = 'Bearer realm="fhir", error="invalid_token"'
            raise FhirError("bad-token", headers={"WWW-Authenticate": header}) from error

    def override(self, request: Request) -> UUID | None:
        """The override that the request acts under (`X-Override`, an id that `$override` gave). Raises FhirError."""
        header = request.META.get("HTTP_X_OVERRIDE")
        if header is None:
            return None
        try:
            return UUID(header)
        except ValueError as error:
            raise FhirError("bad-parameter", "X-Override") from error

    def will_reason(self, request: Request) -> str:
        """Why the content of a will is opened (`X-Will-Reason`, in words, percent-encoded). Raises FhirError (400)."""
        header = request.META.get("HTTP_X_WILL_REASON")
        if header is None:
            return ""
        reason = unquote(header).strip()
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            raise FhirError("bad-parameter", "X-Will-Reason")
        return reason

    def authenticate_header(self, request: Request) -> Any:
        """Tell the client which scheme is asked for."""
        return "Bearer"
