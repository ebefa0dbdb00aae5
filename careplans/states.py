"""The statuses of what stands in plans, and which may follow which; who may move them is the policy's question."""

from collections.abc import Mapping

from careplans.models import CarePlan, Condition
from fhir.outcomes import broken
from organisations.models import TreatmentRelation

Moves = Mapping[str, frozenset[str]]


def _moves(**following: str) -> dict[str, frozenset[str]]:
    """Write a table of moves: each status with those that may follow it."""
    return {status.replace("_", "-"): frozenset(after.split()) for status, after in following.items()}


PLAN: Moves = _moves(
    draft="active revoked entered-in-error",
    active="on-hold revoked completed entered-in-error",
    on_hold="active revoked completed entered-in-error",
    unknown="active on-hold revoked completed entered-in-error",
    revoked="entered-in-error",
    completed="entered-in-error",
    entered_in_error="",
)
NEW_PLAN = frozenset({CarePlan.Status.DRAFT.value, CarePlan.Status.ACTIVE.value, CarePlan.Status.ON_HOLD.value})

TEAM: Moves = _moves(
    proposed="active inactive entered-in-error",
    active="suspended inactive entered-in-error",
    suspended="active inactive entered-in-error",
    inactive="entered-in-error",
    entered_in_error="",
)
NEW_TEAM = frozenset({"proposed", "active"})

# A claim is confirmed or refuted by its follow-up, never by the one who made it; people only end a relation.
RELATION: Moves = _moves(claimed="verified refuted ended", verified="refuted ended", refuted="", ended="")
ENDED = TreatmentRelation.Status.ENDED.value

# What was found not to be so, or entered in error, does not come back as the same condition.
_OPEN = "unconfirmed provisional differential confirmed refuted entered-in-error"
VERIFICATION: Moves = {
    "": frozenset(_OPEN.split()),
    **_moves(
        unconfirmed="provisional differential confirmed refuted entered-in-error",
        provisional="unconfirmed differential confirmed refuted entered-in-error",
        differential="unconfirmed provisional confirmed refuted entered-in-error",
        confirmed="unconfirmed provisional differential refuted entered-in-error",
        refuted="entered-in-error",
        entered_in_error="",
    ),
}
NOT_OVER = frozenset(
    {
        Condition.ClinicalStatus.ACTIVE.value,
        Condition.ClinicalStatus.RECURRENCE.value,
        Condition.ClinicalStatus.RELAPSE.value,
    }
)
OVER = frozenset(Condition.ClinicalStatus.values) - NOT_OVER


def start(allowed: frozenset[str], status: str, expression: str) -> None:
    """Something new may begin in this status. Raises FhirError (422)."""
    if status not in allowed:
        raise broken("status-of-new", f"Kan ikke begynde som {status}.", f"Cannot begin as {status}.", expression)


def move(table: Moves, now: str, then: str, expression: str) -> None:
    """The one status may follow the other. Raises FhirError (422)."""
    if then not in (now, *table[now]):
        text = ("status-order", f"Kan ikke gå fra {now} til {then}.", f"Cannot move from {now} to {then}.")
        raise broken(*text, expression)
