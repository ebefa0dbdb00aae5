"""Access tokens of ours: short-lived, signed, revocable, and read into an Actor once per request."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from identity.revocation import watch

LIFETIME = timedelta(minutes=15)
SYSTEM_LIFETIME = timedelta(minutes=5)
_IDS = {
    "pro": "professional_id",
    "unit": "unit_id",
    "res": "responsible_id",
    "cit": "citizen_id",
    "obo": "on_behalf_of",
    "pat": "in_context",
}


class TokenInvalid(Exception):
    """The access token is altered, foreign, revoked or past its time; `actor` is whom it stood for, if it was ours."""

    def __init__(self, why: str, actor: Actor | None = None) -> None:
        super().__init__(why)
        self.why, self.actor = why, actor


@lru_cache(maxsize=4)
def _key(secret: str) -> OctKey:
    """The key that a secret of the deployment gives; its id tells nothing of it."""
    made = sha256(b"access-token:" + secret.encode()).digest()
    return OctKey.import_key(made, {"kid": sha256(b"kid:" + made).hexdigest()[:16]})


@lru_cache(maxsize=4)
def _keys(secret: str, former: tuple[str, ...]) -> KeySet:
    """The keys that tokens are read with: that of the secret, which signs, and those of the secrets before it."""
    return KeySet([_key(each) for each in (secret, *former)])


def facts_of(actor: Actor) -> dict[str, Any]:
    """Who asks, as what, for whom, and how far the asking reaches: what a token says of an actor, as JSON."""
    return {
        "act": str(actor.acting_as),
        "pur": str(actor.purpose),
        "prf": actor.profession,
        "cli": actor.client_id,
        "scope": " ".join(sorted(actor.scopes)),
        **{short: str(getattr(actor, name)) for short, name in _IDS.items() if getattr(actor, name) is not None},
    }


def actor_of(facts: Mapping[str, Any], moment: datetime, **more: Any) -> Actor:
    """The actor of such facts, asking at an instant."""
    return Actor(moment=moment, **_named(facts), **more)


def _named(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as an actor calls them: what stays the same from request to request."""
    return {
        "acting_as": ActingAs(facts["act"]),
        "purpose": Purpose(facts["pur"]),
        "profession": facts["prf"],
        "client_id": facts["cli"],
        "scopes": frozenset(facts["scope"].split()),
        **{name: UUID(facts[short]) for short, name in _IDS.items() if short in facts},
    }


def issue(actor: Actor, *, lifetime: timedelta = LIFETIME, token_id: str = "") -> tuple[str, int]:
    """Return a signed token that stands for this actor, and its lifetime in seconds."""
    expires = int((actor.moment + lifetime).timestamp())
    claims = {"aud": "fhir", "exp": expires, "jti": token_id or uuid4().hex, **facts_of(actor)}
    key = _key(settings.SECRET_KEY)
    return jwt.encode({"alg": "HS256", "kid": key.kid}, claims, key), int(lifetime.total_seconds())


@lru_cache(maxsize=8192)
def _known(token: str, secret: str, former: tuple[str, ...]) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """Check the signature and read what it says, also as an actor calls it; kept for a good token.

    Its time is checked by the caller each time.
    """
    claims = jwt.decode(token, _keys(secret, former), algorithms=["HS256"]).claims
    if claims.get("aud") != "fhir":
        raise ValueError("for another audience")
    return claims, {**_named(claims), "token_id": claims["jti"]}


def claims_of(token: str) -> Mapping[str, Any]:
    """What a token of ours says, whether it still holds or not. Raises TokenInvalid."""
    return _ours(token)[0]


def _ours(token: str) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """What `_known` reads of a token of ours. Raises TokenInvalid."""
    try:
        return _known(token, settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS))
    except (JoseError, ValueError) as error:
        raise TokenInvalid("not a token of this service") from error


def read(
    token: str, *, request_id: str = "", override_id: UUID | None = None, will_reason: str = "", address: str = ""
) -> Actor:
    """Return the actor a token stands for, at this instant, under the override and with the reason that it declares.

    `address` is the network address that it came from; that of a citizen's device is not kept.
    Raises TokenInvalid. No statement in a process that watches revocations (`identity.revocation`), else one.
    """
    claims, named = _ours(token)
    now = datetime.now(UTC)
    actor = Actor(
        moment=now,
        request_id=request_id,
        override_id=override_id,
        will_reason=will_reason,
        client_address="" if "citizen_id" in named else address,
        **named,
    )
    if claims["exp"] <= now.timestamp():
        raise TokenInvalid("the token has expired", actor)
    if watch.is_revoked(actor.token_id, actor.client_id):
        raise TokenInvalid("the token was revoked", actor)
    return actor
