"""Every route of every resource type, asked as everybody: what each gets stands in a table that a new route must enter.

v  gets it (200, and it is among the answer)     e  200, and it is not among the answer
r  403, with a reason                            h  404, as if it did not exist
w  written (200, 201 or 204)                     x  refused with its own text (400, 409, 422)
-  not offered (405)                             u  401

Those who act for the citizen and may not decide just this are told so with 422; so is who names what she may not see.
"""

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.db import transaction

from fhir.registry import Resource, all_resources
from tests.architecture.expected import EXPECTED
from tests.architecture.personas import PERSONAS, THINGS, Persona, Stage, types
from tests.architecture.sent import body, changed
from tests.architecture.test_routes import patterns
from tests.rest import codes

# Each by its address, its method and what the registry calls it; an explanation every type gives.
ROUTES_OF_A_TYPE = {
    "read": ("fhir-instance", "GET", "read"),
    "vread": ("fhir-vread", "GET", "vread"),
    "history": ("fhir-history", "GET", "history-instance"),
    "history of type": ("fhir-type-history", "GET", "history-type"),
    "explain": ("fhir-explain", "GET", ""),
    "search": ("fhir-type", "GET", "search-type"),
    "search by post": ("fhir-search", "POST", "search-type"),
    "create": ("fhir-type", "POST", "create"),
    "update": ("fhir-instance", "PUT", "update"),
    "patch": ("fhir-instance", "PATCH", "patch"),
    "delete": ("fhir-instance", "DELETE", "delete"),
}
# The same again at another address, or under a condition, and where that is proved.
AGAIN = {
    ("fhir-type", "PUT"): "tests/writing/test_conditions.py",
    **{
        (f"fhir-patient-{name}", method): "tests/architecture/test_routes.py"
        for name in ("type", "search")
        for method in ("GET", "POST")
    },
}
JSON = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"
MERGE_PATCH = "application/merge-patch+json"
VERSION_1 = {"If-Match": 'W/"1"'}
LETTERS = {401: "u", 403: "r", 404: "h", 405: "-", 400: "x", 409: "x", 412: "x", 422: "x", 201: "w", 204: "w"}


def letter(stage: Stage, entry: Resource, route: str, name: str) -> str:
    """What one persona gets at one route; what she writes is undone."""
    persona = stage.personas[name]
    thing = stage.thing(entry, persona.about)
    with transaction.atomic():
        answer = asked(stage, entry, route, persona, str(thing.id))
        transaction.set_rollback(True)
    if answer.status_code != 200:
        return LETTERS[answer.status_code]
    if route in ("update", "patch"):
        return "w" if route == "update" or answer.headers["ETag"] == 'W/"2"' else "unchanged"
    told = answer.json()
    if route == "explain":
        return "v" if {"name": "verdict", "valueCode": "permit"} in told["parameter"] else "e"
    shown = [part["resource"] for part in told.get("entry", ())] if told["resourceType"] == "Bundle" else [told]
    return "v" if (entry.type, str(thing.id)) in {(one["resourceType"], one.get("id")) for one in shown} else "e"


def asked(stage: Stage, entry: Resource, route: str, persona: Persona, key: str) -> Any:
    """Ask at one route, as somebody."""
    ask, address = persona.client, f"/fhir/{entry.type}/{key}"
    whose = {entry.citizen_parameter: f"Patient/{persona.about.pk}"} if entry.citizen_parameter else {"_id": key}
    if entry.type == "Patient":
        whose = {"_id": key}
    sent = orjson.dumps(body(stage, entry, route, persona, key)) if route in ("create", "update") else b""
    match route:
        case "read":
            return ask.get(address)
        case "vread":
            return ask.get(f"{address}/_history/1")
        case "history":
            return ask.get(f"{address}/_history")
        case "history of type":
            return ask.get(f"/fhir/{entry.type}/_history", whose)
        case "explain":
            return ask.get(f"{address}/$explain-access")
        case "search":
            return ask.get(f"/fhir/{entry.type}", whose | needed(entry, key))
        case "search by post":
            return ask.post(f"/fhir/{entry.type}/_search", urlencode(whose | needed(entry, key)), content_type=FORM)
        case "create":
            return ask.post(f"/fhir/{entry.type}", sent, content_type=JSON)
        case "update":
            return ask.put(address, sent, content_type=JSON, headers=VERSION_1)
        case "patch":
            patch = orjson.dumps(changed(entry.type))
            return ask.patch(address, patch, content_type=MERGE_PATCH, headers=VERSION_1)
        case _:
            return ask.delete(address, headers=VERSION_1)


def needed(entry: Resource, key: str) -> dict[str, str]:
    """What a search of this type cannot be without."""
    return {"_id": key} if "_id" in entry.needed else {}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", types())
def test_who_gets_what(codes: None, kind: str) -> None:
    stage = Stage()
    entry = next(entry for entry in all_resources() if entry.type == kind)

    found = {
        (kind, route): "".join(letter(stage, entry, route, name) for name in PERSONAS) for route in ROUTES_OF_A_TYPE
    }

    assert found == {key: row for key, row in EXPECTED.items() if key[0] == kind}


def test_every_way_to_ask_about_a_type_stands_in_the_table() -> None:
    """From the registry and the addresses: a new interaction, or a new method of a view, fails without its rows."""
    of_a_type = {name: found for name, found in patterns().items() if "kind" in found.pattern.converters}
    ways = {
        (name, method.upper())
        for name, found in of_a_type.items()
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(getattr(found.callback, "view_class", None), method)
    }

    assert ways == {(name, method) for name, method, _interaction in ROUTES_OF_A_TYPE.values()} | set(AGAIN)
    declared = {name for entry in all_resources() for name in entry.interactions}
    assert declared == {interaction for *_way, interaction in ROUTES_OF_A_TYPE.values() if interaction}


def test_every_type_and_every_persona_stands_in_the_table() -> None:
    assert set(EXPECTED) == {(kind, route) for kind in types() for route in ROUTES_OF_A_TYPE}
    assert {len(row) for row in EXPECTED.values()} == {len(PERSONAS)}
    assert set(THINGS) == set(types())


__all__ = ["codes"]
