"""Seals over the log: a chain of hashes that shows an edited, cut, reordered or back-dated row.

A seal takes the rows of one day that no seal holds yet, in order of time and id, and hashes their digest with the seal
before it. Rows come to the sealer as they were committed, so writers never wait; a row that commits late is taken by a
later seal, if its time is at most `GRACE` before the last one.

A row is back-dated if its time is more than `LAG` before a seal that was there before its transaction began to write.
Which of the two came first nobody who writes SQL can choose: PostgreSQL numbers transactions as they come and keeps in
each row (`xmin`) which one wrote it, and a seal notes its own. So a transaction that lasts may commit late with the
time at which it began, and one that begins now cannot pretend to have. A row that is back-dated is never sealed. Where
nothing happens, an empty seal is made every half minute, so that there is always a seal to be held against; after a
stop of the sealer it goes on from its last seal.

The heads of the chain are also written to a file outside the database (`AUDIT_ANCHOR_FILE`), so that a tail cut off
with its seals is seen too, and a seal that the sealer did not make. Copy that file to where the database's superuser
cannot reach it. What cannot be found is told in docs/adr/0017.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import orjson
from django.conf import settings
from django.db import connection, transaction

from audit.models import Seal

GRACE = timedelta(minutes=10)  # no transaction lasts longer
LAG = timedelta(
    minutes=1
)  # from the instant that an act is logged with to its transaction's first write, clocks and all
IDLE = timedelta(seconds=30)
BATCH = 5000
START = b"\0" * 32
_LOCK = 7_274_205_101  # one sealer at a time

# The columns in the order in which a row is hashed. A column that is added later stands behind them, where it is not
# empty: so the rows from before it was there hash as they did.
HASHED = (
    "id recorded_at citizen_id acting_as professional_id profession unit_id responsible_id actor_citizen_id "
    "on_behalf_of client_id token_id request_id purpose interaction resource_type resource_ids families laws outcome "
    "reason rules facts override_id will_reason query"
)
ADDED = "client_address"
_ROW_HASH = (
    f"sha256(convert_to((jsonb_build_array({', '.join(HASHED.split())}) || CASE WHEN {ADDED} = '' THEN '[]'::jsonb "
    f"ELSE jsonb_build_array({ADDED}) END)::text, 'UTF8'))"
)


# Of a row `e`: whether it is older than its transaction lets it be. Numbers of transactions are compared modulo 2**32,
# as PostgreSQL does itself.
_BACK_DATED = (
    f"EXISTS (SELECT 1 FROM audit_seal s WHERE s.sealed_at > e.recorded_at + interval '{LAG.total_seconds()} seconds' "
    "AND ((e.xmin::text::bigint - s.horizon) & 4294967295) BETWEEN 1 AND 2147483647)"
)


@dataclass(frozen=True)
class Fault:
    """Something that verification found: what kind, on which day, and which row or seal."""

    kind: str
    day: date
    what: str


def seal_pending(now: datetime | None = None) -> int:
    """Seal every committed row that came since the last seal; return how many rows were sealed.

    Returns 0 at once when another sealer is at work. One transaction for each seal.
    """
    now = now or datetime.now(UTC)
    last = Seal.objects.order_by("-sealed_at").values_list("sealed_at", flat=True).first()
    since = _first_row(now) if last is None else last - GRACE
    total, day = 0, since.astimezone(UTC).date()
    while day <= now.date():
        sealed = _seal_day(day, since, now, is_due=last is None or (day == now.date() and now - last > IDLE))
        total += sealed
        if sealed < BATCH:
            day += timedelta(days=1)
    return total


def _first_row(now: datetime) -> datetime:
    """The time of the oldest row."""
    with connection.cursor() as cur:
        cur.execute("SELECT min(recorded_at) FROM audit_entry")
        found: datetime | None = cur.fetchone()[0]
        return found or now


@transaction.atomic
def _seal_day(day: date, since: datetime, now: datetime, *, is_due: bool) -> int:
    """Make one seal over rows of a day; an empty one only when one is due."""
    with connection.cursor() as cur:
        cur.execute("SET LOCAL TIME ZONE 'UTC'")
        cur.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cur.fetchone()[0]:
            return 0
        first, after = _bounds(day)
        cur.execute(
            f"SELECT id, {_ROW_HASH} FROM audit_entry e WHERE recorded_at >= %s AND recorded_at < %s "
            f"AND NOT {_BACK_DATED} AND NOT EXISTS (SELECT 1 FROM (SELECT unnest(entry_ids) AS held FROM audit_seal "
            "WHERE day = %s AND sealed_at >= %s) s WHERE s.held = e.id) ORDER BY recorded_at, id LIMIT %s",
            [max(first, since), after, day, since - GRACE, BATCH],
        )
        rows = cur.fetchall()
        if not rows and not is_due:
            return 0
        cur.execute("SELECT pg_current_xact_id()::text::bigint")
        horizon: int = cur.fetchone()[0]
    digest = hashlib.sha256(b"".join(bytes(row_hash) for _key, row_hash in rows)).digest()
    last = Seal.objects.filter(day__lte=day).order_by("-day", "-number").first()
    number = last.number + 1 if last is not None and last.day == day else 1
    previous = bytes(last.hash) if last is not None else START
    made = Seal.objects.create(
        day=day,
        number=number,
        entry_ids=[key for key, _row_hash in rows],
        digest=digest,
        previous_hash=previous,
        hash=chained(previous, day, number, digest, f"{now.astimezone(UTC).isoformat()}|{horizon}"),
        sealed_at=now,
        horizon=horizon,
    )
    transaction.on_commit(lambda: _anchor(made))
    return len(rows)


def chained(previous: bytes, day: date, number: int, digest: bytes, made: str = "") -> bytes:
    """The hash of a seal: over the seal before it, its place, when it was made (not of old ones) and its digest."""
    form, place = b"2|" if made else b"1|", f"|{day.isoformat()}|{number}|{made}{'|' if made else ''}"
    return hashlib.sha256(form + previous + place.encode() + digest).digest()


def _hash_of(seal: Seal) -> bytes:
    """The hash that a seal should have."""
    made = "" if seal.horizon is None else f"{seal.sealed_at.astimezone(UTC).isoformat()}|{seal.horizon}"
    return chained(bytes(seal.previous_hash), seal.day, seal.number, bytes(seal.digest), made)


def _bounds(day: date) -> tuple[datetime, datetime]:
    """The first instant of a UTC day and of the next."""
    first = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return first, first + timedelta(days=1)


def _anchor(made: Seal) -> None:
    """Write the head of the chain outside the database."""
    path = Path(settings.AUDIT_ANCHOR_FILE)
    line = orjson.dumps({"day": made.day, "number": made.number, "hash": bytes(made.hash).hex()})
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(line + b"\n")


def verify(since: date | None = None, *, now: datetime | None = None) -> Iterator[Fault]:
    """Go through the seals, their rows and the anchors, and give every fault. Reads a seal's rows at a time."""
    now = now or datetime.now(UTC)
    yield from _verify_chain(since)
    yield from _verify_unsealed(since, now)
    yield from _verify_anchors(since)


def _verify_chain(since: date | None) -> Iterator[Fault]:
    """Each seal follows the one before it, and its rows are there, unchanged and in order."""
    seals = Seal.objects.order_by("day", "number")
    before = None
    if since is not None:
        before = seals.filter(day__lt=since).last()
        seals = seals.filter(day__gte=since)
    previous, place = (bytes(before.hash), (before.day, before.number)) if before else (START, None)
    for seal in seals.iterator(chunk_size=100):
        expected = place[1] + 1 if place is not None and place[0] == seal.day else 1
        if seal.number != expected or bytes(seal.previous_hash) != previous:
            yield Fault("cut", seal.day, f"seal {seal.number} does not follow the seal before it")
        if _hash_of(seal) != bytes(seal.hash):
            yield Fault("edited", seal.day, f"seal {seal.number} was changed")
        yield from _verify_rows(seal)
        previous, place = bytes(seal.hash), (seal.day, seal.number)


def _verify_rows(seal: Seal) -> Iterator[Fault]:
    """The rows of a seal give its digest; if not, say which is missing or what may have changed."""
    first, after = _bounds(seal.day)
    with transaction.atomic(), connection.cursor() as cur:
        cur.execute("SET LOCAL TIME ZONE 'UTC'")
        cur.execute(
            f"SELECT id, {_ROW_HASH} FROM audit_entry WHERE id = ANY(%s) AND recorded_at >= %s AND recorded_at < %s "
            "ORDER BY recorded_at, id",
            [seal.entry_ids, first, after],
        )
        rows = cur.fetchall()
    found: dict[UUID, bytes] = {key: bytes(row_hash) for key, row_hash in rows}
    missing = [key for key in seal.entry_ids if key not in found]
    for key in missing:
        yield Fault("cut", seal.day, f"row {key} is gone or moved to another day")
    if missing:
        return
    if hashlib.sha256(b"".join(found[key] for key in seal.entry_ids)).digest() != bytes(seal.digest):
        yield Fault("edited", seal.day, f"a row of seal {seal.number} was changed")
    elif [key for key, _row_hash in rows] != list(seal.entry_ids):
        yield Fault("reordered", seal.day, f"the rows of seal {seal.number} stand in another order")


def _verify_unsealed(since: date | None, now: datetime) -> Iterator[Fault]:
    """No row is without a seal that is older than the grace, or than its transaction lets it be; and no row has two."""
    with connection.cursor() as cur:
        cur.execute(
            "SELECT recorded_at, id FROM audit_entry e WHERE recorded_at >= %s AND NOT EXISTS ("
            "SELECT 1 FROM (SELECT unnest(entry_ids) AS held FROM audit_seal) s WHERE s.held = e.id) "
            f"AND (recorded_at < %s OR {_BACK_DATED}) ORDER BY recorded_at, id",
            [_bounds(since)[0] if since else datetime.min.replace(tzinfo=UTC), now - GRACE],
        )
        for recorded_at, key in cur.fetchall():
            yield Fault("back-dated", recorded_at.astimezone(UTC).date(), f"row {key} is in no seal")
        cur.execute(
            "SELECT day, held FROM audit_seal, unnest(entry_ids) AS held WHERE day >= %s GROUP BY day, held "
            "HAVING count(*) > 1",
            [since or date.min],
        )
        for day, key in cur.fetchall():
            yield Fault("edited", day, f"row {key} stands in two seals")


def _verify_anchors(since: date | None) -> Iterator[Fault]:
    """Every head that was written outside the database is still in the chain, and since the first one no other."""
    path = Path(settings.AUDIT_ANCHOR_FILE)
    if not path.exists():
        return
    seals = Seal.objects.values_list("day", "number", "hash")
    known = {(day, number): bytes(hash_) for day, number, hash_ in seals.filter(day__gte=since or date.min)}
    anchored = set()
    with path.open("rb") as file:
        for line in file:
            try:
                head = orjson.loads(line)
            except orjson.JSONDecodeError:  # the last line of a machine that stopped while writing
                continue
            day, number = date.fromisoformat(head["day"]), head["number"]
            anchored.add((day, number))
            if (since is None or day >= since) and known.get((day, number)) != bytes.fromhex(head["hash"]):
                yield Fault("cut", day, f"seal {number}, known outside the database, is gone or changed")
    for day, number in sorted(known.keys() - anchored):
        if anchored and (day, number) > min(anchored):
            yield Fault("forged", day, f"seal {number} is not known outside the database")
