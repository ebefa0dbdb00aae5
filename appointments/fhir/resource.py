"""The entry of Appointment in the registry: what is offered of it, and by what it is found."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Q

from access.actors import Actor
from access.conditions import ALWAYS, disj
from access.statements import Row
from access.vocabulary import Action
from appointments import services
from appointments.fhir.mapping import (
    APPOINTMENT_SOURCE,
    SERVICE_SYSTEM,
    SERVICE_TYPES,
    TIMES_RULE,
    TYPE_SYSTEM,
    TYPES,
    to_fhir,
)
from appointments.fhir.parsing import parse
from appointments.models import Appointment
from appointments.policy import APPOINTMENT as POLICY
from consents.conditions import TIMES_OF_HELP
from fhir.identifiers import IDENTIFIER
from fhir.registry import WRITTEN, Resource, SearchParameter, register

STATUS_SYSTEM = "http://hl7.org/fhir/appointmentstatus"


def told_whole(actor: Actor) -> Q:
    """The appointment is told to the actor by more than its time.

    Otherwise whom, where and why could be found out by asking for each in turn.
    """
    if all(rule.code != TIMES_RULE for rule, _q in POLICY.live_rules(actor, Action.READ)):
        return ALWAYS
    times = replace(POLICY.target, holds=TIMES_OF_HELP)
    others = (rule.q(actor, times) for rule in POLICY.rules_for(Action.READ) if rule.code != TIMES_RULE)
    return disj([~Q(category__in=sorted(TIMES_OF_HELP)), *others])


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Create an appointment from an Appointment; returns its row."""
    return services.create_appointment(by=by, source=APPOINTMENT_SOURCE, given=parse(body))


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """Change or cancel an appointment by an Appointment; returns its row."""
    given = parse(body)
    return services.update_appointment(by=by, source=APPOINTMENT_SOURCE, key=key, given=given, if_match=if_match)


PARAMETERS = (
    SearchParameter(
        "patient", "reference", ("citizen_id",), "Whose appointment", targets=("Patient",), element="participant.actor"
    ),
    SearchParameter(
        "actor",
        "reference",
        ("citizen_id", "performer_id", "location_id", "performer_unit_id"),
        "Who takes part, where, or the unit that performs it",
        targets=("Patient", "Practitioner", "Location", "Organization"),
        element="participant.actor",
        guard=told_whole,
    ),
    SearchParameter(
        "practitioner",
        "reference",
        ("performer_id",),
        "By whom",
        targets=("Practitioner",),
        element="participant.actor",
        guard=told_whole,
    ),
    SearchParameter(
        "location",
        "reference",
        ("location_id",),
        "Where",
        targets=("Location",),
        element="participant.actor",
        guard=told_whole,
    ),
    SearchParameter("date", "date", ("start",), "When it starts"),
    SearchParameter(
        "status",
        "token",
        ("status",),
        "How far it is",
        codes={value: {"status": value} for value in Appointment.Status.values},
        fixed_system=STATUS_SYSTEM,
    ),
    SearchParameter(
        "service-type",
        "token",
        ("service_type",),
        "Attendance, video or group",
        codes={value: {"service_type": value} for value in SERVICE_TYPES},
        fixed_system=SERVICE_SYSTEM,
        guard=told_whole,
    ),
    SearchParameter(
        "appointment-type",
        "token",
        ("appointment_type",),
        "Routine, check-up, follow-up or emergency",
        codes={value: {"appointment_type": value} for value in TYPES},
        fixed_system=TYPE_SYSTEM,
        guard=told_whole,
    ),
    SearchParameter("reason-code", "token", ("reason_code",), "Why", systems="reason_system", guard=told_whole),
    replace(IDENTIFIER, guard=told_whole),
)

APPOINTMENT = register(
    Resource(
        "Appointment",
        APPOINTMENT_SOURCE,
        to_fhir,
        PARAMETERS,
        WRITTEN,
        create=create,
        update=update,
        unit_parameters=("actor", "practitioner", "location"),
        sorts={"date": "start"},
        description="Appointments of region, practice and municipality; of some, the time alone is told.",
    )
)
