"""Pages of others: a registered app's may read our answers, and nobody else's; none with cookies."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from identity import origins, tokens
from identity.registering import origin_of
from identity.revocation import watch
from tests import factories
from tests.cast import Cast, make_cast

APP, STRANGER = "https://app.example.dk", "https://elsewhere.example.dk"


@pytest.fixture
def cast(db: None) -> Cast:
    made = make_cast()
    factories.system(client_id="app", redirect_uris=[f"{APP}/back", "http://localhost:9000/back"])
    factories.system(client_id="old", redirect_uris=["https://old.example.dk/back"], is_active=False)
    return made


def preflight(address: str, origin: str, method: str = "PUT") -> Any:
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "if-match"}
    return Client().options(address, headers=asked)


@pytest.mark.parametrize("address", ["/fhir/Goal/x", "/fhir", "/fhir/metadata", "/oauth/token"])
def test_browser_is_told_what_a_registered_app_may_send(cast: Cast, address: str) -> None:
    answer = preflight(address, APP)

    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == APP
    assert {"PUT", "PATCH", "DELETE"} <= set(answer["Access-Control-Allow-Methods"].split(", "))
    assert {"authorization", "if-match", "x-override"} <= set(answer["Access-Control-Allow-Headers"].split(", "))
    assert "Origin" in answer["Vary"].title()
    assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("/fhir/Goal/x", STRANGER),
        ("/fhir/Goal/x", "https://old.example.dk"),
        ("/fhir/Goal/x", f"{APP}.evil.example"),
        ("/fhir/Goal/x", "http://app.example.dk"),
        ("/fhir/Goal/x", f"{APP}:8443"),
        ("/fhir/Goal/x", "null"),
        ("/oauth/token", STRANGER),
        ("/oauth/revoke", APP),
        ("/oauth/authorize", APP),
        ("/desk/", APP),
        ("/admin/", APP),
        ("/oauth/tokens", APP),
    ],
)
def test_browser_is_told_nothing_for_others_and_elsewhere(cast: Cast, address: str, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in preflight(address, origin)


def test_answers_and_refusals_are_read_by_the_apps_page_and_by_no_other(cast: Cast) -> None:
    token, _seconds = tokens.issue(cast.doctor.actor)
    address = f"/fhir/Patient/{cast.citizen.person.pk}"

    def asked(origin: str, **headers: str) -> Any:
        return Client().get(address, headers={"Origin": origin, **headers})

    read, refused = asked(APP, Authorization=f"Bearer {token}"), asked(APP)
    foreign = asked(STRANGER, Authorization=f"Bearer {token}")
    token_answer = Client().post("/oauth/token", {"grant_type": "x"}, headers={"Origin": "http://localhost:9000"})

    assert (read.status_code, refused.status_code, foreign.status_code) == (200, 401, 200)
    assert read["Access-Control-Allow-Origin"] == refused["Access-Control-Allow-Origin"] == APP
    assert "etag" in read["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Origin" not in foreign
    assert token_answer["Access-Control-Allow-Origin"] == "http://localhost:9000"
    assert preflight("/.well-known/smart-configuration", STRANGER, "GET").status_code in (200, 405)
    assert Client().get("/.well-known/smart-configuration")["Access-Control-Allow-Origin"] == "*"


def test_a_process_that_listens_asks_no_statement(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_heard_at", time.monotonic())
    monkeypatch.setattr(watch, "origins", frozenset({APP}))

    with CaptureQueriesContext(connection) as queries:
        told = [preflight("/fhir/Goal", origin).get("Access-Control-Allow-Origin") for origin in (APP, STRANGER)]

    assert (told, len(queries)) == ([APP, None], 0)
    monkeypatch.setattr(watch, "_heard_at", float("-inf"))
    with CaptureQueriesContext(connection) as without:
        Client().get("/fhir/metadata")
    assert len(without) == 0  # no origin, no question
    assert origins.is_registered(APP)


def test_origin_is_written_as_browsers_write_it() -> None:
    told = {
        "https://App.example.dk:443/back?x=1": "https://app.example.dk",
        "http://localhost:80/": "http://localhost",
        "http://[::1]:9000/back": "http://[::1]:9000",
    }

    assert {address: origin_of(address) for address in told} == told
