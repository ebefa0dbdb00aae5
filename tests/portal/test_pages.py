"""Every page, walked: who may open it, what it costs, that it is whole in both languages and tells nothing beside."""

import re
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver

from portal.pages import VisitorPage
from tests import factories
from tests.cast import Cast
from tests.portal.kit import Visit
from tests.portal.pages import PAGES, samples

SHOWN = [name for name, row in PAGES.items() if not row.is_form]
CLOSED = [name for name in SHOWN if not PAGES[name].is_open]


def patterns() -> dict[str, Any]:
    """Every address of the pages by its name."""
    portal = next(each for each in get_resolver().url_patterns if str(each.pattern) == "portal/")
    return {str(each.name): each for each in portal.url_patterns if isinstance(each, URLPattern)}  # type: ignore[union-attr]


@pytest.fixture
def ids(cast: Cast) -> dict[str, Any]:
    return samples(cast)


def test_every_page_stands_in_the_table_and_only_the_open_ones_ask_for_no_log_in() -> None:
    assert set(patterns()) == set(PAGES)
    for name, pattern in patterns().items():
        assert issubclass(pattern.callback.view_class, VisitorPage) != PAGES[name].is_open, name


@pytest.mark.parametrize("name", CLOSED)
def test_page_is_for_who_is_logged_in(name: str, ids: dict[str, Any]) -> None:
    answer = Visit().get(PAGES[name].path.format(**ids))

    assert answer.status_code == 303
    assert answer["Location"].startswith("/portal/login/?next=")


@pytest.mark.parametrize("name", CLOSED)
def test_page_shows_nothing_of_another_citizen(name: str, cast: Cast, ids: dict[str, Any]) -> None:
    """Somebody else who opens the very address of hers finds nothing of hers there."""
    other = factories.citizen(given_name="Anden Test")
    answer = Visit(other).get(PAGES[name].path.format(**ids))

    assert answer.status_code == (404 if "{" in PAGES[name].path else 200)
    assert cast.citizen.person.given_name not in answer.text
    assert cast.citizen.person.family_name not in answer.text.replace(other.family_name, "", 9)


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("name", SHOWN)
def test_page_is_whole_in_both_languages(name: str, language: str, cast: Cast, ids: dict[str, Any]) -> None:
    answer = Visit(cast.citizen.person, language=language).get(PAGES[name].path.format(**ids))

    assert answer.status_code == 200
    assert answer.text.count("<h1") == 1
    assert f'<html lang="{language}">' in answer.text
    assert not re.search(r"\{\w*\}", re.sub(r"<meta[^>]*>", "", answer.text)), "a place that was not filled"
    title = re.search(r"<title>([^<]*)</title>", answer.text)
    assert title
    for told in (str(cast.citizen.person.cpr), cast.citizen.person.family_name):
        assert told not in title[1]
    assert str(cast.citizen.person.cpr) not in "".join(re.findall(r'(?:href|action|src)="([^"]*)"', answer.text))


@pytest.mark.parametrize("name", SHOWN)
def test_page_takes_no_more_statements_however_much_there_is(name: str, cast: Cast, ids: dict[str, Any]) -> None:
    visit = Visit(cast.citizen.person)
    path = PAGES[name].path.format(**ids)
    visit.get(path)  # what a process looks up once
    before = visit.statements(path)
    for _time in range(3):
        samples(cast)
    after = visit.statements(path)

    assert after <= PAGES[name].statements, f"{name}: {after}"
    assert after <= before + 1
