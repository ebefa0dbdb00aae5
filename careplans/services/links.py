"""What a writer links to: only what is the citizen's and what the writer may see; what she may not see stays linked."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from access.actors import Actor
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
