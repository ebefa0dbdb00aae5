"""Taking resources that stand by themselves: appointments and the practice's list of diagnoses.

Each row follows the edition with the latest timestamp, in whatever order editions arrive; nothing of one depends on
another, so no laws are worked out here and nothing waits.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from access.actors import Actor
from access.elements import Element
from citizens.models import Citizen
from exchange import parties, storing
from exchange.items import Item
from exchange.merging import Merge
from exchange.models import Delivered, Delivery
from exchange.reports import CitizenReport, Entry
from exchange.values import Key
from exchange.versions import Change, record_all
from fhir.ids import new_key
from organisations.models import Organisation

Columns = dict[str, Any]
Check = Callable[[Element | None, Columns, str], None]


@dataclass
class Thing:
    """One resource, read: its key with the sender, and the columns of its row; units stand in them by SOR code.

    `more` is what else it tells, for `finish` to make columns of.
    """

    key: Key
    full_url: str
    columns: Columns
    units: dict[str, str] = field(default_factory=dict)
    more: Columns = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """What tells one content from another."""
        parts = [self.columns, self.units, *([self.more] if self.more else [])]
        told = msgspec.json.encode(parts, order="deterministic")
        return hashlib.sha256(told).hexdigest()


@dataclass
class Load:
    """All that one bundle says of one citizen: rows of one table, at one unit that answers for them.

    `complete` says that what the unit delivered before and does not name now is over; `over` are the columns then.
    """

    bundle_id: str
    kind: str
    sent_at: datetime
    cpr: str
    sor: str
    names: dict[str, str]
    model: type[Element]
    things: list[Thing]
    full_urls: list[str]
    patient_url: str
    unit_kind: Organisation.Kind = Organisation.Kind.OTHER
    complete: bool = False
    over: Columns = field(default_factory=dict)


def take(by: Actor, source: str, load: Load, finish: Check | None = None) -> tuple[CitizenReport, Citizen]:
    """Bring the citizen's rows up to date with the load. Raises Refused; nothing is kept then.

    `finish` fills or checks the columns of a row against the one that stands, if any, before it is
    written. About ten statements.
    """
    citizen, is_new = parties.locked_citizen(load.cpr, by.moment)
    named = {sor for thing in load.things for sor in thing.units.values()} | {load.sor}
    wanted = {sor: load.names.get(sor, "") for sor in named}
    units, created = parties.units(wanted, by.moment, {load.sor: load.unit_kind})
    parties.check_sender(by, units[load.sor])
    merge = Merge(source, citizen.pk, units[load.sor])
    merge.load([thing.key for thing in load.things])
    for thing in load.things:
        content = {"columns": storing_form(thing.columns), "units": thing.units}
        merge.take(Item(thing.key, thing.full_url, content, thing.digest, load.sent_at))
    rows = _laid_out(merge, load, units, by.moment)
    storing.load_stored([rows])
    if finish is not None:
        for key, (work, columns) in rows.wanted[load.model].items():
            finish(rows.stored.get(key), columns, work.item.full_url)
    changes = [Change(Citizen, "create", [citizen.pk])] if is_new else []
    changes += [Change(Organisation, "create", [unit.pk for unit in created])] if created else []
    changes += storing.save([(merge, rows)])
    storing.keep_states([merge])
    ended = _ended(merge, load, by.moment) if load.complete else []
    changes += ended
    record_all(by, changes)
    return _report(merge, load, is_new, bool(created), bool(ended)), citizen


def storing_form(columns: Columns) -> Any:
    """Columns as plain data, for the kept state."""
    return msgspec.to_builtins(columns)


def _laid_out(merge: Merge, load: Load, units: dict[str, UUID], moment: datetime) -> storing.Rows:
    """The rows that are wanted, each with its key."""
    rows = storing.Rows(moment)
    things = {thing.key: thing for thing in load.things}
    for key, work in merge.works.items():
        if not work.is_written:
            continue
        thing = things[key]
        work.state.elements = work.state.elements or {"": str(new_key())}
        work.state.category = thing.columns["category"]
        rows.wanted[load.model][UUID(work.state.elements[""])] = (
            work,
            {
                "author_kind": "system",
                **thing.columns,
                **{f"{name}_id": units[sor] for name, sor in thing.units.items()},
                "origin_id": merge.origin_id,
                "source": merge.source,
                "source_id": key[1],
            },
        )
    return rows


def _ended(merge: Merge, load: Load, moment: datetime) -> list[Change]:
    """What a newer complete list no longer names is over; an older list ends nothing. Three statements."""
    kind = load.model.__name__
    states = Delivered.objects.filter(
        source=merge.source, citizen=merge.citizen_id, origin=merge.origin_id, type=kind, sent_at__lt=load.sent_at
    ).exclude(source_id__in=[thing.key[1] for thing in load.things])
    keys = [UUID(state.elements[""]) for state in states if "" in state.elements]
    states.update(digest="", sent_at=load.sent_at)  # so that an older list does not bring them back, and a newer does
    rows = [
        storing.bumped(row, load.over, moment)
        for row in load.model._default_manager.filter(pk__in=keys)
        if storing.differs(row, load.over) and row.clinical_status == "active"  # type: ignore[attr-defined]
    ]
    if not rows:
        return []
    storing.update(load.model, rows)
    return [Change(load.model, "update", [row.pk for row in rows])]


def _report(merge: Merge, load: Load, is_new: bool, has_new_units: bool, has_ended: bool) -> CitizenReport:
    """Say what came of each entry."""
    works = {work.item.full_url: work.action for work in merge.works.values()}
    actions = {*works.values(), *(("updated",) if has_ended else ())}
    works[load.patient_url] = "created" if is_new else "unchanged"
    entries = [Entry(url, works.get(url, "unchanged"), works.get(url, "unchanged")) for url in load.full_urls]
    notes = ["citizen-created"] if is_new else []
    notes += ["organisation-created"] if has_new_units else []
    outcome = Delivery.Outcome.UNCHANGED
    if actions & {"created", "updated"}:
        outcome = Delivery.Outcome.TAKEN
    elif "outdated" in actions:
        outcome = Delivery.Outcome.OUTDATED
    return CitizenReport(load.bundle_id, load.kind, outcome, entries, notes)
