"""Who may see and change plans and what stands in them; each element by its own category and act."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q

from access.actors import Actor
from access.conditions import NEVER, Target, actor_is, condition, condition_within, disj, exists
from access.grounds import PLAN_OF_PARTS, TREATMENT_LOOKUP
from access.policies import Gate, Policy, Rule, register
from access.seen import seen
from access.vocabulary import ActingAs, Action, Category, Reason
from appointments.models import Appointment
from careplans.models import (
    CarePlan,
    CareTeam,
    CompletedIntervention,
    Condition,
    Contact,
    FollowUp,
    Intervention,
    PlanElement,
    PlanParty,
)
from citizens.conditions import alive
from citizens.models import Citizen
from consents.gates import PURPOSE, category_in
from consents.rules import ELEMENT_RULES, WRITE_RULES
from goals.models import Goal
from organisations.conditions import above, of_actors_citizens
from organisations.models import TreatmentRelation

RULES = (*ELEMENT_RULES, *WRITE_RULES)
CONDITIONS = frozenset({Category.DIAG, Category.COND_SUL, Category.COND_SOC})
INTERVENTIONS = frozenset({Category.INT_SUL, Category.INT_SOC})
PLANS = frozenset({Category.PLAN_SUL, Category.PLAN_SOC, Category.PLAN_PSY})
PARTS: dict[str, Any] = {"condition": Condition, "goal": Goal, "intervention": Intervention, "appointment": Appointment}


def parties(actor: Actor, target: Target) -> Q:
    """The actor's unit, or one above it, is a party of the plan."""
    return exists(PlanParty, above(actor, "unit_id"), plan_id=OuterRef(target.item))


def partys_plans(actor: Actor) -> Any:
    """The plans that the actor's unit, or one above it, is a party of."""
    return ArraySubquery(PlanParty.objects.filter(above(actor, "unit_id")).values("plan_id"))


@condition_within(of_actors_citizens)
def some_part_seen(actor: Actor, target: Target) -> Q:
    """The actor may see at least one element of the plan; the citizen herself sees all of it anyway."""
    if actor.acting_as == ActingAs.CITIZEN:
        return NEVER
    found = []
    for name, model in PARTS.items():
        part = seen(model, actor, F(f"{name}_id"), OuterRef(target.citizen))
        if part is not NEVER:
            found.append(part & Q(**{f"{name}__isnull": False}))
    return exists(PlanElement, disj(found), plan_id=OuterRef(target.item)) if found else NEVER


# A plan of whose elements one is seen is itself seen, without its own words; the elements' rules hold every gate.
THROUGH_PARTS = Rule(
    "plan-of-parts",
    PLAN_OF_PARTS,
    frozenset({Action.READ}),
    (Gate("parts", some_part_seen, Reason.LAW_GATE),),
    unblockable=PLAN_OF_PARTS,
)


def seen_whole(actor: Actor) -> Q:
    """The actor may see the plan itself, with its own words, not only parts of it."""
    return disj(rule.q(actor, PLAN.target) for rule in PLAN.rules_for(Action.READ) if rule is not THROUGH_PARTS)


@condition
def living(actor: Actor, target: Target) -> Q:
    """The citizen lives."""
    return exists(Citizen, alive(actor), pk=OuterRef(target.citizen))


HERSELF = actor_is("herself", lambda actor: actor.acting_as == ActingAs.HP)
# A health professional may claim a relation that no register shows yet; it is followed up (law study 3.2, step 5).
CLAIMED = Rule(
    "claimed-relation",
    TREATMENT_LOOKUP,
    frozenset({Action.CREATE}),
    (
        Gate("sector", HERSELF, Reason.SECTOR),
        PURPOSE,
        Gate("relation", living, Reason.NO_RELATION),
        Gate("law", category_in(Category.PLAN_SUL), Reason.LAW_GATE),
    ),
    unblockable=TREATMENT_LOOKUP,
)


@condition
def a_claim_of_own_unit(actor: Actor, target: Target) -> Q:
    """The relation is a claim at the actor's unit or one above it, by whomever."""
    return NEVER if actor.unit_id is None else Q(status="claimed") & above(actor, "origin_id")


# Whoever works at the unit may look into a claim made there, and sees no more of the citizen for it (study 3.7, 4).
FOLLOWED_UP = Rule(
    "claim-follow-up",
    TREATMENT_LOOKUP,
    frozenset({Action.UPDATE}),
    (
        Gate("sector", HERSELF, Reason.SECTOR),
        PURPOSE,
        Gate("relation", a_claim_of_own_unit, Reason.NO_RELATION),
    ),
    unblockable=TREATMENT_LOOKUP,
)
RELATION_RULES = (*(rule for rule in RULES if Action.CREATE not in rule.actions), CLAIMED, FOLLOWED_UP)

CONDITION = register(Policy(Condition, Target(holds=CONDITIONS), RULES))
INTERVENTION = register(Policy(Intervention, Target(holds=INTERVENTIONS), RULES))
COMPLETED = register(Policy(CompletedIntervention, Target(holds=INTERVENTIONS), RULES))
CONTACT = register(Policy(Contact, Target(holds=INTERVENTIONS), RULES))
FOLLOW_UP = register(Policy(FollowUp, Target(holds=CONDITIONS | INTERVENTIONS), RULES))
TEAM = register(Policy(CareTeam, Target(holds=PLANS), RULES))
RELATION = register(
    Policy(TreatmentRelation, Target(holds=frozenset({Category.PLAN_SUL, Category.PLAN_SOC})), RELATION_RULES)
)
PLAN = register(
    Policy(CarePlan, Target(parties=parties, party_items=partys_plans, holds=PLANS), (*RULES, THROUGH_PARTS))
)
