"""Batch and transaction: each entry as if it came alone; of a transaction all or nothing; refusals in the log."""

from base64 import b64encode
from typing import Any

import orjson
import pytest
from django.test import Client

from access.bundles import MOST_ENTRIES
from audit.models import Entry, Version
from careplans.models import CarePlan, Condition
from goals.models import Goal
from tests import factories
from tests.cast import Cast
from tests.rest import Answer, Rest, written
from tests.writing.bodies import SYSTEM, appointment, care_plan, condition, goal, key


def asking(method: str, url: str, resource: Any = None, full_url: str = "", **request: str) -> dict[str, Any]:
    """One entry."""
    entry: dict[str, Any] = {"request": {"method": method, "url": url, **request}}
    if resource is not None:
        entry["resource"] = resource
    return entry | ({"fullUrl": full_url} if full_url else {})


def send(who: Rest, kind: str, *entries: dict[str, Any], address: str = "", **headers: str) -> Answer:
    """Send a bundle to the base."""
    return who.post(address, {"resourceType": "Bundle", "type": kind, "entry": list(entries)}, **headers)


def statuses(answer: Answer) -> list[int]:
    """How each entry was answered."""
    return [int(entry["response"]["status"][:3]) for entry in answer.body["entry"]]


def codes_of(outcome: dict[str, Any]) -> str:
    """Our code in an outcome."""
    return str(outcome["issue"][0]["details"]["coding"][0]["code"])


def plan_with_parts(cast: Cast) -> list[dict[str, Any]]:
    """A plan, and after it the goal and the condition that stand in it, by the names that the sender gave."""
    return [
        asking(
            "POST",
            "CarePlan",
            care_plan(cast, goal=[{"reference": "urn:uuid:g"}], addresses=[{"reference": "urn:uuid:c"}]),
            "urn:uuid:p",
        ),
        asking("POST", "Goal", goal(cast, addresses=[{"reference": "urn:uuid:c"}]), "urn:uuid:g"),
        asking("POST", "Condition", condition(cast), "urn:uuid:c"),
    ]


@pytest.mark.parametrize("address", ["", "/"])
def test_a_transaction_writes_what_refers_to_one_another(cast: Cast, address: str) -> None:
    doctor, client = Rest(cast.doctor), Client()
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": plan_with_parts(cast)}

    sent = client.post(
        f"/fhir{address}", orjson.dumps(bundle), content_type="application/fhir+json", headers=doctor.headers
    )

    told = sent.json()
    assert (sent.status_code, told["type"]) == (200, "transaction-response"), told
    plan, made_goal, made_condition = (entry["resource"] for entry in told["entry"])
    assert [entry["response"]["status"] for entry in told["entry"]] == ["201 Created"] * 3
    assert plan["goal"] == [{"reference": f"Goal/{made_goal['id']}"}]
    assert plan["addresses"] == made_goal["addresses"] == [{"reference": f"Condition/{made_condition['id']}"}]
    first = told["entry"][0]["response"]
    assert first["etag"] == 'W/"1"'
    assert first["location"].endswith(f"/fhir/CarePlan/{plan['id']}/_history/1")
    assert first["lastModified"]
    assert Version.objects.filter(resource_id__in=[plan["id"], made_goal["id"], made_condition["id"]]).count() == 3
    permitted = Entry.objects.filter(outcome="permit", citizen_id=cast.citizen.person.pk, interaction="create")
    assert set(permitted.values_list("resource_type", flat=True)) == {"CarePlan", "Goal", "Condition"}


def test_everything_that_may_stand_in_a_bundle_is_done_in_its_order(cast: Cast) -> None:
    doctor = Rest(cast.doctor)
    old = doctor.post("Goal", goal(cast, identifier=key("old"))).body
    visit = doctor.post("Appointment", appointment(cast)).body
    operations = [{"op": "add", "path": "/description", "value": "Kontrol"}]
    binary = {
        "resourceType": "Binary",
        "contentType": "application/json-patch+json",
        "data": b64encode(orjson.dumps(operations)).decode(),
    }
    entries = [
        asking("GET", f"Goal/{old['id']}"),
        asking("GET", f"Goal?patient=Patient/{cast.citizen.person.pk}&lifecycle-status=active,completed"),
        asking("GET", f"Goal/{old['id']}/_history/1"),
        asking("PATCH", f"Appointment/{visit['id']}", binary, ifMatch='W/"1"'),
        asking("PUT", f"Goal/{old['id']}", {**old, "lifecycleStatus": "completed"}, ifMatch='W/"1"'),
        asking("PUT", f"Goal?identifier={SYSTEM}|new", goal(cast, identifier=key("new")), "urn:uuid:new"),
        asking("POST", "Goal", goal(cast, identifier=key("old")), ifNoneExist=f"identifier={SYSTEM}|old"),
    ]

    answer = send(doctor, "transaction", *entries)

    told = answer.body["entry"]
    assert statuses(answer) == [200, 200, 200, 200, 200, 201, 200]
    assert told[0]["resource"]["lifecycleStatus"] == "completed"  # read after it was changed
    assert len(told[1]["resource"]["entry"]) == 2
    assert told[2]["resource"]["lifecycleStatus"] == "active"
    assert told[3]["resource"]["description"] == "Kontrol"
    assert told[6]["resource"]["id"] == old["id"]
    assert told[6]["resource"]["lifecycleStatus"] == "active"  # found before it was changed


def test_a_transaction_that_fails_leaves_nothing_but_the_log_of_the_refusal(cast: Cast) -> None:
    """The doctor may create the goal and not the home-care visit."""
    doctor = Rest(cast.doctor)
    paragraph = {"url": "https://patientoverblik.dk/fhir/StructureDefinition/service-paragraph"}
    visit = appointment(cast, extension=[{**paragraph, "valueString": "SEL § 83"}])
    before = written()

    answer = send(doctor, "transaction", asking("POST", "Goal", goal(cast)), asking("POST", "Appointment", visit))

    assert answer.status == 403, answer.body
    assert answer.body["issue"][0]["expression"][0] == "Bundle.entry[1]"
    assert written() == before
    refused = Entry.objects.get(outcome="refuse", citizen_id=cast.citizen.person.pk)
    assert (refused.interaction, refused.resource_type) == ("create", "Appointment")


def test_of_a_batch_each_entry_stands_for_itself(cast: Cast) -> None:
    doctor = Rest(cast.doctor)
    stranger_goal = factories.home_care_condition(citizen=cast.citizen.person, origin=cast.units.home_care)
    alone = doctor.get(f"Condition/{stranger_goal.pk}")
    entries = [
        asking("POST", "Goal", goal(cast)),
        asking("POST", "Goal", goal(cast, lifecycleStatus="forgotten")),
        asking("GET", f"Condition/{stranger_goal.pk}"),
        asking("GET", "Goal?no-such=1"),
        asking("GET", "Unknown/1"),
        asking("DELETE", "Goal/1"),
        asking("POST", "CarePlan", care_plan(cast, goal=[{"reference": "urn:uuid:g"}])),
        asking("POST", "Goal", goal(cast, subject={"reference": "Patient?identifier=x|y"})),
        asking("GET", "a/b/c/d/e"),
    ]

    answer = send(doctor, "batch", *entries, Prefer="return=minimal")

    assert (answer.status, answer.body["type"]) == (200, "batch-response")
    assert statuses(answer) == [201, 422, 403, 400, 404, 405, 400, 400, 404]
    told = answer.body["entry"]
    assert "resource" not in told[0]
    assert told[2]["response"]["outcome"] == alone.body
    assert [codes_of(entry["response"]["outcome"]) for entry in told[6:8]] == [
        "bundle-reference",
        "conditional-reference",
    ]
    assert Goal.objects.filter(citizen=cast.citizen.person).count() == 1


FAULTS: dict[str, tuple[list[dict[str, Any]], int, str]] = {
    "an unknown name": ([asking("POST", "Goal", {"subject": {"reference": "urn:uuid:x"}})], 400, "bundle-reference"),
    "a search for a reference": (
        [asking("POST", "Goal", {"resourceType": "Goal", "subject": {"reference": "Patient?name=x"}})],
        400, "conditional-reference",
    ),
    "references that go round": (
        [
            asking("POST", "CarePlan", {"partOf": [{"reference": "urn:uuid:b"}]}, "urn:uuid:a"),
            asking("POST", "CarePlan", {"partOf": [{"reference": "urn:uuid:a"}]}, "urn:uuid:b"),
        ],
        400, "bundle-cycle",
    ),
    "a reference to itself": (
        [asking("POST", "CarePlan", {"partOf": [{"reference": "urn:uuid:a"}]}, "urn:uuid:a")], 400, "bundle-cycle"
    ),
    "one name twice": (
        [asking("POST", "Goal", {}, "urn:uuid:a"), asking("POST", "Goal", {}, "urn:uuid:a")], 400, "bundle-overlap"
    ),
    "one thing changed twice": (
        [asking("PUT", "Goal/1", {}), asking("DELETE", "Goal/1")], 400, "bundle-overlap"
    ),
    "an operation": ([asking("GET", "Patient/1/$overview")], 400, "bundle-request"),
    "a search by post": ([asking("POST", "Patient/_search", {})], 400, "bundle-request"),
    "another server": ([asking("GET", "https://elsewhere.example/Goal/1")], 400, "bundle-request"),
    "another method": ([asking("HEAD", "Goal/1")], 400, "bundle-request"),
    "no resource": ([asking("POST", "Goal")], 400, "bundle-request"),
    "no request": ([{"resource": {}}], 400, "wrong-shape"),
    "too many": ([asking("GET", "Goal/1")] * (MOST_ENTRIES + 1), 413, "bundle-too-long"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_transaction_that_cannot_be_carried_out_is_refused_as_a_whole(cast: Cast, fault: str) -> None:
    entries, status, code = FAULTS[fault]
    before = written()

    answer = send(Rest(cast.doctor), "transaction", *entries)

    assert (answer.status, answer.error) == (status, code), answer.body
    assert written() == before


def test_only_batch_and_transaction_are_taken_and_by_nobody_unknown(cast: Cast) -> None:
    doctor = Rest(cast.doctor)

    collection = send(doctor, "collection")
    no_bundle = doctor.post("", goal(cast))
    empty = send(doctor, "transaction")
    unknown = Client().post("/fhir", b"{}", content_type="application/fhir+json")

    assert (collection.status, collection.error) == (400, "bundle-type")
    assert (no_bundle.status, no_bundle.error) == (400, "wrong-type")
    assert (empty.status, empty.body) == (200, {"resourceType": "Bundle", "type": "transaction-response"})
    assert unknown.status_code == 401


def test_a_failed_test_in_a_patch_stands_in_the_log_though_all_was_undone(cast: Cast) -> None:
    doctor = Rest(cast.doctor)
    made = doctor.post("Appointment", appointment(cast)).body
    guess = [{"op": "test", "path": "/description", "value": "Abort"}]
    data = b64encode(orjson.dumps(guess)).decode()
    binary = {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": data}

    answer = send(doctor, "transaction", asking("PATCH", f"Appointment/{made['id']}", binary))

    assert (answer.status, answer.error) == (422, "patch-test-failed")
    refused = Entry.objects.get(outcome="refuse", citizen_id=cast.citizen.person.pk)
    assert [str(key) for key in refused.resource_ids] == [made["id"]]


def test_nothing_of_a_transaction_is_left_when_its_last_entry_fails(cast: Cast) -> None:
    entries = [*plan_with_parts(cast), asking("GET", "Goal?no-such=1")]

    answer = send(Rest(cast.doctor), "transaction", *entries)

    assert (answer.status, answer.error) == (400, "unknown-parameter")
    assert not CarePlan.objects.filter(citizen=cast.citizen.person).exists()
    assert not Condition.objects.filter(citizen=cast.citizen.person, code="DJ441").exists()
