"""Taken at once or one by one, deliveries leave the same database: rows, versions, log, events and quarantine."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.actors import Actor
from audit.models import Entry, Version
from bench import deltas
from careplans.models import Condition
from exchange.batches import take_all
from exchange.errors import NotASystem
from exchange.models import Delivered, Delivery, Happening, OutboxMessage, Quarantined
from exchange.services import take
from terminology.models import Code
from tests.exchange.builders import ELSE, OVE, as_bytes, condition, patient, report
from tests.exchange.conftest import system
from tests.exchange.state import ELEMENTS, difference, everything, meaning
from tests.exchange.test_order import week

pytestmark = pytest.mark.django_db
CPRS = (ELSE, OVE, "1503353331", "2306419991")


def renamed(value: Any, prefix: str) -> Any:
    """The same resources under other ids."""
    if isinstance(value, dict):
        found = {name: renamed(part, prefix) for name, part in value.items()}
        kind, key = value.get("resourceType"), value.get("id")
        if isinstance(kind, str) and kind not in ("Patient", "Bundle", "Organization"):
            found["id"] = f"{prefix}{key}"
        return found
    if isinstance(value, list):
        return [renamed(part, prefix) for part in value]
    if isinstance(value, str) and value.count("/") == 1 and not value.startswith("Patient/"):
        kind, _slash, key = value.partition("/")
        return f"{kind}/{prefix}{key}" if kind[:1].isupper() else value
    return value


def weeks() -> list[bytes]:
    """The week of four citizens, with what is refused, what repeats, and what takes over another's resource."""
    elderly = Code.objects.filter(law="elderly-act", is_group=False).order_by("code")[0].code
    found = []
    for number, cpr in enumerate(CPRS):
        for day in week(elderly):
            made = renamed(day, f"{number}-")
            for entry in made["entry"]:
                resource = entry["resource"]
                if resource["resourceType"] == "Patient":
                    resource["identifier"][0]["value"] = cpr
                if resource["resourceType"] == "Encounter" and "episodeOfCare" in resource:
                    resource["episodeOfCare"][0]["identifier"]["value"] += str(number)
            found.append(as_bytes(made))
    bad = report(condition("bad", "X9"), who=patient(CPRS[2]))
    foreign = report(condition("0-n", status="resolved"), who=patient(CPRS[3]), at="2025-03-20T02:00:00Z")
    return [*found, found[1], found[12], as_bytes(bad), as_bytes(foreign), b"{"]


def ledger() -> dict[str, list[str]]:
    """What was written beside the rows themselves, without keys and instants of ours."""
    names: dict[Any, str] = {}
    for model in ELEMENTS:
        for row in model.objects.select_related("citizen", "origin"):
            key = row.source_id.replace(str(row.citizen_id), row.citizen.cpr).replace(
                str(row.origin_id), row.origin.sor
            )
            names[row.pk] = f"{model.__name__} {key}"

    def of(rows: Iterable[Any], **columns: Any) -> list[str]:
        return sorted(repr({name: get(row) for name, get in columns.items()}) for row in rows)

    def told(ids: Iterable[Any]) -> list[str]:
        return sorted(names.get(key, "one") for key in ids)

    return {
        "rows": of((row for model in ELEMENTS for row in model.objects.all()), row=lambda r: (names[r.pk], r.version)),
        "versions": of(
            Version.objects.all(),
            what=lambda r: (r.resource_type, names.get(r.resource_id), r.version, r.change, r.category),
        ),
        "log": of(
            Entry.objects.all(),
            what=lambda r: (r.interaction, r.resource_type, r.outcome, r.rules, r.families, r.laws, r.client_id),
            ids=lambda r: told(r.resource_ids),
            whose=lambda r: r.citizen_id is None,
        ),
        "events": of(Happening.objects.all(), what=lambda r: (r.model, r.change), ids=lambda r: told(r.resource_ids)),
        "deliveries": of(Delivery.objects.all(), what=lambda r: (r.source, r.digest, r.outcome, r.kind, r.report)),
        "quarantine": of(Quarantined.objects.all(), what=lambda r: (r.reason, bytes(r.body))),
        "outbox": of(OutboxMessage.objects.all(), what=lambda r: (r.topic, r.citizen_id is None)),
    }


def one_by_one(bundles: list[bytes], by: Actor) -> None:
    for bundle in bundles:
        take(by=by, bundle=bundle)


def at_once(bundles: list[bytes], by: Actor, chunk: int = 50) -> None:
    list(take_all(by=by, bundles=bundles, source="kl-gateway", chunk=chunk))


def left(how: Any, bundles: list[bytes], *more: Any) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What a way of taking these leaves, which is then undone."""
    with transaction.atomic():
        how(bundles, system(), *more)
        connection.check_constraints()
        found = meaning(), ledger()
        transaction.set_rollback(True)
    return found


def test_at_once_leaves_what_one_by_one_leaves(codes: None) -> None:
    everyone = weeks()

    @settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.permutations(range(len(everyone))), st.integers(2, 30))
    def same(order: list[int], chunk: int) -> None:
        bundles = [everyone[number] for number in order]
        rows, beside = left(one_by_one, bundles)
        found_rows, found_beside = left(at_once, bundles, chunk)
        assert difference(rows, found_rows) == {}
        assert {name: beside[name] for name in beside if beside[name] != found_beside[name]} == {
            name: found_beside[name] for name in beside if beside[name] != found_beside[name]
        }

    same()


def test_many_citizens_cost_the_statements_of_one(codes: None, django_assert_max_num_queries: Any) -> None:
    at_once(list(deltas.lines(40)), system())
    with django_assert_max_num_queries(40):
        at_once(list(deltas.lines(40, 1)), system())

    assert Condition.objects.count() == 80
    assert Delivered.objects.count() == 40 * deltas.RESOURCES


def test_next_night_changes_what_changed_and_again_nothing(codes: None) -> None:
    at_once(list(deltas.lines(5)), system())
    at_once(list(deltas.lines(5, 1)), system())
    before = everything()
    at_once([*deltas.lines(5), *deltas.lines(5, 1)], system())

    assert everything() == before
    assert set(Condition.objects.values_list("version", flat=True)) == {1, 2}


def test_command_takes_a_file_at_once_and_goes_on_where_it_stopped(codes: None, tmp_path: Path, capsys: Any) -> None:
    every = list(deltas.lines(12))
    (tmp_path / "half.ndjson").write_bytes(b"".join(every[:7]))
    (tmp_path / "all.ndjson").write_bytes(b"".join(every))
    call_command("deliver", str(tmp_path / "half.ndjson"), verbosity=0)

    call_command("deliver", str(tmp_path / "all.ndjson"), verbosity=0)

    assert Delivery.objects.count() == 12
    assert Version.objects.filter(resource_type="Condition").count() == 24


def test_a_person_may_not_deliver_many_either(codes: None) -> None:
    person = Actor("hp", "treatment", system().moment)  # type: ignore[arg-type]

    with pytest.raises(NotASystem):
        at_once(list(deltas.lines(2)), person)
    assert not Delivery.objects.exists()


def test_memory_is_that_of_a_chunk_since_bundles_are_read_as_they_are_taken(codes: None) -> None:
    read: list[int] = []

    def source() -> Iterator[bytes]:
        for number, line in enumerate(deltas.lines(9)):
            read.append(number)
            yield line

    taking = take_all(by=system(), bundles=source(), source="bench", chunk=3)
    next(taking)

    assert read == [0, 1, 2, 3]
