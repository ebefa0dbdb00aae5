"""Whether a row is one that the citizen has marked private: a label for the few readers who see such a row at all.

Those are the citizen, who acts for her, and who reads under an override. For all others the statements are what they
would be without. What a mark is, `consents` plugs in here.
"""

from collections.abc import Callable, Collection
from typing import Any

from access.actors import Actor
from access.vocabulary import CITIZEN_SIDE

# The column of a row that tells it; `fhir.datatypes.meta` makes labels of it.
MARK = "is_marked_private"
_PLUGGED: dict[str, Any] = {"types": frozenset()}


def plug_in(types: Collection[str], ask: Callable[[Actor], Any]) -> None:
    """Say which types can be marked, and the column that tells of a row of the outer query whether it is."""
    _PLUGGED.update(types=frozenset(types), ask=ask)


def marks(source: Any, actor: Actor) -> dict[str, Any]:
    """The column, for a reader who may see what is marked, of a type that can be."""
    may_see = actor.acting_as in CITIZEN_SIDE or actor.override_id is not None
    if not may_see or actor.asks_of_undecided or source.name not in _PLUGGED["types"]:
        return {}
    return {MARK: _PLUGGED["ask"](actor)}
