"""Sending a message to an address of somebody else's: over TLS, to the open internet only, in bounded time.

The name is looked up once and the connection made to the address that was checked, so that a name cannot point inward
between the check and the call. Redirects are not followed: a receiver that has moved changes its subscription. In demo
mode, and there only, plain HTTP and addresses of the machine itself are allowed.
"""

import socket
import ssl
from enum import Enum
from ipaddress import ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.conf import settings

from fhir.outcomes import broken

_CONNECT = 3.0
_NO_REDIRECT = 300


# Why an address is not sent to, as the one who gives it is told.
WHY_NOT = {
    "malformed": (
        "Adressen skal stå helt ud, uden navn, kodeord og # i sig.",
        "The address must be whole, without a name, a password or # in it.",
    ),
    "not-https": ("Adressen skal begynde med https://.", "The address must begin with https://."),
    "internal-address": (
        "Adressen skal være på det åbne net.",
        "The address must be on the open net.",
    ),
}


class Outcome(Enum):
    """What came of sending: accepted, certainly not accepted, or not known."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class NotAllowed(Exception):
    """The address is not one that is sent to; the code tells why."""


def check_endpoint(endpoint: str) -> None:
    """Check what can be seen of an address without looking its name up. Raises FhirError (422)."""
    try:
        parts = _parts(endpoint)
        if _is_address(parts.hostname or ""):
            _checked(parts.hostname or "")
    except NotAllowed as error:
        raise broken(f"endpoint-{error}", *WHY_NOT[str(error)], "Subscription.channel.endpoint") from error


def _parts(endpoint: str) -> SplitResult:
    """Take an address apart. Raises NotAllowed."""
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError as error:
        raise NotAllowed("malformed") from error
    if not parts.hostname or parts.username is not None or parts.fragment or port == 0 or len(endpoint) > 500:
        raise NotAllowed("malformed")
    if parts.scheme != "https" and not (settings.DEMO_MODE and parts.scheme == "http"):
        raise NotAllowed("not-https")
    return parts


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _checked(address: str) -> str:
    """An address that may be sent to. Raises NotAllowed for one inside."""
    found = ip_address(address)
    inner = getattr(found, "ipv4_mapped", None) or found
    if not inner.is_global or inner.is_multicast:
        if settings.DEMO_MODE and inner.is_loopback:
            return address
        raise NotAllowed("internal-address")
    return address


def resolved(host: str, port: int) -> str:
    """Look a name up: every address it has must be allowed; the first is used. Raises NotAllowed and OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [_checked(str(item[4][0])) for item in found]
    if not addresses:
        raise NotAllowed("no-address")
    return addresses[0]


def send(endpoint: str, body: bytes, headers: dict[str, str], timeout: float) -> tuple[Outcome, str]:
    """POST a body; return what came of it and a short code without the address or anything that was answered."""
    try:
        parts = _parts(endpoint)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = resolved(host, port)
    except NotAllowed as error:
        return Outcome.REFUSED, str(error)
    except OSError:
        return Outcome.REFUSED, "no-address"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    given = {**headers, "Host": parts.netloc, "Content-Type": "application/fhir+json", "User-Agent": "patientoverblik"}
    with _pool(parts.scheme, host, address, port, timeout) as pool:
        try:
            answer = pool.request(
                "POST", target, body=body, headers=given, redirect=False, retries=False, preload_content=False
            )
        except (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError):
            return Outcome.REFUSED, "no-connection"
        except urllib3.exceptions.SSLError:
            return Outcome.REFUSED, "bad-certificate"
        except urllib3.exceptions.HTTPError:
            return Outcome.UNKNOWN, "no-answer"
        status = int(answer.status)
        answer.close()  # what it says is not read
    if status < _NO_REDIRECT:
        return Outcome.ACCEPTED, ""
    return Outcome.REFUSED, f"http-{status}"


def _pool(scheme: str, host: str, address: str, port: int, timeout: float) -> Any:
    """A connection to this address, held to the name that was asked for."""
    patience = urllib3.Timeout(connect=min(_CONNECT, timeout), read=timeout)
    if scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, timeout=patience, maxsize=1)
    return urllib3.HTTPSConnectionPool(
        address,
        port,
        timeout=patience,
        maxsize=1,
        ssl_context=ssl.create_default_context(),
        server_hostname=host,
        assert_hostname=host,
    )
