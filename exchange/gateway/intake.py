"""Taking the delivery report of one citizen, inside the caller's transaction."""

from datetime import datetime

from access.actors import Actor
from citizens.models import Citizen
from exchange import deaths, laws, links, parties, storing
from exchange.items import Parcel
from exchange.merging import SOCIAL, Merge, Work
from exchange.models import Delivered, Delivery
from exchange.relations import end_all, follow_grants
from exchange.reports import CitizenReport, Entry
from exchange.values import Key
from exchange.versions import Change, record_all
from organisations.models import Organisation

Grants = dict[Key, tuple[object, ...]]


def take_report(by: Actor, source: str, parcel: Parcel) -> tuple[CitizenReport, Citizen]:
    """Bring the citizen's elements up to date with the parcel. Raises Refused; nothing is kept then.

    About twenty statements, whatever the number of resources.
    """
    citizen, is_new = parties.locked_citizen(parcel.cpr, by.moment)
    wanted = parties.sors([parcel.sor, *(_requester(parcel))])
    units, created = parties.units(wanted, by.moment, {parcel.sor: Organisation.Kind.MUNICIPALITY})
    parties.check_sender(by, units[parcel.sor])
    merge = Merge(source, citizen.pk, units[parcel.sor])
    before_death, before_grants = _gather(merge, parcel, citizen)
    windows = _windows(merge)
    rows = storing.lay_out(merge, windows, units, by.moment)
    storing.load_stored(rows)
    difference = links.differences(merge, rows)
    changes = [Change(Citizen, "create", [citizen.pk])] if is_new else []
    changes += [Change(Organisation, "create", [unit.pk for unit in created])] if created else []
    changes += storing.save(merge, rows)
    difference.write()
    changes += storing.bump_others(rows)
    storing.keep_states(merge)
    changes += deaths.record_death(merge, citizen, before_death, by.moment)
    if before_grants != _grants(merge) or any(change.model is Citizen for change in changes):
        changes += follow_grants(source=source, citizen=citizen, unit_id=merge.origin_id, moment=by.moment)
    if citizen.died_at is not None and any(change.model is Citizen for change in changes):
        changes += end_all(citizen=citizen, moment=by.moment)
    record_all(by, citizen.pk, changes)
    citizen_action = (
        "created" if is_new else "updated" if any(item.model is Citizen for item in changes) else "unchanged"
    )
    return _report(merge, parcel, citizen, citizen_action, bool(created)), citizen


def _requester(parcel: Parcel) -> list[str | None]:
    """The SOR codes that referrals name."""
    return [piece.values.get("requester") for item in parcel.items for piece in item.pieces]


def _gather(merge: Merge, parcel: Parcel, citizen: Citizen) -> tuple[datetime | None, Grants]:
    """Read what was known, take in what arrives, and find what else must be looked at again.

    Returns what the sender said before of the citizen's death and the grants as they were.
    """
    items = list(parcel.items)
    life = deaths.said(parcel, citizen)
    if life is not None:
        items.append(life)
    keys = [item.key for item in items]
    merge.load([*keys, *(ref.key for item in items for ref in item.refs)], waiting_for=keys)
    died = deaths.instant_of(merge.states.get(deaths.key_of(citizen)))
    grants = _grants(merge)
    for item in items:
        merge.take(item)
    arrived = {"/".join(key) for key, work in merge.works.items() if work.action == "created"}
    for state in list(merge.states.values()):
        if state.citizen_id == merge.citizen_id and arrived.intersection(state.waits_for):
            merge.replay(state)
    merge.point()
    _load_targets(merge)
    return died, grants


def _load_targets(merge: Merge) -> None:
    """Read what the resources that are looked at again point at. No statement when all of it is known."""
    merge.load(ref.key for work in merge.works.values() if work.is_written for ref in work.item.refs)
    named = (name.split("/", 1) for work in merge.works.values() for name in work.state.bases)
    merge.load((kind, name) for kind, name in named)


def _windows(merge: Merge) -> list[laws.Window]:
    """The grants of the elderly act; where they change, every home-care element is looked at again."""
    if not laws.needs_windows(merge.works.values()):
        return []
    before, after = laws.windows_of(merge)
    if before != after:
        social = Delivered.objects.filter(
            source=merge.source, citizen=merge.citizen_id, origin=merge.origin_id, category__in=SOCIAL
        )
        for state in merge.keep(social):
            merge.replay(state)
        _load_targets(merge)
    return after


def _grants(merge: Merge) -> Grants:
    """The grants among the states at hand."""
    return {
        key: (state.grant, state.grant_start, state.grant_end, state.grant_is_over)
        for key, state in merge.states.items()
        if state.grant
    }


def _report(merge: Merge, parcel: Parcel, citizen: Citizen, citizen_action: str, has_new_units: bool) -> CitizenReport:
    """Say what came of each entry."""
    works = {work.item.full_url: work for work in merge.works.values() if work.action and work.item.pieces}
    entries = [
        Entry(url, citizen_action, citizen_action) if url == parcel.patient_url else _entry(url, works.get(url))
        for url in parcel.full_urls
    ]
    notes = ["citizen-created"] if citizen_action == "created" else []
    notes += ["organisation-created"] if has_new_units else []
    notes += ["citizen-deceased"] if citizen.died_at is not None else []
    counts = {entry.action for entry in entries}
    outcome = Delivery.Outcome.UNCHANGED
    if counts & {"created", "updated"}:
        outcome = Delivery.Outcome.TAKEN
    elif "outdated" in counts:
        outcome = Delivery.Outcome.OUTDATED
    return CitizenReport(parcel.bundle_id, parcel.kind, outcome, entries, notes)


def _entry(url: str, work: Work | None) -> Entry:
    """An entry; a unit is no element of its own."""
    if work is None:
        return Entry(url, "unchanged", "unchanged")
    action = work.action
    if work.state.waits_for and action in ("created", "updated"):
        return Entry(url, action, "waiting")
    return Entry(url, action, action)
