"""Types whose rows stand in several tables: a Consent may be a consent, a block or a registration.

Each table is a face of the type: an entry of the registry with its own source, policy and mapping. A read asks them in
turn; a search asks each that can have such rows and puts the answers in one order, so that its pages go across them.
A parameter without paths says that no row of the table has it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction

from access import service
from access.actors import Actor
from access.search import compile_query, key_search
from access.statements import Row, Search, count_permitted, fetch
from fhir.outcomes import FhirError
from fhir.registry import Resource
from fhir.search import COMMON, Criterion, Query
from fhir.search_values import token_parts

Found = list[tuple[Resource, Row]]


def read(entry: Resource, actor: Actor, key: UUID, *, interaction: str = "read") -> tuple[Resource, Row]:
    """Return one row that the actor may see, logged in the same statement, and the face it belongs to.

    Raises FhirError as `service.read` does. One statement for each table until it is found; three more when refused.
    """
    if not entry.also:
        return entry, service.read(entry.source, actor, key, interaction=interaction)
    for face in entry.faces:
        rows = fetch(face.source, actor, key_search(key), interaction=interaction)
        if rows:
            return face, rows[0]
    raise service.refused(holder(entry, key).source, actor, key, interaction)


def holder(entry: Resource, key: UUID) -> Resource:
    """The face whose table has this row; the entry itself when none has. Asked without regard to rights."""
    if not entry.also:
        return entry
    having = (face for face in entry.faces if face.source.model._default_manager.filter(pk=key).exists())
    return next(having, entry)


def of_row(entry: Resource, row: Row) -> Resource:
    """The face that a row was read by: the one that has its columns."""
    return next(face for face in entry.faces if face.source.columns.keys() == row.keys() - {"rules", "shields"})


def search(entry: Resource, actor: Actor, query: Query, text: str) -> tuple[Found, tuple[str, ...]]:
    """Return the rows of a search that the actor may see, each with its face, and the order they stand in.

    Raises FhirError as `service.search` does. One statement for a type of one table; for one of several, one each and
    one for the log of each citizen, in one transaction.
    """
    asked = _asked(entry, actor, query)
    order = asked[0][1].order or entry.source.order
    if len(asked) > 1:
        found = _gathered(asked, actor, order, text)
        if found:
            return found, order
    face, wanted = asked[0]
    return [(face, row) for row in service.search(face.source, actor, wanted, query=text)], order


def total(entry: Resource, actor: Actor, query: Query, text: str, *, is_told_alone: bool) -> int:
    """Return how many rows of a search for one citizen the actor may see, on all its pages.

    Told alone, the number is a disclosure of its own: it is logged, and refused as a search is. Raises FhirError as
    `service.search` does. One statement for each table, and one for the log.
    """
    asked = _asked(entry, actor, replace(query, cursor=""))
    sources = [(face.source, wanted) for face, wanted in asked]
    if is_told_alone:
        return service.count(sources, actor, query=text)
    return sum(count_permitted(source, actor, wanted) for source, wanted in sources if wanted.limit)


def _asked(entry: Resource, actor: Actor, query: Query) -> list[tuple[Resource, Search]]:
    """The search as each face has it that can have such rows; where none can, one that finds nothing."""
    asked = [(face, compile_query(face, part, actor)) for face in entry.faces if (part := _part(entry, face, query))]
    nothing = compile_query(entry, _of_citizen(entry, query), actor) if not asked else None
    return asked if nothing is None else [(entry, replace(nothing, limit=0))]


def _gathered(asked: Sequence[tuple[Resource, Search]], actor: Actor, order: tuple[str, ...], text: str) -> Found:
    """The first rows of all these searches together, with one log row for each citizen."""
    with transaction.atomic():
        found = [
            (face, row)
            for face, wanted in asked
            for row in fetch(face.source, actor, wanted, interaction="search", logged=False)
        ]
        for name in reversed(order):
            found.sort(key=_place(name.removeprefix("-")), reverse=name.startswith("-"))
        found = found[: asked[0][1].limit]
        for citizen_id in dict.fromkeys(row["citizen_id"] for _face, row in found):
            rows = [row for _face, row in found if row["citizen_id"] == citizen_id]
            log_rows(actor, "search", asked[0][0].source.name, citizen_id, rows, text)
    return found


def log_rows(
    actor: Actor, interaction: str, resource_type: str, citizen_id: UUID, rows: Sequence[Row], text: str
) -> None:
    """Write one log row for rows of one citizen, of whatever types, that were told at once."""
    service.log(
        actor,
        interaction,
        resource_type,
        citizen_id=citizen_id,
        outcome="permit",
        query=text,
        resource_ids=list(dict.fromkeys(row["id"] for row in rows)),
        families=_distinct(row.get("category") for row in rows),
        laws=_distinct(row.get("recorded_under") for row in rows),
        rules=_distinct(rule for row in rows for rule in row["rules"]),
    )


def _place(name: str) -> Callable[[tuple[Resource, Row]], Any]:
    """Where a row stands by a column: what is empty stands last."""
    return lambda item: (item[1][name] is None, item[1][name])


def _distinct(values: Iterable[Any]) -> list[str]:
    """The values that there are, each once."""
    return sorted({str(value) for value in values if value})


def _part(entry: Resource, face: Resource, query: Query) -> Query | None:
    """The search as this face has it; None when no row of its table can meet it. Raises FhirError for a code that no
    face knows."""
    if not entry.also:
        return query
    criteria = []
    for criterion in query.criteria:
        part = criterion if criterion.parameter.name in COMMON else _criterion(entry, face, criterion)
        if part is None:
            return None
        criteria.append(part)
    return replace(query, criteria=tuple(criteria))


def _criterion(entry: Resource, face: Resource, criterion: Criterion) -> Criterion | None:
    """One parameter as this face has it, with the codes that it knows."""
    parameters = [other.parameter(criterion.parameter.name) for other in entry.faces]
    own = face.parameter(criterion.parameter.name)
    if any(parameter is not None and parameter.codes is not None for parameter in parameters):
        for value in criterion.values:
            code = token_parts(value)[1]
            if not any(parameter is not None and code in (parameter.codes or ()) for parameter in parameters):
                raise FhirError("unknown-code", f"{criterion.parameter.name}={code[:64]}")
    if own is None or not own.paths:
        return None
    if own.codes is None:
        return replace(criterion, parameter=own)
    known = tuple(value for value in criterion.values if token_parts(value)[1] in own.codes)
    return replace(criterion, parameter=own, values=known) if known else None


def _of_citizen(entry: Resource, query: Query) -> Query:
    """The search without all but whom it is about."""
    return replace(
        query, criteria=tuple(item for item in query.criteria if item.parameter.name == entry.citizen_parameter)
    )
