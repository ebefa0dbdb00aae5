"""Asking the service as somebody: Django's test client with a real token.

`ask = Asking(cast.doctor.actor)`, then `ask.get("Patient", _id=key)`; an answer has a `status` and a `body`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import orjson
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access.actors import Actor
from audit.models import Entry, Version
from identity import tokens
from tests.rest import rule_of

JSON = "application/fhir+json"
FORM = "application/x-www-form-urlencoded"
TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET ")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def resources(self) -> list[dict[str, Any]]:
        """The resources of a bundle, without what is told about the search itself."""
        entries = self.body.get("entry", ())
        return [one["resource"] for one in entries if one.get("search", {}).get("mode") != "outcome"]

    @property
    def ids(self) -> list[str]:
        """The ids of the resources of a bundle."""
        return [resource["id"] for resource in self.resources]

    @property
    def text(self) -> str:
        """The whole answer as text."""
        return orjson.dumps(self.body).decode()

    @property
    def code(self) -> str:
        """Our code of the error."""
        return str(self.body["issue"][0]["details"]["coding"][0]["code"])

    @property
    def reasons(self) -> list[str]:
        """All codes of the error, the reason of a refusal among them."""
        return [str(item["code"]) for item in self.body["issue"][0]["details"]["coding"]]

    @property
    def rule(self) -> str:
        """The own code of the rule that was broken; empty if it is no such error."""
        return rule_of(self.body)

    @property
    def said(self) -> str:
        """What the error says in Danish."""
        return str(self.body["issue"][0]["details"]["text"])

    def next(self) -> str | None:
        """The address of the next page."""
        found = [link["url"] for link in self.body["link"] if link["relation"] == "next"]
        return found[0].partition("/fhir/")[2] if found else None


class Asking:
    """Somebody who asks over HTTP."""

    def __init__(self, actor: Actor) -> None:
        token, _seconds = tokens.issue(actor, lifetime=timedelta(hours=1))
        self.client = Client(headers={"authorization": f"Bearer {token}"})

    def get(self, path: str, **query: Any) -> Answer:
        """Read or search by GET."""
        return _answer(self.client.get(f"/fhir/{path}", query))

    def post(self, path: str, body: Any) -> Answer:
        """Create."""
        return _answer(self.client.post(f"/fhir/{path}", orjson.dumps(body), content_type=JSON))

    def find(self, kind: str, address: str = "", **query: Any) -> Answer:
        """Search by POST; `address` is asked for in the address beside."""
        path = f"/fhir/{kind}/_search{address and f'?{address}'}"
        return _answer(self.client.post(path, urlencode(query, doseq=True), content_type=FORM))

    def put(self, path: str, body: Any, version: int | None = None) -> Answer:
        """Update the version that the caller has."""
        headers = {} if version is None else {"if-match": f'W/"{version}"'}
        return _answer(self.client.put(f"/fhir/{path}", orjson.dumps(body), content_type=JSON, headers=headers))


def _answer(response: Any) -> Answer:
    body = orjson.loads(response.content)
    return Answer(response.status_code, body, dict(response.headers))


@contextmanager
def statements(most: int) -> Iterator[list[str]]:
    """No more statements than these, transactions not counted; one of a citizen who has blocked may cost one more."""
    with CaptureQueriesContext(connection) as captured:
        found: list[str] = []
        yield found
    found += [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(TRANSACTION)]
    assert len(found) <= most, "\n".join([f"{len(found)} statements", *found])


@contextmanager
def nothing_written(*models: Any) -> Iterator[None]:
    """No row of these tables, and no version, comes or changes."""

    def rows() -> list[Any]:
        return [sorted(map(str, model.objects.values_list())) for model in (*models, Version)]

    before = rows()
    yield
    assert rows() == before


def logged(**where: Any) -> list[Entry]:
    """The log rows that fit, the newest last."""
    return list(Entry.objects.filter(**where).order_by("recorded_at", "id"))


def moment() -> datetime:
    """This instant."""
    return datetime.now(UTC)
