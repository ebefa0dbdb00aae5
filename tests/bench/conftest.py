"""A small population in a database of its own, cloned from the tests' schema, for as long as a worker needs it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from bench import population
from bench.land import Land
from bench.workload import Workload

CITIZENS = 400


@pytest.fixture(scope="package")
def workload(django_db_setup: None, django_db_blocker: Any) -> Iterator[Workload]:
    """What can be asked about the small population; Django is pointed at its database meanwhile."""
    with django_db_blocker.unblock():
        whole = connection.settings_dict["NAME"]
        name = f"{whole}_bench"
        connection.close()
        connection.settings_dict["NAME"] = "postgres"
        with population.connect() as server:
            server.autocommit = True
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{whole}"')
        connection.settings_dict["NAME"] = name
        call_command("load_codes", verbosity=0)
        plan, _elements, _seconds = population.load(CITIZENS)
        yield Workload(Land(plan))
        connection.close()
        connection.settings_dict["NAME"] = "postgres"
        with population.connect() as server:
            server.autocommit = True
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        connection.settings_dict["NAME"] = whole


@pytest.fixture
def opened(workload: Workload, db: None) -> Workload:
    """The same for one test; what it writes in this process is undone after it."""
    return workload
