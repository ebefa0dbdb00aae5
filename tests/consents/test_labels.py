"""The labels that tell a receiver how to handle a resource: confidentiality, act, private marking, kept names."""

from typing import Any

import pytest

from tests import factories
from tests.asking import Asking
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
CONF = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
LAW = "http://ehealth.sundhed.dk/cs/jurisdiction"
LEGAL_BASIS = "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-legalBasis"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def labels(body: dict[str, Any]) -> list[str]:
    return [f"{label['system']}|{label['code']}" for label in body["meta"]["security"]]


@pytest.mark.law("important-considerations")
def test_what_is_marked_private_says_so_to_the_few_who_see_it(cast: Cast) -> None:
    citizen = cast.citizen.person
    marked, other = (factories.disease_goal(citizen=citizen, origin=cast.units.ward) for _ in range(2))
    factories.private_marking(marked)
    override = factories.override(citizen=citizen, professional=cast.doctor.person, unit=cast.units.ward)
    herself, doctor = Asking(cast.citizen.actor), Asking(cast.doctor.actor)
    under = Asking(cast.doctor.actor)
    under.client.defaults["HTTP_X_OVERRIDE"] = str(override.pk)

    locked = [f"{CONF}|V", f"{LAW}|healthcare-act", f"{ACT}|PRS"]
    plain = [f"{CONF}|N", f"{LAW}|healthcare-act"]
    for ask in (herself, under):
        found = {one["id"]: labels(one) for one in ask.get("Goal", patient=f"Patient/{citizen.pk}").resources}
        assert found == {str(marked.pk): locked, str(other.pk): plain}
        assert labels(ask.get(f"Goal/{marked.pk}").body) == locked
    assert doctor.get(f"Goal/{marked.pk}").status == 404
    assert labels(doctor.get(f"Goal/{other.pk}").body) == plain


@pytest.mark.law("directory")
def test_a_name_that_is_kept_from_the_citizen_is_labelled_and_to_others_not(cast: Cast) -> None:
    goal = factories.disease_goal(citizen=cast.citizen.person, origin=cast.units.ward, author=cast.doctor.person)
    factories.personal_shield(professional=cast.doctor.person, citizen=cast.citizen.person)

    assert labels(Asking(cast.citizen.actor).get(f"Goal/{goal.pk}").body)[-1] == f"{ACT}|EMP"
    assert f"{ACT}|EMP" not in labels(Asking(cast.hospital_nurse.actor).get(f"Goal/{goal.pk}").body)


@pytest.mark.parametrize(
    ("law", "code"), [("health-act", "healthcare-act"), ("service-act", "service-act"), ("elderly-act", "elderly-act")]
)
def test_the_act_stands_in_the_extension_and_among_the_labels_alike(cast: Cast, law: str, code: str) -> None:
    category = "goal-sul" if law == "health-act" else "goal-soc"
    goal = factories.disease_goal(
        citizen=cast.citizen.person, origin=cast.units.municipality, recorded_under=law, category=category
    )

    told = Asking(cast.citizen.actor).get(f"Goal/{goal.pk}").body

    basis = [one["valueCodeableConcept"] for one in told["extension"] if one["url"] == LEGAL_BASIS]
    assert basis == [{"coding": [{"system": LAW, "code": code}]}]
    assert labels(told) == [f"{CONF}|N", f"{LAW}|{code}"]
