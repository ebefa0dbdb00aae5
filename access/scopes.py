"""What a token was given at most (SMART scopes, version 2): it narrows what the law lets and never widens it.

A scope is `user/Goal.rs`: a level, a type and letters for create, read, update, delete and search. `patient/` binds to
the citizen in the token's context, `user/` and `system/` to nobody. Without scopes a token is narrowed by law alone.

Asked twice: at the door of every view, before anything is looked up, and again where rows are fetched and written, so
that an include, an overview or an entry of a batch cannot reach what the token does not name.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q, UUIDField

from access.actors import Actor
from access.policies import policy_of
from access.sql import Param
from access.vocabulary import ActingAs
from fhir.outcomes import FhirError

if TYPE_CHECKING:
    from access.statements import Search, Source

LETTERS = "cruds"
# Of version 1, as version 2 reads them.
_OLD = {"read": "rs", "write": "cud", "*": LETTERS}
_SCOPE = re.compile(r"(patient|user|system)/(\*|[A-Z][A-Za-z]{1,39})\.(read|write|\*|c?r?u?d?s?)")
# What each interaction asks for; one that is not here shows much at once, and asks for reading and searching.
_NEEDS = {
    "read": "r",
    "vread": "r",
    "history": "r",
    "search": "s",
    "history-type": "s",
    "create": "c",
    "update": "u",
    "delete": "d",
}
# What is served as part of another type: writing it is an update of that.
_PART_OF = {"StamkortEntry": ("Patient", "u")}


class ScopeUnknown(ValueError):
    """A scope that is not understood, or that is not offered (one limited by search parameters, `?…`)."""


@dataclass(frozen=True)
class Scope:
    """One scope of a type: whose (`level`), of what, and the letters."""

    level: str
    type: str
    letters: str

    def covers(self, other: "Scope") -> bool:
        """Whether whoever may have this one may have the other."""
        is_same = self.level == other.level and self.type in ("*", other.type)
        return is_same and set(other.letters) <= set(self.letters)


def parse(text: str) -> Scope:
    """Read one scope of a type, of version 2 or 1. Raises ScopeUnknown."""
    found = _SCOPE.fullmatch(text)
    if found is None or not found[3]:
        raise ScopeUnknown(text)
    return Scope(found[1], found[2], _OLD.get(found[3], found[3]))


@dataclass(eq=False)
class OutOfScope(FhirError):
    """A refusal by the token's scopes; the edge writes it to the log, since nothing was decided."""

    interaction: str = ""
    resource_type: str = ""


def out_of_scope(kind: str, interaction: str) -> OutOfScope:
    """The refusal: the same whatever there is."""
    return OutOfScope("insufficient-scope", kind, kind, interaction=interaction, resource_type=kind)


@lru_cache(maxsize=4096)
def _letters(scopes: frozenset[str], kind: str) -> tuple[frozenset[str], frozenset[str]]:
    """The letters that these scopes give of a type: for anybody, and only for the citizen in context."""
    free: set[str] = set()
    bound: set[str] = set()
    for text in scopes:
        if "/" in text and "." in text:
            scope = parse(text)
            if scope.type in ("*", kind):
                (bound if scope.level == "patient" else free).update(scope.letters)
    return frozenset(free), frozenset(bound)


def is_bound(actor: Actor, kind: str, interaction: str) -> bool:
    """Whether the token lets this be done to the citizen in its context only. Raises OutOfScope where to nobody."""
    if not actor.scopes:
        return False
    kind, needed = _PART_OF.get(kind) or (kind, _NEEDS.get(interaction, "rs"))
    free, bound = _letters(actor.scopes, kind)
    if free.issuperset(needed):
        return False
    if actor.in_context is None or not (free | bound).issuperset(needed):
        raise out_of_scope(kind, interaction)
    return True


def may(actor: Actor, kind: str, interaction: str) -> bool:
    """Whether the token lets this be done to anything at all."""
    try:
        is_bound(actor, kind, interaction)
    except OutOfScope:
        return False
    return True


def demand(actor: Actor, kind: str, interaction: str, citizen_id: UUID | None = None) -> None:
    """Refuse what the token does not let be done to things of this citizen. Raises OutOfScope."""
    if is_bound(actor, kind, interaction) and citizen_id != actor.in_context:
        raise out_of_scope(kind, interaction)


def demand_written(actor: Actor, kind: str, change: str, citizen_id: UUID | None) -> None:
    """The same for a write; a delivery was let in whole, by the scope of its operation. Raises OutOfScope."""
    if actor.scopes and actor.acting_as != ActingAs.SYSTEM:
        demand(actor, kind, change, citizen_id)


def narrowed(source: "Source", actor: Actor, search: "Search", interaction: str) -> "Search":
    """The search as the token lets it be made: bound to the citizen in context where it must be. Raises OutOfScope.

    A type that is about no citizen (units, professionals) is a public register, bound to nobody.
    """
    if not is_bound(actor, source.name, interaction):
        return search
    column = policy_of(source.model).target.citizen
    if not column:
        return search
    if search.citizen_id not in (None, actor.in_context):
        raise out_of_scope(source.name, interaction)
    here: Any = Param("in_context", UUIDField())
    return replace(
        search,
        key=(*search.key, "in-context"),
        where=search.where & Q(**{column: here}),
        values={**search.values, "in_context": actor.in_context},
        citizen_id=actor.in_context,
        is_bounded=True,
    )


def granted(wanted: Collection[str], most: Collection[str], *, levels: Collection[str]) -> tuple[str, ...]:
    """The scopes of types among those wanted, in their order. Raises ScopeUnknown for one that may not be had.

    `most` are the scopes that the system may have (empty: all of its levels), `levels` those that fit who asks.
    """
    limits = [parse(text) for text in most]
    for text in wanted:
        scope = parse(text)
        if scope.level not in levels or (limits and not any(limit.covers(scope) for limit in limits)):
            raise ScopeUnknown(text)
    return tuple(dict.fromkeys(wanted))
