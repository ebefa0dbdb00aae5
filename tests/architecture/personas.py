"""Everybody who may ask, and one thing of every resource type for each citizen they ask about."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.test import Client

from access.actors import Actor
from access.statements import Source
from access.vocabulary import ActingAs, Category, Purpose
from access.writing import record
from audit.models import Version
from careplans.fhir.condition import CONDITION
from fhir.registry import Resource, all_resources
from identity import tokens
from identity.models import System
from tests import factories
from tests.cast import Cast, Member, make_cast

# Each asks about Tove, who is grown up and treated everywhere, but for the parents, who ask about their child.
PERSONAS = (
    "HP in treatment",
    "HP without relation",
    "HP blocked by her",
    "HP_ASSIST with responsible",
    "HP_ASSIST alone",
    "HP_PERMIT",
    "HP_PERMIT without permit",
    "HP_STUDENT",
    "CARE",
    "CASE",
    "SOC_PSY",
    "citizen",
    "another citizen",
    "proxy in scope",
    "proxy out of scope",
    "parent of child < 15",
    "parent of 15-17",
    "guardian",
    "AUDIT",
    "QUALITY",
    "SUPERVISION",
    "ADMIN",
    "SYSTEM",
    "no token",
    "expired token",
)


@dataclass(frozen=True)
class Persona:
    """Who asks, about whom; without an actor nobody that is known."""

    about: Any
    client: Client
    is_professional: bool = False


class Stage:
    """The cast, the other askers, and what they ask for."""

    def __init__(self) -> None:
        self.cast = make_cast()
        self.child, self.young = factories.child(), factories.sixteen_year_old()
        for one in (self.child, self.young):
            factories.treatment_relation(citizen=one, origin=self.cast.units.ward)
        self.readers = [self.cast.doctor.actor, self.cast.citizen.actor]
        self.bodies: dict[str, bytes] = {}
        self.made: dict[tuple[str, Any], Any] = {}
        self.personas = {name: self._persona(name) for name in PERSONAS}

    def thing(self, entry: Resource, about: Any) -> Any:
        """The thing of a type of a citizen, made at first use, with its first version."""
        if (entry.type, about.pk) not in self.made:
            made = THINGS[entry.type](self.cast, about)
            self.made[entry.type, about.pk] = made
            if "vread" in entry.interactions:
                source: Source = entry.source
                whose = None if source.model.__name__ == "Organisation" else about.pk
                record(self.cast.doctor.actor, source, [made.id], "create", citizen_id=whose)
        return self.made[entry.type, about.pk]

    def _persona(self, name: str) -> Persona:
        tove = self.cast.citizen.person
        about = {"parent of child < 15": self.child, "parent of 15-17": self.young}.get(name, tove)
        if name == "no token":
            return Persona(about, Client())
        actor = self._actor(name, self.cast, tove)
        lifetime = timedelta(hours=-1) if name == "expired token" else timedelta(hours=1)
        token, _seconds = tokens.issue(actor, lifetime=lifetime)
        client = Client(headers={"authorization": f"Bearer {token}"})
        return Persona(about, client, actor.professional_id is not None)

    def _actor(self, name: str, cast: Cast, tove: Any) -> Actor:
        members: dict[str, Member] = {
            "HP in treatment": cast.doctor,
            "HP without relation": cast.stranger,
            "HP blocked by her": cast.blocked_doctor,
            "HP_ASSIST with responsible": cast.delegated_home_helper,
            "HP_PERMIT": cast.clerk,
            "HP_STUDENT": cast.student,
            "CARE": cast.home_helper,
            "CASE": cast.caseworker,
            "SOC_PSY": cast.social_psychiatry_worker,
            "citizen": cast.citizen,
            "proxy in scope": cast.daughter,
            "expired token": cast.doctor,
        }
        if name in members:
            return members[name].actor
        if name == "HP_ASSIST alone":
            return cast.delegated_home_helper.asking(responsible_id=None)
        if name == "HP_PERMIT without permit":
            return cast.hospital_nurse.asking(acting_as=ActingAs.HP_PERMIT)
        if name in OFFICES:
            return cast.doctor.asking(acting_as=ActingAs[name], purpose=OFFICES[name])
        return self._for_another(name, tove)

    def _for_another(self, name: str, tove: Any) -> Actor:
        asker = factories.aged(45)
        herself = replace(self.cast.citizen.actor, citizen_id=asker.pk)
        if name == "another citizen":
            return herself
        if name == "proxy out of scope":
            factories.power_of_attorney(principal=tove, attorney=asker, families=[Category.APPT_AEL])
            return replace(herself, acting_as=ActingAs.PROXY, on_behalf_of=tove.pk)
        if name == "guardian":
            factories.guardianship(ward=tove, guardian=asker)
            return replace(herself, acting_as=ActingAs.GUARDIAN, on_behalf_of=tove.pk)
        child = self.child if name == "parent of child < 15" else self.young
        factories.custody(child=child, parent=asker)
        return replace(herself, acting_as=ActingAs.PARENT, on_behalf_of=child.pk)


OFFICES = {
    "AUDIT": Purpose.AUDIT,
    "QUALITY": Purpose.QUALITY,
    "SUPERVISION": Purpose.SUPERVISION,
    "ADMIN": Purpose.SUPPORT,
    "SYSTEM": Purpose.DELIVERY,
}


def _of(make: Callable[..., Any], unit: str = "ward", **given: Any) -> Callable[[Cast, Any], Any]:
    """Something of a citizen's, recorded at this unit of the cast."""
    return lambda cast, about: make(citizen=about, origin=getattr(cast.units, unit), **given)


def _look_up(cast: Cast, about: Any) -> Any:
    """A look of the doctor's at the citizen's diagnoses, at the ward."""
    doctor = cast.doctor.person.pk
    return factories.log_entry(citizen_id=about.pk, professional_id=doctor, unit_id=cast.units.ward.pk)


def _provenance(cast: Cast, about: Any) -> Any:
    """Where the citizen's diagnosis comes from."""
    made = factories.diagnosis(citizen=about, origin=cast.units.ward)
    record(cast.doctor.actor, CONDITION.source, [made.pk], "create", citizen_id=about.pk)
    return Version.objects.get(resource_id=made.pk)


def _subscription(cast: Cast, about: Any) -> Any:
    """What the ward's system asked for on the doctor's behalf."""
    if not System.objects.filter(client_id="test").exists():
        factories.system(owner=cast.units.region, client_id="test")
    return factories.subscription(unit=cast.units.ward, professional=cast.doctor.person, client_id="test")


# One thing of every type: of the health act and recorded at the ward, but where the type has no such thing.
THINGS: dict[str, Callable[[Cast, Any], Any]] = {
    "Appointment": _of(factories.appointment),
    "AuditEvent": _look_up,
    "CarePlan": _of(factories.active_care_plan),
    "CareTeam": _of(factories.care_team),
    "Condition": _of(factories.diagnosis),
    "Consent": lambda cast, about: factories.consent(citizen=about, recipient_unit=cast.units.ward),
    "Binary": _of(factories.document),
    "DocumentReference": _of(factories.document),
    "Encounter": _of(factories.contact),
    "EpisodeOfCare": _of(factories.treatment_relation),
    "Goal": _of(factories.overall_goal, category=Category.GOAL_SUL),
    "Location": lambda cast, about: factories.location(organisation=cast.units.ward),
    "Observation": _of(factories.follow_up),
    "Organization": lambda cast, about: cast.units.ward,
    "Patient": lambda cast, about: about,
    "Practitioner": lambda cast, about: cast.doctor.person,
    "PractitionerRole": lambda cast, about: factories.employment(
        professional=cast.doctor.person, unit=cast.units.nursing
    ),
    "Procedure": _of(factories.completed_intervention),
    "Provenance": _provenance,
    "RelatedPerson": lambda cast, about: factories.relative(citizen=about),
    "ServiceRequest": _of(factories.intervention),
    "Subscription": _subscription,
}


def types() -> list[str]:
    """Every resource type of the registry."""
    return [entry.type for entry in all_resources()]
