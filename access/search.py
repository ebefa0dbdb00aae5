"""From parsed search parameters to the search of a statement: conditions with slots."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, DateField, DateTimeField, F, Field, Model, Q, TextField, UUIDField, Value

from access.actors import DENMARK, Actor
from access.conditions import NEVER, disj
from access.paging import after, last_of, order_of
from access.policies import policy_of
from access.shielding import meets_shields, unshielded
from access.sql import IsIn, Param
from access.statements import Search, Source
from fhir.datatypes import key_in, parse_reference
from fhir.outcomes import FhirError
from fhir.registry import Resource, SearchParameter
from fhir.search import LAST_UPDATED, Criterion, Query
from fhir.search_values import about, date_range, token_parts

# Made once: making a field costs more than most of what is done with it.
_UUID, _TEXT, _DAY, _INSTANT = UUIDField(), TextField(), DateField(), DateTimeField()
# Conditions that decide, by what builds them and the shape of the actor; building one costs milliseconds.
_DECIDED: dict[tuple[Any, ...], Q] = {}
MOST_DECIDED = 4096
SHORT = timedelta(days=62)
# Which prefixes of a date say from when, and which until when.
_FROM = frozenset({"eq", "gt", "ge", "sa"})
_UNTIL = frozenset({"eq", "lt", "le", "eb"})


class Builder:
    """Gathers the condition, the key of its shape and the values while a query is compiled."""

    def __init__(self, resource: Resource, actor: Actor) -> None:
        self.resource = resource
        self.asker = actor
        self.source: Source = resource.source
        self.key: list[Any] = []
        self.values: dict[str, Any] = {}
        self.where: Q | None = None
        self.citizen_id: UUID | None = None
        self.is_bounded = False
        self.names_unit = False
        self.since: datetime | None = None
        self.until: datetime | None = None
        self.names_one = False

    def add(self, part: Q, *key: Any) -> None:
        """Take one more condition that must hold."""
        self.where = part if self.where is None else self.where & part
        self.key.append(key)

    def decided(self, build: Callable[..., Q], *more: Any, key: Any = "") -> Q:
        """A condition that asks what the actor may see, built once for actors of a shape: it holds slots only.

        `more` is what it is built of besides the actor, `key` what tells one such from another.
        """
        place = (build, self.asker.shape, key)
        found = _DECIDED.get(place)
        if found is None:
            part = build(self.asker.symbolic, *more)
            # What may be NEVER becomes a condition that a search can hold: it finds nothing, and can still be asked.
            found = Q(Value(False, output_field=BooleanField())) if part is NEVER else part
            if len(_DECIDED) >= MOST_DECIDED:
                _DECIDED.clear()
            _DECIDED[place] = found
        return found

    def is_short(self) -> bool:
        """Whether the rows are those of one unit in a short time."""
        if not self.names_unit or self.since is None or self.until is None:
            return False
        return self.until - self.since <= SHORT

    def slot(self, value: Any, output: Any) -> Param:
        """Make a slot for a value."""
        name = f"q{len(self.values)}"
        self.values[name] = value
        return Param(name, output)

    def field_of(self, path: str) -> "Field[Any, Any]":
        """The field at the end of a path."""
        model = self.source.model
        *links, last = path.split("__")
        for link in links:
            model = model._meta.get_field(link).related_model  # type: ignore[assignment]
        return model._meta.pk if last == "pk" else model._meta.get_field(last)  # type: ignore[return-value]


def compile_query(resource: Resource, query: Query, actor: Actor) -> Search:
    """Compile a parsed query of this asker. Raises FhirError where a value does not fit its parameter.

    A search for one citizen or one id is bounded, and so is one for a unit in a short time.
    """
    builder = Builder(resource, actor)
    compilers = {"token": _token, "reference": _reference, "date": _date, "string": _string}
    for criterion in query.criteria:
        try:
            compilers[criterion.parameter.kind](builder, criterion)
        except (ValueError, OverflowError) as error:
            raise FhirError("bad-parameter", criterion.parameter.name) from error
        if criterion.parameter.guard is not None:
            builder.add(builder.decided(criterion.parameter.guard), "guard")
    if builder.source.deleted:
        builder.add(Q(**{f"{builder.source.deleted}__isnull": True}), "deleted")
    order = order_of(resource, query.sort)
    if query.cursor:
        after(builder, order, last_of(query.cursor))
    return Search(
        key=(resource.type, *builder.key),
        where=builder.where if builder.where is not None else Q(),
        values=builder.values,
        citizen_id=builder.citizen_id,
        limit=query.count + 1,
        order=order,
        is_bounded=builder.is_bounded or builder.is_short(),
        names_one=builder.names_one,
    )


def _reference(builder: Builder, criterion: Criterion) -> None:
    """A reference: one of these ids, of a type that the parameter may name."""
    parameter = criterion.parameter
    targets = (criterion.modifier,) if criterion.modifier else parameter.targets
    found = [parse_reference(value, targets) for value in criterion.values]
    parts = []
    for kind, key in found:
        if parameter.where is not None:
            slot = builder.slot(key, _UUID)
            parts.append(builder.decided(parameter.where, slot, kind, key=(slot.name, kind)))
            continue
        paths = parameter.paths if len(parameter.paths) == 1 else (parameter.paths[parameter.targets.index(kind)],)
        part = Q(**{paths[0]: builder.slot(key, _UUID)})
        if kind == "Practitioner" and meets_shields(builder.asker):
            source = builder.source
            part &= builder.decided(unshielded, source, paths[0], key=(source.model, paths[0]))
        if parameter.systems:
            part &= Q(**{parameter.systems: builder.slot(kind, _TEXT)})
        parts.append(part)
    if _names_citizen(builder.resource, parameter, [kind for kind, _key in found]):
        builder.citizen_id = found[0][1] if len(found) == 1 else builder.citizen_id
        builder.is_bounded = True
    elif parameter.name in builder.resource.unit_parameters:
        builder.names_unit = True
    builder.add(disj(parts), parameter.name, tuple(kind for kind, _key in found))


def _names_citizen(resource: Resource, parameter: SearchParameter, kinds: list[str]) -> bool:
    """Whether the values are citizens whose rows are asked for, by whatever parameter."""
    naming = resource.parameter(resource.citizen_parameter) if resource.citizen_parameter else None
    if naming is None or parameter.where is not None:
        return False
    single = len(parameter.paths) == 1
    paths = {parameter.paths[0 if single else parameter.targets.index(kind)] for kind in kinds}
    return paths == set(naming.paths)


def _token(builder: Builder, criterion: Criterion) -> None:
    """A token: `code`, `system|code` or `|code`."""
    parameter = criterion.parameter
    parts, shape = [], []
    is_one = parameter.is_key
    for value in criterion.values:
        system, code = token_parts(value)
        if parameter.where is not None:
            if system and system != parameter.fixed_system:
                raise FhirError("bad-parameter", parameter.name)
            slot = builder.slot(code, _TEXT)
            parts.append(builder.decided(parameter.where, slot, "", key=slot.name))
            shape.append("")
            continue
        if parameter.codes is not None:
            known = parameter.codes.get(value)
            if known is None and system in (None, "", parameter.fixed_system):
                known = parameter.codes.get(code)
            if known is None:
                raise FhirError("unknown-code", f"{parameter.name}={code[:64]}")
            parts.append(known if isinstance(known, Q) else Q(**known))
            shape.append(value)
            continue
        if parameter.condition is not None:
            parts.append(parameter.condition(system or "", code, builder.slot))
            shape.append(system or "")
            continue
        output = builder.field_of(parameter.paths[0])
        is_key = isinstance(output, UUIDField)
        typed: Any = key_in(code) if is_key else parameter.values(system or "", code) if parameter.values else code
        part = Q(**{parameter.paths[0]: builder.slot(typed, _UUID if is_key else _TEXT)})
        if system and parameter.systems:
            held = system.removeprefix(parameter.system_prefix)
            part &= Q(**{parameter.systems: builder.slot(held, _TEXT)})
        elif system and system != parameter.fixed_system:
            raise FhirError("bad-parameter", parameter.name)
        if parameter.is_key:  # as the index of the keys says it, so that it is used
            part &= ~Q(**{parameter.paths[0]: ""})
            is_one = is_one and bool(system)
        builder.is_bounded = builder.is_bounded or parameter.name == "_id"
        parts.append(part)
        shape.append("system" if system and parameter.systems else "")
        if parameter.name == builder.resource.citizen_parameter and len(criterion.values) == 1:
            builder.citizen_id = typed
    builder.is_bounded = builder.is_bounded or is_one
    if parameter.secret:
        if len(criterion.values) != 1:
            raise FhirError("bad-parameter", parameter.name)
        builder.is_bounded = builder.names_one = True
    builder.add(disj(parts), parameter.name, tuple(shape))


def _date(builder: Builder, criterion: Criterion) -> None:
    """A date or period against a day, a month, a year or an instant, with its prefix."""
    parts, shape = [], []
    paths = criterion.parameter.paths
    if criterion.parameter.name == "_lastUpdated":  # what a table calls it, its source tells
        paths = (str(builder.source.columns["updated_at"]),)
    for value in criterion.values:
        prefix, first, after = date_range(value)
        if prefix == "ap":
            first, after = about(first, after, builder.asker.moment)
        is_day = not isinstance(builder.field_of(paths[0]), DateTimeField)
        parts.append(_compare(builder, paths, prefix, first, after, is_day=is_day))
        shape.append(prefix)
        if len(criterion.values) == 1 and criterion.parameter is not LAST_UPDATED:
            builder.since = first if prefix in _FROM else builder.since
            builder.until = after if prefix in _UNTIL else builder.until
    builder.add(disj(parts), criterion.parameter.name, tuple(shape))


def _compare(
    builder: Builder, paths: tuple[str, ...], prefix: str, first: datetime, after: datetime, *, is_day: bool
) -> Q:
    """Compare a column, or the start and end of a period with an open end, with what lies from `first` to `after`."""
    output = _DAY if is_day else _INSTANT

    def at(value: datetime) -> Param:
        return builder.slot(value.astimezone(DENMARK).date() if is_day else value, output)

    start, end = paths[0], paths[-1]
    open_end = Q(**{f"{end}__isnull": True}) if start != end else None

    def ends(**lookup: Any) -> Q:
        part = Q(**{f"{end}__{name}": value for name, value in lookup.items()})
        return part if open_end is None else part | open_end

    if prefix == "eq":
        return Q(**{f"{start}__gte": at(first)}) & Q(**{f"{end}__lt": at(after)})
    if prefix == "ne":
        return ~(Q(**{f"{start}__gte": at(first)}) & Q(**{f"{end}__lt": at(after)}))
    if prefix in ("gt", "sa"):
        return ends(gte=at(after)) if prefix == "gt" else Q(**{f"{start}__gte": at(after)})
    if prefix == "ge":
        return ends(gte=at(first))
    if prefix == "ap":
        return Q(**{f"{start}__lt": at(after)}) & ends(gte=at(first))
    if prefix == "le":
        return Q(**{f"{start}__lt": at(after)})
    return Q(**{f"{start}__lt": at(first)}) if prefix == "lt" else Q(**{f"{end}__lt": at(first)})


def _string(builder: Builder, criterion: Criterion) -> None:
    """Text that begins with the value, is it (`:exact`) or holds it (`:contains`), in any of the columns."""
    lookup = {"": "istartswith", "exact": "exact", "contains": "icontains"}[criterion.modifier]
    parts = [
        Q(**{f"{path}__{lookup}": builder.slot(value, _TEXT)})
        for value in criterion.values
        for path in criterion.parameter.paths
    ]
    builder.add(disj(parts), criterion.parameter.name, criterion.modifier, len(criterion.values))


_BY_KEY = Q(pk=Param("q0", _UUID))


def key_search(key: UUID) -> Search:
    """The search for one thing by its id."""
    return Search(("id",), _BY_KEY, {"q0": key}, limit=1, is_bounded=True)


def _among(model: type[Model], keys: Sequence[UUID], path: str, citizen_id: UUID | None) -> tuple[Q, dict[str, Any]]:
    """The condition that a column holds one of these ids, and that the row is this citizen's, with the values for it.

    What is about nobody is anybody's.
    """
    where = Q(IsIn(F(path), Param("q0", ArrayField(UUIDField()))))
    return _of_citizen(model, where, keys, citizen_id)


def _of_citizen(
    model: type[Model], where: Q, keys: Sequence[UUID], citizen_id: UUID | None
) -> tuple[Q, dict[str, Any]]:
    """The condition and that the row is this citizen's, with the values for both; `q0` are the keys."""
    column = policy_of(model).target.citizen
    if citizen_id is None or not column:
        return where, {"q0": list(keys)}
    return where & Q(**{column: Param("q1", UUIDField())}), {"q0": list(keys), "q1": citizen_id}


def keys_search(source: Source, keys: Sequence[UUID], citizen_id: UUID | None) -> Search:
    """The search for these things by their ids; `citizen_id` says whose they must be, where one citizen was asked
    for."""
    where, values = _among(source.model, keys, "pk", citizen_id)
    named = values.get("q1")
    return Search(("ids", named is None), where, values, named, len(keys), is_bounded=True)


def reverse_search(
    face: Resource,
    parameter: SearchParameter,
    kind: str,
    keys: Sequence[UUID],
    actor: Actor,
    *,
    citizen_id: UUID | None,
    limit: int,
) -> Search:
    """The search for what refers to these things of one type by a parameter that is followed backwards.

    By a link it is found only where the actor may see the thing at its end.
    """
    builder = Builder(face, actor)
    if parameter.among is not None:
        slot = Param("q0", ArrayField(UUIDField()))
        found = builder.decided(parameter.among, slot, kind, key=("among", parameter.name, kind))
        where, values = _of_citizen(face.source.model, found, keys, citizen_id)
    else:
        path = parameter.paths[0 if len(parameter.paths) == 1 else parameter.targets.index(kind)]
        where, values = _among(face.source.model, keys, path, citizen_id)
    if parameter.systems:
        where &= Q(**{parameter.systems: Value(kind)})
    if parameter.guard is not None:
        where &= builder.decided(parameter.guard)
    named = values.get("q1")
    return Search(("referring", parameter.name, kind, named is None), where, values, named, limit, is_bounded=True)


def citizen_search(source: Source, citizen_id: UUID, column: str, limit: int, *, is_there: bool = False) -> Search:
    """The search for everything of one citizen, or for what has not been deleted (`is_there`)."""
    where = Q(**{column: Param("q0", _UUID)})
    if is_there and source.deleted:
        where &= Q(**{f"{source.deleted}__isnull": True})
    return Search(("citizen", column, is_there), where, {"q0": citizen_id}, citizen_id, limit, is_bounded=True)
