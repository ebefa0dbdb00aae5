"""The standing cast: each may see what the law says, and the stranger sees nothing."""

import pytest

import goals.policy  # noqa: F401 - makes the policy known
from access.vocabulary import Category
from careplans.models import Condition
from citizens.models import PowerOfAttorney
from goals.models import Goal
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db

MEMBERS = [name for name, kind in Cast.__annotations__.items() if kind.__name__ == "Member"]
HEALTH_SIDE = {
    "doctor", "hospital_nurse", "gp", "municipal_nurse", "delegated_home_helper", "clerk", "student", "dentist",
}  # fmt: skip


def test_every_member_asks_at_the_same_instant() -> None:
    cast = make_cast()

    assert {getattr(cast, name).actor.moment for name in MEMBERS} == {cast.moment}


def test_health_side_and_citizen_see_a_life_goal_for_health_and_others_do_not() -> None:
    cast = make_cast()
    factories.health_only_life_goal(citizen=cast.citizen.person)

    seeing = {name for name in MEMBERS if Goal.objects.permitted(getattr(cast, name).actor).exists()}

    assert seeing == HEALTH_SIDE | {"citizen"}


def test_nobody_sees_a_goal_of_somebody_else() -> None:
    cast = make_cast()
    factories.life_goal()

    assert not [name for name in MEMBERS if Goal.objects.permitted(getattr(cast, name).actor).exists()]


def test_the_daughter_may_not_open_wills() -> None:
    cast = make_cast()

    families = PowerOfAttorney.objects.get(attorney=cast.daughter.person).families

    assert Category.WILL_CONTENT not in families
    assert Category.LOG in families
    assert Condition.objects.count() == 0
