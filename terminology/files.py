"""The code files under `data/`: read whole, checked, and returned as values.

To add a code, add a line; to retire one, set `is_active` to 0. A line is never removed.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from terminology.branches import SLUGS
from terminology.laws import CODE_LAWS
from terminology.rows import CodeRow

DATA = Path(__file__).parent / "data"
CODE_FILES = (
    "fsiii.csv", "municipal_terms.csv", "caresocial.csv", "icpc2.csv", "sks.csv", "clinical.csv", "persons.csv",
    "places.csv",
)  # fmt: skip


class BadCodeFileError(Exception):
    """A code file holds a line that cannot be true."""


def read(path: Path) -> list[CodeRow]:
    """Return the codes of one file, in its order. Raises BadCodeFileError."""
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines, strict=True)
        if reader.fieldnames is None or tuple(reader.fieldnames) != CodeRow._fields:
            raise BadCodeFileError(f"{path.name}: the columns are not {', '.join(CodeRow._fields)}")
        return [_row(path.name, number, line) for number, line in enumerate(reader, start=2)]


def read_all() -> dict[str, list[CodeRow]]:
    """Return the codes of every file by its name. Raises BadCodeFileError also for what only shows across files."""
    found = {name: read(DATA / name) for name in CODE_FILES}
    check(row for rows in found.values() for row in rows)
    return found


def check(rows: Iterable[CodeRow]) -> None:
    """Refuse codes given twice, legacy codes that name two concepts, and parents that do not exist."""
    known = list(rows)
    names = _names(known)
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise BadCodeFileError(f"given twice: {'|'.join(twice[0])}")
    codes = {(row.system, row.code) for row in known}
    for row in known:
        if row.parent_code and (row.system, row.parent_code) not in codes:
            raise BadCodeFileError(f"{row.code}: the parent {row.parent_code} does not exist")


def _names(rows: Iterable[CodeRow]) -> Iterator[tuple[str, str]]:
    """Yield every name that a code answers to; a code that is its own legacy code has one."""
    for row in rows:
        yield row.system, row.code
        if row.legacy_code and row.legacy_code != row.code:
            yield row.system, row.legacy_code


def _row(name: str, number: int, line: dict[str, str]) -> CodeRow:
    """Return one line as a value."""
    if None in line or None in line.values():
        raise BadCodeFileError(f"{name}:{number}: wrong number of fields")
    flags = {key: line.pop(key) for key in ("is_group", "is_active")}
    row = CodeRow(**line, **{key: value == "1" for key, value in flags.items()})  # type: ignore[arg-type]
    if set(flags.values()) - {"0", "1"}:
        raise BadCodeFileError(f"{name}:{number}: is_group and is_active are 0 or 1")
    if not (row.system and row.code and row.display_da) or any(value != value.strip() for value in line.values()):
        raise BadCodeFileError(f"{name}:{number}: empty or padded field")
    if row.branch not in SLUGS or row.law not in ("", *CODE_LAWS):
        raise BadCodeFileError(f"{name}:{number}: unknown branch or law")
    return row
