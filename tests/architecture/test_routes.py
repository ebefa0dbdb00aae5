"""Every address stands in the table of routes and answers as it says; every view stands on the base that decides."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from access.authoring import create_element
from access.rest import FhirView
from access.vocabulary import Category, Law
from goals.fhir import GOAL_SOURCE
from identity import tokens
from tests.architecture.routes import ROUTES, Case, Elsewhere
from tests.cast import Cast, make_cast

ROOT = Path(__file__).resolve().parents[2]
# Views that ask for no token, and why.
DEFINITIONS = ("CodeSystem", "OperationDefinition", "SearchParameter", "StructureDefinition", "ValueSet")
OPEN = {
    "fhir-openapi": "what the server can do is public",
    **dict.fromkeys((f"fhir-{kind}" for kind in DEFINITIONS), "what our own definitions mean is public"),
    **dict.fromkeys((f"fhir-{kind}-read" for kind in DEFINITIONS), "what our own definitions mean is public"),
    "fhir-metadata": "what the server can do is public",
}
NOT_FHIR = {
    "oauth-token": "OAuth has its own shape of answers and errors",
    "oauth-revoke": "OAuth has its own shape of answers and errors",
    "home": "leads to the citizen's pages",
    "calendar": "a calendar's own shape; tests/appointments/test_feeds.py",
    "desk": "a page for people; what it shows is decided as $overview decides",
    "desk-open": "a page for people; opens the one before",
    "oauth-launch": "OAuth has its own shape of answers and errors",
    "oauth-authorize": "a browser is sent back to its app; nothing is shown",
    "oauth-keys": "a JWK set, public",
    "smart-configuration": "what clients need to know, public",
    "fhir-smart-configuration": "what clients need to know, public",
    "openid-configuration": "what clients need to know, public",
    "fhir-openid-configuration": "what clients need to know, public",
    "legal-settings": "a page for people; the law's settings, about nobody",
}


def patterns() -> dict[str, URLPattern]:
    """Every address by its name, those of included tables too."""
    found: dict[str, URLPattern] = {}

    def walk(entries: Any) -> None:
        for entry in entries:
            if isinstance(entry, URLPattern):
                assert entry.name, f"{entry.pattern} has no name"
                found[entry.name] = entry
            elif str(entry.pattern) not in ("admin/", "portal/"):  # tests/identity/test_registering.py, tests/portal
                walk(entry.url_patterns)

    walk(get_resolver().url_patterns)
    return found


def test_every_address_stands_in_the_table() -> None:
    assert set(patterns()) == set(ROUTES)


def test_every_view_stands_on_the_base_that_decides_and_explains() -> None:
    for name, pattern in patterns().items():
        view = getattr(pattern.callback, "view_class", None)
        assert view is not None, name
        assert issubclass(view, FhirView) != (name in NOT_FHIR), name


def test_only_what_is_said_to_be_open_asks_for_no_token() -> None:
    for name, pattern in patterns().items():
        if name not in NOT_FHIR:
            view = pattern.callback.view_class  # type: ignore[attr-defined]
            assert (not view.authentication_classes) == (name in OPEN), name


def test_what_is_proved_elsewhere_has_its_tests_there() -> None:
    for rows in ROUTES.values():
        assert rows
        assert all((ROOT / row.proved_by).exists() for row in rows if isinstance(row, Elsewhere))


def cases() -> list[Any]:
    """Each way to ask and each who asks."""
    listed = []
    for name, rows in ROUTES.items():
        for row in (row for row in rows if isinstance(row, Case)):
            for who, may in [*((who, True) for who in row.may), *((who, False) for who in row.may_not)]:
                listed.append(
                    pytest.param(row, who, may, id=f"{name}-{row.method}-{who}-{'may' if may else 'may not'}")
                )
    return listed


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.mark.django_db
@pytest.mark.parametrize(("case", "who", "may"), cases())
def test_who_may_and_who_may_not(cast: Cast, client: Client, case: Case, who: str, may: bool) -> None:
    made = create_element(
        by=cast.doctor.actor,
        source=GOAL_SOURCE,
        citizen_id=cast.citizen.person.pk,
        category=Category.GOAL_SUL,
        law=Law.HEALTH,
        values={"kind": "overall", "words": "Bedre vejrtrækning i hverdagen"},
    )
    ids = {"goal": str(made["id"]), "citizen": str(cast.citizen.person.pk)}

    answer = ask(client, cast, who, case, ids)

    if may:
        assert answer.status_code in (200, 201), answer.content
    elif case.or_empty and answer.status_code == 200:
        assert "Bedre vejrtrækning" not in answer.content.decode()
        shown = {entry["resource"]["resourceType"] for entry in answer.json().get("entry", ())}
        assert shown <= {"Patient", "OperationOutcome"}
    else:
        assert answer.status_code == (401 if who == "nobody" else answer.status_code)
        assert answer.status_code in (401, 403, 404), answer.content
        assert "Bedre vejrtrækning" not in answer.content.decode()


def ask(client: Client, cast: Cast, who: str, case: Case, ids: dict[str, str]) -> Any:
    """Ask as one of the cast, or without a token."""

    def filled(text: str) -> str:
        for name, value in ids.items():
            text = text.replace("{" + name + "}", value)
        return text

    headers = {"If-Match": 'W/"1"'} if case.method == "PUT" else {}
    if who != "nobody":
        headers["Authorization"] = f"Bearer {tokens.issue(getattr(cast, who).actor)[0]}"
    content, kind = "", "application/fhir+json"
    if case.form is not None:
        content, kind = "&".join(f"{name}={filled(value)}" for name, value in case.form.items()), FORM
    elif case.body is not None:
        body = case.body | ({"id": ids["goal"]} if case.method == "PUT" else {})
        content = filled(orjson.dumps(body).decode())
    return client.generic(case.method, f"/fhir/{filled(case.path)}", content, content_type=kind, headers=headers)


FORM = "application/x-www-form-urlencoded"
