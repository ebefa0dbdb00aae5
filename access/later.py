"""Links that are decided after the rows that hold them, where most rows have none.

A statement that decides a link holds the whole policy of its other end, and PostgreSQL prepares all of that for each
execution, though no row may have such a link. A column like this reads the ids as they stand; `told_links` keeps those
of what the actor may see, before any row leaves the engine.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Model

from access.actors import Actor

if TYPE_CHECKING:
    from access.statements import Row, Source


@dataclass(frozen=True, eq=False)
class Later:
    """A column of ids of `target`, one or an array of them, as `read` makes it: all of them, whoever asks."""

    target: type[Model]
    read: Callable[[], Any]

    def __call__(self, _actor: Actor | None) -> Any:
        """All ids."""
        return self.read()


@lru_cache(maxsize=256)
def _columns(source: "Source") -> tuple[tuple[str, type[Model]], ...]:
    """The columns of a source whose links are decided later, and what they lead to."""
    return tuple((name, column.target) for name, column in source.columns.items() if isinstance(column, Later))


def told_links(
    source: "Source", rows: "list[Row]", seen: Callable[[type[Model], list[UUID]], set[UUID]]
) -> "list[Row]":
    """The rows with only those links whose other end `seen` says that the actor may see. Changes the rows.

    Asks once for each such column that any row has a link in.
    """
    for name, target in _columns(source):
        keys = list(dict.fromkeys(key for row in rows for key in _ids(row[name])))
        if not keys:
            continue
        shown = seen(target, keys)
        for row in rows:
            held = row[name]
            if isinstance(held, list):
                row[name] = [key for key in held if key in shown]
            else:
                row[name] = held if held in shown else None
    return rows


def _ids(held: Any) -> Iterator[UUID]:
    """The ids in a column: several, one or none."""
    yield from held if isinstance(held, list) else () if held is None else (held,)
