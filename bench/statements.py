"""How many statements a request costs: one request inside this process, its statements counted."""

from dataclasses import dataclass

import orjson
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bench.workload import Ask

_BOUNDS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@dataclass(frozen=True)
class Cost:
    """One request's statements, how many of them only open and close the transaction, and the size of its answer."""

    status: int
    statements: int
    transaction: int
    rows: int
    answer_bytes: int
    texts: tuple[str, ...]


def cost_of(ask: Ask) -> Cost:
    """Ask twice, since the first of a shape compiles its statement, and count the second."""
    _once(ask)
    return _once(ask)


def _once(ask: Ask) -> Cost:
    client = Client(headers={"authorization": f"Bearer {ask.token}"})
    with CaptureQueriesContext(connection) as captured:
        if ask.body is None:
            response = client.get(ask.path)
        else:
            response = client.post(ask.path, ask.body, content_type="application/fhir+json")
    texts = tuple(query["sql"] for query in captured.captured_queries)
    bounds = sum(text.lstrip().upper().startswith(_BOUNDS) for text in texts)
    body = orjson.loads(response.content)
    rows = len(body.get("entry", ())) if body.get("resourceType") == "Bundle" else 1
    return Cost(response.status_code, len(texts) - bounds, bounds, rows, len(response.content), texts)
