"""What the bench writes is a population like any other: every rule holds, nobody's number is real."""

import pytest
from django.apps import apps
from django.db import connection

from appointments.models import Appointment
from bench.copying import Sheet
from bench.plan import BIRTH_DAYS, Plan, cpr_of
from bench.population import found
from bench.workload import Workload
from careplans.models import CarePlan, Condition, Intervention, PlanElement
from citizens.identifiers import birth_date_of, passes_modulus_11
from citizens.models import Citizen
from consents.models import Block, Consent
from goals.models import Goal, GoalCondition
from organisations.models import TreatmentRelation

pytestmark = pytest.mark.django_db

ELEMENTS = (Condition, Intervention, Goal, Appointment, CarePlan)


def test_every_citizen_has_some_thirty_elements(opened: Workload) -> None:
    # What the load of another test has written since is not of the population.
    count = sum(model.objects.filter(updated_at__lte=opened.plan.anchor).count() for model in ELEMENTS)

    assert Citizen.objects.count() == opened.plan.citizens
    assert 29 <= count / opened.plan.citizens <= 33


def test_every_constraint_of_every_table_is_kept_and_validated(opened: Workload) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE NOT convalidated")
        (unchecked,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'")
        (silenced,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM pg_index WHERE NOT indisvalid")
        (broken,) = cursor.fetchone()

    assert (unchecked, silenced, broken) == (0, 0, 0)


def test_what_hangs_on_an_element_is_the_same_citizens(opened: Workload) -> None:
    for name in ("condition", "goal", "intervention", "appointment"):
        linked = PlanElement.objects.filter(**{f"{name}__isnull": False})
        assert linked.exists()
        assert not [pair for pair in linked.values_list("plan__citizen", f"{name}__citizen") if pair[0] != pair[1]]
    pairs = GoalCondition.objects.values_list("goal__citizen", "condition__citizen")
    assert all(mine == other for mine, other in pairs)


def test_a_functional_goal_addresses_one_condition_as_the_service_asks(opened: Workload) -> None:
    functional = Goal.objects.filter(kind="functional")

    assert functional.count() == opened.plan.citizens
    assert all(goal.addresses.count() == 1 for goal in functional[:50])


def test_some_have_blocked_and_some_have_consented(opened: Workload) -> None:
    plan = opened.plan

    assert Block.objects.count() == plan.citizens * 2 // 100
    assert Consent.objects.count() == plan.citizens * 5 // 100
    assert TreatmentRelation.objects.count() >= 2 * plan.citizens


@pytest.mark.parametrize("number", [0, 1, 7, 20_000, 364, 365, BIRTH_DAYS, 999_999], ids=str)
def test_a_number_is_nobodys(number: int) -> None:
    cpr, born, is_male = cpr_of(number)

    assert birth_date_of(cpr) == born
    assert (born.month, born.day) != (1, 1)
    assert not passes_modulus_11(cpr)
    assert int(cpr[-1]) % 2 == is_male


def test_numbers_do_not_repeat() -> None:
    made = [cpr_of(number)[0] for number in range(120_000)]

    assert len(set(made)) == len(made)


def test_a_whole_population_is_known_again(opened: Workload) -> None:
    assert found() == opened.plan


def test_a_column_that_nobody_fills_is_noticed() -> None:
    with pytest.raises(ValueError, match="has no value"):
        Sheet(apps.get_model("citizens", "Citizen"), "id")


def test_units_grow_with_the_citizens() -> None:
    day = Plan(400, found_day())
    large = Plan(1_000_000, found_day())

    assert day.departments < large.departments
    assert large.sections == pytest.approx(Plan(20_000, found_day()).sections, abs=1)


def found_day():  # type: ignore[no-untyped-def]
    """An instant."""
    from datetime import UTC, datetime

    return datetime(2026, 3, 2, 12, tzinfo=UTC)
