"""From what happened to who may have to be told: a few statements for hundreds of changes, whoever subscribes.

One worker at a time does it, in the order in which changes were noted, so that each subscriber hears of one citizen's
in that order. Who may be told is not decided here but when it is told; here stands only whom it may concern.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from exchange.models import Happening, Notification, Subscription
from exchange.subscriptions.topics import Followed, Topic, by_model

BATCH = 500
_LOCK = 0x5361_6D6C_0016
# The units of these citizens' relations in force, and the units below them: whom something may concern.
_CONCERNED = """
SELECT DISTINCT r.citizen_id, l.descendant_id FROM organisations_treatmentrelation r
JOIN organisations_unitlink l ON l.ancestor_id = r.origin_id
WHERE r.citizen_id = ANY(%s) AND l.descendant_id = ANY(%s) AND r.status IN ('verified', 'claimed')
AND r.start <= %s AND (r."end" IS NULL OR r."end" > %s)
"""


class _Event(NamedTuple):
    """One thing that happened to one citizen."""

    topic: Topic
    followed: Followed
    resource_id: UUID
    citizen_id: UUID
    occurred_at: datetime


def fan_out() -> int:
    """Turn what was noted into notifications that wait; return how many changes were worked off, 0 when none are left.

    All in one transaction: a change is either still noted or all its notifications stand.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return 0  # another worker is at it
        noted = list(Happening.objects.order_by("id")[:BATCH])
        if not noted:
            return 0
        wanting: dict[str, list[Subscription]] = defaultdict(list)
        for subscription in Subscription.objects.exclude(status=Subscription.Status.OFF).order_by("id"):
            wanting[subscription.topic].append(subscription)
        events = [event for item in noted for event in _events(item, wanting)]
        events = _that_count(events)
        Notification.objects.bulk_create(_notifications(events, wanting))
        Happening.objects.filter(pk__in=[item.pk for item in noted]).delete()
        return len(noted)


def _events(item: Happening, wanting: dict[str, list[Subscription]]) -> Iterable[_Event]:
    """What a change is to those who follow its topic; nothing when nobody does."""
    topic, followed = by_model().get(item.model, (None, None))
    if topic is None or followed is None or topic.code not in wanting or item.change not in followed.changes:
        return
    if item.citizen_id is not None and not (item.change == "update" and followed.ending):
        yield from (_Event(topic, followed, key, item.citizen_id, item.occurred_at) for key in item.resource_ids)
    elif item.citizen_id is not None:
        over = followed.source.model._default_manager.filter(pk__in=item.resource_ids, status__in=followed.ending)
        for key in over.values_list("pk", flat=True):
            yield _Event(topic, followed, key, item.citizen_id, item.occurred_at)


def _that_count(events: Sequence[_Event]) -> list[_Event]:
    """Each thing once in a batch, at its first place: ids are told, and a reader then gets the newest."""
    return list({(event.followed.label, event.resource_id): event for event in reversed(events)}.values())[::-1]


def _notifications(events: Sequence[_Event], wanting: dict[str, list[Subscription]]) -> Iterable[Notification]:
    """A notification for each subscriber whom an event may concern."""
    concerned = _concerned(events, wanting)
    for event in events:
        for subscription in wanting[event.topic.code]:
            if subscription.created_at > event.occurred_at:
                continue
            if subscription.citizen_id is not None:
                is_wanted = subscription.citizen_id == event.citizen_id
            else:
                is_wanted = (event.citizen_id, subscription.unit_id) in concerned
            if is_wanted:
                yield Notification(
                    subscription=subscription,
                    model=event.followed.label,
                    resource_id=event.resource_id,
                    citizen_id=event.citizen_id,
                    occurred_at=event.occurred_at,
                )


def _concerned(events: Sequence[_Event], wanting: dict[str, list[Subscription]]) -> set[tuple[UUID, UUID]]:
    """The pairs of citizen and subscribing unit between which there is a relation. One statement, or none."""
    citizens = list({event.citizen_id for event in events})
    subscribed = (item for items in wanting.values() for item in items if item.citizen_id is None)
    units = list({item.unit_id for item in subscribed})
    if not citizens or not units:
        return set()
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CONCERNED, [citizens, units, now, now])
        return {(row[0], row[1]) for row in cursor.fetchall()}
