"""The citizen's appointments: all of them together, in pages and weeks, what clashes, and her say over who sees."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from access.actors import DENMARK
from appointments.models import Appointment, CalendarFeed
from consents.models import Block
from portal.appointments import FAR, NEAR, PAGE, REGION, minutes_between
from tests import factories
from tests.asking import Asking
from tests.cast import Cast, make_cast
from tests.portal.kit import Visit

pytestmark = pytest.mark.django_db
LIST, WEEK, CALENDARS = (f"/portal/appointments/{tail}" for tail in ("", "week/", "calendars/"))


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def at(days: int, clock: str) -> datetime:
    """An instant at this time of day in Denmark, so many days from now."""
    day = datetime.now(DENMARK).date() + timedelta(days=days)
    return datetime.combine(day, datetime.strptime(clock, "%H:%M").time(), tzinfo=DENMARK).astimezone(UTC)  # noqa: DTZ007


def meeting(
    cast: Cast, days: int, clock: str, minutes: int = 30, make: Any = factories.appointment, **more: Any
) -> Any:
    given = {"citizen": cast.citizen.person, "origin": cast.units.ward, "start": at(days, clock), **more}
    return make(**given, end=given["start"] + timedelta(minutes=minutes))


def test_hospital_doctor_and_municipality_stand_together_and_say_how_sure_they_are(cast: Cast) -> None:
    meeting(cast, 2, "10:15", description="Ambulant kontrol")
    meeting(cast, 3, "11:00", make=factories.practice_appointment, origin=cast.units.practice)
    meeting(cast, 4, "09:00", 120, make=factories.nursing_visit, origin=cast.units.nursing, is_approximate=True)
    meeting(cast, 5, "08:00", status="cancelled", description="Blodprøve")
    meeting(cast, -3, "08:00", status="fulfilled", description="Overstået")
    visit = Visit(cast.citizen.person)

    page = visit.get(LIST).text
    before = visit.get(f"{LIST}earlier/").text

    assert [word in page for word in ("Sygehus", "Læge eller klinik", "Kommune")] == [True] * 3
    assert "kl. 10.15–10.45" in page
    assert "ca. kl. 9.00–11.00" in page
    assert page.index("Ambulant kontrol") < page.index("Sygeplejebesøg") < page.index("Blodprøve")
    assert "Aflyst" in page[page.rindex("<article", 0, page.index("Blodprøve")) :]
    assert ("Overstået" in page, "Overstået" in before, "Blodprøve" in before) == (False, True, False)


def test_long_list_goes_on_where_it_stopped_and_leaves_nothing_out(cast: Cast) -> None:
    start = at(3, "12:00")
    for number in range(PAGE + 3):
        factories.appointment(
            citizen=cast.citizen.person, origin=cast.units.ward, start=start, description=f"Nr{number}."
        )
    visit = Visit(cast.citizen.person)

    first = visit.get(LIST)
    further = first.text.partition('href="?after=')[2].partition('"')[0]
    second = visit.get(f"{LIST}?after={further}")

    told = [{f"Nr{number}." for number in range(PAGE + 3) if f">Nr{number}.<" in page.text} for page in (first, second)]
    assert (len(told[0]), len(told[1]), told[0] & told[1]) == (PAGE, 3, set())
    assert visit.get(f"{LIST}?after=forged").status_code == 400


def test_clash_and_long_way_are_asked_about_and_what_is_cancelled_is_not(cast: Cast) -> None:
    def room(postal_code: str) -> Any:
        return factories.location(organisation=cast.units.ward, name="Rum", street="Vej 1", postal_code=postal_code)

    meeting(cast, 2, "10:00", description="Kontrol", location=room("5000"))
    meeting(cast, 2, "10:20", description="Røntgen", location=room("5000"))
    meeting(cast, 2, "12:00", description="Samtale", location=room("7100"))
    visit = Visit(cast.citizen.person)

    page = visit.get(LIST).text
    Appointment.objects.filter(description__in=["Røntgen", "Samtale"]).update(status="cancelled")
    after = visit.get(LIST).text

    assert "en anden aftale på samme tid: Røntgen kl. 10.20" in page
    assert "Kan du nå det? Der er 70 minutter mellem den og Samtale kl. 12.00" in page
    assert ("Kan du nå det" in after, "på samme tid" in after) == (False, False)


@pytest.mark.parametrize(
    ("one", "other", "minutes"),
    [
        (("5000", "Vej 1"), ("5000", "Vej 1"), 0),
        (("5000", "Vej 1"), ("5000", "Vej 2"), NEAR),
        (("5000", "Vej 1"), ("5700", "Vej 1"), REGION),
        (("1050", "Vej 1"), ("2100", "Vej 1"), REGION),
        (("5000", "Vej 1"), ("7100", "Vej 1"), FAR),
        (("", ""), ("7100", "Vej 1"), 0),
    ],
)
def test_way_is_guessed_from_postal_codes_and_never_from_nothing(one: Any, other: Any, minutes: int) -> None:
    assert minutes_between(one, other) == minutes_between(other, one) == minutes


def test_week_has_seven_days_and_those_that_began_before_it(cast: Cast) -> None:
    monday = at(7 - datetime.now(DENMARK).weekday(), "10:00")
    ward = {"citizen": cast.citizen.person, "origin": cast.units.ward}
    factories.appointment(**ward, start=monday, description="Mandagens")
    factories.appointment(**ward, start=monday + timedelta(days=7), description="Ugen efters")
    stay = {"start": monday - timedelta(days=2), "end": monday + timedelta(days=1)}
    factories.appointment(**ward, **stay, description="Indlæggelse")

    page = Visit(cast.citizen.person).get(f"{WEEK}?from={monday.date().isoformat()}").text

    assert page.count('class="week-day') == 7
    assert [text in page for text in ("Mandagens", "Ugen efters", "Indlæggelse")] == [True, False, True]
    assert Visit(cast.citizen.person).get(f"{WEEK}?from=ingenting").status_code == 200


def test_one_appointment_says_what_for_who_where_and_how_to_prepare(cast: Cast) -> None:
    person = {"performer": cast.doctor.person, "reason_text": "Mød fastende."}
    one = meeting(cast, 2, "10:00", description="Måling af lungerne", **person)
    page = Visit(cast.citizen.person).get(f"{LIST}{one.pk}/").text

    for told in ("Måling af lungerne", "Mød fastende.", cast.doctor.person.family_name, cast.units.ward.name):
        assert told in page
    factories.personal_shield(professional=cast.doctor.person, citizen=cast.citizen.person, code="LUNGE-7", unit=None)
    shielded = Visit(cast.citizen.person).get(f"{LIST}{one.pk}/").text
    assert ("LUNGE-7" in shielded, cast.doctor.person.family_name in shielded) == (True, False)


@pytest.mark.law("self-determination")
def test_appointment_is_hidden_from_others_and_shown_again_and_the_effect_is_told_first(cast: Cast) -> None:
    one = meeting(cast, 2, "10:00")
    visit, path = Visit(cast.citizen.person), f"{LIST}{one.pk}/private/"
    doctor = Asking(cast.doctor.actor)

    asked = visit.get(path).text
    hidden = visit.post(path, private="yes")
    page = visit.follow(hidden).text
    while_hidden = doctor.get(f"Appointment/{one.pk}").status
    again = visit.get(path).text
    shown = visit.post(path, private="no")

    assert cast.units.practice.name in asked.partition("ikke længere se")[2]
    assert cast.units.other_ward.name not in asked
    assert (hidden.status_code, while_hidden, "Skjult for andre" in visit.get(LIST).text) == (303, 404, False)
    assert "Du har skjult aftalen" in page
    assert cast.units.practice.name in again.partition("De kan igen se")[2]
    assert (shown.status_code, doctor.get(f"Appointment/{one.pk}").status) == (303, 200)
    assert Block.objects.get(item_id=one.pk).withdrawn_at is not None


def test_daughter_sees_what_her_power_covers_and_hides_nothing(cast: Cast) -> None:
    one = meeting(cast, 2, "10:00", description="Kontrol")
    visit = Visit(cast.daughter.person, acting_for=cast.citizen.person)

    assert "Kontrol" in visit.get(LIST).text
    page = visit.get(f"{LIST}{one.pk}/private/")
    refused = visit.post(f"{LIST}{one.pk}/private/", private="yes")

    assert (page.status_code, "<form method" in page.text.partition("<main")[2]) == (200, False)
    assert (refused.status_code, "Kun Tove Test selv kan bestemme det." in refused.text) == (403, True)
    assert not Block.objects.filter(item_id=one.pk).exists()


def test_calendar_address_is_shown_once_works_until_it_is_closed_and_is_hers(cast: Cast) -> None:
    meeting(cast, 2, "10:00")
    visit = Visit(cast.citizen.person)

    wrong = visit.post(CALENDARS, device="")
    page = visit.follow(visit.post(CALENDARS, device="Min tablet", with_place="on")).text
    address = page.partition('readonly value="')[2].partition('"')[0]
    path = "/calendar/" + address.rpartition("/")[2]
    answer = visit.client.get(path)
    feed = CalendarFeed.objects.get()
    again = visit.get(CALENDARS).text
    ended = visit.post(f"{CALENDARS}{feed.pk}/end/", page=CALENDARS)

    assert (wrong.status_code, "Skriv noget her." in wrong.text) == (422, True)
    assert (answer.status_code, b"BEGIN:VEVENT" in answer.content) == (200, True)
    assert ("Min tablet" in again, address in again, "Sidst hentet" in again) == (True, False, True)
    assert (ended.status_code, visit.client.get(path).status_code) == (303, 404)


def test_nobody_else_makes_sees_or_closes_her_calendars(cast: Cast) -> None:
    feed = factories.calendar_feed(citizen=cast.citizen.person, device="Min tablet")
    daughter = Visit(cast.daughter.person, acting_for=cast.citizen.person)
    other = Visit(factories.citizen())

    assert "Min tablet" not in daughter.get(CALENDARS).text
    other.get("/portal/acting/")
    daughter.get("/portal/acting/")
    answers = [
        daughter.post(CALENDARS, page="/portal/acting/", device="Min"),
        daughter.post(f"{CALENDARS}{feed.pk}/end/", page="/portal/acting/"),
        other.post(f"{CALENDARS}{feed.pk}/end/", page=CALENDARS),
    ]

    assert [answer.status_code for answer in answers] == [422, 403, 404]
    assert list(CalendarFeed.objects.values_list("device", "revoked_at")) == [("Min tablet", None)]
