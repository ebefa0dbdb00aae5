"""What a shield keeps, from whom, for what and for how long; and that nothing else betrays the name."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from access import shielding
from access.actors import Actor
from access.statements import Source
from access.vocabulary import ActingAs, Purpose
from access.writing import record
from consents.models import Block
from exchange.models import Subscription
from fhir.registry import all_resources, resource_of
from organisations.models import Employment, Professional
from tests import factories
from tests.asking import Asking, statements
from tests.cast import Cast, make_cast
from tests.consents import bodies

pytestmark = pytest.mark.django_db
CODE = "K-4711"
SHOWN = {"type": "Practitioner", "display": f"{CODE} (læge)"}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def doctor(cast: Cast) -> Professional:
    """The doctor, who works at the practice too, under a name of her own."""
    factories.employment(professional=cast.doctor.person, unit=cast.units.practice)
    cast.doctor.person.family_name = "Quist"
    cast.doctor.person.save()
    found: Professional = cast.doctor.person
    return found


def citizen(cast: Cast) -> Asking:
    return Asking(cast.citizen.actor)


def on_behalf(acting_as: ActingAs, who: Any, of: Any) -> Asking:
    """Somebody who acts for a citizen."""
    return Asking(Actor(acting_as, Purpose.OWN, factories.now(), citizen_id=who.pk, on_behalf_of=of.pk))


def from_her(cast: Cast, **given: Any) -> Any:
    """A shield from the citizen."""
    return factories.personal_shield(**{"citizen": cast.citizen.person, "code": CODE, **given})


def goal(cast: Cast, doctor: Professional, unit: Any = None, **given: Any) -> Any:
    """A goal that the doctor wrote, at the ward unless another unit is given."""
    made = {"citizen": cast.citizen.person, "origin": unit or cast.units.ward, "author": doctor, **given}
    return factories.overall_goal(**made)


def author(asker: Asking, thing: Any) -> Any:
    """Who wrote a goal, as the asker is told."""
    answer = asker.get(f"Goal/{thing.pk}")
    assert answer.status == 200
    return answer.body["expressedBy"]


def named(doctor: Professional) -> dict[str, str]:
    return {"reference": f"Practitioner/{doctor.pk}"}


def test_shield_of_a_unit_is_for_what_was_done_for_it(cast: Cast, doctor: Professional) -> None:
    here, there = goal(cast, doctor), goal(cast, doctor, cast.units.practice)

    factories.unit_shield(unit=cast.units.ward, code=CODE)

    assert author(citizen(cast), here) == SHOWN
    assert author(citizen(cast), there) == named(doctor)
    assert citizen(cast).get(f"Practitioner/{doctor.pk}").status == 200
    assert author(Asking(cast.hospital_nurse.actor), here) == named(doctor)


def test_shield_of_a_unit_covers_those_below_it_only_when_it_says_so(cast: Cast, doctor: Professional) -> None:
    thing = goal(cast, doctor)
    shield = factories.unit_shield(unit=cast.units.hospital, code=CODE)
    assert author(citizen(cast), thing) == named(doctor)

    shield.with_sub_units = True
    shield.save()

    assert author(citizen(cast), thing) == SHOWN


def test_shield_of_a_professional_is_for_all_she_does_and_for_one_citizen(cast: Cast, doctor: Professional) -> None:
    things = [goal(cast, doctor), goal(cast, doctor, cast.units.practice)]
    other = factories.citizen()
    elsewhere = goal(cast, doctor, citizen=other)

    from_her(cast, professional=doctor)

    assert [author(citizen(cast), thing) for thing in things] == [SHOWN, SHOWN]
    reader = Asking(cast.citizen.asking(citizen_id=other.pk))
    assert author(reader, elsewhere) == named(doctor)
    assert reader.get(f"Practitioner/{doctor.pk}").status == 200


@pytest.mark.parametrize(
    ("start", "end", "is_kept"),
    [
        (timedelta(days=-90, seconds=30), timedelta(seconds=30), True),
        (timedelta(days=-90), timedelta(), False),
        (timedelta(minutes=5), timedelta(days=9), False),
    ],
    ids=["ninetieth day", "ninety-first day", "not begun"],
)
def test_it_is_the_day_of_reading_that_counts(
    cast: Cast, doctor: Professional, start: timedelta, end: timedelta, is_kept: bool
) -> None:
    thing, now = goal(cast, doctor), factories.now()

    from_her(cast, professional=doctor, start=now + start, end=now + end)

    assert author(citizen(cast), thing) == (SHOWN if is_kept else named(doctor))


def test_who_acts_for_her_is_told_no_more_than_she(cast: Cast, doctor: Professional) -> None:
    child, parent, ward = factories.aged(9), factories.aged(40), factories.aged(50)
    factories.custody(child=child, parent=parent)
    factories.guardianship(ward=ward, guardian=parent)
    things = {who: goal(cast, doctor, citizen=who) for who in (child, ward, cast.citizen.person)}
    for who in things:
        factories.personal_shield(citizen=who, professional=doctor, code=CODE)

    assert author(Asking(cast.daughter.actor), things[cast.citizen.person]) == SHOWN
    assert author(on_behalf(ActingAs.PARENT, parent, child), things[child]) == SHOWN
    assert author(on_behalf(ActingAs.GUARDIAN, parent, ward), things[ward]) == SHOWN


def test_she_is_told_no_more_when_she_acts_for_another(cast: Cast, doctor: Professional) -> None:
    child = factories.aged(9)
    factories.custody(child=child, parent=cast.citizen.person)
    thing = goal(cast, doctor, citizen=child)
    mother = on_behalf(ActingAs.PARENT, cast.citizen.person, child)
    assert author(mother, thing) == named(doctor)

    from_her(cast, professional=doctor)

    assert author(mother, thing) == SHOWN


def test_who_acts_for_her_reads_about_herself_as_before(cast: Cast, doctor: Professional) -> None:
    daughter = cast.daughter.person
    thing = goal(cast, doctor, citizen=daughter)

    from_her(cast, professional=doctor)

    own = Asking(cast.daughter.asking(acting_as=ActingAs.CITIZEN, on_behalf_of=None))
    assert author(own, thing) == named(doctor)


def test_of_several_shields_the_narrowest_gives_the_code(cast: Cast, doctor: Professional) -> None:
    thing = goal(cast, doctor)
    factories.unit_shield(unit=cast.units.ward, code="LUNGE-4")
    assert author(citizen(cast), thing)["display"] == "LUNGE-4 (læge)"

    from_her(cast, unit=cast.units.ward, code="FRA-HENDE-1")
    assert author(citizen(cast), thing)["display"] == "FRA-HENDE-1 (læge)"

    from_her(cast, professional=doctor)
    assert author(citizen(cast), thing) == SHOWN


def test_directories_leave_her_out_like_somebody_who_does_not_exist(cast: Cast, doctor: Professional) -> None:
    from_her(cast, professional=doctor)
    asker, missing = citizen(cast), uuid4()
    role = Employment.objects.filter(professional=doctor).first()
    assert role is not None

    for kind, key in (("Practitioner", doctor.pk), ("PractitionerRole", role.pk)):
        for tail in ("", "/$explain-access"):
            real, none = (asker.get(f"{kind}/{item}{tail}") for item in (key, missing))
            assert (real.status, real.body) == (none.status, none.body)
    for query in ({"family": "Quist"}, {"name": "Quist"}, {"identifier": doctor.authorisation_id}, {"_id": doctor.pk}):
        assert asker.get("Practitioner", **query).ids == []
    assert asker.get("PractitionerRole", practitioner=f"Practitioner/{doctor.pk}").ids == []
    assert Asking(cast.stranger.actor).get("Practitioner", family="Quist").ids == [str(doctor.pk)]


def test_directories_tell_of_two_places_of_work_only_the_open_one(cast: Cast, doctor: Professional) -> None:
    factories.unit_shield(unit=cast.units.ward, code=CODE)
    asker = citizen(cast)

    roles = asker.get("PractitionerRole", practitioner=f"Practitioner/{doctor.pk}").resources

    assert [role["organization"]["reference"] for role in roles] == [f"Organization/{cast.units.practice.pk}"]
    assert asker.get("PractitionerRole", organization=f"Organization/{cast.units.ward.pk}").ids == []
    assert asker.get("Practitioner", _id=cast.hospital_nurse.person.pk).ids == []


ORACLES = {
    "Appointment": ("practitioner", "actor"),
    "CareTeam": ("participant",),
    "EpisodeOfCare": ("care-manager",),
    "AuditEvent": ("agent",),
    "Provenance": ("agent",),
}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in ORACLES.items() for name in names])
@pytest.mark.parametrize("of_unit", [False, True], ids=["professional", "unit"])
def test_asking_for_her_by_id_finds_out_nothing(
    cast: Cast, doctor: Professional, kind: str, name: str, of_unit: bool
) -> None:
    one_of_each(cast, doctor)
    query = {"patient": f"Patient/{cast.citizen.person.pk}", name: f"Practitioner/{doctor.pk}"}
    assert citizen(cast).get(kind, **query).ids

    if of_unit:
        factories.unit_shield(unit=cast.units.ward, code=CODE)
    else:
        from_her(cast, professional=doctor)

    assert citizen(cast).get(kind, **query).ids == []
    assert Asking(cast.doctor.actor).get(kind, **query).ids


def one_of_each(cast: Cast, doctor: Professional) -> None:
    """One thing of each type that can be searched by a professional."""
    hers = {"citizen": cast.citizen.person, "origin": cast.units.ward}
    places = {"responsible": cast.units.ward, "performer_unit": cast.units.ward}
    factories.appointment(**hers, **places, performer=doctor)
    factories.team_member(team=factories.care_team(**hers), professional=doctor)
    factories.claimed_relation(**hers, professional=doctor)
    factories.log_entry(citizen_id=cast.citizen.person.pk, professional_id=doctor.pk, unit_id=cast.units.ward.pk)
    entry = resource_of("Goal")
    assert entry is not None
    record(cast.doctor.actor, entry.source, [goal(cast, doctor).pk], "create", citizen_id=cast.citizen.person.pk)


def test_every_parameter_that_may_name_a_professional_is_among_the_oracles() -> None:
    named = {
        (entry.type, parameter.name)
        for entry in all_resources()
        for parameter in entry.parameters
        if "Practitioner" in parameter.targets and entry.citizen_parameter is not None
    }

    asked = {(kind, name) for kind, names in ORACLES.items() for name in names}
    assert named == asked | {("Consent", "actor")}  # whom she has named herself


def test_earlier_version_shows_the_code_of_today(cast: Cast, doctor: Professional) -> None:
    thing, entry = goal(cast, doctor), resource_of("Goal")
    assert entry is not None
    record(cast.doctor.actor, entry.source, [thing.pk], "create", citizen_id=cast.citizen.person.pk)
    type(thing).objects.filter(pk=thing.pk).update(author=cast.gp.person)
    shield = from_her(cast, professional=doctor)

    first = citizen(cast).get(f"Goal/{thing.pk}/_history/1").body
    history = citizen(cast).get(f"Goal/{thing.pk}/_history").resources

    assert first["expressedBy"] == history[0]["expressedBy"] == SHOWN
    shield.delete()
    assert citizen(cast).get(f"Goal/{thing.pk}/_history/1").body["expressedBy"] == named(doctor)


def test_citizen_may_block_whom_she_knows_and_is_told_neither_name_nor_code(cast: Cast, doctor: Professional) -> None:
    from_her(cast, professional=doctor)
    by_number = {"identifier": {"system": bodies.AUTHORISATION, "value": doctor.authorisation_id}}
    body = bodies.deny(cast, {"actor": [bodies.actor(by_number)], "data": None, "dataPeriod": None})

    made = citizen(cast).post("Consent", body)

    assert made.status == 201, made.text
    assert all(word not in made.text for word in ("Quist", CODE, str(doctor.authorisation_id)))
    assert Block.objects.get(pk=UUID(made.body["id"])).professional == doctor
    stored = Asking(cast.citizen.actor).get(f"Consent/{made.body['id']}/_history/1")
    assert "Quist" not in stored.text
    lifted = citizen(cast).put(f"Consent/{made.body['id']}", {**made.body, "status": "inactive"}, 1)
    assert (lifted.status, lifted.body["status"]) == (200, "inactive")
    assert "Quist" not in lifted.text


def test_log_line_shows_code_and_profession_and_the_unit(cast: Cast, doctor: Professional) -> None:
    from_her(cast, professional=doctor)
    who = {"professional_id": doctor.pk, "profession": "7170", "unit_id": cast.units.ward.pk}
    factories.log_entry(citizen_id=cast.citizen.person.pk, **who)

    (event,) = citizen(cast).get("AuditEvent", patient=f"Patient/{cast.citizen.person.pk}").resources

    person = next(agent for agent in event["agent"] if agent["requestor"])
    line = next(item for item in event["entity"] if item.get("name"))
    told = {item["type"]: item["valueString"] for item in line["detail"]}
    assert person["who"] == SHOWN
    assert person["role"][0]["text"] == "læge"
    assert (told["person"], told["role"], told["organisation"]) == (CODE, "læge", cast.units.ward.name)


def test_flag_of_an_override_stands_though_the_name_is_kept(cast: Cast, doctor: Professional) -> None:
    override = factories.override(citizen=cast.citizen.person, professional=doctor)
    others = factories.override(citizen=cast.citizen.person)
    from_her(cast, professional=doctor)
    for used in (override, others):
        factories.log_entry(citizen_id=cast.citizen.person.pk, professional_id=doctor.pk, override_id=used.pk)

    events = citizen(cast).get("AuditEvent", patient=f"Patient/{cast.citizen.person.pk}").resources

    assert sorted("BTG" in str(event["purposeOfEvent"]) for event in events) == [False, True]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("Appointment?patient=Patient/{her}&practitioner=Practitioner/{doctor}", "Appointment?patient=Patient/{her}"),
        ("Appointment?patient=Patient/{her}&practitioner={doctor}", "Appointment?patient=Patient/{her}"),
        ("Appointment?actor:Practitioner={doctor}", "Appointment"),
        ("CareTeam?participant=Organization/{doctor},Practitioner%2F{doctor}", "CareTeam"),
        ("CareTeam?participant=Organization/{doctor}&status=active", None),
    ],
)
def test_search_in_the_log_does_not_repeat_a_professional(
    cast: Cast, doctor: Professional, query: str, told: str | None
) -> None:
    ids = {"her": cast.citizen.person.pk, "doctor": doctor.pk}
    entry = factories.log_entry(
        citizen_id=cast.citizen.person.pk,
        professional_id=cast.doctor.person.pk,
        interaction="search",
        query=query.format(**ids),
    )

    def described(asker: Asking) -> list[str]:
        event = asker.get(f"AuditEvent/{entry.id}").body
        return [item["description"] for item in event["entity"] if "query" in item]

    assert described(Asking(cast.doctor.actor)) == [query.format(**ids)]
    assert described(citizen(cast)) == [(told or query).format(**ids)]


def test_a_shield_costs_no_statement(cast: Cast, doctor: Professional) -> None:
    thing, asker = goal(cast, doctor), citizen(cast)
    with statements(most=1):
        asker.get("Goal", patient=f"Patient/{cast.citizen.person.pk}")

    from_her(cast, professional=doctor)

    with statements(most=1):
        asker.get("Goal", patient=f"Patient/{cast.citizen.person.pk}")
    with statements(most=1):
        asker.get(f"Goal/{thing.pk}")


def sources() -> list[Source]:
    """Every source that is served, once for each table."""
    return [face.source for entry in all_resources() for face in entry.faces]


@pytest.mark.parametrize("source", sources(), ids=lambda source: f"{source.name}-{source.model.__name__}")
def test_every_column_that_names_a_professional_is_under_a_shield(source: Source) -> None:
    if source.model in (Professional, Employment):
        return  # the directories: whole rows are left out
    if source.model is Subscription:
        return  # told to who made it, and to nobody on the citizen's side (tests/architecture/expected.py)
    covered = {column for person in shielding.people_of(source) for column in (person.column, *person.blanks)}

    for column, path in source.columns.items():
        if isinstance(path, str) and names_a_professional(source, path):
            assert column in covered, f"{source.name}.{column} tells of a professional whom no shield can keep"


def names_a_professional(source: Source, path: str) -> bool:
    """Whether a path ends in the id of a professional, or goes through one and beyond the profession."""
    model = source.model
    *steps, last = path.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]
        if model is Professional:
            return last != "profession"
    field = model._meta.get_field(last)
    return getattr(field, "related_model", None) is Professional
