"""How many requests a system and a user may make: a bucket for each in the memory of each process.

A bucket holds so many requests at once and fills again by so many each second. Limits are of one process: of a service
with N workers a system gets up to N times as much. That costs a request some microseconds and no statement, and is
enough for what it is for: that nobody's loop, wrong or wilful, takes the service from the others.
"""

import threading
import time
from math import ceil
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from access.actors import Actor

if TYPE_CHECKING:
    from rest_framework.views import APIView

MOST_BUCKETS = 20_000


class Buckets:
    """Buckets by key; each begins full. `rate` is in requests per second, `burst` in requests."""

    def __init__(self) -> None:
        """Begin without any."""
        self._held: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, key: str, rate: float, burst: float) -> float:
        """Take one request; return 0, or the seconds until there is one again. A rate of 0 sets no limit."""
        if not rate:
            return 0.0
        now = time.monotonic()
        with self._lock:
            held, at = self._held.get(key, (burst, now))
            held = min(burst, held + (now - at) * rate)
            if held < 1:
                return (1 - held) / rate
            if len(self._held) >= MOST_BUCKETS:
                self._forget(now)
            self._held[key] = (held - 1, now)
        return 0.0

    def _forget(self, now: float) -> None:
        """Let go of those not used for a minute, or of all: each is full again, or nearly."""
        kept = {key: (held, at) for key, (held, at) in self._held.items() if now - at < 60}
        self._held = kept if len(kept) < MOST_BUCKETS else {}


buckets = Buckets()


class Limits(BaseThrottle):
    """The limits of the system that a request comes from, and of the person who asks through it."""

    def __init__(self) -> None:
        """Nothing to wait for yet."""
        self.seconds = 0.0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Whether there is a request left in both buckets."""
        actor = request.user
        if not isinstance(actor, Actor):
            return True
        who = actor.professional_id or actor.citizen_id
        self.seconds = buckets.take(f"system {actor.client_id}", *settings.RATE_PER_SYSTEM)
        if not self.seconds and who is not None:
            self.seconds = buckets.take(f"user {who}", *settings.RATE_PER_USER)
        return not self.seconds

    def wait(self) -> float:
        """The seconds until the next may come."""
        return self.seconds


def seconds_for_address(request: HttpRequest) -> int:
    """Take a request of somebody who is not known yet; return 0, or the whole seconds until the next may come.

    Counted by the address that it comes from, so that naming somebody else's system takes nothing from it.
    """
    return ceil(buckets.take(f"address {request.META.get('REMOTE_ADDR', '')}", *settings.RATE_PER_ADDRESS))
