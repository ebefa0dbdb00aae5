"""Many deliveries at once: bundles of different citizens in one transaction, with the statements of one bundle.

What one by one would do is done, and nothing else: a batch in which anything is refused, conflicts or repeats is undone
and taken one by one. So the database is the same either way, and only the time differs.
"""

import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

import django
import psycopg
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from exchange import files, outbox
from exchange.bookings import holds_appointments
from exchange.errors import Refused
from exchange.gateway.intake import take_reports
from exchange.gateway.reading import read
from exchange.items import Parcel
from exchange.models import Delivery
from exchange.reports import CitizenReport
from exchange.services import check_system, digest_of, split, take, timestamp_of
from exchange.values import Key, masked

CHUNK = 50
GROUP = 200


@dataclass
class _Read:
    """One bundle of a batch: as it came, and what it says if it is a report that could be read."""

    raw: bytes
    body: dict[str, Any] | None = None
    digest: str = ""
    parcel: Parcel | None = None


def take_all(*, by: Actor, bundles: Iterable[bytes], source: str, chunk: int = CHUNK) -> Iterator[list[CitizenReport]]:
    """Take bundles in their order; yield the reports of each. Memory does not grow with their number.

    A chunk is at most `chunk` gateway reports in a row, of different citizens and without a resource in common. Raises
    NotASystem.
    """
    check_system(by)
    waiting: list[_Read] = []
    people: set[str] = set()
    keys: set[Key] = set()
    for raw in bundles:
        found = _read(raw)
        own = {item.key for item in found.parcel.items} if found.parcel else set()
        is_apart = found.parcel is None or found.parcel.cpr in people or not keys.isdisjoint(own)
        if waiting and (is_apart or len(waiting) >= chunk):
            yield from _take(by, waiting, source)
            waiting, people, keys = [], set(), set()
        waiting.append(found)
        if found.parcel is None:
            yield from _take(by, waiting, source)
            waiting = []
        else:
            people.add(found.parcel.cpr)
            keys |= own
    if waiting:
        yield from _take(by, waiting, source)


def take_files(names: Sequence[str], source: str, workers: int = 1) -> Iterator[tuple[int, list[CitizenReport]]]:
    """Take every bundle of these files, in so many processes; yield how many bytes were taken, and their reports.

    At most a few groups of bundles are held at a time. With several processes bundles may be taken in another order
    than they stand in; the latest timestamp stands all the same. Killed and started again, what was taken is found
    unchanged.
    """
    groups = _groups(bundle for name in names for bundle in _of_file(name))
    if workers == 1:
        for group in groups:
            yield take_group(group, source)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=django.setup) as pool:
        running: set[Future[tuple[int, list[CitizenReport]]]] = set()
        for group in groups:
            running.add(pool.submit(take_group, group, source))
            if len(running) > 2 * workers:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        yield from (future.result() for future in running)


def take_group(group: list[bytes], source: str) -> tuple[int, list[CitizenReport]]:
    """Take some bundles as the command does, now; return how many bytes they were, and the reports."""
    reports = [report for taken in take_all(by=by_hand(source), bundles=group, source=source) for report in taken]
    return sum(map(len, group)), reports


def by_hand(name: str) -> Actor:
    """The one who delivers by hand, now."""
    return Actor(ActingAs.SYSTEM, Purpose.DELIVERY, timezone.now(), client_id=f"command:{name}"[:100])


def _of_file(name: str) -> Iterator[bytes]:
    with files.opened(name) as stream:
        yield from files.bundles(stream)


def _groups(bundles: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The bundles in groups that are worth a message to another process."""
    group: list[bytes] = []
    for bundle in bundles:
        group.append(bundle)
        if len(group) == GROUP:
            yield group
            group = []
    if group:
        yield group


def _read(raw: bytes) -> _Read:
    """Read a bundle as far as it is one gateway report; everything else is taken by itself."""
    try:
        bodies = split(raw)
        body = bodies[0]
        if len(bodies) > 1 or body.get("type") != "collection" or holds_appointments(body):
            return _Read(raw)
        return _Read(raw, body, digest_of(body), read(body))
    except Refused:
        return _Read(raw)
    except Exception:  # whatever it is, taking it by itself finds it again and says so
        return _Read(raw)


def _take(by: Actor, waiting: list[_Read], source: str) -> Iterator[list[CitizenReport]]:
    """Take a chunk in one transaction, or one by one where that is not to be."""
    reports = _at_once(by, waiting, source) if len(waiting) > 1 else None
    if reports is not None:
        yield from ([report] for report in reports)
        return
    for item in waiting:
        yield take(by=by, bundle=item.raw, source=source).citizens


def _at_once(by: Actor, waiting: list[_Read], source: str) -> list[CitizenReport] | None:
    """Take a chunk in one transaction; None when something in it has to be looked at by itself."""
    parcels = [item.parcel for item in waiting if item.parcel is not None]
    digests = [item.digest for item in waiting]
    if Delivery.objects.filter(source=source, digest__in=digests).exists():
        return None
    try:
        with transaction.atomic():
            taken = take_reports(by, source, parcels)
            _keep(by, source, waiting, taken)
    except (Refused, DatabaseError, psycopg.Error):
        return None
    return [report for report, _citizen in taken]


def _keep(by: Actor, source: str, waiting: list[_Read], taken: list[tuple[CitizenReport, Any]]) -> None:
    """Write down the deliveries and what follows from them. Two statements."""
    deliveries = [
        Delivery(
            source=source,
            digest=item.digest,
            bundle_id=masked(report.bundle_id)[:200],
            kind=report.kind[:40],
            sent_at=timestamp_of(item.body or {}),
            received_at=by.moment,
            outcome=report.outcome.value,
            citizen=citizen,
            report=report.as_json(),
        )
        for item, (report, citizen) in zip(waiting, taken, strict=True)
    ]
    Delivery.objects.bulk_create(deliveries)
    outbox.enqueue_all(
        ("delivery-taken", delivery.citizen_id, {"delivery": str(delivery.pk)})
        for delivery in deliveries
        if delivery.outcome == Delivery.Outcome.TAKEN
    )
