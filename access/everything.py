"""All that the asker may see of one citizen, page by page: `Patient/[id]/$everything`."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from rest_framework.request import Request

from access import faces, paging, scopes, service
from access.actors import Actor
from access.faces import Found
from access.history import Asked, asked
from access.rest import FhirView, answer, as_key, represent
from access.search import compile_query, key_search
from access.statements import fetch
from fhir.outcomes import FhirError
from fhir.registry import Resource, all_resources
from fhir.search import ID, LAST_UPDATED, Criterion, Query, safe_name

# Which table the next page begins in, among the parameters that its cursor holds.
_TABLE = "_table"
# How many are fetched at once where all are wanted.
PAGE = 200


class EverythingView(FhirView):
    """Everything of one citizen, she herself first; `$overview` gives it as one answer."""

    asks_as = ("Patient", "read")

    def get(self, request: Request, key: str) -> HttpResponse:
        """Answer with a page of it; refused alike for no relation and no such citizen."""
        citizen_id, path = as_key(key), f"Patient/{key}/$everything"
        wanted = asked(request, path, "_type", _TABLE)
        if _TABLE in request._request.GET:
            raise FhirError("unknown-parameter", _TABLE)
        tables = tables_of(self.actor, wanted.named.get("_type", ""))
        first = int(wanted.named.get(_TABLE, "0"))
        found = _page(tables, self.actor, citizen_id, wanted, first)
        page = found[: wanted.count]
        pairs = [pair for pair in wanted.pairs if pair[0] != _TABLE]
        base = f"{request.scheme}://{request.get_host()}/fhir"
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
        bundle["link"] = paging.links(base, path, pairs, wanted.count, None)
        if len(found) > wanted.count:
            face, row = page[-1]
            marks = paging.marks_of(tuple(face.source.order), row)
            held = [*pairs, (_TABLE, str(tables.index(face)))]
            bundle["link"] += paging.links(base, path, held, wanted.count, marks)[1:]
        entries = [
            {
                "fullUrl": f"{base}/{face.type}/{row['id']}",
                "resource": represent(face, row, self.actor),
                "search": {"mode": "match"},
            }
            for face, row in page
        ]
        return answer(bundle | ({"entry": entries} if entries else {}))


def everything(actor: Actor, citizen_id: UUID) -> Iterator[Found]:
    """All that the actor may see of one citizen, a page at a time, each decided and logged as one of `$everything`.

    Raises FhirError (403) before the first. Of a page the statements of `_page`.
    """
    tables, path, first = tables_of(actor, ""), f"Patient/{citizen_id}/$everything", 0
    wanted = Asked({}, None, PAGE, ())
    while True:
        found = _page(tables, actor, citizen_id, wanted, first)
        yield found[:PAGE]
        if len(found) <= PAGE:
            return
        face, row = found[PAGE - 1]
        first = tables.index(face)
        marks = paging.marks_of(tuple(face.source.order), row)
        wanted = replace(wanted, named={"_cursor": paging.sealed(path, [], PAGE, marks)})


def tables_of(actor: Actor, types: str) -> list[Resource]:
    """The tables that hold what is told of a citizen, her own first, of these types or of all in an overview.

    Those that the token does not name are left out. Raises FhirError (400) for a type that is not about citizens.
    """
    named = [name for name in types.split(",") if name]
    offered = {entry.type: entry for entry in all_resources() if entry.citizen_parameter}
    if unknown := [name for name in named if name not in offered]:
        raise FhirError("bad-parameter", f"_type={safe_name(unknown[0])}")
    entries = [offered[name] for name in dict.fromkeys(named)] or [
        entry for entry in offered.values() if entry.in_overview
    ]
    entries.sort(key=lambda entry: (entry.type != "Patient", entry.type))
    return [face for entry in entries if scopes.may(actor, entry.type, "overview") for face in entry.faces]


def _page(tables: list[Resource], actor: Actor, citizen_id: UUID, wanted: Asked, first: int) -> Found:
    """The rows of a page and one more, if there is one; logged once. Raises FhirError (403).

    One statement for each table until the page is full (two of a citizen who has decided), and one for the log.
    """
    scopes.demand(actor, "Patient", "read", citizen_id)
    found: Found = []
    text = f"Patient/{citizen_id}/$everything"
    with transaction.atomic():
        for index in range(first, len(tables)):
            face = tables[index]
            query = _query(face, citizen_id, wanted, wanted.count - len(found), is_first=index == first)
            rows = fetch(face.source, actor, compile_query(face, query, actor), interaction="everything", logged=False)
            found += [(face, row) for row in rows]
            if len(found) > wanted.count:
                break
        if found:
            told = [row for _face, row in found[: wanted.count]]
            faces.log_rows(actor, "everything", "Patient", citizen_id, told, text)
    if not found:
        patient = next(entry for entry in all_resources() if entry.type == "Patient")
        whose = replace(key_search(citizen_id), citizen_id=citizen_id)
        service.found_nothing(patient.source, actor, whose, query=text, interaction="everything")
    return found


def _query(face: Resource, citizen_id: UUID, wanted: Asked, count: int, *, is_first: bool) -> Query:
    """The search for what one table has of the citizen, after where the page before ended."""
    own = face.parameter(str(face.citizen_parameter)) or ID
    criteria = [Criterion(own, (str(citizen_id),))]
    if wanted.since is not None:
        criteria.append(Criterion(LAST_UPDATED, (f"ge{wanted.since.isoformat()}",)))
    cursor = wanted.named.get("_cursor", "") if is_first else ""
    return Query(tuple(criteria), count, cursor=cursor)
