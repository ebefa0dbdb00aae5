"""Earlier versions, read under the stricter of then and now: who may not see the row today sees no version of it, and
who might not have seen a version by the law it stood under does not see that version."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import DateField, DateTimeField, DecimalField, UUIDField

from access.actors import Actor
from access.conditions import Target
from access.policies import Policy, as_flag, policy_of
from access.statements import Row, Source
from access.vocabulary import Action
from audit.models import Version

THEN = Target(
    citizen="citizen_id", category="category", origin="origin_id", occurred_at="recorded_at", item="resource_id"
)


def then_of(policy: Policy) -> Target | None:
    """How the versions of a table answer the law's questions; None where its rows have no category of their own."""
    if policy.target.fixed is not None or policy.target.category is None:
        return None
    return replace(THEN, parties=policy.target.parties)


def of(source: Source, actor: Actor, now: Row, *, only: int | None = None) -> list[Row]:
    """Return the versions of a row that the actor sees now, the newest first. One statement.

    A version is seen by the rules that let the row through today and would have let this version through as it stood;
    what a rule shows less of is shown less of. Links are narrowed to those that the actor may follow today.
    """
    policy = policy_of(source.model)
    found = Version.objects.filter(resource_type=source.name, resource_id=now["id"]).order_by("-version")
    if only is not None:
        found = found.filter(version=only)
    rules: list[str] = []
    flags: dict[str, Any] = {}
    if (then := then_of(policy)) is not None:
        rules = [rule.code for rule in policy.rules_for(Action.READ) if rule.code in now["rules"]]
        held = (rule.q(actor, then) for rule in policy.rules_for(Action.READ) if rule.code in now["rules"])
        flags = {f"rule_{index}": as_flag(q) for index, q in enumerate(held)}
    rows = []
    for stored, *answers in found.annotate(**flags).values_list("row", *flags):
        both = [code for code, answer in zip(rules, answers, strict=True) if answer] if flags else now["rules"]
        if both:
            rows.append(_restored(stored, source, now) | {"rules": both})
    return rows


def _restored(stored: dict[str, Any], source: Source, now: Row) -> Row:
    """A stored row with the types its columns have, and its links narrowed."""
    readers = _readers(source)
    row: Row = {name: None if stored.get(name) is None else read(stored[name]) for name, read in readers.items()}
    for name, column in source.columns.items():
        if isinstance(column, str):
            continue
        if isinstance(row[name], list):
            seen = set(map(str, now[name] or []))
            row[name] = [item for item in row[name] if str(item) in seen]
        elif isinstance(row[name], UUID) and row[name] != now[name]:
            row[name] = None
    return row


@lru_cache(maxsize=64)
def _readers(source: Source) -> dict[str, Callable[[Any], Any]]:
    """How each column is read back from JSON."""
    computed = {f"col_{name}": column(None) for name, column in source.columns.items() if not isinstance(column, str)}
    queryset = source.model._default_manager.annotate(**computed)
    annotations = queryset.query.annotations
    return {
        name: _reader(_field(source, column) if isinstance(column, str) else annotations[f"col_{name}"].output_field)
        for name, column in source.columns.items()
    }


def _field(source: Source, path: str) -> Any:
    """The field at the end of a path."""
    model = source.model
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
    return model._meta.get_field(last)


def _reader(output: Any) -> Callable[[Any], Any]:
    """How a value of this field is read back from JSON."""
    if isinstance(output, ArrayField):
        inner = _reader(output.base_field)
        return lambda values: [inner(value) for value in values]
    if getattr(output, "target_field", None) is not None:
        output = output.target_field
    if isinstance(output, UUIDField):
        return lambda value: UUID(value)
    if isinstance(output, DateTimeField):
        return lambda value: datetime.fromisoformat(value)
    if isinstance(output, DateField):
        return lambda value: date.fromisoformat(value)
    if isinstance(output, DecimalField):
        return lambda value: Decimal(str(value))
    return lambda value: value
