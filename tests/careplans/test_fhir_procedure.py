"""Procedure: what was carried out, through real HTTP with real tokens."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.vocabulary import Category, Law
from careplans.fhir import procedure
from careplans.models import CompletedIntervention
from tests import factories
from tests.cast import Cast, make_cast
from tests.conformance import assert_valid
from tests.rest import Rest, codes, instant, written  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]

FSIII = "urn:oid:1.2.208.176.2.21"
SKS = "urn:oid:1.2.208.176.2.4"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def done(cast: Cast, code: str, **more: Any) -> dict[str, Any]:
    """A Procedure as a client would send it."""
    return {
        "resourceType": "Procedure",
        "status": "completed",
        "code": {"coding": [{"system": FSIII, "code": code}]},
        "subject": {"reference": f"Patient/{cast.citizen.person.pk}"},
        "performedDateTime": "2026-03-01T10:15:00+01:00",
        **more,
    }


def test_a_row_becomes_a_procedure() -> None:
    row = {
        "id": "5f0c9d0e-0000-7000-8000-000000000001",
        "citizen_id": "5f0c9d0e-0000-7000-8000-000000000002",
        "author_id": None,
        "recorded_under": "health-act",
        "version": 1,
        "updated_at": instant(2026, 3, 1),
        "source": "",
        "source_id": "",
        "status": "completed",
        "code_system": FSIII,
        "code": "76878386-b3d2-4320-828a-a700e8a66234",
        "display": "Sårbehandling",
        "performed_at": instant(2026, 3, 1),
        "reasons": [],
        "intervention": None,
        "rules": ["own-record"],
    }

    made = procedure.to_fhir(row, None)  # type: ignore[arg-type]

    assert_valid(made)
    assert not {"reasonReference", "basedOn", "recorder", "identifier"} & made.keys()
    assert made["performedDateTime"] == "2026-03-01T09:00:00.000Z"


@pytest.mark.parametrize(
    ("writer", "code", "law", "category"),
    [
        ("municipal_nurse", "G1.39", Law.HEALTH, Category.INT_SUL),
        ("home_helper", "H1.8", Law.SERVICE, Category.INT_SOC),
        ("home_helper", "8dc5f564-b8c6-4aa1-ba34-682d62d15f31", Law.ELDERLY, Category.INT_SOC),
    ],
)
def test_the_act_follows_from_the_code(cast: Cast, writer: str, code: str, law: Law, category: Category) -> None:
    answer = Rest(getattr(cast, writer)).post("Procedure", done(cast, code))

    stored = CompletedIntervention.objects.get(pk=answer.body["id"])
    assert (stored.recorded_under, stored.category) == (law, category)
    assert stored.occurred_at == stored.performed_at
    assert answer.body["recorder"] == {"reference": f"Practitioner/{getattr(cast, writer).person.pk}"}


def test_it_refers_to_its_plan_and_reasons(cast: Cast) -> None:
    tove = cast.citizen.person
    plan = factories.intervention(citizen=tove, origin=cast.units.nursing)
    reason = factories.nursing_condition(citizen=tove, origin=cast.units.nursing)
    body = done(cast, "") | {
        "code": {"coding": [{"system": SKS, "code": "BKAA1", "display": "Sårpleje"}]},
        "basedOn": [{"reference": f"ServiceRequest/{plan.pk}"}],
        "reasonReference": [{"reference": f"Condition/{reason.pk}"}],
    }

    made = Rest(cast.municipal_nurse).post("Procedure", body)
    seen = Rest(cast.gp).get(f"Procedure/{made.body['id']}")

    assert made.status == 201, made.body
    assert seen.body == made.body
    assert (seen.body["basedOn"], seen.body["reasonReference"]) == (body["basedOn"], body["reasonReference"])


def test_the_plan_is_of_the_same_act(cast: Cast) -> None:
    tove = cast.citizen.person
    elderly = factories.elderly_care_intervention(citizen=tove, origin=cast.units.home_care)
    hidden = factories.intervention(citizen=tove, origin=cast.units.nursing)
    foreign = factories.home_care_intervention()
    before = written()

    answers = [
        Rest(cast.home_helper).post(
            "Procedure", done(cast, "H1.8", basedOn=[{"reference": f"ServiceRequest/{plan.pk}"}])
        )
        for plan in (elderly, hidden, foreign)
    ]

    assert [answer.error for answer in answers] == ["rule-broken", "dangling-reference", "dangling-reference"]
    assert written() == before


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"status": "in-progress"}, 422, "unknown-code"),
        ({"performedDateTime": ""}, 422, "rule-broken"),
        ({"performedDateTime": "i går"}, 400, "wrong-shape"),
        ({"code": {"text": "Sårpleje"}}, 422, "unknown-code"),
        ({"code": {"coding": [{"system": FSIII, "code": "I4.4"}]}}, 422, "unknown-code"),
        ({"basedOn": [{"reference": "CarePlan/5f0c9d0e-0000-7000-8000-000000000001"}]}, 422, "dangling-reference"),
        ({"basedOn": [{"reference": f"ServiceRequest/5f0c9d0e-0000-7000-8000-00000000000{n}"} for n in (1, 2)]}, 422,
         "rule-broken"),
        ({"outcome": {"text": "godt"}}, 400, "wrong-shape"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_nothing_written(
    cast: Cast, change: dict[str, Any], status: int, code: str
) -> None:
    before = written()

    answer = Rest(cast.municipal_nurse).post("Procedure", done(cast, "G1.39") | change)

    assert (answer.status, answer.error) == (status, code), answer.body
    assert written() == before
    assert not CompletedIntervention.objects.exists()


def test_who_may_write_and_who_may_read(cast: Cast) -> None:
    made = Rest(cast.municipal_nurse).post("Procedure", done(cast, "G1.39")).body
    names = ("doctor", "gp", "citizen", "daughter", "home_helper", "caseworker", "stranger", "blocked_doctor")

    reads = {name: Rest(getattr(cast, name)).get(f"Procedure/{made['id']}").status for name in names}
    writes = {name: Rest(getattr(cast, name)).post("Procedure", done(cast, "G1.39")).status for name in names}

    assert {name for name, status in reads.items() if status == 200} == {"doctor", "gp", "citizen", "daughter"}
    assert (reads["home_helper"], reads["stranger"], reads["blocked_doctor"]) == (403, 403, 404)
    assert {name for name, status in writes.items() if status == 201} == {"doctor", "gp", "blocked_doctor"}
    assert (writes["citizen"], writes["home_helper"], writes["stranger"]) == (403, 403, 403)


def test_it_is_not_changed(cast: Cast) -> None:
    nurse = Rest(cast.municipal_nurse)
    made = nurse.post("Procedure", done(cast, "G1.39")).body

    assert nurse.put(made | {"status": "entered-in-error"}).status == 405


def test_search_parameters_and_pages(cast: Cast) -> None:
    tove = cast.citizen.person
    about = {"citizen": tove, "origin": cast.units.nursing}
    plan = factories.intervention(**about)
    old = factories.completed_intervention(**about, performed_at=instant(2025, 5, 1), source="eoj", source_id="p-1")
    new = factories.completed_intervention(
        **about,
        performed_at=instant(2026, 5, 1),
        code="76878386-b3d2-4320-828a-a700e8a66234",
        intervention=plan,
        status="entered-in-error",
    )
    doctor = Rest(cast.doctor)
    asked: list[tuple[dict[str, str], list[Any]]] = [
        ({"_sort": "-date"}, [new, old]),
        ({"_sort": "date", "_count": "1"}, [old]),
        ({"_id": str(old.pk)}, [old]),
        ({"date": "2025"}, [old]),
        ({"date": "ge2026-01-01"}, [new]),
        ({"code": f"{FSIII}|G1.39"}, [new]),
        ({"status": "completed"}, [old]),
        ({"based-on": f"ServiceRequest/{plan.pk}"}, [new]),
        ({"identifier": "p-1"}, [old]),
    ]

    for parameters, expected in asked:
        answer = doctor.get("Procedure", patient=tove.pk, **parameters)
        assert answer.ids == [str(item.pk) for item in expected], parameters
    assert doctor.get("Procedure", patient=tove.pk, performer="x").error == "unknown-parameter"
    assert doctor.get("Procedure", subject=f"Patient/{tove.pk}", _count=1).next


def test_statements(cast: Cast) -> None:
    cast.block.delete()  # of a citizen who has decided something a read costs one statement more
    tove = cast.citizen.person
    nurse = Rest(cast.municipal_nurse)
    made = nurse.post("Procedure", done(cast, "G1.39")).body

    def statements(act: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert act().status in (200, 201)
        return len([item for item in queries if "SAVEPOINT" not in item["sql"]])

    assert statements(lambda: nurse.get(f"Procedure/{made['id']}")) == 1
    assert statements(lambda: nurse.get("Procedure", patient=tove.pk)) == 1
    assert statements(lambda: nurse.post("Procedure", done(cast, "G1.39"))) == 1
