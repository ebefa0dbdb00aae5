"""A small HTTP client of the running service, with the token of one persona at a time."""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


class Unreachable(Exception):
    """Nothing answers there, or not the service of this folder."""


@dataclass(frozen=True)
class Client:
    """Asks the service at `base`, such as http://localhost:8000."""

    base: str
    timeout_seconds: float = 30.0

    def get(self, path: str, token: str = "", **parameters: str) -> tuple[int, Json]:
        """Return status and body of a GET below /fhir. Raises Unreachable."""
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"{self.base}/fhir/{path}{query}", headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_seconds) as answer:  # noqa: S310 - http(s) only
                return answer.status, _json(answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, _json(refused.read())
        except OSError as error:
            raise Unreachable(f"{self.base} does not answer: {error}") from error

    def every(self, path: str, token: str, **parameters: str) -> list[Json]:
        """Return the resources of a search, page after page. Raises Unreachable."""
        found: list[Json] = []
        status, page = self.get(path, token, **parameters)
        while status == 200:
            found += [entry["resource"] for entry in page.get("entry", ())]
            further = next((link["url"] for link in page.get("link", ()) if link["relation"] == "next"), None)
            if further is None:
                break
            status, page = self.get(further.partition("/fhir/")[2], token)
        return found

    def answers(self) -> bool:
        """Whether our kind of service answers there."""
        try:
            status, body = self.get("metadata")
        except Unreachable:
            return False
        return status == 200 and body.get("resourceType") == "CapabilityStatement"

    def knows(self, token: str, path: str) -> bool:
        """Whether the service there takes this token."""
        try:
            return self.get(path, token)[0] != 401
        except Unreachable:
            return False


def _json(body: bytes) -> Json:
    """Read a JSON object; anything else is empty."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
