"""The citizen's calendars: an address for each of her devices, shown once, ended when she wants."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from access.vocabulary import ActingAs
from appointments import services
from appointments.models import CalendarFeed
from fhir.outcomes import FhirError
from portal.forms import PageForm
from portal.pages import VisitorPage

_MADE = "calendar_made"


class DeviceForm(PageForm):
    """A new calendar."""

    device = forms.CharField(
        max_length=60, widget=forms.TextInput(attrs={"class": "form-input", "autocomplete": "off"})
    )
    with_place = forms.BooleanField(required=False)


class CalendarsPage(VisitorPage):
    """Her calendars; who acts for her has none of them to see, make or end."""

    place = "appointments"

    def listed(self, form: DeviceForm, *, status: int = 200) -> HttpResponse:
        """The page with the form as it stands; the address that was made last is shown this once."""
        is_hers = self.visitor.actor.acting_as == ActingAs.CITIZEN
        feeds = CalendarFeed.objects.filter(citizen_id=self.visitor.citizen_id, revoked_at=None) if is_hers else ()
        made = self.request.session.pop(_MADE, "") if is_hers else ""
        address = f"{settings.PUBLIC_URL}{reverse('calendar', args=[made])}" if made else ""
        held = list(feeds.order_by("-created_at")[: services.MOST_FEEDS]) if is_hers else []  # type: ignore[union-attr]
        return self.shown("calendars", status=status, form=form, feeds=held, address=address, is_hers=is_hers)

    def form(self, data: Any = None) -> DeviceForm:
        """The form."""
        return DeviceForm(data, texts=self.t["appointments"], common=self.t["common"], english=self.english)


class CalendarsView(CalendarsPage):
    """Those she has, and a new one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them."""
        return self.listed(self.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make one."""
        form = self.form(request.POST)
        if form.is_valid():
            try:
                _feed, secret = services.create_feed(
                    by=self.visitor.actor, citizen_id=self.visitor.citizen_id, **form.cleaned_data
                )
            except FhirError as error:
                form.refuse(error)
            else:
                request.session[_MADE] = secret
                return self.done("portal-appointments-calendars", self.t["appointments"]["calendar_done"])
        return self.listed(form, status=422)


class CalendarEndView(CalendarsPage):
    """End one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """End it at once."""
        services.revoke_feed(by=self.visitor.actor, citizen_id=self.visitor.citizen_id, key=key)
        return self.done("portal-appointments-calendars", self.t["appointments"]["calendar_ended"])
