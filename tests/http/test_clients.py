"""Clients that others wrote read, search, page and create against the running service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import ForbiddenError, MultipleResourcesFound, OperationOutcome, ResourceNotFound

from audit.models import Version
from fhir.ids import new_key
from goals.models import Goal
from tests import factories, node
from tests.cast import Cast
from tests.conformance import checked_answer
from tests.http import kit

SCRIPT = Path(__file__).with_name("fhir_kit.mjs")


@pytest.fixture
def goals(cast: Cast) -> list[Goal]:
    """Five overall goals of the citizen."""
    return [factories.overall_goal(citizen=cast.citizen.person, origin=cast.units.ward) for _ in range(5)]


@pytest.fixture
def fhirpy(service: kit.Service, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Iterator[SyncFHIRClient]:
    """fhirpy as the doctor's system; every answer that it gets is held against FHIR."""
    send = requests.Session.send

    def checked(self: requests.Session, request: requests.PreparedRequest, **given: Any) -> requests.Response:
        answer = send(self, request, **given)
        kind = answer.headers.get("Content-Type", "")
        checked_answer(request.path_url, kind, answer.status_code, answer.content)
        return answer

    monkeypatch.setattr(requests.Session, "send", checked)
    yield SyncFHIRClient(service.fhir, authorization=f"Bearer {service.token_of(cast.doctor)}")


def test_fhirpy_reads(fhirpy: SyncFHIRClient, goals: list[Goal]) -> None:
    resource = fhirpy.get("Goal", str(goals[0].pk))

    assert resource["description"]["text"] == "Bedre vejrtrækning i hverdagen"


def test_fhirpy_searches_and_pages(fhirpy: SyncFHIRClient, cast: Cast, goals: list[Goal]) -> None:
    search = fhirpy.resources("Goal").search(patient=f"Patient/{cast.citizen.person.pk}", lifecycle_status="active")

    first = search.limit(2).fetch()
    everything = search.limit(2).fetch_all()

    assert len(first) == 2
    assert {resource.id for resource in everything} == {str(goal.pk) for goal in goals}
    assert len(everything) == len(goals)


def test_fhirpy_finds_only_what_fits(fhirpy: SyncFHIRClient, cast: Cast, goals: list[Goal]) -> None:
    done = factories.completed_goal(citizen=cast.citizen.person, origin=cast.units.ward)
    search = fhirpy.resources("Goal").search(patient=f"Patient/{cast.citizen.person.pk}")

    assert [goal.id for goal in search.search(lifecycle_status="completed").fetch_all()] == [str(done.pk)]
    with pytest.raises(OperationOutcome, match="no-such-parameter"):
        search.search(**{"no-such-parameter": "x"}).fetch()


def test_fhirpy_creates_and_reads_back(fhirpy: SyncFHIRClient, cast: Cast) -> None:
    goal = fhirpy.resource(
        "Goal",
        lifecycleStatus="active",
        category=[{"coding": [{"code": "overall"}]}],
        description={"text": "Gå en tur hver dag"},
        subject={"reference": f"Patient/{cast.citizen.person.pk}"},
    )

    goal.save()

    stored = Goal.objects.get(pk=goal.id)
    assert (stored.words, stored.origin_id, stored.author_id) == (
        "Gå en tur hver dag",
        cast.units.ward.pk,
        cast.doctor.person.pk,
    )
    assert Version.objects.get(resource_id=stored.pk).change == "create"
    assert fhirpy.get("Goal", goal.id)["meta"]["versionId"] == "1"


def test_fhirpy_saves_patches_and_writes_under_a_condition(fhirpy: SyncFHIRClient, goals: list[Goal]) -> None:
    goal = fhirpy.reference("Goal", str(goals[0].pk)).to_resource()
    stale = fhirpy.reference("Goal", str(goals[0].pk)).to_resource()

    goal["description"] = {"text": "Gå en tur hver dag"}
    goal.save()  # the version is the one in its meta
    assert goal["meta"]["versionId"] == "2"
    with pytest.raises(MultipleResourcesFound, match="version-conflict"):  # what it calls every 412
        stale.save()
    goal.patch(lifecycleStatus="on-hold")  # a partial resource, which it calls simply JSON
    assert (goal["lifecycleStatus"], goal["meta"]["versionId"]) == ("on-hold", "3")
    assert goal["description"]["text"] == "Gå en tur hver dag"

    key = {"system": "https://epj.example.dk/id", "value": goal.id}
    named = fhirpy.resource("Goal", **{**goal, "id": None, "meta": None, "identifier": [key]})
    search = fhirpy.resources("Goal").search(identifier=f"{key['system']}|{key['value']}")
    made, is_new = search.update(named)
    assert is_new and search.fetch_all()[0].id == made.id
    with pytest.raises(OperationOutcome, match="query-on-create"):
        search.get_or_create(named)  # it asks by a query on a create, which would make one more each time


def test_fhirpy_sends_a_transaction(fhirpy: SyncFHIRClient, cast: Cast) -> None:
    goal = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "category": [{"coding": [{"code": "overall"}]}],
        "description": {"text": "Gå en tur"},
        "subject": {"reference": f"Patient/{cast.citizen.person.pk}"},
    }
    entry = {"request": {"method": "POST", "url": "Goal"}, "resource": goal}

    answer = fhirpy.execute("", data={"resourceType": "Bundle", "type": "transaction", "entry": [entry, entry]})

    made = [item["resource"]["id"] for item in answer["entry"]]
    assert Goal.objects.filter(pk__in=made).count() == 2


def test_fhirpy_is_refused_as_anybody_is(
    fhirpy: SyncFHIRClient, service: kit.Service, cast: Cast, goals: list[Goal]
) -> None:
    stranger = SyncFHIRClient(service.fhir, authorization=f"Bearer {service.token_of(cast.stranger)}")

    with pytest.raises(ForbiddenError, match="no_relation"):
        stranger.get("Goal", str(goals[0].pk))
    with pytest.raises(ResourceNotFound):
        fhirpy.get("Goal", str(new_key()))


def test_fhir_kit_client_reads_and_writes(service: kit.Service, cast: Cast, goals: list[Goal]) -> None:
    patient = str(cast.citizen.person.pk)

    try:
        told = orjson.loads(node.run(SCRIPT, service.fhir, service.token_of(cast.doctor), patient))
    except node.NoNode as missing:
        pytest.skip(str(missing))

    assert [len(page) for page in told["pages"]] == [2, 2, 1]
    assert {key for page in told["pages"] for key in page} == {str(goal.pk) for goal in goals}
    assert Goal.objects.get(pk=told["created"]).words == "Gå to ture hver dag"
    told.pop("pages"), told.pop("created")
    assert told == {
        "version": "4.0.1",
        "byPost": 5,
        "read": "Gå en tur hver dag",
        "updated": "2",
        "history": 2,
        "vread": "Gå en tur hver dag",
        "conflict": 412,
        "missing": "OperationOutcome",
        "patched": "on-hold",
        "once": True,
        "transaction": ["201 Created", "201 Created"],
        "linked": True,
        "deleted": 410,
    }
