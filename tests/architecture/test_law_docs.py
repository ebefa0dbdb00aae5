"""docs/law.md says what the code and the tests say: fresh, every rule proved, every number of a matrix a case."""

from functools import cache
from typing import Any

import pytest
from django.core.management import call_command

from access import lawdocs
from access.grounds import GROUNDS
from access.policies import Rule
from config.settings import BASE_DIR
from tests.access import test_combinations, test_matrix_a, test_matrix_b, test_matrix_c, test_powers
from tests.architecture.test_policies import rules


def test_the_document_is_fresh() -> None:
    made, kept = lawdocs.document(BASE_DIR / "tests"), (BASE_DIR / "docs" / "law.md").read_text(encoding="utf-8")

    assert made == kept, "run `python manage.py law_docs` and commit docs/law.md"
    call_command("law_docs", check=True)


@cache
def proofs() -> dict[str, list[str]]:
    """The tests that bear the mark of each ground."""
    return lawdocs.proofs_by_ground(BASE_DIR / "tests")


def test_every_ground_has_a_test_that_bears_its_mark() -> None:
    assert set(GROUNDS) - set(proofs()) == set()


def test_no_test_bears_the_mark_of_a_ground_that_does_not_exist() -> None:
    assert set(proofs()) - set(GROUNDS) == set()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_the_ground_of_every_rule_is_proved(rule: Rule) -> None:
    assert proofs()[rule.ground.code]


def test_every_field_of_a_matrix_is_a_case_of_its_number() -> None:
    def ids(cases: Any) -> set[str]:
        return {str(case.id).partition("-")[0] for case in cases}

    assert ids(test_matrix_a.cases()) == set(lawdocs.numbered_a())
    assert {number for number, *_rest in test_matrix_b.NUMBERED} == set(lawdocs.numbered_b())
    assert {number for number, *_rest in test_powers.NUMBERED} == set(lawdocs.numbered_powers())
    assert set(test_matrix_c.CELLS) == set(lawdocs.MATRIX_C)
    assert ids(test_combinations.cases()) == set(lawdocs.COMBINATIONS)


def test_every_rule_that_the_matrices_name_is_a_rule() -> None:
    reasons = {"law_gate", "no_relation", "age", "sector", "blocked", "no such purpose", "sent_by_source"}

    assert set(lawdocs.cells_by_rule()) - reasons <= {rule.code for rule in rules()}
