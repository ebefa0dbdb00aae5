"""The pages as `make run` shows them, once for all tests that use a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.portal.browser import chromium, demo_running, program


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
