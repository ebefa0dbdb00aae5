"""Middleware of the pages for people (the portal, the desk, the admin), which the addresses of systems do without.

A request to FHIR pays for neither sessions nor forms: it carries a token and nothing that a browser sends by itself.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.gzip import GZipMiddleware

PAGES = ("/portal/", "/desk/", "/admin/")
# No page has a script of its own inside it; the design system draws its small pictures from data.
POLICIES = {
    "/portal/": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "/desk/": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "/admin/": "default-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}


class _PagesOnly:
    """Passes every other request on untouched."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Take part in requests for pages."""
        if request.path_info.startswith(PAGES):
            answered: HttpResponse = super().__call__(request)  # type: ignore[misc]
            return answered
        passed: HttpResponse = self.get_response(request)
        return passed


class PagePacked(_PagesOnly, GZipMiddleware):
    """Pages are sent packed, for slow lines; a form's token is another each time, so that its length tells nothing."""


class PageSession(_PagesOnly, SessionMiddleware):
    """Sessions."""


class PageForms(_PagesOnly, CsrfViewMiddleware):
    """Forms that only our own pages can send."""

    def process_view(self, request: HttpRequest, *args: Any, **given: Any) -> Any:
        """Check the forms of pages."""
        return super().process_view(request, *args, **given) if request.path_info.startswith(PAGES) else None


class PageUser(_PagesOnly, AuthenticationMiddleware):
    """Who is logged in to the admin."""


class PageMessages(_PagesOnly, MessageMiddleware):
    """What the admin says after a change."""


class PageHeaders(_PagesOnly, XFrameOptionsMiddleware):
    """What a browser may do with a page: nothing from elsewhere, in no frame, kept nowhere."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Add the headers."""
        response = super().process_response(request, response)
        policy = next(policy for path, policy in POLICIES.items() if request.path_info.startswith(path))
        if settings.OIDC is not None:  # logging out leads on to where the log-in was made
            policy = policy.replace("form-action 'self'", f"form-action 'self' {settings.OIDC.origin}")
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        response.headers["Referrer-Policy"] = "same-origin"  # with less, browsers hide where a form came from
        return response
