"""Registrations as Consent: that there is one is told to those who treat; what it says is a Consent of its own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stamkort.fhir.registrations import to_fhir
from stamkort.models import Registration
from tests import factories
from tests.asking import Asking, logged, statements
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
Kind = Registration.Kind


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def flag(cast: Cast, kind: str = Kind.TREATMENT_WILL, **fields: Any) -> Registration:
    return factories.registration(citizen=cast.citizen.person, kind=kind, **fields)


# Assistants, permitted staff and students are not told of wills (matrix A).
@pytest.mark.law("stamkort-sharing")
@pytest.mark.parametrize(
    "name", ["doctor", "hospital_nurse", "gp", "municipal_nurse", "blocked_doctor", "citizen", "daughter"]
)
def test_that_there_is_a_will_and_not_what_it_says(cast: Cast, name: str) -> None:
    will = flag(cast)
    factories.will_content(registration=will)

    found = Asking(getattr(cast, name).actor).get(f"Consent/{will.pk}")

    assert found.status == 200
    assert set(found.body) == {
        "resourceType", "id", "meta", "status", "scope", "category", "patient", "dateTime", "performer", "policyRule",
    }  # fmt: skip
    assert found.body["category"][0]["coding"][0]["code"] == "acd"
    assert [label["code"] for label in found.body["meta"]["security"]] == ["R", "healthcare-act"]
    assert "noLifeProlonging" not in found.text
    assert [row.families for row in logged(outcome="permit")] == [["sk-flag"]]


@pytest.mark.parametrize("name", ["delegated_home_helper", "clerk", "student", "home_helper", "caseworker", "stranger"])
def test_others_are_not_told(cast: Cast, name: str) -> None:
    will = flag(cast)
    whose = f"Patient/{cast.citizen.person.pk}"
    ask = Asking(getattr(cast, name).actor)

    assert ask.get(f"Consent/{will.pk}").status == 403
    listed = ask.get("Consent", patient=whose, category="acd")
    assert listed.status == 403 or listed.ids == []


@pytest.mark.parametrize(
    ("kind", "code", "name"),
    [
        (Kind.TREATMENT_WILL, "acd", "Behandlingstestamente"),
        (Kind.LIVING_WILL, "acd", "Livstestamente"),
        (Kind.RESUSCITATION_REFUSAL, "dnr", "Fravalg af genoplivning ved hjertestop"),
        (Kind.ORGAN_DONOR, "organ-donor", "Organdonorregistrering"),
    ],
)
def test_each_register_has_its_category(cast: Cast, kind: str, code: str, name: str) -> None:
    registration = flag(cast, kind)
    whose = f"Patient/{cast.citizen.person.pk}"

    with statements(3):
        found = Asking(cast.doctor.actor).get("Consent", patient=whose, category=code)

    assert found.ids == [str(registration.pk)]
    assert found.resources[0]["category"][0]["text"] == name


def test_a_refusal_of_resuscitation_is_a_draft_until_it_takes_effect(cast: Cast) -> None:
    yesterday = factories.ago(days=1)
    soon = yesterday + timedelta(days=7)
    pending = flag(cast, Kind.RESUSCITATION_REFUSAL, registered_at=yesterday)
    gone = flag(cast, Kind.LIVING_WILL, revoked_at=factories.ago(days=1))
    standing = flag(cast, Kind.ORGAN_DONOR)
    ask, whose = Asking(cast.doctor.actor), f"Patient/{cast.citizen.person.pk}"

    for status, registration in (("draft", pending), ("inactive", gone), ("active", standing)):
        found = ask.get("Consent", patient=whose, scope="adr", status=status)
        assert (found.ids, found.resources[0]["status"]) == ([str(registration.pk)], status)
    row = {
        **{name: getattr(pending, name) for name in ("id", "citizen_id", "kind", "effective_at", "revoked_at")},
        **{name: getattr(pending, name) for name in ("recorded_under", "version", "updated_at")},
        "decided_at": pending.registered_at,
    }
    assert to_fhir(row, cast.doctor.asking(moment=soon))["status"] == "active"


def test_a_refusal_of_resuscitation_is_told_whole_as_the_specification_has_it(cast: Cast) -> None:
    made = datetime(2026, 1, 3, 13, tzinfo=UTC)
    refusal = flag(cast, Kind.RESUSCITATION_REFUSAL, registered_at=made, effective_at=made + timedelta(days=7))
    whose = f"Patient/{cast.citizen.person.pk}"
    doctor = Asking(cast.doctor.actor)

    told = doctor.get(f"Consent/{refusal.pk}").body
    little = doctor.get("Consent", patient=whose, category="dnr", _elements="id,status,category").resources[0]

    assert {name: told[name] for name in ("scope", "patient", "performer", "dateTime", "provision", "policyRule")} == {
        "scope": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "adr"}]},
        "patient": {"reference": whose},
        "performer": [{"reference": whose}],
        "dateTime": "2026-01-03T13:00:00.000Z",
        "policyRule": {"text": "Sundhedslovens §§ 25 a-25 b"},
        "provision": {
            "type": "deny",
            "period": {"start": "2026-01-10T13:00:00.000Z"},
            "code": [{"text": "Genoplivning ved hjertestop"}],
        },
    }
    dnr = {"system": "http://terminology.hl7.org/CodeSystem/consentcategorycodes", "code": "dnr"}
    assert told["category"][0]["coding"][0] == little["category"][0]["coding"][0] == dnr
    assert not {"provision", "performer", "dateTime"} & little.keys()
    assert "SUBSETTED" in str(little["meta"]["tag"])


WILL = "https://patientoverblik.dk/fhir/CodeSystem/treatment-will"
DONOR = "https://patientoverblik.dk/fhir/CodeSystem/organ-donation"
NEEDED = "https://patientoverblik.dk/fhir/StructureDefinition/acceptance-needed"


def rules_of(body: dict[str, Any]) -> list[tuple[str, list[str], str]]:
    """Of each rule its verdict, its codes with their systems, and whose acceptance it needs."""
    return [
        (
            rule.get("type", ""),
            [f"{each['system']}|{each['code']}" for concept in rule["code"] for each in concept["coding"]],
            "".join(each["valueCode"] for each in rule.get("extension", ()) if each["url"] == NEEDED),
        )
        for rule in body["provision"]["provision"]
    ]


@pytest.mark.law("treatment-will")
def test_a_will_tells_its_wishes_one_by_one_and_whose_acceptance_they_need(cast: Cast) -> None:
    stated = {
        "noForcedTreatmentIfIncapable": True,
        "noLifeProlongingIfSeverePain": False,
        "noLifeProlongingIfSeverelyDegraded": True,
        "noLifeProlongingIfDying": True,
        "acceptanceNeeded": {
            "noForcedTreatmentIfIncapable": "relative",
            "noLifeProlongingIfSeverelyDegraded": "guardian",
        },
    }
    will = factories.will_content(citizen=cast.citizen.person, statements=stated)

    told = Asking(cast.citizen.actor).get(f"Consent/{will.pk}").body

    assert told["provision"]["type"] == "permit"
    assert rules_of(told) == [
        ("deny", [f"{WILL}|noLifeProlongingIfDying"], ""),
        ("deny", [f"{WILL}|noLifeProlongingIfSeverelyDegraded"], "guardian"),
        ("deny", [f"{WILL}|noForcedTreatmentIfIncapable"], "relative"),
    ]
    assert told["performer"] == [{"reference": f"Patient/{cast.citizen.person.pk}"}]
    known = Asking(cast.citizen.actor).get("CodeSystem/treatment-will").body
    assert [one["code"] for one in known["concept"]] == [
        "noLifeProlongingIfDying",
        "noLifeProlongingIfSeverelyDegraded",
        "noLifeProlongingIfSeverePain",
        "noForcedTreatmentIfIncapable",
    ]
    assert Asking(cast.citizen.actor).get("StructureDefinition/acceptance-needed").body["url"] == NEEDED


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (
            {"permission": "LIMITED", "organs": ["cornea", "skin"], "requiresRelativeAcceptance": True},
            [("permit", [f"{DONOR}|LIMITED"], "relative"), ("permit", [f"{DONOR}|cornea", f"{DONOR}|skin"], "")],
        ),
        ({"permission": "NONE"}, [("deny", [f"{DONOR}|NONE"], "")]),
        ({"permission": "DONT_KNOW", "requiresRelativeAcceptance": False}, [("", [f"{DONOR}|DONT_KNOW"], "")]),
    ],
)
def test_an_organ_donor_tells_the_permission_the_organs_and_the_relatives_say(
    cast: Cast, stated: dict[str, Any], expected: list[Any]
) -> None:
    content = factories.donor_content(citizen=cast.citizen.person, statements=stated)

    assert rules_of(Asking(cast.citizen.actor).get(f"Consent/{content.pk}").body) == expected


@pytest.mark.parametrize("name", ["citizen", "doctor", "stranger"])
def test_registrations_are_written_in_their_registers(cast: Cast, name: str) -> None:
    will = flag(cast)
    body = Asking(cast.citizen.actor).get(f"Consent/{will.pk}").body
    ask = Asking(getattr(cast, name).actor)

    refused = ask.put(f"Consent/{will.pk}", {**body, "status": "inactive"})

    assert refused.status == 422
    assert "registre" in refused.said
    private = {
        **body,
        "status": "inactive",
        "scope": {"coding": [{"code": "patient-privacy"}]},
        "category": [{"coding": [{"code": "INFA"}]}],
        "provision": {"type": "permit"},
    }
    assert ask.put(f"Consent/{will.pk}", private).status == (405 if name == "citizen" else 403)
    assert Registration.objects.get().version == 1
