"""The cast, and the codes that bodies name."""

import pytest

from tests.cast import Cast, make_cast
from tests.rest import codes  # noqa: F401


@pytest.fixture
def cast(db: None, codes: None) -> Cast:  # noqa: F811
    return make_cast()
