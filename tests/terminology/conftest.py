"""The codes, loaded into a real database, and a process that has forgotten what it knew."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from terminology import lookup


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    lookup.refresh()
    yield
    lookup.refresh()


@pytest.fixture
def codes(db: None) -> None:
    call_command("load_codes", verbosity=0, stdout=_Nowhere())
    lookup.refresh()


class _Nowhere:
    def write(self, text: str) -> None:
        pass
