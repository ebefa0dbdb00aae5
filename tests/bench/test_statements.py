"""Ceilings: how many statements a request costs, however many rows there are."""

import pytest

from bench.statements import Cost, cost_of
from bench.workload import LINES, Workload

pytestmark = pytest.mark.django_db

CEILINGS = {
    "read-plan": 2,
    "goals": 2,
    "month": 2,
    "week": 2,
    "create-goal": 1,
    "create-appointment": 2,
}


def cost(workload: Workload, name: str, nth: int = 0) -> Cost:
    """The cost of the nth request of a line."""
    line = next(line for line in LINES if line.name == name)
    return cost_of(line.requests(workload)[nth])


@pytest.mark.parametrize("name", CEILINGS)
def test_a_request_costs_no_more_than_its_ceiling(opened: Workload, name: str) -> None:
    found = cost(opened, name)

    assert found.status in (200, 201)
    assert found.statements <= CEILINGS[name], found.texts
    assert found.transaction in (0, 2)
