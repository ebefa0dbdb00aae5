"""Trying a decision before it is made: made, looked at, undone, and looked at as it stands. For the citizen's pages.

What it says of a place is what is then true of it, for both sides are asked of the rules (`consents.sight`). It takes
few statements, however much there is; `consents.dryrun` counts for everybody who may be touched, and takes more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from access import service
from access.actors import Actor
from consents.sight import Place, Seen, looked_at


@dataclass(frozen=True)
class Change:
    """What a place sees as it stands, and what it would see."""

    before: list[Seen]
    after: list[Seen]


def tried(*, by: Actor, citizen_id: UUID, change: Callable[[], Any], places: Sequence[Place]) -> dict[Place, Change]:
    """Return what `change` would do to what each place sees now; nothing is written but the log row of the question.

    Raises FhirError as `change` does; only who may make it may try it. Two statements for each capacity among the
    places, and those of `change`. Law: grounds.SELF_DETERMINATION.
    """
    try:
        with transaction.atomic():
            change()
            after = looked_at(by, citizen_id, places)
            transaction.set_rollback(True)
    except service.Refused as refused:
        refused.note()  # its own row was undone with the trial
        raise
    before = looked_at(by, citizen_id, places)
    service.log(by, "dry-run", "Consent", citizen_id=citizen_id, outcome="permit")
    return {place: Change(before[place], after[place]) for place in before}
