"""The ValueSets that we serve say what is taken: each code of them, and of what is held whole no other."""

import pytest
from django.test import Client

from careplans.act_codes import HELD_WHOLE, code_of
from careplans.fhir.observation import OBSERVED
from careplans.services.conditions import ConditionInput, find
from fhir.outcomes import FhirError
from fhir.structs import Coding
from terminology import lookup
from terminology.branches import ENCOUNTER_CLASS, ENCOUNTER_TYPE, INTERVENTIONS
from tests.rest import codes  # noqa: F401

pytestmark = pytest.mark.usefixtures("codes")

TAKEN = {
    "procedure-code": frozenset(INTERVENTIONS),
    "encounter-class": frozenset({ENCOUNTER_CLASS}),
    "encounter-type": frozenset({ENCOUNTER_TYPE}),
    "observation-code": OBSERVED,
}


def served(name: str) -> dict[str, set[str]]:
    """The codes of a value set by system, as a client reads it."""
    found = Client().get("/fhir/ValueSet", {"url": f"https://patientoverblik.dk/fhir/ValueSet/{name}"}).json()
    assert found["total"] == 1
    include = found["entry"][0]["resource"]["compose"]["include"]
    return {part["system"]: {one["code"] for one in part.get("concept", ())} for part in include}


def is_taken(system: str, code: str, allowed: frozenset[str]) -> bool:
    try:
        code_of([Coding(system=system, code=code)], "x", allowed)
    except FhirError:
        return False
    return True


@pytest.mark.parametrize("name", TAKEN)
def test_it_names_what_is_taken_and_nothing_else(name: str) -> None:
    told = served(name)

    for row in {row for row in lookup.table().values() if row.system in HELD_WHOLE and row.is_active}:
        assert is_taken(row.system, row.code, TAKEN[name]) == (row.code in told.get(row.system, ())), row
    assert all(is_taken(system, code, TAKEN[name]) for system, listed in told.items() for code in listed)


def test_a_condition_takes_the_codes_of_its_value_set() -> None:
    told = served("condition-code")
    listed = {(system, code) for system, listed in told.items() for code in listed}

    assert len(listed) > 50
    for system, code in listed:
        assert find(ConditionInput(citizen_id=None, code_system=system, code=code)) is not None  # type: ignore[arg-type]
    assert set(served("condition-severity").popitem()[1]) >= {"9c5cfb57-a498-40e5-98a7-792bf5fb205b"}


def test_a_code_system_of_ours_is_a_value_set_as_a_whole() -> None:
    assert served("goal-kind") == {"https://patientoverblik.dk/fhir/CodeSystem/goal-kind": set()}
    assert Client().get("/fhir/ValueSet/rule").status_code == 404  # its codes are not all listed
    assert Client().get("/fhir/ValueSet/goal-kind").json()["status"] == "active"
