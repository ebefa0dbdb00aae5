"""What is answered where no view could: a page for people, an OperationOutcome below /fhir."""

from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse

from access.rest import refuse
from fhir.outcomes import FhirError
from portal.pages import Page


class _NoticePage(Page):
    """A page that says what went wrong and what to do; it asks no database, which may be what went wrong."""

    notice, status = "missing", 404

    def answered(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer any method alike."""
        texts = self.t["common"]
        return self.shown("notice", status=self.status, title=texts[f"{self.notice}_title"], told=texts[self.notice])


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is no such address."""
    if request.path_info.startswith("/fhir"):
        return refuse(FhirError("not-found"))
    return _NoticePage.as_view()(request)  # type: ignore[return-value]


def unread(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What was sent is too large, has too many fields, or is no request of ours."""
    is_large = isinstance(exception, RequestDataTooBig | TooManyFieldsSent)
    if request.path_info.startswith("/fhir"):
        return refuse(FhirError("too-large") if is_large else FhirError("bad-parameter", "anmodningen", "the request"))
    return _NoticePage.as_view(notice="unread", status=413 if is_large else 400)(request)  # type: ignore[return-value]


def form_lost(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form came without its token: the page was too old, or it is not ours."""
    return _NoticePage.as_view(notice="form_lost", status=403)(request)  # type: ignore[return-value]


def broken(request: HttpRequest) -> HttpResponse:
    """Something of ours went wrong."""
    if request.path_info.startswith("/fhir"):
        return refuse(FhirError("internal"))
    return _NoticePage.as_view(notice="broken", status=500)(request)  # type: ignore[return-value]
