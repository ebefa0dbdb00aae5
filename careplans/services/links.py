"""What a writer links to: only what is the citizen's and what the writer may see; what she may not see stays linked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q

from access.actors import Actor
from access.conditions import NEVER, disj
from access.elements import Element
from access.policies import policy_of
from access.vocabulary import Action
from fhir.outcomes import FhirError
from organisations.models import Organisation


def seen(by: Actor, model: type[Element], keys: Sequence[UUID], citizen_id: UUID, expression: str) -> list[UUID]:
    """The keys without repeats, all of them this citizen's and seen by the writer; one statement if there are any.

    Raises FhirError (422), alike for what does not exist and what the writer may not see.
    """
    wanted = list(dict.fromkeys(keys))
    if wanted:
        mine = model._default_manager.filter(
            policy_of(model).permitted(by, Action.READ), pk__in=wanted, citizen_id=citizen_id
        )
        if mine.count() != len(wanted):
            raise FhirError("dangling-reference", expression, expression=expression)
    return wanted


def kept(by: Actor, model: type[Element], current: UUID | None, wanted: UUID | None) -> UUID | None:
    """What one link becomes: as wanted, but a link that the writer may not see is not hers to take away."""
    if wanted is not None or current is None:
        return wanted
    hidden = not model._default_manager.filter(policy_of(model).permitted(by, Action.READ), pk=current).exists()
    return current if hidden else None


def known(model: type[Any], keys: Sequence[UUID], expression: str) -> None:
    """All of these exist in a public register; one statement if there are any. Raises FhirError (422)."""
    wanted = set(keys)
    if wanted and model._default_manager.filter(pk__in=wanted).count() != len(wanted):
        raise FhirError("dangling-reference", expression, expression=expression)


def units(keys: Sequence[UUID], expression: str) -> None:
    """All of these are units. Raises FhirError (422)."""
    known(Organisation, keys, expression)


@dataclass(frozen=True, eq=False)
class Parts:
    """The elements that are linked to one holder in a table: in each row one of several kinds, the main ones first.

    `through` is the table, `here` its column to the holder; `kinds` are its columns to elements and their tables, and
    `places` where each kind stands in the resource.
    """

    through: type[Model]
    here: str
    kinds: Mapping[str, Any]
    places: Mapping[str, str]

    def checked(self, by: Actor, wanted: Mapping[str, Sequence[UUID]], citizen_id: UUID) -> dict[str, list[UUID]]:
        """What is to be linked, each the citizen's and seen by the writer. Raises FhirError (422).

        One statement for each kind that there is any of.
        """
        return {
            name: seen(by, model, wanted.get(name, ()), citizen_id, self.places[name])
            for name, model in self.kinds.items()
        }

    def put(self, holder: Any, wanted: Mapping[str, Sequence[UUID]]) -> None:
        """Write what is linked to a holder, and in which order. One statement if there is anything."""
        rows = [
            self.through(**{self.here: holder, "rank": rank, f"{name}_id": key})
            for name in self.kinds
            for rank, key in enumerate(wanted[name], 1)
        ]
        if rows:
            self.through._default_manager.bulk_create(
                rows, update_conflicts=True, unique_fields=[self.here, *self.kinds], update_fields=["rank"]
            )

    def shown(self, by: Actor, holder: Any) -> dict[str, list[UUID]]:
        """What is linked to a holder and the writer sees, in its order. One statement."""
        found: dict[str, list[UUID]] = {name: [] for name in self.kinds}
        rows = self.through._default_manager.filter(self._seen(by), **{self.here: holder}).order_by("rank", "pk")
        for row in rows.values(*(f"{name}_id" for name in self.kinds)):
            for name in self.kinds:
                found[name] += [row[f"{name}_id"]] if row[f"{name}_id"] else []
        return found

    def change(self, by: Actor, holder: Any, wanted: Mapping[str, Sequence[UUID]]) -> None:
        """Link what is wanted, and unlink what the writer sees and no longer names. One or two statements."""
        gone = [~Q(**{f"{name}_id__in": wanted[name]}) & Q(**{f"{name}__isnull": False}) for name in self.kinds]
        self.through._default_manager.filter(self._seen(by), disj(gone), **{self.here: holder}).delete()
        self.put(holder, wanted)

    def _seen(self, by: Actor) -> Q:
        """The writer sees what is linked."""
        found = []
        for name, model in self.kinds.items():
            permitted = policy_of(model).permitted(by, Action.READ)
            if permitted is not NEVER:
                shown = Exists(model._default_manager.filter(permitted, pk=OuterRef(f"{name}_id")))
                found.append(Q(shown, **{f"{name}__isnull": False}))
        return disj(found)
