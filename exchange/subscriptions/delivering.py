"""Telling a subscriber: the right is decided anew for each event, the look is logged, and then it is sent.

A worker takes a subscription for a while (a lease), decides and numbers in one transaction, sends, and notes what came
of it in another. Killed in between, the lease runs out and the same numbers are sent again: a receiver may hear twice
and never misses. What is certain not to have arrived loses its number, so that what may no longer be told then leaves
no gap; what may have arrived keeps it, and is sent as a number alone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson
import structlog
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from access import service
from access.actors import Actor
from access.scopes import OutOfScope
from access.search import key_search
from access.statements import fetch
from access.vocabulary import ActingAs, Purpose
from exchange.models import Notification, Subscription
from exchange.outbox import wait_after
from exchange.subscriptions import bundles, signing
from exchange.subscriptions.sending import Outcome, send
from exchange.subscriptions.services import turn_off
from exchange.subscriptions.standing import why_not_standing
from exchange.subscriptions.topics import by_model

LEASE = timedelta(seconds=60)
KEPT = timedelta(days=30)
LOOK = "notify"
log = structlog.get_logger(__name__)
Status = Subscription.Status


def tell_all(limit: int = 200) -> int:
    """Send what is due, to one subscriber after the other; return how many messages were accepted.

    Several workers share the subscribers between them. At most `limit` messages are tried.
    """
    accepted = 0
    for _number in range(limit):
        subscription = _claimed()
        if subscription is None:
            break
        accepted += _tell(subscription)
    return accepted


def _claimed() -> Subscription | None:
    """Take the next subscription that has something due, for as long as a lease lasts."""
    now = timezone.now()
    waiting = Notification.objects.filter(subscription=OuterRef("pk"), sent_at__isnull=True)
    is_quiet = Q(heartbeat__isnull=False, last_sent_at__lte=now - F("heartbeat") * timedelta(seconds=1))
    with transaction.atomic():
        due = Subscription.objects.exclude(status=Status.OFF).filter(
            Q(leased_until__isnull=True) | Q(leased_until__lte=now),
            Q(status=Status.REQUESTED) | Q(Exists(waiting)) | is_quiet | Q(end__lte=now),
            next_attempt_at__lte=now,
        )
        found = due.order_by("next_attempt_at", "id").select_for_update(skip_locked=True).first()
        if found is not None:
            found.leased_until = now + LEASE
            found.save(update_fields=["leased_until"])
    return found


def actor_of(subscription: Subscription, moment: datetime) -> Actor:
    """Who is told: the professional at the unit, in the capacity and with the scopes in which she asked to be."""
    return Actor(
        ActingAs(subscription.acting_as),
        Purpose(subscription.purpose),
        moment,
        professional_id=subscription.professional_id,
        profession=subscription.professional.profession,
        unit_id=subscription.unit_id,
        responsible_id=subscription.responsible_id,
        client_id=subscription.client_id,
        request_id=f"subscription:{subscription.pk}"[:64],
        scopes=frozenset(subscription.scopes),
        in_context=subscription.in_context,
    )


def _tell(subscription: Subscription) -> bool:
    """Send one message; return whether it was accepted."""
    now = timezone.now()
    reason = (
        "ended" if subscription.end is not None and subscription.end <= now else why_not_standing(subscription, now)
    )
    if reason:
        turn_off(subscription, reason)
        subscription.version, subscription.updated_at, subscription.leased_until = subscription.version + 1, now, None
        subscription.save(update_fields=["status", "error", "version", "updated_at", "leased_until"])
        return False
    if subscription.status == Status.REQUESTED:
        return _sent(subscription, "handshake", [], set())
    events, fresh = _decided(subscription, now)
    if events:
        return _sent(subscription, "event-notification", events, fresh)
    if _is_quiet(subscription, now):
        return _sent(subscription, "heartbeat", [], set())
    Subscription.objects.filter(pk=subscription.pk).update(leased_until=None)  # none of these; others may be due now
    return False


def _is_quiet(subscription: Subscription, now: datetime) -> bool:
    """Whether a sign of life is due."""
    if subscription.heartbeat is None or subscription.last_sent_at is None:
        return False
    return subscription.last_sent_at + timedelta(seconds=subscription.heartbeat) <= now


def _decided(subscription: Subscription, now: datetime) -> tuple[list[Notification], set[int]]:
    """Decide the next events, log each look, and number what may be told: in one transaction, before anything leaves.

    Returns the events, and the keys of those that got their number now.
    """
    actor = actor_of(subscription, now)
    told: list[Notification] = []
    fresh: set[int] = set()
    with transaction.atomic():
        held = Subscription.objects.select_for_update().get(pk=subscription.pk)
        waiting = Notification.objects.filter(subscription=held, sent_at__isnull=True)
        for item in waiting.order_by(F("number").asc(nulls_last=True), "id")[: held.most]:
            if not item.withdrawn and not permits(actor, item, log_it=not item.logged):
                if item.number is None:
                    item.delete()
                    continue
                item.withdrawn = True
            item.logged = True
            if item.number is None:
                held.last_number += 1
                item.number = held.last_number
                fresh.add(item.pk)
            told.append(item)
        Notification.objects.bulk_update(told, ["number", "logged", "withdrawn"])
        held.save(update_fields=["last_number"])
    subscription.last_number = held.last_number
    return told, fresh


def permits(actor: Actor, item: Notification, *, log_it: bool) -> bool:
    """Decide whether this may be told now. A refusal is logged always."""
    _topic, followed = by_model()[item.model]
    try:
        rows = fetch(followed.source, actor, key_search(item.resource_id), interaction=LOOK, logged=log_it)
    except OutOfScope:
        rows = []
    if not rows:
        service.refused(followed.source, actor, item.resource_id, LOOK)
    return bool(rows)


def _sent(subscription: Subscription, kind: str, events: Sequence[Notification], fresh: set[int]) -> bool:
    """Send a message and note what came of it; `fresh` are the events that have their number of this attempt."""
    subscription.status, subscription.error = Status.ACTIVE, ""
    bundle = bundles.notification(subscription, kind, events)
    body = orjson.dumps(bundle)
    signed = signing.headers(subscription.pk, bundle["id"], timezone.now(), body)
    outcome, code = send(subscription.endpoint, body, signed, subscription.timeout)
    if outcome != Outcome.ACCEPTED:
        # The address and the answer may hold secrets of the receiver's; the code does not.
        log.warning("notification not accepted", subscription=str(subscription.pk), error=code)
    with transaction.atomic():
        held = Subscription.objects.select_for_update().exclude(status=Status.OFF).filter(pk=subscription.pk).first()
        if held is not None:  # it was neither turned off nor taken away meanwhile
            _note(held, kind, [item.pk for item in events], fresh, outcome, code)
    return outcome == Outcome.ACCEPTED


def _note(held: Subscription, kind: str, sent: list[int], fresh: set[int], outcome: Outcome, code: str) -> None:
    """Keep what came of a message; what is certain not to have arrived loses the number it got for this attempt."""
    now = timezone.now()
    was = (held.status, held.error)
    held.leased_until = None
    if outcome == Outcome.ACCEPTED:
        held.notifications.filter(pk__in=sent).update(sent_at=now)
        held.status, held.error, held.attempts = Status.ACTIVE, "", 0
        held.last_sent_at = held.next_attempt_at = now
    else:
        if outcome == Outcome.REFUSED:
            held.last_number -= held.notifications.filter(pk__in=fresh).update(number=None)
        held.status, held.error = Status.REQUESTED if kind == "handshake" else Status.ERROR, code
        held.attempts += 1
        held.next_attempt_at = now + wait_after(held.attempts)
    if (held.status, held.error) != was:
        held.version, held.updated_at = held.version + 1, now
    held.save()


def forget() -> int:
    """Let go of what was told more than thirty days ago; it cannot be replayed any more."""
    return Notification.objects.filter(sent_at__lt=timezone.now() - KEPT).delete()[0]
