"""What the page says that each unit sees is what it gets: counted alike by the rules themselves."""

from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access import service
from access.actors import Actor
from access.policies import policy_of
from access.vocabulary import ActingAs, Category, Purpose
from consents.askers import Asker
from consents.dryrun import countable, seen
from consents.fhir.blocks import BLOCK_SOURCE
from consents.sight import EMERGENCY, EMERGENCY_OVERRIDING, Place, Seen, looked_at, sight
from fhir.outcomes import FhirError
from tests import factories
from tests.cast import Cast, Member, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    """The cast, with something of every sort about the citizen; one diagnosis is marked private."""
    made = make_cast()
    tove, units = made.citizen.person, made.units
    factories.private_marking(factories.diagnosis(citizen=tove, origin=units.ward))
    factories.diagnosis(citizen=tove, origin=units.practice)
    factories.home_care_condition(citizen=tove, origin=units.home_care)
    factories.home_care_visit(citizen=tove, origin=units.home_care)
    factories.nursing_condition(citizen=tove, origin=units.nursing)
    factories.life_goal(citizen=tove, sharing="health")
    factories.active_care_plan(citizen=tove, origin=units.ward)
    return made


def places(cast: Cast) -> list[Place]:
    units = cast.units
    health = [units.ward, units.practice, units.nursing, units.blocked, units.other_ward, units.dental_clinic]
    return [
        *(Place(unit.pk) for unit in health),
        Place(units.home_care.pk, ActingAs.CARE, Purpose.CARE),
        Place(units.casework.pk, ActingAs.CASE, Purpose.CASE),
        Place(units.social_psychiatry.pk, ActingAs.SOC_PSY, Purpose.CARE),
    ]


def told(cast: Cast, member: Member, wanted: list[Place]) -> dict[Place, Counter[Category]]:
    """How many of each kind each place is said to see."""
    found = sight(by=member.actor, source=BLOCK_SOURCE, citizen_id=cast.citizen.person.pk, places=wanted)
    return {place: seen_in(some) for place, some in found.items()}


def seen_in(some: list[Seen]) -> Counter[Category]:
    return sum((Counter({one.category: one.count}) for one in some if one.decision.permitted), Counter())


def test_each_unit_is_said_to_see_just_what_it_sees(cast: Cast) -> None:
    factories.disclosure_consent(citizen=cast.citizen.person, recipient_unit=cast.units.home_care)
    factories.block_of_origin(citizen=cast.citizen.person, origin=cast.units.ward, unit=cast.units.practice)
    asked = places(cast)
    said = told(cast, cast.citizen, asked)

    for place in asked:
        asker = Asker(place.unit_id, place.acting_as, place.purpose)
        counted = seen([cast.citizen.person.pk], [asker], cast.moment)
        assert said[place] == Counter({category: count for (_who, category), count in counted.items()}), place
    assert {bool(some) for some in said.values()} == {True, False}


def test_emergency_ward_is_said_to_see_what_it_would_see_once_she_is_there(cast: Cast) -> None:
    """Held against a ward where she is treated, and a doctor there who overrides her blocks."""
    tove = cast.citizen.person
    factories.block(citizen=tove)
    ward, doctor = factories.ward(), factories.doctor()
    factories.treatment_relation(citizen=tove, origin=ward)
    override = factories.override(citizen=tove, professional=doctor, unit=ward)
    said = told(cast, cast.citizen, [EMERGENCY, EMERGENCY_OVERRIDING])

    for place, actor in (
        (EMERGENCY, cast.doctor.asking(unit_id=ward.pk, professional_id=doctor.pk)),
        (EMERGENCY_OVERRIDING, cast.doctor.asking(unit_id=ward.pk, professional_id=doctor.pk, override_id=override.pk)),
    ):
        assert said[place] == counted_for(cast, actor)
    assert said[EMERGENCY_OVERRIDING][Category.DIAG] == 2
    assert not said[EMERGENCY][Category.DIAG]


def counted_for(cast: Cast, actor: Actor) -> Counter[Category]:
    """What an actor sees, table by table."""
    found: Counter[Category] = Counter()
    for model in countable():
        target = policy_of(model).target
        rows = model._default_manager.permitted(actor).filter(**{target.citizen: cast.citizen.person.pk})
        for row in rows:
            found[Category(getattr(row, target.category) if target.category else target.fixed)] += 1
    return found


def test_a_relation_of_one_professional_is_told_of_her_alone(cast: Cast) -> None:
    tove, ward = cast.citizen.person, cast.units.other_ward
    nurse = cast.stranger.person
    factories.treatment_relation(citizen=tove, origin=ward, professional=nurse)

    said = told(cast, cast.citizen, [Place(ward.pk), Place(ward.pk, professional_id=nurse.pk)])

    assert not said[Place(ward.pk)]
    assert said[Place(ward.pk, professional_id=nurse.pk)][Category.DIAG] == 1


def test_reasons_are_those_of_the_rules(cast: Cast) -> None:
    care = Place(cast.units.home_care.pk, ActingAs.CARE, Purpose.CARE)
    blocked = Place(cast.units.blocked.pk)
    found = sight(by=cast.citizen.actor, source=BLOCK_SOURCE, citizen_id=cast.citizen.person.pk, places=[care, blocked])

    why = {(one.category, str(one.decision.reason or one.decision.held[0].code)) for one in found[care]}
    assert {(Category.COND_SOC, "own-service"), (Category.DIAG, "needs_consent")} <= why
    assert (Category.DIAG, "blocked") in {(one.category, str(one.decision.reason)) for one in found[blocked]}


@pytest.mark.parametrize("who", ["daughter", "doctor", "stranger"])
def test_who_may_not_see_her_blocks_may_not_ask(who: str, cast: Cast) -> None:
    with pytest.raises(FhirError) as refused:
        told(cast, getattr(cast, who), places(cast))

    assert refused.value.kind.status == 403


def test_a_child_does_not_ask_and_the_parent_does(cast: Cast) -> None:
    custody = factories.custody()
    child, parent = custody.child, custody.parent
    unit = factories.treatment_relation(citizen=child).origin
    factories.diagnosis(citizen=child)
    asked = {"source": BLOCK_SOURCE, "citizen_id": child.pk, "places": [Place(unit.pk)]}
    as_parent = cast.daughter.asking(acting_as=ActingAs.PARENT, citizen_id=parent.pk, on_behalf_of=child.pk)

    assert sum(one.count for one in sight(by=as_parent, **asked)[Place(unit.pk)]) >= 2  # type: ignore[arg-type]
    with pytest.raises(service.Refused):
        sight(by=cast.citizen.asking(citizen_id=child.pk), **asked)  # type: ignore[arg-type]


def test_units_of_one_capacity_are_one_statement(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as few:
        looked_at(cast.citizen.actor, cast.citizen.person.pk, places(cast)[:1])
    with CaptureQueriesContext(connection) as many:
        looked_at(cast.citizen.actor, cast.citizen.person.pk, places(cast)[:6])

    assert len(few) == len(many) == 1
