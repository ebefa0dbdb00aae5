"""What a search brings along: decided and logged like any other row, and nothing that the reader is not told of."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.vocabulary import Category
from access.writing import record
from audit.models import Entry
from careplans.fhir.condition import CONDITION
from fhir.registry import all_resources
from fhir.search import forward_includes, reverse_includes
from tests import factories
from tests.access.worlds_of_reading import Everything
from tests.cast import Cast, make_cast
from tests.rest import Answer, Rest


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def brought(answer: Answer) -> set[tuple[str, str]]:
    """The type and id of each thing that came along."""
    return {
        (entry["resource"]["resourceType"], entry["resource"]["id"])
        for entry in answer.body.get("entry", [])
        if entry["search"]["mode"] == "include"
    }


def named(*things: Any) -> set[tuple[str, str]]:
    """Rows as they are named."""
    kinds = {"Intervention": "ServiceRequest", "Organisation": "Organization", "Version": "Provenance"}
    return {(kinds.get(type(one).__name__, type(one).__name__), str(one.pk)) for one in things}


def test_a_plan_brings_its_elements_of_the_health_act_and_keeps_those_of_the_social_act(cast: Cast) -> None:
    tove, ward, care = cast.citizen.person, cast.units.ward, cast.units.home_care
    plan = factories.active_care_plan(citizen=tove, origin=ward)
    goal = factories.overall_goal(citizen=tove, origin=ward, category=Category.GOAL_SUL)
    hers = factories.home_care_condition(citizen=tove, origin=care)
    diagnosis = factories.diagnosis(citizen=tove, origin=ward)
    for thing in (goal, hers, diagnosis):
        factories.plan_element(plan, thing)
    address = f"CarePlan?patient={tove.pk}&_include=CarePlan:goal&_include=CarePlan:condition"

    answer = Rest(cast.doctor).get(address)

    assert answer.ids[0] == str(plan.pk)
    assert brought(answer) == named(goal, diagnosis)
    looks = Entry.objects.filter(interaction="search", outcome="permit")
    assert {look.resource_type: set(look.resource_ids) for look in looks} == {
        "CarePlan": {plan.pk},
        "Goal": {goal.pk},
        "Condition": {diagnosis.pk},
    }


def test_each_type_that_comes_along_costs_one_statement(cast: Cast) -> None:
    tove, ward = cast.citizen.person, cast.units.ward
    for _ in range(3):
        plan = factories.active_care_plan(citizen=tove, origin=ward)
        factories.plan_element(plan, factories.overall_goal(citizen=tove, origin=ward, category=Category.GOAL_SUL))
        factories.plan_element(plan, factories.intervention(citizen=tove, origin=ward))
    ask = Rest(cast.doctor)

    def statements(address: str) -> int:
        ask.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert ask.get(address).status == 200
        return len(queries)

    alone = statements(f"CarePlan?patient={tove.pk}")
    with_both = statements(
        f"CarePlan?patient={tove.pk}&_include=CarePlan:goal&_include=CarePlan:activity-reference:ServiceRequest"
    )

    # Her block makes the lean statement give way to the whole one, for what comes along too.
    assert with_both <= alone + 2 * 2


def test_a_blocked_professional_gets_no_more_by_an_include(cast: Cast) -> None:
    tove, ward = cast.citizen.person, cast.units.ward
    plan = factories.active_care_plan(citizen=tove, origin=ward)
    factories.plan_element(plan, factories.overall_goal(citizen=tove, origin=ward, category=Category.GOAL_SUL))

    answer = Rest(cast.blocked_doctor).get(f"CarePlan?patient={tove.pk}&_include=CarePlan:goal")

    assert (answer.status, answer.rows) == (200, [])


def test_where_it_comes_from_comes_along_for_who_sees_the_thing_only(cast: Cast) -> None:
    tove, ward, care = cast.citizen.person, cast.units.ward, cast.units.home_care
    seen = factories.diagnosis(citizen=tove, origin=ward)
    kept = factories.home_care_condition(citizen=tove, origin=care)
    for made in (seen, kept):
        record(cast.doctor.actor, CONDITION.source, [made.pk], "create", citizen_id=tove.pk)

    answer = Rest(cast.doctor).get(f"Condition?patient={tove.pk}&_revinclude=Provenance:target")

    targets = [row["target"][0]["reference"] for row in answer.rows if row["resourceType"] == "Provenance"]
    assert targets == [f"Condition/{seen.pk}"]


def test_matches_are_counted_and_what_comes_along_is_not(cast: Cast) -> None:
    tove, ward = cast.citizen.person, cast.units.ward
    factories.appointment(citizen=tove, origin=ward)
    ask = Rest(cast.doctor)

    answer = ask.get(f"Appointment?patient={tove.pk}&_include=Appointment:patient&_total=accurate&_count=1")

    assert (answer.body["total"], len(answer.rows)) == (1, 2)
    assert brought(answer) == {("Patient", str(tove.pk))}
    assert answer.next is None


def test_the_next_page_brings_its_own_along(cast: Cast) -> None:
    tove, ward = cast.citizen.person, cast.units.ward
    goals = []
    for _ in range(2):
        plan = factories.active_care_plan(citizen=tove, origin=ward)
        goals.append(factories.overall_goal(citizen=tove, origin=ward, category=Category.GOAL_SUL))
        factories.plan_element(plan, goals[-1])
    ask = Rest(cast.doctor)

    first = ask.get(f"CarePlan?patient={tove.pk}&_include=CarePlan:goal&_count=1")
    second = ask.get(first.next or "")

    assert brought(first) | brought(second) == named(*goals)
    assert len(brought(first)) == len(brought(second)) == 1


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ("_include=CarePlan:title", "unknown-include"),
        ("_include=*", "unknown-include"),
        ("_include=CareTeam:participant", "unknown-include"),
        ("_include=CarePlan:goal:Condition", "unknown-include"),
        ("_revinclude=Condition:encounter", "unknown-include"),
        ("_include:iterate=CarePlan:goal", "include-iterate"),
        ("_revinclude:iterate=Provenance:target", "include-iterate"),
    ],
)
def test_an_include_that_is_not_offered_is_refused(cast: Cast, wish: str, error: str) -> None:
    answer = Rest(cast.doctor).get(f"CarePlan?patient={cast.citizen.person.pk}&{wish}")

    assert (answer.status, answer.error) == (400, error)


@pytest.mark.django_db
def test_every_include_that_is_declared_can_be_asked_for() -> None:
    made = Everything()
    ask = Rest(made.cast.doctor)
    for entry in all_resources():
        for name, offered in (("_include", forward_includes(entry)), ("_revinclude", reverse_includes(entry))):
            wishes = "&".join(f"{name}={holder.type}:{parameter.name}" for holder, parameter in offered)
            if wishes:
                answer = ask.get(f"{entry.type}?{made.asked(entry)}&{wishes}")
                assert answer.status == 200, (entry.type, answer.body)


def test_nobody_can_be_asked_for_by_all_who_have_to_do_with_a_unit_or_a_professional() -> None:
    offered = {entry.type: [holder.type for holder, _one in reverse_includes(entry)] for entry in all_resources()}

    assert all(not offered[kind] for kind in ("Practitioner", "Organization", "Location", "PractitionerRole"))
    assert "Provenance" in offered["Goal"]
