"""Deliveries, quarantine and the outbox."""

from typing import Any

from exchange.models import Delivery, OutboxMessage, Quarantined
from tests.factories.base import ago, now, numbers


def delivery(**given: Any) -> Delivery:
    """A bundle that was taken an hour ago."""
    number = next(numbers)
    fields = {
        "source": "urn:test:gateway",
        "bundle_id": f"bundle-{number}",
        "kind": "gateway-care",
        "sent_at": ago(hours=2),
        "received_at": ago(hours=1),
        "outcome": Delivery.Outcome.TAKEN,
        "digest": f"{number:064d}",
    }
    return Delivery.objects.create(**{**fields, **given})


def quarantined(**given: Any) -> Quarantined:
    """A bundle that could not be taken."""
    if "delivery" not in given:
        given["delivery"] = delivery(outcome=Delivery.Outcome.QUARANTINED)
    fields = {"body": b'{"resourceType": "Bundle"}', "reason": "unknown-citizen"}
    return Quarantined.objects.create(**{**fields, **given})


def outbox_message(**given: Any) -> OutboxMessage:
    """Something that is due to be carried out."""
    fields = {"topic": "test", "created_at": now(), "next_attempt_at": now()}
    return OutboxMessage.objects.create(**{**fields, **given})


def done_message(**given: Any) -> OutboxMessage:
    """Something that was carried out."""
    return outbox_message(**{"done_at": now(), "attempts": 1, **given})
