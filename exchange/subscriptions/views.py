"""What the R4 backport asks beside read, search and write: `$status`, `$events`, and taking a subscription away."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request

from access import service
from access.rest import FhirView, answer, as_key
from access.write_views import InstanceView
from exchange.models import Notification, Subscription
from exchange.subscriptions import bundles
from exchange.subscriptions.delivering import actor_of, permits
from exchange.subscriptions.services import SUBSCRIPTION_SOURCE, unsubscribe
from exchange.subscriptions.standing import why_not_standing
from fhir.outcomes import FhirError

MOST = 100


class SubscriptionView(InstanceView):
    """One subscription: read, update and delete."""

    def delete(self, request: Request, kind: str, key: str) -> HttpResponse:
        """Take away; later reads are 404."""
        unsubscribe(by=self.actor, key=as_key(key))
        return HttpResponse(status=204)


class StatusView(FhirView):
    """How a subscription stands."""

    def get(self, request: Request, kind: str, key: str) -> HttpResponse:
        """Answer with a searchset of one status."""
        found = _seen(self, key)
        resource = bundles.status(found, "query-status")
        entry = {"fullUrl": f"urn:uuid:{resource['id']}", "resource": resource, "search": {"mode": "match"}}
        return answer({"resourceType": "Bundle", "type": "searchset", "total": 1, "entry": [entry]})


class EventsView(FhirView):
    """What was told, once more by number; each right decided anew, and each look logged."""

    def get(self, request: Request, kind: str, key: str) -> HttpResponse:
        """Answer with the events from `eventsSinceNumber` to `eventsUntilNumber`, a hundred at most.

        What may no longer be told is a number and nothing else.
        """
        found = _seen(self, key)
        now = timezone.now()
        since, until = _number(request, "eventsSinceNumber", 1), _number(request, "eventsUntilNumber", 2**62)
        told = Notification.objects.filter(
            subscription=found, sent_at__isnull=False, number__gte=since, number__lte=until
        )
        events = list(told.order_by("number")[:MOST])
        actor = actor_of(found, now)
        stands = not why_not_standing(found, now)
        for item in events:
            item.withdrawn = item.withdrawn or not stands or not permits(actor, item, log_it=True)
        return answer(bundles.notification(found, "query-event", events))


def _seen(view: FhirView, key: str) -> Subscription:
    """The subscription, if the asker may see it. Raises FhirError."""
    row = service.read(SUBSCRIPTION_SOURCE, view.actor, as_key(key))
    return Subscription.objects.select_related("professional", "unit", "responsible").get(pk=row["id"])


def _number(request: Any, name: str, usual: int) -> int:
    """An event's number in the query. Raises FhirError (400)."""
    text = request.query_params.get(name)
    if text is None:
        return usual
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise FhirError("bad-parameter", name)
    return int(text)
