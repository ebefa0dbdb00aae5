"""Old decisions taken again: with the facts and the law as they stood at the moment of the log row.

A look is decided once more for each thing it showed or was refused, a write for the rules that permitted it. What the
log says and what is decided now must be the same; where they differ, the log, the rules or the kept past is wrong.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from access import decisions, service
from access.actors import Actor
from access.decisions import Decision
from access.policies import policy_of
from access.statements import Source
from access.vocabulary import ActingAs, Action, Category, Purpose
from audit.models import Entry
from audit.past import seen_as_of
from fhir.registry import all_resources, resource_of

LOOKS = frozenset({"read", "vread", "history", "search", "overview", "explain", "everything", "history-type"})
BATCH = 500


@dataclass(frozen=True)
class Difference:
    """A log row that would not be written so today, and in what."""

    entry_id: UUID
    at: datetime
    what: str


@dataclass
class Replayed:
    """How many log rows of each kind were decided again, how many hold nothing to decide, and what differs."""

    decided: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)


def replay(since: datetime, until: datetime) -> Iterator[Replayed]:
    """Decide the log rows from `since` to before `until` again; yields what was found so far, batch by batch.

    Reads only. The cost is one to some statements for each log row.
    """
    found = Replayed()
    with seen_as_of() as set_moment:
        for entries in _batches(since, until):
            for entry in entries:
                set_moment(entry.recorded_at)
                what = _difference(entry)
                kind = f"{entry.interaction} {entry.outcome}"
                (found.passed_over if what is None else found.decided)[kind] += 1
                if what:
                    found.differences.append(Difference(entry.id, entry.recorded_at, what))
            yield found


def _batches(since: datetime, until: datetime) -> Iterator[list[Entry]]:
    """The log rows in order, some at a time."""
    rows = Entry.objects.filter(recorded_at__gte=since, recorded_at__lt=until).order_by("recorded_at", "id")
    last: tuple[datetime, UUID] | None = None
    while True:
        page = list((rows if last is None else rows.filter(pk__gt=last))[:BATCH])
        if not page:
            return
        yield page
        last = (page[-1].recorded_at, page[-1].id)


def actor_of(entry: Entry) -> Actor:
    """Who asked then, with the law of that day."""
    return Actor(
        acting_as=ActingAs(entry.acting_as),
        purpose=Purpose(entry.purpose),
        moment=entry.recorded_at,
        professional_id=entry.professional_id,
        profession=entry.profession,
        unit_id=entry.unit_id,
        responsible_id=entry.responsible_id,
        citizen_id=entry.actor_citizen_id,
        on_behalf_of=entry.on_behalf_of,
        override_id=entry.override_id,
        will_reason=entry.will_reason,
    )


def _difference(entry: Entry) -> str | None:
    """In what the decision of now differs; empty when in nothing, None when the row holds nothing to decide."""
    if entry.purpose not in Purpose or entry.acting_as not in ActingAs:
        return None
    actor = actor_of(entry)
    if entry.interaction in LOOKS and entry.resource_ids:
        return _of_look(entry, actor)
    if entry.interaction in LOOKS and entry.outcome == Entry.Outcome.REFUSE and entry.citizen_id is not None:
        return _of_refused_search(entry, actor)
    if entry.interaction in ("create", "update") and entry.outcome == Entry.Outcome.PERMIT and entry.rules:
        return _of_write(entry, actor)
    return None


def _sources(entry: Entry) -> list[Source]:
    """The tables that the things of a log row may lie in."""
    if entry.interaction == "overview":
        found = [face for resource in all_resources() if resource.in_overview for face in resource.faces]
    elif entry.interaction == "everything":
        found = [face for resource in all_resources() if resource.citizen_parameter for face in resource.faces]
    else:
        named = resource_of(entry.resource_type)
        found = [] if named is None else list(named.faces)
    return [face.source for face in found]


def _decided(entry: Entry, actor: Actor, action: Action) -> dict[UUID, Decision]:
    """Each thing of a log row, decided again."""
    found: dict[UUID, Decision] = {}
    for source in _sources(entry):
        found |= decisions.decide_many(policy_of(source.model), actor, action, entry.resource_ids)
    return found


def _of_look(entry: Entry, actor: Actor) -> str:
    """A look at things by their ids."""
    found = _decided(entry, actor, Action.READ)
    if entry.outcome == Entry.Outcome.REFUSE:
        reasons = {str(decision.reason or "") for decision in found.values()} or {""}
        return _unequal("reason", {entry.reason}, reasons)
    missing = [key for key in entry.resource_ids if key not in found or not found[key].permitted]
    if missing:
        return f"{len(missing)} of {len(entry.resource_ids)} things would be refused: {missing[0]}"
    return _unequal("rules", set(entry.rules), _codes(found.values()))


def _of_refused_search(entry: Entry, actor: Actor) -> str | None:
    """A search or an overview that was refused for the citizen as such."""
    assert entry.citizen_id is not None  # noqa: S101  the caller has looked
    reasons = set()
    for source in _sources(entry):
        decision = service.decide_for_citizen(source, actor, entry.citizen_id)
        reasons.add("no_relation" if decision is None else str(decision.reason or "permitted"))
    return "" if not reasons or entry.reason in reasons else _unequal("reason", {entry.reason}, reasons)


def _of_write(entry: Entry, actor: Actor) -> str | None:
    """A write, decided on what stood before it: the rules that permitted it are among those that hold.

    Nothing where what was written has no face here, such as a power of attorney.
    """
    if not _sources(entry):
        return None
    if entry.interaction == "update":
        found = _codes(_decided(entry, actor, Action.UPDATE).values())
    elif entry.citizen_id is not None and entry.families:
        category = Category(entry.families[0])
        made = (
            service.decide_create(policy_of(source.model), actor, entry.citizen_id, category)
            for source in _sources(entry)
        )
        found = _codes(decision for decision in made if decision is not None)
    else:
        return None
    return "" if set(entry.rules) <= found else _unequal("rules", set(entry.rules), found)


def _codes(found: Iterable[Decision]) -> set[str]:
    """The codes of all rules that held."""
    return {rule.code for decision in found for rule in decision.held}


def _unequal(what: str, then: set[str], now: set[str]) -> str:
    """Say in what two sets differ; empty when in nothing."""
    return "" if then == now else f"{what}: the log says {sorted(then)}, now {sorted(now)}"
