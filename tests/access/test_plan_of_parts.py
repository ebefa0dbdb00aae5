"""A plan with parts under several acts (golden case 17): each part by its own act, the plan through its parts."""

from dataclasses import replace
from typing import Any

import pytest

from access.decisions import decide_many
from access.policies import policy_of
from access.vocabulary import Action
from careplans.models import CarePlan, Intervention, PlanElement
from tests.access.adapter import actor_of, write
from tests.access.possible import possible
from tests.oracle.stage import DAY, MARIE, NOW, POUL, ask, block, element, relation_of, world
from tests.oracle.world import Ask, PowerOfAttorney, World

DOCTOR = ask("HP")
PLAN = element("PLAN_SOC", "municipality")
NURSING, CARE = element("INT_SUL", "nursing"), element("INT_SOC", recorded_under="AEL")
BLOCK_OF_NURSING = block(what="object", element=NURSING.id)


def seen(facts: World, asker: Ask) -> tuple[list[str], set[Any]]:
    """The rules by which the plan is seen, and the parts that are."""
    facts = possible(replace(facts, elements=(PLAN, NURSING, CARE)), facts.switches, ("PLAN_SOC", "INT_SUL", "INT_SOC"))
    write(facts)
    PlanElement.objects.bulk_create([PlanElement(plan_id=PLAN.id, intervention_id=part.id) for part in (NURSING, CARE)])
    actor = actor_of(facts, asker)
    assert actor is not None
    decided = decide_many(policy_of(CarePlan), actor, Action.READ, [PLAN.id])[PLAN.id]
    in_list = CarePlan.objects.permitted(actor, Action.READ).filter(pk=PLAN.id).exists()
    assert in_list == decided.permitted
    parts = set(Intervention.objects.permitted(actor, Action.READ).values_list("pk", flat=True))
    return [rule.code for rule in decided.held], parts


@pytest.mark.django_db
@pytest.mark.law("plan-of-parts")
def test_golden_17_doctor_sees_the_plan_through_its_part_of_health_law() -> None:
    assert seen(world(relation_of(DOCTOR)), DOCTOR) == (["plan-of-parts"], {NURSING.id})


@pytest.mark.django_db
def test_caseworker_sees_the_plan_of_the_authority_and_its_own_parts() -> None:
    caseworker = ask("CASE")
    facts = world(relation_of(caseworker))

    assert seen(facts, caseworker) == (["own-service"], set())


@pytest.mark.django_db
def test_plan_is_gone_when_the_one_part_that_was_seen_is_blocked() -> None:
    assert seen(world(relation_of(DOCTOR), blocks=(BLOCK_OF_NURSING,)), DOCTOR) == ([], set())


@pytest.mark.django_db
def test_plan_is_not_seen_without_relation() -> None:
    assert seen(world(), DOCTOR) == ([], set())


@pytest.mark.django_db
def test_proxy_sees_the_plan_through_the_part_that_the_power_names() -> None:
    facts = world(powers=(PowerOfAttorney(POUL.id, POUL.id, MARIE.id, frozenset({"INT_SOC"}), NOW - DAY),))

    assert seen(facts, Ask("PROXY", NOW, citizen=MARIE.id, on_behalf_of=POUL.id)) == (["plan-of-parts"], {CARE.id})
