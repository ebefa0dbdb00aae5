"""Whether the actor may see the element at the other end of a link.

The policy of its table is compiled to text once for a shape of actor, and put wherever a link is followed.
"""

import re
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, Expression, Model, Q, UUIDField
from django.db.models.sql.compiler import SQLCompiler

from access.actors import Actor
from access.conditions import NEVER
from access.policies import policy_of
from access.sql import Param, Slot, Text
from access.vocabulary import Action

_KEY, _CITIZEN = "seen_key", "seen_citizen"
_TEXTS: dict[tuple[Any, ...], Text | None] = {}
_MOST = 4096


class _Seen(Expression):
    """The text, with what names the element, and its citizen where that is known, in their places."""

    def __init__(self, text: Text, named: dict[str, Any]) -> None:
        super().__init__(output_field=BooleanField())
        self.text = text
        self.names, self.parts = tuple(named), list(named.values())

    def get_source_expressions(self) -> list[Any]:
        """Return what names the element and the citizen."""
        return self.parts

    def set_source_expressions(self, exprs: Any) -> None:
        """Take resolved parts."""
        self.parts = list(exprs)

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Put the parts in their places."""
        parts = {name: compiler.compile(part) for name, part in zip(self.names, self.parts, strict=True)}
        pieces = self.text.sql.split("%s")
        sql, params = pieces[0], list[Any]()
        for value, piece in zip(self.text.params, pieces[1:], strict=True):
            part = parts.get(value.name) if isinstance(value, Slot) else None
            sql += (part[0] if part else "%s") + piece
            params += part[1] if part else [value]
        return sql, params


def seen(model: type[Model], actor: Actor, key: Any, citizen: Any = None) -> Q:
    """The actor may see the element of this id, and of this citizen where one is given.

    Both are expressions of the query that the condition stands in.
    """
    text = _text(model, actor, of_citizen=citizen is not None)
    named = {_KEY: key} if citizen is None else {_KEY: key, _CITIZEN: citizen}
    return NEVER if text is None else Q(_Seen(text, named))


def _text(model: type[Model], actor: Actor, *, of_citizen: bool) -> Text | None:
    """Compile; None where nobody like the actor may see anything. What is compiled with slots is kept."""
    if not isinstance(actor.moment, Param):
        return _compiled(model, actor, of_citizen=of_citizen)
    key = (model, actor.shape, of_citizen)
    if key not in _TEXTS:
        if len(_TEXTS) >= _MOST:
            _TEXTS.clear()
        _TEXTS[key] = _compiled(model, actor, of_citizen=of_citizen)
    return _TEXTS[key]


def _compiled(model: type[Model], actor: Actor, *, of_citizen: bool) -> Text | None:
    permitted = policy_of(model).permitted(actor, Action.READ)
    if permitted is NEVER:
        return None
    rows = model._default_manager.filter(permitted, pk=Param(_KEY, UUIDField()))
    if of_citizen:
        rows = rows.filter(citizen_id=Param(_CITIZEN, UUIDField()))
    try:
        sql, params = rows.order_by().query.exists().get_compiler("default").as_sql()
    except EmptyResultSet:
        return None
    # Under a name of its own the table is told apart from one of the same name around the text.
    table = model._meta.db_table
    sql = sql.replace(f'"{table}".', f'"seen_{table}".')
    sql, times = re.subn(rf' FROM "{table}" (?=WHERE|INNER|LEFT)', f' FROM "{table}" "seen_{table}" ', sql)
    if times != 1:
        raise ValueError(f"{table} is read {times} times")
    return Text(f"EXISTS({sql})", params, BooleanField())
