"""Each gate of each rule holds something: forced open, the engine no longer agrees with the oracle."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from random import Random

import pytest

from access.decisions import Layout, answers, judge
from access.policies import policy_of
from access.vocabulary import CITIZEN_SIDE
from tests.access.agreement import READ, Asked, Scenario, Tables, asked_in, staged
from tests.access.test_equivalence import BEFORE, OPENED, SHIPPED
from tests.oracle.generate import Frame
from tests.oracle.world import Ask, Switches

RECENTLY = datetime(2025, 2, 1, tzinfo=UTC)
CLINICAL = Scenario(
    "clinical",
    Frame(size=12, since=RECENTLY, categories=("DIAG", "COND_SUL", "PLAN_SUL", "GOAL_LIFE", "WILL_CONTENT")),
    Switches(),
    with_wills=True,
)
SEEDS = ((SHIPPED, 11, 4), (CLINICAL, 14, 8), (OPENED, 12, 3), (BEFORE, 13, 1))
OTHER_PURPOSE = {"treatment": "case", "care": "treatment", "case": "treatment"}
# Gates that another gate of the same rule implies: forced open they permit nobody more, but the reason is wrong.
FOR_THE_REASON = {
    ("power-of-attorney", 0),  # one that names the kind of data is one in force
    ("consented-disclosure", 0),  # an office has no column in the matrix
    ("own-service", 0),  # nor has anyone else a cell of own service
    ("citizens-choice", 3),  # only a life goal is shared by choice
}
Mutant = tuple[str, int]


def with_other_purposes(asks: list[Ask]) -> list[Ask]:
    """The asks, and some of them again for a purpose that is not the asker's."""
    strayed = [replace(ask, purpose=OTHER_PURPOSE[ask.purpose]) for ask in asks if ask.purpose in OTHER_PURPOSE]
    return asks + [ask for ask in strayed if ask.acting_as != "SOC_PSY"][::2]


def forced_open(layout: Layout, mutant: Mutant) -> Layout:
    """The rules with one gate of one of them always open."""
    code, number = mutant
    return tuple(
        (rule, tuple((gate, True if (rule.code, place) == (code, number) else name) for place, (gate, name) in parts))
        for rule, parts in ((rule, list(enumerate(gates))) for rule, gates in layout)
    )


def noticed(asked: Asked, tables: Tables) -> Iterator[tuple[Mutant, bool]]:
    """The gates that, forced open, give an answer other than the oracle's; and whether the verdict is another."""
    for model, ids in tables.items():
        layout, rows = answers(policy_of(model), asked.actor, READ, ids)
        side = asked.actor.acting_as in CITIZEN_SIDE
        for key, row in rows.items():
            whole = judge(layout, row, on_citizen_side=side)
            if whole.permitted:
                continue
            for rule, gates in layout:
                place = next(place for place, (_, name) in enumerate(gates) if not (name is True or row.get(name)))
                without = judge(forced_open(layout, (rule.code, place)), row, on_citizen_side=side)
                if without.permitted != asked.verdicts[key].permitted or without.reason != whole.reason:
                    yield (rule.code, place), without.permitted


@pytest.mark.django_db
def test_each_gate_removed_is_noticed() -> None:
    by_verdict: set[Mutant] = set()
    by_reason: set[Mutant] = set()
    every: set[Mutant] = set()
    for scenario, seed, n in SEEDS:
        for world, asks, tables in islice(staged(scenario, seed), n):
            for model in tables:
                rules = policy_of(model).rules_for(READ)
                every |= {(rule.code, place) for rule in rules for place in range(len(rule.gates))}
            for asked in asked_in(world, with_other_purposes(asks), Random(seed)):
                if asked.actor is not None:
                    for mutant, is_verdict in noticed(asked, tables):
                        (by_verdict if is_verdict else by_reason).add(mutant)

    assert every - by_verdict - by_reason == set()
    assert every - by_verdict >= FOR_THE_REASON
