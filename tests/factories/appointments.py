"""Appointments of region, practice and municipality under each law."""

from datetime import timedelta
from typing import Any

from access.vocabulary import Category
from appointments.feeds import digest_of
from appointments.models import Appointment, CalendarFeed, Series
from tests.factories.base import ago, ahead, element, now
from tests.factories.citizens import citizen
from tests.factories.organisations import home_care, nursing, practice, ward

Sector = Appointment.Sector


def appointment(**given: Any) -> Appointment:
    """A booked appointment at a ward next week, half an hour."""
    start = given.pop("start", None) or given.pop("occurred_at", None) or ahead(days=7)
    if "origin" not in given:
        given["origin"] = ward()
    unit = given["origin"]
    end = given.get("end", start + timedelta(minutes=30))
    fields = {"sector": Sector.REGION, "responsible": unit, "performer_unit": unit, "description": "Ambulant kontrol"}
    made = element({**given, "occurred_at": start}, Category.APPT_SUL)
    return Appointment.objects.create(**{**fields, **made, "start": start, "end": end})


def practice_appointment(**given: Any) -> Appointment:
    """A booked consultation at a general practice."""
    if "origin" not in given:
        given["origin"] = practice()
    return appointment(**{"sector": Sector.PRACTICE, "description": "Årskontrol", **given})


def nursing_visit(**given: Any) -> Appointment:
    """A visit of municipal nursing, SUL § 138."""
    if "origin" not in given:
        given["origin"] = nursing()
    visit = {"sector": Sector.MUNICIPALITY, "paragraph": "SUL § 138", "description": "Sygeplejebesøg"}
    return appointment(**{**visit, **given})


def home_care_visit(**given: Any) -> Appointment:
    """A visit of home care, SEL § 83: its time may be told to the health side."""
    if "origin" not in given:
        given["origin"] = home_care()
    visit = {
        "sector": Sector.MUNICIPALITY,
        "category": Category.APPT_SEL_W,
        "paragraph": "SEL § 83, stk. 1, nr. 1",
        "description": "Hjemmehjælp",
    }
    return appointment(**{**visit, **given})


def support_visit(**given: Any) -> Appointment:
    """A visit of socio-pedagogical support, SEL § 85: off the list of RSL § 13."""
    visit = {"category": Category.APPT_SEL_X, "paragraph": "SEL § 85", "description": "Socialpædagogisk støtte"}
    return home_care_visit(**{**visit, **given})


def elderly_care_visit(**given: Any) -> Appointment:
    """A visit of home care under the elderly act."""
    visit = {"category": Category.APPT_AEL, "paragraph": "ÆL § 10", "description": "Helhedspleje"}
    return home_care_visit(**{**visit, **given})


def past_appointment(**given: Any) -> Appointment:
    """An appointment that was kept last week."""
    return appointment(**{"start": ago(days=7), "status": Appointment.Status.FULFILLED, **given})


def cancelled_appointment(**given: Any) -> Appointment:
    """An appointment cancelled an hour ago."""
    cancelled = {"status": Appointment.Status.CANCELLED, "cancelled_at": now() - timedelta(hours=1)}
    return appointment(**{**cancelled, **given})


def series(**given: Any) -> Series:
    """A series of repeated visits."""
    if "citizen" not in given:
        given["citizen"] = citizen()
    return Series.objects.create(**{"title": "Daglig hjemmehjælp", **given})


def daily_visits(days: int = 3, **given: Any) -> list[Appointment]:
    """A home care visit each of the coming days, in one series, at an approximate time."""
    if "origin" not in given:
        given["origin"] = home_care()
    if "series" not in given:
        given["series"] = series(**({"citizen": given["citizen"]} if "citizen" in given else {}))
    about = {"citizen": given["series"].citizen, "is_approximate": True, **given}
    return [home_care_visit(**{**about, "start": ahead(days=day)}) for day in range(1, days + 1)]


def calendar_feed(**given: Any) -> CalendarFeed:
    """A calendar on the citizen's telephone; its secret is its device's name with the citizen's id."""
    if "citizen" not in given:
        given["citizen"] = citizen()
    device = given.setdefault("device", "Min telefon")
    given.setdefault("digest", digest_of(f"{device}{given['citizen'].pk}"))
    return CalendarFeed.objects.create(**{"created_at": now(), **given})
