"""One's own log-ins: seen by herself, ended from anywhere, and of no use when they are over."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings

from identity import sessions
from identity.models import LoginSession
from identity.tasks import forget_expired
from tests import factories
from tests.cast import Cast, make_cast
from tests.portal.kit import Visit

COOKIE = settings.SESSION_COOKIE_NAME
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E Safari/604.1"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def is_in(visit: Visit) -> bool:
    return bool(visit.get("/portal/").status_code == 200)


def test_one_log_in_is_ended_from_another_and_is_of_no_use_from_then_on(cast: Cast) -> None:
    here, there, stranger = Visit(cast.citizen.person), Visit(cast.citizen.person), Visit(factories.citizen())
    other = LoginSession.objects.filter(citizen=cast.citizen.person).latest("began_at")
    page = here.get("/portal/sessions/").text
    tried = stranger.post("/portal/sessions/", login=str(other.pk))

    assert (page.count("Logget ind"), page.count(f'value="{other.pk}"')) == (3, 1)
    assert (tried.status_code, is_in(there)) == (303, True), "nobody ends another's"
    assert "Den er logget ud" in here.follow(here.post("/portal/sessions/", login=str(other.pk))).text
    assert (is_in(there), is_in(here)) == (False, True)
    assert here.post("/portal/sessions/", login="nonsense").status_code == 303


def test_all_others_are_ended_at_once_also_while_she_acts_for_another(cast: Cast) -> None:
    here = Visit(cast.daughter.person, acting_for=cast.citizen.person)
    others, hers = [Visit(cast.daughter.person) for _time in range(2)], Visit(cast.citizen.person)
    answer = here.post("/portal/sessions/", others="1")

    assert "Alle andre er logget ud" in here.follow(answer).text
    assert [is_in(each) for each in (here, *others, hers)] == [True, False, False, True]


def test_log_in_is_over_after_eight_hours_however_busy(cast: Cast) -> None:
    visit = Visit(cast.citizen.person)
    mine = LoginSession.objects.filter(citizen=cast.citizen.person)
    mine.update(began_at=factories.ago(hours=7, minutes=59))
    before = is_in(visit)
    mine.update(began_at=factories.ago(hours=8, seconds=1))

    assert (before, is_in(visit)) == (True, False)


def test_key_is_new_when_she_acts_for_another_and_the_old_one_opens_nothing(cast: Cast) -> None:
    visit = Visit(cast.daughter.person)
    old = visit.client.cookies[COOKIE].value
    visit.post("/portal/acting/", citizen=cast.citizen.person.pk)
    new = visit.client.cookies[COOKIE].value
    visit.client.cookies[COOKIE] = old

    assert (old != new, is_in(visit)) == (True, False)


def test_who_was_logged_out_is_told_kindly_why_and_led_back(cast: Cast) -> None:
    visit = Visit(cast.citizen.person)
    visit.get("/portal/sessions/")
    LoginSession.objects.update(ended_at=factories.now())
    page = visit.follow(visit.get("/portal/sessions/"))
    sent = visit.follow(visit.client.post("/portal/sessions/", {"csrfmiddlewaretoken": visit.token}))

    assert "stået stille i et kvarter" in page.text
    assert "stået stille i et kvarter" in sent.text


def test_use_is_noted_each_minute_and_one_that_stood_still_is_not_told_as_open(cast: Cast) -> None:
    visit = Visit(cast.citizen.person)
    mine = LoginSession.objects.filter(citizen=cast.citizen.person)
    mine.update(seen_at=factories.ago(minutes=2))
    visit.get("/portal/")
    noted = mine.get().seen_at
    factories.login_session(citizen=cast.citizen.person, seen_at=factories.ago(minutes=17))
    moment = factories.now()

    assert moment - noted < timedelta(minutes=1)
    found = sessions.of_citizen(cast.citizen.person.pk)
    assert [sessions.is_open(each, moment) for each in found] == [True, False]


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (PHONE, ("safari", "phone")),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", ("edge", "computer")),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Safari/537.36", ("chrome", "tablet")),
        ("Mozilla/5.0 (X11; Linux) Gecko/20100101 Firefox/140.0", ("firefox", "computer")),
        ("curl/8", ("", "computer")),
    ],
)
def test_browser_is_told_by_its_kind(agent: str, kind: tuple[str, str]) -> None:
    assert (sessions.browser_of(agent), sessions.device_of(agent)) == kind


def test_whole_address_is_never_kept(db: None) -> None:
    given: dict[str, Any] = {"203.0.113.77": "203.0.113.x", "2001:db8:1:2:3:4:5:6": "2001:db8:1:x", "": ""}

    assert {address: sessions.network_of(address) for address in given} == given


def test_log_ins_are_forgotten_after_thirty_days(db: None) -> None:
    factories.login_session(seen_at=factories.ago(days=31))
    kept = factories.login_session(seen_at=factories.ago(days=29))
    forget_expired()

    assert list(LoginSession.objects.all()) == [kept]
