"""The page of the law's settings: for anybody, in two languages, without a number of anybody, changed by nobody."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access.actors import danish_day
from access.open_questions import REGIMES, SWITCHES
from law.models import SwitchPosition
from law.services import set_switch
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "/legal-settings/"
TODAY = danish_day(factories.now())


def page(**headers: str) -> str:
    """The page as text."""
    response = Client(headers=headers).get(PAGE)
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_everybody_reads_every_point_with_both_readings_and_its_source() -> None:
    told = page()

    for switch in SWITCHES:
        for text in (switch.citation, switch.opens_da, switch.strict_da, switch.code):
            assert text in told
    for regime in REGIMES:
        assert regime.brings_da in told
    assert '<html lang="da">' in told


def test_it_is_in_english_for_who_asks_for_it() -> None:
    by_browser = page(**{"accept-language": "en-GB,en;q=0.9"})
    by_link = Client(headers={"accept-language": "da"}).get(f"{PAGE}?lang=en").content.decode()
    by_link = unescape(by_link)

    for told in (by_browser, by_link):
        assert '<html lang="en">' in told
        assert all(switch.opens_en in told for switch in SWITCHES)
        assert SWITCHES[0].opens_da not in told
    assert '<html lang="da">' in page(**{"accept-language": "da,en;q=0.5"})
    assert '<html lang="da">' in page(**{"accept-language": "fr"})
    assert '<html lang="da">' in Client().get(f"{PAGE}?lang=x'><b>").content.decode()


def test_a_decision_is_told_with_who_when_and_why_and_what_comes_next() -> None:
    factories.switch_position("elderly-team", start=TODAY - timedelta(days=3))
    factories.switch_position("elderly-team", is_on=False, start=TODAY + timedelta(days=3))

    told = page()
    card = told[told.index('id="elderly-team"') :].partition("</article>")[0]

    assert "<strong>1</strong> af" in told
    assert "Åbnet</span>" in card
    assert "lukkes" in card
    assert "Beslutninger (2)" in card
    assert "Test Jurist" in card
    assert "Prøves (test)." in card
    assert "Streng</span>" in told[told.index('id="children-read"') :].partition("</article>")[0]


def test_what_somebody_wrote_is_text_and_not_a_page() -> None:
    set_switch(
        by="<b>Test</b>",
        code="elderly-team",
        is_on=True,
        start=TODAY + timedelta(days=1),
        reason="<script>alert(1)</script>",
    )
    told = Client().get(PAGE).content.decode()

    assert "&lt;script&gt;" in told
    assert "<script" not in told
    assert "<b>Test" not in told


def test_it_holds_no_script_no_number_and_nothing_from_elsewhere() -> None:
    factories.citizen()
    told = page()

    assert "<script" not in told
    assert "http" not in told.replace("http-equiv", "")
    assert not re.search(r"\d{6}-?\d{4}", told)


def test_nobody_changes_anything_there() -> None:
    for method in ("post", "put", "patch", "delete"):
        assert getattr(Client(), method)(PAGE).status_code == 405
    assert not SwitchPosition.objects.exists()


def test_it_costs_one_statement_whatever_was_decided() -> None:
    for code in ("elderly-team", "children-read", "times-overridable"):
        factories.switch_position(code)

    with CaptureQueriesContext(connection) as captured:
        page()

    assert len(captured.captured_queries) == 1
