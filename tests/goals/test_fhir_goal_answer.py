"""What the citizen says of a goal that others wrote: accepted, rejected, commented; by nobody else and nothing more."""

from typing import Any

import pytest

from audit.models import Version
from fhir.outcomes import FhirError
from goals import services
from goals.fhir import GOAL_SOURCE
from goals.models import Goal
from goals.services import GoalAnswer
from tests import factories
from tests.asking import Asking, nothing_written
from tests.cast import Cast, make_cast
from tests.rest import codes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]
__all__ = ["codes"]

ACCEPTANCE = "http://hl7.org/fhir/StructureDefinition/goal-acceptance"
SHARED_WITH = "https://patientoverblik.dk/fhir/StructureDefinition/goal-shared-with"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def proposed(cast: Cast, **more: Any) -> Goal:
    given = {"status": "proposed", "is_agreed": None, "citizen": cast.citizen.person, "origin": cast.units.ward}
    return factories.disease_goal(**given, **more)


def acceptance(body: dict[str, Any]) -> str:
    found = next((item for item in body.get("extension", ()) if item["url"] == ACCEPTANCE), None)
    return next(part["valueCode"] for part in found["extension"] if part["url"] == "status") if found else ""


def answered(cast: Cast, goal: Goal, who: str = "citizen", **changes: Any) -> Any:
    """The goal as the asker reads it, sent back with changes."""
    asking = Asking(getattr(cast, who).actor)
    body = Asking(cast.citizen.actor).get(f"Goal/{goal.pk}").body
    return asking.put(f"Goal/{goal.pk}", {**body, **changes}, goal.version)


@pytest.mark.law("own-access")
@pytest.mark.parametrize(("status", "told"), [("accepted", "agree"), ("rejected", "disagree")])
def test_citizen_answers_a_proposed_goal_and_all_who_see_it_read_her_answer(cast: Cast, status: str, told: str) -> None:
    goal = proposed(cast)
    before = Asking(cast.doctor.actor).get(f"Goal/{goal.pk}").body

    answer = answered(cast, goal, lifecycleStatus=status, note=[{"text": "Hvis jeg må tage det roligt."}])

    assert answer.status == 200, answer.text
    seen = Asking(cast.doctor.actor).get(f"Goal/{goal.pk}").body
    assert (acceptance(before), acceptance(seen), seen["lifecycleStatus"]) == ("pending", told, status)
    assert seen["note"] == [
        {"authorReference": {"reference": f"Patient/{goal.citizen_id}"}, "text": "Hvis jeg må tage det roligt."}
    ]
    assert Version.objects.get(resource_id=goal.pk).actor_citizen_id == goal.citizen_id


def test_citizen_comments_a_goal_without_answering(cast: Cast) -> None:
    goal = proposed(cast)

    assert answered(cast, goal, note=[{"text": "Det må vi tale om."}]).status == 200
    goal.refresh_from_db()

    assert (goal.status, goal.is_agreed, goal.citizen_comment) == ("proposed", None, "Det må vi tale om.")


@pytest.mark.parametrize(
    "changes",
    [
        {"lifecycleStatus": "accepted", "description": {"text": "Noget nemmere"}},
        {"lifecycleStatus": "accepted", "startDate": "2026-01-05"},
        {"lifecycleStatus": "completed"},
        {},
    ],
)
def test_citizen_changes_nothing_else_of_it(cast: Cast, changes: dict[str, Any]) -> None:
    """What is no answer is a change like any other, and that is its writer's to make."""
    goal = proposed(cast)

    with nothing_written(Goal):
        assert answered(cast, goal, **changes).status == 403


def test_what_was_not_proposed_is_not_answered(cast: Cast) -> None:
    goal = factories.overall_goal(citizen=cast.citizen.person, origin=cast.units.ward)

    with nothing_written(Goal):
        assert answered(cast, goal, lifecycleStatus="rejected").status == 403
        for given, rule in (("rejected", "goal-not-proposed"), ("active", "goal-answer-empty")):
            with pytest.raises(FhirError) as refused:
                services.answer_goal(
                    by=cast.citizen.actor, source=GOAL_SOURCE, key=goal.pk, answer=GoalAnswer(given), if_match=1
                )
            assert refused.value.extra[0]["code"] == rule


def test_nobody_answers_for_her(cast: Cast) -> None:
    goal = proposed(cast)
    with nothing_written(Goal):
        for who in ("daughter", "stranger", "caseworker"):
            assert answered(cast, goal, who, lifecycleStatus="accepted").status in (403, 404), who
        other = factories.citizen()
        stranger = cast.citizen.asking(citizen_id=other.pk)
        body = Asking(cast.citizen.actor).get(f"Goal/{goal.pk}").body
        sent = Asking(stranger).put(f"Goal/{goal.pk}", {**body, "lifecycleStatus": "accepted"}, 1)
        assert sent.status in (403, 404)


def test_comment_is_hers_and_her_agreement_ends_with_what_she_agreed_to(cast: Cast) -> None:
    goal = proposed(cast)
    answered(cast, goal, lifecycleStatus="accepted", note=[{"text": "Ja tak"}])
    goal.refresh_from_db()

    with nothing_written(Goal):
        foreign = answered(cast, goal, "doctor", note=[{"text": "Lægens ord"}])
    assert (foreign.status, foreign.reasons[-1]) == (422, "goal-comment")

    on_the_way = answered(cast, goal, "doctor", lifecycleStatus="active")
    assert acceptance(on_the_way.body) == "agree"
    goal.refresh_from_db()
    other = answered(cast, goal, "doctor", description={"text": "Langtidsblodsukker under 48"})
    goal.refresh_from_db()

    assert (other.status, goal.is_agreed, goal.citizen_comment) == (200, None, "Ja tak")


def test_life_goal_is_shared_with_named_units_and_only_she_reads_which(cast: Cast) -> None:
    ward = {"url": SHARED_WITH, "valueReference": {"reference": f"Organization/{cast.units.ward.pk}"}}
    base = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "category": [{"coding": [{"code": "ffb9886b-d04e-46b1-9165-a400f91f822b"}]}],
        "description": {"text": "Jeg vil blive boende"},
        "subject": {"reference": f"Patient/{cast.citizen.person.pk}"},
    }
    choice = {"url": SHARED_WITH.replace("shared-with", "sharing"), "valueCode": "named"}
    mine = Asking(cast.citizen.actor)

    made = mine.post("Goal", {**base, "extension": [choice, ward]})
    with nothing_written(Goal):
        refused = [mine.post("Goal", {**base, "extension": given}) for given in ([choice], [ward])]

    assert made.status == 201, made.text
    assert [answer.reasons[-1] for answer in refused] == ["goal-shared-with"] * 2
    seen = Asking(cast.doctor.actor).get(f"Goal/{made.body['id']}")
    assert Asking(cast.gp.actor).get(f"Goal/{made.body['id']}").status == 404
    assert (seen.status, SHARED_WITH in seen.text, SHARED_WITH in made.text) == (200, False, True)
