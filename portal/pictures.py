"""How far a goal is, as a picture with the same in words: measurements over time, or a step on a scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from access.statements import Row
from goals.models import Goal

WIDTH, HEIGHT = 320, 150
LEFT, RIGHT, TOP, BOTTOM = 12, 308, 26, 120
# How bad a limitation is: none to total; 9 says that it does not matter.
STEPS = (0, 1, 2, 3, 4)


@dataclass(frozen=True)
class Dot:
    """One measurement in the picture."""

    x: int
    y: int
    value: str
    at: datetime


@dataclass(frozen=True)
class Curve:
    """Measurements in the order of time, and the height of the target."""

    dots: tuple[Dot, ...]
    target_y: int | None
    target: str
    comparator: str
    unit: str
    is_reached: bool

    @property
    def path(self) -> str:
        """The line through the dots."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)

    @property
    def first(self) -> Dot:
        """The oldest."""
        return self.dots[0]

    @property
    def last(self) -> Dot:
        """The newest."""
        return self.dots[-1]


@dataclass(frozen=True)
class Step:
    """One step of a scale."""

    level: int
    x: int
    is_now: bool
    is_aim: bool


@dataclass(frozen=True)
class Scale:
    """Where she is on a scale, and where she wants to be."""

    steps: tuple[Step, ...]
    now: int | None
    aim: int | None


def curve_of(goal: Row, measured: Sequence[Row]) -> Curve | None:
    """The curve of a goal with a measure; None while nothing was measured."""
    target: Decimal | None = goal["target_value"]
    if not measured or target is None:
        return None
    values = [row["value_quantity"] for row in measured]
    low, high = min(*values, target), max(*values, target)
    span = (high - low) or Decimal(1)
    first, last = measured[0]["occurred_at"], measured[-1]["occurred_at"]
    seconds = (last - first).total_seconds() or 1

    def height(value: Decimal) -> int:
        return round(BOTTOM - float((value - low) / span) * (BOTTOM - TOP))

    dots = tuple(
        Dot(
            round(LEFT + (row["occurred_at"] - first).total_seconds() / seconds * (RIGHT - LEFT)),
            height(row["value_quantity"]),
            plain(row["value_quantity"]),
            row["occurred_at"],
        )
        for row in measured
    )
    comparator = goal["target_comparator"]
    reached = is_reached(values[-1], comparator, target)
    return Curve(dots, height(target), plain(target), comparator, goal["target_unit"], reached)


def is_reached(value: Decimal, comparator: str, target: Decimal) -> bool:
    """Whether a value meets a target."""
    return {
        "<": value < target,
        "<=": value <= target,
        ">": value > target,
        ">=": value >= target,
    }.get(comparator, value == target)


def scale_of(goal: Row) -> Scale | None:
    """The scale of a functional goal; None where it does not matter, or is not told."""
    aim = goal["severity_expected"]
    if goal["kind"] != Goal.Kind.FUNCTIONAL or aim not in STEPS:
        return None
    now = goal["severity_now"] if goal["severity_now"] in STEPS else None
    return Scale(tuple(Step(level, 32 + 64 * level, level == now, level == aim) for level in STEPS), now, aim)


def plain(value: Decimal) -> str:
    """A number as people write it: no zeros that say nothing, and a comma."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def picture_of(goal: Row, measured: Sequence[Row], evaluations: Sequence[Row]) -> dict[str, Any]:
    """What a page shows of how far a goal is; every part may be missing."""
    rated = next((row["rating"] for row in evaluations if row["rating"]), None)
    return {
        "curve": curve_of(goal, measured),
        "scale": scale_of(goal),
        "rating": rated,
        "latest": evaluations[0] if evaluations else None,
        "achievement": (evaluations[0]["achievement"] if evaluations else "") or goal["achievement"],
    }
