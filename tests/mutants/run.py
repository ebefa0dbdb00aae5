"""Plant every fault in turn, say what noticed it, and print the score."""

import time
from collections.abc import Iterator

import pytest
from rich.console import Console
from rich.table import Table

from access.policies import policy_of
from access.vocabulary import Action
from tests.mutants import reading, writing
from tests.mutants.faults import Fault

LEAST = 0.95
console = Console(width=200)


@pytest.mark.django_db
def test_the_planted_faults_are_noticed() -> None:
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

    assert score >= LEAST


def _parts() -> Iterator[tuple[str, list[Fault], Iterator[tuple[Fault, str]]]]:
    of = reading.tables()
    faults = reading.faults(of)
    yield "reading", faults, ((fault, f"world {number}: {by}") for number, fault, by in reading.hunt(faults))
    of_elements = frozenset(rule.code for model in of for rule in policy_of(model).rules_for(Action.READ))
    others = writing.faults(of_elements, frozenset(fault.name for fault in faults))
    yield "writing, consents, relations, the log", others, writing.hunt(others)
