"""The front page."""

from django.http import HttpRequest, HttpResponse

from portal.pages import VisitorPage


class FrontView(VisitorPage):
    """What is next, what is new, who has looked, and what she is asked to do."""

    place = "front"

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        return self.shown("front")
