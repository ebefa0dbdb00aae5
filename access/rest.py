"""The REST edge of FHIR: every view stands on these, so that no view can forget to decide, to log or to explain."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from math import ceil
from typing import Any, ClassVar
from uuid import UUID

import orjson
import psycopg
import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, DataError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import get_conditional_response
from django.utils.http import http_date as format_http_date
from rest_framework.exceptions import APIException, NotAcceptable, Throttled
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from access import refusals, scopes, service
from access.actors import Actor
from access.statements import Row
from fhir.datatypes import key_in
from fhir.elements import reduced
from fhir.outcomes import FhirError, outcome_of
from fhir.registry import Interaction, Resource, resource_of
from fhir.search import HARMLESS, parse_reading, safe_name

FHIR_MEDIA = "application/fhir+json"
FHIR_JSON = f"{FHIR_MEDIA}; charset=utf-8"
PLAIN_JSON = "application/json; charset=utf-8"
ACCEPTED = frozenset({FHIR_MEDIA, "application/json", "text/json", "json", "application/*", "*/*"})
LARGEST_BODY = 5 * 1024 * 1024
# What an answer depends on beside its address; the origin for browsers (identity/origins.py).
VARY = "Accept, Accept-Encoding, Origin"
# Asked for what it does with an answer only, which costs less than to wrap every view in it.
_PACKING = GZipMiddleware(lambda request: HttpResponse())
log = structlog.get_logger(__name__)


@lru_cache(maxsize=256)
def _media_type(wish: str) -> str | None:
    """How JSON is named to a client that takes these; None where it takes none. Clients ask alike with every request.

    Plain JSON is for who takes it and does not name FHIR's.
    """
    wished = {part.partition(";")[0].strip().lower() for part in wish.replace(" json", "+json").split(",")}
    if not wished & ACCEPTED:
        return None
    is_plain = wished & {"application/json", "text/json"} and not wished & {FHIR_MEDIA, "*/*", "application/*"}
    return PLAIN_JSON if is_plain else FHIR_JSON


class _AnyJson(BaseContentNegotiation):
    """JSON whatever the client accepts, except a client that accepts only something else."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> None:
        """Bodies are read by the views themselves."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """One renderer; it is used for nothing but DRF's own errors. Raises NotAcceptable for a wish for no JSON."""
        raw = request._request
        found = _media_type((raw.GET.get("_format") if raw.GET else "") or raw.META.get("HTTP_ACCEPT") or "*/*")
        if found is None:
            raise NotAcceptable
        return JSONRenderer(), found


def answer(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """Answer with a resource."""
    return HttpResponse(orjson.dumps(body), status=status, content_type=FHIR_JSON, headers=headers)


def refuse(error: FhirError) -> HttpResponse:
    """Answer with the OperationOutcome of an error."""
    return answer(outcome_of(error), error.kind.status, error.headers)


class FhirView(APIView):
    """A view that answers in FHIR: errors are outcomes, bodies are JSON, the user is an Actor."""

    content_negotiation_class = _AnyJson
    # What a token's scopes must name of the type in the address, by method; the engine asks again row by row.
    asks: ClassVar[Mapping[str, str]] = {"POST": "create", "PUT": "update", "PATCH": "update", "DELETE": "delete"}
    # Where no type stands in the address: the type and interaction that stand for the operation, or None for one that
    # asks of each thing it does.
    asks_as: ClassVar[tuple[str, str] | None] = None
    # The methods that the address knows, as the header `Allow` names them.
    offered: ClassVar[str] = ""

    def __init_subclass__(cls, **more: Any) -> None:
        """Note the methods of the view: DRF looks for each of them with every request."""
        super().__init_subclass__(**more)
        known = [name for name in cls.http_method_names if hasattr(cls, "get" if name == "head" else name)]
        cls.offered = ", ".join(known).upper()

    @property
    def actor(self) -> Actor:
        """Who asks."""
        known: Actor | None = getattr(self.request, "_user", None)  # found by `initial`; DRF's own way is a long one
        user: Actor = known or self.request.user  # type: ignore[assignment]
        return user

    @property
    def default_response_headers(self) -> dict[str, str]:
        """The methods that the address knows."""
        return {"Allow": self.offered}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse at the door what the token does not name, before anything is looked up. Raises OutOfScope."""
        super().initial(request, *args, **kwargs)
        if request.method in self.asks and self.authentication_classes:
            self._wait_for_body(request)
        if not self.authentication_classes or not self.actor.scopes:
            return
        method, key = str(request.method), kwargs.get("key")
        if "kind" in kwargs and resource_of(kwargs["kind"]) is not None:
            reading = "read" if key is not None else "search"
            scopes.is_bound(self.actor, kwargs["kind"], self.asks.get(method, reading))
        elif self.asks_as is not None:  # an operation of a citizen has her id in its address
            scopes.demand(self.actor, *self.asks_as, citizen_id=None if key is None else as_key(key))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer; what is long goes packed to a client that takes it so."""
        answered: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "") and getattr(answered, "is_rendered", True):
            answered = _PACKING.process_response(request, answered)
        answered.headers["Vary"] = VARY
        return answered

    def _wait_for_body(self, request: Request) -> None:
        """Take the whole body in: what is asked is asked, decided and logged as of the instant when it is there."""
        raw = request._request
        if int(raw.headers.get("Content-Length") or 0) <= LARGEST_BODY and raw.body:
            request.user = replace(self.actor, moment=datetime.now(UTC))  # type: ignore[assignment]

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Name the JSON as the client asked for it."""
        found = super().finalize_response(request, response, *args, **kwargs)
        if getattr(request, "accepted_media_type", "") == PLAIN_JSON and found.headers.get("Content-Type") == FHIR_JSON:
            found.headers["Content-Type"] = PLAIN_JSON
        return found

    def handle_exception(self, exc: Exception) -> HttpResponse:  # type: ignore[override]
        """Turn every error into an OperationOutcome that tells nothing of the inside."""
        if isinstance(exc, scopes.OutOfScope):
            told = (exc.interaction, exc.resource_type[:40])
            service.log(self.actor, *told, citizen_id=None, outcome="refuse", reason="scope")
        if isinstance(exc, FhirError):
            return refuse(refusals.hinted(exc, getattr(self.request, "_user", None)))
        if isinstance(exc, SuspiciousOperation):  # more than is read, which is not asked for again
            self.request._request.GET = QueryDict()
            return refuse(
                FhirError("too-large") if isinstance(exc, RequestDataTooBig) else FhirError("bad-parameter", "…")
            )
        if isinstance(exc, APIException):
            code = {
                401: "bad-token",
                405: "not-offered",
                406: "not-acceptable",
                415: "wrong-media-type",
                429: "too-many",
            }
            # How long to wait, of a request too many.
            headers = {"Retry-After": str(ceil(getattr(exc, "wait", None) or 1))} if isinstance(exc, Throttled) else {}
            return refuse(FhirError(code.get(exc.status_code, "internal"), headers=headers))
        if isinstance(exc, DataError):  # what is in no column's range was sent by the client
            return refuse(FhirError("cannot-be-kept"))
        log.error("request failed", path=self.request.path, error=type(exc).__name__, exc_info=exc)
        self._note_fault()
        is_busy = isinstance(exc, DatabaseError | psycopg.OperationalError)
        return refuse(FhirError("busy" if is_busy else "internal"))

    def _note_fault(self) -> None:
        """Write to the log that a request of a known asker failed by a fault of ours, if the database takes it."""
        actor = getattr(self.request, "_user", None)
        if not isinstance(actor, Actor):
            return
        kind, key = self.kwargs.get("kind") or (self.asks_as or ("Patient",))[0], self.kwargs.get("key")
        method = str(self.request.method)
        interaction = self.asks.get(method, "read" if key else "search")
        named = key if kind == "Patient" else self.request._request.GET.get("patient", "")
        try:
            citizen_id = UUID(str(named or "").removeprefix("Patient/"))
        except ValueError:
            citizen_id = None
        try:
            service.log(actor, interaction, kind[:40], citizen_id=citizen_id, outcome="fault")
        except (DatabaseError, psycopg.Error) as error:
            log.error("fault is not in the log", error=type(error).__name__)


def resource(kind: str, interaction: Interaction) -> Resource:
    """Return the entry of a type that offers the interaction. Raises FhirError (404 or 405)."""
    found = resource_of(kind)
    if found is None:
        raise FhirError("unknown-type")
    if interaction not in found.interactions:
        raise FhirError("not-offered")
    return found


def as_key(text: str) -> UUID:
    """Read a logical id; what cannot be one of ours does not exist. Raises FhirError (404)."""
    try:
        return key_in(text)
    except ValueError as error:
        raise FhirError("not-found") from error


def represent(entry: Resource, row: Row, actor: Actor) -> dict[str, Any]:
    """Make the resource of a row."""
    return entry.to_fhir(row, actor)


def check_there(entry: Resource, row: Row) -> None:
    """What the reader may see has not been deleted. Raises FhirError (410)."""
    if entry.source.deleted and row[entry.source.deleted] is not None:
        raise FhirError("deleted")


def versioned(row: Row) -> dict[str, str]:
    """The headers that tell the version."""
    return {"ETag": f'W/"{row["version"]}"', "Last-Modified": http_date(row)}


def told(view: FhirView, entry: Resource, face: Resource, row: Row) -> HttpResponse:
    """Answer a read with as much as is wanted of it, or that the reader has this version already (304).

    She was let see it either way, and that is logged. Raises FhirError (410) for one that was deleted.
    """
    check_there(face, row)
    request = view.request._request
    headers = versioned(row)
    if "HTTP_IF_NONE_MATCH" in request.META or "HTTP_IF_MODIFIED_SINCE" in request.META:
        at = int(row["updated_at"].timestamp())
        found = get_conditional_response(request, headers["ETag"], at)
        if found is not None and found.status_code == 304:
            return HttpResponse(status=304, headers=headers)
    body = represent(face, row, view.actor)
    if request.GET:
        wanted = parse_reading(entry, ((name, str(value)) for name, value in request.GET.items()))
        body = reduced(body, wanted.elements, is_summary=wanted.is_summary)
    return answer(body, headers=headers)


def http_date(row: Row) -> str:
    """The time of a version as HTTP writes it."""
    return format_http_date(row["updated_at"].timestamp())


def check_query(request: HttpRequest) -> None:
    """The address of a write has no parameters but harmless ones: it would be ignored. Raises FhirError (400)."""
    unknown = request.GET.keys() - HARMLESS
    if unknown:
        raise FhirError("unknown-parameter", safe_name(min(unknown)))


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Read the body as one JSON object. Raises FhirError (400, 413 or 415)."""
    kind = request.content_type
    if kind not in ("application/fhir+json", "application/json", ""):
        raise FhirError("wrong-media-type")
    try:
        found = orjson.loads(bytes_of(request))
    except orjson.JSONDecodeError as error:
        raise FhirError("bad-json") from error
    if not isinstance(found, dict):
        raise FhirError("bad-json")
    return found


def bytes_of(request: HttpRequest) -> bytes:
    """The body as it came. Raises FhirError (413)."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_BODY:
        raise FhirError("too-large")
    data = request.read(LARGEST_BODY + 1)
    if len(data) > LARGEST_BODY:
        raise FhirError("too-large")
    return data


def check_body(entry: Resource, body: dict[str, Any]) -> None:
    """The body names the type of its address, and is whole. Raises FhirError (400, or 422 for a reduced copy)."""
    if body.get("resourceType") != entry.type:
        raise FhirError("wrong-type", expression="resourceType")
    if is_reduced(body):
        raise FhirError("reduced-copy", expression=f"{entry.type}.meta")


def is_reduced(resource: dict[str, Any]) -> bool:
    """Whether something was left out of what was shown: then nothing may be written from it."""
    found = resource.get("meta")
    lists = [found.get(name) for name in ("tag", "security")] if isinstance(found, dict) else []
    labels = [label for labels in lists if isinstance(labels, list) for label in labels if isinstance(label, dict)]
    return any(label.get("code") in ("SUBSETTED", "REDACTED") for label in labels)
