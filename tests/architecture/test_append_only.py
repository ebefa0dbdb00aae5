"""The log cannot be changed: not by the application, not by the owner of its tables, not by mistake."""

from collections.abc import Callable

import pytest
from django.db import Error, connection, transaction

from audit.models import Entry, Seal, Version
from fhir.ids import new_key
from tests import factories

pytestmark = pytest.mark.django_db


def an_entry() -> None:
    factories.log_entry(recorded_at=factories.now())


def a_version() -> None:
    Version.objects.create(
        resource_type="Goal", resource_id=new_key(), version=1, change="create", recorded_at=factories.now(), row={}
    )


def a_seal() -> None:
    Seal.objects.create(
        day=factories.now().date(),
        number=1,
        entry_ids=[],
        digest=b"",
        previous_hash=b"",
        hash=b"",
        sealed_at=factories.now(),
    )


THIS_MONTH = "audit_entry_{:%Y%m}"
ROWS: dict[str, tuple[Callable[[], None], str]] = {
    "audit_entry": (an_entry, "outcome"),
    THIS_MONTH: (an_entry, "outcome"),
    "audit_version": (a_version, "change"),
    "audit_seal": (a_seal, "number"),
}
STATEMENTS = ("UPDATE {table} SET {column} = {column}", "DELETE FROM {table}", "TRUNCATE {table}")


def run(statement: str) -> None:
    """Run a statement in a savepoint of its own."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("table", ROWS)
@pytest.mark.parametrize("granted", [False, True], ids=["by privilege", "by trigger"])
def test_the_database_refuses_to_change_the_log(table: str, statement: str, granted: bool) -> None:
    make, column = ROWS[table]
    make()
    table = table.format(factories.now())
    if granted:  # the owner helps herself to what she gave up
        run(f"GRANT UPDATE, DELETE, TRUNCATE ON {table} TO CURRENT_USER")
    before = count(table)
    assert before

    with pytest.raises(Error, match="append-only" if granted else "permission denied"):
        run(statement.format(table=table, column=column))

    assert count(table) == before


def test_the_application_owns_the_log_and_still_cannot_change_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner = current_user FROM pg_tables WHERE tablename = 'audit_entry'")
        assert cursor.fetchone() == (True,)


def test_every_partition_of_the_log_refuses_to_be_emptied() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'audit_entry'::regclass")
        partitions = [name for (name,) in cursor.fetchall()]

    assert len(partitions) > 12
    for partition in partitions:
        run(f"GRANT TRUNCATE ON {partition} TO CURRENT_USER")
        with pytest.raises(Error, match="append-only"):
            run(f"TRUNCATE {partition}")


def test_the_models_cannot_change_it_either() -> None:
    entry = factories.log_entry()
    with pytest.raises(Error), transaction.atomic():
        Entry.objects.filter(id=entry.id).update(outcome="refuse")
    with pytest.raises(Error), transaction.atomic():
        Entry.objects.filter(id=entry.id).delete()


def test_the_log_holds_no_foreign_key_and_so_outlives_what_it_names() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid IN "
            "('audit_entry'::regclass, 'audit_version'::regclass, 'audit_seal'::regclass)"
        )
        assert cursor.fetchone() == (0,)
