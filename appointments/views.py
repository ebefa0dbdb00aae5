"""The address of a calendar feed, open to whoever has its secret: a device has no other way to log in."""

from django.http import HttpRequest, HttpResponse
from django.views import View

from appointments.feeds import read_feed
from identity.limits import seconds_for_address


class CalendarView(View):
    """The calendar of one device."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, secret: str) -> HttpResponse:
        """Answer with the calendar; 404 alike for an address that never was and one that was ended."""
        if seconds := seconds_for_address(request):
            return HttpResponse(status=429, headers={"Retry-After": str(seconds)})
        found = read_feed(secret)
        if found is None:
            return HttpResponse(status=404)
        headers = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
        return HttpResponse(found, content_type="text/calendar; charset=utf-8", headers=headers)
