"""Appointment: who sees what of it, and what it is found by, through real HTTP with real tokens."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.open_questions import ELDERLY_APPOINTMENTS, REHABILITATION_AND_MEALS, SERVICE_NAMES
from access.search import compile_query
from access.vocabulary import Category
from appointments.fhir.resource import APPOINTMENT
from appointments.models import Appointment
from audit.models import Entry
from fhir.search import parse
from tests import factories
from tests.cast import Cast, make_cast
from tests.rest import Rest, codes, instant  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]

PARAGRAPH = "https://patientoverblik.dk/fhir/StructureDefinition/service-paragraph"
SNOMED = "http://snomed.info/sct"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


NAMES = (
    "citizen", "daughter", "doctor", "gp", "municipal_nurse", "delegated_home_helper", "clerk", "home_helper",
    "caseworker", "social_psychiatry_worker", "stranger", "blocked_doctor",
)  # fmt: skip
HEALTH = {"doctor", "gp", "municipal_nurse", "delegated_home_helper", "clerk"}
OWN = {"home_helper", "caseworker"}
HERSELF = {"citizen", "daughter"}


def test_who_sees_which_appointments(cast: Cast) -> None:
    about = {"citizen": cast.citizen.person}
    home = {**about, "origin": cast.units.home_care}
    things = {
        "hospital": factories.appointment(**about, origin=cast.units.ward),
        "home care": factories.home_care_visit(**home),
        "support": factories.support_visit(**home),
        "elderly": factories.elderly_care_visit(**home),
    }

    seen = {
        kind: {name for name in NAMES if Rest(getattr(cast, name)).get(f"Appointment/{thing.pk}").status == 200}
        for kind, thing in things.items()
    }

    assert seen["hospital"] == HERSELF | HEALTH
    assert seen["home care"] == HERSELF | HEALTH | OWN
    assert seen["support"] == HERSELF | OWN
    assert seen["elderly"] == HERSELF | OWN
    lists = {name: Rest(getattr(cast, name)).get("Appointment", patient=about["citizen"].pk) for name in NAMES}
    for name, answer in lists.items():
        expected = {str(things[kind].pk) for kind, names in seen.items() if name in names}
        assert set(answer.ids if answer.status == 200 else ()) == expected, name


def visit_with_everything(cast: Cast, **more: Any) -> Appointment:
    """A home care visit of which there is something to withhold."""
    helper = cast.home_helper
    fields = {
        "citizen": cast.citizen.person,
        "origin": cast.units.home_care,
        "performer": helper.person,
        "location": factories.location(organisation=cast.units.home_care),
        "requester": cast.units.casework,
        "series": factories.series(citizen=cast.citizen.person),
        "description": "Bad og påklædning",
        "reason_system": SNOMED,
        "reason_code": "238131007",
        "reason_text": "Overvægt",
        "service_type": "video",
        "appointment_type": "EMERGENCY",
        "source": "eoj",
        "source_id": "v-1",
    }
    return factories.home_care_visit(**{**fields, **more})


@pytest.mark.law("appointment-times")
def test_the_doctor_sees_the_time_of_a_home_care_visit_and_nothing_else(cast: Cast) -> None:
    visit = visit_with_everything(cast)
    whole = Rest(cast.home_helper).get(f"Appointment/{visit.pk}").body
    citizen = cast.citizen.person.pk

    for name in HEALTH:
        asker = Rest(getattr(cast, name))
        told = asker.get(f"Appointment/{visit.pk}").body
        listed = asker.get("Appointment", patient=citizen).rows[0]
        overview = asker.get(f"Patient/{citizen}/$overview").rows
        assert told == listed
        assert told in overview
        text = str(told)
        for secret in ("Bad", "Overvægt", "238131007", "nr. 1", "Practitioner", "Location", "Organization", "v-1",
                       "video", "EMERGENCY", str(visit.series_id)):  # fmt: skip
            assert secret in str(whole), secret
            assert secret not in text, secret
        assert told["start"] == whole["start"]


def test_what_is_withheld_is_not_found_by_searching_for_it(cast: Cast) -> None:
    visit = visit_with_everything(cast)
    home, away = Rest(cast.home_helper), Rest(cast.doctor)
    questions = [
        {"actor": f"Practitioner/{visit.performer_id}"},
        {"actor": f"Location/{visit.location_id}"},
        {"actor": f"Organization/{visit.performer_unit_id}"},
        {"practitioner": str(visit.performer_id)},
        {"location": str(visit.location_id)},
        {"service-type": "video"},
        {"appointment-type": "EMERGENCY"},
        {"reason-code": f"{SNOMED}|238131007"},
        {"identifier": "v-1"},
    ]

    for question in questions:
        assert home.get("Appointment", patient=cast.citizen.person.pk, **question).ids == [str(visit.pk)], question
        assert away.get("Appointment", patient=cast.citizen.person.pk, **question).ids == [], question
    week = {"date": ["ge2026-01-01", "lt2027-01-01"]}
    assert away.get("Appointment", actor=f"Organization/{visit.performer_unit_id}", **week).ids == []


def test_with_consent_the_doctor_sees_the_whole_and_finds_by_it(cast: Cast) -> None:
    visit = visit_with_everything(cast)
    factories.consent(citizen=cast.citizen.person, recipient_unit=cast.units.ward)
    doctor = Rest(cast.doctor)

    told = doctor.get(f"Appointment/{visit.pk}").body
    found = doctor.get("Appointment", patient=cast.citizen.person.pk, practitioner=str(visit.performer_id))

    assert told["description"] == "Bad og påklædning"
    assert found.ids == [str(visit.pk)]


def test_time_alone_in_every_version(cast: Cast) -> None:
    made = Rest(cast.home_helper).post(
        "Appointment",
        {
            "resourceType": "Appointment",
            "status": "booked",
            "extension": [{"url": PARAGRAPH, "valueString": "SEL § 83, stk. 1, nr. 1"}],
            "start": "2026-03-05T09:00:00+01:00",
            "end": "2026-03-05T09:30:00+01:00",
            "description": "Bad og påklædning",
            "participant": [{"actor": {"reference": f"Patient/{cast.citizen.person.pk}"}, "status": "accepted"}],
        },
    )
    assert made.status == 201, made.body
    doctor = Rest(cast.doctor)

    for address in ("", "/_history/1", "/_history"):
        answer = doctor.get(f"Appointment/{made.body['id']}{address}")
        assert answer.status == 200
        assert "Bad" not in str(answer.body)
        assert "Hjemmehjælp" not in str(answer.body)
        assert "§ 83" not in str(answer.body)
    factories.switch_position(SERVICE_NAMES)
    assert "Hjemmehjælp" in str(doctor.get(f"Appointment/{made.body['id']}").body)


@pytest.mark.parametrize("paragraph", ["SEL § 83 a", "SEL § 83 a, stk. 1", "SEL § 83, stk. 1, nr. 3"])
def test_times_of_rehabilitation_and_meals_wait_for_their_switch(cast: Cast, paragraph: str) -> None:
    about = {"citizen": cast.citizen.person, "origin": cast.units.home_care}
    care, open_one = factories.home_care_visit(**about), factories.home_care_visit(**about, paragraph=paragraph)
    doctor, helper = Rest(cast.doctor), Rest(cast.home_helper)

    def seen(who: Rest) -> set[str]:
        return {*who.get("Appointment", patient=cast.citizen.person.pk).ids} & {str(care.pk), str(open_one.pk)}

    assert (seen(doctor), len(seen(helper))) == ({str(care.pk)}, 2)
    assert doctor.get(f"Appointment/{open_one.pk}").status == 403
    factories.switch_position(REHABILITATION_AND_MEALS)
    assert len(seen(doctor)) == 2
    assert seen(Rest(cast.stranger)) == set()


def test_times_under_the_elderly_act_are_times_alone_too_where_they_are_told(cast: Cast) -> None:
    visit = visit_with_everything(cast, category=Category.APPT_AEL, recorded_under="elderly-act", paragraph="ÆL § 10")
    tove, performer = cast.citizen.person.pk, str(visit.performer_id)
    before = Rest(cast.doctor).get(f"Appointment/{visit.pk}").status
    factories.switch_position(ELDERLY_APPOINTMENTS)

    told = Rest(cast.doctor).get(f"Appointment/{visit.pk}")
    found = Rest(cast.doctor).get("Appointment", patient=tove, practitioner=performer)
    own = Rest(cast.home_helper).get("Appointment", patient=tove, practitioner=performer)

    assert (before, told.status) == (403, 200)
    assert "Bad" not in str(told.body)
    assert (found.ids, own.ids) == ([], [str(visit.pk)])


def test_a_block_hides_the_time_too(cast: Cast) -> None:
    visit = factories.home_care_visit(citizen=cast.citizen.person, origin=cast.units.home_care)
    factories.private_marking(visit)

    assert Rest(cast.doctor).get(f"Appointment/{visit.pk}").status == 404
    assert Rest(cast.doctor).get("Appointment", patient=cast.citizen.person.pk).ids == []
    assert Rest(cast.home_helper).get(f"Appointment/{visit.pk}").status == 200


def test_search_parameters(cast: Cast) -> None:
    tove = cast.citizen.person
    about = {"citizen": tove, "origin": cast.units.ward}
    room = factories.location(organisation=cast.units.ward)
    first = factories.appointment(
        **about, start=instant(2026, 3, 5), performer=cast.doctor.person, location=room, source="epj", source_id="a1"
    )
    second = factories.appointment(
        **about,
        start=instant(2026, 4, 5),
        status="cancelled",
        service_type="video",
        appointment_type="CHECKUP",
        reason_system=SNOMED,
        reason_code="238131007",
    )
    gp = Rest(cast.gp)
    both = [first, second]
    asked: list[tuple[dict[str, Any], list[Appointment]]] = [
        ({}, both),
        ({"_sort": "-date"}, [second, first]),
        ({"_id": str(first.pk)}, [first]),
        ({"date": "2026-03"}, [first]),
        ({"date": ["ge2026-03-06", "lt2026-05-01"]}, [second]),
        ({"status": "booked"}, [first]),
        ({"status": "http://hl7.org/fhir/appointmentstatus|booked,cancelled"}, both),
        ({"actor": f"Practitioner/{cast.doctor.person.pk}"}, [first]),
        ({"actor:Location": str(room.pk)}, [first]),
        ({"actor": f"Organization/{cast.units.ward.pk}"}, both),
        ({"practitioner": f"Practitioner/{cast.doctor.person.pk}"}, [first]),
        ({"location": f"Location/{room.pk}"}, [first]),
        ({"service-type": "http://ehealth.sundhed.dk/cs/appointment-servicetype|video"}, [second]),
        ({"appointment-type": "CHECKUP"}, [second]),
        ({"reason-code": "238131007"}, [second]),
        ({"identifier": "https://patientoverblik.dk/fhir/identifier/source/epj|a1"}, [first]),
    ]

    for parameters, expected in asked:
        answer = gp.get("Appointment", patient=tove.pk, **parameters)
        assert answer.ids == [str(item.pk) for item in expected], parameters
    assert gp.get("Appointment", actor=f"Patient/{tove.pk}").ids == [str(item.pk) for item in both]
    assert gp.get("Appointment", patient=tove.pk, specialty="x").error == "unknown-parameter"
    assert gp.get("Appointment", patient=tove.pk, status="odd").status == 422
    assert Rest(cast.stranger).get("Appointment", actor=f"Patient/{tove.pk}").status == 403


def test_a_page_at_a_time_in_order_of_time(cast: Cast) -> None:
    made = [
        factories.appointment(citizen=cast.citizen.person, origin=cast.units.ward, start=instant(2026, 3, day))
        for day in (9, 2, 5, 7, 3)
    ]
    doctor = Rest(cast.doctor)

    answer = doctor.get("Appointment", patient=cast.citizen.person.pk, _count=2)
    found = list(answer.ids)
    while answer.next:
        answer = doctor.get(answer.next)
        found += answer.ids

    assert found == [str(item.pk) for item in sorted(made, key=lambda item: item.start)]


def test_the_week_of_a_unit(cast: Cast) -> None:
    tove, other, foreign = cast.citizen.person, factories.citizen(), factories.citizen()
    ward = cast.units.ward
    factories.treatment_relation(citizen=other, origin=ward)
    monday = instant(2026, 3, 2)
    mine = [
        factories.appointment(citizen=citizen, origin=ward, start=monday + timedelta(days=day))
        for day, citizen in ((0, tove), (1, other), (2, tove))
    ]
    factories.appointment(citizen=foreign, origin=ward, start=monday)
    factories.appointment(citizen=tove, origin=ward, start=monday + timedelta(days=9))
    factories.appointment(citizen=tove, origin=cast.units.practice, start=monday)
    week = {"actor": f"Organization/{ward.pk}", "date": ["ge2026-03-02", "lt2026-03-09"]}

    with CaptureQueriesContext(connection) as queries:
        answer = Rest(cast.doctor).get("Appointment", **week)
    statements = len([item for item in queries if "SAVEPOINT" not in item["sql"]])
    entries = {entry.citizen_id: len(entry.resource_ids) for entry in Entry.objects.all()}
    stranger = Rest(cast.stranger).get("Appointment", **week)

    assert answer.ids == [str(item.pk) for item in mine]
    assert entries == {tove.pk: 2, other.pk: 1}
    assert statements == 1
    assert (stranger.status, stranger.ids) == (200, [])


@pytest.mark.parametrize(
    ("parameters", "is_bounded"),
    [
        ({"actor": "Organization/{unit}", "date": ("ge2026-03-02", "lt2026-03-09")}, True),
        ({"practitioner": "{unit}", "date": ("gt2026-03-02", "le2026-03-09")}, True),
        ({"location": "{unit}", "date": ("2026-03",)}, True),
        ({"actor": "Patient/{unit}"}, True),
        ({"actor": "Organization/{unit}", "date": ("ge2026-03-02",)}, False),
        ({"actor": "Organization/{unit}", "date": ("2026",)}, False),
        ({"actor": "Organization/{unit}", "date": ("ge2026-03-02,ge2026-03-03", "lt2026-03-09")}, False),
        ({"actor": "Organization/{unit}", "_lastUpdated": ("ge2026-03-02", "lt2026-03-09")}, False),
        ({"date": ("ge2026-03-02", "lt2026-03-09")}, False),
    ],
)
def test_a_unit_and_a_short_time_bound_a_search(cast: Cast, parameters: dict[str, Any], is_bounded: bool) -> None:
    values = {name: (found,) if isinstance(found, str) else found for name, found in parameters.items()}
    pairs = [(name, value.format(unit=UUID(int=1))) for name, found in values.items() for value in found]

    search = compile_query(APPOINTMENT, parse(APPOINTMENT, pairs), cast.doctor.actor)

    assert search.is_bounded is is_bounded


def test_the_week_of_a_professional_and_of_a_place(cast: Cast) -> None:
    room = factories.location(organisation=cast.units.ward)
    visit = factories.appointment(
        citizen=cast.citizen.person,
        origin=cast.units.ward,
        performer=cast.doctor.person,
        location=room,
        start=instant(2026, 3, 3),
    )
    week = {"date": ["ge2026-03-02", "lt2026-03-09"]}

    for question in ({"practitioner": str(cast.doctor.person.pk)}, {"location": str(room.pk)}):
        assert Rest(cast.doctor).get("Appointment", **question, **week).ids == [str(visit.pk)]


def test_statements_do_not_grow_with_rows(cast: Cast) -> None:
    tove = cast.citizen.person
    doctor = Rest(cast.doctor)

    def statements(**parameters: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert doctor.get("Appointment", patient=tove.pk, **parameters).status == 200
        return len([item for item in queries if "SAVEPOINT" not in item["sql"]])

    visits = factories.daily_visits(2, citizen=tove, origin=cast.units.home_care)
    few = statements(date=["ge2020-01-01", "lt2030-01-01"])
    factories.daily_visits(10, citizen=tove, origin=cast.units.home_care)
    many = statements(date=["ge2020-01-01", "lt2030-01-01"])
    cast.block.delete()

    assert few == many == 2
    assert statements(date=["ge2020-01-01", "lt2030-01-01"]) == 1
    assert statements(_id=str(visits[0].pk)) == 1
    assert Appointment.objects.filter(category=Category.APPT_SEL_W).count() == 12
