"""The standing cast: one citizen, those who treat her, those who do not, and those who act for her.

`cast = make_cast()` inside a database test. Each member has a `person`, a `unit` and an `actor`: the one she
is when she asks in her usual capacity. `cast.doctor.asking(purpose=Purpose.QUALITY)` is the same actor with changes.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from access.actors import Actor
from access.vocabulary import ActingAs, Profession, Purpose
from citizens.models import Citizen
from consents.models import Block
from organisations.models import Organisation, Professional
from tests import factories

PURPOSES = {ActingAs.CARE: Purpose.CARE, ActingAs.CASE: Purpose.CASE, ActingAs.SOC_PSY: Purpose.CARE}


@dataclass(frozen=True)
class Member:
    """One of the cast, at her place of work; a citizen has none."""

    person: Any
    actor: Actor
    unit: Organisation | None = None

    def asking(self, **changes: Any) -> Actor:
        """The actor, with changes."""
        return replace(self.actor, **changes)


@dataclass(frozen=True)
class Units:
    """The places: a region's, a municipality's, two practices and another region that nobody is treated in."""

    region: Organisation
    hospital: Organisation
    ward: Organisation
    psychiatric_ward: Organisation
    practice: Organisation
    municipality: Organisation
    nursing: Organisation
    home_care: Organisation
    casework: Organisation
    social_psychiatry: Organisation
    dental_clinic: Organisation
    blocked: Organisation
    other_ward: Organisation


@dataclass(frozen=True)
class Cast:
    """Everybody. `moment` is the one instant at which all of them ask."""

    moment: datetime
    units: Units
    citizen: Member
    daughter: Member
    doctor: Member
    hospital_nurse: Member
    gp: Member
    municipal_nurse: Member
    home_helper: Member
    delegated_home_helper: Member
    caseworker: Member
    stranger: Member
    clerk: Member
    student: Member
    dentist: Member
    social_psychiatry_worker: Member
    blocked_doctor: Member
    block: Block


def make_cast(moment: datetime | None = None) -> Cast:
    """Put the cast into the database: the citizen is treated everywhere but at `units.other_ward`.

    She has blocked `units.blocked` from everything. The home helper also works as assistant of the municipal nurse
    (`delegated_home_helper`, the same person).
    """
    moment = moment or factories.now()
    units = _units()
    tove = factories.citizen(given_name="Tove Test", general_practice=units.practice)
    for unit in vars(units).values():
        if unit.parent_id is not None or unit in (units.practice, units.dental_clinic):
            _treated_at(tove, unit, units)
    doctor = _at(units.ward, Profession.DOCTOR, moment)
    municipal_nurse = _at(units.nursing, Profession.NURSE, moment)
    helper = _at(units.home_care, Profession.CARE_HELPER, moment, ActingAs.CARE)
    clerk = _at(units.ward, Profession.SECRETARY, moment, ActingAs.HP_PERMIT)
    factories.permit(professional=clerk.person, unit=units.ward, given_by=doctor.person)
    return Cast(
        moment=moment,
        units=units,
        citizen=_herself(tove, moment),
        daughter=_daughter_of(tove, moment),
        doctor=doctor,
        hospital_nurse=_at(units.ward, Profession.NURSE, moment),
        gp=_at(units.practice, Profession.DOCTOR, moment),
        municipal_nurse=municipal_nurse,
        home_helper=helper,
        delegated_home_helper=_assisting(helper, municipal_nurse),
        caseworker=_at(units.casework, Profession.CASEWORKER, moment, ActingAs.CASE),
        stranger=_at(units.other_ward, Profession.NURSE, moment),
        clerk=clerk,
        student=_at(units.ward, Profession.STUDENT, moment, ActingAs.HP_STUDENT, doctor.person),
        dentist=_at(units.dental_clinic, Profession.DENTIST, moment),
        social_psychiatry_worker=_at(units.social_psychiatry, Profession.SOCIAL_WORKER, moment, ActingAs.SOC_PSY),
        blocked_doctor=_at(units.blocked, Profession.DOCTOR, moment),
        block=factories.block(citizen=tove, unit=units.blocked),
    )


def _units() -> Units:
    region, municipality = factories.region(), factories.municipality()
    hospital = factories.hospital(parent=region)
    return Units(
        region=region,
        hospital=hospital,
        ward=factories.ward(parent=hospital, name="Lungemedicinsk afdeling (test)"),
        psychiatric_ward=factories.ward(parent=hospital, name="Psykiatrisk afdeling (test)"),
        practice=factories.practice(name="Lægehuset (test)"),
        municipality=municipality,
        nursing=factories.nursing(parent=municipality, name="Hjemmesygeplejen (test)"),
        home_care=factories.home_care(parent=municipality, name="Hjemmeplejen (test)"),
        casework=factories.casework(parent=municipality, name="Visitationen (test)"),
        social_psychiatry=factories.social_psychiatry(parent=municipality, name="Socialpsykiatrien (test)"),
        dental_clinic=factories.practice(name="Tandklinikken (test)"),
        blocked=factories.ward(parent=hospital, name="Spærret afdeling (test)"),
        other_ward=factories.ward(name="Afdeling i en anden region (test)"),
    )


def _treated_at(tove: Citizen, unit: Organisation, units: Units) -> None:
    if unit in (units.hospital, units.psychiatric_ward, units.other_ward):
        return
    basis = {"basis": "referral"} if unit == units.dental_clinic else {}
    factories.treatment_relation(citizen=tove, origin=unit, **basis)


def _at(
    unit: Organisation,
    profession: Profession,
    moment: datetime,
    acting_as: ActingAs = ActingAs.HP,
    responsible: Professional | None = None,
) -> Member:
    person = factories.professional(profession=profession)
    factories.employment(professional=person, unit=unit)
    actor = Actor(
        acting_as=acting_as,
        purpose=PURPOSES.get(acting_as, Purpose.TREATMENT),
        moment=moment,
        professional_id=person.pk,
        profession=profession.value,
        unit_id=unit.pk,
        responsible_id=responsible.pk if responsible else None,
        client_id="test",
    )
    return Member(person, actor, unit)


def _assisting(member: Member, responsible: Member) -> Member:
    """The same person, employed where the responsible nurse works and acting on her responsibility."""
    assert responsible.unit is not None
    factories.employment(professional=member.person, unit=responsible.unit)
    actor = member.asking(
        acting_as=ActingAs.HP_ASSIST,
        purpose=Purpose.TREATMENT,
        unit_id=responsible.unit.pk,
        responsible_id=responsible.person.pk,
    )
    return Member(member.person, actor, responsible.unit)


def _herself(tove: Citizen, moment: datetime) -> Member:
    actor = Actor(ActingAs.CITIZEN, Purpose.OWN, moment, citizen_id=tove.pk, client_id="test")
    return Member(tove, actor)


def _daughter_of(tove: Citizen, moment: datetime) -> Member:
    """Her daughter, who has a power of attorney for everything that one can be given for."""
    lise = factories.aged(45, given_name="Lise Test")
    factories.power_of_attorney(principal=tove, attorney=lise)
    actor = Actor(ActingAs.PROXY, Purpose.OWN, moment, citizen_id=lise.pk, on_behalf_of=tove.pk, client_id="test")
    return Member(lise, actor)
