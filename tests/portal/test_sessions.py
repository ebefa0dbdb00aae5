"""One's own log-ins: seen by herself, ended from anywhere, and of no use when they are over."""

import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.core.management import call_command

from audit.models import Entry
from citizens.models import Citizen, PowerOfAttorney
from demo.book import key as book_key
from identity import sessions
from identity.models import LoginSession
from identity.tasks import forget_expired
from tests import factories
from tests.cast import Cast
from tests.portal.kit import Visit

COOKIE = settings.SESSION_COOKIE_NAME
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E Safari/604.1"


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


@pytest.mark.parametrize("over", ["dead", "replaced", "closed"])
def test_log_in_of_who_may_no_longer_log_in_is_of_no_use_at_once(over: str, cast: Cast) -> None:
    tove = cast.citizen.person
    visit = Visit(tove)
    before = is_in(visit)
    if over == "closed":
        factories.user(citizen=tove, is_active=False)
    else:
        given = {"died_at": factories.now()} if over == "dead" else {"replaced_by": factories.citizen()}
        Citizen.objects.filter(pk=tove.pk).update(**given)

    assert (before, is_in(visit)) == (True, False)


def logged_in(settings: Any, persona: str = "lars") -> Any:
    """A browser in which a test person chose to log in, and what she was told."""
    settings.DEMO_MODE = True
    visit = Visit()
    visit.first = visit.follow(visit.post("/portal/login/", persona=persona))
    return visit


def test_sixth_log_in_ends_the_one_left_alone_longest_and_says_so(db: None, settings: Any) -> None:
    lars = factories.citizen(pk=book_key("citizen lars"))
    browsers = [logged_in(settings) for _time in range(5)]
    told = ["for mange steder" in each.first.text for each in browsers]
    for number, login in enumerate(LoginSession.objects.filter(citizen=lars).order_by("began_at", "pk")):
        LoginSession.objects.filter(pk=login.pk).update(seen_at=factories.ago(minutes=9 if number == 2 else 1))
    sixth = logged_in(settings)

    assert told == [False] * 5
    assert "for mange steder" in sixth.first.text
    assert [is_in(each) for each in (*browsers, sixth)] == [True, True, False, True, True, True]


def test_who_runs_the_service_ends_those_of_one_or_of_all(cast: Cast) -> None:
    tove, lise, told = Visit(cast.citizen.person), Visit(cast.daughter.person), StringIO()
    call_command("end_log_ins", citizen=cast.citizen.person.pk, stdout=told)
    after_one = [is_in(tove), is_in(lise)]
    call_command("end_log_ins", "--all", stdout=told)

    assert (after_one, is_in(lise)) == ([False, True], False)
    assert told.getvalue() == "1 log-ins ended\n1 log-ins ended\n"
    ends = Entry.objects.filter(interaction="logout", client_id="manage")
    assert set(ends.values_list("citizen_id", flat=True)) == {cast.citizen.person.pk, None}


# What she must prove anew who she is for, and where she comes back to; with how it is asked for.
IMPORTANT = {
    "give": ("/portal/relatives/give/", "GET"),
    "change": ("/portal/relatives/{power}/", "GET"),
    "data": ("/portal/data/", "GET"),
    "file": ("/portal/data/file/", "GET"),
    "document": ("/portal/data/document/", "GET"),
    "end others": ("/portal/sessions/", "POST"),
}


@pytest.mark.parametrize("name", IMPORTANT)
def test_important_acts_ask_who_she_is_anew_and_nothing_that_was_begun_is_lost(name: str, cast: Cast) -> None:
    power = PowerOfAttorney.objects.get(principal=cast.citizen.person)
    path, method = IMPORTANT[name][0].format(power=power.pk), IMPORTANT[name][1]
    visit = Visit(cast.citizen.person)
    visit.get("/portal/sessions/")
    mine = LoginSession.objects.filter(citizen=cast.citizen.person)

    def answered(minutes: int, method: str = method) -> tuple[int, str]:
        mine.update(proved_at=factories.ago(minutes=minutes))
        sent = (
            visit.client.get(path) if method == "GET" else visit.client.post(path, {"csrfmiddlewaretoken": visit.token})
        )
        return sent.status_code, sent.headers.get("Location", "")

    back = "/portal/data/" if name in ("file", "document") else path
    asked = (303, f"/portal/login/?again=1&next={quote(back, safe='')}")
    fresh, late = (25, 27) if name in ("file", "document") else (9, 11)
    assert answered(fresh) != asked
    assert answered(late) == asked
    mine.update(proved_at=None)
    assert visit.client.get(path).status_code == (200 if method == "POST" else 303)
    if name in ("give", "change"):
        assert [answered(25, "POST")[0], answered(27, "POST")] == [422, asked]


def test_to_stop_a_power_of_attorney_asks_for_no_new_proof(cast: Cast) -> None:
    power = PowerOfAttorney.objects.get(principal=cast.citizen.person)
    visit = Visit(cast.citizen.person)
    LoginSession.objects.update(proved_at=factories.ago(hours=2))

    assert visit.post("/portal/relatives/", do="stop", key=str(power.pk)).status_code == 303
    power.refresh_from_db()
    assert power.revoked_at is not None


def test_who_proves_anew_who_she_is_still_acts_for_whom_she_acted_for(db: None, settings: Any) -> None:
    ids = {name: factories.citizen(pk=book_key(f"citizen {name}")) for name in ("lars", "lars-daughter")}
    factories.power_of_attorney(principal=ids["lars"], attorney=ids["lars-daughter"])
    visit = logged_in(settings, "lars-daughter")
    old = visit.client.cookies[COOKIE].value
    LoginSession.objects.update(proved_at=factories.ago(minutes=11))
    page = visit.follow(visit.get("/portal/data/"))
    back = visit.post("/portal/login/", persona="lars-daughter", next="/portal/data/", page="/portal/login/?again=1")

    assert "Vis igen, hvem du er" in page.text
    assert back["Location"] == "/portal/data/"
    assert "Du handler for" in visit.follow(back).text
    assert visit.client.cookies[COOKIE].value != old
    assert LoginSession.objects.filter(ended_at=None).count() == 1


HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def test_every_answer_of_the_pages_says_what_a_browser_may_do_and_keeps_nothing(cast: Cast) -> None:
    visit = Visit(cast.citizen.person)
    key = visit.client.cookies[COOKIE].value
    for path in ("/portal/", "/portal/nothing/", "/portal/data/file/", "/portal/data/document/", "/portal/login/"):
        answer = visit.get(path)
        missing = {name: answer.get(name) for name, told in HEADERS.items() if told not in answer.get(name, "")}
        assert (path, missing) == (path, {})
        policy = answer["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert key not in vars(answer).get("text", "") + answer.get("Location", ""), "no key in a page or an address"
    led = Visit().get("/portal/?sessionid=" + key)
    assert (led.status_code, key in led["Location"]) == (303, False), "a key in an address opens nothing"


@pytest.mark.parametrize(("public", "wanted"), [("https://us.test", "__Host-"), ("http://localhost:8000", "")])
def test_cookies_are_for_this_place_alone_where_it_is_reached_by_https(public: str, wanted: str) -> None:
    asked = (
        "import django; from django.conf import settings; django.setup(); from django.test import Client; "
        "answer = Client().get('/portal/login/?lang=en', HTTP_X_FORWARDED_PROTO='https'); "
        "print(answer.cookies.output(header='')); print(answer.get('Strict-Transport-Security', '')); "
        "print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY, "
        "settings.SESSION_COOKIE_SAMESITE, settings.SESSION_COOKIE_DOMAIN, settings.SESSION_COOKIE_PATH)"
    )
    given = {**os.environ, "PUBLIC_URL": public, "DJANGO_SETTINGS_MODULE": "config.settings", "DEMO_MODE": "1"}
    done = subprocess.run([sys.executable, "-c", asked], env=given, capture_output=True, text=True, check=True)
    *cookies, hsts, session = done.stdout.strip("\n").split("\n")

    is_secure = bool(wanted)
    assert session == f"{wanted}session {is_secure} True Lax None /"
    assert [each.strip().partition("=")[0] for each in cookies] == sorted([f"{wanted}csrftoken", "lang"])
    assert all(
        ("Secure" in each, "HttpOnly" in each, "SameSite=Lax" in each) == (is_secure, True, True) for each in cookies
    )
    assert hsts == ("max-age=31536000; includeSubDomains" if is_secure else "")


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
