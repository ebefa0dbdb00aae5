"""What a decision rests on is told: the relation, the consent, the override; and the log names consents by their id."""

from typing import Any

import pytest

from access.vocabulary import Category
from tests import factories
from tests.asking import Answer, Asking, logged
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def parts(answer: Answer, name: str) -> list[dict[str, Any]]:
    """The parts of an explanation with this name, each as a plain dict."""
    found = [part for part in answer.body["parameter"] if part["name"] == name]
    return [{p["name"]: next(v for k, v in p.items() if k != "name") for p in part["part"]} for part in found]


def explained(actor: Any, thing: Any, kind: str = "Condition") -> Answer:
    return Asking(actor).get(f"{kind}/{thing.pk}/$explain-access")


@pytest.mark.law("treatment-lookup")
def test_a_look_up_rests_on_the_relation(cast: Cast) -> None:
    diagnosis = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)

    told = explained(cast.doctor.actor, diagnosis)

    assert [fact["fact"] for fact in parts(told, "fact")] == ["relation"]
    assert parts(told, "fact")[0]["status"] == "verified"
    assert parts(told, "rule")[0]["ground"] == "Sundhedsloven § 42 a, stk. 1"


@pytest.mark.law("social-disclosure")
def test_a_disclosure_rests_on_the_consent_and_the_log_names_it(cast: Cast) -> None:
    state = factories.home_care_condition(citizen=cast.citizen.person, origin=cast.units.home_care)
    consent = factories.consent(
        citizen=cast.citizen.person, kind="fvl28", recipient_unit=cast.units.ward, purpose="treatment"
    )

    told = explained(cast.doctor.actor, state)
    Asking(cast.doctor.actor).get(f"Condition/{state.pk}")
    Asking(cast.doctor.actor).get("Condition", patient=f"Patient/{cast.citizen.person.pk}")

    assert {fact["fact"] for fact in parts(told, "fact")} == {"relation", "consent"}
    assert str(consent.pk) in {fact["id"] for fact in parts(told, "fact")}
    assert [row.facts for row in logged(interaction="read")] == [[consent.pk]]
    assert [row.facts for row in logged(interaction="search")] == [[consent.pk]]


def test_what_no_consent_opened_names_none(cast: Cast) -> None:
    diagnosis = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)
    factories.consent(citizen=cast.citizen.person, kind="fvl28", recipient_unit=cast.units.ward, purpose="treatment")

    Asking(cast.doctor.actor).get(f"Condition/{diagnosis.pk}")

    assert [row.facts for row in logged(interaction="read")] == [[]]


def test_a_refusal_tells_what_there_is_and_what_is_missing(cast: Cast) -> None:
    state = factories.home_care_condition(citizen=cast.citizen.person, origin=cast.units.home_care)

    told = explained(cast.doctor.actor, state)

    assert [fact["fact"] for fact in parts(told, "fact")] == ["relation"]
    nearest = parts(told, "nearest")[0]
    assert (nearest["way"], nearest["rule"]) == ("consent", "social-disclosure")


def test_the_answer_to_a_refused_look_names_the_rule_that_came_nearest_and_its_ground(cast: Cast) -> None:
    state = factories.home_care_condition(citizen=cast.citizen.person, origin=cast.units.home_care)

    refused = Asking(cast.doctor.actor).get(f"Condition/{state.pk}")

    told = refused.body["issue"][0]["extension"][0]["extension"]
    found = {part["url"]: next(value for name, value in part.items() if name != "url") for part in told}
    facts = [{one["url"]: one["valueCode"] for one in part if "valueCode" in one} for part in [found["fact"]]]
    assert refused.status == 403
    assert [(fact["fact"], fact["status"]) for fact in facts] == [("relation", "verified")]
    assert (found["way"], found["rule"]) == ("consent", "social-disclosure")
    assert found["ground"] == parts(explained(cast.doctor.actor, state), "nearest")[0]["ground"]


def test_what_is_hidden_by_a_block_tells_nothing(cast: Cast) -> None:
    diagnosis = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)
    blocked = explained(cast.blocked_doctor.actor, diagnosis)
    missing = Asking(cast.blocked_doctor.actor).get(f"Condition/{cast.block.pk}/$explain-access")

    assert parts(blocked, "fact") == []
    assert blocked.body == missing.body


@pytest.mark.law("important-considerations")
def test_an_override_is_named_as_what_it_rests_on(cast: Cast) -> None:
    diagnosis = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)
    doctor = cast.blocked_doctor
    override = factories.override(citizen=cast.citizen.person, professional=doctor.person, unit=doctor.unit)

    address = f"/fhir/Condition/{diagnosis.pk}/$explain-access"
    told = Asking(doctor.actor).client.get(address, headers={"x-override": str(override.pk)}).json()

    facts = [part["part"][0]["valueCode"] for part in told["parameter"] if part["name"] == "fact"]
    assert sorted(facts) == ["override", "relation"]


@pytest.mark.law("power-of-attorney")
def test_who_acts_for_a_citizen_is_told_of_the_power_of_attorney(cast: Cast) -> None:
    diagnosis = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)

    told = explained(cast.daughter.actor, diagnosis)

    assert {fact["fact"] for fact in parts(told, "fact")} == {"power-of-attorney"}
    assert parts(told, "rule")[0]["da"].startswith("Borgeren har givet fuldmagt")


def test_a_stranger_on_the_citizens_side_is_told_so_in_her_own_words(cast: Cast) -> None:
    diagnosis = factories.diagnosis(citizen=factories.citizen(), origin=cast.units.practice)

    told = explained(cast.daughter.actor, diagnosis)

    assert "unit" not in told.text.partition('"text-en"')[2]
    assert parts(told, "nearest")[0]["way"] == "power-of-attorney"
    assert Category.DIAG not in told.text
