"""What an address may look like besides what stands in the table of addresses."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

FHIR = "/fhir/"


class SlashAtTheEnd:
    """An address of FHIR means the same with a slash at its end, where some clients put one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Leave it out; the base is an address both ways."""
        path = request.path_info
        if path.endswith("/") and path.startswith(FHIR) and path != FHIR:
            request.path_info = path[:-1]
            request.path = request.path[:-1]
        return self.get_response(request)
