"""What a device reads through the address of a feed: the citizen's own look, decided and logged as such."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.db.models import DateTimeField, Q, UUIDField

from access import service
from access.actors import Actor
from access.sql import Param
from access.statements import Search, Source
from access.vocabulary import ActingAs, Purpose
from appointments.calendars import calendar_of
from appointments.models import Appointment, CalendarFeed
from fhir.ids import new_key
from fhir.outcomes import FhirError

CLIENT = "calendar-feed"
BACK, AHEAD, MOST = timedelta(days=31), timedelta(days=366), 1000
FRESH = timedelta(hours=1)
FEED_SOURCE = Source(
    "Appointment",
    Appointment,
    {
        **{
            name: name
            for name in (
                "id",
                "citizen_id",
                "category",
                "recorded_under",
                "version",
                "created_at",
                "updated_at",
                "start",
                "end",
                "status",
                "is_approximate",
            )
        },
        "place_street": "location__street",
        "place_postal_code": "location__postal_code",
        "place_city": "location__city",
    },
    order=("start", "id"),
)
_WHERE = Q(
    citizen_id=Param("q0", UUIDField()), start__gte=Param("q1", DateTimeField()), start__lt=Param("q2", DateTimeField())
)


def digest_of(secret: str) -> str:
    """What is kept of the secret of an address."""
    return sha256(secret.encode()).hexdigest()


def read_feed(secret: str) -> bytes | None:
    """Return the calendar behind a secret; None alike for an unknown and an ended one, and for one who has died.

    Four statements at most: the log has a row for each time, with the feed that it was read through.
    """
    feed = CalendarFeed.objects.filter(digest=digest_of(secret), revoked_at=None).first()
    if feed is None:
        return None
    now = datetime.now(UTC)
    actor = Actor(
        ActingAs.CITIZEN,
        Purpose.OWN,
        now,
        citizen_id=feed.citizen_id,
        client_id=CLIENT,
        token_id=feed.pk.hex,
        request_id=new_key().hex,
    )
    values = {"q0": feed.citizen_id, "q1": now - BACK, "q2": now + AHEAD}
    wanted = Search(("calendar-feed",), _WHERE, values, feed.citizen_id, MOST, is_bounded=True)
    try:
        rows = service.search(FEED_SOURCE, actor, wanted, query=f"calendar feed {feed.pk}")
    except FhirError:
        return None
    if feed.fetched_at is None or now - feed.fetched_at > FRESH:
        CalendarFeed.objects.filter(pk=feed.pk).update(fetched_at=now)
    return calendar_of(rows, with_place=feed.with_place)
