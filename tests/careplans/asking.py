"""Asking the service as one of the cast does: a real token, Django's client."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from access.actors import Actor
from audit.models import Entry, Version
from identity import tokens
from tests.cast import Member


@dataclass(frozen=True)
class Answer:
    """What came back, and what it cost."""

    status: int
    body: dict[str, Any]
    headers: Any
    statements: int

    @property
    def code(self) -> str:
        """The code of the error."""
        return str(self.body["issue"][0]["details"]["coding"][0]["code"])

    @property
    def reason(self) -> str:
        """The reason of a refusal."""
        return str(self.body["issue"][0]["details"]["coding"][-1]["code"])

    @property
    def resources(self) -> list[dict[str, Any]]:
        """The resources of a bundle, without what is told about the search itself."""
        entries = self.body.get("entry", ())
        return [one["resource"] for one in entries if one.get("search", {}).get("mode") != "outcome"]

    @property
    def ids(self) -> set[str]:
        """The ids in a bundle."""
        return {str(found["id"]) for found in self.resources}

    @property
    def next(self) -> str:
        """The address of the next page, or nothing."""
        return next((link["url"] for link in self.body["link"] if link["relation"] == "next"), "")


class Asker:
    """One who asks. Counted statements leave out savepoints, which cost no round of their own in production."""

    def __init__(self, who: Member | Actor) -> None:
        actor = who.actor if isinstance(who, Member) else who
        self.headers = {"Authorization": f"Bearer {tokens.issue(actor)[0]}"}

    def get(self, path: str) -> Answer:
        """GET below /fhir/."""
        return self._send("get", path)

    def post(self, kind: str, body: dict[str, Any]) -> Answer:
        """Create."""
        return self._send("post", kind, data=body, content_type="application/fhir+json")

    def put(self, body: dict[str, Any], version: int | None = 1) -> Answer:
        """Update, the version that the caller has in the header."""
        headers = {} if version is None else {"If-Match": f'W/"{version}"'}
        path = f"{body['resourceType']}/{body['id']}"
        return self._send("put", path, data=body, content_type="application/fhir+json", more=headers)

    def _send(self, method: str, path: str, more: dict[str, str] | None = None, **given: Any) -> Answer:
        with CaptureQueriesContext(connection) as asked:
            address = path if path.startswith("http") else f"/fhir/{path}"
            response = getattr(Client(), method)(address, headers={**self.headers, **(more or {})}, **given)
        body = response.json()
        counted = [query for query in asked.captured_queries if "SAVEPOINT" not in query["sql"]]
        return Answer(response.status_code, body, response.headers, len(counted))


def written() -> tuple[int, int]:
    """How many versions there are, and log rows of writes that were permitted."""
    return Version.objects.count(), Entry.objects.filter(interaction__in=["create", "update"], outcome="permit").count()
