"""The codes of languages and relations, loaded once for a test."""

from collections.abc import Iterator

import pytest
from django.core.management import call_command

from terminology import lookup


class _Nowhere:
    def write(self, text: str) -> None:
        pass


@pytest.fixture
def codes(db: None) -> Iterator[None]:
    call_command("load_codes", verbosity=0, stdout=_Nowhere())
    lookup.refresh()
    lookup.table()
    yield
    lookup.refresh()
