"""Units, places, professionals and employments over REST: open to everybody known here, and to nobody else."""

from typing import Any

import pytest
from django.test import Client

from audit.models import Entry
from fhir.datatypes import SOR
from organisations.models import Organisation
from tests import factories
from tests.asking import Asking, statements
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.mark.law("directory")
@pytest.mark.parametrize("name", ["doctor", "stranger", "home_helper", "citizen", "daughter"])
def test_everybody_known_here_reads_a_unit_and_the_look_is_not_logged(cast: Cast, name: str) -> None:
    ask = Asking(getattr(cast, name).actor)

    with statements(1):
        found = ask.get(f"Organization/{cast.units.ward.pk}")

    assert found.status == 200
    assert found.body["name"] == "Lungemedicinsk afdeling (test)"
    assert not Entry.objects.exists()


def test_without_a_token_nobody_reads_a_unit(cast: Cast) -> None:
    assert Client().get(f"/fhir/Organization/{cast.units.ward.pk}").status_code == 401


@pytest.mark.parametrize("kind", ["Organization", "Location", "Practitioner", "PractitionerRole"])
def test_registers_are_not_written_here(cast: Cast, kind: str) -> None:
    ask = Asking(cast.doctor.actor)
    key = str(cast.units.ward.pk)

    assert ask.post(kind, {"resourceType": kind}).status == 405
    assert ask.put(f"{kind}/{key}", {"resourceType": kind, "id": key}).status == 405
    assert ask.get(f"{kind}/{key}/_history").status == 405


def test_a_unit_tells_its_numbers_and_the_unit_above(cast: Cast) -> None:
    practice = factories.practice(cvr="26919991", gln="5798002472264", phone="66 00 00 01", street="Torvet 1")

    body = Asking(cast.doctor.actor).get(f"Organization/{practice.pk}").body

    assert body["meta"]["profile"] == ["http://hl7.dk/fhir/core/StructureDefinition/dk-core-organization"]
    assert {item["system"]: item["value"] for item in body["identifier"]} == {
        "urn:oid:1.2.208.176.1.1": practice.sor,
        "urn:oid:1.2.208.176.1.4": practice.provider_number,
        "http://cvr.dk": "26919991",
        "http://www.gs1.org/gln": "5798002472264",
    }
    ward = Asking(cast.doctor.actor).get(f"Organization/{cast.units.ward.pk}").body
    assert ward["partOf"]["reference"] == f"Organization/{cast.units.hospital.pk}"


def test_a_unit_without_sor_claims_no_profile(cast: Cast) -> None:
    unit = factories.organisation(sor=None)

    assert "profile" not in Asking(cast.doctor.actor).get(f"Organization/{unit.pk}").body["meta"]


def test_a_municipality_has_its_code_as_identifier(cast: Cast) -> None:
    system = "http://hl7.dk/fhir/core/CodeSystem/dk-core-municipality-codes"

    found = Asking(cast.doctor.actor).get("Organization", identifier=f"{system}|0813")

    assert found.ids == [str(cast.units.municipality.pk)]
    assert {"system": system, "value": "0813"} in found.resources[0]["identifier"]


def _numbers(cast: Cast) -> list[tuple[str, dict[str, Any], Any]]:
    practice, ward = cast.units.practice, cast.units.ward
    return [
        ("by SOR", {"identifier": f"urn:oid:1.2.208.176.1.1|{ward.sor}"}, {ward.pk}),
        ("by provider number", {"identifier": f"urn:oid:1.2.208.176.1.4|{practice.provider_number}"}, {practice.pk}),
        ("by a number of any system", {"identifier": practice.provider_number}, {practice.pk}),
        ("by either of two", {"identifier": f"{ward.sor},{practice.sor}"}, {ward.pk, practice.pk}),
        ("SOR as provider number", {"identifier": f"urn:oid:1.2.208.176.1.4|{ward.sor}"}, set()),
        ("by the beginning of the name", {"name": "lungemed"}, {ward.pk}),
        ("by the whole name", {"name:exact": "Lægehuset (test)"}, {practice.pk}),
        ("by the unit above", {"partof": f"Organization/{cast.units.hospital.pk}", "name": "Lunge"}, {ward.pk}),
        ("by kind", {"type": "nursing"}, {cast.units.nursing.pk}),
        ("not in use", {"active": "false"}, set()),
        ("by id", {"_id": str(ward.pk)}, {ward.pk}),
    ]


def test_units_are_found_by_number_name_kind_and_the_unit_above(cast: Cast) -> None:
    ask = Asking(cast.stranger.actor)
    for name, query, wanted in _numbers(cast):
        with statements(1):
            found = ask.get("Organization", **query)

        assert set(found.ids) == set(map(str, wanted)), name


@pytest.mark.parametrize(
    "query", [{"identifier": "urn:oid:1.2.3|1"}, {"type": "spaceport"}, {"postcode": "5000"}, {"name:missing": "true"}]
)
def test_a_search_that_is_not_understood_is_refused(cast: Cast, query: dict[str, str]) -> None:
    assert Asking(cast.doctor.actor).get("Organization", **query).status in (400, 422)


def test_units_come_in_pages_by_name(cast: Cast) -> None:
    ask = Asking(cast.doctor.actor)

    page = ask.get("Organization", _sort="name", _count="5")
    names = [item["name"] for item in page.resources]
    while page.next():
        page = ask.get(page.next() or "")
        names += [item["name"] for item in page.resources]

    assert len(names) == Organisation.objects.count()
    assert len(names) == len(set(names))


def test_a_professional_has_an_authorisation_and_a_profession(cast: Cast) -> None:
    person = cast.doctor.person

    body = Asking(cast.citizen.actor).get(f"Practitioner/{person.pk}").body

    number = {"system": "https://autregweb.sst.dk", "value": person.authorisation_id}
    assert body["identifier"] == [number]
    assert body["qualification"][0]["identifier"] == [number]
    assert body["qualification"][0]["code"]["coding"][0]["code"] == "7170"
    assert body["name"][0]["family"] == person.family_name


def test_staff_without_authorisation_have_a_group_of_ours(cast: Cast) -> None:
    body = Asking(cast.doctor.actor).get(f"Practitioner/{cast.home_helper.person.pk}").body

    assert "identifier" not in body
    assert body["qualification"][0]["code"]["coding"][0] == {
        "system": "https://patientoverblik.dk/fhir/CodeSystem/staff-group",
        "code": "care-helper",
        "display": "Social- og sundhedshjælper",
    }


def test_professionals_are_found_by_authorisation_and_name(cast: Cast) -> None:
    ask, person = Asking(cast.doctor.actor), cast.gp.person
    system = "https://autregweb.sst.dk"

    assert ask.get("Practitioner", identifier=f"{system}|{person.authorisation_id}").ids == [str(person.pk)]
    assert ask.get("Practitioner", identifier=person.authorisation_id).ids == [str(person.pk)]
    assert ask.get("Practitioner", family=person.family_name).ids == [str(person.pk)]
    assert ask.get("Practitioner", name=person.family_name, active="true").ids == [str(person.pk)]
    assert ask.get("Practitioner", given="Nobody").ids == []
    assert ask.get("Practitioner", identifier="urn:oid:1.2.208.176.1.2|0101011234").status == 400


def test_an_employment_is_active_while_it_lasts(cast: Cast) -> None:
    ask = Asking(cast.doctor.actor)
    ended = factories.ended_employment(professional=cast.doctor.person, title="Overlæge")
    who = f"Practitioner/{cast.doctor.person.pk}"

    lasting = ask.get("PractitionerRole", practitioner=who, active="true")
    over = ask.get("PractitionerRole", practitioner=who, active="false")

    assert [item["active"] for item in lasting.resources] == [True]
    assert lasting.resources[0]["organization"]["reference"] == f"Organization/{cast.units.ward.pk}"
    assert over.ids == [str(ended.pk)]
    assert over.resources[0]["active"] is False
    assert over.resources[0]["code"][0]["text"] == "Overlæge"


def test_employments_are_found_by_unit_and_date(cast: Cast) -> None:
    ask = Asking(cast.doctor.actor)
    here = f"Organization/{cast.units.practice.pk}"

    found = ask.get("PractitionerRole", organization=here)

    assert [item["practitioner"]["reference"] for item in found.resources] == [f"Practitioner/{cast.gp.person.pk}"]
    assert ask.get("PractitionerRole", organization=here, date="lt2001").ids == []


def test_a_place_belongs_to_a_unit(cast: Cast) -> None:
    ask = Asking(cast.citizen.actor)
    place = factories.location(organisation=cast.units.ward, street="Sygehusvej 1", postal_code="5000", city="Odense")
    factories.location(organisation=cast.units.hospital, is_active=False, name="Nedlagt (test)")

    found = ask.get("Location", organization=f"Organization/{cast.units.ward.pk}", status="active")

    assert found.ids == [str(place.pk)]
    assert found.resources[0]["managingOrganization"]["reference"] == f"Organization/{cast.units.ward.pk}"
    assert found.resources[0]["address"]["city"] == "Odense"
    place.sor = "900000016001"
    place.save()
    by_number = [
        ask.get("Location", identifier=value).resources
        for value in (f"{SOR}|900000016001", "900000016001", f"{SOR}|900000016002", "http://cvr.dk|900000016001")
    ]
    assert [[one["id"] for one in found] for found in by_number] == [[str(place.pk)], [str(place.pk)], [], []]
    assert by_number[0][0]["identifier"] == [{"use": "official", "system": SOR, "value": "900000016001"}]
    assert ask.get("Location", status="inactive", name="ned").resources[0]["status"] == "inactive"


def test_what_does_not_exist_is_not_found(cast: Cast) -> None:
    ask = Asking(cast.doctor.actor)

    assert ask.get(f"Practitioner/{cast.units.ward.pk}").status == 404
    assert ask.get("Practitioner/0101011234").status == 404
    assert ask.get(f"Practitioner/{cast.units.ward.pk}/$explain-access").status == 200
    assert ask.get(f"Practitioner/{cast.doctor.person.pk}/$explain-access").status == 200
