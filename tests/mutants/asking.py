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
    """The asks, and some again: for a purpose not the asker's, by who is represented herself, and as an audit."""
    strayed = [replace(ask, purpose=OTHER_PURPOSE[ask.purpose]) for ask in asks if ask.purpose in OTHER_PURPOSE]
    herself = [
        replace(ask, acting_as="CITIZEN", citizen=ask.on_behalf_of, on_behalf_of=None)
        for ask in asks
        if ask.on_behalf_of is not None
    ]
    audits = [replace(ask, acting_as="AUDIT", purpose="audit", responsible=None) for ask in asks if ask.professional]
    return [*asks, *strayed[::2], *herself, *audits[::5]]
