"""Search by GET and by POST: one page of what the asker may see, and the links to it and to the next."""

from typing import Any

from django.http import HttpResponse
from rest_framework.request import Request

from access import faces, paging
from access.actors import Actor
from access.explanations import explain
from access.including import MOST_INCLUDED, included
from access.policies import policy_of
from access.rest import FhirView, answer, as_key, represent, resource
from access.write_views import CreateView
from fhir.elements import reduced
from fhir.outcomes import FhirError, issue, outcome
from fhir.registry import Resource
from fhir.search import HARMLESS, Query, parse, safe_name

Pairs = list[tuple[str, str]]
FORM = "application/x-www-form-urlencoded"


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
        return search(self, entry, self.given(request, entry))

    def given(self, request: Request, entry: Resource) -> Pairs:
        """The parameters of the form and of the address.

        Raises FhirError: 400 for a number in the address, 415 for a body that is no form and would be ignored.
        """
        raw = request._request
        if raw.content_type not in (FORM, "") and raw.body:
            raise FhirError("form-expected")
        if any(is_secret(entry, name) for name in request._request.GET):
            raise FhirError("cpr-in-url")
        parts = [request._request.GET, request._request.POST]
        return [(name, value) for part in parts for name, values in part.lists() for value in values]


def search(view: FhirView, entry: Resource, pairs: Pairs) -> HttpResponse:
    """Run a search, and answer with a page of its rows, what goes with them, and the links to it and the next."""
    query = opened(entry, pairs, is_lenient=is_lenient(view.request))
    applied = [pair for pair in query.applied if pair[0] not in ("_cursor", "_count")]
    shown = [(name, value) for name, value in applied if not is_secret(entry, name)]
    text = paging.written(entry.type, shown)
    base = f"{view.request.scheme}://{view.request.get_host()}/fhir"
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if query.count_only:
        bundle["link"] = paging.links(base, entry.type, shown, 0, None)
        return answer(bundle | {"total": faces.total(entry, view.actor, query, text, is_told_alone=True)})
    found, order = faces.search(entry, view.actor, query, text)
    page = found[: query.count]
    if query.with_total:
        bundle["total"] = faces.total(entry, view.actor, query, text, is_told_alone=False)
    goes_on = len(found) > query.count and len(shown) == len(applied)
    marks = paging.marks_of(order, page[-1][1]) if goes_on else None
    bundle["link"] = paging.links(base, entry.type, shown, query.count, marks)
    told = [represent(face, row, view.actor) for face, row in page]
    entries = [_entry(base, reduced(one, query.elements, is_summary=query.is_summary), "match") for one in told]
    if query.includes and told:
        rows, is_all = included(query, page, told, view.actor, text)
        along = [represent(face, row, view.actor) for face, row in rows]
        entries += [_entry(base, reduced(one, (), is_summary=query.is_summary), "include") for one in along]
        entries += [] if is_all else [{"resource": _too_many(), "search": {"mode": "outcome"}}]
    if not told and not query.cursor and _may_be_kept_back(entry, query, view.actor):
        entries = [{"resource": _kept_back(), "search": {"mode": "outcome"}}]
    return answer(bundle | ({"entry": entries} if entries else {}))


def _entry(base: str, told: dict[str, Any], mode: str) -> dict[str, Any]:
    """One resource of a page, and whether it matches or was brought along."""
    return {
        "fullUrl": f"{base}/{told['resourceType']}/{told['id']}",
        "resource": told,
        "search": {"mode": mode},
    }


def _may_be_kept_back(entry: Resource, query: Query, actor: Actor) -> bool:
    """Whether to hint at blocks: of one citizen nothing was found that a block can hide, and the asker may override.

    As of what is not there (ADR 2), told whatever there is, so that it tells of nothing.
    """
    names_one = any(item.parameter.name == entry.citizen_parameter for item in query.criteria)
    if not (names_one and actor.may_override and actor.override_id is None):
        return False
    return any(gate.name == "block" for rule in policy_of(entry.source.model).rules for gate in rule.gates)


def _kept_back() -> dict[str, Any]:
    """That there may be more than is shown, and the way to it."""
    way = explain(None, may_override=True)["nearest"]
    da = f"Der kan være oplysninger, som ikke vises (spærring eller manglende samtykke). {way['da']}"
    en = f"There may be data that are not shown (a block, or no consent). {way['en']}"
    return outcome(issue("information", "suppressed", da, en))


def _too_many() -> dict[str, Any]:
    """That not everything could be brought along."""
    da = f"Der er mere, der hører med; højst {MOST_INCLUDED} af hver type følger med. Hent færre pr. side."
    en = f"More belongs to this page; at most {MOST_INCLUDED} of each type come along. Ask for smaller pages."
    return outcome(issue("warning", "incomplete", da, en))


class CompartmentView(SearchView):
    """A search for one type within what is about one citizen: `Patient/[id]/Goal`."""

    asks = {"GET": "search", "HEAD": "search", "POST": "search"}

    def get(self, request: Request, kind: str, key: str) -> HttpResponse:
        """Search by GET, as the type is searched, for this citizen."""
        entry = of_compartment(kind)
        pairs = [(name, value) for name, values in request._request.GET.lists() for value in values]
        return search(self, entry, within(pairs, entry, key))

    def post(self, request: Request, kind: str, key: str) -> HttpResponse:  # type: ignore[override]
        """Search by POST, as the type is searched, for this citizen."""
        entry = of_compartment(kind)
        return search(self, entry, within(self.given(request, entry), entry, key))


def of_compartment(kind: str) -> Resource:
    """The entry of a type that is about citizens. Raises FhirError (404) for one that is not."""
    entry = resource(kind, "search-type")
    if entry.citizen_parameter in (None, "_id"):
        raise FhirError("unknown-type")
    return entry


def within(pairs: Pairs, entry: Resource, key: str) -> Pairs:
    """The search narrowed to one citizen; a cursor holds her already."""
    if any(name == "_cursor" for name, _value in pairs):
        return pairs
    return [*pairs, (str(entry.citizen_parameter), f"Patient/{as_key(key)}")]


def is_lenient(request: Request) -> bool:
    """Whether what is unknown may be left out (`Prefer: handling=lenient`)."""
    wishes = request.META.get("HTTP_PREFER", "").replace(" ", "").replace(";", ",").split(",")
    return "handling=lenient" in wishes


def opened(entry: Resource, pairs: Pairs, *, is_lenient: bool) -> Query:
    """Parse a search, or go on with the one that a cursor holds; a `_count` beside the cursor is heeded."""
    given = dict(pairs)
    if "_cursor" not in given:
        return parse(entry, pairs, is_lenient=is_lenient)
    unknown = given.keys() - {"_cursor", "_count", *HARMLESS}
    if unknown and not is_lenient:
        raise FhirError("unknown-parameter", safe_name(min(unknown)))
    held, count = paging.open_cursor(entry.type, given["_cursor"])
    return parse(entry, [*held, ("_count", given.get("_count", str(count))), ("_cursor", given["_cursor"])])
