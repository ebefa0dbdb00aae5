"""What the token address gives: tokens for professionals, for systems, and for apps that were launched."""

from base64 import urlsafe_b64encode
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from uuid import uuid4

from access import scopes
from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from identity import assertions, tickets, tokens
from identity.assertions import AssertionRefused
from identity.models import System, Ticket

LAUNCHING = frozenset({"launch", "launch/patient", "openid", "fhirUser", "profile"})
# Asked for by many clients; we give no refresh tokens, and say so by leaving these out of the answer.
NOT_GIVEN = frozenset({"offline_access", "online_access"})


def of_professional(assertion: str, wanted: str = "") -> tuple[str, int, Actor]:
    """Return an access token for the professional whom a registered system vouches for, its lifetime and the actor.

    Raises AssertionRefused; an assertion that was refused before its claims were read may be sent again.
    """
    system, actor = vouched(assertion)
    return _issued(replace(actor, scopes=_of_types(system, wanted, {"user"})))


def vouched(assertion: str) -> tuple[System, Actor]:
    """The system and the professional it vouches for; the assertion is used by it. Raises AssertionRefused."""
    system, claims = assertions.verified(assertion)
    if not system.may_assert:
        raise AssertionRefused("unauthorized_client", "the system may not vouch for professionals", system.client_id)
    actor = assertions.professional_of(system, claims)
    assertions.use_once(system, claims)
    return system, actor


def of_system(assertion: str, wanted: str = "") -> tuple[str, int, Actor]:
    """Return an access token for a system that delivers (SMART backend services). Raises AssertionRefused."""
    system = proved(assertion)
    if not system.may_deliver:
        raise AssertionRefused("unauthorized_client", "the system may not deliver", system.client_id)
    actor = Actor(
        ActingAs.SYSTEM,
        Purpose.DELIVERY,
        datetime.now(UTC),
        unit_id=system.owner_id,
        client_id=system.client_id,
        scopes=_of_types(system, wanted, {"system"}),
    )
    return _issued(actor)


def proved(assertion: str) -> System:
    """The system that proves itself by an assertion about itself (private_key_jwt). Raises AssertionRefused."""
    system, claims = assertions.verified(assertion)
    if claims.get("sub") != system.client_id:
        raise AssertionRefused("invalid_client", "the assertion is about another", system.client_id)
    assertions.use_once(system, claims)
    return system


def _issued(actor: Actor) -> tuple[str, int, Actor]:
    lifetime = tokens.SYSTEM_LIFETIME if actor.acting_as == ActingAs.SYSTEM else tokens.LIFETIME
    token, seconds = tokens.issue(actor, lifetime=lifetime)
    return token, seconds, actor


def _of_types(system: System, wanted: str, levels: Collection[str]) -> frozenset[str]:
    """The scopes of types that a token gets: those asked for, or all that the system may have.

    Raises AssertionRefused.
    """
    asked = [text for text in wanted.split() if text not in NOT_GIVEN]
    most = system.scopes.split()
    try:
        if not asked:
            return frozenset(text for text in most if scopes.parse(text).level in levels)
        return frozenset(scopes.granted(asked, most, levels=levels))
    except scopes.ScopeUnknown as error:
        raise AssertionRefused("invalid_scope", "a scope is unknown or too wide", system.client_id) from error


def of_app(app: System, wanted: str) -> frozenset[str]:
    """The scopes that an app asks for at a launch, those of the launch itself among them. Raises AssertionRefused."""
    asked = frozenset(wanted.split()) - NOT_GIVEN
    if "launch" not in asked:
        raise AssertionRefused("invalid_scope", "the scope launch is missing", app.client_id)
    types = asked - LAUNCHING
    if not types:
        raise AssertionRefused("invalid_scope", "no scope of a type", app.client_id)
    return _of_types(app, " ".join(types), {"patient", "user"}) | (asked & LAUNCHING)


def of_code(*, code: str, client: System, redirect_uri: str, verifier: str) -> tuple[str, int, Actor, Ticket]:
    """Return an access token for an app that shows its code and the secret behind it (PKCE). Raises AssertionRefused.

    A code that comes again calls back the token that it gave.
    """
    ticket = tickets.redeem(Ticket.Kind.CODE, code, client_id=client.client_id)
    if ticket is None:
        tickets.call_back(code)
        raise AssertionRefused("invalid_grant", "the code is not valid", client.client_id)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    if ticket.facts["redirect_uri"] != redirect_uri or not compare_digest(ticket.facts["challenge"], challenge):
        raise AssertionRefused("invalid_grant", "the code is another's", client.client_id)
    actor = tokens.actor_of(ticket.facts, datetime.now(UTC))
    token_id = uuid4().hex
    token, seconds = tokens.issue(actor, token_id=token_id)
    Ticket.objects.filter(pk=ticket.pk).update(token_id=token_id)
    return token, seconds, actor, ticket
