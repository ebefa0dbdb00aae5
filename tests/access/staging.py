"""The fixed stage of the named cases as rows of our tables, and the engine's answers on it."""

from uuid import UUID

from django.db import transaction
from django.db.models import Model

from access.conditions import Target
from access.decisions import Decision, decide
from access.policies import Policy, policy_of
from access.vocabulary import Action, Category
from citizens.models import Citizen
from tests.access.adapter import actor_of, write
from tests.access.possible import possible
from tests.access.rows import table_of
from tests.oracle.stage import POUL, element, world
from tests.oracle.world import Ask, Element, Relation, World


def staged(thing: Element, *relations: Relation, **facts: object) -> World:
    """The stage with this one element."""
    made = world(*relations, elements=(thing,), **facts)
    return possible(made, made.switches, (thing.category,))


def key_of(thing: Element) -> UUID:
    """The row: the register part of the stamkort is the citizen."""
    return POUL.id if thing.category == "SK_REG" else thing.id


def decision(
    asker: Ask, thing: Element, *relations: Relation, policy: Policy | None = None, **facts: object
) -> Decision:
    """The engine's decision, on rows that are gone afterwards."""
    there = staged(thing, *relations, **facts)
    actor = actor_of(there, asker, there.overrides[0] if there.overrides else None)
    assert actor is not None
    with transaction.atomic():
        write(there)
        found = decide(policy or policy_of(table_of(thing.category)), actor, Action.READ, key_of(thing))
        transaction.set_rollback(True)
    assert found is not None
    return found


def decided(
    asker: Ask, model: type[Model], action: Action, category: Category, *relations: Relation, **facts: object
) -> Decision:
    """The engine's decision about this kind of thing of Poul's as such, whatever there is of it."""
    there = staged(element("SK_REG"), *relations, **facts)
    actor = actor_of(there, asker)
    assert actor is not None
    target = Target(citizen="id", category=None, fixed=category, origin=None, occurred_at=None)
    with transaction.atomic():
        write(there)
        found = decide(Policy(Citizen, target, policy_of(model).rules), actor, action, POUL.id)
        transaction.set_rollback(True)
    assert found is not None
    return found


def told(found: Decision) -> str:
    """The code of the rule that holds, or the reason of the refusal."""
    return found.held[0].code if found.permitted else str(found.reason)


def answer(asker: Ask, thing: Element, *relations: Relation, **facts: object) -> str:
    """The reason of the refusal, or nothing."""
    return str(decision(asker, thing, *relations, **facts).reason or "")
