"""The service, running for real, for every test of this folder; see tests/http/kit.py for what that asks of a test."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from terminology import lookup
from tests.cast import Cast, make_cast
from tests.http import kit
from tests.http.asker import Asker


@pytest.fixture(scope="session")
def service(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[kit.Service]:
    """The server, with the codes loaded; one for each pytest worker."""
    with django_db_blocker.unblock():
        call_command("load_codes", verbosity=0, stdout=io.StringIO())
        lookup.refresh()
        running = kit.start(tmp_path_factory.mktemp("server"))
    yield running
    kit.stop(running)


@pytest.fixture(autouse=True)
def transactional_db(service: kit.Service, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let the test write to the database for good.

    Stands in the place of pytest-django's fixture of this name, which would empty all tables: the log refuses
    that. Under this name the database is set up, and these tests run after those that roll back.
    """
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """A cast of the test's own."""
    return make_cast()


@pytest.fixture
def as_member(service: kit.Service, cast: Cast) -> Any:
    """Make an asker of one of the cast: `as_member("doctor")`."""
    return lambda name: Asker(service, cast, getattr(cast, name))
