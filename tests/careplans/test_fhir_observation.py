"""Observation: follow-ups, under the act of what they are about, through real HTTP with real tokens."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.vocabulary import Category, Law
from careplans.fhir import observation
from careplans.models import FollowUp
from tests import factories
from tests.cast import Cast, make_cast
from tests.conformance import assert_valid
from tests.rest import Rest, codes, instant, written  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]

FSIII = "urn:oid:1.2.208.176.2.21"
SNOMED = "http://snomed.info/sct"
NPU = "urn:oid:1.2.208.176.2.1"
CONTINUES = "9c90b0e5-9c0a-4b72-a18c-76cd6d6c6213"
LAW = "http://ehealth.sundhed.dk/cs/jurisdiction"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def follow_up(cast: Cast, *focus: Any, law: str = "", **more: Any) -> dict[str, Any]:
    """An Observation as a client would send it: a follow-up that continues."""
    body: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": SNOMED, "code": "712744002"}]},
        "subject": {"reference": f"Patient/{cast.citizen.person.pk}"},
        "focus": [{"reference": f"Condition/{item.pk}"} for item in focus],
        "effectiveDateTime": "2026-03-05",
        "valueCodeableConcept": {"coding": [{"system": FSIII, "code": "E1"}]},
        **more,
    }
    if law:
        body["meta"] = {"security": [{"system": LAW, "code": law}]}
    return body


def test_a_row_becomes_an_observation() -> None:
    row = {
        "id": "5f0c9d0e-0000-7000-8000-000000000001",
        "citizen_id": "5f0c9d0e-0000-7000-8000-000000000002",
        "author_id": None,
        "author_kind": "citizen",
        "recorded_under": "health-act",
        "version": 1,
        "occurred_at": instant(2026, 3, 5),
        "updated_at": instant(2026, 3, 5),
        "source": "",
        "source_id": "",
        "status": "final",
        "code_system": NPU,
        "code": "NPU27300",
        "value_system": "",
        "value_code": "",
        "value_quantity": Decimal("53.0000"),
        "value_unit": "mmol/mol",
        "condition": "5f0c9d0e-0000-7000-8000-000000000003",
        "intervention": None,
        "contact": None,
        "rules": ["own-record"],
    }

    made = observation.to_fhir(row, None)  # type: ignore[arg-type]

    assert_valid(made)
    assert made["valueQuantity"]["value"] == 53
    assert made["performer"] == [{"reference": "Patient/5f0c9d0e-0000-7000-8000-000000000002"}]
    assert not {"basedOn", "encounter", "valueCodeableConcept"} & made.keys()


def test_a_follow_up_stands_under_the_act_of_what_it_is_about(cast: Cast) -> None:
    tove = cast.citizen.person
    diagnosis = factories.diagnosis(citizen=tove, origin=cast.units.practice)
    nursing = factories.nursing_condition(citizen=tove, origin=cast.units.nursing)
    elderly = factories.home_care_condition(citizen=tove, origin=cast.units.home_care, recorded_under=Law.ELDERLY)
    cleaning = factories.home_care_intervention(citizen=tove, origin=cast.units.home_care)
    visit = factories.contact(citizen=tove, origin=cast.units.nursing)
    nurse, helper = Rest(cast.municipal_nurse), Rest(cast.home_helper)

    answers = [
        nurse.post("Observation", follow_up(cast, diagnosis)),
        nurse.post("Observation", follow_up(cast, nursing, encounter={"reference": f"Encounter/{visit.pk}"})),
        helper.post("Observation", follow_up(cast, elderly)),
        helper.post("Observation", follow_up(cast, basedOn=[{"reference": f"ServiceRequest/{cleaning.pk}"}])),
        nurse.post("Observation", follow_up(cast, encounter={"reference": f"Encounter/{visit.pk}"})),
        nurse.post("Observation", follow_up(cast)),
        helper.post("Observation", follow_up(cast, law="service-act")),
    ]

    stored = [FollowUp.objects.get(pk=answer.body["id"]) for answer in answers]
    assert [(row.recorded_under, row.category) for row in stored] == [
        (Law.HEALTH, Category.DIAG),
        (Law.HEALTH, Category.COND_SUL),
        (Law.ELDERLY, Category.COND_SOC),
        (Law.SERVICE, Category.INT_SOC),
        (Law.HEALTH, Category.INT_SUL),
        (Law.HEALTH, Category.COND_SUL),
        (Law.SERVICE, Category.COND_SOC),
    ]
    assert answers[1].body["focus"] == [{"reference": f"Condition/{nursing.pk}"}]
    assert answers[1].body["encounter"] == {"reference": f"Encounter/{visit.pk}"}
    assert answers[3].body["basedOn"] == [{"reference": f"ServiceRequest/{cleaning.pk}"}]
    assert answers[0].body["valueCodeableConcept"]["coding"][0]["code"] == CONTINUES
    assert answers[0].body["performer"] == [{"reference": f"Practitioner/{cast.municipal_nurse.person.pk}"}]


def test_who_may_not_see_the_thing_finds_no_trace_of_it(cast: Cast) -> None:
    tove = cast.citizen.person
    blocked = factories.nursing_condition(citizen=tove, origin=cast.units.practice)
    thing = factories.follow_up(condition=blocked, citizen=tove, origin=cast.units.nursing)
    nurse = Rest(cast.municipal_nurse)
    before = nurse.get(f"Observation/{thing.pk}").body
    factories.private_marking(blocked)

    after = nurse.get(f"Observation/{thing.pk}").body
    found = nurse.get("Observation", patient=tove.pk, focus=f"Condition/{blocked.pk}")
    changed = nurse.put({**after, "status": "amended", "meta": {}})
    guessed = nurse.put({**after, "focus": [{"reference": f"Condition/{blocked.pk}"}], "meta": {}}, 2)
    foreign = nurse.post("Observation", follow_up(cast, blocked))

    assert before["focus"] == [{"reference": f"Condition/{blocked.pk}"}]
    assert "focus" not in after
    assert found.ids == []
    assert (changed.status, str(blocked.pk) in str(changed.body)) == (200, False)
    assert (guessed.status, guessed.error) == (422, "rule-broken")
    assert (foreign.status, foreign.error) == (422, "dangling-reference")
    assert FollowUp.objects.get(pk=thing.pk).condition_id == blocked.pk


def test_earlier_versions_do_not_tell_what_is_hidden_today(cast: Cast) -> None:
    nurse = Rest(cast.municipal_nurse)
    condition = factories.nursing_condition(citizen=cast.citizen.person, origin=cast.units.practice)
    made = nurse.post("Observation", follow_up(cast, condition)).body
    factories.private_marking(condition)

    version = nurse.get(f"Observation/{made['id']}/_history/1")

    assert version.status == 200
    assert str(condition.pk) not in str(version.body)


def test_a_measurement_has_a_number(cast: Cast) -> None:
    body = follow_up(cast, code={"coding": [{"system": NPU, "code": "NPU27300"}]})
    del body["valueCodeableConcept"]
    nurse = Rest(cast.municipal_nurse)

    made = nurse.post("Observation", body | {"valueQuantity": {"value": 52.5, "unit": "mmol/mol"}})
    compared = nurse.post("Observation", body | {"valueQuantity": {"value": 52, "comparator": "<"}})

    assert made.body["valueQuantity"] == {
        "value": 52.5,
        "unit": "mmol/mol",
        "system": "http://unitsofmeasure.org",
        "code": "mmol/mol",
    }
    assert (compared.status, compared.error) == (422, "rule-broken")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"valueCodeableConcept": {"coding": [{"system": FSIII, "code": "B3"}]}}, 422, "unknown-code"),
        ({"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "712744002"}]}}, 422, "unknown-code"),
        ({"valueCodeableConcept": None}, 422, "rule-broken"),
        ({"code": {"coding": [{"system": FSIII, "code": "G1.39"}]}}, 422, "unknown-code"),
        ({"code": {"coding": [{"system": NPU, "code": "27300"}]}}, 422, "unknown-code"),
        ({"status": "done"}, 422, "unknown-code"),
        ({"focus": [{"reference": "Goal/5f0c9d0e-0000-7000-8000-000000000001"}]}, 422, "dangling-reference"),
        ({"focus": [{"reference": f"Condition/5f0c9d0e-0000-7000-8000-00000000000{n}"} for n in (1, 2)]}, 422,
         "rule-broken"),
        ({"focus": [{"reference": "Condition/5f0c9d0e-0000-7000-8000-000000000001"}]}, 422, "dangling-reference"),
        ({"effectiveDateTime": "2026-13-01"}, 400, "wrong-shape"),
        ({"note": [{"text": "x"}]}, 400, "wrong-shape"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_nothing_written(
    cast: Cast, change: dict[str, Any], status: int, code: str
) -> None:
    before = written()

    answer = Rest(cast.municipal_nurse).post("Observation", follow_up(cast) | change)

    assert (answer.status, answer.error) == (status, code), answer.body
    assert written() == before
    assert not FollowUp.objects.exists()


def test_things_of_both_sides_are_observed_one_by_one(cast: Cast) -> None:
    tove = cast.citizen.person
    social = factories.home_care_condition(citizen=tove, origin=cast.units.home_care)
    nursing = factories.intervention(citizen=tove, origin=cast.units.nursing)
    factories.consent(citizen=tove, recipient_unit=cast.units.nursing)
    body = follow_up(cast, social, basedOn=[{"reference": f"ServiceRequest/{nursing.pk}"}])

    answer = Rest(cast.municipal_nurse).post("Observation", body)

    assert (answer.status, answer.error) == (422, "rule-broken")


def test_who_may_read_and_who_may_write(cast: Cast) -> None:
    tove = cast.citizen.person
    nursing = factories.follow_up(citizen=tove, origin=cast.units.nursing)
    function = factories.home_care_condition(citizen=tove, origin=cast.units.home_care)
    social = factories.follow_up(condition=function)
    names = ("doctor", "gp", "citizen", "daughter", "home_helper", "caseworker", "stranger", "blocked_doctor")

    def readers(thing: FollowUp) -> set[str]:
        return {name for name in names if Rest(getattr(cast, name)).get(f"Observation/{thing.pk}").status == 200}

    assert readers(nursing) == {"doctor", "gp", "citizen", "daughter"}
    assert readers(social) == {"citizen", "daughter", "home_helper"}
    writes = {name: Rest(getattr(cast, name)).post("Observation", follow_up(cast, function)).status for name in names}
    assert {name for name, status in writes.items() if status == 201} == {"home_helper"}
    assert (writes["stranger"], writes["citizen"]) == (403, 403)


def test_search_parameters_and_pages(cast: Cast) -> None:
    tove = cast.citizen.person
    about = {"citizen": tove, "origin": cast.units.nursing}
    plan, visit = factories.intervention(**about), factories.contact(**about)
    old = factories.follow_up(
        **about, intervention=plan, contact=visit, occurred_at=instant(2025, 5, 1), source="eoj", source_id="o1"
    )
    new = factories.follow_up(
        **about, occurred_at=instant(2026, 5, 1), status="preliminary", code_system=NPU, code="NPU27300", value_code=""
    )
    doctor = Rest(cast.doctor)
    asked: list[tuple[dict[str, str], list[FollowUp]]] = [
        ({"_sort": "-date"}, [new, old]),
        ({"_id": str(new.pk)}, [new]),
        ({"date": "2025"}, [old]),
        ({"date": "ge2026-05-01"}, [new]),
        ({"code": f"{NPU}|NPU27300"}, [new]),
        ({"status": "final"}, [old]),
        ({"value-concept": f"{FSIII}|E1"}, [old]),
        ({"focus": f"Condition/{new.condition_id}"}, [new]),
        ({"based-on": f"ServiceRequest/{plan.pk}"}, [old]),
        ({"encounter": f"Encounter/{visit.pk}"}, [old]),
        ({"identifier": "o1"}, [old]),
    ]

    for parameters, expected in asked:
        answer = doctor.get("Observation", patient=tove.pk, **parameters)
        assert answer.ids == [str(item.pk) for item in expected], parameters
    assert doctor.get("Observation", patient=tove.pk, performer="x").error == "unknown-parameter"
    assert doctor.get("Observation", subject=f"Patient/{tove.pk}", _count=1).next


def test_changes(cast: Cast) -> None:
    nurse = Rest(cast.municipal_nurse)
    condition = factories.nursing_condition(citizen=cast.citizen.person, origin=cast.units.nursing)
    other = factories.nursing_condition(citizen=cast.citizen.person, origin=cast.units.nursing)
    made = nurse.post("Observation", follow_up(cast, condition)).body

    changed = nurse.put(
        made | {"status": "amended", "valueCodeableConcept": {"coding": [{"system": FSIII, "code": "E3"}]}}
    )
    mine = changed.body
    refused = [
        nurse.put(mine | {"focus": [{"reference": f"Condition/{other.pk}"}]}, 2),
        nurse.put(mine, 1),
        nurse.put({**mine, "meta": {}}, None),
        Rest(cast.gp).put(mine, 2),
        Rest(cast.home_helper).put(mine, 2),
    ]

    assert changed.status == 200, changed.body
    assert changed.body["focus"] == made["focus"]
    assert changed.body["effectiveDateTime"] == made["effectiveDateTime"]
    assert [answer.status for answer in refused] == [422, 412, 400, 403, 403]
    assert FollowUp.objects.get(pk=made["id"]).version == 2


def test_statements(cast: Cast) -> None:
    cast.block.delete()  # of a citizen who has decided something a read costs one statement more
    tove = cast.citizen.person
    nurse = Rest(cast.municipal_nurse)
    condition = factories.nursing_condition(citizen=tove, origin=cast.units.nursing)
    made = nurse.post("Observation", follow_up(cast, condition)).body

    def statements(act: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert act().status in (200, 201)
        return len([item for item in queries if "SAVEPOINT" not in item["sql"]])

    assert statements(lambda: nurse.get(f"Observation/{made['id']}")) == 1
    assert statements(lambda: nurse.get("Observation", patient=tove.pk)) == 1
    assert statements(lambda: nurse.post("Observation", follow_up(cast))) == 1
    assert statements(lambda: nurse.post("Observation", follow_up(cast, condition))) == 2
