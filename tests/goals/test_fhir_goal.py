"""Goals over REST: whose they are, what each kind must have, whom they are shown to, and what a writer may link."""

from datetime import timedelta
from typing import Any

import pytest

from access.vocabulary import Law
from audit.models import Version
from goals.models import Goal, GoalCondition
from tests import factories
from tests.asking import Asking, logged, nothing_written
from tests.cast import Cast, make_cast
from tests.rest import codes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]
__all__ = ["codes"]

KIND = "https://patientoverblik.dk/fhir/CodeSystem/goal-kind"
SHARING = "https://patientoverblik.dk/fhir/StructureDefinition/goal-sharing"
SEVERITY = {"system": "urn:oid:1.2.208.176.2.21", "code": "fcc16cb1-41f0-4832-b834-110fba0aaabe"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


CARE_SOCIAL = "http://fhir.kl.dk/term/CodeSystem/CareSocialCodes"
KINDS = {
    "life": (CARE_SOCIAL, "ffb9886b-d04e-46b1-9165-a400f91f822b"),
    "functional": (CARE_SOCIAL, "ca552020-6ed1-4cdc-b0d4-32697f1f27ad"),
    "overall": (KIND, "overall"),
    "disease": (KIND, "disease"),
}


def goal(cast: Cast, kind: str, text: str, **more: Any) -> dict[str, Any]:
    system, code = KINDS[kind]
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "category": [{"coding": [{"system": system, "code": code}]}],
        "description": {"text": text},
        "subject": {"reference": f"Patient/{cast.citizen.person.pk}"},
        **more,
    }


def life(cast: Cast, sharing: str) -> dict[str, Any]:
    return goal(cast, "life", "Jeg vil gå i haven med børnebørnene", extension=[{"url": SHARING, "valueCode": sharing}])


def functional(cast: Cast, *conditions: Any) -> dict[str, Any]:
    target = [{"detailCodeableConcept": {"coding": [SEVERITY]}}]
    links = [{"reference": f"Condition/{item.pk}"} for item in conditions]
    return goal(cast, "functional", "Gå selv til købmanden", target=target, addresses=links)


WHO_SEES = {
    "all": {"doctor", "gp", "municipal_nurse", "home_helper", "caseworker"},
    "health": {"doctor", "gp", "municipal_nurse"},
    "private": set(),
}


@pytest.mark.law("citizens-choice")
@pytest.mark.parametrize("sharing", WHO_SEES)
def test_a_life_goal_is_shown_to_whom_the_citizen_chose(cast: Cast, sharing: str) -> None:
    made = Asking(cast.citizen.actor).post("Goal", life(cast, sharing))

    assert made.status == 201, made.text
    asked = ("doctor", "gp", "municipal_nurse", "home_helper", "caseworker", "stranger")
    seen = {who for who in asked if Asking(getattr(cast, who).actor).get(f"Goal/{made.body['id']}").status == 200}
    assert seen == WHO_SEES[sharing]


def test_a_life_goal_stays_in_the_citizens_words_and_carries_no_target(cast: Cast) -> None:
    with nothing_written(Goal):
        answer = Asking(cast.citizen.actor).post(
            "Goal", life(cast, "all") | {"target": [{"detailCodeableConcept": {"coding": [SEVERITY]}}]}
        )

    assert (answer.status, answer.code) == (422, "rule-broken")


def test_the_citizen_writes_life_goals_only(cast: Cast) -> None:
    with nothing_written(Goal):
        assert Asking(cast.citizen.actor).post("Goal", goal(cast, "overall", "Bedre søvn")).status == 422


@pytest.mark.law("own-recording")
def test_a_functional_goal_is_recorded_under_the_act_of_its_condition(cast: Cast) -> None:
    state = factories.home_care_condition(
        citizen=cast.citizen.person, origin=cast.units.home_care, recorded_under=Law.ELDERLY
    )

    made = Asking(cast.home_helper.actor).post("Goal", functional(cast, state))

    assert made.status == 201, made.text
    kept = Goal.objects.get(pk=made.body["id"])
    assert (kept.recorded_under, kept.category) == (Law.ELDERLY, "goal-soc")
    assert Version.objects.get(resource_id=kept.pk).recorded_under == Law.ELDERLY


def test_a_functional_goal_has_exactly_one_condition(cast: Cast) -> None:
    first, second = (
        factories.home_care_condition(citizen=cast.citizen.person, origin=cast.units.home_care) for _ in range(2)
    )
    asking = Asking(cast.home_helper.actor)

    with nothing_written(Goal):
        assert asking.post("Goal", functional(cast)).status == 422
        assert asking.post("Goal", functional(cast, first, second)).status == 422


def test_health_staff_record_no_functional_goals(cast: Cast) -> None:
    diagnosis = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.ward)

    with nothing_written(Goal):
        answer = Asking(cast.doctor.actor).post("Goal", functional(cast, diagnosis))

    assert (answer.status, answer.code) == (422, "rule-broken")


def disease(cast: Cast, *conditions: Any) -> dict[str, Any]:
    return goal(
        cast,
        "disease",
        "Langtidsblodsukker under 53",
        target=[
            {
                "measure": {"coding": [{"system": "urn:oid:1.2.208.176.2.1", "code": "NPU27300"}]},
                "detailQuantity": {"value": 53, "comparator": "<", "unit": "mmol/mol"},
                "dueDate": (cast.moment + timedelta(days=90)).date().isoformat(),
            }
        ],
        addresses=[{"reference": f"Condition/{item.pk}"} for item in conditions],
    )


def test_nobody_links_a_condition_that_she_may_not_see(cast: Cast) -> None:
    hidden = factories.home_care_condition(citizen=cast.citizen.person, origin=cast.units.home_care)
    of_another = factories.diagnosis(origin=cast.units.ward)
    asking = Asking(cast.doctor.actor)

    with nothing_written(Goal, GoalCondition):
        answers = [asking.post("Goal", disease(cast, item)) for item in (hidden, of_another)]

    assert [(answer.status, answer.code) for answer in answers] == [(422, "dangling-reference")] * 2
    assert answers[0].text.replace(str(hidden.pk), "") == answers[1].text.replace(str(of_another.pk), "")


def test_a_change_leaves_links_alone_that_the_writer_does_not_see(cast: Cast) -> None:
    seen = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.ward)
    made = Asking(cast.doctor.actor).post("Goal", disease(cast, seen))
    assert made.status == 201, made.text
    hidden = factories.home_care_condition(citizen=cast.citizen.person, origin=cast.units.home_care)
    GoalCondition.objects.create(goal_id=made.body["id"], condition=hidden, rank=2)

    changed = Asking(cast.doctor.actor).put(
        f"Goal/{made.body['id']}", disease(cast) | {"id": made.body["id"]}, version=1
    )

    assert changed.status == 200, changed.text
    left = GoalCondition.objects.filter(goal_id=made.body["id"]).values_list("condition_id", flat=True)
    assert list(left) == [hidden.pk]
    assert str(hidden.pk) not in changed.text


def test_who_changes_an_older_version_changes_nothing(cast: Cast) -> None:
    asking = Asking(cast.doctor.actor)
    made = asking.post("Goal", disease(cast))
    body = disease(cast) | {"id": made.body["id"], "lifecycleStatus": "completed"}
    assert asking.put(f"Goal/{made.body['id']}", body, version=1).status == 200

    late = asking.put(f"Goal/{made.body['id']}", body | {"lifecycleStatus": "cancelled"}, version=1)

    assert late.status == 412
    assert Goal.objects.get(pk=made.body["id"]).status == "completed"


def test_a_goal_that_is_not_seen_and_one_that_is_not_there_look_alike(cast: Cast) -> None:
    private = factories.life_goal(citizen=cast.citizen.person, sharing="private")
    asking = Asking(cast.doctor.actor)

    hidden, missing = asking.get(f"Goal/{private.pk}"), asking.get(f"Goal/{cast.block.pk}")

    assert (hidden.status, hidden.body) == (missing.status, missing.body)
    assert [row.outcome for row in logged(interaction="read")] == ["refuse", "refuse"]


def test_a_disease_goal_needs_measure_value_and_date(cast: Cast) -> None:
    body = disease(cast)
    with nothing_written(Goal):
        for part in ("measure", "detailQuantity", "dueDate"):
            target = [{name: value for name, value in body["target"][0].items() if name != part}]
            assert Asking(cast.doctor.actor).post("Goal", body | {"target": target}).status in (400, 422), part
