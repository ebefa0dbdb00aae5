"""Deliveries beside each other: nothing is lost, nothing is doubled."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from threading import Barrier

import msgspec
import pytest
from django.core.management import call_command
from django.db import connections

from audit.models import Version
from careplans.models import Condition
from citizens.models import Citizen
from exchange import batches
from exchange.models import Delivery, OutboxMessage
from exchange.services import take
from organisations.models import Organisation, TreatmentRelation
from tests.exchange.builders import Json, as_bytes, condition, goal, patient, planned, report
from tests.exchange.committed.conftest import nobody, unknown_unit
from tests.exchange.conftest import system
from tests.http.kit import worker_database_url


def at_once(*bundles: Json, source: str) -> list[str]:
    """Deliver each in a thread and connection of its own, all beginning together; return the outcomes."""
    barrier = Barrier(len(bundles))

    def one(bundle: Json) -> str:
        try:
            barrier.wait(10)
            return str(take(by=system(), bundle=as_bytes(bundle), source=source).citizens[0].outcome)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(bundles)) as pool:
        return list(pool.map(one, bundles))


def test_two_deliveries_of_an_unknown_citizen_lose_nothing() -> None:
    cpr, unit = nobody(), unknown_unit()
    one = report(condition("a"), at="2025-03-10T02:00:00Z", who=patient(cpr, unit))
    other = report(condition("b"), at="2025-03-10T03:00:00Z", who=patient(cpr, unit))

    assert at_once(one, other, source=cpr) == ["taken", "taken"]

    assert Organisation.objects.filter(sor=unit).count() == 1
    assert set(Condition.objects.filter(citizen__cpr=cpr).values_list("source_id", flat=True)) == {"a", "b"}


def test_the_same_delivery_several_times_at_once_is_taken_once() -> None:
    cpr = nobody()
    made = report(condition("a"), planned("g"), who=patient(cpr))

    outcomes = at_once(made, made, made, source=cpr)

    citizen = Citizen.objects.get(cpr=cpr)
    assert sorted(outcomes) == ["taken", "unchanged", "unchanged"]
    assert Delivery.objects.get(source=cpr).outcome == "taken"
    assert OutboxMessage.objects.filter(citizen_id=citizen.pk).count() == 1
    assert TreatmentRelation.objects.filter(citizen=citizen).count() == 1
    assert Version.objects.filter(resource_type="Condition", citizen_id=citizen.pk).count() == 1


def test_newest_stands_whoever_wins_the_race() -> None:
    cpr = nobody()
    days = [
        report(condition("h", "J1.3", f"B{day}"), goal("g", "h"), at=f"2025-03-1{day}T02:00:00Z", who=patient(cpr))
        for day in range(1, 6)
    ]

    at_once(*days, source=cpr)

    assert Condition.objects.get(citizen__cpr=cpr).severity == 4


def test_several_citizens_of_one_new_municipality_at_once() -> None:
    unit = unknown_unit()
    people = [report(condition(f"c{number}"), who=patient(nobody(), unit)) for number in range(3)]

    assert at_once(*people, source=unit) == ["taken"] * 3

    assert Organisation.objects.filter(sor=unit).count() == 1


def test_processes_share_a_file_and_take_each_bundle_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unit = unknown_unit()
    people = {f"c{number}": nobody() for number in range(8)}
    nights = ("2025-03-11T02:00:00Z", "2025-03-10T02:00:00Z")
    bundles = [report(condition(key), at=at, who=patient(cpr, unit)) for at in nights for key, cpr in people.items()]
    (tmp_path / "all.ndjson").write_bytes(b"".join(as_bytes(bundle) + b"\n" for bundle in bundles))
    monkeypatch.setenv("DATABASE_URL", worker_database_url())
    monkeypatch.setattr(batches, "GROUP", 3)

    told = StringIO()
    call_command("deliver", str(tmp_path / "all.ndjson"), source=unit, workers=2, json=True, stdout=told)

    assert len(msgspec.json.decode(told.getvalue())["citizens"]) == len(bundles)
    assert Delivery.objects.filter(source=unit).exclude(outcome="quarantined").count() == len(bundles)
    stands = Condition.objects.filter(source=unit).values_list("source_id", "citizen__cpr")
    assert dict(stands) == people and len(stands) == len(people)
    assert set(Delivery.objects.filter(source=unit).values_list("citizen__cpr", flat=True)) == set(people.values())
