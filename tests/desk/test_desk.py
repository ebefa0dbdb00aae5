"""The button: from a record system's assertion through the consent window to the overview; every way that is shut."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings as given
from django.db import connection
from django.templatetags.static import static
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access.vocabulary import ActingAs
from audit.models import Entry
from goals.models import Goal
from identity import tickets
from identity.models import System, Ticket
from minlog.log import read_log
from organisations.models import TreatmentRelation
from tests import factories
from tests.asking import Asking
from tests.cast import Cast, Member, make_cast
from tests.http import kit

REASON = "Kontrol efter indlæggelsen (test)"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def goal(cast: Cast) -> Goal:
    return factories.overall_goal(citizen=cast.citizen.person, origin=cast.units.ward)


class Browser:
    """A professional's browser, which her record system opens."""

    def __init__(self, cast: Cast, member: Member, **headers: str) -> None:
        self.cast, self.member = cast, member
        self.client = Client(enforce_csrf_checks=True, headers={"accept-language": "da", **headers})

    def launch(self) -> str:
        """The one-time address that the record system gets for her."""
        assert self.member.unit is not None
        keys = kit.signing_system(self.member.unit.authority)
        claims = {"acting_as": str(self.member.actor.acting_as), "sor": self.member.unit.sor}
        audience = f"{given.PUBLIC_URL}/oauth/token"
        signed = keys.assertion(kit.subject_of(self.member.person), audience=audience, **claims)
        form = {"assertion": signed, "patient": str(self.cast.citizen.person.pk)}
        answer = Client().post("/oauth/launch", form).json()
        assert answer["expires_in"] == 60
        return str(answer["launch_url"]).removeprefix(given.PUBLIC_URL)

    def open(self) -> "Browser":
        """Open the address."""
        answer = self.client.get(self.launch())
        assert (answer.status_code, answer["Location"]) == (303, "/desk/")
        return self

    def page(self, query: str = "") -> Any:
        """The page as it is now, with its text."""
        answer = self.client.get(f"/desk/{query}")
        answer.text = unescape(answer.content.decode())
        return answer

    def states(self, ground: str, reason: str = "") -> Any:
        """Answer the consent window."""
        found = re.search(r'csrfmiddlewaretoken" value="([^"]+)', self.page().text)
        token = found[1] if found else ""
        return self.client.post("/desk/", {"csrfmiddlewaretoken": token, "ground": ground, "reason": reason})


def test_button_opens_the_overview_after_the_consent_window(cast: Cast, goal: Goal) -> None:
    browser = Browser(cast, cast.doctor).open()

    window = browser.page()
    assert goal.words not in window.text
    assert cast.citizen.person.family_name not in window.text
    answer = browser.states("treatment", REASON)
    assert (answer.status_code, answer["Location"]) == (303, "/desk/")
    shown = browser.page()

    assert shown.status_code == 200
    assert goal.words in shown.text
    assert f"<h1>{cast.citizen.person.given_name}" in shown.text
    looked = Entry.objects.filter(citizen_id=cast.citizen.person.pk, interaction="overview").latest("recorded_at", "id")
    assert (looked.outcome, looked.professional_id, goal.pk in looked.resource_ids) == (
        "permit",
        cast.doctor.person.pk,
        True,
    )


@pytest.mark.parametrize(("ground", "told"), [("treatment", "for at behandle dig"), ("agrees", "du har sagt ja")])
def test_choice_and_reason_land_in_the_log_that_the_citizen_reads(cast: Cast, ground: str, told: str) -> None:
    Browser(cast, cast.doctor).open().states(ground, f"{REASON} {cast.citizen.person.cpr}")

    line = next(
        each for each in read_log(by=cast.citizen.actor, citizen_id=cast.citizen.person.pk) if told in each.reason
    )
    assert (REASON in line.reason, cast.citizen.person.cpr in line.reason) == (True, False)
    events = Asking(cast.citizen.actor).get("AuditEvent", patient=f"Patient/{cast.citizen.person.pk}")
    assert REASON in events.text
    assert cast.citizen.person.cpr not in events.text


def test_choice_opens_nothing_that_the_law_keeps_shut(cast: Cast) -> None:
    hidden = factories.overall_goal(citizen=cast.citizen.person, origin=cast.units.blocked, words="Spærret for (test)")
    factories.private_marking(hidden)

    browser = Browser(cast, cast.doctor).open()
    browser.states("agrees")

    assert hidden.words not in browser.page().text


@pytest.mark.parametrize(
    ("ground", "reason"),
    [("", REASON), ("curiosity", REASON), ("treatment", ""), ("treatment", "kort"), ("agrees", "x")],
)
def test_window_wants_a_ground_of_the_law_and_a_reason_in_words(cast: Cast, ground: str, reason: str) -> None:
    browser = Browser(cast, cast.doctor).open()

    answer = browser.states(ground, reason)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert "Hvorfor åbner du" in browser.page().text
    assert not Entry.objects.filter(interaction__in=["consent-window", "overview"]).exists()


def test_current_treatment_is_no_ground_for_who_does_not_treat(cast: Cast) -> None:
    factories.treatment_relation(citizen=cast.citizen.person, origin=cast.units.home_care, basis="care-grant")
    browser = Browser(cast, cast.home_helper).open()

    assert cast.home_helper.actor.acting_as == ActingAs.CARE
    assert 'value="treatment"' not in browser.page().text
    assert browser.states("treatment", REASON).status_code == 422
    assert browser.states("agrees").status_code == 303


def test_link_opens_once_and_for_a_minute_and_says_nothing_more(cast: Cast) -> None:
    browser = Browser(cast, cast.doctor)
    used, old = browser.launch(), browser.launch()
    browser.client.get(used)
    Ticket.objects.filter(pk=tickets.digest_of(old.rpartition("/")[2])).update(expires_at=factories.ago(seconds=1))

    answers = [Client().get(address) for address in (used, old, "/desk/open/nonsense")]

    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1
    assert Entry.objects.filter(interaction="launch", outcome="refuse").count() == 3


def test_who_has_not_opened_it_sees_nothing(cast: Cast) -> None:
    assert Client().get("/desk/").status_code == 403
    assert Client().post("/desk/", {"ground": "agrees"}).status_code == 403
    assert Client(enforce_csrf_checks=True).post("/desk/", {"ground": "agrees"}).status_code == 403


def test_form_from_elsewhere_is_refused(cast: Cast) -> None:
    browser = Browser(cast, cast.doctor).open()

    assert browser.client.post("/desk/", {"ground": "agrees"}).status_code == 403
    assert not Entry.objects.filter(interaction="consent-window").exists()


def test_visit_ends_with_the_employment_with_the_system_and_with_time(cast: Cast, goal: Goal) -> None:
    def opened() -> Browser:
        browser = Browser(cast, cast.doctor).open()
        browser.states("agrees")
        assert browser.page().status_code == 200
        return browser

    closed, late, put_out = opened(), opened(), opened()
    found = re.search(r'csrfmiddlewaretoken" value="([^"]+)', closed.page().text)
    closed.client.post("/desk/", {"csrfmiddlewaretoken": found[1] if found else "", "close": "1"})
    session = late.client.session
    session["visit"] = {**session["visit"], "began_at": factories.ago(hours=1, seconds=1).timestamp()}
    session.save()
    System.objects.filter(client_id=put_out.client.session["visit"]["facts"]["cli"]).update(is_active=False)
    for browser in (closed, late, put_out):
        assert (browser.page().status_code, goal.words in browser.page().text) == (403, False)

    ended = opened()
    cast.doctor.person.employments.update(end=factories.now() - timedelta(seconds=1))
    assert (ended.page().status_code, goal.words in ended.page().text) == (403, False)


def test_page_is_left_open_for_a_quarter_of_an_hour_at_most(cast: Cast) -> None:
    browser = Browser(cast, cast.doctor).open()
    cookie = browser.page().cookies["session"]

    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (15 * 60, True, "Lax")


def test_page_tells_no_number_in_its_title_or_address_and_takes_nothing_from_elsewhere(cast: Cast) -> None:
    browser = Browser(cast, cast.doctor).open()
    browser.states("agrees")
    shown = browser.page()

    title = re.search(r"<title>(.*?)</title>", shown.text)
    assert title and not re.search(r"\d{4}", title[1])
    assert not re.search(r"https?://", shown.text)
    assert "<script" not in shown.text
    policy = shown["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert shown["Cache-Control"] == "no-store"
    style = browser.client.get(static("desk/desk.css"))
    assert b"".join(style).startswith(b":root")
    style.close()


def test_page_is_in_the_readers_language(cast: Cast) -> None:
    browser = Browser(cast, cast.doctor, **{"accept-language": "en-GB"}).open()

    assert '<html lang="en">' in browser.page().text
    assert '<html lang="da">' in browser.page("?lang=da").text
    assert '<html lang="da">' in browser.page().text
    assert '<html lang="da">' in browser.page("?lang=x").text


def test_refusal_is_told_with_its_reason(cast: Cast) -> None:
    browser = Browser(cast, cast.doctor).open()
    browser.states("agrees")
    TreatmentRelation.objects.filter(citizen=cast.citizen.person).update(status="refuted")

    shown = browser.page()

    assert shown.status_code == 403
    assert "Overblikket kan ikke åbnes" in shown.text


def test_addresses_of_systems_have_neither_session_nor_form(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as captured:
        answer = Client().get("/fhir/metadata")

    assert not answer.cookies
    assert not captured.captured_queries
    assert "Content-Security-Policy" not in answer
