"""The checkers of what we send do find what is wrong: each planted fault is seen by those that can see it."""

from typing import Any

import orjson
import pytest

from tests import conformance, node

GOAL: dict[str, Any] = {
    "resourceType": "Goal",
    "id": "g1",
    "lifecycleStatus": "active",
    "description": {"text": "Gå en tur"},
    "subject": {"reference": "Patient/p1"},
}
WITHOUT_START: dict[str, Any] = {
    "resourceType": "Appointment",
    "status": "booked",
    "participant": [{"actor": {"reference": "Patient/p1"}, "status": "accepted"}],
}


@pytest.fixture(autouse=True)
def needs_node() -> None:
    """The schema and two of the checkers come with Node."""
    try:
        node.modules()
    except node.NoNode as missing:
        pytest.skip(str(missing))


def sent(resource: dict[str, Any]) -> None:
    """Answer with it."""
    conformance.checked_answer("/fhir/Goal/g1", "application/fhir+json", 200, orjson.dumps(resource))


@pytest.mark.parametrize(
    "fault",
    [
        {"description": None},
        {"note": []},
        {"id": "x" * 65},
        {"lifecycleStatus": "activ"},
        {"colour": "red"},
        {"subject": "p1"},
    ],
    ids=["null", "empty list", "long id", "unknown code", "unknown element", "text for a reference"],
)
def test_a_fault_is_refused_at_once(fault: dict[str, Any]) -> None:
    with pytest.raises(conformance.NotConformant):
        sent(GOAL | fault)


def test_what_only_the_checkers_in_node_see_is_seen_by_them() -> None:
    stray = GOAL | {"subject": {"reference": "Device/d1"}}

    told = "\n".join(conformance.faults_of([GOAL, stray, WITHOUT_START]))

    assert "Medplum: Constraint app-3" in told
    assert "Lantana: " in told
    assert '"Patient/p1"},"lifecycleStatus"' not in told


def test_one_answer_of_each_shape_is_kept_for_them() -> None:
    before = len(conformance._sent)
    marked = GOAL | {"note": [{"text": "et mærke, der ikke findes andre steder", "time": "2026-01-02"}]}

    sent(marked | {"id": "a1"})
    sent(marked | {"id": "a2"})

    assert len(conformance._sent) == before + 1
