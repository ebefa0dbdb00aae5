"""The statuses and their moves: complete, and final where they are final."""

import pytest

from careplans import states
from careplans.models import CarePlan, Condition
from fhir.outcomes import FhirError
from organisations.models import TreatmentRelation

TABLES = {
    "plan": (states.PLAN, set(CarePlan.Status.values)),
    "team": (states.TEAM, {"proposed", "active", "suspended", "inactive", "entered-in-error"}),
    "relation": (states.RELATION, set(TreatmentRelation.Status.values)),
    "verification": (states.VERIFICATION, {"", *Condition.Verification.values}),
}


@pytest.mark.parametrize(("table", "statuses"), TABLES.values(), ids=TABLES)
def test_every_status_has_its_place(table: states.Moves, statuses: set[str]) -> None:
    assert set(table) == statuses
    assert set().union(*table.values()) <= statuses


@pytest.mark.parametrize(("table", "statuses"), TABLES.values(), ids=TABLES)
def test_what_was_entered_in_error_stays_so(table: states.Moves, statuses: set[str]) -> None:
    assert not table.get("entered-in-error")


def test_statuses_a_plan_and_a_team_can_begin_in_are_statuses() -> None:
    assert set(states.PLAN) > states.NEW_PLAN
    assert set(states.TEAM) > states.NEW_TEAM


def test_clinical_statuses_are_over_or_not() -> None:
    assert set(Condition.ClinicalStatus.values) == states.NOT_OVER | states.OVER
    assert not states.NOT_OVER & states.OVER


@pytest.mark.parametrize(
    ("now", "then", "moves"),
    [
        ("draft", "active", True),
        ("active", "active", True),
        ("active", "completed", True),
        ("completed", "active", False),
        ("active", "draft", False),
        ("entered-in-error", "active", False),
    ],
)
def test_a_plan_moves_forward_only(now: str, then: str, moves: bool) -> None:
    if moves:
        states.move(states.PLAN, now, then, "CarePlan.status")
    else:
        with pytest.raises(FhirError) as raised:
            states.move(states.PLAN, now, then, "CarePlan.status")
        assert (raised.value.code, raised.value.expression) == ("rule-broken", "CarePlan.status")
