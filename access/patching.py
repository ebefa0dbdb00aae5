"""Patches: what a resource is to be, from what it is and a JSON Patch (RFC 6902) or a partial resource (RFC 7396).

The outcome is a whole resource, which goes through the rules of an update like any other.
"""

import copy
from typing import Any

import jsonpatch
import jsonpointer
import orjson

from fhir.outcomes import FhirError

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
# Clients that send a partial resource call it simply JSON; an array of operations is known by its shape.
EITHER = "application/json"
MOST_OPERATIONS = 500
LARGEST = 1024 * 1024


def patched(resource: dict[str, Any], patch: Any, media_type: str, *, has_version: bool) -> dict[str, Any]:
    """The resource as the patch makes it; `has_version` says that the caller told which version she patches.

    Raises FhirError: 400 for what is no patch, or points into a list of a version nobody told; 415 for another kind of
    patch; 422 for a test that does not hold, or a place that is not there.
    """
    if media_type not in (JSON_PATCH, MERGE_PATCH, EITHER):
        raise FhirError("patch-media-type")
    if media_type == JSON_PATCH or (media_type == EITHER and isinstance(patch, list)):
        return _by_operations(resource, patch, has_version=has_version)
    if not isinstance(patch, dict):
        raise FhirError("bad-json")
    found: dict[str, Any] = merged(resource, patch)
    return found


def merged(target: Any, patch: Any) -> Any:
    """A merge patch applied: members are put in place of those there, null takes one away (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merged(found.get(name), value)
    return found


def _by_operations(resource: dict[str, Any], patch: Any, *, has_version: bool) -> dict[str, Any]:
    """A JSON Patch applied, all of it or nothing."""
    if not isinstance(patch, list) or not 0 < len(patch) <= MOST_OPERATIONS:
        raise FhirError("bad-patch", f"1-{MOST_OPERATIONS}")
    if not all(isinstance(operation, dict) for operation in patch):
        raise FhirError("bad-patch", "[]")
    if not has_version and _counts_places(patch):
        raise FhirError("patch-needs-version")
    found: Any = copy.deepcopy(resource)
    for number, operation in enumerate(patch):
        place = f"[{number}] {str(operation.get('op', ''))[:10]} {str(operation.get('path', ''))[:100]}"
        try:
            found = jsonpatch.JsonPatch([operation]).apply(found, in_place=True)
        except jsonpatch.JsonPatchTestFailed as error:
            raise FhirError("patch-test-failed", place) from error
        except jsonpatch.InvalidJsonPatch as error:
            raise FhirError("bad-patch", place) from error
        except (jsonpatch.JsonPatchConflict, jsonpointer.JsonPointerException, TypeError, KeyError) as error:
            raise FhirError("patch-does-not-fit", place) from error
        if not isinstance(found, dict):
            raise FhirError("patch-does-not-fit", place)
        if operation["op"] == "copy" and len(orjson.dumps(found)) > LARGEST:  # copies of copies grow without end
            raise FhirError("too-large")
    whole: dict[str, Any] = found
    return whole


def _counts_places(patch: list[dict[str, Any]]) -> bool:
    """Whether an operation points to a numbered place of a list, and no test makes sure of anything before it."""
    for operation in patch:
        if operation.get("op") == "test":
            return False
        paths = (str(operation.get(name, "")) for name in ("path", "from"))
        if any(part.isdigit() for path in paths for part in path.split("/")):
            return True
    return False
