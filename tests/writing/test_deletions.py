"""Deletion: of relatives alone; found no more, never lost, and told of in the history, the log and the provenance."""

from typing import Any

import pytest
from django.test import Client

from audit.models import Entry, Version
from citizens.models import Relative
from fhir.registry import all_resources
from tests.cast import Cast
from tests.rest import Rest, written
from tests.writing.bodies import WRITTEN, related_person


@pytest.fixture
def aksel(cast: Cast) -> dict[str, Any]:
    """A relative that the doctor typed."""
    return Rest(cast.doctor).post("RelatedPerson", related_person(cast)).body


def test_what_is_deleted_is_gone_and_its_history_stays(cast: Cast, aksel: dict[str, Any]) -> None:
    doctor, address = Rest(cast.doctor), f"RelatedPerson/{aksel['id']}"
    patient = f"Patient/{cast.citizen.person.pk}"

    deleted = doctor.delete(address, If_Match='W/"1"')
    again = doctor.delete(address)

    assert (deleted.status, deleted.body, deleted.headers["ETag"]) == (204, {}, 'W/"2"')
    assert (again.status, again.headers["ETag"]) == (204, 'W/"2"')
    for answer in (
        doctor.get(address),
        doctor.put({**aksel, "active": False}, 2),
        doctor.patch(address, {"active": False}, "application/json"),
        doctor.get(f"{address}/_history/2"),
    ):
        assert (answer.status, answer.error) == (410, "deleted")
    assert doctor.get("RelatedPerson", patient=patient).ids == []
    overview = doctor.get(f"{patient}/$overview").body
    assert "RelatedPerson" not in {entry["resource"]["resourceType"] for entry in overview["entry"]}
    assert doctor.get(f"{address}/_history/1").body["name"] == aksel["name"]
    entries = doctor.get(f"{address}/_history").body["entry"]
    assert [entry["request"]["method"] for entry in entries] == ["DELETE", "POST"]
    assert ["resource" in entry for entry in entries] == [False, True]
    assert Relative.objects.get(pk=aksel["id"]).name == "Aksel Test Nabo"
    versions = Version.objects.filter(resource_id=aksel["id"]).order_by("version")
    assert list(versions.values_list("change", flat=True)) == ["create", "delete"]
    provenance = doctor.get("Provenance", target=address).rows
    assert {row["activity"]["coding"][0]["code"] for row in provenance} == {"CREATE", "DELETE"}
    looks = Rest(cast.citizen).get("AuditEvent", patient=patient, action="D")
    assert [row["subtype"][0]["code"] for row in looks.rows] == ["delete"]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("citizen", 204),
        ("daughter", 204),
        ("gp", 204),
        ("municipal_nurse", 204),
        ("home_helper", 403),
        ("caseworker", 403),
        ("stranger", 403),
        ("blocked_doctor", 404),
    ],
)
def test_who_may_change_a_relative_may_delete_it_and_nobody_else(
    cast: Cast, aksel: dict[str, Any], who: str, status: int
) -> None:
    before = written()[0]

    answer = Rest(getattr(cast, who)).delete(f"RelatedPerson/{aksel['id']}")

    assert answer.status == status, answer.body
    assert written()[0] == before + (status == 204)
    assert (Relative.objects.get(pk=aksel["id"]).deleted_at is not None) == (status == 204)
    outcome = "permit" if status == 204 else "refuse"
    assert Entry.objects.filter(interaction="delete", outcome=outcome, resource_ids=[aksel["id"]]).exists()


def test_another_version_is_not_deleted_and_what_is_not_there_neither(cast: Cast, aksel: dict[str, Any]) -> None:
    doctor = Rest(cast.doctor)

    stale = doctor.delete(f"RelatedPerson/{aksel['id']}", If_Match='W/"7"')
    missing = doctor.delete("RelatedPerson/01a1ff01-9882-7289-8eee-f509df7d12ef")

    assert (stale.status, stale.error) == (412, "version-conflict")
    assert (missing.status, missing.error) == (404, "not-found")


@pytest.mark.parametrize("kind", [kind for kind in WRITTEN if kind != "RelatedPerson"])
def test_nothing_else_is_deleted(cast: Cast, kind: str) -> None:
    who, body, _change = WRITTEN[kind]
    asker = Rest(getattr(cast, who))
    made = asker.post(kind, body(cast)).body

    answer = asker.delete(f"{kind}/{made['id']}")

    assert (answer.status, answer.error) == (405, "not-offered")
    assert asker.get(f"{kind}/{made['id']}").status == 200


def test_the_capability_statement_tells_what_may_be_written_and_how(client: Client) -> None:
    told = {row["type"]: row for row in client.get("/fhir/metadata").json()["rest"][0]["resource"]}

    for entry in (entry for entry in all_resources() if entry.type != "Subscription"):  # has views of its own
        row = told[entry.type]
        codes = {item["code"] for item in row["interaction"]}
        assert ("patch" in codes) == ("update" in codes) == (entry.update is not None)
        assert ("delete" in codes) == (entry.delete is not None) == (entry.type == "RelatedPerson")
        assert row["conditionalCreate"] == (entry.type in WRITTEN)
        assert row["conditionalUpdate"] == (entry.type in WRITTEN and entry.type != "Procedure")
        assert (row["conditionalDelete"], row["updateCreate"]) == ("not-supported", False)
    interactions = client.get("/fhir/metadata").json()["rest"][0]["interaction"]
    assert {item["code"] for item in interactions} == {"batch", "transaction"}
