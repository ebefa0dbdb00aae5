"""`Consent/$dry-run`: what a consent or block would change, told before it is made; nothing is written but the log."""

from typing import Any

import pytest

from audit.models import Entry
from consents.models import Block, Consent
from exchange.models import OutboxMessage
from tests import factories
from tests.asking import Answer, Asking, logged, nothing_written
from tests.cast import Cast, make_cast
from tests.consents import bodies

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    made = make_cast()
    factories.home_care_condition(citizen=made.citizen.person, origin=made.units.home_care)
    factories.diagnosis(citizen=made.citizen.person, origin=made.units.ward)
    return made


def tried(who: Any, body: dict[str, Any]) -> Answer:
    """Ask what the body would change."""
    with nothing_written(Consent, Block, OutboxMessage):
        return Asking(who.actor).post("Consent/$dry-run", body)


def differences(told: Answer) -> list[dict[str, Any]]:
    """Each difference as names and values."""
    found = []
    for parameter in told.body["parameter"]:
        if parameter["name"] == "difference":
            found.append({part["name"]: next(v for k, v in part.items() if k != "name") for part in parameter["part"]})
    return found


def numbers(told: Answer) -> dict[str, int]:
    """What is gained and lost in all."""
    return {one["name"]: one["valueInteger"] for one in told.body["parameter"] if "valueInteger" in one}


def test_the_citizen_is_told_what_a_consent_would_give_to_whom(cast: Cast) -> None:
    told = tried(cast.citizen, bodies.permit(cast))

    assert told.status == 200, told.body
    doctors = [one for one in differences(told) if one["acting-as"] == "hp" and "practitioner" not in one]
    assert doctors == [
        {
            "unit": {"reference": f"Organization/{cast.units.ward.pk}"},
            "acting-as": "hp",
            "role": "sundhedsperson",
            "purpose": "treatment",
            "family": family,
            "family-name": name,
            "before": 0,
            "after": 1,
        }
        for family, name in (
            ("cond-soc", "funktionsevnetilstande"),
            ("plan-soc", "planer efter service- og ældreloven"),
        )
    ]
    assert numbers(told)["lost"] == 0
    assert numbers(told)["gained"] == len(differences(told))


def test_what_was_told_of_a_block_is_what_then_happens(cast: Cast) -> None:
    body = bodies.deny(cast, {"dataPeriod": {"start": "2020-01-01", "end": "2100-01-01"}, "data": None})
    doctor = Asking(cast.doctor.actor)
    patient = cast.citizen.person.pk
    before = len(doctor.get("Condition", patient=patient).ids)

    told = tried(cast.citizen, body)
    made = Asking(cast.citizen.actor).post("Consent", body)
    after = len(doctor.get("Condition", patient=patient).ids)

    assert (told.status, made.status) == (200, 201), (told.body, made.body)
    said = [
        one
        for one in differences(told)
        if one["acting-as"] == "hp"
        and one["family"] == "diag"
        and "practitioner" not in one
        and one["unit"] == {"reference": f"Organization/{cast.units.ward.pk}"}
    ]
    assert [(one["before"], one["after"]) for one in said] == [(before, after)] == [(1, 0)]


def test_the_question_is_logged_and_what_was_tried_is_not(cast: Cast) -> None:
    before = Entry.objects.count()

    tried(cast.citizen, bodies.permit(cast))

    assert Entry.objects.count() == before + 1
    entry = logged(interaction="dry-run")[0]
    assert (entry.outcome, entry.citizen_id, entry.resource_type) == ("permit", cast.citizen.person.pk, "Consent")
    assert entry.actor_citizen_id == cast.citizen.person.pk


def test_what_the_law_refuses_is_refused_alike_and_logged(cast: Cast) -> None:
    longer = bodies.permit(cast, {"period": {"start": bodies.day(cast, 0), "end": bodies.day(cast, 800)}})

    by_law = tried(cast.citizen, longer)
    by_proxy = tried(cast.daughter, bodies.permit(cast))

    assert (by_law.status, by_law.rule) == (422, "consent-too-long")
    assert (by_proxy.status, by_proxy.rule) == (422, "consent-by-proxy")
    refused = logged(outcome="refuse")
    assert [one.actor_citizen_id for one in refused] == [cast.daughter.person.pk]


@pytest.mark.parametrize("who", ["doctor", "home_helper", "stranger", "caseworker"])
def test_no_professional_learns_so_who_else_treats_the_citizen(cast: Cast, who: str) -> None:
    told = tried(getattr(cast, who), bodies.permit(cast))

    assert told.status == 403
    assert str(cast.units.practice.pk) not in told.text
    assert [(one.interaction, one.reason) for one in logged(outcome="refuse")] == [("dry-run", "law_gate")]


def test_another_citizen_learns_nothing(cast: Cast) -> None:
    other = factories.aged(40)
    asker = cast.citizen.asking(citizen_id=other.pk)

    with nothing_written(Consent, Block):
        told = Asking(asker).post("Consent/$dry-run", bodies.permit(cast))

    assert told.status == 403
    assert logged(outcome="refuse")


def test_it_asks_for_a_consent_and_stands_in_the_capability_statement(cast: Cast) -> None:
    citizen = Asking(cast.citizen.actor)

    assert citizen.post("Consent/$dry-run", {"resourceType": "Goal"}).status == 400
    offered = next(one for one in citizen.get("metadata").body["rest"][0]["resource"] if one["type"] == "Consent")
    assert "dry-run" in {one["name"] for one in offered["operation"]}
