"""Writing the rows of a merge: few statements, and none for what does not change."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Model

from access.elements import Element
from exchange.errors import Refused
from exchange.items import Piece
from exchange.laws import Window, place
from exchange.merging import Merge, Work
from exchange.models import Delivered
from exchange.values import Key
from exchange.versions import Change
from fhir.ids import new_key

_ORDER = {"Condition": 0, "CarePlan": 0, "ServiceRequest": 0, "Procedure": 0, "Goal": 1, "Encounter": 1}
_FIXED = frozenset({"id", "citizen", "created_at"})


@dataclass
class Rows:
    """The rows that a merge makes, before they are compared with what stands."""

    moment: datetime
    wanted: dict[type[Element], dict[UUID, tuple[Work, dict[str, Any]]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    stored: dict[UUID, Element] = field(default_factory=dict)
    touched: dict[type[Element], set[UUID]] = field(default_factory=lambda: defaultdict(set))


def lay_out(merge: Merge, windows: Sequence[Window], units: dict[str, UUID], moment: datetime) -> Rows:
    """Give every piece its key, category, law and columns. Raises Refused."""
    rows = Rows(moment)
    written = [work for work in merge.works.values() if work.is_written and work.item.pieces]
    for work in written:
        _keys(work)
    for work in sorted(written, key=_depth):
        bases = list(work.state.bases.values())
        for piece in work.item.pieces:
            category, law = place(merge, piece, windows, bases)
            if piece.suffix == "":
                work.state.category = category
            rows.wanted[piece.model][UUID(work.state.elements[piece.suffix])] = (
                work,
                {
                    **_columns(merge, piece, units),
                    "category": category,
                    "recorded_under": law.value,
                    "origin_id": merge.origin_id,
                    "occurred_at": piece.span.start,
                    "source": merge.source,
                    "source_id": "/".join(filter(None, (work.item.key[1], piece.suffix))),
                },
            )
        _note(merge, work)
    return rows


def _depth(work: Work) -> int:
    """What others take their law from comes first."""
    base = _ORDER.get(work.item.key[0], 2)
    return base + any(ref.key[0] == "Observation" for ref in work.item.refs)


def _keys(work: Work) -> None:
    """Keep the keys of pieces that have rows; give the others one."""
    kind = work.item.pieces[0].kind
    if work.item.key[0] == "CarePlan" and work.state.category and work.state.category.split("-")[0] != kind:
        raise Refused("conflict", work.item.full_url)
    elements = dict(work.state.elements)
    for piece in work.item.pieces:
        elements.setdefault(piece.suffix, str(new_key()))
    work.state.elements = elements


def _columns(merge: Merge, piece: Piece, units: dict[str, UUID]) -> dict[str, Any]:
    """The columns of a piece with its foreign keys; one that waits is empty."""
    columns = {"author_kind": "system", **piece.values}
    if "requester" in columns:
        columns["requester_id"] = units.get(columns.pop("requester") or "")
    for name, ref in piece.keys.items():
        state = merge.known(ref.key)
        fits = state is not None and (name == "condition" or state.category.startswith("int-"))
        columns[f"{name}_id"] = UUID(state.elements[""]) if state is not None and fits else None
    return columns


def _note(merge: Merge, work: Work) -> None:
    """Keep with the state what it waits for and what it is a grant of."""
    item, state = work.item, work.state
    missing = ["/".join(ref.key) for ref in item.refs if merge.known(ref.key) is None]
    held = [name for name in state.waits_for if name.startswith("Encounter/")]
    still = [name for name in held if merge.known(("Encounter", name.split("/", 1)[1])) is None]
    state.waits_for = list(dict.fromkeys([*missing, *still]))
    grant = item.grant
    state.grant = grant.kind.value if grant else ""
    state.grant_start, state.grant_end = (grant.start, grant.end) if grant else (None, None)
    state.grant_is_over = grant is not None and grant.is_over


def load_stored(every: Iterable[Rows]) -> None:
    """Read the rows that stand already. One statement for each table that has some."""
    asked: dict[type[Element], dict[UUID, Rows]] = defaultdict(dict)
    for rows in every:
        for model, wanted in rows.wanted.items():
            for work in {id(work): work for work, _columns in wanted.values()}.values():
                if work.action != "created":
                    asked[model].update((UUID(key), rows) for key in work.state.elements.values())
    for model, keys in asked.items():
        for key, row in model.objects.in_bulk(list(keys)).items():
            keys[key].stored[key] = row


def save(every: Sequence[tuple[Merge, Rows]]) -> list[Change]:
    """Write what is new and what differs; return it for the versions, and say of each work what came of it.

    At most two statements for each table, however many merges.
    """
    changes: list[Change] = []
    for model in dict.fromkeys(model for _merge, rows in every for model in rows.wanted):
        fresh: list[Element] = []
        changed: list[Element] = []
        for merge, rows in every:
            made, bumped_rows = _sorted_out(model, merge, rows)
            fresh += made
            changed += bumped_rows
        if fresh:
            model.objects.bulk_create(fresh)
            changes.append(Change(model, "create", [row.pk for row in fresh]))
        if changed:
            update(model, changed)
            changes.append(Change(model, "update", [row.pk for row in changed]))
    return changes


def _sorted_out(model: type[Element], merge: Merge, rows: Rows) -> tuple[list[Element], list[Element]]:
    """The rows of a table that are new and those that differ, as they are to be."""
    wanted = rows.wanted.get(model)
    if not wanted:
        return [], []
    fresh = [
        _new(model, merge, key, columns, rows.moment) for key, (_w, columns) in wanted.items() if key not in rows.stored
    ]
    changed = [
        bumped(rows.stored[key], columns, rows.moment)
        for key, (_work, columns) in wanted.items()
        if key in rows.stored and (differs(rows.stored[key], columns) or key in rows.touched[model])
    ]
    changed += _dropped(model, wanted, rows)
    written = {row.pk for row in (*fresh, *changed)}
    for work, _columns in wanted.values():
        if work.action == "unchanged" and written & _own(work):
            work.action = "updated"
    return fresh, changed


def _own(work: Work) -> set[UUID]:
    return {UUID(key) for key in work.state.elements.values()}


def _new(model: type[Element], merge: Merge, key: UUID, columns: dict[str, Any], moment: datetime) -> Element:
    return model(id=key, citizen_id=merge.citizen_id, created_at=moment, updated_at=moment, **columns)


def differs(row: Element, columns: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in columns.items())


def bumped(row: Element, columns: dict[str, Any], moment: datetime) -> Element:
    for name, value in columns.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = moment
    return row


def _dropped(model: type[Element], wanted: dict[UUID, tuple[Work, dict[str, Any]]], rows: Rows) -> list[Element]:
    """The parts that the sender no longer names: entered in error."""
    gone = []
    for work in {id(work): work for work, _columns in wanted.values()}.values():
        for key in _own(work) - set(wanted):
            row = rows.stored.get(key)
            if row is not None and isinstance(row, model) and getattr(row, "status", "") != "entered-in-error":
                gone.append(bumped(row, {"status": "entered-in-error"}, rows.moment))
    return gone


def update(model: type[Model], changed: Sequence[Model]) -> None:
    """Write whole rows again. One statement."""
    names = [column.name for column in model._meta.concrete_fields if column.name not in _FIXED]
    model._default_manager.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=names)


def keep_states(merges: Iterable[Merge]) -> None:
    """Write the states that changed. One statement.

    They go as one JSON text: thousands of values one by one cost more to send than to write.
    """
    kept = [work.state for merge in merges for work in merge.works.values() if work.is_kept]
    if kept:
        columns = [column for column in Delivered._meta.concrete_fields if column.name != "id"]
        rows = [{column.column: getattr(state, column.attname) for column in columns} for state in kept]
        with connection.cursor() as cursor:
            cursor.execute(_keeping(), [msgspec.json.encode(rows).decode()])


@cache
def _keeping() -> str:
    """The statement that writes states, those of a key that is there already anew."""
    columns = [column for column in Delivered._meta.concrete_fields if column.name != "id"]
    names = ", ".join(f'"{column.column}"' for column in columns)
    types = ", ".join(f'"{column.column}" {column.db_type(connection)}' for column in columns)
    fixed = ("source", "type", "source_id", "citizen_id", "origin_id")
    changed = ", ".join(f'"{one.column}" = excluded."{one.column}"' for one in columns if one.column not in fixed)
    return (
        f"INSERT INTO exchange_delivered ({names}) SELECT {names} FROM jsonb_to_recordset(%s::jsonb) AS t({types}) "
        f"ON CONFLICT (source, type, source_id) DO UPDATE SET {changed}"
    )


def elements_of(merge: Merge, key: Key) -> UUID | None:
    """The row of a resource, or None while it has not been delivered."""
    state = merge.known(key)
    return UUID(state.elements[""]) if state is not None and "" in state.elements else None


def bump_others(every: Iterable[Rows]) -> list[Change]:
    """Give a new version to rows that only got or lost a link. Two statements for each table that has some."""
    others: dict[type[Element], dict[UUID, datetime]] = defaultdict(dict)
    for rows in every:
        for model, keys in rows.touched.items():
            others[model].update(dict.fromkeys(keys - set(rows.wanted.get(model, ())), rows.moment))
    changes = []
    for model, moments in others.items():
        if moments:
            changed = [bumped(row, {}, moments[row.pk]) for row in model.objects.filter(pk__in=moments)]
            update(model, changed)
            changes.append(Change(model, "update", [row.pk for row in changed]))
    return changes
