"""The published test instances go in, once, in any order, and come out under the right law."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from careplans.models import CarePlan, Condition, Contact, FollowUp, Intervention, PlanElement
from exchange.models import Delivery
from exchange.services import take
from goals.models import Goal
from organisations.models import TreatmentRelation
from tests.exchange.conftest import Deliver, real_files, system
from tests.exchange.state import difference, everything, meaning

pytestmark = pytest.mark.django_db
GATEWAY = ("kl-gateway-care", "kl-gateway-rehab", "kl-gateway-prevention")
ALL = (*GATEWAY, "medcom-hospitalnotification")


def test_every_file_is_taken(deliver: Deliver) -> None:
    for path in real_files(*ALL):
        report = deliver(path.read_bytes())

        assert report.is_clean, (path.name, report.as_json())


def test_delivering_twice_changes_nothing(deliver: Deliver) -> None:
    for path in real_files(*ALL):
        deliver(path.read_bytes())
    before = everything()

    for path in real_files(*ALL):
        deliver(path.read_bytes())

    assert everything() == before


def test_delivering_the_same_content_in_a_new_bundle_changes_no_element(deliver: Deliver) -> None:
    paths = real_files(*GATEWAY)
    for path in paths:
        deliver(path.read_bytes())
    before = everything()

    for path in paths:
        deliver(path.read_bytes().replace(b'"type"', b'"language": "da", "type"', 1))

    after = everything()
    for table in (
        "Condition",
        "Goal",
        "Intervention",
        "Contact",
        "FollowUp",
        "CarePlan",
        "TreatmentRelation",
        "Version",
    ):
        assert after[table] == before[table]


def test_any_order_of_files_ends_in_the_same_state(codes: None) -> None:
    paths = real_files(*ALL)
    expected = _delivered(sorted(paths))

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.permutations(paths))
    def same(order: list[Path]) -> None:
        assert difference(_delivered(order), expected) == {}

    same()


def _delivered(paths: list[Path]) -> dict[str, list[str]]:
    with transaction.atomic():
        for path in paths:
            take(by=system(), bundle=path.read_bytes())
        connection.check_constraints()
        found = meaning()
        transaction.set_rollback(True)
    return found


def test_citizen_with_elements_under_two_laws_comes_out_right(deliver: Deliver) -> None:
    for path in real_files("kl-gateway-care"):
        deliver(path.read_bytes())
    named: dict[str, Any] = {"citizen__cpr": "0101010101"}

    laws = {row.code: (row.category, row.recorded_under) for row in Intervention.objects.filter(**named)}

    assert sorted(laws.values()) == [("int-soc", "service-act"), ("int-sul", "health-act")]
    assert set(Condition.objects.filter(**named).values_list("category", "recorded_under")) == {
        ("cond-soc", "service-act"),
        ("cond-sul", "health-act"),
    }
    assert set(Goal.objects.values_list("category", "recorded_under")) == {("goal-soc", "service-act")}
    assert set(TreatmentRelation.objects.filter(**named).values_list("basis", "status")) == {
        ("sul138-grant", "verified"),
        ("care-grant", "verified"),
    }


def test_one_follow_up_of_several_conditions_is_a_row_for_each(deliver: Deliver) -> None:
    for path in real_files("kl-gateway-care"):
        deliver(path.read_bytes())

    rows = FollowUp.objects.filter(source_id__startswith="4438410f")

    assert rows.count() == 7
    assert {row.condition.source_id for row in rows} >= {"d45b02d1-be76-4968-812b-6b32338ad8ad"}


def test_rehabilitation_and_prevention_are_courses_with_their_interventions(deliver: Deliver) -> None:
    for path in real_files("kl-gateway-rehab", "kl-gateway-prevention"):
        deliver(path.read_bytes())

    assert set(CarePlan.objects.values_list("kind", "recorded_under")) == {
        ("rehabilitation-plan", "health-act"),
        ("municipal-plan", "health-act"),
    }
    assert PlanElement.objects.filter(plan__kind="rehabilitation-plan").count() == 2
    assert list(TreatmentRelation.objects.values_list("basis", flat=True)) == ["gop140"]
    order = Intervention.objects.get(source_id="RuddiGGOPInformation")
    assert order.requester is not None
    assert order.parts.count() == 3
    assert set(Contact.objects.values_list("recorded_under", flat=True)) == {"health-act"}


def test_no_report_or_row_of_a_delivery_tells_a_cpr(deliver: Deliver) -> None:
    for path in real_files(*ALL):
        raw = path.read_bytes()
        report = deliver(raw)

        for cpr in ("0101570001", "0101410001", "0101010101", "2509479989", "1502779995"):
            assert cpr not in repr(report.as_json())
    assert not Delivery.objects.filter(bundle_id__regex=r"^\d{10}$").exists()
