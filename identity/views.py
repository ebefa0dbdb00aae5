"""The token address and the addresses around it: tokens, revocation, keys, and what a client needs to know."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import View

from access.actors import Actor
from identity import grants, id_tokens, revocation, tokens
from identity.assertions import ALGORITHMS, AssertionRefused
from identity.models import Ticket
from identity.oauth import CLIENT_ASSERTION, JWT_BEARER, OAuthView, answer, client_of

WELL_KNOWN_SECONDS = 300


class TokenView(OAuthView):
    """Gives tokens: to professionals (RFC 7523), to systems (SMART backend services), to apps that were launched."""

    def answered(self, request: HttpRequest) -> HttpResponse:
        """Answer with a token. Raises AssertionRefused."""
        grant, wanted = request.POST.get("grant_type", ""), request.POST.get("scope", "")
        if grant == JWT_BEARER:
            return self._token(*grants.of_professional(request.POST.get("assertion", ""), wanted))
        if grant == "client_credentials" and request.POST.get("client_assertion_type") == CLIENT_ASSERTION:
            return self._token(*grants.of_system(request.POST.get("client_assertion", ""), wanted))
        if grant == "authorization_code":
            return self._launched(request)
        raise AssertionRefused("unsupported_grant_type", "the grant is not offered")

    def _token(self, token: str, seconds: int, actor: Actor, **more: Any) -> HttpResponse:
        """A token and what it reaches; without scopes it reaches as far as the law lets."""
        level = "system" if actor.professional_id is None else "user"
        told = " ".join(sorted(actor.scopes)) or f"{level}/*.cruds"
        return answer(
            {"access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": told, **more},
        )

    def _launched(self, request: HttpRequest) -> HttpResponse:
        """The token of an app, with the citizen and the unit that it was launched for."""
        client = client_of(request)
        token, seconds, actor, ticket = grants.of_code(
            code=request.POST.get("code", ""),
            client=client,
            redirect_uri=request.POST.get("redirect_uri", ""),
            verifier=request.POST.get("code_verifier", ""),
        )
        return self._token(token, seconds, actor, **self._context(actor, ticket))

    def _context(self, actor: Actor, ticket: Ticket) -> dict[str, Any]:
        """The citizen, the acting unit and its authority; who is logged in, where the app asked for that."""
        told = {"patient": str(actor.in_context), "need_patient_banner": True, **ticket.facts["context"]}
        if "openid" in actor.scopes:
            told["id_token"] = id_tokens.make(actor, nonce=ticket.facts.get("nonce", ""))
        return told


class RevokeView(OAuthView):
    """Calls a token back (RFC 7009): by the system that it was issued to, at once and everywhere."""

    interaction = "revoke"

    def answered(self, request: HttpRequest) -> HttpResponse:
        """Answer 200 whether there was such a token or not. Raises AssertionRefused for who does not prove itself."""
        client = client_of(request)
        try:
            claims = tokens.claims_of(request.POST.get("token", ""))
        except tokens.TokenInvalid:
            return answer({})
        if claims["cli"] == client.client_id:
            revocation.revoke(claims["jti"], datetime.fromtimestamp(claims["exp"], UTC))
        return answer({})


class WellKnownView(View):
    """A document for clients, the same for everybody."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer with the document; scripts of any origin may read it."""
        headers = {"Cache-Control": f"public, max-age={WELL_KNOWN_SECONDS}", "Access-Control-Allow-Origin": "*"}
        return JsonResponse(self.document(), headers=headers)

    def document(self) -> dict[str, Any]:
        """What it says."""
        raise NotImplementedError


class SmartConfigurationView(WellKnownView):
    """What SMART clients need to know (`.well-known/smart-configuration`)."""

    def document(self) -> dict[str, Any]:
        """Only what is offered."""
        root = settings.PUBLIC_URL
        return {
            "issuer": root,
            "jwks_uri": f"{root}/oauth/keys",
            "authorization_endpoint": f"{root}/oauth/authorize",
            "token_endpoint": f"{root}/oauth/token",
            "revocation_endpoint": f"{root}/oauth/revoke",
            "grant_types_supported": ["authorization_code", "client_credentials", JWT_BEARER],
            "response_types_supported": ["code"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
            "code_challenge_methods_supported": ["S256"],
            "scopes_supported": ["launch", "openid", "fhirUser", "patient/*.cruds", "user/*.cruds", "system/*.cruds"],
            "capabilities": [
                "launch-ehr",
                "client-public",
                "client-confidential-asymmetric",
                "sso-openid-connect",
                "context-ehr-patient",
                "context-banner",
                "permission-patient",
                "permission-user",
                "permission-v1",
                "permission-v2",
            ],
        }


class OpenidConfigurationView(WellKnownView):
    """What is needed to check our id tokens (OpenID Connect Discovery)."""

    def document(self) -> dict[str, Any]:
        """Only what is offered: a log-in comes by a launch, and there is no address that tells of users."""
        root = settings.PUBLIC_URL
        return {
            "issuer": root,
            "authorization_endpoint": f"{root}/oauth/authorize",
            "token_endpoint": f"{root}/oauth/token",
            "jwks_uri": f"{root}/oauth/keys",
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [id_tokens.ALGORITHM],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "scopes_supported": ["openid", "fhirUser"],
            "claims_supported": ["iss", "sub", "aud", "exp", "iat", "nonce", "fhirUser"],
        }


class KeysView(WellKnownView):
    """Our public keys, with those that signed before."""

    def document(self) -> dict[str, Any]:
        """A JWK set."""
        return id_tokens.public_keys()
