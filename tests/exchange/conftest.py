"""A system that delivers, the code table, and the state of the tables as plain values."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from exchange.reports import DeliveryReport
from exchange.services import take
from terminology import lookup
from tests.exchange.builders import Json, as_bytes

ROOT = Path(__file__).resolve().parents[2]
PLACES = [parent / "shared" / "data" for parent in ROOT.parents][:1]

Deliver = Callable[..., DeliveryReport]


def system(**members: Any) -> Actor:
    """A sender, now."""
    return Actor(ActingAs.SYSTEM, Purpose.DELIVERY, timezone.now(), client_id="test", **members)


@pytest.fixture
def codes(db: None) -> Iterator[None]:
    """The code table, loaded."""
    load_codes()
    yield
    lookup.refresh()


def load_codes() -> None:
    """Load the code table and forget what was known of it."""
    call_command("load_codes", verbosity=0, stdout=_Nowhere())
    lookup.refresh()


class _Nowhere:
    def write(self, text: str) -> None:
        pass


@pytest.fixture
def deliver(codes: None) -> Deliver:
    """Deliver a bundle as a system does, and check the foreign keys at once."""

    def delivered(bundle: Json | bytes, source: str = "kl-gateway", **members: Any) -> DeliveryReport:
        raw = bundle if isinstance(bundle, bytes) else as_bytes(bundle)
        report = take(by=system(**members), bundle=raw, source=source)
        connection.check_constraints()
        return report

    return delivered


def real_files(*folders: str) -> list[Path]:
    """The published test instances; the test is skipped where they are missing."""
    found = [path for place in PLACES for name in folders for path in sorted((place / name).glob("*.json"))]
    if not found:
        pytest.skip("published test instances are not in ../shared/data")
    return found
