"""Which pages of others may ask us from a browser (CORS): those of the apps that are registered, and no other.

An app is registered with the addresses that it is sent back to; their origins are its own. A browser asks before it
sends, and tells the page nothing of the answer where we do not name its origin. The token decides all the same.
"""

from typing import Any

from corsheaders.middleware import CorsMiddleware
from corsheaders.signals import check_request_enabled
from django.http import HttpRequest

from identity.models import System
from identity.registering import origin_of
from identity.revocation import watch

PATHS = ("/fhir", "/oauth/token")


class Origins(CorsMiddleware):
    """What a browser is told; what does not come from a page of another (it names its origin) passes untouched."""

    def __call__(self, request: HttpRequest) -> Any:
        """Take part where an origin is named."""
        return super().__call__(request) if "HTTP_ORIGIN" in request.META else self.get_response(request)


def is_registered(origin: str) -> bool:
    """Whether an app that is in use is at this origin. No statement in the web server, which listens; else one."""
    if watch.is_listening:
        return origin in watch.origins
    addresses = System.objects.filter(is_active=True).exclude(redirect_uris=[]).values_list("redirect_uris", flat=True)
    return any(origin == origin_of(address) for found in addresses for address in found)


def allows(sender: Any, request: HttpRequest, **more: Any) -> bool:
    """Whether a request may be answered to a page of its origin (`check_request_enabled` asks)."""
    origin = request.headers.get("Origin", "")
    path = request.path_info
    is_open = any(path == known or path.startswith(f"{known}/") for known in PATHS)
    return bool(origin) and is_open and is_registered(origin)


def listen() -> None:
    """Answer the question from now on."""
    check_request_enabled.connect(allows, dispatch_uid="identity.origins")
