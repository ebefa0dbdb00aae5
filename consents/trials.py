"""Trying a decision before it is made: held against the law like one that is made, told, and undone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from access import service
from access.actors import Actor
from consents.dryrun import Difference, dry_run
from consents.sight import EMERGENCY_OVERRIDING, Seen, looked_at


@dataclass(frozen=True)
class Trial:
    """What a decision would change, and what a doctor of an emergency ward could then see by overriding blocks."""

    differences: list[Difference]
    in_emergency: list[Seen]


def tried(*, by: Actor, citizen_id: UUID, change: Callable[[], Any], moment: datetime | None = None) -> Trial:
    """Return what `change` would do at an instant, or now; nothing is written but the log row of the question.

    Raises FhirError as `change` does. Two statements for each asker around the citizen (`consents.askers`).
    """
    emergency: list[Seen] = []

    def changed() -> None:
        change()
        emergency.extend(looked_at(by, citizen_id, [EMERGENCY_OVERRIDING])[EMERGENCY_OVERRIDING])

    try:
        found = dry_run(citizen_id, changed, moment=moment or by.moment)
    except service.Refused as refused:
        refused.note()  # its own row was undone with the trial
        raise
    service.log(by, "dry-run", "Consent", citizen_id=citizen_id, outcome="permit")
    return Trial(found, emergency)
