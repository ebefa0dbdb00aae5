"""An iCalendar of appointments for a citizen's own device: neutral titles, since others see her screen (RFC 5545)."""

from collections.abc import Iterable
from datetime import timedelta

from icalendar import Calendar, Event

from access.statements import Row
from appointments.models import Appointment

Status = Appointment.Status

TITLE = "Aftale"
APPROXIMATE = "Aftale (ca. tid)"
PRODUCT = "-//Samlet Patientoverblik//Aftaler//DA"
# How often a device is asked to come for it.
REFRESH = timedelta(hours=4)
_GONE = frozenset({Status.CANCELLED, Status.ENTERED_IN_ERROR, Status.NO_SHOW})
_OPEN = frozenset({Status.PROPOSED, Status.PENDING, Status.WAITLIST})


def calendar_of(rows: Iterable[Row], *, with_place: bool) -> bytes:
    """Build the calendar of these rows; times are UTC, which every device turns into its own.

    Nothing tells what an appointment is for, with whom, or at which ward; with the place, its street and town alone.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Aftaler")
    calendar.add("refresh-interval", REFRESH, {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT4H")
    for row in rows:
        calendar.add_component(_event(row, with_place=with_place))
    return bytes(calendar.to_ical())


def _event(row: Row, *, with_place: bool) -> Event:
    """One appointment, the same event however often it is changed."""
    event = Event()
    event.add("uid", f"{row['id']}@patientoverblik.dk")
    event.add("sequence", row["version"])
    event.add("dtstamp", row["updated_at"])
    event.add("last-modified", row["updated_at"])
    event.add("created", row["created_at"])
    event.add("dtstart", row["start"])
    if row["end"] is not None:
        event.add("dtend", row["end"])
    event.add("summary", APPROXIMATE if row["is_approximate"] else TITLE)
    event.add("class", "PRIVATE")
    event.add("status", _status(row["status"]))
    town = f"{row['place_postal_code'] or ''} {row['place_city'] or ''}".strip()
    place = ", ".join(part for part in (row["place_street"], town) if part)
    if with_place and place:
        event.add("location", place)
    return event


def _status(status: str) -> str:
    """The status of an event: what does not take place is cancelled, so that devices take it away."""
    if status in _GONE:
        return "CANCELLED"
    return "TENTATIVE" if status in _OPEN else "CONFIRMED"
