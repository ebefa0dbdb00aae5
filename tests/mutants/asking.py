"""The worlds that faults are looked for in, besides those of the equivalence."""

from dataclasses import replace
from datetime import UTC, datetime

from tests.access.agreement import Scenario
from tests.oracle.generate import Frame
from tests.oracle.world import Ask, Switches

RECENTLY = datetime(2025, 2, 1, tzinfo=UTC)
CLINICAL = Scenario(
    "clinical",
    Frame(size=12, since=RECENTLY, categories=("DIAG", "COND_SUL", "PLAN_SUL", "GOAL_LIFE", "WILL_CONTENT")),
    Switches(),
    with_wills=True,
)
OTHER_PURPOSE = {"treatment": "case", "care": "treatment", "case": "treatment"}


def with_other_purposes(asks: list[Ask]) -> list[Ask]:
    """The asks, and some of them again for a purpose that is not the asker's."""
    strayed = [replace(ask, purpose=OTHER_PURPOSE[ask.purpose]) for ask in asks if ask.purpose in OTHER_PURPOSE]
    return asks + strayed[::2]
