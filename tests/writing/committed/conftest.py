"""Tests that write for good, with several connections: each with citizens and identifiers of its own."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.cast import Cast, make_cast


@pytest.fixture(autouse=True)
def transactional_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the test write for good; under this name these tests run after those that roll back.

    pytest-django's own fixture of this name would empty all tables, which the log refuses.
    """
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return make_cast()
