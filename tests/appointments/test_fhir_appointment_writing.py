"""Appointment: making, changing and cancelling, through real HTTP with real tokens."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.vocabulary import Category, Law
from appointments.models import Appointment, Series
from appointments.states import TRANSITIONS, may_become
from audit.models import Entry
from tests import factories
from tests.cast import Cast, make_cast
from tests.rest import Rest, codes, written  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]

BASE = "https://patientoverblik.dk/fhir/StructureDefinition"
PARAGRAPH = f"{BASE}/service-paragraph"
FUT = "http://ehealth.sundhed.dk/fhir/StructureDefinition"
TYPES = "http://ehealth.sundhed.dk/cs/appointmenttype-codes"
SERVICES = "http://ehealth.sundhed.dk/cs/appointment-servicetype"
LAW = "http://ehealth.sundhed.dk/cs/jurisdiction"
CANCELLED_FOR = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
NOBODY = "5f0c9d0e-0000-7000-8000-000000000001"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def taking_part(kind: str, key: Any) -> dict[str, Any]:
    """One participant."""
    return {"actor": {"reference": f"{kind}/{key}"}, "status": "accepted"}


def booking(cast: Cast, *others: dict[str, Any], paragraph: str = "", law: str = "", **more: Any) -> dict[str, Any]:
    """An Appointment as a client would send it."""
    body: dict[str, Any] = {
        "resourceType": "Appointment",
        "status": "booked",
        "start": "2026-03-05T09:00:00+01:00",
        "end": "2026-03-05T09:30:00+01:00",
        "participant": [taking_part("Patient", cast.citizen.person.pk), *others],
        **more,
    }
    if paragraph:
        body.setdefault("extension", []).append({"url": PARAGRAPH, "valueString": paragraph})
    if law:
        body["meta"] = {"security": [{"system": LAW, "code": law}]}
    return body


def extension(resource: dict[str, Any], url: str) -> Any:
    """The value of an extension."""
    found = [item for item in resource.get("extension", []) if item["url"] == url]
    return next((value for item in found for name, value in item.items() if name != "url"), None)


@pytest.mark.parametrize(
    ("writer", "paragraph", "law", "category", "recorded_under", "sector"),
    [
        ("doctor", "", "", Category.APPT_SUL, Law.HEALTH, "regional"),
        ("gp", "", "healthcare-act", Category.APPT_SUL, Law.HEALTH, "practitioner"),
        ("municipal_nurse", "SUL § 138", "", Category.APPT_SUL, Law.HEALTH, "municipality"),
        ("home_helper", "§ 83 stk. 1, nr. 1", "", Category.APPT_SEL_W, Law.SERVICE, "municipality"),
        ("home_helper", "SEL § 83a", "service-act", Category.APPT_SEL_W, Law.SERVICE, "municipality"),
        ("caseworker", "SEL § 85", "", Category.APPT_SEL_X, Law.SERVICE, "municipality"),
        ("social_psychiatry_worker", "SEL § 107", "", Category.APPT_SEL_X, Law.SERVICE, "municipality"),
        ("home_helper", "", "service-act", Category.APPT_SEL_X, Law.SERVICE, "municipality"),
        ("home_helper", "ÆL § 10", "", Category.APPT_AEL, Law.ELDERLY, "municipality"),
        ("home_helper", "", "elderly-act", Category.APPT_AEL, Law.ELDERLY, "municipality"),
    ],
)
def test_category_and_act_follow_from_paragraph_and_writer(
    cast: Cast, writer: str, paragraph: str, law: str, category: Category, recorded_under: Law, sector: str
) -> None:
    answer = Rest(getattr(cast, writer)).post("Appointment", booking(cast, paragraph=paragraph, law=law))

    assert answer.status == 201, answer.body
    stored = Appointment.objects.get(pk=answer.body["id"])
    assert (stored.category, stored.recorded_under, stored.sector) == (category, recorded_under, sector)
    assert stored.origin_id == stored.responsible_id == stored.performer_unit_id == getattr(cast, writer).unit.pk
    assert stored.occurred_at == stored.start
    assert extension(answer.body, f"{BASE}/appointment-sector") == sector


def test_a_service_is_listed_from_its_day_on(cast: Cast) -> None:
    helper = Rest(cast.home_helper)

    early = helper.post(
        "Appointment",
        booking(cast, paragraph="SEL § 83", start="2021-12-31T22:00:00+01:00", end="2021-12-31T23:00:00+01:00"),
    ).body
    stored = Appointment.objects.get(pk=early["id"])
    later = helper.put(early | {"start": "2022-01-01T00:00:00+01:00", "end": "2022-01-01T01:00:00+01:00"})

    assert stored.category == Category.APPT_SEL_X
    assert later.status == 200, later.body
    stored.refresh_from_db()
    assert stored.category == Category.APPT_SEL_W
    assert stored.occurred_at == stored.start


@pytest.mark.parametrize(
    ("writer", "body", "status"),
    [
        ("doctor", {"paragraph": "SEL § 83"}, 403),
        ("doctor", {"law": "service-act"}, 403),
        ("municipal_nurse", {"paragraph": "ÆL § 10"}, 403),
        ("home_helper", {"paragraph": "SUL § 138"}, 403),
        ("home_helper", {"law": "healthcare-act"}, 403),
        ("home_helper", {}, 422),
        ("home_helper", {"paragraph": "SEL § 83", "law": "elderly-act"}, 422),
        ("doctor", {"paragraph": "RSL § 13"}, 422),
        ("doctor", {"paragraph": "hver tirsdag"}, 422),
        ("stranger", {}, 403),
        ("citizen", {}, 403),
        ("daughter", {}, 403),
        ("clerk", {}, 403),
    ],
)
def test_who_may_not(cast: Cast, writer: str, body: dict[str, Any], status: int) -> None:
    before = written()

    answer = Rest(getattr(cast, writer)).post("Appointment", booking(cast, **body))

    assert answer.status == status, answer.body
    assert written() == before
    assert not Appointment.objects.exists()
    assert Entry.objects.filter(outcome="refuse").count() == (status == 403)


def test_everything_that_it_holds(cast: Cast) -> None:
    room = factories.location(organisation=cast.units.ward)
    series = uuid4()
    body = booking(
        cast,
        taking_part("Practitioner", cast.doctor.person.pk),
        taking_part("Location", room.pk),
        serviceType=[{"coding": [{"system": SERVICES, "code": "video"}]}],
        appointmentType={"coding": [{"system": TYPES, "code": "CHECKUP"}]},
        reasonCode=[{"coding": [{"system": "http://snomed.info/sct", "code": "238131007"}], "text": "Overvægt"}],
        description="Kontrol",
        identifier=[{"system": "https://patientoverblik.dk/fhir/identifier/source/test", "value": "b-1"}],
        extension=[
            {"url": f"{FUT}/ehealth-responsible-organization", "valueReference": {
                "reference": f"Organization/{cast.units.hospital.pk}"}},
            {"url": f"{FUT}/ehealth-performing-organization", "valueReference": {
                "reference": f"Organization/{cast.units.ward.pk}"}},
            {"url": f"{BASE}/appointment-requester", "valueReference": {
                "reference": f"Organization/{cast.units.practice.pk}"}},
            {"url": f"{BASE}/appointment-approximate", "valueBoolean": True},
            {"url": f"{FUT}/ehealth-group-id", "valueString": str(series)},
        ],
    )  # fmt: skip
    doctor = Rest(cast.doctor)

    made = doctor.post("Appointment", body)
    again = doctor.put(made.body)

    assert made.status == 201, made.body
    for name in ("serviceType", "appointmentType", "reasonCode", "description", "identifier", "participant"):
        assert made.body[name] == body[name], name
    for item in body["extension"]:
        assert item in made.body["extension"]
    assert Series.objects.get(pk=series).citizen_id == cast.citizen.person.pk
    assert again.status == 200, again.body
    told = [{key: value for key, value in answer.body.items() if key != "meta"} for answer in (made, again)]
    assert told[0] == told[1]


def test_a_series_holds_the_visits_of_one_citizen(cast: Cast) -> None:
    series = uuid4()
    group = {"extension": [{"url": f"{FUT}/ehealth-group-id", "valueString": str(series)}]}
    foreign = factories.series()
    doctor = Rest(cast.doctor)

    made = [doctor.post("Appointment", booking(cast, **group)).body["id"] for _ in range(2)]
    refused = doctor.post(
        "Appointment",
        booking(cast, extension=[{"url": f"{FUT}/ehealth-group-id", "valueString": str(foreign.pk)}]),
    )

    assert {Appointment.objects.get(pk=key).series_id for key in made} == {series}
    assert (refused.status, refused.error) == (422, "dangling-reference")
    assert Appointment.objects.count() == 2


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    """The body without some of its fields."""
    return {name: value for name, value in body.items() if name not in names}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"participant": []}, 422, "rule-broken"),
        ({"participant": None}, 400, "wrong-shape"),
        ({"participant": [taking_part("Practitioner", NOBODY)]}, 422, "rule-broken"),
        ({"participant": [taking_part("Patient", NOBODY), taking_part("Patient", UUID(int=9))]}, 422, "rule-broken"),
        ({"participant": [{"status": "accepted"}]}, 422, "rule-broken"),
        ({"participant": [{"actor": {"display": "Nogen"}, "status": "accepted"}]}, 422, "rule-broken"),
        ({"participant": [taking_part("Device", NOBODY)]}, 422, "dangling-reference"),
        ({"start": ""}, 422, "rule-broken"),
        ({"end": ""}, 422, "rule-broken"),
        ({"start": "2026-03-05"}, 400, "wrong-shape"),
        ({"start": "2026-03-05T09:00:00"}, 400, "wrong-shape"),
        ({"start": "2026-03-05T25:00:00Z"}, 400, "wrong-shape"),
        ({"end": "2026-03-05T08:30:00+01:00"}, 422, "rule-broken"),
        ({"status": "held"}, 422, "unknown-code"),
        ({"cancelationReason": {"coding": [{"system": CANCELLED_FOR, "code": "pat"}]}}, 422, "rule-broken"),
        ({"serviceType": [{"coding": [{"system": SERVICES, "code": "telepathy"}]}]}, 422, "unknown-code"),
        ({"serviceType": [{"text": "video"}]}, 422, "unknown-code"),
        ({"appointmentType": {"coding": [{"system": "http://example.org", "code": "ROUTINE"}]}}, 422, "unknown-code"),
        ({"reasonCode": [{"coding": [{"system": "http://snomed.info/sct", "code": "x"}]}]}, 422, "unknown-code"),
        ({"reasonCode": [{"text": "a"}, {"text": "b"}]}, 422, "rule-broken"),
        ({"description": "x" * 301}, 422, "rule-broken"),
        ({"comment": "fri tekst"}, 400, "wrong-shape"),
        ({"extension": [{"url": f"{FUT}/ehealth-group-id", "valueString": "første"}]}, 400, "wrong-shape"),
        ({"extension": [{"url": f"{BASE}/appointment-sector", "valueCode": "moon"}]}, 422, "unknown-code"),
        ({"extension": [{"url": f"{FUT}/ehealth-performing-organization",
                         "valueReference": {"reference": f"Organization/{NOBODY}"}}]}, 422, "dangling-reference"),
        ({"extension": [{"url": f"{FUT}/ehealth-performing-organization", "valueReference": "x"}]}, 422,
         "dangling-reference"),
        ({"identifier": [{"value": "x"}]}, 422, "identifier-shape"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_and_nothing_written(
    cast: Cast, change: dict[str, Any], status: int, code: str
) -> None:
    before = written()

    answer = Rest(cast.doctor).post("Appointment", booking(cast) | change)

    assert (answer.status, answer.error) == (status, code), answer.body
    assert written() == before
    assert not Appointment.objects.exists()
    assert not Series.objects.exists()


@pytest.mark.parametrize("kind", ["Practitioner", "Location", "Organization"])
def test_who_and_what_takes_part_is_there(cast: Cast, kind: str) -> None:
    before = written()

    answer = Rest(cast.doctor).post("Appointment", booking(cast, taking_part(kind, NOBODY)))

    assert (answer.status, answer.error) == (422, "dangling-reference")
    assert written() == before


def test_an_end_may_be_unknown(cast: Cast) -> None:
    absent = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    doctor = Rest(cast.doctor)

    made = doctor.post("Appointment", {**without(booking(cast), "end"), "_end": absent})

    assert made.status == 201, made.body
    assert made.body["_end"] == absent
    assert Appointment.objects.get(pk=made.body["id"]).end is None
    assert doctor.put(made.body).status == 200


def test_two_may_lie_at_the_same_time(cast: Cast) -> None:
    other = factories.citizen()
    factories.treatment_relation(citizen=other, origin=cast.units.ward)
    doctor = Rest(cast.doctor)
    performer = taking_part("Practitioner", cast.doctor.person.pk)
    same = booking(cast, performer)
    others = booking(cast) | {"participant": [taking_part("Patient", other.pk), performer]}

    with CaptureQueriesContext(connection) as queries:
        answers = [doctor.post("Appointment", body) for body in (same, same, others)]

    assert [answer.status for answer in answers] == [201, 201, 201]
    assert not [item for item in queries if "FOR UPDATE" in item["sql"] or "pg_advisory" in item["sql"]]


def test_cancelling_is_a_status_with_its_time_and_reason(cast: Cast) -> None:
    doctor = Rest(cast.doctor)
    made = doctor.post("Appointment", booking(cast)).body
    why = {"coding": [{"system": CANCELLED_FOR, "code": "pat"}]}

    cancelled = doctor.put(made | {"status": "cancelled", "cancelationReason": why})
    stored = Appointment.objects.get(pk=made["id"])
    revived = doctor.put(made, 2)
    error = doctor.put(without(cancelled.body, "cancelationReason") | {"status": "entered-in-error"}, 2)

    assert cancelled.status == 200, cancelled.body
    assert cancelled.body["cancelationReason"] == why
    assert stored.cancelled_at is not None
    assert (revived.status, revived.error) == (422, "rule-broken")
    assert error.status == 200
    after = Appointment.objects.get(pk=made["id"])
    assert (after.cancelled_at, after.version) == (stored.cancelled_at, 3)


def test_every_status_has_its_place() -> None:
    assert set(TRANSITIONS) == set(Appointment.Status)
    assert all(may_become(status, status) for status in Appointment.Status)
    assert not may_become("cancelled", "booked")
    assert may_become("booked", "cancelled")


def test_only_the_owning_unit_changes_it(cast: Cast) -> None:
    doctor = Rest(cast.doctor)
    made = doctor.post("Appointment", booking(cast)).body
    before = written()
    others = ("gp", "municipal_nurse", "home_helper", "citizen", "daughter", "stranger", "blocked_doctor")

    answers = {name: Rest(getattr(cast, name)).put(made | {"status": "cancelled"}).status for name in others}
    colleague = Rest(cast.hospital_nurse).put(made | {"status": "arrived"})

    assert answers == {**dict.fromkeys(others, 403), "blocked_doctor": 404}
    assert colleague.status == 200
    assert written() == (before[0] + 1, before[1] + 1)


def test_changes_need_the_current_version_and_keep_what_never_changes(cast: Cast) -> None:
    helper = Rest(cast.home_helper)
    made = helper.post("Appointment", booking(cast, paragraph="SEL § 83")).body
    other = factories.citizen()
    before = written()

    def tried(change: dict[str, Any], version: int | None = 1) -> tuple[int, str]:
        answer = helper.put({**made, **change, "meta": {}}, version)
        return answer.status, answer.error

    assert tried({}, 9) == (412, "version-conflict")
    assert tried({}, None) == (400, "missing-if-match")
    assert tried({"participant": [taking_part("Patient", other.pk)]}) == (422, "rule-broken")
    assert tried({"extension": [{"url": PARAGRAPH, "valueString": "SEL § 85"}]}) == (422, "rule-broken")
    elderly = {"coding": [{"system": LAW, "code": "elderly-act"}]}
    act = {"url": f"{FUT}/ehealth-legalBasis", "valueCodeableConcept": elderly}
    assert tried({"extension": [act]}) == (422, "rule-broken")
    assert written() == before


def test_units_that_are_not_named_stay(cast: Cast) -> None:
    doctor = Rest(cast.doctor)
    named = [
        {
            "url": f"{FUT}/ehealth-responsible-organization",
            "valueReference": {"reference": f"Organization/{cast.units.hospital.pk}"},
        }
    ]
    made = doctor.post("Appointment", booking(cast, extension=named)).body

    changed = doctor.put({**made, "extension": [], "start": "2026-03-05T09:10:00+01:00"})

    assert changed.status == 200, changed.body
    assert extension(changed.body, named[0]["url"]) == named[0]["valueReference"]
    assert Appointment.objects.get(pk=made["id"]).sector == "regional"


def test_the_same_key_of_the_same_sender_is_taken_once(cast: Cast) -> None:
    key = {"identifier": [{"system": "https://patientoverblik.dk/fhir/identifier/source/test", "value": "b-1"}]}
    doctor = Rest(cast.doctor)

    answers = [doctor.post("Appointment", booking(cast, **key)) for _ in range(2)]

    assert [answer.status for answer in answers] == [201, 409]
    assert Appointment.objects.count() == 1


def test_statements(cast: Cast) -> None:
    cast.block.delete()  # of a citizen who has decided something a read costs one statement more
    doctor = Rest(cast.doctor)
    made = doctor.post("Appointment", booking(cast)).body

    def statements(act: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert act().status in (200, 201)
        return len([item for item in queries if "SAVEPOINT" not in item["sql"]])

    performer = taking_part("Practitioner", cast.doctor.person.pk)
    assert statements(lambda: doctor.get(f"Appointment/{made['id']}")) == 1
    assert statements(lambda: doctor.post("Appointment", booking(cast))) == 2
    assert statements(lambda: doctor.post("Appointment", booking(cast, performer))) == 2
    assert statements(lambda: doctor.put(made)) == 5
