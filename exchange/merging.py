"""Bringing a parcel together with what was delivered before, so that the order of arrival does not matter.

For each resource the content with the latest timestamp stands; of two with the same timestamp the later arrival. What
it points at may have come before, come later or never come: what waits is read again when its target arrives.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from exchange.errors import Refused
from exchange.gateway.reading import again
from exchange.items import Item, Role
from exchange.models import Delivered
from exchange.values import Key

POINTERS = frozenset({Role.FOLLOW_UP})
"""Roles in which a resource names a contact as its own; a contact keeps all that ever named it."""

SOCIAL = ("cond-soc", "goal-soc", "int-soc", "plan-soc")


@dataclass
class Work:
    """One resource in a transaction: what it says now, what was known of it, and what came of it."""

    item: Item
    state: Delivered
    action: str
    is_written: bool = False
    is_kept: bool = False


@dataclass
class Merge:
    """All resources of one citizen and sender that a transaction looks at."""

    source: str
    citizen_id: UUID
    origin_id: UUID
    states: dict[Key, Delivered] = field(default_factory=dict)
    works: dict[Key, Work] = field(default_factory=dict)

    def load(self, keys: Iterable[Key], waiting_for: Iterable[Key] = ()) -> None:
        """Read the last state of these resources, and of those that wait for some of them. At most one statement."""
        load_all([(self, keys, waiting_for)])

    def keep(self, states: Iterable[Delivered]) -> list[Delivered]:
        """Hold states; one that is held already stands."""
        return [self.states.setdefault((state.type, state.source_id), state) for state in states]

    def take(self, item: Item) -> None:
        """Decide what an arriving item does to what is known of it. Raises Refused."""
        state = self.states.get(item.key)
        if state is None:
            state = self._fresh(item)
            self.works[item.key] = Work(item, state, "created", is_written=True, is_kept=True)
            return
        if state.citizen_id != self.citizen_id:
            raise Refused("foreign-citizen", item.full_url)
        if state.origin_id != self.origin_id:
            raise Refused("foreign-owner", item.full_url)
        self.works[item.key] = self._met(item, state)

    def _met(self, item: Item, state: Delivered) -> Work:
        if state.digest == item.digest:
            first, last = min(state.first_sent_at, item.sent_at), max(state.sent_at, item.sent_at)
            is_earlier = first < state.first_sent_at
            is_moved = is_earlier or last > state.sent_at
            state.first_sent_at, state.sent_at = first, last
            return Work(self._again(item, first), state, "unchanged", is_written=is_earlier, is_kept=is_moved)
        if item.sent_at < state.sent_at:
            return Work(item, state, "outdated")
        state.digest, state.content = item.digest, item.content
        state.sent_at = state.first_sent_at = item.sent_at
        return Work(item, state, "unchanged", is_written=True, is_kept=True)

    def _again(self, item: Item, since: datetime) -> Item:
        return again(item, since) if item.pieces and since != item.sent_at else item

    def _fresh(self, item: Item) -> Delivered:
        state = Delivered(
            source=self.source,
            type=item.key[0],
            source_id=item.key[1],
            citizen_id=self.citizen_id,
            origin_id=self.origin_id,
            sent_at=item.sent_at,
            first_sent_at=item.sent_at,
            digest=item.digest,
            content=item.content,
        )
        self.states[item.key] = state
        return state

    def replay(self, state: Delivered) -> None:
        """Look again at a resource that was delivered before: something that it depends on has changed."""
        key = (state.type, state.source_id)
        if (work := self.works.get(key)) is not None and work.action != "outdated":
            work.is_written = work.is_kept = True
        elif state.elements:
            item = Item(key, "", state.content, state.digest, state.sent_at)
            action = work.action if work else ""
            full = Work(again(item, state.first_sent_at), state, action, is_written=True, is_kept=True)
            if work:
                full.item.full_url = work.item.full_url
            self.works[key] = full

    def point(self) -> None:
        """Tell contacts who named them, also in editions that are outdated, and look again at those."""
        named: list[tuple[Key, Key, str]] = []
        for key, work in list(self.works.items()):
            for ref in work.item.refs:
                if ref.role in POINTERS:
                    named.append((key, ref.key, work.item.pieces[0].category(work.item.pieces[0].law)))
        for key, state in list(self.states.items()):
            named.extend((key, target, state.category) for target in waiting(state) if target in self.works)
        for holder, target, category in named:
            contact = self.states.get(target)
            if contact is None:
                self._wait(holder, target)
            elif contact.citizen_id == self.citizen_id and contact.bases.get("/".join(holder)) != category:
                contact.bases = {**contact.bases, "/".join(holder): category}
                self.replay(contact)

    def _wait(self, holder: Key, target: Key) -> None:
        state = self.states[holder]
        name = "/".join(target)
        if name not in state.waits_for:
            state.waits_for = [*state.waits_for, name]
            self.works[holder].is_kept = True

    def known(self, key: Key) -> Delivered | None:
        """The state of a resource of this citizen, or None while it has not been delivered."""
        state = self.states.get(key)
        return state if state is not None and state.citizen_id == self.citizen_id else None


def load_all(asked: Iterable[tuple[Merge, Iterable[Key], Iterable[Key]]]) -> None:
    """Read for each merge the last state of its keys, and of what waits for some of them. At most one statement.

    The merges are of one source; each gets what it asked for.
    """
    wanted: dict[str, set[str]] = {}
    askers: dict[Key, list[Merge]] = {}
    targets: dict[UUID, tuple[Merge, set[str]]] = {}
    for merge, keys, waiting_for in asked:
        for key in keys:
            if key not in merge.states:
                wanted.setdefault(key[0], set()).add(key[1])
                askers.setdefault(key, []).append(merge)
        if names := {"/".join(key) for key in waiting_for}:
            targets[merge.citizen_id] = merge, names
    if not wanted and not targets:
        return
    condition = Q(pk__in=[])
    for kind, ids in wanted.items():
        condition |= Q(type=kind, source_id__in=ids)
    if targets:
        every = sorted({name for _merge, names in targets.values() for name in names})
        condition |= Q(waits_for__overlap=every, citizen__in=list(targets)) & ~Q(waits_for=[])
    source = next(merge.source for merges in (*askers.values(), [m for m, _n in targets.values()]) for merge in merges)
    for state in Delivered.objects.filter(condition, source=source):
        for merge in askers.get((state.type, state.source_id), ()):
            merge.keep([state])
        waiter, names = targets.get(state.citizen_id, (None, set()))
        if waiter is not None and names.intersection(state.waits_for):
            waiter.keep([state])


def waiting(state: Delivered) -> list[Key]:
    """The contacts that a resource waits for."""
    return [("Encounter", name.split("/", 1)[1]) for name in state.waits_for if name.startswith("Encounter/")]
