"""The facts that a decision rests on: the rows whose existence opened the gates of the rules that held.

Nothing is written twice for it: a gate that asks "is there such a row" is asked once more for "which rows".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from access.conditions import Probe


@dataclass(frozen=True)
class Kind:
    """A table whose rows are facts: what such a fact is called, what is told of it, and whether the log names it."""

    name: str
    fields: tuple[str, ...]
    is_logged: bool = False


_KINDS: dict[type[Model], Kind] = {}


def tells(model: type[Model], name: str, *fields: str, is_logged: bool = False) -> None:
    """Declare that rows of this table are facts."""
    _KINDS[model] = Kind(name, fields, is_logged)


def rows_behind(q: Q, *, logged_only: bool = False) -> Iterator[QuerySet[Any, Any]]:
    """The rows that a condition looks for, where finding one opens it; what is negated is no fact."""
    if q.negated:
        return
    for child in q.children:
        if isinstance(child, Q):
            yield from rows_behind(child, logged_only=logged_only)
        elif isinstance(child, Probe):
            model: Any = child.query.model
            kind = _KINDS.get(model)
            if kind is not None and (kind.is_logged or not logged_only):
                query = child.query.clone()
                query.clear_limits()
                yield QuerySet(model, query=query).values("pk")


def told(model: type[Model], ids: Iterable[UUID]) -> Iterator[dict[str, Any]]:
    """What is told of these rows."""
    kind = _KINDS[model]
    for row in model._default_manager.filter(pk__in=ids).order_by("pk").values("pk", *kind.fields):
        said = {name: value for name, value in row.items() if value not in (None, "")}
        yield {"fact": kind.name, "id": said.pop("pk"), **said}
