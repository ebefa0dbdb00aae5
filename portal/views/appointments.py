"""The citizen's appointments: the list, the week, one of them, and whether others see it."""

from contextlib import suppress
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from access import service
from access.actors import danish_day
from access.shielding import in_words, shield_of
from access.statements import Row
from access.vocabulary import ActingAs
from consents import services
from consents.fhir.blocks import BLOCK_SOURCE
from consents.inputs import BlockInput
from minlog.words import profession_of
from portal import appointments
from portal.appointments import Line
from portal.around import around
from portal.pages import VisitorPage
from portal.views.decisions import DecisionPage


class AppointmentsPage(VisitorPage):
    """What the pages of appointments share."""

    place = "appointments"

    @property
    def home(self) -> str:
        """The postal code of the citizen's home, for the way to and from it."""
        return self.visitor.subject.postal_code

    def by_day(self, lines: list[Line]) -> list[dict[str, Any]]:
        """The lines under their days, in the order they are in."""
        return [{"day": day, "lines": list(some)} for day, some in groupby(lines, key=lambda line: line.day)]

    @property
    def today(self) -> date:
        """The day in Denmark."""
        return danish_day(self.visitor.actor.moment)


class ListView(AppointmentsPage):
    """What is coming."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of it."""
        after = request.GET.get("after", "")
        page = appointments.coming(self.visitor.actor, self.visitor.citizen_id, home=self.home, after=after)
        return self.shown("appointments", days=self.by_day(page.lines), further=page.further, is_first=not after)


class EarlierView(AppointmentsPage):
    """What is over."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of it."""
        after = request.GET.get("after", "")
        page = appointments.earlier(self.visitor.actor, self.visitor.citizen_id, home=self.home, after=after)
        return self.shown("appointments-earlier", days=self.by_day(page.lines), further=page.further)


class WeekView(AppointmentsPage):
    """Seven days side by side."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the week that is asked for, else this one."""
        asked = self.today
        with suppress(ValueError):
            asked = date.fromisoformat(request.GET.get("from", ""))
        if not 1900 < asked.year < 2200:
            asked = self.today
        monday = asked - timedelta(days=asked.weekday())
        lines = appointments.in_week(self.visitor.actor, self.visitor.citizen_id, monday, home=self.home)
        days = [
            {
                "day": day,
                "lines": [line for line in lines if max(line.day, monday) == day],
                "is_today": day == self.today,
            }
            for day in (monday + timedelta(days=number) for number in range(7))
        ]
        week = timedelta(days=7)
        told: dict[str, Any] = {"number": monday.isocalendar().week, "before": monday - week, "after": monday + week}
        return self.shown("appointments-week", days=days, monday=monday, sunday=monday + timedelta(days=6), **told)


class OneView(AppointmentsPage):
    """One appointment: what for, who, where, how to prepare."""

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show it."""
        row = appointments.one(self.visitor.actor, self.visitor.citizen_id, key)
        is_hers = self.visitor.actor.acting_as == ActingAs.CITIZEN
        return self.shown("appointment", line=Line(row), row=row, who=self._who(row), is_hers=is_hers)

    def _who(self, row: Row) -> str:
        """Whom she is to meet: the name, or the code where it is kept, and the profession."""
        if kept := shield_of(row, "performer_id"):
            return in_words(*kept)
        if row["performer_id"] is None:
            return ""
        name = f"{row['performer_given_name']} {row['performer_family_name']}".strip()
        profession = profession_of(row["performer_profession"], english=self.english)
        return f"{name}, {profession}" if profession else name


class PrivateView(DecisionPage):
    """Hide one appointment from those who treat and care for her, or let them see it again; what that does is shown."""

    place = "appointments"

    def get(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Show what would change, worked out by the rules themselves."""
        row = appointments.one(self.visitor.actor, self.visitor.citizen_id, key)
        is_hers = self.visitor.actor.acting_as == ActingAs.CITIZEN
        effect = self.effects(around(self.visitor), lambda: self._change(row)) if is_hers else None
        return self.shown("appointment-private", row=row, is_hers=is_hers, effect=effect)

    def post(self, request: HttpRequest, key: UUID) -> HttpResponse:
        """Do it, unless it was done meanwhile. Who acts for her is told why she cannot."""
        row = appointments.one(self.visitor.actor, self.visitor.citizen_id, key)
        texts, is_hidden = self.t["appointments"], row["private_id"] is not None
        if is_hidden != (request.POST.get("private") == "no"):
            return self.done("portal-appointment", "", key)
        try:
            self._change(row)
        except service.Refused:
            return self.shown("appointment-private", status=403, row=row, is_hers=False)
        return self.done("portal-appointment", texts["public_done" if is_hidden else "private_done"], key)

    def _change(self, row: Row) -> Row:
        """Lift the marking that it has, or else mark it."""
        actor = self.visitor.actor
        if row["private_id"] is None:
            item = ("Appointment", row["id"])
            block = BlockInput(self.visitor.citizen_id, is_everyone=True, item=item)
            return services.set_block(by=actor, source=BLOCK_SOURCE, block=block)
        version = row["private_version"]
        return services.withdraw(by=actor, source=BLOCK_SOURCE, key=row["private_id"], if_match=version)
