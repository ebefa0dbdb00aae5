"""Bring the table of codes in line with the code files, and tell how it differs."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction

from terminology import lookup
from terminology.models import Code
from terminology.rows import CodeRow


class Difference(NamedTuple):
    """What separates the table from the files; all empty when they are equal."""

    missing: list[CodeRow]
    changed: list[CodeRow]
    beyond: list[tuple[str, str]]


def stored() -> dict[tuple[str, str], CodeRow]:
    """Return the codes of the table by system and code. One statement."""
    rows = Code.objects.values_list(*CodeRow._fields).iterator()
    return {(row[0], row[1]): CodeRow(*row) for row in rows}


def difference(rows: Sequence[CodeRow]) -> Difference:
    """Tell how the table differs from `rows`. One statement."""
    there = stored()
    keys = {(row.system, row.code) for row in rows}
    return Difference(
        missing=[row for row in rows if (row.system, row.code) not in there],
        changed=[row for row in rows if there.get((row.system, row.code), row) != row],
        beyond=sorted(there.keys() - keys),
    )


@transaction.atomic
def load(rows: Sequence[CodeRow]) -> Difference:
    """Write what is missing or changed and return what was found; codes beyond the files stay, for old elements.

    One statement, and a few more when something differs.
    """
    found = difference(rows)
    if writes := [*found.missing, *found.changed]:
        _free_legacy_codes(writes)
        Code.objects.bulk_create(
            [Code(**row._asdict()) for row in writes],
            update_conflicts=True,
            unique_fields=["system", "code"],
            update_fields=[field for field in CodeRow._fields if field not in {"system", "code"}],
        )
    transaction.on_commit(lookup.refresh)
    return found


def _free_legacy_codes(rows: Sequence[CodeRow]) -> None:
    """Take the legacy codes of `rows` from whoever holds them: the unique index would see both holders at once."""
    for system in {row.system for row in rows if row.legacy_code}:
        legacy_codes = {row.legacy_code for row in rows if row.system == system and row.legacy_code}
        Code.objects.filter(system=system, legacy_code__in=legacy_codes).update(legacy_code="")
