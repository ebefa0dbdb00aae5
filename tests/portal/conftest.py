"""What most tests of the pages begin with: the cast and their browsers; and the pages in a real browser, once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.cast import Cast, make_cast
from tests.portal.browser import chromium, demo_running, program
from tests.portal.kit import Visit


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def hers(cast: Cast) -> Visit:
    return Visit(cast.citizen.person)


@pytest.fixture
def daughters(cast: Cast) -> Visit:
    return Visit(cast.daughter.person, acting_for=cast.citizen.person)


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the demo runs."""
    program()
    with demo_running(tmp_path_factory.mktemp("demo")) as address:
        yield address


@pytest.fixture(scope="module")
def browser(base: str) -> Iterator[Browser]:
    """A browser for the tests of a module; it is closed before tests that ask the database in this process."""
    with chromium() as found:
        yield found
