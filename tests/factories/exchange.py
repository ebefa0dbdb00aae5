"""Deliveries, quarantine and the outbox."""

from typing import Any

from exchange.models import (
    Delivery,
    Happening,
    Notice,
    NoticeAddress,
    Notification,
    OutboxMessage,
    Quarantined,
    Subscription,
)
from fhir.ids import new_key
from tests.factories.base import ago, now, numbers
from tests.factories.citizens import citizen
from tests.factories.organisations import doctor, ward


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


def happening(**given: Any) -> Happening:
    """A goal of somebody that was just written."""
    fields = {"model": "goals.Goal", "change": "create", "resource_ids": [new_key()], "occurred_at": now()}
    return Happening.objects.create(**{"citizen_id": new_key(), **fields, **given})


def subscription(**given: Any) -> Subscription:
    """An active subscription of a ward's system to new goals, an hour old."""
    fields = {
        "client_id": "test",
        "acting_as": "hp",
        "purpose": "treatment",
        "topic": "new-goal",
        "endpoint": "https://epj.example.org/besked",
        "reason": "Test",
        "status": "active",
        "created_at": ago(hours=1),
        "updated_at": ago(hours=1),
        "next_attempt_at": ago(hours=1),
    }
    if "unit" not in given:
        given["unit"] = ward()
    if "professional" not in given:
        given["professional"] = doctor()
    return Subscription.objects.create(**{**fields, **given})


def notification(**given: Any) -> Notification:
    """An event that waits to be told."""
    fields = {"model": "goals.Goal", "resource_id": new_key(), "occurred_at": now()}
    if "subscription" not in given:
        given["subscription"] = subscription()
    if "citizen_id" not in given:
        given["citizen_id"] = citizen().pk
    return Notification.objects.create(**{**fields, **given})


def notice(**given: Any) -> Notice:
    """A new message to a citizen, that a consent of hers ends soon."""
    if "citizen" not in given:
        given["citizen"] = citizen()
    return Notice.objects.create(**{"kind": "consent-ends", "about": str(new_key()), "at": now(), **given})


def notice_address(**given: Any) -> NoticeAddress:
    """A citizen who is told by e-mail."""
    if "citizen" not in given:
        given["citizen"] = citizen()
    return NoticeAddress.objects.create(**{"email": "tove@example.test", **given})
