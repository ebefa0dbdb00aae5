"""Bundles of requests: what their entries ask, in which order, and how they refer to one another.

Every entry is asked at its own address, by the views that answer it when it comes alone: each is decided, checked,
counted and logged as by itself, and this module knows of no resource.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import msgspec
import orjson
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.urls import Resolver404, resolve
from django.utils.http import parse_http_date_safe
from rest_framework.request import Request

from access.rest import refuse
from fhir.datatypes import clean, instant_at
from fhir.outcomes import FhirError

MOST_ENTRIES = 100
# What is done first, whatever stands first (FHIR R4, 3.1.0.11.2).
ORDER = (("DELETE",), ("POST",), ("PUT", "PATCH"), ("GET",))
_HEADERS = {
    "ifMatch": "HTTP_IF_MATCH",
    "ifNoneExist": "HTTP_IF_NONE_EXIST",
    "ifNoneMatch": "HTTP_IF_NONE_MATCH",
    "ifModifiedSince": "HTTP_IF_MODIFIED_SINCE",
}
_KEPT = ("wsgi.url_scheme", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "REMOTE_ADDR", "HTTP_HOST", "HTTP_PREFER")


class _Asked(msgspec.Struct):
    method: str
    url: str
    ifMatch: str = ""  # noqa: N815  FHIR's names
    ifNoneExist: str = ""  # noqa: N815
    ifNoneMatch: str = ""  # noqa: N815
    ifModifiedSince: str = ""  # noqa: N815


class _Entry(msgspec.Struct):
    request: _Asked
    fullUrl: str = ""  # noqa: N815
    resource: dict[str, Any] | None = None


class _Bundle(msgspec.Struct):
    type: str
    entry: list[_Entry] = []


@dataclass(eq=False)
class Item:
    """One entry of a bundle: what it asks, and which other entries its resource refers to."""

    number: int
    method: str
    url: str
    full_url: str
    body: Any
    media_type: str
    headers: dict[str, str]

    @property
    def changes(self) -> str:
        """What it changes, where its address says so: no two may change the same."""
        return self.url if self.method in ("PUT", "PATCH", "DELETE") else ""

    def references(self) -> set[str]:
        """What its resource refers to."""
        return set(_references(self.body))

    def at_fault(self, error: FhirError) -> FhirError:
        """The same error, saying in which entry it lies."""
        error.expression = f"Bundle.entry[{self.number}]"
        return error


def read_bundle(body: dict[str, Any], base: str) -> tuple[str, list[Item]]:
    """The type of a bundle and its entries. Raises FhirError: 400, 413 for too many, with the entry at fault."""
    if body.get("resourceType") != "Bundle":
        raise FhirError("wrong-type", expression="resourceType")
    try:
        given = msgspec.convert(body, _Bundle)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$")
        raise FhirError("wrong-shape", text, expression=f"Bundle{place.rstrip('`')}") from error
    if given.type not in ("batch", "transaction"):
        raise FhirError("bundle-type", expression="Bundle.type")
    if len(given.entry) > MOST_ENTRIES:
        raise FhirError("bundle-too-long", str(MOST_ENTRIES), expression="Bundle.entry")
    items = [_item(number, entry, base) for number, entry in enumerate(given.entry)]
    _check_once(items)
    return given.type, items


def _item(number: int, entry: _Entry, base: str) -> Item:
    """Read one entry. Raises FhirError (400)."""
    asked, place = entry.request, f"Bundle.entry[{number}].request"
    url = asked.url.removeprefix(base).strip("/")
    if asked.method not in {method for group in ORDER for method in group}:
        raise FhirError("bundle-request", asked.method[:10], expression=f"{place}.method")
    if not url or "$" in url or "_search" in url or "://" in url.partition("?")[0]:
        raise FhirError("bundle-request", "url", expression=f"{place}.url")
    body, media_type = entry.resource, "application/fhir+json"
    if (body is None) != (asked.method in ("GET", "DELETE")):
        raise FhirError("bundle-request", "resource", expression=f"Bundle.entry[{number}].resource")
    if asked.method == "PATCH" and body is not None and body.get("resourceType") == "Binary":
        body, media_type = _patch(body, number)
    elif asked.method == "PATCH":
        media_type = "application/merge-patch+json"
    headers = {_HEADERS[name]: value for name in _HEADERS if (value := getattr(asked, name))}
    return Item(number, asked.method, url, entry.fullUrl, body, media_type, headers)


def _patch(binary: dict[str, Any], number: int) -> tuple[Any, str]:
    """The patch that a Binary carries, and its media type. Raises FhirError (400)."""
    try:
        return orjson.loads(b64decode(str(binary.get("data", "")), validate=True)), str(binary.get("contentType", ""))
    except (NotBase64, ValueError) as error:
        raise FhirError("bad-json", expression=f"Bundle.entry[{number}].resource.data") from error


def _check_once(items: list[Item]) -> None:
    """No two entries have one name, or change one thing. Raises FhirError (400)."""
    names: set[str] = set()
    for item in (item for item in items if item.method != "GET"):
        for name in {item.full_url, item.changes} - {""}:
            if name in names:
                raise item.at_fault(FhirError("bundle-overlap"))
            names.add(name)


def _references(value: Any) -> Iterator[str]:
    """Every literal reference in a resource."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "reference" and isinstance(inner, str):
                yield inner
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def pointed(value: Any, known: dict[str, str]) -> Any:
    """A resource with its references to other entries in place of what these have come to be."""
    if isinstance(value, dict):
        return {
            name: known.get(inner, inner) if name == "reference" and isinstance(inner, str) else pointed(inner, known)
            for name, inner in value.items()
        }
    return [pointed(inner, known) for inner in value] if isinstance(value, list) else value


def check_references(item: Item, names: set[str]) -> None:
    """Whatever an entry refers to is named; what is searched for is not. Raises FhirError (400)."""
    for reference in item.references():
        if "?" in reference:
            raise item.at_fault(FhirError("conditional-reference"))
        if reference.startswith("urn:") and reference not in names:
            raise item.at_fault(FhirError("bundle-reference", reference[:60]))


def carried_out(items: list[Item], ask: Callable[[Item], HttpResponse]) -> dict[int, HttpResponse]:
    """Ask the entries of a transaction in order, each after those that it refers to; the answers by number.

    Raises FhirError (400) for references that go round, or to what is done later.
    """
    names = {item.full_url for item in items if item.full_url and item.method in ("POST", "PUT")}
    for item in items:
        check_references(item, names)
    known: dict[str, str] = {}
    answers: dict[int, HttpResponse] = {}
    for methods in ORDER:
        waiting = [item for item in items if item.method in methods]
        while waiting:
            ready = [one for one in waiting if not (one.references() & names) - known.keys()]
            if not ready:
                raise waiting[0].at_fault(FhirError("bundle-cycle"))
            item = ready[0]
            waiting.remove(item)
            item.body = pointed(item.body, known)
            answers[item.number] = ask(item)
            if item.full_url in names:
                known[item.full_url] = _what_it_is(item, answers[item.number])
    return answers


def _what_it_is(item: Item, answer: HttpResponse) -> str:
    """The reference to what an entry made or changed."""
    location = answer.headers.get("Location", "")
    return "/".join(location.partition("/_history")[0].split("/")[-2:]) if location else item.url


def asked_alone(item: Item, outer: Request) -> HttpResponse:
    """Ask one entry at its own address, as the one who sent the bundle."""
    path, _, query = item.url.partition("?")
    content = b"" if item.body is None else orjson.dumps(item.body)
    inner = WSGIRequest(
        {
            **{name: outer.META[name] for name in _KEPT if name in outer.META},
            **item.headers,
            "REQUEST_METHOD": item.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": f"/fhir/{path}",
            "QUERY_STRING": query,
            "CONTENT_TYPE": item.media_type,
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.url_scheme": outer.scheme,
            "wsgi.input": BytesIO(content),
        }
    )
    setattr(inner, "_force_auth_user", outer.user)  # noqa: B010  how DRF is told who asks
    try:
        match = resolve(inner.path_info)
    except Resolver404:
        return refuse(FhirError("not-found"))
    found: HttpResponse = match.func(inner, *match.args, **match.kwargs)
    return found


def told(item: Item, answer: HttpResponse) -> dict[str, Any]:
    """The entry of the answering bundle."""
    resource = orjson.loads(answer.content) if answer.content else None
    is_outcome = resource is not None and resource["resourceType"] == "OperationOutcome"
    modified = parse_http_date_safe(answer.headers.get("Last-Modified", ""))
    response = clean(
        {
            "status": f"{answer.status_code} {answer.reason_phrase}",
            "location": answer.headers.get("Location"),
            "etag": answer.headers.get("ETag"),
            "lastModified": instant_at(modified) if modified is not None else None,
            "outcome": resource if is_outcome else None,
        }
    )
    return clean({"resource": None if is_outcome else resource, "response": response})
