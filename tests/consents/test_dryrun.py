"""What the dry run said equals what is then true: for consents, blocks and switches, in random worlds."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from access.open_questions import SWITCH_OF
from access.policies import policy_of
from access.vocabulary import ActingAs, Category, Purpose
from audit.models import Entry, Version
from consents.askers import ROLES, Asker, askers_around
from consents.dryrun import Difference, countable, dry_run, dry_run_regime
from consents.models import Block, Consent
from consents.services import withdraw
from tests import factories
from tests.access.adapter import facts_of, write
from tests.access.agreement import listed
from tests.access.possible import possible
from tests.cast import Cast, make_cast
from tests.oracle.generate import Frame, worlds
from tests.oracle.world import Switches

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


def asked(cast: Cast, change: Callable[[], Any]) -> list[Difference]:
    """The dry run of a change."""
    return dry_run(cast.citizen.person.pk, change, moment=cast.moment)


def test_a_block_of_the_hospital_takes_just_its_things_from_the_gp(cast: Cast) -> None:
    def block() -> Block:
        return factories.block_of_origin(
            citizen=cast.citizen.person, origin=cast.units.hospital, unit=cast.units.practice
        )

    found = asked(cast, block)

    lost = {(one.acting_as, one.category): one.change for one in found if one.asker.professional_id is None}
    health = {ActingAs.HP, ActingAs.HP_ASSIST, ActingAs.HP_STUDENT}
    assert {one.unit_id for one in found} == {cast.units.practice.pk}
    assert {acting_as for acting_as, _ in lost} == health
    for acting_as in health:
        assert lost[acting_as, Category.DIAG] == -2
        assert lost[acting_as, Category.GOAL_SUL] == -1
        assert lost[acting_as, Category.PLAN_SUL] < 0  # the plan, and the hospital's own relations
    assert not Block.objects.filter(origin=cast.units.hospital).exists()


def test_a_consent_gives_the_ward_just_what_it_names_and_everybody_there(cast: Cast) -> None:
    def consent() -> Consent:
        return factories.consent(
            citizen=cast.citizen.person, recipient_unit=cast.units.ward, families=[Category.COND_SOC.value]
        )

    gained = asked(cast, consent)

    assert {(one.unit_id, one.category, one.change) for one in gained} == {(cast.units.ward.pk, Category.COND_SOC, 2)}
    capacities = {one.acting_as for one in gained}
    assert capacities == {ActingAs.HP, ActingAs.HP_ASSIST, ActingAs.HP_STUDENT, ActingAs.HP_PERMIT}
    clerk = [one.asker.professional_id for one in gained if one.acting_as == ActingAs.HP_PERMIT]
    assert clerk == [cast.clerk.person.pk]


def test_a_block_of_one_doctor_stops_her_and_who_answers_to_her_and_nobody_else(cast: Cast) -> None:
    doctor = cast.doctor.person.pk

    lost = asked(cast, lambda: factories.block(citizen=cast.citizen.person, professional=cast.doctor.person))

    assert {one.change < 0 for one in lost} == {True}
    assert {doctor in (one.asker.professional_id, one.asker.responsible_id) for one in lost} == {True}
    assert {one.acting_as for one in lost if one.asker.responsible_id == doctor} == {
        ActingAs.HP_ASSIST,
        ActingAs.HP_STUDENT,
    }


def test_a_block_takes_what_was_seen_for_evaluation_and_quality_too(cast: Cast) -> None:
    tove, nurse = cast.citizen.person, cast.hospital_nurse.person
    factories.treatment_relation(
        citizen=tove,
        origin=cast.units.ward,
        professional=nurse,
        status="ended",
        start=cast.moment - timedelta(days=90),
        end=cast.moment - timedelta(days=30),
    )
    factories.permit(professional=cast.doctor.person, unit=cast.units.ward, given_by=nurse, kind="quality")

    lost = asked(cast, lambda: factories.block(citizen=tove))

    by_name = {(one.purpose, one.asker.professional_id) for one in lost if one.change < 0}
    assert (Purpose.EVALUATION, nurse.pk) in by_name
    assert (Purpose.QUALITY, cast.doctor.person.pk) in by_name


def test_withdrawing_is_a_change_as_well(cast: Cast) -> None:
    consent = factories.consent(
        citizen=cast.citizen.person, recipient_unit=cast.units.ward, families=[Category.COND_SOC.value]
    )

    def take_back() -> None:
        Consent.objects.filter(pk=consent.pk).update(withdrawn_at=cast.moment)

    assert {(one.unit_id, one.category, one.change) for one in asked(cast, take_back)} == {
        (cast.units.ward.pk, Category.COND_SOC, -2)
    }
    assert Consent.objects.get(pk=consent.pk).withdrawn_at is None


def test_an_expired_consent_would_change_nothing(cast: Cast) -> None:
    def consent() -> Consent:
        return factories.expired_consent(
            citizen=cast.citizen.person,
            recipient_unit=cast.units.ward,
            start=cast.moment - timedelta(days=366),
        )

    assert asked(cast, consent) == []


def test_a_change_that_fails_is_told_and_leaves_nothing(cast: Cast) -> None:
    def fails() -> None:
        factories.block(citizen=cast.citizen.person)
        raise LookupError("no")

    with pytest.raises(LookupError):
        asked(cast, fails)

    assert Block.objects.count() == 1  # that of the cast


def test_the_roles_are_every_capacity_that_reads_for_treatment_or_care() -> None:
    by_name_or_herself = {ActingAs.HP_PERMIT, ActingAs.CITIZEN}
    acting_for_her = {ActingAs.PROXY, ActingAs.PARENT, ActingAs.GUARDIAN}
    offices = {ActingAs.AUDIT, ActingAs.SUPERVISION, ActingAs.QUALITY, ActingAs.ADMIN, ActingAs.SYSTEM}

    assert {acting_as for acting_as, _ in ROLES} | by_name_or_herself | acting_for_her | offices == set(ActingAs)


def truth(askers: list[Asker], citizens: list[UUID], moment: Any, regime: frozenset[str] | None = None) -> Counter[Any]:
    """What each asker sees, taken from the lists themselves, row by row."""
    found: Counter[Any] = Counter()
    for model in countable():
        target = policy_of(model).target
        rows = model._default_manager.filter(**{f"{target.citizen}__in": citizens})
        family = {row.pk: Category(target.fixed or row.category) for row in rows}
        for asker in askers if family else ():
            actor = asker.actor(moment, regime=regime)
            found.update((asker, family[key]) for key in listed(model, actor, list(family), by_queryset=False))
    return found


def changed(before: Counter[Any], after: Counter[Any]) -> dict[Any, int]:
    """What is not the same."""
    return {key: after[key] - before[key] for key in before.keys() | after.keys() if after[key] != before[key]}


def said(found: list[Difference]) -> dict[Any, int]:
    """What the dry run said, in the same words."""
    return {(one.asker, one.category): one.change for one in found}


# A world is made of its seed alone: there is nothing smaller to find.
PHASES = (Phase.explicit, Phase.generate)
PROPERTY = settings(max_examples=5, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))


@PROPERTY
@given(seed=st.integers(min_value=0, max_value=10**6), kind=st.sampled_from(["consents", "blocks", "positives"]))
def test_what_was_said_of_a_decision_is_then_true_in_random_worlds(seed: int, kind: str) -> None:
    raw, asks = next(worlds(seed, 1, Frame(size=3)))
    world = possible(raw, Switches())
    decisions = getattr(world, kind)
    if not decisions:
        return
    dice = Random(seed)
    made = dice.choice(decisions)
    rest = replace(world, **{kind: tuple(one for one in decisions if one.id != made.id)})
    moment = next(one.moment for one in asks)
    model = Consent if kind == "consents" else Block
    row = next(one for one in facts_of(world, model) if one.pk == made.id)
    with transaction.atomic():
        write(rest, variant=seed)
        told = dry_run(made.citizen, lambda: row.save(force_insert=True), moment=moment)
        assert not model._default_manager.filter(pk=made.id).exists()
        row._state.adding = True
        row.save(force_insert=True)
        askers = dice.sample(found := list(askers_around([made.citizen], moment)), min(4, len(found)))
        askers = [*{*askers, *(one.asker for one in told)}][:6]
        after = truth(askers, [made.citizen], moment)
        model._default_manager.filter(pk=made.id).delete()
        before = truth(askers, [made.citizen], moment)
        transaction.set_rollback(True)

    of_these = {key: change for key, change in said(told).items() if key[0] in askers}
    assert of_these == changed(before, after)


@settings(PROPERTY, max_examples=3)
@given(seed=st.integers(min_value=0, max_value=10**6), code=st.sampled_from(sorted(SWITCH_OF)))
def test_what_was_said_of_a_switch_is_then_true_in_random_worlds(seed: int, code: str) -> None:
    raw, asks = next(worlds(seed, 1, Frame(size=3)))
    world = possible(raw, Switches())
    dice = Random(seed)
    moment = next(one.moment for one in asks)
    citizens = [one.id for one in world.citizens]
    before = frozenset({"appointment-times-act", "stamkort-3"})
    after = before | {code}
    with transaction.atomic():
        write(world, variant=seed)
        told = dry_run_regime(citizens, before, after, moment)
        askers = dice.sample(found := list(askers_around(citizens, moment)), min(4, len(found)))
        askers = [*{*askers, *(one.asker for one in told)}][:6]
        then = changed(truth(askers, citizens, moment, before), truth(askers, citizens, moment, after))
        transaction.set_rollback(True)

    assert {key: change for key, change in said(told).items() if key[0] in askers} == then


def test_nothing_is_logged_or_kept_by_a_trial_of_a_real_service(cast: Cast) -> None:
    from consents.fhir.blocks import BLOCK_SOURCE

    entries, versions = Entry.objects.count(), Version.objects.count()
    block = cast.block

    back = asked(cast, lambda: withdraw(by=cast.citizen.actor, source=BLOCK_SOURCE, key=block.pk, if_match=1))

    assert {one.unit_id for one in back} == {cast.units.blocked.pk}
    assert all(one.change > 0 for one in back)
    assert (Entry.objects.count(), Version.objects.count()) == (entries, versions)
    assert Block.objects.get(pk=block.pk).withdrawn_at is None
