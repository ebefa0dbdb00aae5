"""The chain of seals finds what even a superuser of the database did to the log."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from access.actors import Actor
from access.service import log
from access.vocabulary import ActingAs, Purpose
from audit import sealing
from audit.models import Seal
from fhir.ids import new_key

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def anchors(settings, tmp_path: Path) -> Path:
    """A file of anchors for each test."""
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "anchors.jsonl")
    return tmp_path / "anchors.jsonl"


Sealer = Callable[[datetime], int]


@pytest.fixture
def seal(django_capture_on_commit_callbacks: Callable) -> Sealer:
    """Seal what is pending at an instant, and write the anchor."""

    def sealed(now: datetime) -> int:
        with django_capture_on_commit_callbacks(execute=True):
            return sealing.seal_pending(now)

    return sealed


def written(at: datetime) -> UUID:
    """The citizen of a row with this time, that is written now."""
    citizen = new_key()
    actor = Actor(ActingAs.HP, Purpose.TREATMENT, at)
    log(actor, "read", "Goal", citizen_id=citizen, outcome="permit", rules=["treatment-look-up"])
    return citizen


@pytest.fixture
def rows(seal: Sealer) -> list:
    """Three sealed seals of four rows each, a minute apart."""
    made = []
    for minute in range(3):
        for second in range(4):
            made.append(written(NOON + timedelta(minutes=minute, seconds=second)))
        seal(NOON + timedelta(minutes=minute, seconds=30))
    return made


def faults(minutes: int = 60) -> set[str]:
    """The kinds of fault that verification finds."""
    return {fault.kind for fault in sealing.verify(now=NOON + timedelta(minutes=minutes))}


def as_superuser(sql: str, *params: object) -> None:
    """Change the log behind the triggers, as only a superuser or an owner who disables them can."""
    tables = ("audit_entry", "audit_seal")
    with connection.cursor() as cur:
        for table in tables:
            cur.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cur.execute(f"GRANT ALL ON {table} TO CURRENT_USER")
        cur.execute("SELECT relid::regclass::text FROM pg_partition_tree('audit_entry') WHERE isleaf")
        for (leaf,) in cur.fetchall():
            cur.execute(f"ALTER TABLE {leaf} DISABLE TRIGGER USER")
            cur.execute(f"GRANT ALL ON {leaf} TO CURRENT_USER")
        cur.execute(sql, params)


def test_an_untouched_log_is_whole(rows: list) -> None:
    assert Seal.objects.count() == 3
    assert sum(len(seal.entry_ids) for seal in Seal.objects.all()) == 12
    assert faults() == set()


def test_sealing_twice_seals_nothing_twice(rows: list, seal: Sealer) -> None:
    assert seal(NOON + timedelta(minutes=3)) == 0


def test_an_edited_row_is_found(rows: list) -> None:
    as_superuser("UPDATE audit_entry SET outcome = 'refuse' WHERE citizen_id = %s", rows[5])

    assert faults() == {"edited"}


def test_an_edited_address_is_found(rows: list) -> None:
    as_superuser("UPDATE audit_entry SET client_address = '192.0.2.9' WHERE citizen_id = %s", rows[5])

    assert faults() == {"edited"}


def test_a_cut_row_is_found(rows: list) -> None:
    as_superuser("DELETE FROM audit_entry WHERE citizen_id = %s", rows[5])

    assert faults() == {"cut"}


def test_a_row_moved_in_time_is_found(rows: list) -> None:
    as_superuser(
        "UPDATE audit_entry SET recorded_at = recorded_at + interval '2 seconds' WHERE citizen_id = %s", rows[4]
    )

    assert faults()


def test_a_back_dated_row_is_found(rows: list, seal: Sealer) -> None:
    seal(NOON + timedelta(minutes=40))
    written(NOON + timedelta(seconds=2))
    seal(NOON + timedelta(minutes=41))

    assert faults() == {"back-dated"}


def test_a_row_back_dated_by_little_more_than_a_minute_is_found_at_once(rows: list, seal: Sealer) -> None:
    """A superuser's transaction begins after the last seal, and says that it was before the one that was made then."""
    with transaction.atomic():
        written(NOON + timedelta(minutes=1, seconds=29))

    assert seal(NOON + timedelta(minutes=2, seconds=40)) == 0
    assert faults(3) == {"back-dated"}


def test_a_row_of_a_transaction_that_began_before_the_seal_and_lasted_is_no_fault(rows: list, seal: Sealer) -> None:
    for minute in range(3, 9):
        seal(NOON + timedelta(minutes=minute))
    written(NOON + timedelta(minutes=2, seconds=20))

    assert seal(NOON + timedelta(minutes=9)) == 1
    assert faults() == set()


def test_where_nothing_happens_a_seal_is_made_every_half_minute(rows: list, seal: Sealer) -> None:
    for second in range(0, 121, 2):
        seal(NOON + timedelta(minutes=3, seconds=second))

    assert Seal.objects.count() == 3 + 4


def test_a_seal_that_the_sealer_did_not_make_is_found(rows: list) -> None:
    """The hash of a seal is no secret, so that a superuser can make a seal that fits for a row that is back-dated."""
    written(NOON + timedelta(minutes=2, seconds=31))
    sealing.seal_pending(NOON + timedelta(minutes=2, seconds=33))  # without the file outside the database

    assert faults() == {"forged"}


@pytest.mark.parametrize("change", ["sealed_at = sealed_at - interval '5 minutes'", "horizon = horizon + 1000000"])
def test_the_time_of_a_seal_cannot_be_moved(rows: list, change: str) -> None:
    as_superuser(f"UPDATE audit_seal SET {change} WHERE number = 2")

    assert "edited" in faults()


def test_a_removed_seal_in_the_middle_is_found(rows: list) -> None:
    as_superuser("DELETE FROM audit_seal WHERE number = 2")

    assert "cut" in faults()


def test_a_tail_cut_off_with_its_seal_is_found_by_the_anchor(rows: list, anchors: Path) -> None:
    as_superuser("DELETE FROM audit_seal WHERE number = 3")
    as_superuser("DELETE FROM audit_entry WHERE citizen_id = ANY(%s)", rows[8:])

    assert faults() == {"cut"}


def test_a_reordered_seal_is_found(rows: list) -> None:
    seal = Seal.objects.get(number=2)
    turned = [*reversed(seal.entry_ids)]
    as_superuser("UPDATE audit_seal SET entry_ids = %s::uuid[] WHERE number = 2", turned)

    assert faults()


def test_a_late_row_is_sealed_by_the_next_seal(rows: list, seal: Sealer) -> None:
    with transaction.atomic():
        written(NOON + timedelta(minutes=1, seconds=31))

    assert seal(NOON + timedelta(minutes=3)) == 1
    assert faults() == set()


def test_a_sealer_that_was_stopped_goes_on_from_its_last_seal(rows: list, seal: Sealer) -> None:
    later = NOON + timedelta(hours=30)
    with transaction.atomic():
        written(later)
    assert seal(later + timedelta(minutes=1)) == 1

    assert faults(60 * 40) == set()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_entry SET outcome = 'permit'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "UPDATE audit_seal SET number = 9",
        "DELETE FROM audit_seal",
        "TRUNCATE audit_seal",
        "UPDATE audit_version SET version = 9",
        "DELETE FROM audit_version",
        "TRUNCATE audit_version",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(rows: list, sql: str) -> None:
    with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic():
        connection.cursor().execute(sql)


def test_the_command_says_what_is_wrong_and_fails(rows: list, capsys: pytest.CaptureFixture[str]) -> None:
    as_superuser("UPDATE audit_entry SET reason = 'x' WHERE citizen_id = %s", rows[1])

    with pytest.raises(CommandError, match="fault"):
        call_command("verify-log")
