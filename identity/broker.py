"""The citizen's log-in at a service of others: the code flow of OpenID Connect with PKCE, by Authlib.

What was asked (state, nonce, verifier) is kept in the browser's session and used once. Nothing of the answer is kept:
neither its tokens nor a number of a person.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.integrations.django_client import OAuth, OAuthError
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from joserfc.errors import JoseError
from requests import RequestException

from citizens.models import Citizen
from identity.models import User
from identity.provider import Provider
from identity.sessions import LONGEST

# What its keys may sign with; what it offers beside is not taken.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
# Addresses and keys are read anew after this; a key that is not known is asked for at once.
KEPT_SECONDS = 300
TIMEOUT_SECONDS = 10
LEEWAY_SECONDS = 30
# When she was sent to prove anew who she is; kept in the browser's session till she comes back.
ANEW = "proof_asked_at"


class LoginFailed(Exception):
    """The log-in came to nothing. `why` is a code for the log: it tells nothing of the person."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Arrival:
    """Who came back, None for one whom we do not know, and when she proved who she is (aware UTC)."""

    citizen: Citizen | None
    proved_at: datetime


def to_provider(request: HttpRequest, back: str, *, anew: bool = False) -> HttpResponseRedirect:
    """Lead to the log-in service, which leads back to `back`; `anew` has her prove there again who she is.

    What she proved there longer ago than a log-in lasts here is never enough. Raises LoginFailed ("unreachable").
    """
    provider = _provider()
    asked = {"acr_values": " ".join(provider.levels)} if provider.levels else {}
    asked["max_age"] = "0" if anew else str(int(LONGEST.total_seconds()))
    if anew:
        asked["prompt"] = "login"
        request.session[ANEW] = int(time.time())
    else:
        request.session.pop(ANEW, None)
    try:
        led: HttpResponseRedirect = _client(provider).authorize_redirect(
            request, back, ui_locales=getattr(request, "LANGUAGE_CODE", "da"), **asked
        )
    except (RequestException, ValueError, RuntimeError) as error:
        raise LoginFailed("unreachable") from error
    return led


def arrival(request: HttpRequest) -> Arrival:
    """Who came back from the log-in service. Raises LoginFailed.

    One statement, and up to four requests to the service: its addresses, the token, its keys, and what it tells of the
    person where the id token does not.
    """
    provider = _provider()
    try:
        client = _client(provider)
        _checked(client, provider, request.GET.get("iss"))
        token = client.authorize_access_token(
            request,
            claims_options={
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client_id},
            },
            leeway=LEEWAY_SECONDS,
        )
        claims = token.get("userinfo")
        if claims is None:
            raise LoginFailed("no-id-token")
        if provider.levels and claims.get(provider.level_claim) not in provider.levels:
            raise LoginFailed("level")
        proved_at = _proved_at(claims.get("auth_time"), request.session.pop(ANEW, None))
        told = claims.get(provider.person_claim) or _told_beside(client, token, claims, provider)
    except OAuthError as error:
        raise LoginFailed(f"oauth {error.error}"[:40]) from error
    except JoseError as error:
        raise LoginFailed(f"id-token {error.error}"[:40]) from error
    except (RequestException, ValueError, RuntimeError, KeyError) as error:
        raise LoginFailed("unreachable") from error
    return Arrival(_citizen(provider, str(told or "")), proved_at)


def end_address(back: str) -> str:
    """Where the log-in at the service is ended, which leads back to `back`; empty where it cannot be.

    Our client id says who asks: an id token would say who the person is, and stand in an address.
    """
    try:
        provider = _provider()
        end = _client(provider).load_server_metadata().get("end_session_endpoint")
    except (LoginFailed, RequestException, ValueError):
        return ""
    if not end:
        return ""
    asked = {"client_id": provider.client_id, "post_logout_redirect_uri": back}
    return str(add_params_to_uri(end, list(asked.items())))


def _provider() -> Provider:
    """The log-in service that is set up. Raises LoginFailed."""
    provider: Provider | None = settings.OIDC
    if provider is None:
        raise LoginFailed("not-set-up")
    return provider


def _client(provider: Provider) -> Any:
    """The client of Authlib, made anew every few minutes, so that a key taken away is soon taken for nothing."""
    return _made(provider, int(time.monotonic() // KEPT_SECONDS))


@lru_cache(maxsize=2)
def _made(provider: Provider, _slot: int) -> Any:
    return OAuth().register(
        "login",
        client_id=provider.client_id,
        client_secret=provider.key or provider.secret,
        server_metadata_url=f"{provider.issuer}/.well-known/openid-configuration",
        client_auth_methods=[PrivateKeyJWT()] if provider.key else None,
        client_kwargs={
            "scope": provider.scope,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "private_key_jwt" if provider.key else "client_secret_basic",
            "default_timeout": TIMEOUT_SECONDS,
        },
    )


def _checked(client: Any, provider: Provider, told: str | None) -> None:
    """The service is the one that was set up, also the one that answers (`told`, RFC 9207), and signs as we take it.

    Raises LoginFailed, RequestException.
    """
    found = client.load_server_metadata()
    if found.get("issuer", "").rstrip("/") != provider.issuer:
        raise LoginFailed("issuer")
    must_tell = found.get("authorization_response_iss_parameter_supported", False)
    if (told is not None or must_tell) and (told or "").rstrip("/") != provider.issuer:
        raise LoginFailed("another-issuer")
    offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
    found["id_token_signing_alg_values_supported"] = [each for each in offered if each in ALGORITHMS]


def _proved_at(told: Any, asked_anew: int | None) -> datetime:
    """When she proved who she is, by the claim that `max_age` makes the service tell. Raises LoginFailed."""
    now, leeway = datetime.now(UTC), timedelta(seconds=LEEWAY_SECONDS)
    if isinstance(told, bool) or not isinstance(told, int | float):
        raise LoginFailed("no-auth-time")
    try:
        found = datetime.fromtimestamp(told, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise LoginFailed("auth-time") from error
    earliest = now - LONGEST if asked_anew is None else datetime.fromtimestamp(asked_anew, UTC)
    if found > now + leeway:
        raise LoginFailed("auth-time")
    if found < earliest - leeway:
        raise LoginFailed("proved-long-ago")
    return min(found, now)


def _told_beside(client: Any, token: Any, claims: Any, provider: Provider) -> Any:
    """The claim from the service's page about the person, which must be of the same person."""
    if "userinfo_endpoint" not in client.load_server_metadata():
        return None
    found = client.userinfo(token=token)
    if found.get("sub") != claims["sub"]:
        raise LoginFailed("another-subject")
    return found.get(provider.person_claim)


def _citizen(provider: Provider, told: str) -> Citizen | None:
    """The living citizen whom the claim tells. One statement."""
    if not told:
        return None
    living = Citizen.objects.filter(died_at__isnull=True, replaced_by__isnull=True)
    if provider.person_is == "cpr":
        named = living.filter(cpr=told.replace("-", ""))
    else:
        named = living.filter(user__in=User.objects.filter(username=told, is_active=True))
    found: Citizen | None = named.first()
    return found
