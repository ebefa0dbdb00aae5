"""Tests that write for good, with several connections or processes: each with citizens and units of its own."""

import random
from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from citizens.identifiers import is_cpr, passes_modulus_11
from tests.exchange.conftest import load_codes


@pytest.fixture(autouse=True)
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the test write for good; under this name these tests run after those that roll back.

    pytest-django's own fixture of this name would empty all tables, which the log refuses.
    """
    with django_db_blocker.unblock():
        load_codes()
        yield


def nobody() -> str:
    """A CPR number of nobody's: of no 1 January, failing modulus 11."""
    while True:
        found = (
            f"{random.randint(2, 28):02}{random.randint(2, 12):02}{random.randint(30, 99)}1{random.randint(0, 999):03}"
        )
        if is_cpr(found) and not passes_modulus_11(found):
            return found


def unknown_unit() -> str:
    """A SOR code of no unit yet."""
    return f"99{random.randint(10**10, 10**11 - 1)}016"
