"""One-time secrets: made, redeemed once and soon, and kept as a digest only."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from identity import revocation
from identity.models import Ticket
from identity.tokens import LIFETIME

SECRET_BYTES = 32
SHORT = timedelta(seconds=60)
# A code that was used is kept as long as the token that it gave can hold, to call that back when it comes again.
KEPT_AFTER = LIFETIME


def make(kind: Ticket.Kind, client_id: str, facts: dict[str, Any]) -> str:
    """Return a new secret of 256 random bits that opens this once within a minute. One statement."""
    secret = token_urlsafe(SECRET_BYTES)
    Ticket.objects.create(
        digest=digest_of(secret), kind=kind, client_id=client_id, facts=facts, expires_at=datetime.now(UTC) + SHORT
    )
    return secret


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.encode()).hexdigest()


def redeem(kind: Ticket.Kind, secret: str, *, client_id: str = "") -> Ticket | None:
    """Use a secret up and return what it opens; None for one that is unknown, used, too old or another client's.

    Of two who come at once one gets it. Two statements.
    """
    now = datetime.now(UTC)
    whose = {"client_id": client_id} if client_id else {}
    found = Ticket.objects.filter(digest=digest_of(secret), kind=kind, used_at=None, expires_at__gt=now, **whose)
    return Ticket.objects.get(pk=digest_of(secret)) if found.update(used_at=now) else None


def call_back(secret: str) -> None:
    """Revoke the token that a code gave, since the code was shown twice: one of the two who had it is a thief."""
    ticket = Ticket.objects.filter(digest=digest_of(secret)).exclude(token_id="").first()
    if ticket is not None and ticket.used_at is not None:
        revocation.revoke(ticket.token_id, ticket.used_at + LIFETIME)
