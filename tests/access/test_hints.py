"""What is told of what is not shown: the way past a block to who may take it, whatever is there."""

from uuid import uuid4

import pytest

from tests import factories
from tests.asking import Asking
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def way(told: dict[str, object]) -> str:
    """The nearest lawful way of an explanation."""
    parts = {part["name"]: part for part in told["parameter"]}  # type: ignore[attr-defined]
    return str(next(part["valueCode"] for part in parts["nearest"]["part"] if part["name"] == "way"))


@pytest.mark.parametrize(
    ("who", "may"),
    [("doctor", True), ("delegated_home_helper", True), ("student", False), ("clerk", False), ("home_helper", False)],
)
def test_way_past_a_block_is_told_to_who_may_take_it_whatever_is_there(cast: Cast, who: str, may: bool) -> None:
    asker = Asking(getattr(cast, who).actor)
    hidden = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)
    factories.private_marking(hidden)
    missing = uuid4()

    assert way(asker.get(f"Condition/{missing}/$explain-access").body) == ("override" if may else "none")
    answers = [asker.get(f"Condition/{key}") for key in (missing, hidden.pk)]
    told = [part["extension"][0]["valueCode"] for part in answers[0].body["issue"][0].get("extension", ())]
    assert (answers[0].status, told) == (404, ["override"] if may else [])
    if who != "home_helper":  # whom the law stops before any block does
        assert answers[1].body == answers[0].body


def test_who_acts_for_her_is_told_of_the_citizens_power_of_attorney_and_of_no_fact_that_is_not_known(
    cast: Cast,
) -> None:
    seen = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)

    for_her = Asking(cast.daughter.actor).get(f"Condition/{seen.pk}/$explain-access").text
    to_staff = Asking(cast.doctor.actor).get(f"Condition/{seen.pk}/$explain-access").text

    assert "Borgeren har givet fuldmagt" in for_her
    assert "Du har givet fuldmagt" not in for_her
    assert '"relation"' in to_staff
    assert '"None"' not in to_staff
