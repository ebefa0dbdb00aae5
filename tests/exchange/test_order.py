"""Whatever the order of arrival, deliveries end in the same state; and nothing is lost on the way."""

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careplans.models import CarePlan, Contact, FollowUp, Intervention, InterventionCondition, PlanElement
from exchange.models import Delivered
from exchange.services import take
from goals.models import Goal, GoalCondition
from terminology.models import Code
from tests.exchange.builders import (
    CARE_SOCIAL,
    Json,
    as_bytes,
    concept,
    condition,
    contact,
    follow_up,
    goal,
    named_follow_up,
    notification,
    patient,
    planned,
    report,
)
from tests.exchange.conftest import Deliver, system
from tests.exchange.state import difference, everything, meaning

pytestmark = pytest.mark.django_db


def course(key: str) -> Json:
    """A course of rehabilitation."""
    made = planned(key, profile="klgateway-140-care-plan")
    del made["activity"][0]["detail"]["code"]
    return made | {"category": [concept("f15b2663-94d9-4d0c-a5de-d8bd8e1e4ebb", CARE_SOCIAL)]}


def trained(key: str, course_key: str, **members: Any) -> Json:
    """An intervention of a course."""
    profile = "klgateway-140-planned-intervention"
    part_of = [{"reference": f"CarePlan/{course_key}"}]
    return planned(key, "2abe20c7-c0b4-41c1-b397-52acf36499ef", profile=profile, basedOn=part_of, **members)


def week(elderly: str) -> list[Json]:
    """A week of deliveries in which everything refers to what came on other days, and much of it changes."""
    return [
        report(goal("goal", "home"), trained("train", "course"), at="2025-03-03T02:00:00Z"),
        report(
            condition("home", "J1.3", "B4"), condition("n", extension=named_follow_up("c1")), at="2025-03-04T02:00:00Z"
        ),
        report(
            contact("c1"),
            contact("c2", ("home",)),
            follow_up("f", "Condition/n", "CarePlan/g"),
            at="2025-03-05T02:00:00Z",
        ),
        report(planned("g", reasons=("n",)), planned("ael", elderly), at="2025-03-06T02:00:00Z"),
        report(
            condition("n", extension=named_follow_up("c2")), contact("c1", status="finished"), at="2025-03-07T02:00:00Z"
        ),
        report(course("course"), trained("train", "course", status="completed"), at="2025-03-08T02:00:00Z"),
        report(
            planned("ael", elderly, end="2025-03-08", status="completed"),
            condition("home", "J1.3", "B2", status="inactive"),
            at="2025-03-09T02:00:00Z",
            who=patient(deceasedBoolean=True),
        ),
        notification("admit-inpatient", "2025-05-01T10:00:00+02:00"),
        notification("revise-admit-inpatient", "2025-05-01T11:00:00+02:00", start="2025-05-01T09:30:00+02:00"),
        notification(
            "discharge-inpatient-home", "2025-05-03T12:00:00+02:00", status="finished", end="2025-05-03T11:45:00+02:00"
        ),
    ]


def delivered(bundles: list[Json]) -> dict[str, list[str]]:
    """What the tables say after these deliveries, which are then undone."""
    with transaction.atomic():
        for bundle in bundles:
            assert take(by=system(), bundle=as_bytes(bundle)).is_clean
        connection.check_constraints()
        found = meaning()
        transaction.set_rollback(True)
    return found


def test_any_order_of_a_week_ends_in_the_same_state(codes: None) -> None:
    elderly = Code.objects.filter(law="elderly-act", is_group=False).order_by("code")[0].code
    days = week(elderly)
    expected = delivered(days)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.permutations(days))
    def same(order: list[Json]) -> None:
        assert difference(delivered(order), expected) == {}

    same()


def test_repeating_some_of_a_week_changes_nothing(codes: None) -> None:
    days = week(Code.objects.filter(law="elderly-act", is_group=False).order_by("code")[0].code)
    for bundle in days:
        take(by=system(), bundle=as_bytes(bundle))
    before = everything()

    for bundle in reversed(days):
        take(by=system(), bundle=as_bytes(bundle))

    assert everything() == before


def test_reference_waits_until_its_target_arrives(deliver: Deliver) -> None:
    first = deliver(report(goal("goal", "home"), follow_up("f", "CarePlan/g"), trained("train", "course")))

    assert {entry.code for entry in first.citizens[0].entries} == {"created", "waiting"}
    assert Delivered.objects.exclude(waits_for=[]).count() == 3
    assert Goal.objects.count() == FollowUp.objects.count() == Intervention.objects.count() == 1

    deliver(report(condition("home", "J1.3", "B4"), planned("g"), course("course"), at="2025-03-12T02:00:00Z"))

    assert GoalCondition.objects.get().condition.source_id == "home"
    found = FollowUp.objects.get()
    assert (found.intervention.source_id, found.category, found.version) == ("g", "int-sul", 2)
    assert PlanElement.objects.get().plan == CarePlan.objects.get()
    assert not Delivered.objects.exclude(waits_for=[]).exists()


def test_contact_remembers_every_condition_that_named_it(deliver: Deliver) -> None:
    deliver(report(condition("n", extension=named_follow_up("c2")), contact("c2"), at="2025-03-08T02:00:00Z"))

    deliver(report(condition("n", extension=named_follow_up("c1")), at="2025-03-05T02:00:00Z"))
    deliver(report(contact("c1"), at="2025-03-06T02:00:00Z"))

    assert set(Contact.objects.values_list("source_id", "category")) == {("c1", "int-sul"), ("c2", "int-sul")}
    assert InterventionCondition.objects.count() == 2


def test_reference_to_another_citizens_resource_stays_open(deliver: Deliver) -> None:
    deliver(report(condition("home", "J1.3", "B4")))

    deliver(report(goal("goal", "home"), who=patient("2206419990"), at="2025-03-12T02:00:00Z"))

    assert not GoalCondition.objects.exists()


def test_of_two_contents_with_one_timestamp_the_later_arrival_stands(deliver: Deliver) -> None:
    deliver(report(condition("home", "J1.3", "B4")))

    deliver(report(condition("home", "J1.3", "B2")))

    assert list(FollowUp.objects.all()) == []
    assert Delivered.objects.get(type="Condition").content["severity"]["coding"][0]["code"] == "B2"


def test_source_keeps_the_ids_of_two_senders_apart(deliver: Deliver) -> None:
    deliver(report(condition("n")), source="one")

    deliver(report(condition("n", status="inactive")), source="two")

    assert Delivered.objects.filter(type="Condition").count() == 2
