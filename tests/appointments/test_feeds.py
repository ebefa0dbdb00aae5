"""Calendars on a citizen's devices: neutral, up to date, hers alone, and gone when she ends them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from access.actors import DENMARK
from appointments import services
from appointments.models import CalendarFeed
from fhir.outcomes import FhirError
from identity import limits
from tests import factories
from tests.asking import logged
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def opened(cast: Cast, **more: Any) -> tuple[CalendarFeed, str]:
    given = {"device": "Min tablet", "with_place": False, **more}
    return services.create_feed(by=cast.citizen.actor, citizen_id=cast.citizen.person.pk, **given)


def fetched(secret: str) -> Any:
    return Client().get(f"/calendar/{secret}.ics")


def events(secret: str) -> dict[str, Any]:
    """The events of a feed by their UID, as another library of the kind that devices have reads them."""
    answer = fetched(secret)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return {str(event["UID"]): event for event in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_calendar_tells_when_and_nothing_of_what_where_or_with_whom(cast: Cast) -> None:
    """At the winter and the summer time of Denmark: 10 o'clock stays 10 o'clock."""
    tove, ward = cast.citizen.person, cast.units.ward
    room = factories.location(organisation=ward, name="Lungeambulatoriet", street="Testvej 20", postal_code="5000")
    days = [datetime.now(DENMARK).replace(microsecond=0, minute=0, hour=10)]
    days += [days[0].replace(year=days[0].year + (days[0].month > 1 and month < days[0].month), month=month, day=15)
             for month in (1, 7)]  # fmt: skip
    for start in days:
        factories.appointment(citizen=tove, origin=ward, location=room, start=start.astimezone(UTC), reason_text="KOL")
    visit = factories.nursing_visit(citizen=tove, origin=cast.units.nursing, is_approximate=True, version=4)
    factories.appointment(origin=ward)

    plain, placed = opened(cast)[1], opened(cast, device="Telefon", with_place=True)[1]

    found = events(plain)
    clocks = {(event["DTSTART"].dt.astimezone(DENMARK).hour, event["DTSTART"].dt.utcoffset()) for event in
              found.values() if str(visit.pk) not in event["UID"]}  # fmt: skip
    assert (len(found), {clock for clock, _offset in clocks}) == (4, {10})
    assert {str(event["SUMMARY"]) for event in found.values()} == {"Aftale", "Aftale (ca. tid)"}
    assert found[f"{visit.pk}@patientoverblik.dk"]["SEQUENCE"] == 4
    told = fetched(plain).content.decode() + fetched(placed).content.decode()
    for secret in (ward.name, room.name, "KOL", "Ambulant kontrol", tove.given_name, str(tove.cpr)):
        assert secret not in told
    assert "LOCATION" not in fetched(plain).content.decode()
    assert {str(event.get("LOCATION", "")) for event in events(placed).values()} >= {"Testvej 20, 5000", ""}


def test_change_and_cancellation_reach_the_same_event(cast: Cast) -> None:
    visit = factories.appointment(citizen=cast.citizen.person, origin=cast.units.ward)
    secret = opened(cast)[1]
    before = events(secret)

    visit.status, visit.version, visit.cancelled_at = "cancelled", 2, factories.now()
    visit.save()
    after = events(secret)

    (uid,) = before
    assert before.keys() == after.keys()
    assert [(str(found[uid]["STATUS"]), found[uid]["SEQUENCE"]) for found in (before, after)] == [
        ("CONFIRMED", 1),
        ("CANCELLED", 2),
    ]


@pytest.mark.law("own-access")
def test_every_fetch_is_logged_as_her_own_look_through_that_feed(cast: Cast) -> None:
    visit = factories.appointment(citizen=cast.citizen.person, origin=cast.units.ward)
    feed, secret = opened(cast)

    fetched(secret)

    (entry,) = logged(client_id="calendar-feed")
    assert (entry.citizen_id, entry.actor_citizen_id, entry.acting_as) == (feed.citizen_id, feed.citizen_id, "citizen")
    assert (entry.resource_ids, entry.outcome, str(feed.pk) in entry.query) == ([visit.pk], "permit", True)
    assert logged(resource_type="CalendarFeed", interaction="create")[0].rules == ["own-words"]


def test_ended_unknown_and_the_dead_ones_are_answered_alike(cast: Cast) -> None:
    feed, secret = opened(cast)
    factories.appointment(citizen=cast.citizen.person, origin=cast.units.ward)
    other, still = opened(cast, device="Telefon")

    services.revoke_feed(by=cast.citizen.actor, citizen_id=feed.citizen_id, key=feed.pk)
    answers = [fetched(secret), fetched("x" * 43), fetched(feed.digest)]
    lives = fetched(still).status_code
    cast.citizen.person.died_at = factories.ago(hours=1)
    cast.citizen.person.save()
    answers.append(fetched(still))

    assert lives == 200
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, b"")}
    assert other.digest != still


@pytest.mark.law("own-access")
def test_address_is_made_and_ended_by_herself_alone(cast: Cast) -> None:
    feed, _secret = opened(cast)
    of_child = factories.child()
    mother = cast.citizen.asking(acting_as="parent", on_behalf_of=of_child.pk)
    factories.custody(child=of_child, parent=cast.citizen.person)

    for who, whose in (
        (cast.daughter.actor, feed.citizen_id),
        (cast.doctor.actor, feed.citizen_id),
        (mother, of_child.pk),
    ):
        with pytest.raises(FhirError) as refused:
            services.create_feed(by=who, citizen_id=whose, device="Telefon", with_place=True)
        assert refused.value.kind.status == 403
    with pytest.raises(FhirError):
        services.revoke_feed(by=cast.daughter.actor, citizen_id=feed.citizen_id, key=feed.pk)

    assert list(CalendarFeed.objects.values_list("revoked_at", flat=True)) == [None]
    assert len(logged(resource_type="CalendarFeed", outcome="refuse")) == 4


def test_there_are_so_many_and_each_has_a_name(cast: Cast) -> None:
    for number in range(services.MOST_FEEDS):
        opened(cast, device=f"Enhed {number}")

    for device in ("En mere", " ", "x" * 61):
        with pytest.raises(FhirError) as refused:
            opened(cast, device=device)
        assert refused.value.kind.status == 422


def test_addresses_are_not_tried_without_end(cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_PER_ADDRESS = (0.001, 2)
    monkeypatch.setattr(limits, "buckets", limits.Buckets())

    assert [fetched("x" * 43).status_code for _time in range(3)] == [404, 404, 429]
