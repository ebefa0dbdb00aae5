"""Every write of appointments: one transaction, decided inside, with its version and its log row.

Nothing is asked of other appointments, and nothing of theirs is locked: two may lie at the same time, for one citizen
or one professional, since only their owners know whether they can both be kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from secrets import token_urlsafe
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, F, Q, UUIDField, Value

from access import service
from access.actors import DENMARK, Actor
from access.authoring import act_of, change_element, create_element, missing, same
from access.sql import IsIn, Param, compile_queryset, numbered
from access.statements import Row, Source, Statement
from access.vocabulary import Category, Law, Reason
from appointments.feeds import digest_of
from appointments.models import Appointment, CalendarFeed, Series
from appointments.policy import CALENDAR
from appointments.states import may_become
from citizens.models import Citizen
from fhir.identifiers import NO_KEY, BusinessKey
from fhir.outcomes import FhirError, broken
from organisations.models import Location, Organisation, Professional
from terminology import lookup

Kind, Sector, Status = Organisation.Kind, Appointment.Sector, Appointment.Status

SECTORS = {
    **dict.fromkeys((Kind.REGION, Kind.HOSPITAL, Kind.DEPARTMENT), Sector.REGION),
    **dict.fromkeys((Kind.PRACTICE, Kind.PRIVATE, Kind.OTHER), Sector.PRACTICE),
}
MOST_FEEDS = 10  # of one citizen at a time
SECRET_BYTES = 32
# The columns that are set as the writer says.
WRITTEN = (
    "status",
    "start",
    "end",
    "is_approximate",
    "appointment_type",
    "service_type",
    "description",
    "reason_system",
    "reason_code",
    "reason_text",
    "cancellation_reason",
)


@dataclass(frozen=True)
class AppointmentInput:
    """What an appointment is to be, as its writer says; a unit that she does not name is her own.

    `start` and `end` are aware instants; `end` is None where it is not known. `paragraph` is written the one way.
    """

    citizen_id: UUID
    status: str
    start: datetime
    end: datetime | None = None
    is_approximate: bool = False
    appointment_type: str = "ROUTINE"
    service_type: str = "regular"
    law: str = ""
    paragraph: str = ""
    sector: str = ""
    responsible: UUID | None = None
    requester: UUID | None = None
    performer_unit: UUID | None = None
    performer: UUID | None = None
    location: UUID | None = None
    series: UUID | None = None
    description: str = ""
    reason_system: str = ""
    reason_code: str = ""
    reason_text: str = ""
    cancellation_reason: str = ""
    identifier: BusinessKey = NO_KEY


def category_of(law: Law, paragraph: str, start: datetime) -> Category:
    """The category of an appointment under this act: of the service act, by whether RSL § 13 lists it on its day."""
    if law == Law.HEALTH:
        return Category.APPT_SUL
    if law == Law.ELDERLY:
        return Category.APPT_AEL
    is_listed = bool(paragraph) and lookup.is_rsl13(paragraph, start.astimezone(DENMARK).date())
    return Category.APPT_SEL_W if is_listed else Category.APPT_SEL_X


def create_appointment(*, by: Actor, source: Source, given: AppointmentInput) -> Row:
    """Create an appointment owned by the writer's unit and return its row.

    Raises FhirError: 403 without a right to record it, 422 for an act that is not told or for units, people, places
    or a series that do not exist. Law: grounds.OWN_RECORDING. Two statements; six with a series.
    """
    law = act_of(by, _implied(given.paragraph), given.law)

    def values() -> Mapping[str, Any]:
        own_kind = _named(given, by.unit_id).get(by.unit_id, Kind.OTHER)
        sector = given.sector or SECTORS.get(Kind(own_kind), Sector.MUNICIPALITY)
        return {
            **_values(given),
            "paragraph": given.paragraph,
            "sector": sector,
            "responsible_id": given.responsible or by.unit_id,
            "performer_unit_id": given.performer_unit or by.unit_id,
            "cancelled_at": by.moment if given.status == Status.CANCELLED else None,
        }

    return create_element(
        by=by,
        source=source,
        citizen_id=given.citizen_id,
        identifier=given.identifier,
        category=category_of(law, given.paragraph, given.start),
        law=law,
        values=values,
        occurred_at=given.start,
        after=_join_series if given.series is not None else None,
    )


def update_appointment(*, by: Actor, source: Source, key: UUID, given: AppointmentInput, if_match: int | None) -> Row:
    """Change or cancel an appointment, the caller having its current version, and return its row.

    Raises FhirError: 404, 403 for others than the owning unit, 400 or 412 for the version, 422 as for creating and for
    a status that cannot follow. The citizen, the act and the paragraph never change. Units not named stay.
    """

    def change(current: Appointment) -> Mapping[str, Any]:
        same(current, citizen_id=given.citizen_id)
        if given.paragraph:
            same(current, paragraph=given.paragraph)
        _keep_act(by, current, given.law)
        _follow(current.status, given.status)
        _named(given, None)
        return {
            **_values(given),
            "occurred_at": given.start,
            "category": category_of(Law(current.recorded_under), current.paragraph, given.start),
            "sector": given.sector or current.sector,
            "responsible_id": given.responsible or current.responsible_id,
            "performer_unit_id": given.performer_unit or current.performer_unit_id,
            "cancelled_at": _cancelled_at(by, current, given.status),
        }

    return change_element(
        by=by, source=source, key=key, identifier=given.identifier, if_match=if_match, change=change, after=_join_series
    )


def create_feed(*, by: Actor, citizen_id: UUID, device: str, with_place: bool) -> tuple[CalendarFeed, str]:
    """Make the address of a calendar for one device and return it with its secret, which is told this once.

    Raises FhirError: 403 for others than the citizen herself, 422 for a device without a name and for too many.
    Law: grounds.OWN_ACCESS. Five statements.
    """
    with service.writing():
        rules = _permit_feed(by, citizen_id, "create")
        name = " ".join(device.split())
        if not 1 <= len(name) <= 60:
            raise broken(
                "calendar-device",
                "Giv enheden et navn på højst 60 tegn.",
                "Give the device a name of at most 60 characters.",
                "CalendarFeed.device",
            )
        Citizen.objects.select_for_update().get(pk=citizen_id)
        if CalendarFeed.objects.filter(citizen_id=citizen_id, revoked_at=None).count() >= MOST_FEEDS:
            raise broken(
                "calendar-too-many",
                f"Du kan have {MOST_FEEDS} kalendere. Luk en, du ikke bruger mere.",
                f"You can have {MOST_FEEDS} calendars. Close one that you no longer use.",
            )
        secret = token_urlsafe(SECRET_BYTES)
        values = {"device": name, "with_place": with_place, "digest": digest_of(secret), "created_at": by.moment}
        feed = CalendarFeed.objects.create(citizen_id=citizen_id, **values)
        _log_feed(by, feed, "create", rules)
        return feed, secret


def revoke_feed(*, by: Actor, citizen_id: UUID, key: UUID) -> None:
    """End the address of a calendar, at once and for good; ending it again does nothing.

    Raises FhirError: 403 for others than the citizen herself, 404 for one that is not hers. Four statements.
    """
    with service.writing():
        rules = _permit_feed(by, citizen_id, "delete")
        feed = CalendarFeed.objects.select_for_update().filter(pk=key, citizen_id=citizen_id).first()
        if feed is None:
            raise FhirError("not-found")
        if feed.revoked_at is None:
            feed.revoked_at = by.moment
            feed.save(update_fields=["revoked_at"])
            _log_feed(by, feed, "delete", rules)


def _permit_feed(by: Actor, citizen_id: UUID, interaction: str) -> list[str]:
    """The codes of the rules that let her open and close her own calendar. Raises FhirError (403), logged."""
    decision = service.decide_create(CALENDAR, by, citizen_id, Category.APPT_SUL)
    if decision is not None and decision.permitted:
        return [rule.code for rule in decision.held]
    reason = Reason.NO_RELATION if decision is None or decision.reason is None else decision.reason
    raise service.refused_as(by, interaction, "CalendarFeed", citizen_id, reason)


def _log_feed(by: Actor, feed: CalendarFeed, interaction: str, rules: list[str]) -> None:
    """Write the log row."""
    ids, whose = [feed.pk], feed.citizen_id
    service.log(by, interaction, "CalendarFeed", citizen_id=whose, outcome="permit", resource_ids=ids, rules=rules)


def _implied(paragraph: str) -> tuple[Law, ...]:
    """The act that a paragraph is of."""
    law = lookup.law_of_citation(paragraph)
    return (Law(law),) if law else ()


def _values(given: AppointmentInput) -> dict[str, Any]:
    """The columns that a writer sets. Raises FhirError (422)."""
    if given.end is not None and given.end <= given.start:
        raise broken("period-order", "En aftale slutter efter den begynder.", "An appointment ends after it starts.")
    return {name: getattr(given, name) for name in WRITTEN} | {
        "performer_id": given.performer,
        "location_id": given.location,
        "requester_id": given.requester,
        "series_id": given.series,
    }


def _named(given: AppointmentInput, own_unit: UUID | None) -> dict[UUID | None, str]:
    """The kinds of the units that are named, everything named being there. One statement at most.

    Raises FhirError (422) for a unit, professional or place that does not exist or is no longer in use.
    """
    units = {key for key in (own_unit, given.responsible, given.requester, given.performer_unit) if key is not None}
    people, places = {given.performer} - {None}, {given.location} - {None}
    if not (units or people or places):
        return {}
    asked = {"units": list(units), "people": list(people), "places": list(places)}
    found: dict[UUID | None, str] = dict(_known().run(asked))
    for kind, keys in (("Organization", units), ("Practitioner", people), ("Location", places)):
        if not keys <= found.keys():
            raise missing(kind, "Appointment")
    return found


@cache
def _known() -> Statement:
    """Compile which of these units there are, of what kind, and which of these professionals and places in use."""
    parts = []
    for name, model, in_use, kind in (
        ("units", Organisation, {}, F("kind")),
        ("people", Professional, {"is_active": True}, Value("", output_field=CharField())),
        ("places", Location, {"is_active": True}, Value("", output_field=CharField())),
    ):
        named = Q(IsIn(F("pk"), Param(name, ArrayField(UUIDField()))))
        rows = model._default_manager.filter(named, **in_use).order_by()
        parts.append(compile_queryset(rows.annotate(what=kind).values_list("pk", "what")))
    return Statement(*numbered(" UNION ALL ".join(parts)), ("pk", "what"), ())


def _join_series(made: Appointment) -> None:
    """Make the series of an appointment where it is the first. Raises FhirError (422) for another citizen's series."""
    if made.series_id is None:
        return
    Series.objects.bulk_create([Series(id=made.series_id, citizen_id=made.citizen_id)], ignore_conflicts=True)
    if not Series.objects.filter(pk=made.series_id, citizen_id=made.citizen_id).exists():
        raise missing("group-id", "Appointment.extension")


def _keep_act(by: Actor, current: Appointment, stated: str) -> None:
    """The act that an appointment was recorded under never changes. Raises FhirError (422)."""
    act_of(by, (Law(current.recorded_under),), stated)


def _follow(current: str, wanted: str) -> None:
    """The status may follow. Raises FhirError (422)."""
    if not may_become(current, wanted):
        raise broken(
            "status-order",
            f"En aftale kan ikke gå fra {current} til {wanted}.",
            f"An appointment cannot go from {current} to {wanted}.",
            expression="Appointment.status",
        )


def _cancelled_at(by: Actor, current: Appointment, status: str) -> datetime | None:
    """When it was cancelled: now, if it was not yet."""
    return by.moment if status == Status.CANCELLED and current.status != status else current.cancelled_at
