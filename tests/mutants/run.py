"""Plant every fault in turn, say what noticed it, and print the score."""

import time
from collections.abc import Iterator

import pytest
from rich.console import Console
from rich.table import Table

from access.policies import policy_of
from access.vocabulary import Action
from tests.mutants import gates, reading, writing
from tests.mutants.faults import Fault

LEAST = 0.95
# Finer faults are a part of a condition left out or a boundary moved. Of 803 about three in five were noticed when the
# score was last taken; most that survive are about who acts for a citizen, whom the worlds of this hunt ask too seldom.
# The score may only rise.
LEAST_OF_FINER = 0.55
console = Console(width=200)


@pytest.mark.django_db
def test_each_gate_removed_is_noticed() -> None:
    started = time.monotonic()
    every: set[gates.Mutant] = set()
    for number, (every, by_verdict, by_reason) in enumerate(gates.hunt(), 1):
        console.print(f"world {number}: {len(by_verdict | by_reason)} of {len(every)} gates noticed")
    table = Table("rule", "gate", "noticed by", title="Each gate removed in turn")
    for mutant in sorted(every):
        by = "the verdict" if mutant in by_verdict else "the reason" if mutant in by_reason else "SURVIVED"
        table.add_row(mutant[0], str(mutant[1] + 1), by, style="bold red" if by == "SURVIVED" else "")
    console.print(table)
    score = len(every & (by_verdict | by_reason)) / len(every)
    console.print(f"score {score:.1%} of {len(every)} gates, in {time.monotonic() - started:.0f} s")

    assert score >= LEAST


@pytest.mark.django_db
def test_finer_faults_are_noticed() -> None:
    started = time.monotonic()
    found: dict[str, str] = {}
    wanted: dict[str, Fault] = {}
    for title, faults, noticed in _parts():
        console.print(f"{title}: {len(faults)} faults")
        wanted.update({fault.name: fault for fault in faults})
        for fault, by in noticed:
            found |= {fault.name: by} if by else {}
            if len(found) % 25 == 0:
                console.print(f"  {len(found)} noticed, {time.monotonic() - started:.0f} s")
    table = Table("fault", "noticed by", title="Planted faults")
    for name in wanted:
        table.add_row(name, found.get(name, "SURVIVED"), style="" if name in found else "bold red")
    console.print(table)
    score = len(found) / len(wanted)
    console.print(f"{len(found)} of {len(wanted)} noticed: {score:.1%}, in {time.monotonic() - started:.0f} s")

    assert score >= LEAST_OF_FINER


def _parts() -> Iterator[tuple[str, list[Fault], Iterator[tuple[Fault, str]]]]:
    of = reading.tables()
    faults = reading.faults(of)
    yield "reading", faults, ((fault, f"world {number}: {by}") for number, fault, by in reading.hunt(faults))
    of_elements = frozenset(rule.code for model in of for rule in policy_of(model).rules_for(Action.READ))
    others = writing.faults(of_elements, frozenset(fault.name for fault in faults))
    yield "writing, consents, relations, the log", others, writing.hunt(others)
