"""What every test shares: a real PostgreSQL, the embedded one of the tests unless DATABASE_URL names a server."""

import gzip
import os
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch
from urllib.parse import unquote, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from access import switches
from law.models import SwitchPosition
from tests.conformance import checked_answer, faults_of_all_sent
from tests.template import server_of_tests, template

USUAL_TRIPLES = 200_000
# With one file to a process these go first: they take longest, so no process is left with one at the end. None of
# them may write to its process's database for good.
LONGEST = (
    "portal/test_browser.py",
    "access/test_equivalence.py",
    "architecture/test_personas.py",
    "config/test_up.py",
    "demo/test_tour.py",
    "bench/test_load.py",
    "architecture/test_routes.py",
    "access/test_replay.py",
    "portal/test_pages.py",
    "consents/test_dryrun.py",
    "access/test_access_matrix.py",
    "access/test_declared.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--triples N`: how many triples of asker, element and moment the equivalence tests compare.

    `--fuzz N`: for how many seconds the OpenAPI document is asked at random.
    """
    parser.addoption("--fuzz", type=int, default=8, help="seconds of asking at random what OpenAPI offers")
    parser.addoption("--triples", type=int, default=USUAL_TRIPLES, help="triples for the equivalence of the access law")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Point Django at the tests' server before pytest-django makes this worker's database in it, of the template."""
    with server_of_tests() as url:
        parts = urlsplit(url)
        if not os.environ.get("DATABASE_URL"):
            connection.settings_dict.update(PORT=parts.port, PASSWORD=unquote(parts.password or ""))
        connection.settings_dict["TEST"]["TEMPLATE"] = template(url)
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In a run side by side the longest files go first, in this order; the rest stand as they did."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        places = {name: place for place, name in enumerate(LONGEST)}
        items.sort(key=lambda item: places.get("/".join(item.path.parts[-2:]), len(places)))


def pytest_collection() -> None:
    """While tests are gathered nothing is read: an actor that a module makes knows every switch as off."""
    switches.read_positions_by(tuple)


@pytest.fixture(autouse=True)
def switches_as_decided(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test reads anew how the switches stand; one without a database reads nothing, and each is off."""
    has_database = request.node.get_closest_marker("django_db") or {"db", "transactional_db"} & {*request.fixturenames}
    switches.read_positions_by(SwitchPosition.read_all if has_database else tuple)
    yield
    switches.read_positions_by(tuple)


@pytest.fixture(scope="session", autouse=True)
def nobody_is_hurried() -> None:
    """Tests ask faster than people do; those of the limits set them."""
    settings.RATE_PER_SYSTEM = settings.RATE_PER_USER = settings.RATE_PER_ADDRESS = (0.0, 0.0)


@pytest.fixture(scope="session", autouse=True)
def every_answer_conforms() -> Iterator[None]:
    """Whatever a test asks through Django's test client below /fhir, the answer is held against FHIR, and at the end
    one of each shape by the checkers that run in Node."""
    ask = Client.request

    def request(self: Client, **given: Any) -> Any:
        response = ask(self, **given)
        if not response.streaming:
            kind = response.headers.get("Content-Type", "")
            is_packed = response.headers.get("Content-Encoding") == "gzip"
            body = gzip.decompress(response.content) if is_packed else response.content
            checked_answer(given.get("PATH_INFO", ""), kind, response.status_code, body)
        return response

    with patch.object(Client, "request", request):
        yield
    faults = faults_of_all_sent()
    assert not faults, "\n".join(faults[:20])
