"""Hospital notifications open, move, end and take back a treatment relation."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citizens.models import Citizen
from exchange.medcom.reading import ACTIVITIES
from exchange.models import Delivered, Quarantined
from organisations.models import Organisation, TreatmentRelation
from tests.exchange.builders import HOSPITAL, Json, notification
from tests.exchange.conftest import Deliver
from tests.exchange.state import difference, everything
from tests.exchange.test_order import delivered

pytestmark = pytest.mark.django_db
START, END = "2025-05-01T10:00:00+02:00", "2025-05-06T11:00:00+02:00"


def discharge(at: str = "2025-05-06T11:05:00+02:00", **members: Any) -> Json:
    return notification("discharge-inpatient-home", at, status="finished", end=END, **members)


def the_relation() -> TreatmentRelation:
    return TreatmentRelation.objects.get()


def test_admission_opens_a_verified_relation_at_the_unit(deliver: Deliver) -> None:
    deliver(notification("admit-inpatient", START))

    found = the_relation()
    assert (found.basis, found.status, found.evidence_source, found.end) == ("admission", "verified", "epj", None)
    assert found.start.isoformat() == "2025-05-01T08:00:00+00:00"
    assert (found.origin.sor, found.origin.name, found.origin.kind) == (HOSPITAL, "Testafdeling", "department")
    assert (found.category, found.recorded_under, found.source) == ("plan-sul", "health-act", "medcom")


def test_acute_ambulatory_contact_is_outpatient(deliver: Deliver) -> None:
    deliver(notification("admit-emergency", START, code="EMER"))

    assert the_relation().basis == "outpatient"


def test_known_unit_keeps_its_name(deliver: Deliver) -> None:
    deliver(notification("admit-inpatient", START))
    Organisation.objects.update(name="Hjerteafdelingen")

    deliver(notification("admit-inpatient", START, episode="stay-2"))

    assert list(Organisation.objects.values_list("name", flat=True)) == ["Hjerteafdelingen"]


def test_discharge_ends_the_relation_when_the_stay_ended(deliver: Deliver) -> None:
    deliver(notification("admit-inpatient", START))

    deliver(discharge())

    found = the_relation()
    assert (found.status, found.version) == ("ended", 2)
    assert found.end.isoformat() == "2025-05-06T09:00:00+00:00"


@pytest.mark.parametrize(
    ("activity", "status"), [("start-leave-inpatient", "onleave"), ("end-leave-inpatient", "in-progress")]
)
def test_leave_does_not_end_the_relation(deliver: Deliver, activity: str, status: str) -> None:
    deliver(notification("admit-inpatient", START))

    deliver(notification(activity, "2025-05-03T10:00:00+02:00", status=status))

    assert (the_relation().status, the_relation().end) == ("verified", None)


def test_revision_moves_the_start(deliver: Deliver) -> None:
    deliver(notification("admit-inpatient", START))

    deliver(notification("revise-admit-inpatient", "2025-05-01T11:00:00+02:00", start="2025-05-01T09:00:00+02:00"))

    assert the_relation().start.isoformat() == "2025-05-01T07:00:00+00:00"


def test_cancelled_admission_is_refuted(deliver: Deliver) -> None:
    deliver(notification("admit-inpatient", START))

    deliver(notification("cancel-admit-inpatient", "2025-05-01T12:00:00+02:00", status="entered-in-error"))

    assert the_relation().status == "refuted"


def test_cancelled_discharge_opens_the_relation_again(deliver: Deliver) -> None:
    deliver(notification("admit-inpatient", START))
    deliver(discharge())

    deliver(notification("cancel-discharge-inpatient-home", "2025-05-06T12:00:00+02:00"))

    assert (the_relation().status, the_relation().end) == ("verified", None)


def test_late_admission_does_not_open_an_ended_stay(deliver: Deliver) -> None:
    deliver(discharge())

    found = deliver(notification("admit-inpatient", START))

    assert found.citizens[0].outcome == "outdated"
    assert the_relation().status == "ended"


def test_any_order_of_a_stay_ends_in_the_same_state(codes: None) -> None:
    stay = [
        notification("admit-emergency", START, code="EMER"),
        notification("admit-inpatient", "2025-05-01T13:00:00+02:00"),
        notification("start-leave-inpatient", "2025-05-03T10:00:00+02:00", status="onleave"),
        notification("end-leave-inpatient", "2025-05-04T10:00:00+02:00"),
        discharge(),
        notification("cancel-discharge-inpatient-home", "2025-05-06T12:00:00+02:00"),
        discharge("2025-05-07T09:00:00+02:00"),
    ]
    expected = delivered(stay)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.permutations(stay))
    def same(order: list[Json]) -> None:
        assert difference(delivered(order), expected) == {}

    same()


def test_the_same_message_twice_changes_nothing(deliver: Deliver) -> None:
    deliver(notification("admit-inpatient", START))
    before = everything()

    deliver(notification("admit-inpatient", START))

    assert everything() == before


def test_one_stay_with_and_without_the_national_number_is_one(deliver: Deliver) -> None:
    made = notification("admit-inpatient", START)
    national = {"system": "https://www.esundhed.dk/Registre/Landspatientregisteret", "value": "urn:uuid:n"}
    made["entry"][2]["resource"]["episodeOfCare"].insert(0, {"identifier": national})
    deliver(made)

    deliver(discharge())

    assert the_relation().status == "ended"


def test_death_at_the_hospital_is_recorded(deliver: Deliver) -> None:
    deliver(notification("admit-inpatient", START))

    deliver(discharge(deceasedBoolean=True))

    assert Citizen.objects.get().died_at == the_relation().end


def test_stay_of_another_citizen_is_refused(deliver: Deliver) -> None:
    deliver(notification("admit-inpatient", START))

    found = deliver(notification("revise-admit-inpatient", END, cpr="2206419990"))

    assert found.citizens[0].reason == "foreign-citizen"
    assert Citizen.objects.count() == 1


@pytest.mark.parametrize(
    ("place", "value", "code"),
    [
        ((0, "eventCoding", "code"), "care-communication", "unsupported-bundle"),
        ((0, "focus"), [{"reference": "Encounter/other"}], "bad-reference"),
        ((1, "identifier"), [{"system": "urn:oid:1.2.208.176.1.6.1.1", "value": "1403351AB2"}], "only-cpr"),
        ((2, "status"), "asleep", "unknown-status"),
        ((2, "period"), {}, "bad-date"),
        ((2, "period"), {"start": 5}, "wrong-shape"),
        ((2, "episodeOfCare"), [], "wrong-shape"),
        ((2, "serviceProvider", "reference"), "Organization/other", "bad-reference"),
        ((3, "identifier"), [], "no-organisation"),
        ((4, "activity", "coding"), [{"code": "dismissed"}], "unknown-activity"),
        ((4, "target"), [], "unknown-activity"),
        ((4, "occurredDateTime"), "yesterday", "bad-date"),
    ],
)
def test_refused_with_its_reason(deliver: Deliver, place: tuple[Any, ...], value: Any, code: str) -> None:
    made = notification("admit-inpatient", START)
    here: Any = made["entry"][place[0]]["resource"]
    for name in place[1:-1]:
        here = here[name]
    here[place[-1]] = value

    found = deliver(made)

    assert found.citizens[0].reason == code
    assert Quarantined.objects.get().reason == code
    assert not Delivered.objects.exists()


def test_every_activity_of_the_standard_is_known() -> None:
    assert len(ACTIVITIES) == 18
    assert "revise-discharge-emergency-home" in ACTIVITIES
