"""What the dry run said equals what is then true."""

import random
from datetime import timedelta
from typing import Any

import pytest

from access.vocabulary import ActingAs, Category, Purpose
from consents.dryrun import Difference, dry_run, seen
from consents.models import Block, Consent
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    """The cast, and some of everything about the citizen from hospital and municipality."""
    made = make_cast()
    tove, units = made.citizen.person, made.units
    for _ in range(2):
        factories.diagnosis(citizen=tove, origin=units.ward)
        factories.home_care_condition(citizen=tove, origin=units.home_care)
        factories.nursing_condition(citizen=tove, origin=units.nursing)
    factories.overall_goal(citizen=tove, origin=units.ward)
    factories.life_goal(citizen=tove)
    factories.active_care_plan(citizen=tove, origin=units.ward)
    return made


def asked(cast: Cast, change: Any, *units: Any) -> list[Difference]:
    """The dry run of a change."""
    return dry_run(cast.citizen.person.pk, change, moment=cast.moment, also=[unit.pk for unit in units])


def test_a_block_of_the_hospital_takes_just_its_things_from_the_gp(cast: Cast) -> None:
    def block() -> Block:
        return factories.block_of_origin(
            citizen=cast.citizen.person, origin=cast.units.hospital, unit=cast.units.practice
        )

    lost = {(d.unit_id, d.acting_as, d.category): d.change for d in asked(cast, block)}

    gp = (cast.units.practice.pk, ActingAs.HP)
    assert lost == {
        (*gp, Category.DIAG): -2,
        (*gp, Category.GOAL_SUL): -1,
        (*gp, Category.PLAN_SUL): lost[(*gp, Category.PLAN_SUL)],  # the plan, and the hospital's own relations
    }
    assert lost[(*gp, Category.PLAN_SUL)] < 0
    assert not Block.objects.filter(origin=cast.units.hospital).exists()


def test_a_consent_gives_the_ward_just_what_it_names(cast: Cast) -> None:
    def consent() -> Consent:
        return factories.consent(
            citizen=cast.citizen.person, recipient_unit=cast.units.ward, families=[Category.COND_SOC.value]
        )

    gained = asked(cast, consent)

    assert [(d.unit_id, d.category, d.change) for d in gained] == [(cast.units.ward.pk, Category.COND_SOC, 2)]


@pytest.mark.parametrize("seed", range(8))
def test_what_the_dry_run_said_is_then_true(cast: Cast, seed: int) -> None:
    rng = random.Random(seed)
    tove, units = cast.citizen.person, vars(cast.units)
    named = rng.choice(list(units.values()))

    def change() -> Any:
        kind = rng_of_change.choice(["block", "origin", "period", "consent", "disclosure", "positive"])
        if kind == "block":
            return factories.block(citizen=tove, unit=named)
        if kind == "origin":
            return factories.block_of_origin(citizen=tove, origin=named)
        if kind == "period":
            return factories.block_of_period(citizen=tove)
        if kind == "consent":
            return factories.consent(citizen=tove, recipient_unit=named, purpose=Purpose.TREATMENT)
        if kind == "disclosure":
            return factories.disclosure_consent(citizen=tove, recipient_unit=named)
        return factories.positive_registration(citizen=tove, unit=named)

    everywhere = [named.pk, cast.units.practice.pk, cast.units.home_care.pk]
    before = seen(tove.pk, everywhere, cast.moment)
    rng_of_change = random.Random(seed)
    said = dry_run(tove.pk, change, moment=cast.moment, also=everywhere)
    rng_of_change = random.Random(seed)
    change()
    after = seen(tove.pk, everywhere, cast.moment)

    true = {key: after[key] - before[key] for key in before.keys() | after.keys() if after[key] != before[key]}
    assert {(d.unit_id, d.acting_as, d.category): d.change for d in said if d.unit_id in everywhere} == true


def test_an_expired_consent_would_change_nothing(cast: Cast) -> None:
    def consent() -> Consent:
        return factories.expired_consent(
            citizen=cast.citizen.person,
            recipient_unit=cast.units.ward,
            start=cast.moment - timedelta(days=366),
        )

    assert asked(cast, consent) == []
