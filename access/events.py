"""What happened, told upwards: a lower app announces, and whoever carries it out listens.

A listener is called inside the transaction of what happened and must only note it (a row in the outbox); it may raise,
and then nothing happened.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Event:
    """Something that happened to one citizen's data. `payload` holds ids and codes, no content and no CPR."""

    topic: str
    citizen_id: UUID
    payload: dict[str, Any] = field(default_factory=dict)


_LISTENERS: list[Callable[[Event], None]] = []
_FOLLOWED: dict[str, str] = {}


def follow(model_label: str, table: str) -> None:
    """Have every version of these rows noted in a table, by the statement that writes the version.

    The table has the columns model, change, citizen_id, resource_ids and occurred_at: one row for each statement.
    """
    _FOLLOWED[model_label] = table


def followed_in(model_label: str) -> str | None:
    """The table that changes of these rows are noted in; None when nobody follows them."""
    return _FOLLOWED.get(model_label)


def listen(listener: Callable[[Event], None]) -> Callable[[Event], None]:
    """Have a listener called for every event."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)
    return listener


def announce(event: Event) -> None:
    """Tell every listener, within the transaction that is open."""
    for listener in _LISTENERS:
        listener(event)
