"""How much of what a search found is told, in what order, and what is done with what is not understood."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access.vocabulary import Category
from audit.models import Entry
from tests import factories
from tests.cast import Cast, make_cast
from tests.rest import Answer, Rest


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def goals(cast: Cast) -> list[Any]:
    """Goals in the order of their target dates; two have none."""
    days = [date(2027, 1, 1), date(2027, 1, 1), date(2027, 3, 1), None, None]
    kind: dict[str, Any] = {"citizen": cast.citizen.person, "origin": cast.units.ward, "category": Category.GOAL_SUL}
    return [factories.overall_goal(due_on=day, **kind) for day in days]


def pages(ask: Rest, address: str) -> list[str]:
    """The ids of all pages, one row each."""
    found: list[str] = []
    link: str | None = f"{address}&_count=1"
    while link:
        answer = ask.get(link)
        assert answer.status == 200, answer.body
        found += answer.ids
        link = answer.next
    return found


def self_link(answer: Answer) -> str:
    return str(answer.body["link"][0]["url"])


@pytest.mark.parametrize("sort", ["target-date", "-target-date", "lifecycle-status,-target-date", "-_lastUpdated"])
def test_pages_go_on_past_what_has_no_value_to_sort_by(cast: Cast, goals: list[Any], sort: str) -> None:
    ask = Rest(cast.doctor)
    address = f"Goal?patient={cast.citizen.person.pk}&_sort={sort}"

    found = pages(ask, address)

    assert found == ask.get(address).ids
    assert sorted(found) == sorted(str(goal.pk) for goal in goals)


def test_several_orders_hold_one_after_another(cast: Cast, goals: list[Any]) -> None:
    type(goals[0]).objects.filter(pk=goals[2].pk).update(status="completed")

    found = Rest(cast.doctor).get(f"Goal?patient={cast.citizen.person.pk}&_sort=-lifecycle-status,target-date").ids

    assert found[0] == str(goals[2].pk)
    assert {found[1], found[2]} == {str(goals[0].pk), str(goals[1].pk)}


@pytest.mark.parametrize("sort", ["target-date,nothing", "description", "target-date,,status"])
def test_an_order_that_is_not_offered_is_refused(cast: Cast, sort: str) -> None:
    answer = Rest(cast.doctor).get(f"Goal?patient={cast.citizen.person.pk}&_sort={sort}")

    assert (answer.status, answer.error) == (400, "bad-parameter")


def test_the_number_is_of_what_she_may_see_on_all_pages(cast: Cast, goals: list[Any]) -> None:
    tove = cast.citizen.person
    factories.overall_goal(citizen=tove, origin=cast.units.home_care, category=Category.GOAL_SOC)
    ask = Rest(cast.doctor)

    first = ask.get(f"Goal?patient={tove.pk}&_total=accurate&_count=2")
    second = ask.get(first.next or "")

    assert (first.body["total"], second.body["total"], len(first.rows)) == (len(goals), len(goals), 2)
    assert "total" not in ask.get(f"Goal?patient={tove.pk}").body


@pytest.mark.parametrize(
    "wish", ["_count=0", "_summary=count", "_summary=count&_count=5", "_count=0&_totalMethod=count"]
)
def test_the_number_alone_can_be_asked_for_and_is_logged(cast: Cast, goals: list[Any], wish: str) -> None:
    answer = Rest(cast.doctor).get(f"Goal?patient={cast.citizen.person.pk}&{wish}")

    assert (answer.body["total"], answer.rows) == (len(goals), [])
    entry = Entry.objects.get()
    assert (entry.citizen_id, entry.outcome, entry.resource_ids) == (cast.citizen.person.pk, "permit", [])


def test_a_stranger_is_told_no_number(cast: Cast, goals: list[Any]) -> None:
    answer = Rest(cast.stranger).get(f"Goal?patient={cast.citizen.person.pk}&_count=0")

    assert answer.status == 403
    assert Entry.objects.get().outcome == "refuse"


def test_who_is_blocked_is_told_none(cast: Cast, goals: list[Any]) -> None:
    assert Rest(cast.blocked_doctor).get(f"Goal?patient={cast.citizen.person.pk}&_count=0").body["total"] == 0


def test_the_number_of_several_tables_is_one(cast: Cast) -> None:
    tove = cast.citizen.person
    factories.consent(citizen=tove, recipient_unit=cast.units.ward)

    answer = Rest(cast.citizen).get(f"Consent?patient={tove.pk}&_total=accurate")

    assert answer.body["total"] == len(answer.rows) == 2  # the consent, and the block of the cast


@pytest.mark.parametrize("wish", ["_total=accurate", "_count=0", "_summary=count"])
def test_the_number_over_several_citizens_is_refused(cast: Cast, wish: str) -> None:
    answer = Rest(cast.doctor).get(f"Goal?lifecycle-status=active&{wish}")

    assert (answer.status, answer.error) == (400, "total-too-broad")


def lenient(cast: Cast, address: str) -> Any:
    headers = {**Rest(cast.doctor).headers, "Prefer": "respond-async; handling=lenient"}
    return Client().get(f"/fhir/{address}", headers=headers)


def test_a_lenient_search_leaves_out_what_it_does_not_know_and_says_so(cast: Cast, goals: list[Any]) -> None:
    tove = cast.citizen.person

    answer = lenient(cast, f"Goal?patient={tove.pk}&colour=red&_include=Goal:colour&_total=accurate").json()

    assert answer["total"] == len(goals)
    assert answer["link"][0]["url"].partition("/fhir/")[2] == f"Goal?patient={tove.pk}&_total=accurate&_count=50"


@pytest.mark.parametrize(
    "address", ["Goal?Patient={}", "Goal?lifecycle-status=active&Patient={}", "Patient?cpr=1&family=Test"]
)
def test_a_lenient_search_is_never_about_more_citizens_than_were_asked_for(cast: Cast, address: str) -> None:
    answer = lenient(cast, address.format(cast.citizen.person.pk))

    assert answer.status_code == 400


def test_a_lenient_search_does_not_forgive_a_value_out_of_shape(cast: Cast) -> None:
    assert lenient(cast, f"Goal?patient={cast.citizen.person.pk}&target-date=soon").status_code == 400


def test_the_link_to_itself_tells_what_was_applied(cast: Cast) -> None:
    tove = cast.citizen.person

    answer = Rest(cast.doctor).get(f"Goal?patient={tove.pk}&_pretty=true&_count=7")

    assert self_link(answer).endswith(f"/fhir/Goal?patient={tove.pk}&_pretty=true&_count=7")


def test_a_plain_search_costs_no_more_than_it_did(cast: Cast, goals: list[Any]) -> None:
    ask = Rest(cast.doctor)
    ask.get(f"Goal?patient={cast.citizen.person.pk}")

    with CaptureQueriesContext(connection) as queries:
        ask.get(f"Goal?patient={cast.citizen.person.pk}")

    assert len(queries) <= 2  # the lean statement, and the whole one since she has blocked somebody


def test_consents_are_found_by_the_act_that_they_are_about(cast: Cast) -> None:
    tove, ward = cast.citizen.person, cast.units.ward
    health = factories.disclosure_consent(citizen=tove, recipient_unit=ward)
    of_both = factories.consent(citizen=tove, recipient_unit=ward)
    narrowed = factories.consent(citizen=tove, recipient_unit=ward, laws=["elderly-act"])
    ask = Rest(cast.citizen)

    def found(label: str) -> set[str]:
        return {*ask.get(f"Consent?patient={tove.pk}&security-label={label}").ids}

    assert found("healthcare-act") == {str(health.pk)}
    assert found("elderly-act") == {str(of_both.pk), str(narrowed.pk)}
    assert found("service-act") == {str(of_both.pk)}


def test_the_log_is_searched_by_what_was_looked_at(cast: Cast) -> None:
    tove, ward = cast.citizen.person, cast.units.ward
    one, other = (factories.diagnosis(citizen=tove, origin=ward) for _ in range(2))
    for thing in (one, other):
        Rest(cast.doctor).get(f"Condition/{thing.pk}")
    ask = Rest(cast.citizen)

    found = ask.get(f"AuditEvent?patient={tove.pk}&entity=Condition/{one.pk}")

    named = [part["what"]["reference"] for part in found.rows[0]["entity"] if "reference" in part.get("what", {})]
    assert len(found.rows) == 1
    assert f"Condition/{one.pk}" in named
    assert len(ask.get(f"AuditEvent?patient={tove.pk}&entity=Patient/{tove.pk}").rows) >= 2
