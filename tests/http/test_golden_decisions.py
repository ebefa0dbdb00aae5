"""The golden cases of the law study (3.8) about the citizen's own decisions, by number: 9 to 13, and 15.

Like tests/http/test_golden.py through real HTTP with real tokens: an override, a parent, a proxy, the ages, a will.
"""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from audit.models import Entry
from consents.models import Block, Override
from consents.overrides import awaiting_review
from stamkort.models import REFUSAL_DELAY, Registration
from tests import factories
from tests.cast import Cast, Member
from tests.http import kit
from tests.http.asker import hers

WHY = "Patienten er bevidstløs og kan ikke spørges"
OVERRIDING = {
    "resourceType": "Parameters",
    "parameter": [
        {"name": "reason-code", "valueCode": "unreachable_or_incapacitated"},
        {"name": "reason", "valueString": WHY},
    ],
}


@pytest.mark.law("important-considerations")
def test_case_09_doctors_override_opens_the_block_is_flagged_told_and_reviewed(
    service: kit.Service, cast: Cast, as_member: Any
) -> None:
    theirs = factories.nursing_condition(**hers(cast, origin=cast.units.nursing))
    factories.block_of_origin(**hers(cast, origin=cast.units.municipality))
    as_member("doctor").finds_nothing("Condition", theirs)

    with service.as_(cast.doctor) as client:
        declared = client.post(f"/Patient/{cast.citizen.person.pk}/$override", json=OVERRIDING)
        assert declared.status_code == 201, declared.text
        override = declared.json()["parameter"][0]["valueId"]
        read = client.get(f"/Condition/{theirs.pk}", headers={"X-Override": override})
        without = client.get(f"/Condition/{theirs.pk}")
    with service.as_(cast.hospital_nurse) as client:
        lent = client.get(f"/Condition/{theirs.pk}", headers={"X-Override": override})
    row = kit.last_entry(cast.citizen.person, resource_type="Condition", interaction="read", outcome="permit")
    with service.as_(cast.citizen) as client:
        told = client.get(f"/AuditEvent/{row.id}").json()

    assert (read.status_code, without.status_code, lent.status_code) == (200, 404, 404)
    assert (str(row.override_id), row.resource_ids) == (override, [theirs.pk])
    minlog = next(part for part in told["entity"] if part.get("name"))
    assert {"type": "override", "valueString": "ja"} in minlog["detail"]
    assert "BTG" in json.dumps(told)
    assert WHY in json.dumps(told, ensure_ascii=False)
    assert [one.pk for one in awaiting_review(factories.now()).filter(citizen=cast.citizen.person)] == [
        Override.objects.get(pk=override).pk
    ]


def test_case_10_parent_cannot_lift_the_block_of_a_sixteen_year_old(service: kit.Service, cast: Cast) -> None:
    young = factories.sixteen_year_old()
    parent = factories.aged(45)
    factories.custody(child=young, parent=parent)
    herself = Actor(ActingAs.CITIZEN, Purpose.OWN, cast.moment, citizen_id=young.pk, client_id="test")
    as_parent = Actor(
        ActingAs.PARENT, Purpose.OWN, cast.moment, citizen_id=parent.pk, on_behalf_of=young.pk, client_id="test"
    )
    blocking = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"code": "IDSCL"}]}],
        "patient": {"reference": f"Patient/{young.pk}"},
        "provision": {
            "type": "deny",
            "actor": [
                {
                    "role": {"coding": [{"code": "IRCP"}]},
                    "reference": {"reference": f"Organization/{cast.units.ward.pk}"},
                }
            ],
        },
    }

    with service.as_(Member(young, herself)) as client:
        made = client.post("/Consent", json=blocking)
        assert made.status_code == 201, made.text
    block, lifted = made.json(), {**made.json(), "status": "inactive"}
    with service.as_(Member(parent, as_parent)) as client:
        refused = client.put(f"/Consent/{block['id']}", json=lifted, headers={"If-Match": 'W/"1"'})
        unseen = client.get(f"/Consent/{block['id']}")
    row = kit.last_entry(young, interaction="update")
    assert Block.objects.get(pk=block["id"]).withdrawn_at is None
    with service.as_(Member(young, herself)) as client:
        own = client.put(f"/Consent/{block['id']}", json=lifted, headers={"If-Match": 'W/"1"'})

    assert (refused.status_code, unseen.status_code, own.status_code) == (403, 403, 200)
    assert "age" in kit.codes_of(refused.json())
    assert (row.outcome, row.reason, row.acting_as) == ("refuse", "age", "parent")


def refusal_of(citizen: Any) -> dict[str, Any]:
    """A refusal of resuscitation as a client sends it."""
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "adr"}]},
        "category": [{"coding": [{"code": "dnr"}]}],
        "patient": {"reference": f"Patient/{citizen.pk}"},
    }


def herself_at(years: int, cast: Cast) -> Member:
    """A citizen of this age, asking for herself, treated at the ward."""
    person = factories.aged(years)
    factories.treatment_relation(citizen=person, origin=cast.units.ward)
    return Member(person, Actor(ActingAs.CITIZEN, Purpose.OWN, cast.moment, citizen_id=person.pk, client_id="test"))


@pytest.mark.law("resuscitation-refusal")
def test_case_11_proxy_cannot_refuse_resuscitation(service: kit.Service, cast: Cast) -> None:
    old = herself_at(72, cast)
    proxy = Member(cast.daughter.person, cast.daughter.asking(on_behalf_of=old.person.pk))
    factories.power_of_attorney(principal=old.person, attorney=cast.daughter.person, may_write=True)

    answers = []
    for asker in (proxy, cast.doctor, cast.stranger):
        with service.as_(asker) as client:
            answers.append(client.post("/Consent", json=refusal_of(old.person)))
    row = kit.last_entry(old.person, acting_as="proxy")

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert all("refusal-is-personal" in kit.codes_of(answer.json()) for answer in answers)
    assert (row.outcome, row.interaction, row.rules) == ("refuse", "create", [])
    assert not Registration.objects.filter(citizen=old.person).exists()


@pytest.mark.law("resuscitation-refusal")
def test_case_12_refusal_of_resuscitation_from_sixty_and_in_force_after_seven_days(
    service: kit.Service, cast: Cast
) -> None:
    young, old = herself_at(59, cast), herself_at(60, cast)

    with service.as_(young) as client:
        refused = client.post("/Consent", json=refusal_of(young.person))
    with service.as_(old) as client:
        made = client.post("/Consent", json=refusal_of(old.person))
        again = client.post("/Consent", json=refusal_of(old.person))

    assert refused.status_code == 403
    assert {"refusal-from-sixty", "age"} <= kit.codes_of(refused.json())
    assert not Registration.objects.filter(citizen=young.person).exists()
    assert (made.status_code, made.json()["status"], again.status_code) == (201, "draft", 409)
    row = Registration.objects.get(citizen=old.person)
    assert row.effective_at - row.registered_at == timedelta(days=7)

    def told_after(passed: timedelta) -> str:
        """What the ward is told when so much time has passed since the registration."""
        registered_at = factories.now() - passed
        Registration.objects.filter(pk=row.pk).update(
            registered_at=registered_at, effective_at=registered_at + REFUSAL_DELAY
        )
        with service.as_(cast.doctor) as client:
            return str(client.get(f"/Consent/{row.pk}").json()["status"])

    assert told_after(timedelta(days=7) - timedelta(minutes=1)) == "draft"
    assert told_after(timedelta(days=7)) == "active"
    with service.as_(old) as client:
        back = client.put(
            f"/Consent/{row.pk}", json={**made.json(), "status": "inactive"}, headers={"If-Match": 'W/"1"'}
        )
    assert (back.status_code, back.json()["status"]) == (200, "inactive")


@pytest.mark.law("treatment-will")
def test_case_13_dentist_gets_the_one_wish_about_force_and_no_byte_of_the_rest(
    service: kit.Service, cast: Cast
) -> None:
    will = factories.will_content(**hers(cast))
    reason = {"X-Will-Reason": "Patienten er varigt inhabil"}

    def opened(member: Member, **headers: str) -> tuple[httpx.Response, httpx.Response]:
        """The will by its id, and whatever a search for wills gives."""
        with service.as_(member) as client:
            found = client.get(f"/Consent?patient=Patient/{cast.citizen.person.pk}&category=acd", headers=headers)
            return client.get(f"/Consent/{will.pk}", headers=headers), found

    by_dentist, found = opened(cast.dentist, **reason)
    row = kit.last_entry(cast.citizen.person, interaction="read", professional_id=cast.dentist.person.pk)
    by_doctor, _found = opened(cast.doctor, **reason)
    without, unfound = opened(cast.doctor)
    others = [opened(member, **reason)[0] for member in (cast.clerk, cast.student, cast.home_helper, cast.caseworker)]
    herself, _found = opened(cast.citizen)

    assert by_dentist.status_code == 200
    for answer in (by_dentist, found):
        assert b"noForcedTreatmentIfIncapable" in answer.content
        assert b"noLifeProlonging" not in answer.content
    assert (row.rules, row.families) == (["treatment-will"], ["will-content"])
    assert row.will_reason == reason["X-Will-Reason"]
    for answer in (by_doctor, herself):
        assert b"noForcedTreatmentIfIncapable" in answer.content
        assert b"noLifeProlongingIfDying" in answer.content
    assert "law_gate" in kit.codes_of(without.json())
    assert {answer.status_code for answer in (without, *others)} == {403}
    for answer in (without, unfound, *others):
        assert b"noForcedTreatment" not in answer.content


def test_case_13_a_reason_is_told_in_words(service: kit.Service, cast: Cast) -> None:
    will = factories.will_content(**hers(cast))

    with service.as_(cast.doctor) as client:
        short = client.get(f"/Consent/{will.pk}", headers={"X-Will-Reason": "ja"})

    assert (short.status_code, kit.codes_of(short.json())) == (400, {"bad-parameter"})


@pytest.mark.law("discharge-party")
def test_case_15_social_psychiatry_reads_the_agreement_it_is_party_to_and_nothing_else(
    cast: Cast, as_member: Any
) -> None:
    agreement = factories.discharge_agreement(
        cast.units.social_psychiatry, cast.units.psychiatric_ward, **hers(cast, origin=cast.units.psychiatric_ward)
    )
    others = factories.discharge_agreement(
        cast.units.practice, cast.units.psychiatric_ward, **hers(cast, origin=cast.units.psychiatric_ward)
    )
    rest = [
        ("Condition", factories.diagnosis(**hers(cast, origin=cast.units.ward)), "needs_consent", "consent"),
        ("CarePlan", factories.active_care_plan(**hers(cast, origin=cast.units.ward)), "needs_consent", "consent"),
        ("CarePlan", others, "law_gate", "none"),
    ]
    worker = as_member("social_psychiatry_worker")

    worker.reads("CarePlan", agreement, rule="discharge-party")

    for kind, thing, reason, hint in rest:
        worker.is_refused(kind, thing, gate="law_gate", reason=reason, hint=hint)
    assert Entry.objects.filter(resource_ids=[others.pk], outcome="permit").count() == 0
