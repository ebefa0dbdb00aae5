"""A block never widens what anyone sees, a consent never narrows it, and an ended relation gives nothing."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from random import Random
from uuid import UUID

import pytest
from django.db.models import F

from access.actors import Actor
from access.vocabulary import Purpose
from consents.models import Block, Consent
from minlog.models import LookUp
from organisations.models import TreatmentRelation
from tests.access.adapter import facts_of
from tests.access.agreement import Scenario, Tables, asked_in, listed, staged
from tests.access.possible import PURPOSES, possible
from tests.oracle import steering
from tests.oracle.generate import Frame
from tests.oracle.steering import Aim
from tests.oracle.world import Ask, Element, Switches, World

SCENARIO = Scenario("monotony", Frame(size=3), Switches())
WORLDS = 8
PARTY_ONLY = frozenset({"PLAN_PSY"})


def seen(actor: Actor, tables: Tables) -> set[UUID]:
    """All that the actor sees of the world."""
    return {key for model, ids in tables.items() for key in listed(model, actor, ids, by_queryset=False)}


def professionals(seed: int) -> Iterator[tuple[World, Tables, Ask, Actor, Element, Aim]]:
    """Asks of professionals in worlds that are in the database, each with one element to aim at."""
    dice = Random(seed)
    for world, asks, tables in islice(staged(SCENARIO, seed), WORLDS):
        chosen = [one for one in asked_in(world, asks, dice) if one.actor is not None and one.ask.unit is not None]
        staff = tuple(one.id for one in world.professionals)
        for asked in dice.sample(chosen, 8):
            aim = Aim(dice, asked.ask.moment, world.line, staff, staff, (asked.ask.moment,))
            yield world, tables, asked.ask, asked.actor, dice.choice(world.elements), aim


@pytest.mark.django_db
@pytest.mark.law("decline")
def test_a_block_never_widens() -> None:
    narrowed = 0
    for world, tables, ask, actor, element, aim in professionals(21):
        made = possible(replace(world, blocks=(steering.block(aim, ask, element, fits=True),)), Switches()).blocks
        if not made:
            continue  # it is not hers to decide
        before = seen(actor, tables)
        Block.objects.bulk_create(facts_of(World(blocks=made), Block))
        after = seen(actor, tables)
        assert after <= before
        narrowed += after < before
    assert narrowed >= 3


@pytest.mark.django_db
@pytest.mark.law("consented-disclosure", "social-disclosure")
def test_a_consent_never_narrows() -> None:
    widened = 0
    for world, tables, ask, actor, element, aim in professionals(22):
        if ask.purpose not in PURPOSES:
            continue
        given = steering.consent(aim, ask, element, fits=True)
        given = given if given.purpose else replace(given, purpose=ask.purpose)
        made = possible(replace(world, consents=(given,)), Switches()).consents
        if not made:
            continue  # it is not hers to decide
        before = seen(actor, tables)
        Consent.objects.bulk_create(facts_of(World(consents=made), Consent))
        after = seen(actor, tables)
        assert after >= before
        widened += after > before
    assert widened >= 5


@pytest.mark.django_db
@pytest.mark.law("treatment-lookup")
def test_an_ended_relation_gives_nothing_but_the_plans_one_is_party_to() -> None:
    lost = 0
    for world, tables, _ask, actor, _element, _aim in professionals(23):
        if actor.purpose in (Purpose.EVALUATION, Purpose.QUALITY, Purpose.AUDIT):
            continue  # matrix C asks for a relation that has ended, or for none
        tables = {model: ids for model, ids in tables.items() if model is not LookUp}  # her own looks she always sees
        party_plans = {one.id for one in world.elements if one.category in PARTY_ONLY}
        before = seen(actor, tables)
        TreatmentRelation.objects.update(end=F("start"))
        after = seen(actor, tables)
        assert after <= before & party_plans
        lost += len(before - after)
    assert lost >= 20
