"""What a decision would change, in plain words: who loses sight of what, who gains it, and what stays as it is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from access.vocabulary import Category
from consents.conditions import HEALTH_CATEGORIES
from consents.sight import EMERGENCY_OVERRIDING, Place, Seen
from consents.trials import Change
from portal.kinds import KIND_OF, KINDS


@dataclass(frozen=True)
class Effect:
    """One place: how many things more and fewer, and of which kinds; and what it sees all the same."""

    who: str
    gained: int
    lost: int
    gained_kinds: str
    lost_kinds: str
    kept_kinds: str


@dataclass(frozen=True)
class Told:
    """All that is told of a trial. `emergency` are the kinds of what is lost that an emergency doctor still may see.

    `digest` tells one such from another: what is confirmed must be what was read.
    """

    effects: list[Effect]
    emergency: str
    digest: str

    @property
    def is_lost(self) -> bool:
        """Whether anybody loses anything."""
        return any(effect.lost for effect in self.effects)


def told(changes: Mapping[Place, Change], names: Mapping[Place, str], texts: dict[str, str]) -> Told:
    """Put a trial in words. `names` are those of the places; places that nothing changes for are left out."""
    effects, lost_of_any = [], Counter[Category]()
    digest = sha256()
    for place, change in changes.items():
        before, after = _seen(change.before), _seen(change.after)
        digest.update(repr((names.get(place), sorted(before.items()), sorted(after.items()))).encode())
        gained, lost = after - before, before - after
        if place in names and (gained or lost):
            lost_of_any |= lost
            kinds = (_kinds(some, texts) for some in (gained, lost, after))
            effects.append(Effect(names[place], gained.total(), lost.total(), *kinds))
    open_there = _seen(changes[EMERGENCY_OVERRIDING].after) if EMERGENCY_OVERRIDING in changes else Counter()
    # An override opens no other, and the ward to which she is brought may be one that she blocked.
    still = Counter({category: 1 for category in lost_of_any if open_there[category] and category in HEALTH_CATEGORIES})
    return Told(effects, _kinds(still, texts), digest.hexdigest())


def _seen(found: Sequence[Seen]) -> Counter[Category]:
    """How many things of each family are seen."""
    counted: Counter[Category] = Counter()
    for one in found:
        if one.decision.permitted:
            counted[one.category] += one.count
    return counted


def _kinds(counted: Mapping[Category, int], texts: dict[str, str]) -> str:
    """The kinds of these families, in words."""
    found = {KIND_OF[category] for category in counted}
    return ", ".join(texts[kind].lower() for kind in KINDS if kind in found)
