"""The facts that a decision rests on: the rows whose existence opened the gates of the rules that held.

Nothing is written twice for it: a gate that asks "is there such a row" is asked once more for "which rows".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.db.models.functions import JSONObject

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


def as_told(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """These rows, each as one value that holds all that is told of it."""
    told = JSONObject(pk="pk", **{name: name for name in _KINDS[rows.model].fields})
    return QuerySet(rows.model, query=rows.query.clone()).values(told=told)


def told(model: type[Model], row: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a row that `as_told` read, with its values as its table holds them."""
    kind = _KINDS[model]
    found = {"id": model._meta.pk.to_python(row["pk"])} | {
        name: model._meta.get_field(name).to_python(row[name])  # type: ignore[union-attr]
        for name in kind.fields
        if row[name] not in (None, "")
    }
    return {"fact": kind.name, **found}
