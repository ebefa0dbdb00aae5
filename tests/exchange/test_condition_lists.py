"""The practice's list of diagnoses: MedCom's published lists go in, and a newer list is the whole truth."""

from copy import deepcopy
from typing import Any

import msgspec
import pytest

from access.vocabulary import Category, Law
from careplans.models import Condition
from citizens.models import Citizen
from exchange.models import Quarantined
from tests.exchange.builders import ELSE, Json
from tests.exchange.conftest import Deliver, real_files

pytestmark = pytest.mark.django_db
SNOMED = "http://snomed.info/sct"


def listed(key: str, code: str = "T90", category: str = "15240007", **given: Any) -> Json:
    return {
        "resourceType": "Condition",
        "id": key,
        "category": [{"coding": [{"system": SNOMED, "code": category}]}],
        "code": {"coding": [{"system": "urn:oid:1.2.208.176.2.31", "code": code, "display": "Navn"}]},
        "subject": {"reference": "Patient/p"},
        "recordedDate": "2024-05-01",
        "note": [{"text": "Fortroligt"}],
    } | given


def document(*conditions: Json, at: str = "2024-06-01T12:00:00+01:00") -> Json:
    head = {
        "resourceType": "Composition",
        "id": "c",
        "status": "final",
        "type": {"coding": [{"system": "http://loinc.org", "code": "11450-4"}]},
        "subject": {"reference": "Patient/p"},
        "author": [{"reference": "Organization/o"}],
    }
    citizen = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "urn:oid:1.2.208.176.1.2", "value": ELSE}],
    }
    practice = {
        "resourceType": "Organization",
        "id": "o",
        "name": "Lægehuset (test)",
        "identifier": [{"system": "urn:oid:1.2.208.176.1.1", "value": "325381000016008"}],
    }
    entries = [{"fullUrl": f"{one['resourceType']}/{one['id']}", "resource": one} for one in (head, citizen, practice)]
    entries += [{"fullUrl": f"Condition/{one['id']}", "resource": one} for one in conditions]
    return {"resourceType": "Bundle", "id": "b", "type": "document", "timestamp": at, "entry": entries}


def stands() -> dict[str, str]:
    return dict(Condition.objects.values_list("source_id", "clinical_status"))


def test_published_lists_go_in(deliver: Deliver) -> None:
    reasons = [deliver(path.read_bytes()).citizens[0].reason for path in real_files("medcom-conditionlist")]

    assert sorted(reasons) == ["", "", "wrong-shape"]  # one of them holds a diagnosis without a code
    assert Condition.objects.count() == 4
    assert {row.category for row in Condition.objects.all()} == {Category.DIAG}
    assert {row.recorded_under for row in Condition.objects.all()} == {Law.HEALTH}
    assert Condition.objects.filter(code="DE11").get().onset_on is not None


def test_newer_list_is_the_whole_truth_and_an_older_one_changes_nothing(deliver: Deliver) -> None:
    first = document(listed("a"), listed("b", "K86"))
    second = document(listed("b", "K86", "723506003"), listed("c", "R95"), at="2024-07-01T12:00:00+01:00")

    deliver(first)
    deliver(second)
    after = stands()
    deliver(document(listed("a"), listed("b", "K86"), at="2024-05-15T12:00:00+01:00"))

    assert after == {"a": "inactive", "b": "resolved", "c": "active"}
    assert stands() == after
    assert deliver(first).citizens[0].outcome == "unchanged"
    assert "Fortroligt" not in str(list(Condition.objects.values()))


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (lambda one: one["entry"][3]["resource"].update(code={"coding": []}), "unknown-code"),
        (lambda one: one["entry"][3]["resource"].update(category=[]), "unknown-status"),
        (lambda one: one["entry"][3]["resource"].update(subject={"reference": "Patient/q"}), "foreign-citizen"),
        (lambda one: one["entry"][0]["resource"].update(type={"coding": []}), "unsupported-bundle"),
        (lambda one: one["entry"][2]["resource"].update(identifier=[]), "no-organisation"),
        (lambda one: one.pop("timestamp"), "bad-date"),
    ],
)
def test_what_is_wrong_waits_in_quarantine(deliver: Deliver, broken: Any, reason: str) -> None:
    body = deepcopy(document(listed("a")))
    broken(body)

    report = deliver(msgspec.json.encode(body))

    assert report.citizens[0].reason == reason
    assert Quarantined.objects.get().reason == reason
    assert not Condition.objects.exists()
    assert not Citizen.objects.filter(cpr=ELSE).exists()
