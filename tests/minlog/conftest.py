"""The cast, and a client that asks as one of them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from access.actors import Actor
from identity import tokens
from tests.cast import Cast, make_cast

Ask = Callable[..., Any]


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody, in the database."""
    return make_cast()


@pytest.fixture
def ask(client: Client) -> Ask:
    """Ask as an actor; returns the status and the body."""

    def asked(actor: Actor, path: str, **headers: str) -> tuple[int, dict[str, Any]]:
        token, _seconds = tokens.issue(actor)
        answer = client.get(f"/fhir/{path}", headers={"Authorization": f"Bearer {token}", **headers})
        return answer.status_code, answer.json()

    return asked


def found(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """The resources of a bundle."""
    return [entry["resource"] for entry in bundle.get("entry", ())]
