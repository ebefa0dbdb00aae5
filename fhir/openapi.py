"""The OpenAPI 3.1 document of the FHIR addresses, made from the registry, the operations and the definitions."""

from typing import Any

from fhir.definitions import TYPES
from fhir.operations import OPERATIONS, Operation
from fhir.registry import Resource, SearchParameter, all_resources
from fhir.search import LARGEST_PAGE, OF_EVERY_TYPE, forward_includes, reverse_includes

FHIR = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"
JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
TITLES = {
    200: "What was asked for",
    201: "Created",
    204: "Done; there is nothing to tell",
    304: "The version that the client has is the newest",
    400: "The request is not understood",
    401: "No token, or one that is not valid",
    403: "Refused, with the reason",
    404: "Does not exist, or cannot be shown",
    405: "Not offered of this type",
    406: "Only JSON is offered",
    409: "Exists already, or has been used",
    410: "Deleted",
    412: "Another version, or several that match",
    413: "The body is too large",
    415: "Another media type than those that are taken",
    422: "A code, a reference or a rule does not hold",
    429: "Too many requests",
    503: "Busy; try again",
}
ALWAYS = (400, 401, 403, 404, 405, 406, 429, 503)
SEARCHED = (200, 422)
BODY = (409, 412, 413, 415, 422)
Parameters = list[dict[str, Any]]


def document(root: str) -> dict[str, Any]:
    """Build the document of the server at this address."""
    paths: dict[str, Any] = {}
    for entry in all_resources():
        paths |= _of_type(entry)
    for operation in OPERATIONS:
        paths |= _of_operation(operation)
    for kind in TYPES:
        paths |= _of_definitions(kind)
    paths["/fhir"] = {"post": _asked("transaction", "Carry out a batch or a transaction", (200, *BODY), body="Bundle")}
    paths["/fhir/metadata"] = {"get": _open("metadata", "The CapabilityStatement", "CapabilityStatement")}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Samlet Patientoverblik",
            "version": "1.0.0",
            "description": "FHIR R4. Every answer is decided by the law for who asks, and every look is logged.",
        },
        "servers": [{"url": root}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": f"A token of {root}/oauth/token"}
            },
            "schemas": _schemas(),
        },
    }


def _schemas() -> dict[str, Any]:
    """A resource of each type by its name; what else it holds is R4's."""
    kinds = ("Bundle", "CapabilityStatement", "OperationOutcome", "Parameters", *TYPES)
    names = sorted({*kinds, *(entry.type for entry in all_resources())})
    return {
        name: {
            "type": "object",
            "required": ["resourceType"],
            "properties": {"resourceType": {"const": name}},
            "externalDocs": {"url": f"http://hl7.org/fhir/R4/{name.lower()}.html"},
        }
        for name in names
    }


def _asked(
    name: str,
    summary: str,
    statuses: tuple[int, ...] = (200,),
    parameters: Parameters | None = None,
    *,
    body: str = "",
    answer: str = "Bundle",
    media_types: tuple[str, ...] = (FHIR, "application/json"),
) -> dict[str, Any]:
    """One way to ask: its parameters, its body and every status it may come to."""
    built: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "responses": {
            str(status): _response(status, answer) for status in sorted({*statuses, *ALWAYS, *((413,) if body else ())})
        },
    }
    if parameters:
        built["parameters"] = parameters
    if body:
        schema = {"$ref": f"#/components/schemas/{body}"} if body[0].isupper() else {}
        built["requestBody"] = {"required": True, "content": {kind: {"schema": schema} for kind in media_types}}
    return built


def _open(name: str, summary: str, answer: str, parameters: Parameters | None = None) -> dict[str, Any]:
    """A way to ask that needs no token."""
    return _asked(name, summary, parameters=parameters, answer=answer) | {"security": []}


def _response(status: int, answer: str) -> dict[str, Any]:
    """What an answer of this status holds; every error is an OperationOutcome."""
    built: dict[str, Any] = {"description": TITLES[status]}
    if status not in (204, 304):
        held = answer if status < 300 else "OperationOutcome"
        schema: dict[str, Any] = {"$ref": f"#/components/schemas/{held}"}
        if status < 300 and held not in ("Bundle", "CapabilityStatement"):  # a write may be asked for its outcome alone
            schema = {"anyOf": [schema, {"$ref": "#/components/schemas/OperationOutcome"}]}
        built["content"] = {kind: {"schema": schema} for kind in (FHIR, "application/json")}
    return built


def _query(name: str, text: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    """A parameter of the query."""
    return {"name": name, "in": "query", "description": text, "schema": schema or {"type": "string"}}


def _path(name: str, text: str) -> dict[str, Any]:
    """A part of the address."""
    return {"name": name, "in": "path", "required": True, "description": text, "schema": {"type": "string"}}


def _header(name: str, text: str) -> dict[str, Any]:
    """A header."""
    return {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}


KEY = _path("id", "The logical id")
COUNT = _query("_count", "How many on a page", {"type": "integer", "minimum": 0, "maximum": LARGEST_PAGE})
SINCE = _query("_since", "Only what was written since", {"type": "string", "format": "date-time"})
CURSOR = _query("_cursor", "Where the page begins; from the link `next`")
PARTS = [
    _query("_elements", "Only these elements"),
    _query("_summary", "As much as this", {"enum": ["true", "false", "data"]}),
]
CONDITIONS = [
    _header("If-None-Match", "The version that the client has"),
    _header("If-Modified-Since", "When the client read it"),
]
MATCH = _header("If-Match", "The version that the client has")
PREFER = _header("Prefer", "return=minimal, representation or OperationOutcome; handling=strict or lenient")


def _searched(entry: Resource) -> Parameters:
    """The parameters of a search by GET."""
    listed = [_criterion(parameter) for parameter in (*OF_EVERY_TYPE, *entry.parameters) if not parameter.secret]
    sorts = [f"{minus}{name}" for name in (*entry.sorts, "_lastUpdated") for minus in ("", "-")]
    for name, offered in (("_include", forward_includes(entry)), ("_revinclude", reverse_includes(entry))):
        values = [f"{holder.type}:{one.name}" for holder, one in offered]
        if values:
            listed.append(_query(name, "What to bring along", {"type": "array", "items": {"enum": values}}))
    summary = _query("_summary", "As much as this", {"enum": ["true", "false", "data", "count"]})
    total = _query(
        "_total", "The exact number, in a search for one citizen", {"enum": ["none", "estimate", "accurate"]}
    )
    sort = _query("_sort", "In this order", {"type": "string", "examples": sorts})
    return [*listed, sort, COUNT, CURSOR, total, PARTS[0], summary, PREFER]


def _criterion(parameter: SearchParameter) -> dict[str, Any]:
    """One search parameter."""
    return _query(parameter.name, f"{parameter.description} ({parameter.kind})")


def _of_type(entry: Resource) -> dict[str, Any]:
    """The addresses of a type, as far as its interactions are offered."""
    kind, offered = entry.type, entry.interactions
    paths: dict[str, Any] = {}
    at_type: dict[str, Any] = {}
    if "search-type" in offered:
        at_type["get"] = _asked(f"search{kind}", f"Search {kind}", SEARCHED, parameters=_searched(entry))
        paths[f"/fhir/{kind}/_search"] = {"post": _by_form(entry)}
    at_key: dict[str, Any] = {
        "get": _asked(f"read{kind}", f"Read {kind}", (200, 304, 410), [KEY, *PARTS, *CONDITIONS], answer=kind),
    }
    if "create" in offered:
        none = [_header("If-None-Exist", "Create only where there is none")] if entry.is_identified else []
        at_type["post"] = _asked(
            f"create{kind}", f"Create {kind}", (200, 201, *BODY), [*none, PREFER], body=kind, answer=kind
        )
    if "update" in offered:
        written = (200, *BODY, 410)
        at_key["put"] = _asked(f"update{kind}", f"Update {kind}", written, [KEY, MATCH, PREFER], body=kind, answer=kind)
        if entry.is_identified:
            condition = _query("identifier", "The one to update, as system|value")
            at_type["put"] = _asked(
                f"updateOrCreate{kind}",
                f"Update or create {kind} by identifier",
                (200, 201, *BODY),
                [condition, MATCH, PREFER],
                body=kind,
                answer=kind,
            )
    if "patch" in offered:
        at_key["patch"] = _asked(
            f"patch{kind}",
            f"Patch {kind}",
            (200, *BODY, 410),
            [KEY, MATCH, PREFER],
            body="patch",
            answer=kind,
            media_types=(JSON_PATCH, MERGE_PATCH),
        )
    if "delete" in offered or kind == "Subscription":
        at_key["delete"] = _asked(f"delete{kind}", f"Delete {kind}", (204, 409, 410, 412), [KEY, MATCH])
    paths |= {f"/fhir/{kind}": at_type} if at_type else {}
    paths[f"/fhir/{kind}/{{id}}"] = at_key
    return paths | _of_past(entry) | _of_compartment(entry)


def _by_form(entry: Resource) -> dict[str, Any]:
    """A search by POST."""
    kind = entry.type
    form = _asked(f"search{kind}ByPost", f"Search {kind} by POST", SEARCHED, parameters=[PREFER])
    names = sorted({one["name"] for one in _searched(entry)} | {one.name for one in entry.parameters})
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names if name != "Prefer"}}
    form["requestBody"] = {"content": {FORM: {"schema": schema}}}
    return form | {"responses": form["responses"] | {"415": _response(415, "")}}


def _of_past(entry: Resource) -> dict[str, Any]:
    """The addresses of versions."""
    kind, paths = entry.type, {}
    pages = [SINCE, COUNT, CURSOR]
    if "vread" in entry.interactions:
        version = _path("version", "The version")
        paths[f"/fhir/{kind}/{{id}}/_history/{{version}}"] = {
            "get": _asked(f"vread{kind}", f"A version of {kind}", (200, 304, 410), [KEY, version, *PARTS], answer=kind)
        }
    if "history-instance" in entry.interactions:
        history = _asked(f"history{kind}", f"The versions of one {kind}", (200, 410), [KEY, *pages])
        paths[f"/fhir/{kind}/{{id}}/_history"] = {"get": history}
    if "history-type" in entry.interactions:
        whose = _query(str(entry.citizen_parameter), "About whom") | {"required": True}
        history = _asked(f"historyOf{kind}", f"The versions of every {kind} of a citizen", parameters=[whose, *pages])
        paths[f"/fhir/{kind}/_history"] = {"get": history}
    return paths


def _of_compartment(entry: Resource) -> dict[str, Any]:
    """The address of a type within what is about one citizen."""
    if entry.citizen_parameter in (None, "_id"):
        return {}
    name, text = f"search{entry.type}OfPatient", f"Search {entry.type} of one citizen"
    return {
        f"/fhir/Patient/{{id}}/{entry.type}": {"get": _asked(name, text, SEARCHED, parameters=[KEY, *_searched(entry)])}
    }


def _of_operation(operation: Operation) -> dict[str, Any]:
    """The addresses of an operation, one for each type that has it."""
    paths = {}
    for kind in operation.types or tuple(entry.type for entry in all_resources()):
        name = f"{operation.name}{kind}"
        address = (
            f"/fhir/{kind}/{{id}}/${operation.name}" if operation.is_of_instance else f"/fhir/{kind}/${operation.name}"
        )
        path = [KEY] if operation.is_of_instance else []
        if operation.method == "GET":
            query = [_query(name, text) for name, _type, _least, text in operation.parameters]
            asked = _asked(name, operation.en, parameters=[*path, *query], answer=operation.answer)
            paths[address] = {"get": asked}
        else:
            statuses = (200, 201, *BODY)
            body = "Bundle" if operation.name == "deliver" else "Parameters"
            body = "Consent" if operation.name == "dry-run" else body
            paths[address] = {"post": _asked(name, operation.en, statuses, path, body=body, answer=operation.answer)}
    return paths


def _of_definitions(kind: str) -> dict[str, Any]:
    """The addresses of a type of definitions."""
    by = [_query("url", "The address that it goes by"), _query("_id", "The logical id")]
    return {
        f"/fhir/{kind}": {"get": _open(f"search{kind}", f"Every {kind} of ours", "Bundle", by)},
        f"/fhir/{kind}/{{id}}": {"get": _open(f"read{kind}", f"One {kind}", kind, [KEY])},
    }
