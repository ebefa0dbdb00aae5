"""`POST /fhir/Bundle/$deliver`: who may, who may not, and what is answered."""

from typing import Any

import pytest
from django.test import Client

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from careplans.models import Condition
from exchange.models import Delivery, Quarantined
from identity import tokens
from organisations.models import Organisation
from tests.exchange.builders import OVE, Json, as_bytes, condition, patient, report, several
from tests.exchange.conftest import system

pytestmark = pytest.mark.django_db
ADDRESS = "/fhir/Bundle/$deliver"


def post(body: Json | bytes, actor: Actor | None = None, kind: str = "application/fhir+json") -> Any:
    raw = body if isinstance(body, bytes) else as_bytes(body)
    headers = {"authorization": f"Bearer {tokens.issue(actor)[0]}"} if actor else {}
    return Client().post(ADDRESS, raw, content_type=kind, headers=headers)


def test_system_delivers_and_learns_of_each_entry(codes: None) -> None:
    answer = post(report(condition("n")), system())

    assert answer.status_code == 200
    found = answer.json()
    assert (found["resourceType"], found["type"]) == ("Bundle", "batch-response")
    assert [entry["response"]["status"] for entry in found["entry"]] == ["201 Created", "201 Created"]
    assert Delivery.objects.get().source == "test"


def test_nothing_that_could_be_taken_is_an_outcome(codes: None) -> None:
    answer = post(report(condition("x", "X9")), system())

    assert answer.status_code == 422
    found = answer.json()
    assert found["resourceType"] == "OperationOutcome"
    assert found["issue"][0]["details"]["coding"][0]["code"] == "unknown-code"
    assert Quarantined.objects.count() == 1


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"resourceType": "Patient"}'])
def test_what_is_no_bundle_is_a_bad_request(codes: None, body: bytes) -> None:
    answer = post(body, system())

    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_some_refused_are_reported_beside_the_others(codes: None) -> None:
    bad = report(condition("x", "X9"), who=patient(OVE), key="bad")

    answer = post(several(bad, report(condition("n"))), system())

    assert answer.status_code == 200
    statuses = [entry["response"]["status"][:3] for entry in answer.json()["entry"]]
    assert statuses == ["422", "422", "201", "201"]


def test_without_token_nothing_is_taken(codes: None) -> None:
    assert post(report(condition("n"))).status_code == 401
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("acting_as", [ActingAs.HP, ActingAs.CARE, ActingAs.CITIZEN])
def test_a_person_may_not_deliver(codes: None, acting_as: ActingAs) -> None:
    person = Actor(acting_as, Purpose.TREATMENT, system().moment, client_id="epj")

    answer = post(report(condition("n")), person)

    assert answer.status_code == 403
    assert not Delivery.objects.exists()


def test_system_of_another_unit_may_not_deliver(codes: None) -> None:
    post(report(condition("n")), system())
    own = Organisation.objects.get()
    other = Organisation(name="Anden", kind="municipality", updated_at=own.updated_at)
    other.authority = other
    other.save()

    answer = post(report(condition("m"), at="2025-03-12T00:00:00Z"), system(unit_id=other.pk))

    assert answer.status_code == 422
    assert Condition.objects.count() == 1


def test_other_media_type_is_refused(codes: None) -> None:
    assert post(b"<Bundle/>", system(), "application/fhir+xml").status_code == 415


def test_too_large_a_body_is_refused(codes: None) -> None:
    assert post(b" " * (5 * 1024 * 1024 + 1), system()).status_code == 413


def test_get_is_not_offered(codes: None) -> None:
    token = tokens.issue(system())[0]

    assert Client().get(ADDRESS, headers={"authorization": f"Bearer {token}"}).status_code == 405
