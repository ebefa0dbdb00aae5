"""The keys that a system signs with: those it was registered with, or those it publishes itself."""

import json
import threading
import time
import urllib.request
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from joserfc.jwk import KeySet

from identity.models import System, no_keys
from identity.registering import key_address, public_keys

KEPT_SECONDS = 300.0
# While its server does not answer; a key that the system took away is not taken for longer.
LONGEST_KEPT_SECONDS = 900.0
# A key that is not known may be new: what a system publishes is then read again, but no oftener than this.
AGAIN_SECONDS = 30.0
TIMEOUT_SECONDS = 3.0
LARGEST_BYTES = 64 * 1024
log = structlog.get_logger(__name__)

# Address: when the keys came, when they were last asked for, and the keys.
_kept: dict[str, tuple[float, float, dict[str, Any]]] = {}
_lock = threading.Lock()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Keys come from the registered address and from nowhere that it points to."""

    def redirect_request(self, *args: Any) -> None:
        """Follow nothing."""


def keys_of(system: System, kid: str) -> KeySet:
    """The public keys of a system. Raises ValueError where it has none.

    Those that it publishes are kept for some minutes in each process; one request to its server then, else none.
    """
    found: Any = _published(system.jwks_uri, kid) if system.jwks_uri else system.keys
    if not found["keys"]:
        raise ValueError("the system has no keys")
    return KeySet.import_key_set(found)


def _published(address: str, kid: str) -> dict[str, Any]:
    """The set at an address, fetched when it is old or does not hold the key; kept a while when that fails."""
    now = time.monotonic()
    with _lock:
        came_at, asked_at, found = _kept.get(address, (float("-inf"), float("-inf"), no_keys()))
        is_fresh = now - came_at < KEPT_SECONDS and any(key.get("kid") == kid for key in found["keys"])
        if now - came_at > LONGEST_KEPT_SECONDS:
            found = no_keys()
        if is_fresh or now - asked_at < AGAIN_SECONDS:
            return found
        # Noted before the fetch, so that others do not wait for a server that does not answer.
        _kept[address] = (came_at, now, found)
    try:
        fetched = _fetched(address)
    except (OSError, ValueError, ValidationError) as error:
        log.warning("keys cannot be fetched", address=address, error=type(error).__name__)
        return found
    with _lock:
        _kept[address] = (now, now, fetched)
    return fetched


def _fetched(address: str) -> dict[str, Any]:
    """Fetch a JWK set of public keys. Raises OSError, ValueError, ValidationError."""
    key_address(address)
    request = urllib.request.Request(address, headers={"Accept": "application/json"})  # noqa: S310  checked above
    opener = urllib.request.build_opener(_NoRedirect)
    with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
        found: dict[str, Any] = json.loads(answer.read(LARGEST_BYTES))
    public_keys(found)
    return found
