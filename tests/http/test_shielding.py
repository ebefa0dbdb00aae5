"""Names that are kept from a citizen occur in no byte of any answer she or those who act for her can get.

Everything that the registry serves is made with one professional in it and asked for over real HTTP, before she is
shielded and after. Golden case 19 of the law study stands here too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from access.statements import Source
from access.writing import record
from fhir.registry import all_resources, resource_of
from organisations.models import Professional, Shield
from tests import factories
from tests.cast import Cast, Member
from tests.http import kit

CODE = "K-4711"
KINDS = ("the professional", "the unit, from her", "the unit, from everybody")
# What tells of a professional, once for each of the ways in which a citizen can get it.
NAMING = {
    "Appointment",
    "AuditEvent",
    "CarePlan",
    "CareTeam",
    "Condition",
    "Consent",
    "EpisodeOfCare",
    "Goal",
    "Observation",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
}
# In these she is not told at all: the directories leave her out.
DIRECTORIES = {"Practitioner", "PractitionerRole"}
# Where the citizen herself has named the doctor, by an id that she has to find again.
NAMED_BY_HERSELF = {"Consent", "overview"}


@pytest.fixture
def doctor(cast: Cast) -> Professional:
    """The doctor of the cast, with a name that nobody else has, after she has had to do with everything."""
    person = cast.doctor.person
    person.given_name, person.family_name = "Xenia Test", f"Quist{person.authorisation_id}"
    person.save()
    everything(cast, person)
    return person


def everything(cast: Cast, doctor: Professional) -> None:
    """One thing of each type that the doctor wrote, does, belongs to or has received, with a version and a log row."""
    hers = {"citizen": cast.citizen.person, "origin": cast.units.ward, "author": doctor}
    relation = factories.claimed_relation(**hers, professional=doctor)
    team = factories.care_team(**hers)
    factories.team_member(team=team, professional=doctor, unit=cast.units.ward)
    factories.team_member(team=team, professional=doctor)
    condition = factories.diagnosis(**hers)
    plan = factories.active_care_plan(**hers, team=team)
    intervention = factories.intervention(**hers)
    contact = factories.finished_contact(**hers)
    made = [
        (relation, "EpisodeOfCare"),
        (team, "CareTeam"),
        (condition, "Condition"),
        (plan, "CarePlan"),
        (intervention, "ServiceRequest"),
        (contact, "Encounter"),
        (factories.completed_intervention(**hers), "Procedure"),
        (factories.follow_up(**hers, condition=condition), "Observation"),
        (factories.overall_goal(**hers), "Goal"),
        (appointment(cast, doctor), "Appointment"),
    ]
    noted = {"citizen": cast.citizen.person, "recipient_unit": cast.units.home_care, "received_by": doctor}
    made.append((factories.consent(**noted), "Consent"))
    sources = {entry.type: entry.source for entry in all_resources()}
    for thing, kind in made:
        written(cast, sources[kind], thing)
    named = factories.block(citizen=cast.citizen.person, professional=doctor)
    faces = next(entry for entry in all_resources() if entry.type == "Consent").faces
    written(cast, next(face.source for face in faces if face.source.model is type(named)), named)
    factories.disclosure_consent(citizen=cast.citizen.person, recipient_professional=doctor)
    looked(cast, doctor)


def looked(cast: Cast, doctor: Professional) -> None:
    """Note in the log a look of the doctor, and a search of who answers to her, for the doctor's appointments."""
    factories.log_entry(
        recorded_at=factories.now(),
        citizen_id=cast.citizen.person.pk,
        professional_id=doctor.pk,
        unit_id=cast.units.ward.pk,
    )
    searched = f"Appointment?patient=Patient/{cast.citizen.person.pk}&practitioner=Practitioner/{doctor.pk}"
    factories.log_entry(
        recorded_at=factories.now(),
        citizen_id=cast.citizen.person.pk,
        acting_as="hp-assist",
        professional_id=cast.delegated_home_helper.person.pk,
        unit_id=cast.units.ward.pk,
        responsible_id=doctor.pk,
        interaction="search",
        resource_type="Appointment",
        query=searched,
    )


def appointment(cast: Cast, doctor: Professional) -> Any:
    """An appointment with the doctor at the ward."""
    places = {"responsible": cast.units.ward, "performer_unit": cast.units.ward, "origin": cast.units.ward}
    return factories.appointment(citizen=cast.citizen.person, author=doctor, performer=doctor, **places)


def written(cast: Cast, source: Source, thing: Any) -> None:
    """Note that the doctor wrote it."""
    by = cast.doctor.asking(moment=factories.now())
    record(by, source, [thing.pk], "create", citizen_id=cast.citizen.person.pk)


class Answers:
    """All that somebody can get about the citizen and of the registers, as text by type."""

    def __init__(self, service: kit.Service, cast: Cast, who: Member, doctor: Professional) -> None:
        self.cast, self.doctor = cast, doctor
        self.found: dict[str, list[str]] = {}
        with service.as_(who) as client:
            for kind, path in self.paths():
                self.ask(client, kind, path)
            self.ask(client, "overview", f"Patient/{cast.citizen.person.pk}/$overview")

    def paths(self) -> Iterator[tuple[str, str]]:
        """A search of each type, and the searches that would betray somebody."""
        doctor, patient = self.doctor, f"patient=Patient/{self.cast.citizen.person.pk}"
        for entry in all_resources():
            if entry.citizen_parameter == "patient":
                yield entry.type, f"{entry.type}?{patient}&_count=200"
        yield "Patient", f"Patient?_id={self.cast.citizen.person.pk}"
        yield "Practitioner", f"Practitioner?family={doctor.family_name}"
        yield "Practitioner", f"Practitioner?name={doctor.given_name}"
        yield "Practitioner", f"Practitioner?identifier={doctor.authorisation_id}"
        yield "Practitioner", f"Practitioner/{doctor.pk}"
        yield "PractitionerRole", f"PractitionerRole?practitioner=Practitioner/{doctor.pk}"
        yield "PractitionerRole", f"PractitionerRole?organization=Organization/{self.cast.units.ward.pk}&_count=200"

    def ask(self, client: kit.Client, kind: str, path: str) -> None:
        """Ask; and of each thing that a search finds its self, its history, its first version and its explanation."""
        answer = client.get(f"/{path}")
        entries = answer.json().get("entry", ())
        found = [item["resource"] for item in entries if item.get("search", {}).get("mode") != "outcome"]
        # The links of a search repeat what was asked, which is the asker's own word.
        self.found.setdefault(kind, []).append(str(found) if "?" in path else answer.text)
        entry = resource_of(kind)
        for thing in found if entry is not None else ():
            address = f"{kind}/{thing['id']}"
            tails = ["", "/$explain-access", "/_history", "/_history/1"]
            for tail in tails if "vread" in entry.interactions else tails[:2]:
                self.found[kind].append(client.get(f"/{address}{tail}").text)

    def kinds_with(self, *words: str) -> set[str]:
        """The types in whose answers one of the words occurs."""
        return {kind for kind, texts in self.found.items() if any(word in text for word in words for text in texts)}


def names_of(doctor: Professional) -> tuple[str, ...]:
    """What must not leave: each part of the name, and the number of the register."""
    return (doctor.given_name, doctor.family_name, str(doctor.authorisation_id))


@pytest.mark.parametrize("who", ["citizen", "daughter"])
def test_shielded_name_is_in_no_byte_that_the_citizen_can_get(
    service: kit.Service, cast: Cast, doctor: Professional, who: str
) -> None:
    reader = getattr(cast, who)
    told = NAMING - (set() if who == "citizen" else {"Consent"})  # who acts for her sees no decisions of hers
    before = Answers(service, cast, reader, doctor)
    assert before.kinds_with(*names_of(doctor), str(doctor.pk)) == told | {"overview"}
    for kind in KINDS:
        with shielded(kind, cast, doctor):
            after = Answers(service, cast, reader, doctor)

        assert after.kinds_with(*names_of(doctor)) == set(), kind
        assert after.kinds_with(str(doctor.pk)) <= NAMED_BY_HERSELF, kind
        assert after.kinds_with(CODE) == told - DIRECTORIES | {"overview"}, kind


@pytest.mark.parametrize("kind", KINDS)
def test_shielded_name_is_told_to_those_who_treat_the_citizen(
    service: kit.Service, cast: Cast, doctor: Professional, kind: str
) -> None:
    with shielded(kind, cast, doctor):
        staff = Answers(service, cast, cast.hospital_nurse, doctor)

    assert staff.kinds_with(CODE) == set()
    assert staff.kinds_with(str(doctor.pk)) >= NAMING - {"AuditEvent", "Consent"}
    assert doctor.family_name in str(staff.found["Practitioner"])


@contextmanager
def shielded(kind: str, cast: Cast, doctor: Professional) -> Iterator[None]:
    """A shield of this kind while it lasts, and a look among the newest; afterwards it is one of half a year ago."""
    made = shield(kind, cast, doctor)
    looked(cast, doctor)
    yield
    start = factories.ago(days=200)
    Shield.objects.filter(pk=made.pk).update(start=start, end=start + timedelta(days=90))


def shield(kind: str, cast: Cast, doctor: Professional) -> Shield:
    """A shield of this kind, in force."""
    given: dict[str, Any] = {"code": CODE, "start": factories.ago(minutes=5)}
    if kind == "the professional":
        return factories.personal_shield(professional=doctor, citizen=cast.citizen.person, **given)
    if kind == "the unit, from her":
        return factories.personal_shield(unit=cast.units.ward, citizen=cast.citizen.person, **given)
    return factories.unit_shield(unit=cast.units.hospital, with_sub_units=True, **given)


def test_case_19_name_is_code_until_day_90_and_name_again_on_day_91_unless_renewed(
    service: kit.Service, cast: Cast, doctor: Professional
) -> None:
    def shown() -> set[str]:
        """What the citizen's log shows for the doctor."""
        with service.as_(cast.citizen) as client:
            events = client.get(f"/AuditEvent?patient=Patient/{cast.citizen.person.pk}&_count=200").text
        return {name for name in (doctor.family_name, CODE) if name in events}

    def aged(days: float) -> None:
        """Let the shield have been set so many days ago."""
        start = factories.ago(days=days)
        Shield.objects.filter(pk=made.pk).update(start=start, end=start + timedelta(days=90))

    assert shown() == {doctor.family_name}
    made = shield("the professional", cast, doctor)
    assert shown() == {CODE}
    aged(89.99)  # the ninetieth day
    assert shown() == {CODE}
    aged(90)  # the ninety-first
    assert shown() == {doctor.family_name}
    factories.personal_shield(
        professional=doctor, citizen=cast.citizen.person, code=CODE, start=factories.ago(minutes=1), renews=made
    )
    assert shown() == {CODE}


def test_personal_shield_keeps_the_name_from_nobody_else(
    service: kit.Service, cast: Cast, doctor: Professional
) -> None:
    other = factories.citizen(given_name="Olga Test")
    shield("the professional", cast, doctor)
    seen_by_doctor = {"citizen_id": other.pk, "professional_id": doctor.pk, "unit_id": cast.units.ward.pk}
    factories.log_entry(**seen_by_doctor)

    reader = Member(other, cast.citizen.asking(citizen_id=other.pk))
    with service.as_(reader) as client:
        events = client.get(f"/AuditEvent?patient=Patient/{other.pk}").text
        listed = client.get(f"/Practitioner?family={doctor.family_name}").json()

    assert doctor.family_name in events
    assert [item["resource"]["id"] for item in listed["entry"]] == [str(doctor.pk)]


def test_log_keeps_the_real_professional(service: kit.Service, cast: Cast, doctor: Professional) -> None:
    shield("the professional", cast, doctor)
    with service.as_(cast.doctor) as client:
        assert client.get(f"/Patient/{cast.citizen.person.pk}").status_code == 200

    row = kit.last_entry(cast.citizen.person, interaction="read", resource_type="Patient")

    assert (row.professional_id, row.unit_id) == (doctor.pk, cast.units.ward.pk)
