"""ServiceRequest: writing planned interventions, each under the act of its code, through real HTTP."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.vocabulary import Category, Law
from audit.models import Entry
from careplans.models import Intervention, InterventionCondition
from tests import factories
from tests.careplans.requests import (
    CARE_SOCIAL,
    FSIII,
    PARAGRAPH,
    PERSONAL_CARE,
    READERS,
    extension,
    request,
)
from tests.cast import Cast, make_cast
from tests.rest import Rest, codes, instant, written  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.mark.parametrize(
    ("writer", "code", "law", "category", "paragraph"),
    [
        ("municipal_nurse", "G1.46", Law.HEALTH, Category.INT_SUL, "SUL § 138"),
        ("municipal_nurse", "2abe20c7-c0b4-41c1-b397-52acf36499ef", Law.HEALTH, Category.INT_SUL, "SUL § 140"),
        ("municipal_nurse", "c9a99304-1788-43b7-b7be-e187b092ae9c", Law.HEALTH, Category.INT_SUL, "SUL § 119"),
        ("home_helper", "H1.1", Law.SERVICE, Category.INT_SOC, "SEL § 83, stk. 1, nr. 1"),
        ("caseworker", "H5.1", Law.SERVICE, Category.INT_SOC, "SEL § 86, stk. 1"),
        ("home_helper", PERSONAL_CARE["elderly act"], Law.ELDERLY, Category.INT_SOC, ""),
        ("home_helper", "649b3428-4018-47da-bb36-1f2bfab3c8c1", Law.ELDERLY, Category.INT_SOC, "ÆL § 16"),
    ],
)
def test_act_category_and_paragraph_follow_from_the_code(
    cast: Cast, writer: str, code: str, law: Law, category: Category, paragraph: str
) -> None:
    answer = Rest(getattr(cast, writer)).post("ServiceRequest", request(cast, code))

    assert answer.status == 201, answer.body
    stored = Intervention.objects.get(pk=answer.body["id"])
    assert (stored.recorded_under, stored.category, stored.paragraph) == (law, category, paragraph)
    assert stored.origin_id == getattr(cast, writer).unit.pk
    assert extension(answer.body, PARAGRAPH) == (paragraph or None)


def test_the_text_personal_care_never_decides_the_act(cast: Cast) -> None:
    text = "Personlig pleje"
    nursing = Rest(cast.municipal_nurse).post(
        "ServiceRequest", request(cast, PERSONAL_CARE["nursing"], display="Personlig hjælp og pleje § 83")
    )
    elderly = Rest(cast.home_helper).post("ServiceRequest", request(cast, PERSONAL_CARE["elderly act"], display=text))
    condition = Rest(cast.home_helper).post(
        "ServiceRequest", request(cast, "feb38b55-c2d7-4d57-99c2-93622eaa0025", display=text)
    )
    without_code = Rest(cast.home_helper).post("ServiceRequest", request(cast, "", display=text))

    assert Intervention.objects.get(pk=nursing.body["id"]).recorded_under == Law.HEALTH
    assert Intervention.objects.get(pk=elderly.body["id"]).recorded_under == Law.ELDERLY
    assert nursing.body["code"]["coding"][0]["display"] == text
    assert (condition.status, condition.error) == (422, "unknown-code")
    assert (without_code.status, without_code.error) == (422, "unknown-code")


@pytest.mark.parametrize(
    ("writer", "code"),
    [
        ("municipal_nurse", "H1.1"),
        ("doctor", PERSONAL_CARE["elderly act"]),
        ("home_helper", "G1.39"),
        ("stranger", "G1.39"),
        ("clerk", "G1.39"),
        ("citizen", "G1.39"),
        ("daughter", "G1.39"),
    ],
)
def test_nobody_writes_under_an_act_she_does_not_act_under(cast: Cast, writer: str, code: str) -> None:
    before = written()

    answer = Rest(getattr(cast, writer)).post("ServiceRequest", request(cast, code))

    assert answer.status == 403, answer.body
    assert written() == before
    assert not Intervention.objects.exists()
    assert Entry.objects.filter(outcome="refuse", interaction="create", resource_type="ServiceRequest").count() == 1


def test_a_local_code_stands_beside_the_national_one(cast: Cast) -> None:
    body = request(cast, "H1.1")
    local = {"system": "http://fhir.kl.dk/gateway/CodeSystem/LocallyDefinedInterventions", "code": "bad-3"}
    body["code"]["coding"].append(local)

    answer = Rest(cast.home_helper).post("ServiceRequest", body)
    alone = Rest(cast.home_helper).post("ServiceRequest", body | {"code": {"coding": [local]}})

    assert answer.body["code"]["coding"][1] == local
    assert (alone.status, alone.error) == (422, "unknown-code")


def test_what_the_code_leaves_open_is_stated(cast: Cast) -> None:
    home_care = {"system": CARE_SOCIAL, "code": "ad865929-7363-4b2d-a271-01993181fbaf"}
    helper = Rest(cast.home_helper)

    silent = helper.post("ServiceRequest", request(cast, **home_care))
    stated = helper.post("ServiceRequest", request(cast, **home_care, law="elderly-act"))
    by_paragraph = helper.post(
        "ServiceRequest",
        request(cast, **home_care, extension=[{"url": PARAGRAPH, "valueString": "§ 83a"}]),
    )
    rehabilitation = Rest(cast.doctor).post(
        "ServiceRequest", request(cast, "7fc66c15-0cb3-4c89-9e18-f3a01e6a6592", system=CARE_SOCIAL)
    )

    assert (silent.status, silent.error) == (422, "rule-broken")
    assert Intervention.objects.get(pk=stated.body["id"]).recorded_under == Law.ELDERLY
    assert Intervention.objects.get(pk=by_paragraph.body["id"]).recorded_under == Law.SERVICE
    assert extension(by_paragraph.body, PARAGRAPH) == "SEL § 83 a"
    assert Intervention.objects.get(pk=rehabilitation.body["id"]).recorded_under == Law.HEALTH


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"code": {"coding": [{"system": FSIII, "code": "G9.99"}]}}, 422, "unknown-code"),
        ({"code": {"coding": [{"system": FSIII, "code": PERSONAL_CARE["group of SEL § 83"]}]}}, 422, "unknown-code"),
        ({"code": {"coding": [{"system": "http://snomed.info/sct", "code": "abc"}]}}, 422, "unknown-code"),
        ({"code": {"coding": [{"system": "http://example.org", "code": "1"}]}}, 422, "unknown-code"),
        ({"status": "running"}, 422, "unknown-code"),
        ({"intent": "wish"}, 422, "unknown-code"),
        ({"category": [{"coding": [{"system": CARE_SOCIAL, "code": "8b962281-2ab6-4b10-9c91-4bac592d6d49"}]}]}, 422,
         "unknown-code"),
        ({"category": [{"coding": [{"system": CARE_SOCIAL, "code": "ad865929-7363-4b2d-a271-01993181fbaf"}]}]}, 422,
         "unknown-code"),
        ({"subject": {"reference": "Patient/not-a-key"}}, 422, "dangling-reference"),
        ({"subject": {"reference": "Group/5f0c9d0e-0000-7000-8000-000000000001"}}, 422, "dangling-reference"),
        ({"requester": {"reference": "Organization/5f0c9d0e-0000-7000-8000-000000000001"}}, 422, "dangling-reference"),
        ({"requester": {"reference": "Device/5f0c9d0e-0000-7000-8000-000000000001"}}, 422, "dangling-reference"),
        ({"basedOn": [{"reference": "ServiceRequest/5f0c9d0e-0000-7000-8000-000000000001"}]}, 422,
         "dangling-reference"),
        ({"reasonReference": [{"reference": "Condition/5f0c9d0e-0000-7000-8000-000000000001"}]}, 422,
         "dangling-reference"),
        ({"occurrencePeriod": {"start": "2026-03-02", "end": "2026-03-01"}}, 422, "rule-broken"),
        ({"occurrencePeriod": {"start": "soon"}}, 400, "wrong-shape"),
        ({"extension": [{"url": PARAGRAPH, "valueString": "SEL § 83"}]}, 422, "rule-broken"),
        ({"extension": [{"url": PARAGRAPH, "valueString": "helt frit"}]}, 422, "unknown-code"),
        ({"extension": [{"url": PARAGRAPH, "valueCode": "SUL § 138"}]}, 400, "wrong-shape"),
        ({"identifier": [{"system": "urn:oid:1.2.208.176.1.2", "value": "1"}]}, 422, "identifier-of-person"),
        ({"note": [{"text": "fri tekst"}]}, 400, "wrong-shape"),
        ({"doNotPerform": True}, 400, "wrong-shape"),
        ({"code": None}, 400, "wrong-shape"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_nothing_written(
    cast: Cast, change: dict[str, Any], status: int, code: str
) -> None:
    before = written()

    answer = Rest(cast.municipal_nurse).post("ServiceRequest", request(cast, "G1.39") | change)

    assert (answer.status, answer.error) == (status, code), answer.body
    assert written() == before
    assert not Intervention.objects.exists()
    assert not InterventionCondition.objects.exists()


def test_a_stated_act_that_is_not_the_codes_is_refused(cast: Cast) -> None:
    answer = Rest(cast.municipal_nurse).post("ServiceRequest", request(cast, "G1.39", law="service-act"))

    assert (answer.status, answer.error) == (422, "rule-broken")


def test_references_of_another_citizen_or_hidden_from_the_writer_look_as_if_they_were_not_there(cast: Cast) -> None:
    tove = cast.citizen.person
    foreign = factories.nursing_condition()
    factories.treatment_relation(citizen=foreign.citizen, origin=cast.units.nursing)
    home_care = factories.home_care_condition(citizen=tove, origin=cast.units.home_care)
    blocked = factories.nursing_condition(citizen=tove, origin=cast.units.practice)
    factories.private_marking(blocked)
    nurse = Rest(cast.municipal_nurse)

    answers = [
        nurse.post("ServiceRequest", request(cast, "G1.39", reasonReference=[{"reference": f"Condition/{item.pk}"}]))
        for item in (foreign, home_care, blocked)
    ]

    assert [(answer.status, answer.error) for answer in answers] == [(422, "dangling-reference")] * 3
    assert len({str(answer.body) for answer in answers}) == 1


def test_reasons_plan_and_goal_are_kept_and_told_to_those_who_may_see_them(cast: Cast) -> None:
    tove = cast.citizen.person
    reason = factories.nursing_condition(citizen=tove, origin=cast.units.nursing)
    plan = factories.intervention(citizen=tove, origin=cast.units.nursing)
    hidden = factories.home_care_condition(citizen=tove, origin=cast.units.home_care)
    body = request(
        cast,
        "G1.39",
        reasonReference=[{"reference": f"Condition/{reason.pk}"}],
        basedOn=[{"reference": f"ServiceRequest/{plan.pk}"}],
        requester={"reference": f"Organization/{cast.units.practice.pk}"},
    )

    made = Rest(cast.municipal_nurse).post("ServiceRequest", body)
    factories.intervention_condition(intervention_id=made.body["id"], condition=hidden)
    seen = Rest(cast.doctor).get(f"ServiceRequest/{made.body['id']}")
    own = Rest(cast.citizen).get(f"ServiceRequest/{made.body['id']}")

    assert made.body["reasonReference"] == seen.body["reasonReference"] == body["reasonReference"]
    assert seen.body["basedOn"] == body["basedOn"]
    assert seen.body["requester"] == body["requester"]
    assert str(hidden.pk) not in str(seen.body)
    assert {item["reference"] for item in own.body["reasonReference"]} == {
        f"Condition/{reason.pk}",
        f"Condition/{hidden.pk}",
    }


def test_a_change_makes_a_new_version(cast: Cast) -> None:
    nurse = Rest(cast.municipal_nurse)
    made = nurse.post("ServiceRequest", request(cast, "G1.39")).body

    changed = nurse.put(
        made | {"status": "completed", "occurrencePeriod": {"start": "2026-03-01", "end": "2026-03-09"}}
    )
    first = nurse.get(f"ServiceRequest/{made['id']}/_history/1")
    history = nurse.get(f"ServiceRequest/{made['id']}/_history")

    assert changed.status == 200, changed.body
    assert changed.headers["ETag"] == 'W/"2"'
    assert (changed.body["status"], first.body["status"]) == ("completed", "active")
    assert changed.body["occurrencePeriod"]["end"] == "2026-03-09T22:59:59.000Z"
    assert changed.body["authoredOn"] == made["authoredOn"]
    assert history.body["total"] == 2


def test_what_is_sent_back_as_it_was_read_changes_nothing(cast: Cast) -> None:
    nurse = Rest(cast.municipal_nurse)
    reason = factories.nursing_condition(citizen=cast.citizen.person, origin=cast.units.nursing)
    goal = factories.disease_goal(citizen=cast.citizen.person, origin=cast.units.nursing)
    pertains = "http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal"
    body = request(
        cast,
        "G1.39",
        reasonReference=[{"reference": f"Condition/{reason.pk}"}],
        extension=[{"url": pertains, "valueReference": {"reference": f"Goal/{goal.pk}"}}],
    )
    made = nurse.post("ServiceRequest", body).body

    again = nurse.put(made).body

    def told(resource: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in resource.items() if name != "meta"}

    assert extension(made, pertains) == {"reference": f"Goal/{goal.pk}"}
    assert told(again) == told(made) == told(nurse.get(f"ServiceRequest/{made['id']}").body)


def test_changes_need_the_current_version_and_keep_what_never_changes(cast: Cast) -> None:
    nurse = Rest(cast.municipal_nurse)
    made = nurse.post("ServiceRequest", request(cast, "G1.39")).body
    before = written()
    other = factories.citizen()

    def tried(change: dict[str, Any], version: int | None = 1) -> tuple[int, str]:
        answer = nurse.put({**made, **change, "meta": {}}, version)
        return answer.status, answer.error

    assert tried({}, 7) == (412, "version-conflict")
    assert tried({}, None) == (400, "missing-if-match")
    assert tried({"subject": {"reference": f"Patient/{other.pk}"}}) == (422, "rule-broken")
    home_care = {"code": {"coding": [{"system": FSIII, "code": "H1.1"}]}, "extension": [], "category": []}
    assert tried(home_care) == (422, "rule-broken")
    assert tried({"basedOn": [{"reference": f"ServiceRequest/{made['id']}"}]}) == (422, "dangling-reference")
    assert written() == before
    assert Intervention.objects.get(pk=made["id"]).version == 1


def test_only_the_unit_that_recorded_it_changes_it(cast: Cast) -> None:
    made = Rest(cast.municipal_nurse).post("ServiceRequest", request(cast, "G1.39")).body

    answers = {name: Rest(getattr(cast, name)).put(made | {"status": "revoked"}).status for name in READERS}

    assert answers.pop("municipal_nurse") == 200
    assert answers.pop("delegated_home_helper") == 412
    assert set(answers.values()) <= {403, 404}
    assert Intervention.objects.get(pk=made["id"]).version == 2


def test_what_was_entered_in_error_stays_so(cast: Cast) -> None:
    nurse = Rest(cast.municipal_nurse)
    made = nurse.post("ServiceRequest", request(cast, "G1.39")).body
    nurse.put(made | {"status": "entered-in-error"})

    answer = nurse.put(made | {"status": "active"}, 2)

    assert (answer.status, answer.error) == (422, "rule-broken")


def test_a_reason_hidden_from_the_writer_survives_her_change_untold(cast: Cast) -> None:
    nurse = Rest(cast.municipal_nurse)
    tove = cast.citizen.person
    made = nurse.post("ServiceRequest", request(cast, "G1.39")).body
    hidden = factories.home_care_condition(citizen=tove, origin=cast.units.home_care)
    factories.intervention_condition(intervention_id=made["id"], condition=hidden)

    changed = nurse.put(made | {"status": "on-hold"})

    assert changed.status == 200
    assert str(hidden.pk) not in str(changed.body)
    assert str(hidden.pk) not in str(nurse.get(f"ServiceRequest/{made['id']}/_history").body)
    assert InterventionCondition.objects.filter(intervention_id=made["id"], condition=hidden).exists()


def test_the_same_key_of_the_same_sender_is_taken_once(cast: Cast) -> None:
    nurse = Rest(cast.municipal_nurse)
    key = {"system": "https://patientoverblik.dk/fhir/identifier/source/test", "value": "k-9"}

    first = nurse.post("ServiceRequest", request(cast, "G1.39", identifier=[key]))
    second = nurse.post("ServiceRequest", request(cast, "G1.39", identifier=[key]))

    assert first.body["identifier"] == [key]
    assert (second.status, second.error) == (409, "already-exists")
    assert Intervention.objects.count() == 1


def test_statements(cast: Cast) -> None:
    cast.block.delete()  # of a citizen who has decided something a read costs one statement more
    tove = cast.citizen.person
    nurse = Rest(cast.municipal_nurse)
    reason = factories.nursing_condition(citizen=tove, origin=cast.units.nursing)
    body = request(cast, "G1.39", reasonReference=[{"reference": f"Condition/{reason.pk}"}])
    made = nurse.post("ServiceRequest", body).body

    def statements(act: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert act().status in (200, 201)
        return len([item for item in queries if "SAVEPOINT" not in item["sql"]])

    assert statements(lambda: nurse.get(f"ServiceRequest/{made['id']}")) == 1
    assert statements(lambda: nurse.get("ServiceRequest", patient=tove.pk, status="active")) == 1
    assert statements(lambda: nurse.post("ServiceRequest", request(cast, "G1.39"))) == 1
    assert statements(lambda: nurse.post("ServiceRequest", body)) == 5
    assert statements(lambda: nurse.put(made)) <= 8
