"""What the server says that it can do is what it does: each thing declared is asked for, and what is not is refused."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from config.urls import ADDRESSES
from fhir import definitions
from fhir.operations import OPERATIONS
from fhir.registry import Resource, SearchParameter, all_resources
from tests.access.worlds_of_reading import Everything
from tests.rest import Rest

ROOT = Path(__file__).resolve().parents[2]
OURS = "https://patientoverblik.dk/fhir"
# What every type could be searched by and is not.
UNDECLARED = ("_text", "_content", "_filter", "_has:Goal:patient:status", "_list", "_type", "nothing")
VALUES = {"date": "ge2020-01-01", "string": "a", "token": "x"}


def capability() -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/fhir/metadata").json()
    return found


def declared() -> dict[str, dict[str, Any]]:
    """What is offered of each type."""
    return {one["type"]: one for one in capability()["rest"][0]["resource"]}


def value_of(made: Everything, parameter: SearchParameter) -> str:
    """A value that fits a parameter."""
    if parameter.codes:
        return next(iter(parameter.codes))
    if parameter.name == "_id":
        return str(made.cast.citizen.person.pk)
    if parameter.kind == "reference":
        return f"{parameter.targets[0]}/{made.cast.citizen.person.pk}"
    if parameter.name == "identifier":
        return "urn:oid:1.2.208.176.1.1|x" if parameter.condition else "x"
    return VALUES[parameter.kind]


def wanted(made: Everything, entry: Resource, parameter: SearchParameter) -> str:
    """A search by a parameter, with what must stand beside it."""
    company = f"{made.asked(entry)}&"
    if "birthdate" in parameter.beside:
        company = "birthdate=1950-01-01&"
    if "family" in parameter.beside:
        company = "family=Test&"
    return f"{entry.type}?{company}{parameter.name}={value_of(made, parameter)}"


@pytest.mark.django_db
def test_every_parameter_that_is_declared_can_be_asked_for_and_no_other() -> None:
    made = Everything()
    ask, offered = Rest(made.cast.doctor), declared()

    for entry in (one for one in all_resources() if "search-type" in one.interactions):
        names = {one["name"] for one in offered[entry.type]["searchParam"]}
        assert names == {"_id", "_lastUpdated", *(one.name for one in entry.parameters)}
        for parameter in (one for one in entry.parameters if not one.secret):
            answer = ask.get(wanted(made, entry, parameter))
            assert answer.status in (200, 422), (entry.type, parameter.name, answer.body)
            if answer.status == 422:
                assert answer.error == "unknown-code"
        for name in UNDECLARED:
            answer = ask.get(f"{entry.type}?{made.asked(entry)}&{name}=x")
            assert (answer.status, answer.error) == (400, "unknown-parameter"), (entry.type, name)


@pytest.mark.django_db
def test_every_interaction_that_is_not_declared_is_refused() -> None:
    made = Everything()
    headers = Rest(made.cast.doctor).headers
    ways = {
        "search-type": ("GET", ""),
        "vread": ("GET", "{}/_history/1"),
        "history-instance": ("GET", "{}/_history"),
        "history-type": ("GET", "_history?patient=x"),
        "create": ("POST", ""),
        "update": ("PUT", "{}"),
        "patch": ("PATCH", "{}"),
        "delete": ("DELETE", "{}"),
    }

    for entry in all_resources():
        for code, (method, tail) in ways.items():
            path = f"/fhir/{entry.type}/{tail.format(made.things[entry.type].pk)}".rstrip("/")
            if code in entry.interactions or (entry.type, code) == ("Subscription", "delete"):
                continue
            answer = Client().generic(method, path, "{}", content_type="application/fhir+json", headers=headers)
            assert answer.status_code == 405, (entry.type, code, answer.content)


@pytest.mark.django_db
def test_every_definition_that_is_named_answers() -> None:
    for kind, offered in declared().items():
        named = [
            one["definition"]
            for key in ("operation", "searchParam")
            for one in offered.get(key, ())
            if "definition" in one
        ]
        for address in named:
            path = address.partition("/fhir/")[2]
            assert Client().get(f"/fhir/{path}").status_code == 200, (kind, address)
    for kind in definitions.TYPES:
        listed = definitions.definitions_of(kind)
        bundle = Client().get(f"/fhir/{kind}").json()
        assert [entry["resource"]["id"] for entry in bundle["entry"]] == [one["id"] for one in listed]
        found = Client().get(f"/fhir/{kind}", {"url": listed[0]["url"]}).json()
        assert found["total"] == 1


def test_a_definition_that_is_not_ours_is_not_found() -> None:
    assert Client().get("/fhir/StructureDefinition/nothing").status_code == 404
    assert Client().get("/fhir/StructureDefinition?name=x").status_code == 400


def test_every_extension_and_code_system_that_the_program_names_is_described() -> None:
    """One that is used and not described would be a riddle to every client."""
    sources = [
        path.read_text()
        for path in ROOT.glob("*/**/*.py")
        if path.relative_to(ROOT).parts[0] not in ("tests", ".venv", "build")
    ]
    used = {name for text in sources for name in re.findall(r"\{BASE\}/StructureDefinition/([a-z-]+)", text)}
    systems = {name for text in sources for name in re.findall(r"\{BASE\}/CodeSystem/([a-z-]+)", text)}

    assert used == {extension.name for extension in definitions.EXTENSIONS}
    assert systems == set()  # each is made by `code_system`, which describes it


def test_the_operations_of_the_registry_are_those_that_are_described() -> None:
    routes = {found[1] for pattern in ADDRESSES if (found := re.search(r"\$([a-z-]+)$", str(pattern.pattern)))}

    assert routes == {operation.name for operation in OPERATIONS}
    assert all(
        name in {operation.name for operation in OPERATIONS} for entry in all_resources() for name in entry.operations
    )


@pytest.mark.django_db
def test_the_openapi_document_names_every_address_and_no_other() -> None:
    document = Client().get("/fhir/openapi.json").json()
    names = {get_resolver().resolve(re.sub(r"\{\w+\}", "1", path)).url_name: path for path in document["paths"]}
    routes = {pattern.name for pattern in ADDRESSES if str(pattern.name).startswith("fhir")}
    left_out = {
        *("fhir-openapi", "fhir-base-slash", "fhir-smart-configuration", "fhir-openid-configuration"),
        "fhir-patient-search",
    }

    assert routes - left_out == set(names)
    ids = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(ids) == len(set(ids))
