"""The log as occasions: the looks of one person at one place on one day, told as one, with each look below."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from access.actors import danish_day
from access.shielding import shield_of
from access.statements import Row
from access.vocabulary import Category
from fhir.outcomes import FhirError
from minlog.log import LogWish, wished
from minlog.words import MinLogEntry, entry_of
from portal.kinds import KIND_OF, KINDS
from portal.visitors import Visitor

ROWS = 120


@dataclass(frozen=True)
class Look:
    """One look, with its id and the kinds of data that it was of."""

    key: UUID
    entry: MinLogEntry
    kinds: tuple[str, ...]


@dataclass
class Occasion:
    """Looks that belong together, the newest first. `professional_id` is None where there is none or a name is kept."""

    day: date
    unit_id: UUID | None
    professional_id: UUID | None
    looks: list[Look] = field(default_factory=list)

    @property
    def first(self) -> MinLogEntry:
        """The newest look, which tells who it was."""
        return self.looks[0].entry

    @property
    def key(self) -> UUID:
        """The look that a question is about: the newest."""
        return self.looks[0].key

    @property
    def reasons(self) -> list[str]:
        """Why they were lawful, or were refused."""
        return list(dict.fromkeys(look.entry.reason for look in self.looks))

    @property
    def kinds(self) -> list[str]:
        """The kinds of data, once each."""
        found = {kind for look in self.looks for kind in look.kinds}
        return [kind for kind in KINDS if kind in found]

    @property
    def is_override(self) -> bool:
        """Whether a block was overridden."""
        return any(look.entry.is_override for look in self.looks)

    @property
    def is_refused(self) -> bool:
        """Whether none of them was let through."""
        return all(look.entry.is_refused for look in self.looks)


def occasions_of(
    visitor: Visitor, wish: LogWish, most: int, *, english: bool, rows: int = ROWS
) -> tuple[list[Occasion], str]:
    """Return the newest occasions of a part of the log, and where the next page begins; empty at the end.

    An occasion is not cut at the end of a page, but where it fills the page alone. One statement, three when empty.
    """
    found = wished(by=visitor.actor, citizen_id=visitor.citizen_id, wish=wish, limit=rows + 1)
    grouped = group(found[:rows], english=english, about=visitor.about)
    is_more = len(found) > rows
    if is_more and len(grouped) > 1:
        grouped = grouped[:-1]
    if len(grouped) > most:
        grouped, is_more = grouped[:most], True
    last = grouped[-1].looks[-1] if grouped else None
    return grouped, marked(last.entry.at, last.key) if is_more and last else ""


def group(rows: Iterable[Row], *, english: bool, about: str) -> list[Occasion]:
    """Gather neighbouring rows of one person, one place, one day and one outcome; `about` as in `entry_of`."""
    found: list[Occasion] = []
    before: Any = None
    for row in rows:
        day = danish_day(row["updated_at"])
        who = row["professional_id"] or shield_of(row, "professional_id") or row["actor_citizen_id"] or row["client_id"]
        same = (day, row["unit_id"], who, row["acting_as"], row["outcome"])
        if same != before:
            found.append(Occasion(day, row["unit_id"], row["professional_id"]))
            before = same
        kinds = {KIND_OF[Category(name)] for name in row["families"] if name in Category and Category(name) in KIND_OF}
        look = Look(
            row["id"], entry_of(row, english=english, about=about), tuple(kind for kind in KINDS if kind in kinds)
        )
        found[-1].looks.append(look)
    return found


def marked(at: datetime, key: UUID) -> str:
    """Where a page ends, as it stands in an address."""
    return f"{at.isoformat()}_{key}"


def mark_of(text: str) -> tuple[datetime, UUID] | None:
    """Read it. Raises FhirError (400)."""
    if not text:
        return None
    at, _line, key = text.partition("_")
    try:
        found = datetime.fromisoformat(at), UUID(key)
    except ValueError as error:
        raise FhirError("bad-cursor") from error
    if found[0].tzinfo is None:
        raise FhirError("bad-cursor")
    return found
