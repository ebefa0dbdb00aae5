"""Notification bundles of the R4 backport: a status as Parameters, then the address of each thing, and no content."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.utils import timezone

from exchange.models import Notification, Subscription
from exchange.subscriptions.topics import by_model, topics
from fhir.datatypes import instant

IG = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
BUNDLE_PROFILE = f"{IG}/backport-subscription-notification-r4"
STATUS_PROFILE = f"{IG}/backport-subscription-status-r4"


def base() -> str:
    """Where FHIR is served."""
    return f"{settings.PUBLIC_URL}/fhir"


def focus(item: Notification) -> tuple[str, UUID]:
    """The type and id that a subscriber is pointed to."""
    _topic, followed = by_model()[item.model]
    return followed.kind, item.citizen_id if followed.focus else item.resource_id


def notification(subscription: Subscription, kind: str, events: Sequence[Notification] = ()) -> dict[str, Any]:
    """Build a bundle of this kind (FHIR's code: handshake, heartbeat, event-notification, query-event).

    A withdrawn event has its number and nothing else.
    """
    told = [item for item in events if not item.withdrawn]
    places = list(dict.fromkeys(focus(item) for item in told))
    return {
        "resourceType": "Bundle",
        "id": str(uuid4()),
        "meta": {"profile": [BUNDLE_PROFILE]},
        "type": "history",
        "timestamp": instant(timezone.now()),
        "entry": [status_entry(subscription, kind, events), *(_entry(*place) for place in places)],
    }


def _entry(kind: str, key: UUID) -> dict[str, Any]:
    """The address of one thing; a history bundle asks for a request and an answer beside it."""
    return {
        "fullUrl": f"{base()}/{kind}/{key}",
        "request": {"method": "GET", "url": f"{kind}/{key}"},
        "response": {"status": "200"},
    }


def status_entry(subscription: Subscription, kind: str, events: Sequence[Notification] = ()) -> dict[str, Any]:
    """The entry of a notification bundle that tells how the subscription stands."""
    resource = status(subscription, kind, events)
    return {
        "fullUrl": f"urn:uuid:{resource['id']}",
        "resource": resource,
        "request": {"method": "GET", "url": f"Subscription/{subscription.pk}/$status"},
        "response": {"status": "200"},
    }


def status(subscription: Subscription, kind: str, events: Sequence[Notification] = ()) -> dict[str, Any]:
    """The status of a subscription as Parameters, with these events."""
    parameters: list[dict[str, Any]] = [
        {"name": "subscription", "valueReference": {"reference": f"{base()}/Subscription/{subscription.pk}"}},
        {"name": "topic", "valueCanonical": topics()[subscription.topic].url},
        {"name": "status", "valueCode": subscription.status},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(subscription.last_number)},
        *({"name": "notification-event", "part": _parts(item)} for item in events),
    ]
    if subscription.error:
        parameters.append({"name": "error", "valueCodeableConcept": {"text": subscription.error}})
    return {
        "resourceType": "Parameters",
        "id": str(uuid4()),
        "meta": {"profile": [STATUS_PROFILE]},
        "parameter": parameters,
    }


def _parts(item: Notification) -> list[dict[str, Any]]:
    """One event: its number, and unless it is withdrawn when it happened and to what."""
    parts: list[dict[str, Any]] = [{"name": "event-number", "valueString": str(item.number)}]
    if not item.withdrawn:
        kind, key = focus(item)
        parts.append({"name": "timestamp", "valueInstant": instant(item.occurred_at)})
        parts.append({"name": "focus", "valueReference": {"reference": f"{base()}/{kind}/{key}"}})
    return parts
