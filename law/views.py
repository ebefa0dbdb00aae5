"""The page of the law's settings: open to anybody, since they are about nobody; changed only at the command line."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views import View

from access.open_questions import REGIMES
from law.settings import settings_on


class LegalSettingsView(View):
    """Every open question with both readings, where it stands, and who decided what and why."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer in Danish, or in English where `?lang=en` or else the browser asks for it. One statement."""
        language = request.GET.get("lang") or translation.get_language_from_request(request)
        language = "en" if language.startswith("en") else "da"
        today = timezone.localdate()
        found = settings_on(today)
        with translation.override(language):
            response = render(
                request,
                f"law/settings.{language}.html",
                {
                    "language": language,
                    "today": today,
                    "total": len(found),
                    "open": [one for one in found if one.is_on],
                    "strict": [one for one in found if not one.is_on],
                    "coming": sum(one.next_on is not None for one in found),
                    "regimes": REGIMES,
                },
            )
        response["Vary"] = "Accept-Language"
        response["Cache-Control"] = "no-cache"
        return response
