"""What our own extensions, codes, parameters and operations mean, and the OpenAPI document: open to everybody."""

from typing import Any

import orjson
from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request

from access.rest import FhirView, answer
from fhir import openapi
from fhir.definitions import definitions_of
from fhir.outcomes import FhirError
from fhir.search import HARMLESS, safe_name


class DefinitionView(FhirView):
    """One definition."""

    authentication_classes = ()

    def get(self, request: Request, definition: str, name: str) -> HttpResponse:
        """Read."""
        found = next((one for one in definitions_of(definition) if one["id"] == name), None)
        if found is None:
            raise FhirError("not-found")
        return answer(found)


class DefinitionsView(FhirView):
    """All definitions of a type."""

    authentication_classes = ()

    def get(self, request: Request, definition: str) -> HttpResponse:
        """Search by `url` or `_id`; all of them without."""
        wanted = {name: str(value) for name, value in request._request.GET.items() if name not in HARMLESS}
        if unknown := wanted.keys() - {"url", "_id"}:
            raise FhirError("unknown-parameter", safe_name(min(unknown)))
        found = [
            one
            for one in definitions_of(definition)
            if wanted.get("url", one["url"]) == one["url"] and wanted.get("_id", one["id"]) == one["id"]
        ]
        base = f"{settings.PUBLIC_URL}/fhir"
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": len(found)}
        entries = [
            {"fullUrl": f"{base}/{definition}/{one['id']}", "resource": one, "search": {"mode": "match"}}
            for one in found
        ]
        return answer(bundle | ({"entry": entries} if entries else {}))


class OpenapiView(FhirView):
    """Every address, parameter and answer of this server as OpenAPI 3.1."""

    authentication_classes = ()

    def get(self, request: Request) -> HttpResponse:
        """Answer with the document."""
        return HttpResponse(orjson.dumps(openapi.document(settings.PUBLIC_URL)), content_type="application/json")
