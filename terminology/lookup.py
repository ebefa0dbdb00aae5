"""Find a code, and what follows from it: its law, its branch, its level.

The table is small and changes with releases, so each process keeps it whole as an immutable dictionary: a look-up
costs no statement. `refresh` drops it; a process that loaded codes does so after its commit, others on restart.
"""

from collections.abc import Mapping
from types import MappingProxyType

from terminology import branches
from terminology.branches import Branch, branch_of_letter, branch_of_profile, law_of_profile
from terminology.models import Code
from terminology.paragraphs import is_rsl13, law_of_citation, paragraph_of, written
from terminology.rows import CodeRow
from terminology.systems import FSIII

__all__ = [
    "NOT_RELEVANT", "Branch", "CodeRow", "branch_of_legacy", "branch_of_profile", "choices_of", "find", "is_rsl13",
    "law_of", "law_of_citation", "law_of_profile", "paragraph_of", "refresh", "severity_level", "table", "written",
]  # fmt: skip

NOT_RELEVANT = 9
"""The level of a function that was considered and found not relevant: no place on the scale from 0 to 4."""

_LEVELS = MappingProxyType({"B1": 0, "B2": 1, "B3": 2, "B4": 3, "B5": 4, "B6": NOT_RELEVANT})

Table = Mapping[tuple[str, str], CodeRow]
_cached: Table | None = None


def table() -> Table:
    """Return every code by system and each name that it answers to. One statement at first use in a process.

    An empty table is not kept: a process may start before its codes are loaded.
    """
    global _cached
    if (known := _cached) is not None:
        return known
    rows = [CodeRow(*row) for row in Code.objects.values_list(*CodeRow._fields)]
    names = {(row.system, row.legacy_code): row for row in rows if row.legacy_code}
    names.update({(row.system, row.code): row for row in rows})
    found = MappingProxyType(names)
    if rows:
        _cached = found
    return found


def refresh() -> None:
    """Forget the table, so that the next look-up reads it again."""
    global _cached
    _cached = None


def find(system: str, code: str) -> CodeRow | None:
    """Return the code by its exact or legacy name, retired ones too; None when unknown. Never matches a text."""
    return table().get((system, code))


def choices_of(branch: str) -> tuple[CodeRow, ...]:
    """Return what a person can choose in a branch: its active codes without the groupings, by area and title."""
    rows = {row for row in table().values() if row.branch == branch and row.is_active and not row.is_group}
    return tuple(sorted(rows, key=lambda row: (row.area, row.display_da, row.code)))


def law_of(row: CodeRow) -> str | None:
    """Return the law that the code implies; None where the grant decides it or no law belongs to it."""
    return row.law or None


def severity_level(row: CodeRow) -> int | None:
    """Return the level of a function-scale code: 0 to 4, or NOT_RELEVANT; None for any other code."""
    return _LEVELS.get(row.legacy_code) if row.system == FSIII and row.branch == branches.SCALE else None


def branch_of_legacy(code: str) -> Branch | None:
    """Return the branch of a legacy FSIII code, also of one that we do not know and of a local one below it.

    A local code such as H1.1.1 takes the paragraph of the nearest code above it that is known; otherwise the letter
    and the group tell. None for what does not have the form of a legacy code.
    """
    told = branch_of_letter(code)
    name = code
    while told is not None and name:
        if (row := find(FSIII, name)) is not None and row.branch == told.slug:
            return Branch(row.branch, row.law, row.paragraph)
        name = name.rpartition(".")[0]
    return told
