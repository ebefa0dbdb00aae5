"""An independent check of what we send: `fhir.resources` (R4B) reads every FHIR answer and refuses what is no FHIR.

R4B differs from R4 in types that we do not serve, and not in those that we do. `checked_answer` is hooked into every
test client: Django's own (tests/conftest.py) and the real ones (tests/http).
"""

import sysconfig
from pathlib import Path
from typing import Any

import orjson

import fhir

# The package lies in a folder named as ours is; ours is found first, so the other is made known here, for tests only.
fhir.__path__.append(str(Path(sysconfig.get_path("purelib")) / "fhir"))

from fhir.resources.R4B import get_fhir_model_class  # noqa: E402


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


def checked_answer(path: str, content_type: str, status: int, body: bytes) -> None:
    """Hold an answer below /fhir against FHIR: it is a resource, and an error is an OperationOutcome."""
    if not path.startswith("/fhir") or not body:
        return
    if not content_type.startswith("application/fhir+json"):
        raise NotConformant(f"{path} answers {status} as {content_type or 'nothing'}")
    resource = orjson.loads(body)
    if status >= 400 and resource.get("resourceType") != "OperationOutcome":
        raise NotConformant(f"{path} answers {status} with {resource.get('resourceType')}")
    assert_valid(resource)
