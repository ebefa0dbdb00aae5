"""Condition: who sees which, what a search finds, what may be written under which act."""

from typing import Any
from uuid import uuid4

import pytest

from access.vocabulary import Category, Law
from careplans.fhir.condition import DK_CORE
from careplans.models import Condition
from tests import factories
from tests.careplans.asking import written
from tests.cast import Cast

pytestmark = pytest.mark.django_db

FSIII = "urn:oid:1.2.208.176.2.21"
SKS = "urn:oid:1.2.208.176.2.4.12"
ICPC2 = "urn:oid:1.2.208.176.2.31"
SNOMED = "http://snomed.info/sct"
WASHING, BREATHING = "4d46bd94-9518-431c-82e8-ebb91bca307a", "dae40f60-8dab-4bd3-ab72-b07d0f278692"
LEVEL = {0: "9c5cfb57-a498-40e5-98a7-792bf5fb205b", 2: "d984ad21-48fe-4619-845e-2aa0303048e7"}
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
LAW = "http://ehealth.sundhed.dk/cs/jurisdiction"


def concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def law_of(code: str) -> list[dict[str, Any]]:
    url = "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-legalBasis"
    return [{"url": url, "valueCodeableConcept": concept(LAW, code)}]


def body(cast: Cast, system: str = SKS, value: str = "DJ449", /, **more: Any) -> dict[str, Any]:
    made = {
        "resourceType": "Condition",
        "clinicalStatus": concept(CLINICAL, "active"),
        "code": concept(system, value),
        "subject": {"reference": f"Patient/{cast.citizen.person.pk}"},
        **more,
    }
    return {name: value for name, value in made.items() if value is not None}


def washing(cast: Cast, **more: Any) -> dict[str, Any]:
    given = {"severity": concept(FSIII, LEVEL[2]), "extension": law_of("service-act"), **more}
    return body(cast, FSIII, WASHING, **given)


@pytest.mark.parametrize(
    ("who", "diagnosis", "home_care"),
    [
        ("doctor", 200, 403),
        ("gp", 200, 403),
        ("municipal_nurse", 200, 403),
        ("delegated_home_helper", 200, 403),
        ("home_helper", 403, 200),
        ("caseworker", 403, 403),  # of another department than home care
        ("stranger", 403, 403),
        ("blocked_doctor", 404, 403),
        ("citizen", 200, 200),
        ("daughter", 200, 200),
    ],
)
def test_each_reads_what_her_act_lets_her(cast: Cast, ask: Any, who: str, diagnosis: int, home_care: int) -> None:
    tove, units = cast.citizen.person, cast.units
    copd = factories.diagnosis(citizen=tove, origin=units.practice)
    state = factories.home_care_condition(citizen=tove, origin=units.home_care)

    answers = [getattr(ask, who).get(f"Condition/{row.pk}") for row in (copd, state)]

    assert [answer.status for answer in answers] == [diagnosis, home_care]
    assert all(answer.statements <= 2 for answer in answers if answer.status == 200)
    assert all(answer.statements <= 7 for answer in answers)


def test_a_function_state_is_written_out_in_full(cast: Cast, ask: Any) -> None:
    tove, units = cast.citizen.person, cast.units
    row = factories.home_care_condition(citizen=tove, origin=units.home_care, author=cast.home_helper.person)

    told = ask.home_helper.get(f"Condition/{row.pk}").body

    assert told["severity"]["coding"] == [{"system": FSIII, "code": LEVEL[2], "display": "2"}]
    assert told["code"]["coding"] == [{"system": FSIII, "code": WASHING, "display": "Vaske sig"}]
    assert told["clinicalStatus"]["coding"][0]["code"] == "active"
    assert told["category"][0]["coding"][0]["code"] == "problem-list-item"
    assert told["recordedDate"] == row.recorded_on.isoformat()
    assert told["recorder"] == {"reference": f"Practitioner/{cast.home_helper.person.pk}"}
    assert told["extension"] == law_of("service-act")
    assert {"system": LAW, "code": "service-act"} in told["meta"]["security"]


@pytest.mark.parametrize(
    ("changes", "claims"),
    [
        ({}, True),
        ({"code_system": SKS, "code": "DJ449"}, True),
        ({"code_system": SNOMED, "code": "13645005"}, False),
        ({"use": ""}, False),
        ({"author_kind": "citizen"}, False),
    ],
)
def test_the_danish_profile_is_claimed_where_its_rules_hold(
    cast: Cast, ask: Any, changes: dict[str, str], claims: bool
) -> None:
    row = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.ward, **changes)

    told = ask.doctor.get(f"Condition/{row.pk}").body

    assert (told["meta"].get("profile") == [DK_CORE]) is claims


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"copd", "old", "nursing"}),
        ("&clinical-status=active", {"copd", "nursing"}),
        (f"&clinical-status={CLINICAL}|resolved", {"old"}),
        ("&category=encounter-diagnosis", {"old"}),
        ("&category=problem-list-item,encounter-diagnosis", {"copd", "old", "nursing"}),
        ("&code=R95", {"copd"}),
        (f"&code={ICPC2}|R95,{SKS}|DC43", {"copd", "old"}),
        (f"&code={SKS}|R95", set()),
        ("&recorded-date=ge2025-01-01", {"copd", "nursing"}),
        ("&onset-date=lt2001-01-01", {"old"}),
        ("&abatement-date=2020-02", {"old"}),
        ("&verification-status=confirmed", {"old"}),
        ("&_lastUpdated=gt2000-01-01", {"copd", "old", "nursing"}),
    ],
)
def test_a_search_finds_what_was_asked_for(cast: Cast, ask: Any, query: str, found: set[str]) -> None:
    mine = {"citizen": cast.citizen.person, "origin": cast.units.ward}
    rows = {
        "copd": factories.diagnosis(**mine),
        "nursing": factories.nursing_condition(**mine),
        "old": factories.diagnosis(
            **mine,
            code_system=SKS,
            code="DC43",
            clinical_status="resolved",
            verification="confirmed",
            use="encounter-diagnosis",
            recorded_on="2000-01-05",
            onset_on="2000-01-01",
            abated_on="2020-02-29",
        ),
    }
    factories.home_care_condition(citizen=cast.citizen.person, origin=cast.units.home_care)

    answer = ask.doctor.get(f"Condition?patient={cast.citizen.person.pk}{query}")

    assert answer.status == 200
    assert answer.ids == {str(rows[name].pk) for name in found}
    assert answer.statements <= (2 if found else 4)


def test_a_stranger_is_told_that_she_has_no_relation(cast: Cast, ask: Any) -> None:
    factories.diagnosis(citizen=cast.citizen.person)

    answer = ask.stranger.get(f"Condition?patient={cast.citizen.person.pk}")

    assert (answer.status, answer.reason) == (403, "no_relation")


def test_an_unknown_parameter_is_refused(cast: Cast, ask: Any) -> None:
    answer = ask.doctor.get(f"Condition?patient={cast.citizen.person.pk}&Patient=x")

    assert (answer.status, answer.code) == (400, "unknown-parameter")


def test_pages_follow_each_other_and_hold_each_once(cast: Cast, ask: Any) -> None:
    rows = [
        factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.ward, recorded_on=f"2020-01-{day:02}")
        for day in range(1, 6)
    ]

    seen, address = [], f"Condition?patient={cast.citizen.person.pk}&_count=2&_sort=recorded-date"
    while address:
        page = ask.doctor.get(address)
        assert page.statements <= 2
        seen += [found["id"] for found in page.resources]
        address = page.next

    assert seen == [str(row.pk) for row in rows]


def test_a_diagnosis_is_recorded_under_health_law(cast: Cast, ask: Any) -> None:
    answer = ask.doctor.post("Condition", body(cast, recordedDate="2026-01-05", id="ignored"))

    row = Condition.objects.get(pk=answer.body["id"])
    assert answer.status == 201
    assert answer.statements <= 4
    assert answer.headers["Location"].endswith(f"/fhir/Condition/{row.pk}/_history/1")
    assert (row.category, row.recorded_under) == (Category.DIAG, Law.HEALTH)
    assert (row.origin_id, row.author_id) == (cast.units.ward.pk, cast.doctor.person.pk)
    assert ask.citizen.get(f"Condition/{row.pk}").body == answer.body


@pytest.mark.parametrize(
    ("who", "made", "category", "law"),
    [
        ("doctor", (ICPC2, "R95"), Category.DIAG, Law.HEALTH),
        ("doctor", (SNOMED, "13645005"), Category.DIAG, Law.HEALTH),
        ("municipal_nurse", (FSIII, BREATHING), Category.COND_SUL, Law.HEALTH),
        ("delegated_home_helper", (FSIII, BREATHING), Category.COND_SUL, Law.HEALTH),
    ],
)
def test_the_code_tells_category_and_act(
    cast: Cast, ask: Any, who: str, made: tuple[str, str], category: str, law: str
) -> None:
    answer = getattr(ask, who).post("Condition", body(cast, *made))

    row = Condition.objects.get(pk=answer.body["id"])
    assert (answer.status, row.category, row.recorded_under) == (201, category, law)


@pytest.mark.parametrize(("who", "law"), [("home_helper", "elderly-act"), ("caseworker", "service-act")])
def test_a_function_state_stands_under_the_stated_act(cast: Cast, ask: Any, who: str, law: str) -> None:
    answer = getattr(ask, who).post("Condition", washing(cast, extension=law_of(law)))

    row = Condition.objects.get(pk=answer.body["id"])
    assert (row.category, row.recorded_under, row.severity) == (Category.COND_SOC, law, 2)
    assert row.display == "Vaske sig"


def test_the_act_may_be_stated_as_a_label(cast: Cast, ask: Any) -> None:
    label = {"security": [{"system": LAW, "code": "elderly-act"}]}

    answer = ask.home_helper.post("Condition", washing(cast, extension=[], meta=label))

    assert Condition.objects.get(pk=answer.body["id"]).recorded_under == Law.ELDERLY


@pytest.mark.parametrize(
    ("who", "made", "reason"),
    [
        ("stranger", "diagnosis", "no_relation"),
        ("home_helper", "diagnosis", "law_gate"),
        ("caseworker", "diagnosis", "law_gate"),
        ("doctor", "washing", "law_gate"),
        ("municipal_nurse", "washing", "law_gate"),
        ("clerk", "diagnosis", "law_gate"),
        ("student", "diagnosis", "law_gate"),
        ("citizen", "diagnosis", "sector"),
        ("daughter", "diagnosis", "sector"),
    ],
)
def test_who_may_not_record_is_told_why_and_nothing_is_written(
    cast: Cast, ask: Any, who: str, made: str, reason: str
) -> None:
    before = written()

    answer = getattr(ask, who).post("Condition", {"diagnosis": body, "washing": washing}[made](cast))

    assert (answer.status, answer.code) == (403, "forbidden")
    assert who in ("citizen", "daughter") or answer.reason == reason
    assert Condition.objects.count() == 0
    assert written() == before


BROKEN: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "FSIII code that is none": ("municipal_nurse", {"code": concept(FSIII, str(uuid4()))}, 422, "unknown-code"),
    "code of an intervention": (
        "municipal_nurse",
        {"code": concept(FSIII, "34b8b9a0-41bf-4dce-88f6-409de21fb175")},
        422,
        "unknown-code",
    ),
    "group of conditions": ("home_helper", {"code": concept(FSIII, "J1")}, 422, "unknown-code"),
    "SKS code without shape": ("doctor", {"code": concept(SKS, "J44.9")}, 422, "unknown-code"),
    "ICPC-2 code without shape": ("doctor", {"code": concept(ICPC2, "95R")}, 422, "unknown-code"),
    "unknown system": ("doctor", {"code": concept("urn:x", "1")}, 422, "unknown-code"),
    "two codes": (
        "doctor",
        {"code": {"coding": [{"system": SKS, "code": "DJ449"}, {"system": ICPC2, "code": "R95"}]}},
        422,
        "rule-broken",
    ),
    "no code": ("doctor", {"code": {"text": "KOL"}}, 422, "unknown-code"),
    "no code at all": ("doctor", {"code": None}, 400, "wrong-shape"),
    "no clinical status": ("doctor", {"clinicalStatus": None}, 422, "rule-broken"),
    "unknown clinical status": ("doctor", {"clinicalStatus": concept(CLINICAL, "ill")}, 422, "unknown-code"),
    "error with clinical status": (
        "doctor",
        {"verificationStatus": concept(VERIFICATION, "entered-in-error")},
        422,
        "rule-broken",
    ),
    "abated but active": ("doctor", {"abatementDateTime": "2026-01-01"}, 422, "rule-broken"),
    "over before it began": (
        "doctor",
        {
            "clinicalStatus": concept(CLINICAL, "resolved"),
            "onsetDateTime": "2026-01-02",
            "abatementDateTime": "2026-01-01",
        },
        422,
        "rule-broken",
    ),
    "recorded in the future": ("doctor", {"recordedDate": "2150-01-01"}, 422, "rule-broken"),
    "no date": ("doctor", {"onsetDateTime": "yesterday"}, 400, "wrong-shape"),
    "date before all time": ("doctor", {"onsetDateTime": "0001-01-01"}, 400, "wrong-shape"),
    "severity of a diagnosis": ("doctor", {"severity": concept(FSIII, LEVEL[2])}, 422, "rule-broken"),
    "severity of a nursing condition": (
        "municipal_nurse",
        {"code": concept(FSIII, BREATHING), "severity": concept(FSIII, LEVEL[2])},
        422,
        "rule-broken",
    ),
    "function state without severity": (
        "home_helper",
        {"code": concept(FSIII, WASHING), "extension": law_of("service-act")},
        422,
        "rule-broken",
    ),
    "severity that is none": (
        "home_helper",
        {
            "code": concept(FSIII, WASHING),
            "extension": law_of("service-act"),
            "severity": concept(FSIII, WASHING),
        },
        422,
        "unknown-code",
    ),
    "function state without act": (
        "home_helper",
        {"code": concept(FSIII, WASHING), "severity": concept(FSIII, LEVEL[2])},
        422,
        "rule-broken",
    ),
    "function state under health law": (
        "home_helper",
        {
            "code": concept(FSIII, WASHING),
            "severity": concept(FSIII, LEVEL[2]),
            "extension": law_of("healthcare-act"),
        },
        422,
        "rule-broken",
    ),
    "diagnosis under service law": ("doctor", {"extension": law_of("service-act")}, 422, "rule-broken"),
    "SNOMED by home care without act": ("home_helper", {"code": concept(SNOMED, "13645005")}, 422, "rule-broken"),
    "unknown act": ("doctor", {"extension": law_of("road-traffic-act")}, 422, "unknown-code"),
    "unknown category": ("doctor", {"category": [concept("x", "gossip")]}, 422, "unknown-code"),
    "unknown field": ("doctor", {"stage": []}, 400, "wrong-shape"),
    "other subject": ("doctor", {"subject": {"reference": "Group/1"}}, 422, "dangling-reference"),
    "unknown citizen": ("doctor", {"subject": {"reference": f"Patient/{uuid4()}"}}, 403, "forbidden"),
    "long title": (
        "doctor",
        {"code": {"coding": [{"system": SKS, "code": "DJ449", "display": "x" * 301}]}},
        400,
        "wrong-shape",
    ),
}


@pytest.mark.parametrize(("who", "changes", "status", "code"), BROKEN.values(), ids=BROKEN)
def test_what_breaks_a_rule_is_refused_and_nothing_is_written(
    cast: Cast, ask: Any, who: str, changes: dict[str, Any], status: int, code: str
) -> None:
    before = written()

    answer = getattr(ask, who).post("Condition", body(cast, **changes))

    assert (answer.status, answer.code) == (status, code)
    assert Condition.objects.count() == 0
    assert written() == before


def test_a_function_state_that_is_over_needs_no_severity(cast: Cast, ask: Any) -> None:
    over = washing(cast, severity=None, clinicalStatus=concept(CLINICAL, "resolved"), abatementDateTime="2026-02-01")

    assert ask.home_helper.post("Condition", over).status == 201


def test_a_condition_is_resolved_by_its_owner(cast: Cast, ask: Any) -> None:
    made = ask.doctor.post("Condition", body(cast, onsetDateTime="2020-05-01")).body
    over = {**made, "clinicalStatus": concept(CLINICAL, "resolved"), "abatementDateTime": "2026-02-01"}

    answer = ask.hospital_nurse.put(over)

    assert (answer.status, answer.headers["ETag"]) == (200, 'W/"2"')
    assert answer.statements <= 5
    assert answer.body["abatementDateTime"] == "2026-02-01"
    versions = ask.doctor.get(f"Condition/{made['id']}/_history")
    assert [found["clinicalStatus"]["coding"][0]["code"] for found in versions.resources] == ["resolved", "active"]
    assert "abatementDateTime" not in ask.doctor.get(f"Condition/{made['id']}/_history/1").body


@pytest.mark.parametrize(
    ("who", "version", "changes", "status", "code"),
    [
        ("doctor", None, {"meta": {}}, 400, "missing-if-match"),
        ("doctor", 2, {}, 412, "version-conflict"),
        ("gp", 1, {}, 403, "forbidden"),
        ("stranger", 1, {}, 403, "forbidden"),
        ("home_helper", 1, {}, 403, "forbidden"),
        ("citizen", 1, {}, 403, "forbidden"),
        ("blocked_doctor", 1, {}, 404, "not-found"),
        ("doctor", 1, {"code": concept(FSIII, BREATHING)}, 422, "rule-broken"),
        ("doctor", 1, {"extension": law_of("service-act")}, 422, "rule-broken"),
        ("doctor", 1, {"subject": {"reference": f"Patient/{uuid4()}"}}, 422, "rule-broken"),
    ],
)
def test_a_change_that_may_not_be_changes_nothing(
    cast: Cast, ask: Any, who: str, version: int | None, changes: dict[str, Any], status: int, code: str
) -> None:
    made = ask.doctor.post("Condition", body(cast)).body
    before = written()

    answer = getattr(ask, who).put({**made, **changes}, version)

    assert (answer.status, answer.code) == (status, code)
    assert written() == before
    assert Condition.objects.get().version == 1


@pytest.mark.law("own-recording")
def test_what_a_block_hides_from_its_own_unit_is_changed_by_nobody_there_but_with_an_override(
    cast: Cast, ask: Any
) -> None:
    made = ask.doctor.post("Condition", body(cast)).body
    factories.block(citizen=cast.citizen.person, item_id=made["id"], item_type="Condition", is_everything=False)
    before = written()
    missing = {**made, "id": str(uuid4())}

    for version in (1, 2, None):
        hidden, gone = (ask.doctor.put(resource, version) for resource in (made, missing))
        assert (hidden.status, hidden.body) == (gone.status, gone.body)
        assert hidden.status == 404
    assert written() == before

    declared = factories.override(citizen=cast.citizen.person, professional=cast.doctor.person, unit=cast.doctor.unit)
    ask.doctor.headers["X-Override"] = str(declared.pk)
    assert ask.doctor.put(made).status == 200


def test_what_was_entered_in_error_does_not_come_back(cast: Cast, ask: Any) -> None:
    made = ask.doctor.post("Condition", body(cast)).body
    wrong = {**made, "verificationStatus": concept(VERIFICATION, "entered-in-error")}
    wrong.pop("clinicalStatus")

    assert ask.doctor.put(wrong).status == 200
    again = ask.doctor.put({**made, "verificationStatus": concept(VERIFICATION, "confirmed")}, 2)
    assert (again.status, again.code) == (422, "rule-broken")


def test_conditions_stand_in_the_overview(cast: Cast, ask: Any) -> None:
    row = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.ward)

    assert str(row.pk) in ask.doctor.get(f"Patient/{cast.citizen.person.pk}/$overview").ids
