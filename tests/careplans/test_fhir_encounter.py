"""Encounter: contacts, under the act of the conditions they are about, through real HTTP with real tokens."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.vocabulary import Category, Law
from careplans.fhir import encounter
from careplans.models import Contact, InterventionCondition
from tests import factories
from tests.cast import Cast, make_cast
from tests.conformance import assert_valid
from tests.rest import Rest, codes, instant, written  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CARE_SOCIAL = "http://fhir.kl.dk/term/CodeSystem/CareSocialCodes"
FOLLOW_UP = "9f03dfbb-7a97-45a5-94db-d4c3501714a9"
LAW = "http://ehealth.sundhed.dk/cs/jurisdiction"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def visit(cast: Cast, *reasons: Any, law: str = "", **more: Any) -> dict[str, Any]:
    """An Encounter as a client would send it."""
    body: dict[str, Any] = {
        "resourceType": "Encounter",
        "status": "planned",
        "class": {"system": ACT_CODE, "code": "HH"},
        "type": [{"coding": [{"system": CARE_SOCIAL, "code": FOLLOW_UP}]}],
        "subject": {"reference": f"Patient/{cast.citizen.person.pk}"},
        "period": {"start": "2026-03-05T09:00:00+01:00"},
        "reasonReference": [{"reference": f"Condition/{reason.pk}"} for reason in reasons],
        **more,
    }
    if law:
        body["meta"] = {"security": [{"system": LAW, "code": law}]}
    return body


def test_a_row_becomes_an_encounter() -> None:
    row = {
        "id": "5f0c9d0e-0000-7000-8000-000000000001",
        "citizen_id": "5f0c9d0e-0000-7000-8000-000000000002",
        "origin_id": "5f0c9d0e-0000-7000-8000-000000000003",
        "recorded_under": "service-act",
        "version": 1,
        "updated_at": instant(2026, 3, 1),
        "source": "",
        "source_id": "",
        "status": "planned",
        "class_system": ACT_CODE,
        "class_code": "HH",
        "type_system": "",
        "type_code": "",
        "start": instant(2026, 3, 5),
        "end": None,
        "reasons": [],
        "rules": ["own-service"],
    }

    made = encounter.to_fhir(row, None)  # type: ignore[arg-type]

    assert_valid(made)
    assert made["class"] == {"system": ACT_CODE, "code": "HH"}
    assert "type" not in made
    assert made["period"] == {"start": "2026-03-05T09:00:00.000Z"}


def test_a_contact_stands_under_the_act_of_its_reasons(cast: Cast) -> None:
    about = {"citizen": cast.citizen.person, "origin": cast.units.home_care}
    service = factories.home_care_condition(**about)
    elderly = factories.home_care_condition(**about, recorded_under=Law.ELDERLY)
    nursing = factories.nursing_condition(citizen=cast.citizen.person, origin=cast.units.nursing)
    helper, nurse = Rest(cast.home_helper), Rest(cast.municipal_nurse)

    answers = [
        helper.post("Encounter", visit(cast, service)),
        helper.post("Encounter", visit(cast, elderly)),
        helper.post("Encounter", visit(cast, law="elderly-act")),
        helper.post("Encounter", visit(cast, service, elderly, law="elderly-act")),
        nurse.post("Encounter", visit(cast, nursing)),
        nurse.post("Encounter", visit(cast)),
    ]

    stored = [Contact.objects.get(pk=answer.body["id"]) for answer in answers]
    assert [(row.recorded_under, row.category) for row in stored] == [
        (Law.SERVICE, Category.INT_SOC),
        (Law.ELDERLY, Category.INT_SOC),
        (Law.ELDERLY, Category.INT_SOC),
        (Law.ELDERLY, Category.INT_SOC),
        (Law.HEALTH, Category.INT_SUL),
        (Law.HEALTH, Category.INT_SUL),
    ]
    assert answers[0].body["serviceProvider"] == {"reference": f"Organization/{cast.units.home_care.pk}"}
    assert stored[0].occurred_at == stored[0].start


def test_what_act_is_missing_or_mixed_is_refused(cast: Cast) -> None:
    about = {"citizen": cast.citizen.person, "origin": cast.units.home_care}
    service = factories.home_care_condition(**about)
    elderly = factories.home_care_condition(**about, recorded_under=Law.ELDERLY)
    consented = factories.nursing_condition(citizen=cast.citizen.person, origin=cast.units.nursing)
    factories.disclosure_consent(citizen=cast.citizen.person, recipient_unit=cast.units.home_care)
    helper = Rest(cast.home_helper)
    before = written()

    bodies = [
        visit(cast),
        visit(cast, service, elderly),
        visit(cast, service, law="elderly-act"),
        visit(cast, service, consented),
        visit(cast, service, consented, law="service-act"),
    ]

    assert [helper.post("Encounter", body).error for body in bodies] == ["rule-broken"] * 5
    assert written() == before


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"class": {"system": ACT_CODE, "code": "ODD"}}, 422, "unknown-code"),
        ({"class": {"system": CARE_SOCIAL, "code": FOLLOW_UP}}, 422, "unknown-code"),
        ({"type": [{"coding": [{"system": CARE_SOCIAL, "code": "124be95d-6924-4609-9d2a-e7c73ae3ab3d"}]}]}, 422,
         "unknown-code"),
        ({"type": [{}, {}]}, 422, "rule-broken"),
        ({"status": "booked"}, 422, "unknown-code"),
        ({"period": {"end": "2026-03-05"}}, 422, "rule-broken"),
        ({"period": {"start": "2026-03-05", "end": "2026-03-04"}}, 422, "rule-broken"),
        ({"period": {"start": "0001-01-01"}}, 400, "wrong-shape"),
        ({"serviceProvider": {"reference": "Organization/5f0c9d0e-0000-7000-8000-000000000001"}}, 422, "rule-broken"),
        ({"reasonReference": [{"reference": "Condition/5f0c9d0e-0000-7000-8000-000000000001"}]}, 422,
         "dangling-reference"),
        ({"participant": []}, 400, "wrong-shape"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_nothing_written(
    cast: Cast, change: dict[str, Any], status: int, code: str
) -> None:
    before = written()

    answer = Rest(cast.municipal_nurse).post("Encounter", visit(cast) | change)

    assert (answer.status, answer.error) == (status, code), answer.body
    assert written() == before
    assert not Contact.objects.exists()
    assert not InterventionCondition.objects.exists()


def test_who_may_read_and_who_may_write(cast: Cast) -> None:
    tove = cast.citizen.person
    nursing = factories.contact(citizen=tove, origin=cast.units.nursing)
    home_care = factories.contact(citizen=tove, origin=cast.units.home_care, recorded_under=Law.SERVICE)
    names = ("doctor", "gp", "citizen", "daughter", "home_helper", "caseworker", "stranger", "blocked_doctor")

    def readers(thing: Contact) -> set[str]:
        return {name for name in names if Rest(getattr(cast, name)).get(f"Encounter/{thing.pk}").status == 200}

    assert readers(nursing) == {"doctor", "gp", "citizen", "daughter"}
    assert readers(home_care) == {"citizen", "daughter", "home_helper"}
    assert Rest(cast.stranger).post("Encounter", visit(cast)).status == 403
    assert Rest(cast.citizen).post("Encounter", visit(cast)).status == 403
    assert Rest(cast.home_helper).post("Encounter", visit(cast, law="healthcare-act")).status == 403
    assert Rest(cast.doctor).post("Encounter", visit(cast, law="service-act")).status == 403
    assert Rest(cast.doctor).post("Encounter", visit(cast)).status == 201


def test_search_parameters_and_pages(cast: Cast) -> None:
    tove = cast.citizen.person
    about = {"citizen": tove, "origin": cast.units.nursing}
    old = factories.contact(
        **about, start=instant(2025, 5, 1), end=instant(2025, 5, 1, 10), status="finished", source="eoj", source_id="e1"
    )
    new = factories.contact(**about, start=instant(2026, 5, 1), class_code="AMB", type_code="", type_system="")
    doctor = Rest(cast.doctor)
    asked: list[tuple[dict[str, str], list[Contact]]] = [
        ({"_sort": "-date"}, [new, old]),
        ({"_id": str(new.pk)}, [new]),
        ({"date": "2025-05"}, [old]),
        ({"date": "ge2026"}, [new]),
        ({"date": "lt2026"}, [old]),
        ({"class": f"{ACT_CODE}|AMB"}, [new]),
        ({"type": FOLLOW_UP}, [old]),
        ({"status": "finished"}, [old]),
        ({"identifier": "e1"}, [old]),
    ]

    for parameters, expected in asked:
        answer = doctor.get("Encounter", patient=tove.pk, **parameters)
        assert answer.ids == [str(item.pk) for item in expected], parameters
    provider = {"service-provider": f"Organization/{cast.units.nursing.pk}"}
    assert len(doctor.get("Encounter", patient=tove.pk, **provider).ids) == 2
    assert doctor.get("Encounter", patient=tove.pk, participant="x").error == "unknown-parameter"
    assert doctor.get("Encounter", subject=f"Patient/{tove.pk}", _count=1).next
    assert Rest(cast.stranger).get("Encounter", subject=f"Patient/{tove.pk}").status == 403


def test_changes(cast: Cast) -> None:
    nurse = Rest(cast.municipal_nurse)
    reason = factories.nursing_condition(citizen=cast.citizen.person, origin=cast.units.nursing)
    social = factories.home_care_condition(citizen=cast.citizen.person, origin=cast.units.home_care)
    made = nurse.post("Encounter", visit(cast)).body

    held = nurse.put(
        made
        | {
            "status": "finished",
            "period": {"start": "2026-03-05T09:10:00+01:00", "end": "2026-03-05T09:40:00+01:00"},
            "reasonReference": [{"reference": f"Condition/{reason.pk}"}],
        }
    )
    mine = held.body
    refused = [
        nurse.put(mine | {"reasonReference": [{"reference": f"Condition/{social.pk}"}]}, 2),
        nurse.put(mine, 1),
        nurse.put({**mine, "meta": {}}, None),
        Rest(cast.doctor).put(mine, 2),
        Rest(cast.home_helper).put(mine, 2),
        Rest(cast.stranger).put(mine, 2),
    ]

    assert (held.status, held.body["reasonReference"]) == (200, [{"reference": f"Condition/{reason.pk}"}])
    assert [answer.status for answer in refused] == [422, 412, 400, 403, 403, 403]
    stored = Contact.objects.get(pk=made["id"])
    assert (stored.version, stored.occurred_at) == (2, stored.start)


def test_the_act_of_a_contact_never_changes(cast: Cast) -> None:
    helper = Rest(cast.home_helper)
    about = {"citizen": cast.citizen.person, "origin": cast.units.home_care}
    elderly = factories.home_care_condition(**about, recorded_under=Law.ELDERLY)
    made = helper.post("Encounter", visit(cast, law="service-act")).body

    by_reason = helper.put({**made, "reasonReference": [{"reference": f"Condition/{elderly.pk}"}], "extension": []})
    by_statement = helper.put({**made, "extension": [], **visit(cast, law="elderly-act"), "id": made["id"]})

    assert [by_reason.error, by_statement.error] == ["rule-broken"] * 2


def test_statements(cast: Cast) -> None:
    cast.block.delete()  # of a citizen who has decided something a read costs one statement more
    tove = cast.citizen.person
    nurse = Rest(cast.municipal_nurse)
    made = nurse.post("Encounter", visit(cast)).body

    def statements(act: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert act().status in (200, 201)
        return len([item for item in queries if "SAVEPOINT" not in item["sql"]])

    assert statements(lambda: nurse.get(f"Encounter/{made['id']}")) == 1
    assert statements(lambda: nurse.get("Encounter", patient=tove.pk)) == 1
    assert statements(lambda: nurse.post("Encounter", visit(cast))) == 1
