"""What holds for every page: who is let in, whom she acts for, the language, and what a browser is told."""

import pytest
from django.test import Client

from tests import factories
from tests.cast import Cast
from tests.portal.kit import Visit


def test_who_is_not_logged_in_is_led_to_the_log_in_and_back(db: None) -> None:
    answer = Visit().get("/portal/acting/")

    assert (answer.status_code, answer["Location"]) == (303, "/portal/login/?next=%2Fportal%2Facting%2F")


def test_service_begins_with_the_citizens_pages(db: None) -> None:
    assert Visit().get("/")["Location"] == "/portal/"


def test_page_says_for_whom_she_acts_and_only_those_who_gave_her_leave_can_be_chosen(cast: Cast) -> None:
    own = Visit(cast.citizen.person).get("/portal/")
    visit = Visit(cast.daughter.person)
    stranger = factories.citizen()

    assert "Du ser dine egne oplysninger" in own.text
    refused = visit.post("/portal/acting/", citizen=stranger.pk)
    chosen = visit.post("/portal/acting/", citizen=cast.citizen.person.pk)

    assert (refused.status_code, chosen.status_code) == (422, 303)
    assert f"Du handler for {cast.citizen.person.given_name} med fuldmagt" in visit.follow(chosen).text


def test_revoked_power_of_attorney_ends_at_once(cast: Cast) -> None:
    visit = Visit(cast.daughter.person, acting_for=cast.citizen.person)
    before = visit.get("/portal/").text
    cast.citizen.person.attorneys.update(revoked_at=factories.now())

    assert "Du handler for" in before
    assert "Du ser dine egne oplysninger" in visit.get("/portal/").text


def test_language_is_chosen_and_kept(cast: Cast) -> None:
    visit = Visit(cast.citizen.person)

    assert '<html lang="en">' in visit.get("/portal/?lang=en").text
    assert '<html lang="en">' in visit.get("/portal/").text


def test_form_of_another_place_changes_nothing(cast: Cast) -> None:
    visit = Visit(cast.daughter.person)

    answer = visit.client.post("/portal/acting/", {"citizen": cast.citizen.person.pk})

    assert (answer.status_code, "Siden var for gammel" in answer.content.decode()) == (403, True)
    assert "Du ser dine egne oplysninger" in visit.get("/portal/").text


def test_browser_is_told_to_run_nothing_that_stands_in_a_page_and_to_keep_nothing(db: None) -> None:
    answer = Client().get("/portal/login/")

    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert (answer["Cache-Control"], answer["X-Frame-Options"]) == ("no-store", "DENY")


def test_what_is_missing_is_a_page_for_people_and_an_outcome_for_systems(cast: Cast) -> None:
    page = Visit(cast.citizen.person).get("/portal/nowhere/")
    outcome = Client().get("/fhir/Patient/1/2/3/4")

    assert (page.status_code, "Siden findes ikke" in page.text) == (404, True)
    assert (outcome.status_code, outcome.json()["resourceType"]) == (404, "OperationOutcome")


def test_failure_is_told_kindly_and_tells_nothing_of_the_inside(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    visit = Visit(cast.citizen.person)
    visit.client.raise_request_exception = False

    def fails(*_given: object) -> None:
        raise RuntimeError(f"about {cast.citizen.person.cpr}")

    monkeypatch.setattr("portal.views.front.FrontView.get", fails)
    answer = visit.get("/portal/")

    assert (answer.status_code, "Noget gik galt hos os" in answer.text) == (500, True)
    told = capsys.readouterr().err
    assert ("page failed" in told, cast.citizen.person.cpr in told + answer.text) == (True, False)


def test_where_a_form_is_sent_to_is_a_page_too_when_it_is_opened(cast: Cast) -> None:
    answer = Visit(cast.citizen.person).get(f"/portal/stamkort/relatives/{cast.citizen.person.pk}/move/")

    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "Det blev ikke gemt" in answer.text


def test_what_is_too_long_to_be_read_is_told_kindly(cast: Cast) -> None:
    visit = Visit(cast.citizen.person)
    page = visit.post("/portal/stamkort/typed/comment/", text="a" * 6_000_000)
    many = visit.post("/portal/stamkort/typed/comment/", {f"field{number}": "1" for number in range(1_200)})

    assert (page.status_code, many.status_code) == (413, 413)
    assert "skriv det kortere" in page.text
