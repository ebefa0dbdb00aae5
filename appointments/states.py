"""Where an appointment may go from where it is; cancelling is a change of status, and nothing is removed."""

from types import MappingProxyType

from appointments.models import Appointment

Status = Appointment.Status

_OPEN = frozenset({Status.PROPOSED, Status.PENDING, Status.WAITLIST, Status.BOOKED})
_HELD = frozenset({Status.ARRIVED, Status.CHECKED_IN, Status.FULFILLED, Status.NO_SHOW})
_ERROR = frozenset({Status.ENTERED_IN_ERROR})

TRANSITIONS = MappingProxyType(
    {
        Status.PROPOSED: _OPEN | {Status.CANCELLED} | _ERROR,
        Status.PENDING: _OPEN | {Status.CANCELLED} | _ERROR,
        Status.WAITLIST: _OPEN | {Status.CANCELLED} | _ERROR,
        Status.BOOKED: _OPEN | _HELD | {Status.CANCELLED} | _ERROR,
        Status.CHECKED_IN: _HELD | {Status.CANCELLED} | _ERROR,
        Status.ARRIVED: _HELD | {Status.CANCELLED} | _ERROR,
        Status.FULFILLED: _HELD | _ERROR,
        Status.NO_SHOW: _HELD | _ERROR,
        Status.CANCELLED: _ERROR,
        Status.ENTERED_IN_ERROR: frozenset(),
    }
)
"""The statuses that may follow each; a status may always stay as it is."""


def may_become(current: str, wanted: str) -> bool:
    """Whether an appointment in one status may be given the other."""
    return current == wanted or Status(wanted) in TRANSITIONS[Status(current)]
