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
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from access.actors import Actor
from access.conditions import Target
from access.flags import as_flag
from access.policies import Policy, policy_of
from access.shielding import Person, meets_shields, people_of, shielded_row, tell
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
    what a rule shows less of is shown less of. Links are narrowed to those that the actor may follow today, and a name
    is kept by a shield that is in force today.
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
    people = people_of(source) if meets_shields(actor) else ()
    found = found.annotate(**flags, **_named(source, people))
    found = found.annotate(**{person.answer: tell(actor, *_names_of(person)) for person in people})
    rows = []
    for row in found.values("row", *flags, *(person.answer for person in people)):
        both = [code for code, flag in zip(rules, flags, strict=True) if row[flag]] if flags else now["rules"]
        if both:
            kept = {person.answer: row[person.answer] for person in people}
            rows.append(shielded_row(_restored(row["row"], source, now) | kept, people) | {"rules": both})
    return rows


def _named(source: Source, people: tuple[Person, ...]) -> dict[str, Cast]:
    """The ids of the professionals of a stored row and of the units that they acted for."""
    columns = {person.column for person in people} | {person.deed.unit for person in people if person.deed.unit}
    return {f"stored_{column}": Cast(KeyTextTransform(column, "row"), UUIDField()) for column in sorted(columns)}


def _names_of(person: Person) -> tuple[str, str | None]:
    """What those ids are called."""
    return f"stored_{person.column}", f"stored_{person.deed.unit}" if person.deed.unit else None


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
