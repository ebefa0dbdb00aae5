"""Search by GET and by POST: one page of what the asker may see, and the links to it and to the next."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from rest_framework.request import Request

from access import faces
from access import search as searching
from access.rest import FhirView, answer, represent, resource
from access.write_views import CreateView
from fhir.outcomes import FhirError
from fhir.registry import Resource
from fhir.search import Query, parse, parse_count


class TypeView(CreateView):
    """One resource type: search, beside create."""

    def get(self, request: Request, kind: str) -> HttpResponse:
        """Search by GET; a value that may name a person is refused in an address."""
        entry = resource(kind, "search-type")
        pairs = [(name, value) for name, values in request._request.GET.lists() for value in values]
        if any(is_secret(entry, name) for name, value in pairs):
            raise FhirError("cpr-in-url")
        return search(self, entry, pairs)


def is_secret(entry: Resource, name: str) -> bool:
    """Whether a parameter may hold a person's number, and so may not stand in an address."""
    parameter = entry.parameter(name.partition(":")[0])
    return parameter is not None and parameter.secret


class SearchView(FhirView):
    """Search by POST, where values may be what an address may not hold."""

    asks = {"POST": "search"}

    def post(self, request: Request, kind: str) -> HttpResponse:
        """Search with the parameters of the form and of the address together."""
        entry = resource(kind, "search-type")
        if any(is_secret(entry, name) for name in request._request.GET):
            raise FhirError("cpr-in-url")
        given = [request._request.GET, request._request.POST]
        return search(
            self, entry, [(name, value) for part in given for name, values in part.lists() for value in values]
        )


def search(view: FhirView, entry: Resource, pairs: list[tuple[str, str]]) -> HttpResponse:
    """Run a search, and answer with a page of its rows and the links to this page and the next."""
    pairs, query = opened(entry, pairs)
    shown = [(name, value) for name, value in pairs if not is_secret(entry, name)]
    found, order = faces.search(entry, view.actor, query, written(entry.type, shown))
    page = found[: query.count]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": []}
    base = f"{view.request.scheme}://{view.request.get_host()}/fhir/"
    bundle["link"].append(
        {
            "relation": "self",
            "url": base
            + written(entry.type, [*(pair for pair in shown if pair[0] != "_count"), ("_count", str(query.count))]),
        }
    )
    if len(found) > query.count > 0 and len(shown) == len(pairs):
        cursor = searching.make_cursor(pairs, query.count, order, page[-1][1])
        bundle["link"].append({"relation": "next", "url": f"{base}{entry.type}?_cursor={cursor}"})
    entries = [
        {
            "fullUrl": f"{base}{entry.type}/{row['id']}",
            "resource": represent(face, row, view.actor),
            "search": {"mode": "match"},
        }
        for face, row in page
    ]
    if entries:
        bundle["entry"] = entries
    return answer(bundle)


def opened(entry: Resource, pairs: list[tuple[str, str]]) -> tuple[list[tuple[str, str]], Query]:
    """Parse a search, or go on with the one that a cursor holds; a `_count` beside the cursor is heeded."""
    given = dict(pairs)
    if "_cursor" not in given:
        return pairs, parse(entry, pairs)
    held, count = searching.open_cursor(given["_cursor"])
    count = parse_count(given["_count"]) if "_count" in given else count
    held = [(name, value) for name, value in held if name != "_count"]
    return held, parse(entry, [*held, ("_count", str(count)), ("_cursor", given["_cursor"])])


def written(kind: str, pairs: list[tuple[str, str]]) -> str:
    """The search as an address."""
    shown = [(name, value) for name, value in pairs if name != "_cursor"]
    return f"{kind}?{urlencode(shown, safe='/,:|')}" if shown else kind
