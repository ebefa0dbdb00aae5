"""Delivered appointments: known by business identifier, changed and cancelled, in whatever order editions arrive."""

from itertools import permutations
from typing import Any

import pytest

from access.vocabulary import Category, Law
from appointments.models import Appointment
from audit.models import Entry, Version
from exchange.models import Delivery, Happening, Quarantined
from fhir.datatypes import LEGAL_BASIS, PARAGRAPH
from organisations.models import Location, Organisation
from tests import factories
from tests.exchange.builders import ELSE, MUNICIPALITY, OVE, Json
from tests.exchange.conftest import Deliver

pytestmark = pytest.mark.django_db
FUT = "http://ehealth.sundhed.dk/fhir/StructureDefinition"
SECTOR = "https://patientoverblik.dk/fhir/StructureDefinition/appointment-sector"
NATIONAL = "http://ehealth.sundhed.dk/id/ehealth-identifier"
HOSPITAL = "888000016007"
SOR = "urn:oid:1.2.208.176.1.1"


def unit(url: str, sor: str) -> Json:
    return {"url": url, "valueReference": {"identifier": {"system": SOR, "value": sor}}}


def appointment(key: str = "a1", sector: str = "regional", sor: str = HOSPITAL, **given: Any) -> Json:
    """An appointment; `law` and `paragraph` are extensions of it."""
    extra = []
    if law := given.pop("law", None):
        coding = {"system": "http://ehealth.sundhed.dk/cs/jurisdiction", "code": law}
        extra.append({"url": LEGAL_BASIS, "valueCodeableConcept": {"coding": [coding]}})
    if paragraph := given.pop("paragraph", None):
        extra.append({"url": PARAGRAPH, "valueString": paragraph})
    return {
        "resourceType": "Appointment",
        "id": f"res-{key}",
        "identifier": [{"system": NATIONAL, "value": key}],
        "extension": [
            unit(f"{FUT}/ehealth-responsible-organization", sor),
            {"url": SECTOR, "valueCode": sector},
            *extra,
        ],
        "status": "booked",
        "start": "2026-12-01T09:00:00+01:00",
        "end": "2026-12-01T09:30:00+01:00",
        "description": "Kontrol",
        "participant": [{"actor": {"reference": "Patient/p"}, "status": "accepted"}],
    } | given


def bundle(*appointments: Json, at: str = "2026-11-20T08:00:00Z", cpr: str = ELSE) -> Json:
    citizen = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "urn:oid:1.2.208.176.1.2", "value": cpr}],
    }
    entries = [{"fullUrl": f"{one['resourceType']}/{one['id']}", "resource": one} for one in (citizen, *appointments)]
    return {"resourceType": "Bundle", "id": "b", "type": "collection", "timestamp": at, "entry": entries}


def outcome(report: Any) -> str:
    found = report.citizens[0]
    return found.reason or str(found.outcome)


def test_appointment_is_taken_with_version_log_and_event(deliver: Deliver) -> None:
    report = deliver(bundle(appointment()))

    made = Appointment.objects.get()
    assert [entry.action for entry in report.citizens[0].entries] == ["created", "created"]
    assert (made.category, made.recorded_under, made.sector) == (Category.APPT_SUL, Law.HEALTH, "regional")
    assert (made.source_id, made.description, made.origin.sor) == ("a1", "Kontrol", HOSPITAL)
    assert Version.objects.filter(resource_id=made.pk, change="create").count() == 1
    assert Entry.objects.filter(citizen_id=made.citizen_id, resource_type="Appointment", rules=["delivery"]).exists()
    assert Happening.objects.filter(model="appointments.Appointment", resource_ids=[made.pk]).exists()


def test_place_and_professional_are_kept_and_follow_the_latest_edition(deliver: Deliver) -> None:
    known = factories.doctor(authorisation_id="9TXYZ")
    patient = {"actor": {"reference": "Patient/p"}, "status": "accepted"}
    who = {
        "resourceType": "Practitioner",
        "id": "d",
        "identifier": [{"system": "https://autregweb.sst.dk", "value": "9TXYZ"}],
    }
    works = {"resourceType": "PractitionerRole", "id": "r", "practitioner": {"reference": "Practitioner/d"}}
    room = {
        "resourceType": "Location",
        "id": "l",
        "name": "Stue 4 (test)",
        "address": {"line": ["Sygehusvej 900"], "postalCode": "5000", "city": "Odense C"},
    }
    role, by_number, nobody = (
        {"actor": actor, "status": "accepted"}
        for actor in (
            {"reference": "PractitionerRole/r"},
            {"identifier": who["identifier"][0]},
            {"identifier": who["identifier"][0] | {"value": "0NONE"}},
        )
    )
    place = {"actor": {"reference": "Location/l"}, "status": "accepted"}

    def kept(*part: Json, at: str) -> tuple[Any, Any]:
        told = deliver(
            bundle(appointment(participant=[patient, *part]), who, works, room, at=f"2026-11-20T{at}:00:00Z")
        )
        assert outcome(told) == "taken", told.citizens
        made = Appointment.objects.select_related("location").get()
        assert made.location is None or made.location.organisation_id == made.performer_unit_id
        return made.performer_id, made.location and (made.location.name, made.location.street, made.location.city)

    full = ("Stue 4 (test)", "Sygehusvej 900", "Odense C")
    assert kept(role, place, at="08") == (known.pk, full)
    assert kept(place, at="09") == (None, full)
    assert kept(by_number, at="10") == (known.pk, None)
    assert kept(nobody, place, at="11") == (None, full)
    assert Location.objects.count() == 1


EDITIONS = [
    bundle(appointment(), at="2026-11-20T08:00:00Z"),
    bundle(appointment(start="2026-12-02T09:00:00+01:00", end=None), at="2026-11-20T09:00:00Z"),
    bundle(appointment(start="2026-12-02T09:00:00+01:00", end=None, status="cancelled"), at="2026-11-20T10:00:00Z"),
]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_last_edition_stands_in_whatever_order_they_come(deliver: Deliver, order: tuple[int, ...]) -> None:
    for number in order:
        deliver(EDITIONS[number])
        deliver(EDITIONS[number])

    made = Appointment.objects.get()
    assert (made.status, made.start.isoformat(), made.end) == ("cancelled", "2026-12-02T08:00:00+00:00", None)
    assert made.cancelled_at is not None
    assert made.occurred_at == made.start
    assert Delivery.objects.count() == 3
    assert not Quarantined.objects.exists()
    assert Version.objects.filter(resource_id=made.pk).count() == made.version <= 3


@pytest.mark.parametrize(
    ("given", "category", "law"),
    [
        ({"paragraph": "SEL § 83, stk. 1, nr. 1"}, Category.APPT_SEL_W, Law.SERVICE),
        ({"law": "service-act"}, Category.APPT_SEL_X, Law.SERVICE),
        ({"law": "elderly-act"}, Category.APPT_AEL, Law.ELDERLY),
        ({"law": "healthcare-act"}, Category.APPT_SUL, Law.HEALTH),
    ],
)
def test_municipal_appointment_stands_under_its_act(deliver: Deliver, given: Json, category: str, law: str) -> None:
    deliver(bundle(appointment(sector="municipality", sor=MUNICIPALITY, **given)))

    made = Appointment.objects.get()
    assert (made.category, made.recorded_under) == (category, law)
    assert made.description == ("Kontrol" if law == Law.HEALTH else "")


BAD = {
    "no-law": bundle(appointment(sector="municipality", sor=MUNICIPALITY)),
    "no-law of a hospital": bundle(appointment(law="service-act")),
    "no-sector": bundle(appointment(sector="else")),
    "no-identifier": bundle(appointment(identifier=[])),
    "unknown-status": bundle(appointment(status="maybe")),
    "bad-period": bundle(appointment(end="2026-12-01T08:00:00+01:00")),
    "bad-date": bundle(appointment(start="2026-12-01")),
    "foreign-citizen": bundle(appointment(participant=[{"actor": {"reference": "Patient/other"}}])),
    "no-organisation": bundle(appointment(extension=[{"url": SECTOR, "valueCode": "regional"}])),
    "two-owners": bundle(appointment(), appointment("a2", sor="777000016007")),
    "duplicate-id": bundle(appointment(), appointment(status="arrived", id="else")),
    "unknown-type": bundle(appointment(), {"resourceType": "Observation", "id": "o"}),
    "wrong-shape": bundle(appointment(status=7)),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_waits_in_quarantine_with_its_reason(deliver: Deliver, name: str) -> None:
    report = deliver(BAD[name])

    assert outcome(report) == name.split()[0]
    assert Quarantined.objects.get().reason == name.split()[0]
    assert not Appointment.objects.exists()


def test_sender_neither_revives_moves_nor_takes_over(deliver: Deliver) -> None:
    deliver(EDITIONS[2])
    stood = Appointment.objects.values().get()

    again = deliver(bundle(appointment(), at="2026-11-21T08:00:00Z"))
    moved = deliver(bundle(appointment(status="cancelled"), at="2026-11-21T08:00:00Z", cpr=OVE))
    taken = deliver(bundle(appointment(sor="777000016007"), at="2026-11-21T09:00:00Z"))

    assert [outcome(report) for report in (again, moved, taken)] == [
        "status-change",
        "foreign-citizen",
        "foreign-owner",
    ]
    assert Appointment.objects.values().get() == stood


def test_system_delivers_for_its_own_unit_and_those_below_alone(deliver: Deliver) -> None:
    region = factories.region()
    factories.ward(parent=factories.hospital(parent=region), sor=HOSPITAL)
    other = factories.region()

    assert outcome(deliver(bundle(appointment()), unit_id=other.pk)) == "wrong-sender"
    assert outcome(deliver(bundle(appointment()), unit_id=region.pk)) == "taken"
    assert Organisation.objects.filter(sor=HOSPITAL).count() == 1
