"""The law's settings as a reader sees them: each switch with its position today, the next change and its history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from access.open_questions import SWITCHES, Switch
from access.switches import regime_on
from law.models import SwitchPosition


@dataclass(frozen=True)
class Setting:
    """One switch on a day: whether it is on, since when, when it next changes, and every decision, the latest first.

    `since` is the first day of the present position, None where nobody ever decided otherwise; `next_on` is the day of
    the next change and `next_is_on` what then holds.
    """

    switch: Switch
    is_on: bool
    since: date | None
    next_on: date | None
    history: tuple[SwitchPosition, ...]

    @property
    def next_is_on(self) -> bool:
        """What holds from the day of the next change on."""
        return not self.is_on


def settings_on(day: date) -> list[Setting]:
    """Every switch on a day in Denmark, as it is known now. One statement."""
    by_code: dict[str, list[SwitchPosition]] = {}
    for row in SwitchPosition.objects.order_by("-decided_at", "-id"):
        by_code.setdefault(row.code, []).append(row)
    return [_setting(switch, tuple(by_code.get(switch.code, ())), day) for switch in SWITCHES]


def _setting(switch: Switch, history: tuple[SwitchPosition, ...], day: date) -> Setting:
    """Put together what is told of one switch."""
    turns = sorted(_days(switch, history))
    now = switch.code in regime_on(day)
    since = None
    for turn in (turn for turn in turns if turn <= day):
        if _holds(switch, turn) != _holds(switch, turn - timedelta(days=1)):
            since = turn
    ahead = (turn for turn in turns if turn > day)
    return Setting(switch, now, since, next((turn for turn in ahead if _holds(switch, turn) != now), None), history)


def _days(switch: Switch, history: Iterable[SwitchPosition]) -> set[date]:
    """The days on which the position can change."""
    days = {day for row in history for day in (row.start, row.end) if day is not None}
    return days | ({switch.valid_from} if switch.valid_from else set())


def _holds(switch: Switch, day: date) -> bool:
    """Whether the switch is on that day."""
    return switch.code in regime_on(day)
