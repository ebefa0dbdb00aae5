"""Versions over REST: one of them, those of one thing, and those of all things of a type about one citizen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from rest_framework.request import Request

from access import faces, paging, service, versions
from access.actors import Actor
from access.policies import policy_of
from access.rest import FhirView, answer, as_key, represent, resource, versioned
from access.rest import told as told_now
from access.search import citizen_search
from access.statements import Row, fetch
from access.versions import Told
from audit.models import Version
from fhir.datatypes import instant, parse_reference
from fhir.outcomes import FhirError
from fhir.registry import Resource
from fhir.search import DEFAULT_PAGE, HARMLESS, parse_count, safe_name
from fhir.search_values import date_range

MOST_THINGS = 2000
# What stands in a bundle for what was done: the method and the status it was answered with.
DONE = {"create": ("POST", "201"), "update": ("PUT", "200"), "delete": ("DELETE", "204")}
_SINCE = "_since"


@dataclass(frozen=True)
class Asked:
    """The parameters of a history; `marks` tell where the page before ended."""

    named: Mapping[str, str]
    since: datetime | None
    count: int
    marks: tuple[str, ...]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters as they were heeded."""
        return [(name, value) for name, value in self.named.items() if name not in ("_count", "_cursor")]


def asked(request: Request, path: str, *more: str) -> Asked:
    """Read the parameters of a history or an operation: `_since`, `_count`, the cursor, and those named besides.

    Raises FhirError (400).
    """
    given = {name: str(value) for name, value in request._request.GET.items()}
    marks: tuple[str, ...] = ()
    if "_cursor" in given:
        held, count = paging.open_cursor(path, given["_cursor"])
        marks = tuple(paging.last_of(given["_cursor"]))
        given = {"_count": str(count), **dict(held), **given}
    unknown = given.keys() - {_SINCE, "_count", "_cursor", *more, *HARMLESS}
    if unknown:
        raise FhirError("unknown-parameter", safe_name(min(unknown)))
    count = parse_count(given["_count"]) if "_count" in given else DEFAULT_PAGE
    if count == 0:
        raise FhirError("bad-parameter", "_count")
    try:
        since = date_range(f"ge{given[_SINCE]}")[1] if _SINCE in given else None
    except ValueError as error:
        raise FhirError("bad-parameter", _SINCE) from error
    return Asked(given, since, count, marks)


class VersionView(FhirView):
    """One version of one resource, under the stricter of then and now."""

    def get(self, request: Request, kind: str, key: str, version: str) -> HttpResponse:
        """Read a version."""
        entry = resource(kind, "vread")
        if not version.isascii() or not version.isdigit() or len(version) > 9:
            raise FhirError("not-found")
        face, now = faces.read(entry, self.actor, as_key(key), interaction="vread")
        rows = versions.of(face.source, self.actor, now, only=int(version))
        if not rows:
            raise FhirError("not-found")
        return told_now(self, entry, face, rows[0])


class HistoryView(FhirView):
    """The versions of one resource, the newest first."""

    def get(self, request: Request, kind: str, key: str) -> HttpResponse:
        """Answer with a history bundle; `total` counts all its pages."""
        entry = resource(kind, "history-instance")
        wanted = asked(request, f"{kind}/{key}/_history")
        face, now = faces.read(entry, self.actor, as_key(key), interaction="history")
        found = Version.objects.filter(_since(wanted)).order_by("-version")
        told = versions.among(face.source, self.actor, {now["id"]: now}, found)
        rest = [one for one in told if not wanted.marks or one.row["version"] < int(wanted.marks[0])]
        marks = [str(rest[wanted.count - 1].row["version"])] if len(rest) > wanted.count else None
        page = [(face, one) for one in rest[: wanted.count]]
        return bundle(self, f"{kind}/{key}/_history", wanted, page, marks, {"total": len(told)})


class TypeHistoryView(FhirView):
    """The versions of all things of a type about one citizen, the newest first."""

    def get(self, request: Request, kind: str) -> HttpResponse:
        """Answer with a history bundle; the citizen must be named."""
        entry = resource(kind, "history-type")
        name = str(entry.citizen_parameter)
        wanted = asked(request, f"{kind}/_history", name)
        if name not in wanted.named:
            raise FhirError("search-too-broad", name)
        try:
            _kind, citizen_id = parse_reference(wanted.named[name], ("Patient",))
        except ValueError as error:
            raise FhirError("bad-parameter", name) from error
        found = of_type(entry, self.actor, citizen_id, wanted)
        last = found[wanted.count - 1][1] if len(found) > wanted.count else None
        marks = None if last is None else [last.recorded_at.isoformat(), str(last.id)]
        return bundle(self, f"{kind}/_history", wanted, found[: wanted.count], marks)


def of_type(entry: Resource, actor: Actor, citizen_id: UUID, wanted: Asked) -> list[tuple[Resource, Told]]:
    """Return the versions of a type about one citizen that the actor sees, one more than a page holds; it is logged.

    Raises FhirError: 403 as a search does, 400 where there are too many things. One statement for the rows of each
    table and one for their versions (more where what stood then is kept back), and one for the log.
    """
    text = f"{entry.type}/_history"
    found: list[tuple[Resource, Told]] = []
    with transaction.atomic():
        now = {face: _rows_now(face, actor, citizen_id) for face in entry.faces}
        for face, rows in now.items():
            found += [(face, told) for told in _newest(face, actor, rows, wanted)] if rows else []
        found.sort(key=lambda item: (item[1].recorded_at, item[1].id), reverse=True)
        page = found[: wanted.count]
        seen = [row for face, told in page for row in (told.row, now[face][told.row["id"]])]
        if any(now.values()):
            faces.log_rows(actor, "history-type", entry.type, citizen_id, seen, text)
    if not any(now.values()):
        search = citizen_search(entry.source, citizen_id, _column(entry), 0)
        service.found_nothing(entry.source, actor, search, query=text, interaction="history-type")
    return found[: wanted.count + 1]


def _column(face: Resource) -> str:
    return str(policy_of(face.source.model).target.citizen)


def _rows_now(face: Resource, actor: Actor, citizen_id: UUID) -> dict[UUID, Row]:
    """The rows that the actor sees today. Raises FhirError (400) for too many."""
    search = citizen_search(face.source, citizen_id, _column(face), MOST_THINGS + 1)
    rows = fetch(face.source, actor, search, interaction="history-type", logged=False)
    if len(rows) > MOST_THINGS:
        raise FhirError("history-too-long")
    return {row["id"]: row for row in rows}


def _newest(face: Resource, actor: Actor, now: dict[UUID, Row], wanted: Asked) -> list[Told]:
    """The newest versions after where the page before ended: one more than a page, if there are so many."""
    told: list[Told] = []
    marks, step = wanted.marks, wanted.count + 1
    after = Q()
    if marks:
        after = _before(datetime.fromisoformat(marks[0]), UUID(marks[1]))
    newest = Version.objects.filter(_since(wanted), resource_type=face.source.name, resource_id__in=list(now))
    newest = newest.order_by("-recorded_at", "-id")
    while len(told) < step:
        ends = list(newest.filter(after).values_list("recorded_at", "id")[:step])
        if not ends:
            break
        told += versions.among(face.source, actor, now, newest.filter(after), limit=step)
        if len(ends) < step:
            break
        after = _before(*ends[-1])
    return told


def _before(at: datetime, key: UUID) -> Q:
    return Q(recorded_at__lt=at) | Q(recorded_at=at, id__lt=key)


def _since(wanted: Asked) -> Q:
    return Q() if wanted.since is None else Q(recorded_at__gte=wanted.since)


def bundle(
    view: FhirView,
    path: str,
    wanted: Asked,
    page: list[tuple[Resource, Told]],
    marks: list[str] | None,
    more: dict[str, Any] | None = None,
) -> HttpResponse:
    """Answer with a history bundle, its link to itself, and to the next page where there is one."""
    base = f"{view.request.scheme}://{view.request.get_host()}/fhir"
    links = paging.links(base, path, wanted.pairs, wanted.count, marks)
    entries = [_entry(view, base, face, told) for face, told in page]
    built: dict[str, Any] = {"resourceType": "Bundle", "type": "history", **(more or {}), "link": links}
    return answer(built | ({"entry": entries} if entries else {}))


def _entry(view: FhirView, base: str, face: Resource, told: Told) -> dict[str, Any]:
    """One version: what was done and, unless it was taken away, what it was then."""
    row = told.row
    method, status = DONE[told.change]
    shown = {} if told.change == "delete" else {"resource": represent(face, row, view.actor)}
    return {
        "fullUrl": f"{base}/{face.type}/{row['id']}",
        **shown,
        "request": {"method": method, "url": face.type if method == "POST" else f"{face.type}/{row['id']}"},
        "response": {
            "status": status,
            "etag": versioned(row)["ETag"],
            "lastModified": instant(told.recorded_at),
        },
    }
