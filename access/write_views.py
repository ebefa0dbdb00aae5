"""Writes of one resource over REST: create, update, patch and delete, and reading what stands at the same address."""

import re
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from access import conditional, faces, patching, service
from access.rest import (
    FhirView,
    answer,
    as_key,
    body_of,
    bytes_of,
    check_body,
    check_query,
    check_there,
    is_reduced,
    represent,
    resource,
    told,
    versioned,
)
from access.statements import Row
from fhir.outcomes import FhirError, all_well
from fhir.registry import Resource
from fhir.search import HARMLESS

# How often a patch that told no version is made anew upon what somebody else wrote meanwhile.
PATCH_ATTEMPTS = 3
_RETURN = re.compile(r"(?:^|[,;])\s*return\s*=\s*\"?(minimal|representation|OperationOutcome)\"?\s*(?=[,;]|$)")


class InstanceView(FhirView):
    """One resource: read, update, patch and delete."""

    def get(self, request: Request, kind: str, key: str) -> HttpResponse:
        """Read."""
        entry = resource(kind, "read")
        face, row = faces.read(entry, self.actor, as_key(key))
        return told(self, entry, face, row)

    def put(self, request: Request, kind: str, key: str) -> HttpResponse:
        """Update; `If-Match` names the version that the caller has."""
        entry = resource(kind, "update")
        check_query(request._request)
        body = body_of(request._request)
        check_body(entry, body)
        if body.get("id") != key:
            raise FhirError("wrong-id", expression=f"{kind}.id")
        assert entry.update is not None  # noqa: S101  the registry offers it
        row = entry.update(by=self.actor, key=as_key(key), body=body, if_match=version_of(request, body))
        return written(self, entry, row)

    def patch(self, request: Request, kind: str, key: str) -> HttpResponse:
        """Change a part: what it comes to goes through the rules of an update.

        Without `If-Match` it is made upon what stands there, since it says itself what it changes. A patch that
        changes nothing writes nothing. The asker reads what she patches, and that is logged as any read.
        """
        entry = resource(kind, "patch")
        check_query(request._request)
        stated = stated_version(request)
        patch, media_type = patch_of(request._request)
        for left in reversed(range(PATCH_ATTEMPTS)):
            face, row = faces.read(entry, self.actor, as_key(key))
            check_there(face, row)
            if stated not in (None, row["version"]):
                raise FhirError("version-conflict")
            before = represent(face, row, self.actor)
            after = self._patched(entry, row, before, patch, media_type, has_version=stated is not None)
            if after == before:
                return written(self, entry, row)
            check_patched(entry, before, after)
            assert entry.update is not None  # noqa: S101  what is patched is updated
            try:
                row = entry.update(by=self.actor, key=row["id"], body=after, if_match=row["version"])
            except FhirError as error:
                if error.code != "version-conflict" or stated is not None or not left:
                    raise
            else:
                return written(self, entry, row)
        raise AssertionError("the last attempt returns or raises")

    def _patched(self, entry: Resource, row: Row, *given: Any, has_version: bool) -> dict[str, Any]:
        """What the patch comes to; a test that does not hold has told something, which stays in the log."""
        try:
            return patching.patched(*given, has_version=has_version)
        except FhirError as error:
            if error.code == "patch-test-failed":
                told: dict[str, Any] = {"citizen_id": row.get("citizen_id"), "resource_ids": [row["id"]]}
                service.log(self.actor, "update", entry.type, outcome="refuse", **told)
            raise

    def delete(self, request: Request, kind: str, key: str) -> HttpResponse:
        """Delete what may be deleted; it is kept, and its history shows it."""
        entry = resource(kind, "delete")
        check_query(request._request)
        assert entry.delete is not None  # noqa: S101  the registry offers it
        row = entry.delete(by=self.actor, key=as_key(key), if_match=stated_version(request))
        return empty(204, {"ETag": versioned(row)["ETag"]})


class CreateView(FhirView):
    """One resource type: create, and create or update under a condition."""

    def post(self, request: Request, kind: str) -> HttpResponse:
        """Create; the id of the body is ignored. With `If-None-Exist` only where there is none."""
        entry = resource(kind, "create")
        if request._request.GET.keys() - HARMLESS:
            raise FhirError("query-on-create")
        body = body_of(request._request)
        check_body(entry, body)
        assert entry.create is not None  # noqa: S101  the registry offers it
        condition = request.META.get("HTTP_IF_NONE_EXIST")
        if condition is None:
            return self._answered(entry, entry.create(by=self.actor, body=body), is_new=True)
        row, is_new = conditional.create(entry, self.actor, body, condition)
        return self._answered(entry, row, is_new=is_new)

    def put(self, request: Request, kind: str) -> HttpResponse:
        """Update the one that the address finds by its identifier, or create it."""
        entry = resource(kind, "update")
        body = body_of(request._request)
        check_body(entry, body)
        query = request.META.get("QUERY_STRING", "")
        row, is_new = conditional.update(entry, self.actor, body, query, version_of(request, body))
        return self._answered(entry, row, is_new=is_new)

    def _answered(self, entry: Resource, row: Row, *, is_new: bool) -> HttpResponse:
        """Where it stands, and as much of it as is wanted."""
        location = {"Location": self.address(entry.type, row["id"], row["version"])}
        return written(self, entry, row, 201 if is_new else 200, location)

    def address(self, kind: str, key: UUID, version: int) -> str:
        """The address of a version."""
        return self.request.build_absolute_uri(f"/fhir/{kind}/{key}/_history/{version}")


def written(
    view: FhirView, entry: Resource, row: Row, status: int = 200, headers: dict[str, str] | None = None
) -> HttpResponse:
    """Answer a write with as much as `Prefer` asks for: the resource unless it says otherwise."""
    headers = versioned(row) | (headers or {})
    wanted = _RETURN.search(view.request.META.get("HTTP_PREFER", ""))
    if wanted is not None and wanted[1] == "minimal":
        return empty(status, headers)
    if wanted is not None and wanted[1] == "OperationOutcome":
        return answer(all_well(), status, headers)
    return answer(represent(faces.of_row(entry, row), row, view.actor), status, headers)


def empty(status: int, headers: dict[str, str]) -> HttpResponse:
    """Answer without a body."""
    found = HttpResponse(status=status, headers=headers)
    del found["Content-Type"]
    return found


def patch_of(request: HttpRequest) -> tuple[Any, str]:
    """The patch and its media type. Raises FhirError (400, 413 or 415)."""
    media_type = (request.content_type or "").lower()
    if media_type not in (patching.JSON_PATCH, patching.MERGE_PATCH, patching.EITHER):
        raise FhirError("patch-media-type")
    try:
        return orjson.loads(bytes_of(request)), media_type
    except orjson.JSONDecodeError as error:
        raise FhirError("bad-json") from error


def check_patched(entry: Resource, before: dict[str, Any], after: dict[str, Any]) -> None:
    """What a patch may not touch is as it was. Raises FhirError (400 or 422)."""
    if is_reduced(before):
        raise FhirError("reduced-copy", expression=f"{entry.type}.meta")
    check_body(entry, after)
    if after.get("id") != before["id"]:
        raise FhirError("wrong-id", expression=f"{entry.type}.id")
    if "identifier" in before and "identifier" not in after:
        raise FhirError("identifier-fixed", expression=f"{entry.type}.identifier")


def stated_version(request: Request) -> int | None:
    """The version that `If-Match` names, if it names one: `*` does not. Raises FhirError (412) for none of ours."""
    header = request.META.get("HTTP_IF_MATCH", "").strip()
    return None if header in ("", "*") else _number(header)


def version_of(request: Request, body: dict[str, Any]) -> int | None:
    """The version that the caller has: `If-Match`, or else the version that the body itself says it was read as.

    None when neither is told. Where a deployment does not ask for a version, only the header is heeded. Raises
    FhirError (412) for one that names no version of ours.
    """
    stated = stated_version(request)
    if stated is not None or not settings.REQUIRE_IF_MATCH:
        return stated
    found = body.get("meta")
    text = str(found.get("versionId", "")) if isinstance(found, dict) else ""
    return _number(text) if text else None


def _number(header: str) -> int:
    """The number in an entity tag. Raises FhirError (412)."""
    text = header.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit():
        raise FhirError("version-conflict")
    return int(text)
