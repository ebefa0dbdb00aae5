"""A real client of the REST edge for tests: real tokens, real bytes, each answer held against FHIR."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from django.test import Client

from access.actors import Actor
from audit.models import Entry, Version
from fhir.outcomes import RULE_SYSTEM
from identity import tokens
from terminology import files, lookup
from terminology.rows import CodeRow
from tests.cast import Member
from tests.conformance import checked_answer


@dataclass(frozen=True)
class Answer:
    """An answer: status, headers and the resource in it."""

    status: int
    headers: Any
    body: dict[str, Any]

    @property
    def error(self) -> str:
        """Our code of the error."""
        return str(self.body["issue"][0]["details"]["coding"][0]["code"])

    @property
    def rule(self) -> str:
        """The own code of the rule that was broken; empty if it is no such error."""
        return rule_of(self.body)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The resources of a bundle, without what is told about the search itself."""
        entries = self.body.get("entry", ())
        return [one["resource"] for one in entries if one.get("search", {}).get("mode") != "outcome"]

    @property
    def ids(self) -> list[str]:
        """The ids of the resources of a bundle."""
        return [row["id"] for row in self.rows]

    @property
    def next(self) -> str | None:
        """The address of the next page."""
        found = [link["url"] for link in self.body["link"] if link["relation"] == "next"]
        return found[0] if found else None


class Rest:
    """Somebody asking with her own token."""

    def __init__(self, who: Member | Actor) -> None:
        actor = who.actor if isinstance(who, Member) else who
        token, _seconds = tokens.issue(actor)
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, address: str, **parameters: Any) -> Answer:
        """Read or search below /fhir; a full address, of a next page, is followed."""
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.scheme else f"/fhir/{address}"
        return self._asked(path, Client().get(path, parameters or None, headers=self.headers))

    def post(self, kind: str, body: dict[str, Any], **headers: str) -> Answer:
        """Create; `If_None_Exist` is a header."""
        return self._sent("post", f"/fhir/{kind}" if kind else "/fhir", body, self.headers | _named(headers))

    def put(self, resource: dict[str, Any], version: int | None = 1, **headers: str) -> Answer:
        """Update, with If-Match unless the version is None."""
        match = {"If-Match": f'W/"{version}"'} if version is not None else {}
        path = f"/fhir/{resource['resourceType']}/{resource['id']}"
        return self._sent("put", path, resource, self.headers | match | _named(headers))

    def put_where(self, address: str, body: dict[str, Any], **headers: str) -> Answer:
        """Update under the condition of the address."""
        return self._sent("put", f"/fhir/{address}", body, self.headers | _named(headers))

    def patch(self, address: str, body: Any, kind: str = "application/json-patch+json", **headers: str) -> Answer:
        """Patch."""
        return self._sent("patch", f"/fhir/{address}", body, self.headers | _named(headers), kind)

    def delete(self, address: str, **headers: str) -> Answer:
        """Delete."""
        path = f"/fhir/{address}"
        return self._asked(path, Client().delete(path, headers=self.headers | _named(headers)))

    def _sent(
        self, method: str, path: str, body: Any, headers: dict[str, str], kind: str = "application/fhir+json"
    ) -> Answer:
        send = getattr(Client(), method)
        return self._asked(path, send(path, orjson.dumps(body), content_type=kind, headers=headers))

    def _asked(self, path: str, response: Any) -> Answer:
        content = response.content
        checked_answer(path, response.headers.get("Content-Type", ""), response.status_code, content)
        return Answer(response.status_code, response.headers, orjson.loads(content) if content else {})


def rule_of(outcome: dict[str, Any]) -> str:
    """The one code of a broken rule that stands beside ours, if it is told in two languages; else empty."""
    issue = outcome["issue"][0]
    codes = [item["code"] for item in issue["details"]["coding"] if item["system"] == RULE_SYSTEM]
    return str(codes[0]) if len(codes) == 1 and issue["details"]["text"] != issue["diagnostics"] != "" else ""


def _named(headers: dict[str, str]) -> dict[str, str]:
    """Headers by the names they have on the wire."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def written() -> tuple[int, int]:
    """How many versions, and how many log rows of something permitted, there are."""
    return Version.objects.count(), Entry.objects.filter(outcome="permit").count()


def instant(year: int, month: int, day: int, hour: int = 9) -> datetime:
    """An instant."""
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.fixture
def codes() -> Iterator[None]:
    """The codes of our files, known to this process without a table."""
    lookup._cached = _codes_of_files()
    yield
    lookup.refresh()


@cache
def _codes_of_files() -> dict[tuple[str, str], CodeRow]:
    """Every code of the files by each name it answers to."""
    rows = [row for found in files.read_all().values() for row in found]
    names = {(row.system, row.legacy_code): row for row in rows if row.legacy_code}
    return names | {(row.system, row.code): row for row in rows}
