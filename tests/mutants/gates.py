"""Each gate of each rule removed in turn: forced open, the engine no longer agrees with the oracle.

The gates of every rule that permits to read an element; what a gate alone holds shut is asked of many steered worlds.
"""

from collections.abc import Iterator
from itertools import islice
from random import Random

from access.decisions import Layout, answers, judge
from access.policies import policy_of
from access.vocabulary import CITIZEN_SIDE
from tests.access.agreement import READ, Asked, Tables, asked_in, staged
from tests.access.test_equivalence import BEFORE, OPENED, SHIPPED
from tests.mutants.asking import CLINICAL, with_other_purposes

SEEDS = ((SHIPPED, 11, 4), (CLINICAL, 14, 8), (OPENED, 12, 3), (BEFORE, 13, 1))
Mutant = tuple[str, int]


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


def hunt() -> Iterator[tuple[set[Mutant], set[Mutant], set[Mutant]]]:
    """World by world: every gate so far, those whose loss permits what is not lawful, those noticed by the reason."""
    every: set[Mutant] = set()
    by_verdict: set[Mutant] = set()
    by_reason: set[Mutant] = set()
    for scenario, seed, n in SEEDS:
        for world, asks, tables in islice(staged(scenario, seed), n):
            for model in tables:
                rules = policy_of(model).rules_for(READ)
                every |= {(rule.code, place) for rule in rules for place in range(len(rule.gates))}
            for asked in asked_in(world, with_other_purposes(asks), Random(seed)):
                if asked.actor is not None:
                    for mutant, is_verdict in noticed(asked, tables):
                        (by_verdict if is_verdict else by_reason).add(mutant)
            yield every, by_verdict, by_reason
