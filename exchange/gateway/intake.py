"""Taking delivery reports, of one citizen or of many at once, inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from access.actors import Actor
from citizens.models import Citizen
from exchange import deaths, laws, links, parties, storing
from exchange.items import Item, Parcel
from exchange.merging import SOCIAL, Merge, Work, load_all
from exchange.models import Delivered, Delivery
from exchange.relations import end_all, follow_grants
from exchange.reports import CitizenReport, Entry
from exchange.values import Key
from exchange.versions import Change, record_all
from organisations.models import Organisation

Grants = dict[Key, tuple[object, ...]]


@dataclass
class Intake:
    """One citizen's parcel on its way in: what was known of her, and what is new."""

    parcel: Parcel
    citizen: Citizen
    is_new: bool
    merge: Merge
    new_units: list[Organisation]
    died_before: datetime | None = None
    granted_before: Grants = field(default_factory=dict)
    is_changed: bool = False


def take_report(by: Actor, source: str, parcel: Parcel) -> tuple[CitizenReport, Citizen]:
    """Bring the citizen's elements up to date with the parcel. Raises Refused; nothing is kept then."""
    return take_reports(by, source, [parcel])[0]


def take_reports(by: Actor, source: str, parcels: Sequence[Parcel]) -> list[tuple[CitizenReport, Citizen]]:
    """Bring the elements of several citizens up to date, each with her parcel, as one by one would.

    No citizen and no resource stands in two of the parcels. Raises Refused where one of them would be; nothing is kept
    then. About twenty-five statements, whatever the number of citizens and resources.
    """
    intakes, units = _opened(by, source, parcels)
    _gather(intakes)
    _look_again(intakes)
    rows = [
        (intake.merge, storing.lay_out(intake.merge, windows, units, by.moment))
        for intake, windows in zip(intakes, _windows([intake.merge for intake in intakes]), strict=True)
    ]
    storing.load_stored(rows_of for _merge, rows_of in rows)
    difference = links.differences(rows)
    changes = [Change(Citizen, "create", [intake.citizen.pk for intake in intakes if intake.is_new])]
    changes += [Change(Organisation, "create", [unit.pk for unit in one.new_units]) for one in intakes if one.new_units]
    changes += storing.save(rows)
    difference.write()
    changes += storing.bump_others(rows_of for _merge, rows_of in rows)
    storing.keep_states(intake.merge for intake in intakes)
    changes += _lives_and_grants(source, intakes, by.moment)
    record_all(by, changes)
    return [(_report(intake), intake.citizen) for intake in intakes]


def _opened(by: Actor, source: str, parcels: Sequence[Parcel]) -> tuple[list[Intake], dict[str, UUID]]:
    """The citizens, locked, and the units: found, or made for the first parcel that names them. Raises Refused."""
    people = parties.locked_citizens([parcel.cpr for parcel in parcels], by.moment)
    named: dict[str, int] = {}
    kinds: dict[str, Organisation.Kind] = {}
    for number, parcel in enumerate(parcels):
        for sor in parties.sors([parcel.sor, *_requester(parcel)]):
            if sor not in named and sor == parcel.sor:
                kinds[sor] = Organisation.Kind.MUNICIPALITY
            named.setdefault(sor, number)
    units, created = parties.units(parties.sors(named), by.moment, kinds)
    for unit_id in {units[parcel.sor] for parcel in parcels}:
        parties.check_sender(by, unit_id)
    intakes = [
        Intake(parcel, *people[parcel.cpr], Merge(source, people[parcel.cpr][0].pk, units[parcel.sor]), [])
        for parcel in parcels
    ]
    for unit in created:
        intakes[named[unit.sor or ""]].new_units.append(unit)
    return intakes, units


def _lives_and_grants(source: str, intakes: Sequence[Intake], moment: datetime) -> list[Change]:
    """What follows from the resources: a death, and the relations that grants are evidence of."""
    changes: list[Change] = []
    for intake in intakes:
        died = deaths.record_death(intake.merge, intake.citizen, intake.died_before, moment)
        intake.is_changed = intake.is_new or bool(died)
        changes += died
    whose = [
        (intake.citizen, intake.merge.origin_id)
        for intake in intakes
        if intake.is_changed or intake.granted_before != _grants(intake.merge)
    ]
    changes += follow_grants(source=source, whose=whose, moment=moment)
    for intake in intakes:
        if intake.citizen.died_at is not None and intake.is_changed:
            changes += end_all(citizen=intake.citizen, moment=moment)
    return changes


def _requester(parcel: Parcel) -> list[str | None]:
    """The SOR codes that referrals name."""
    return [piece.values.get("requester") for item in parcel.items for piece in item.pieces]


def _gather(intakes: Sequence[Intake]) -> None:
    """Read what was known, take in what arrives, and note how the grants and the citizens' lives stood before."""
    items: list[list[Item]] = []
    for intake in intakes:
        life = deaths.said(intake.parcel, intake.citizen)
        items.append([*intake.parcel.items, *([life] if life is not None else [])])
    load_all(
        (intake.merge, [*keys, *(ref.key for item in own for ref in item.refs)], keys)
        for intake, own in zip(intakes, items, strict=True)
        for keys in [[item.key for item in own]]
    )
    for intake, own in zip(intakes, items, strict=True):
        intake.died_before = deaths.instant_of(intake.merge.states.get(deaths.key_of(intake.citizen)))
        intake.granted_before = _grants(intake.merge)
        for item in own:
            intake.merge.take(item)


def _look_again(intakes: Sequence[Intake]) -> None:
    """Find what else must be looked at again, since what it waited for has come, and read what it points at."""
    for merge in (intake.merge for intake in intakes):
        arrived = {"/".join(key) for key, work in merge.works.items() if work.action == "created"}
        for state in list(merge.states.values()):
            if state.citizen_id == merge.citizen_id and arrived.intersection(state.waits_for):
                merge.replay(state)
        merge.point()
    _load_targets([intake.merge for intake in intakes])


def _load_targets(merges: Sequence[Merge]) -> None:
    """Read what the resources that are looked at again point at. No statement when all of it is known."""
    load_all((merge, [*_pointed_at(merge), *_named(merge)], ()) for merge in merges)


def _pointed_at(merge: Merge) -> list[Key]:
    return [ref.key for work in merge.works.values() if work.is_written for ref in work.item.refs]


def _named(merge: Merge) -> list[Key]:
    names = (name.split("/", 1) for work in merge.works.values() for name in work.state.bases)
    return [(kind, name) for kind, name in names]


def _windows(merges: Sequence[Merge]) -> list[list[laws.Window]]:
    """The grants of the elderly act of each; where they change, every home-care element is looked at again."""
    asking = [merge for merge in merges if laws.needs_windows(merge.works.values())]
    stored = laws.stored_grants(asking)
    found: dict[UUID, list[laws.Window]] = {}
    changed: list[Merge] = []
    for merge in asking:
        before, found[merge.citizen_id] = laws.windows_of(merge, stored[merge.citizen_id])
        if before != found[merge.citizen_id]:
            changed.append(merge)
    if changed:
        owners = {merge.citizen_id: merge for merge in changed}
        social = Delivered.objects.filter(source=changed[0].source, citizen__in=owners, category__in=SOCIAL)
        for state in social:
            merge = owners[state.citizen_id]
            if state.origin_id == merge.origin_id:
                for kept in merge.keep([state]):
                    merge.replay(kept)
        _load_targets(changed)
    return [found.get(merge.citizen_id, []) for merge in merges]


def _grants(merge: Merge) -> Grants:
    """The grants among the states at hand."""
    return {
        key: (state.grant, state.grant_start, state.grant_end, state.grant_is_over)
        for key, state in merge.states.items()
        if state.grant
    }


def _report(intake: Intake) -> CitizenReport:
    """Say what came of each entry."""
    parcel = intake.parcel
    about = "created" if intake.is_new else "updated" if intake.is_changed else "unchanged"
    works = {work.item.full_url: work for work in intake.merge.works.values() if work.action and work.item.pieces}
    entries = [
        Entry(url, about, about) if url == parcel.patient_url else _entry(url, works.get(url))
        for url in parcel.full_urls
    ]
    notes = ["citizen-created"] if intake.is_new else []
    notes += ["organisation-created"] if intake.new_units else []
    notes += ["citizen-deceased"] if intake.citizen.died_at is not None else []
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
