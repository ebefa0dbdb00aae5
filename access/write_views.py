"""Writes of one resource over REST: create, update, patch and delete, and reading what stands at the same address."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from rest_framework.request import Request

from access import faces
from access.rest import FhirView, answer, as_key, body_of, check_body, represent, resource, versioned
from fhir.outcomes import FhirError


class InstanceView(FhirView):
    """One resource: read and update."""

    def get(self, request: Request, kind: str, key: str) -> HttpResponse:
        """Read."""
        entry = resource(kind, "read")
        face, row = faces.read(entry, self.actor, as_key(key))
        return answer(represent(face, row, self.actor), headers=versioned(row))

    def put(self, request: Request, kind: str, key: str) -> HttpResponse:
        """Update; `If-Match` names the version that the caller has."""
        entry = resource(kind, "update")
        body = body_of(request._request)
        check_body(entry, body)
        if body.get("id") != key:
            raise FhirError("wrong-id", expression=f"{kind}.id")
        assert entry.update is not None  # noqa: S101  the registry offers it
        row = entry.update(by=self.actor, key=as_key(key), body=body, if_match=version_of(request, body))
        return answer(represent(faces.of_row(entry, row), row, self.actor), headers=versioned(row))


def version_of(request: Request, body: dict[str, Any]) -> int | None:
    """The version that the caller has: `If-Match`, or else the version that the body itself says it was read as.

    None when neither is told. Raises FhirError (412) for a header that names no version of ours.
    """
    header = request.META.get("HTTP_IF_MATCH")
    if header is None:
        stated = body.get("meta")
        header = str(stated.get("versionId", "")) if isinstance(stated, dict) else ""
        if not header:
            return None
    text = header.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit():
        raise FhirError("version-conflict")
    return int(text)


class CreateView(FhirView):
    """One resource type: create."""

    def post(self, request: Request, kind: str) -> HttpResponse:
        """Create; the id of the body is ignored."""
        entry = resource(kind, "create")
        if request._request.GET:
            raise FhirError("query-on-create")
        body = body_of(request._request)
        check_body(entry, body)
        assert entry.create is not None  # noqa: S101  the registry offers it
        row = entry.create(by=self.actor, body=body)
        headers = versioned(row) | {"Location": self.address(kind, row["id"], row["version"])}
        return answer(represent(faces.of_row(entry, row), row, self.actor), 201, headers)

    def address(self, kind: str, key: UUID, version: int) -> str:
        """The address of a version."""
        return self.request.build_absolute_uri(f"/fhir/{kind}/{key}/_history/{version}")
