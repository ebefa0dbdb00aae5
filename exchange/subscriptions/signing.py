"""How a receiver knows that a message is ours: an HMAC over id, time and body, as Standard Webhooks sets it out.

A shared secret rather than a signing key of ours, since each receiver then needs no key of ours, no JOSE library and no
look-up, and a receiver that leaks its secret endangers itself alone; libraries for receivers exist in every language.
The secret of a subscription is worked out from the secret of the deployment and stands nowhere: it is told once.
"""

import hmac
from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.conf import settings

PREFIX = "whsec_"


def _key(subscription_id: UUID) -> bytes:
    """The bytes of a subscription's secret."""
    root = sha256(b"subscription-signing:" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(root, subscription_id.bytes, sha256).digest()


def secret_of(subscription_id: UUID) -> str:
    """The secret as it is told to the subscriber, once."""
    return PREFIX + b64encode(_key(subscription_id)).decode()


def headers(subscription_id: UUID, message_id: str, moment: datetime, body: bytes) -> dict[str, str]:
    """The headers that sign a message; a receiver refuses what is older than it likes (five minutes is usual)."""
    seconds = str(int(moment.timestamp()))
    signed = b".".join((message_id.encode(), seconds.encode(), body))
    mark = b64encode(hmac.new(_key(subscription_id), signed, sha256).digest()).decode()
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": f"v1,{mark}"}
