"""Earlier versions, read under the stricter of then and now: who may not see the row today sees no version of it, and
who might not have seen a version by the law it stood under does not see that version."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import DateField, DateTimeField, DecimalField, QuerySet, UUIDField
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


@dataclass(frozen=True)
class Told:
    """A version as the reader is told it: its row, what was done, when, and the version's own id."""

    row: Row
    change: str
    recorded_at: datetime
    id: UUID


def of(source: Source, actor: Actor, now: Row, *, only: int | None = None) -> list[Row]:
    """Return the versions of a row that the actor sees now, the newest first. One statement."""
    found = Version.objects.order_by("-version")
    if only is not None:
        found = found.filter(version=only)
    return [told.row for told in among(source, actor, {now["id"]: now}, found)]


def among(
    source: Source, actor: Actor, now: Mapping[UUID, Row], found: "QuerySet[Version]", limit: int | None = None
) -> list[Told]:
    """Return those of these versions that are of rows which the actor sees now, by the id of each. One statement.

    A version is seen by the rules that let the row through today and would have let this version through as it stood;
    what a rule shows less of is shown less of. Links are narrowed to those that the actor may follow today, and a name
    is kept by a shield that is in force today.
    """
    policy = policy_of(source.model)
    let_through = {code for row in now.values() for code in row["rules"]}
    rules: list[str] = []
    flags: dict[str, Any] = {}
    if (then := then_of(policy)) is not None:
        rules = [rule.code for rule in policy.rules_for(Action.READ) if rule.code in let_through]
        held = (rule.q(actor, then) for rule in policy.rules_for(Action.READ) if rule.code in let_through)
        flags = {f"rule_{index}": as_flag(q) for index, q in enumerate(held)}
    people = people_of(source) if meets_shields(actor) else ()
    found = found.filter(resource_type=source.name, resource_id__in=list(now))
    found = found.annotate(**flags, **_named(source, people))
    found = found.annotate(**{person.answer: tell(actor, *_names_of(person)) for person in people})
    own = ("id", "resource_id", "change", "recorded_at", "row")
    told = []
    for row in found.values(*own, *flags, *(person.answer for person in people))[:limit]:
        today = now[row["resource_id"]]
        then_too = [code for code, flag in zip(rules, flags, strict=True) if row[flag]]
        both = [code for code in then_too if code in today["rules"]] if flags else today["rules"]
        if both:
            kept = {person.answer: row[person.answer] for person in people}
            shown = shielded_row(_restored(row["row"], source, today) | kept, people) | {"rules": both}
            told.append(Told(shown, row["change"], row["recorded_at"], row["id"]))
    return told


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
