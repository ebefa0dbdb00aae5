"""How many requests a system and a user may make, of all processes of the web server on this machine together.

It is for one thing: that nobody's loop, wrong or wilful, takes the service from the others. It costs a request some
microseconds and no statement (identity/buckets.py).
"""

from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from access.actors import Actor
from identity.buckets import Buckets

if TYPE_CHECKING:
    from rest_framework.views import APIView

buckets = Buckets(Path(settings.RATE_FILE) if settings.RATE_FILE else None)


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
