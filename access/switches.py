"""Which regimes and switches hold: on a day, and as it was known at an instant.

A regime holds by its dates. A switch holds by the decisions about it (`Position`), which `law` stores and this module
knows only through one hook: each process keeps a copy, and no answer rests on one older than `OLDEST_COPY_SECONDS`.
A decision counts from its `known_from` on, which is `law.models.LEAD` after it was made: by then every process has it,
so that a switch turns at one and the same instant everywhere, and an old decision can be asked again exactly.
"""

import time
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import attrgetter
from threading import Lock

from access.open_questions import ALL, Regime

OLDEST_COPY_SECONDS = 3.0


@dataclass(frozen=True)
class Position:
    """One decision about one switch: what holds from a day in Denmark on, until the day before `end` if it has one.

    `known_from` is the aware instant from which the decision counts. Of several that cover a day the latest holds.
    """

    code: str
    is_on: bool
    start: date
    end: date | None
    known_from: datetime


class Decisions:
    """All positions, ordered by the instant from which they count; answers are worked out once."""

    def __init__(self, positions: Iterable[Position] = ()) -> None:
        self.positions = tuple(positions)
        self._instants = [position.known_from for position in self.positions]
        self._answers: dict[tuple[date, int], frozenset[str]] = {}

    def regime(self, day: date, known_at: datetime) -> frozenset[str]:
        """The codes that hold on a day by what was known at an instant."""
        known = bisect_right(self._instants, known_at)
        if (day, known) not in self._answers:
            if len(self._answers) > 5_000:
                self._answers.clear()
            self._answers[day, known] = frozenset(code for code in ALL if self._holds(code, day, known))
        return self._answers[day, known]

    def _holds(self, code: str, day: date, known: int) -> bool:
        """Whether one code holds on a day by the first so many positions."""
        one = ALL[code]
        if one.valid_from is not None and day < one.valid_from:
            return False
        if isinstance(one, Regime):
            return one.valid_to is None or day < one.valid_to
        covering = (
            position
            for position in reversed(self.positions[:known])
            if position.code == code and position.start <= day and (position.end is None or day < position.end)
        )
        latest = next(covering, None)
        return latest is not None and latest.is_on


_read: Callable[[], Iterable[Position]] = tuple
_copy = Decisions()
_copied_at: float | None = None
_copying = Lock()


def read_positions_by(read: Callable[[], Iterable[Position]]) -> None:
    """Take what reads every position, and read anew at the next question. Until then every switch is off."""
    global _read
    _read = read
    forget()


def forget() -> None:
    """Read anew at the next question: something was decided here."""
    global _copied_at
    _copied_at = None


def decisions() -> Decisions:
    """Return the process's copy, read anew when it is too old. Seldom a statement, outside those of a request.

    A copy that cannot be read anew is an error and no answer: nothing is decided by what may no longer hold.
    """
    global _copy, _copied_at
    copied_at = _copied_at
    if copied_at is not None and time.monotonic() - copied_at < OLDEST_COPY_SECONDS:
        return _copy
    with _copying:
        if _copied_at is None or time.monotonic() - _copied_at >= OLDEST_COPY_SECONDS:
            asked_at = time.monotonic()
            found = tuple(sorted(_read(), key=attrgetter("known_from")))
            if found != _copy.positions:
                _copy = Decisions(found)
            _copied_at = asked_at
    return _copy


def regime_at(day: date, known_at: datetime) -> frozenset[str]:
    """The codes that hold on a day in Denmark, as it was known at an aware instant.

    A request asks with its own day and moment; a decision of the past asked so again gets what it got.
    """
    return decisions().regime(day, known_at)


def regime_on(day: date) -> frozenset[str]:
    """The codes that hold on a day in Denmark, as it is known now."""
    return regime_at(day, datetime.now(UTC))


def is_on(code: str, day: date) -> bool:
    """Whether a regime or switch holds on this day, as it is known now. Raises KeyError for an unknown code."""
    return ALL[code].code in regime_on(day)
