"""The cast, the codes, and everybody of the cast as an asker."""

from types import SimpleNamespace

import pytest
from django.core.management import call_command

from terminology import lookup
from tests.careplans.asking import Asker
from tests.cast import Cast, Member, make_cast


@pytest.fixture
def codes(db: None) -> None:
    """The codes of the files; a process keeps them once it has read them."""
    if not lookup.table():
        call_command("load_codes", verbosity=0)
        lookup.table()


@pytest.fixture
def cast(codes: None) -> Cast:
    return make_cast()


@pytest.fixture
def ask(cast: Cast) -> SimpleNamespace:
    """`ask.doctor.get(...)`: each of the cast with her token."""
    return SimpleNamespace(**{name: Asker(who) for name, who in vars(cast).items() if isinstance(who, Member)})
