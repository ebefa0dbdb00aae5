"""What tests of the pages need: a visitor's browser without a screen, and how her pages are asked for."""

import re
from html import unescape
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories


def session_of(citizen: Any, acting_for: Any = None) -> str:
    """The key of a session in which this citizen is logged in, as herself or for another."""
    store = SessionStore()
    store["visitor"] = {
        "citizen": str(citizen.pk),
        "for": str(acting_for.pk) if acting_for else "",
        "id": factories.login_session(citizen=citizen).pk.hex,
    }
    store.create()
    assert store.session_key is not None
    return store.session_key


class Visit:
    """A visitor's browser: it keeps cookies, sends forms with their token, and follows no redirect by itself."""

    def __init__(self, citizen: Any = None, *, acting_for: Any = None, language: str = "da") -> None:
        self.client = Client(enforce_csrf_checks=True, headers={"accept-language": language})
        if citizen is not None:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = session_of(citizen, acting_for)
        self.token = ""

    def get(self, path: str, **headers: str) -> Any:
        """Ask for a page; `.text` is what it says."""
        return self._read(self.client.get(path, headers=headers))

    def post(self, path: str, form: dict[str, Any] | None = None, *, page: str = "", **fields: Any) -> Any:
        """Send a form from a page that was opened before (`page`, else the path itself); `.text` is the answer's."""
        self.get(page or path)
        return self._read(self.client.post(path, {"csrfmiddlewaretoken": self.token, **(form or {}), **fields}))

    def follow(self, answer: Any) -> Any:
        """The page that an answer leads to."""
        assert answer.status_code in (302, 303), (answer.status_code, answer.text)
        return self.get(answer["Location"])

    def statements(self, path: str) -> int:
        """How many statements a page takes."""
        with CaptureQueriesContext(connection) as seen:
            self.get(path)
        return len(seen)

    def _read(self, answer: Any) -> Any:
        if answer.streaming or not answer.get("Content-Type", "text/html").startswith("text/"):
            return answer  # a file
        answer.text = unescape(answer.content.decode())
        if found := re.search(r'csrfmiddlewaretoken" value="([^"]+)', answer.text):
            self.token = found[1]
        return answer


def version_in(answer: Any, name: str = "version") -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found, answer.text
    return found[1]
