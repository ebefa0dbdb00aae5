"""Every route of every resource type, asked as everybody: what each gets stands in a table that a new route must enter.

v  gets it (200, and it is among the answer)     e  200, and it is not among the answer
r  403, with a reason                            h  404, as if it did not exist
w  written (200 or 201)                          x  refused with its own text (400, 409, 422)
-  not offered (405)                             u  401

Those who act for the citizen and may not decide just this are told so with 422; so is who names what she may not see.
"""

from typing import Any

import orjson
import pytest
from django.db import transaction

from fhir.registry import Resource, all_resources
from tests.architecture.expected import EXPECTED
from tests.architecture.personas import PERSONAS, THINGS, Persona, Stage, types
from tests.architecture.sent import body
from tests.rest import codes

ROUTES_OF_A_TYPE = (
    "read",
    "vread",
    "history",
    "history of type",
    "explain",
    "search",
    "search by post",
    "create",
    "update",
)
JSON = "application/fhir+json"
LETTERS = {401: "u", 403: "r", 404: "h", 405: "-", 400: "x", 409: "x", 412: "x", 422: "x", 201: "w"}


def letter(stage: Stage, entry: Resource, route: str, name: str) -> str:
    """What one persona gets at one route; what she writes is undone."""
    persona = stage.personas[name]
    thing = stage.thing(entry, persona.about)
    with transaction.atomic():
        answer = asked(stage, entry, route, persona, str(thing.id))
        transaction.set_rollback(True)
    if answer.status_code != 200:
        return LETTERS[answer.status_code]
    if route == "update":
        return "w"
    told = answer.json()
    if route == "explain":
        return "v" if {"name": "verdict", "valueCode": "permit"} in told["parameter"] else "e"
    shown = [part["resource"] for part in told.get("entry", ())] if told["resourceType"] == "Bundle" else [told]
    return "v" if (entry.type, str(thing.id)) in {(one["resourceType"], one["id"]) for one in shown} else "e"


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
            return ask.post(f"/fhir/{entry.type}/_search", whose | needed(entry, key))
        case "create":
            return ask.post(f"/fhir/{entry.type}", sent, content_type=JSON)
        case _:
            headers = {"If-Match": 'W/"1"'}
            return ask.put(address, sent, content_type=JSON, headers=headers)


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


def test_every_type_and_every_persona_stands_in_the_table() -> None:
    assert set(EXPECTED) == {(kind, route) for kind in types() for route in ROUTES_OF_A_TYPE}
    assert {len(row) for row in EXPECTED.values()} == {len(PERSONAS)}
    assert set(THINGS) == set(types())


__all__ = ["codes"]
