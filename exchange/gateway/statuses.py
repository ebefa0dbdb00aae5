"""The statuses that the format allows, as data, and what each makes of an element here."""

from types import MappingProxyType

from exchange.errors import Refused
from exchange.gateway.shapes import Concept

REQUEST = frozenset({"draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"})
LIFECYCLE = frozenset(
    {"proposed", "planned", "accepted", "active", "on-hold", "completed", "cancelled", "entered-in-error", "rejected"}
)
ENCOUNTER = frozenset(
    {
        "planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error",
        "unknown",
    }
)  # fmt: skip
EVENT = frozenset(
    {
        "preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown",
    }
)  # fmt: skip
OBSERVATION = frozenset(
    {"registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"}
)
ACTIVITY = frozenset(
    {
        "not-started", "scheduled", "in-progress", "on-hold", "completed", "cancelled", "stopped", "unknown",
        "entered-in-error",
    }
)  # fmt: skip
CLINICAL = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})
VERIFICATION = frozenset({"unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"})

ERROR = "entered-in-error"
ENDED = frozenset({"completed", "revoked"})
GRANTED = frozenset({"active", "on-hold", "completed", "revoked"})

_BY_ACTIVITY = MappingProxyType(
    {"completed": "completed", "cancelled": "revoked", "stopped": "revoked", "on-hold": "on-hold", ERROR: ERROR}
)


def checked(status: str, allowed: frozenset[str]) -> str:
    """Return a status that is allowed. Raises Refused."""
    if status not in allowed:
        raise Refused("unknown-status")
    return status


def of_intervention(plan: str, activity: str) -> str:
    """Return the status of a planned intervention: that of its activity where the plan only says that it is active."""
    checked(activity, ACTIVITY)
    return _BY_ACTIVITY.get(activity, plan) if checked(plan, REQUEST) in ("active", "unknown") else plan


def coded(concept: Concept | None, allowed: frozenset[str]) -> str:
    """Return the status that a concept holds; blank when there is none. Raises Refused."""
    if concept is None:
        return ""
    if len(concept.coding) != 1:
        raise Refused("unknown-status")
    return checked(concept.coding[0].code, allowed)
