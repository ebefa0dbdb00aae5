"""Access tokens of ours: short-lived, signed, and read into an Actor once per request."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose

LIFETIME = timedelta(minutes=15)
_IDS = {
    "pro": "professional_id",
    "unit": "unit_id",
    "res": "responsible_id",
    "cit": "citizen_id",
    "obo": "on_behalf_of",
}


class TokenInvalid(Exception):
    """The access token is missing, altered, foreign or past its time."""


@lru_cache(maxsize=1)
def _key() -> OctKey:
    """The key that signs access tokens, made from the secret of the deployment."""
    return OctKey.import_key(sha256(b"access-token:" + settings.SECRET_KEY.encode()).digest())


def issue(actor: Actor, *, lifetime: timedelta = LIFETIME, scope: str = "") -> tuple[str, int]:
    """Return a signed token that stands for this actor, and its lifetime in seconds."""
    claims: dict[str, Any] = {
        "aud": "fhir",
        "exp": int((actor.moment + lifetime).timestamp()),
        "jti": uuid4().hex,
        "act": str(actor.acting_as),
        "pur": str(actor.purpose),
        "prf": actor.profession,
        "cli": actor.client_id,
        "scope": scope,
        **{short: str(getattr(actor, name)) for short, name in _IDS.items() if getattr(actor, name) is not None},
    }
    return jwt.encode({"alg": "HS256"}, claims, _key()), int(lifetime.total_seconds())


@lru_cache(maxsize=8192)
def _claims(token: str) -> Mapping[str, Any]:
    """Check the signature and read; the result of a good token is kept, its time is checked by the caller each time."""
    return jwt.decode(token, _key(), algorithms=["HS256"]).claims


def read(token: str, *, request_id: str = "", override_id: UUID | None = None, will_reason: str = "") -> Actor:
    """Return the actor a token stands for, at this instant, under the override and with the reason that it declares.

    Raises TokenInvalid.
    """
    try:
        claims = _claims(token)
    except (JoseError, ValueError) as error:
        raise TokenInvalid from error
    now = datetime.now(UTC)
    if claims.get("aud") != "fhir" or claims["exp"] <= now.timestamp():
        raise TokenInvalid
    ids: dict[str, Any] = {name: UUID(claims[short]) for short, name in _IDS.items() if short in claims}
    return Actor(
        acting_as=ActingAs(claims["act"]),
        purpose=Purpose(claims["pur"]),
        moment=now,
        profession=claims["prf"],
        client_id=claims["cli"],
        token_id=claims["jti"],
        request_id=request_id,
        override_id=override_id,
        will_reason=will_reason,
        scopes=frozenset(claims["scope"].split()),
        **ids,
    )
