"""The rules that an open question holds shut: each opens by its switch and not before (law study 9, 3.3 to 3.5).

Where the switch is off, its gate folds to NEVER and the rule costs nothing. They stand after the rules of the law as it
is read today, so that a refusal is still explained by those.
"""

from django.apps import apps
from django.db.models import OuterRef, Q

from access.actors import Actor
from access.conditions import NEVER, Condition, Target, actor_is, condition, conj, exists, holding
from access.grounds import (
    CUSTODY,
    DISCHARGE_PARTY,
    ELDERLY_TEAM,
    EMERGENCY,
    GUARDIANSHIP,
    OWN_ACCESS,
    OWN_SERVICE,
    POWER_OF_ATTORNEY,
    SOCIAL_LOOKUP,
    STAMKORT_SHARING,
    Ground,
)
from access.matrix import Cell
from access.open_questions import (
    CHILDREN_READ,
    EMERGENCY_SOCIAL_ACCESS,
    GUARDIANS_BLOCK,
    PARENTS_BLOCK,
    PARENTS_WRITE_GOALS,
    PARTIES_READ_BESIDE_PLAN,
    PROVIDERS_OF_A_GRANT,
    PROXIES_BLOCK,
    PROXIES_CONSENT,
    PROXIES_WRITE_GOALS,
    REGISTER_DATA_TO_SOCIAL_SIDE,
    SOCIAL_DATA_TO_HEALTH,
)
from access.open_questions import ELDERLY_TEAM as ELDERLY_TEAM_SWITCH
from access.policies import Gate, Rule
from access.vocabulary import ActingAs, Action, Category, Law, Reason
from citizens.conditions import as_deciding_proxy
from consents.conditions import overridden_in_emergency
from consents.gates import (
    BLOCK,
    GUARDIAN,
    HERSELF,
    OTHERS,
    PARENT_OF_CHILD,
    PRIVATE,
    PROFESSIONAL,
    PURPOSE,
    RELATION,
    WRITING_ATTORNEY,
    category_in,
    cell,
)
from organisations.conditions import above, of_own_authority
from organisations.models import TreatmentRelation, UnitLink

READ = frozenset({Action.READ})
WRITE = frozenset({Action.CREATE, Action.UPDATE})
SOCIAL_CONTENT = frozenset(
    {Category.COND_SOC, Category.INT_SOC, Category.PLAN_SOC, Category.GOAL_SOC, Category.DOC_SOC}
)
HEALTH_CONTENT = frozenset(
    {
        Category.APPT_SUL,
        Category.DIAG,
        Category.COND_SUL,
        Category.INT_SUL,
        Category.PLAN_SUL,
        Category.GOAL_SUL,
        Category.DOC_SUL,
    }
)
# What the matrix gives a party of a plan "if needed for the plan".
BESIDE_A_PLAN = HEALTH_CONTENT | SOCIAL_CONTENT | {Category.APPT_SEL_X}
TEAM_OF_NURSES = frozenset({ActingAs.HP, ActingAs.HP_ASSIST})


def switch(code: str, reason: Reason = Reason.REGIME_SWITCH_OFF) -> Gate:
    """The gate that the switch opens; shut, it gives this reason."""
    return Gate("regime", holding(code), reason)


def acting_as(*capacities: ActingAs) -> Condition:
    """The actor acts in one of these capacities."""
    return actor_is(f"acting_as({', '.join(capacities)})", lambda actor: actor.acting_as in capacities)


@condition
def of_the_elderly_team(actor: Actor, target: Target) -> Q:
    """What the other half of the municipality's team recorded: health data for home care, elderly care for nurses."""
    if actor.acting_as == ActingAs.CARE:
        theirs = target.category_in(HEALTH_CONTENT)
    elif actor.acting_as in TEAM_OF_NURSES and target.law_ref is not None:
        theirs = conj([target.category_in(SOCIAL_CONTENT), Q(recorded_under=Law.ELDERLY.value)])
    else:
        return NEVER
    return conj([theirs, of_own_authority.q(actor, target)])


@condition
def of_another_provider(actor: Actor, target: Target) -> Q:
    """The element comes from a unit that also has a verified grant for the citizen, in force now."""
    if target.origin is None:
        return NEVER
    return exists(
        TreatmentRelation,
        Q(end__isnull=True) | Q(end__gt=actor.moment),
        exists(UnitLink, ancestor_id=OuterRef("origin_id"), descendant_id=OuterRef(OuterRef(target.origin))),
        citizen_id=OuterRef(target.citizen),
        basis=TreatmentRelation.Basis.CARE_GRANT.value,
        status=TreatmentRelation.Status.VERIFIED.value,
        start__lte=actor.moment,
    )


@condition
def party_to_some_plan(actor: Actor, target: Target) -> Q:
    """The actor's unit, or one above it, is a named party of an agreement or coordination plan of the citizen."""
    if actor.unit_id is None:
        return NEVER
    return exists(
        apps.get_model("careplans", "PlanParty"),
        above(actor, "unit_id"),
        plan__citizen_id=OuterRef(target.citizen),
        plan__category=Category.PLAN_PSY.value,
    )


SWITCHED_RULES: tuple[Rule, ...] = (
    Rule(
        "social-look-up",
        SOCIAL_LOOKUP,
        READ,
        (
            Gate("sector", acting_as(ActingAs.HP), Reason.SECTOR),
            PURPOSE,
            RELATION,
            Gate("law", category_in(*SOCIAL_CONTENT), Reason.LAW_GATE),
            switch(SOCIAL_DATA_TO_HEALTH),
            BLOCK,
        ),
    ),
    Rule(
        "emergency-social-access",
        EMERGENCY,
        READ,
        (
            Gate("sector", acting_as(ActingAs.HP), Reason.SECTOR),
            PURPOSE,
            RELATION,
            Gate("law", category_in(*SOCIAL_CONTENT), Reason.LAW_GATE),
            switch(EMERGENCY_SOCIAL_ACCESS),
            Gate("consent", overridden_in_emergency, Reason.NEEDS_CONSENT),
        ),
        unblockable=EMERGENCY,
    ),
    Rule(
        "elderly-team",
        ELDERLY_TEAM,
        READ,
        (
            PROFESSIONAL,
            PURPOSE,
            RELATION,
            Gate("law", of_the_elderly_team, Reason.LAW_GATE),
            switch(ELDERLY_TEAM_SWITCH),
            BLOCK,
        ),
    ),
    Rule(
        "another-provider",
        OWN_SERVICE,
        READ,
        (
            Gate("sector", acting_as(ActingAs.CARE), Reason.SECTOR),
            PURPOSE,
            RELATION,
            Gate("law", category_in(*SOCIAL_CONTENT) & of_another_provider, Reason.LAW_GATE),
            switch(PROVIDERS_OF_A_GRANT),
            BLOCK,
        ),
    ),
    Rule(
        "party-beside-plan",
        DISCHARGE_PARTY,
        READ,
        (
            Gate("sector", acting_as(ActingAs.SOC_PSY), Reason.SECTOR),
            PURPOSE,
            RELATION,
            Gate("law", category_in(*BESIDE_A_PLAN) & party_to_some_plan, Reason.LAW_GATE),
            switch(PARTIES_READ_BESIDE_PLAN),
            BLOCK,
        ),
    ),
    Rule(
        "register-look-up",
        STAMKORT_SHARING,
        READ,
        (
            Gate("sector", acting_as(ActingAs.CARE, ActingAs.CASE, ActingAs.SOC_PSY), Reason.SECTOR),
            PURPOSE,
            RELATION,
            Gate("law", cell(Cell.CONSENT, only=frozenset({Category.SK_REG})), Reason.LAW_GATE),
            switch(REGISTER_DATA_TO_SOCIAL_SIDE),
        ),
        unblockable=STAMKORT_SHARING,
    ),
    Rule(
        "own-record-of-a-child",
        OWN_ACCESS,
        READ,
        (HERSELF, Gate("age", holding(CHILDREN_READ), Reason.AGE), OTHERS),
        unblockable=OWN_ACCESS,
    ),
)

LIFE_GOAL = Gate("law", category_in(Category.GOAL_LIFE), Reason.LAW_GATE)
BY_ATTORNEY = Gate("representation", as_deciding_proxy, Reason.NO_RELATION)

# Life goals in the words of who acts for the citizen; a guardian may already (law study 3.4).


def _of_goals(who: str, ground: Ground, *gates: Gate) -> tuple[Rule, Rule]:
    """Who acts so for the citizen writes life goals, and changes those that she can see."""
    new, old = frozenset({Action.CREATE}), frozenset({Action.UPDATE})
    return (
        Rule(f"goal-by-{who}", ground, new, (*gates, LIFE_GOAL), unblockable=ground),
        Rule(f"goal-change-by-{who}", ground, old, (*gates, LIFE_GOAL, PRIVATE), unblockable=ground),
    )


GOALS_BY_OTHERS: tuple[Rule, ...] = (
    *_of_goals(
        "attorney",
        POWER_OF_ATTORNEY,
        WRITING_ATTORNEY,
        switch(PROXIES_WRITE_GOALS),
    ),
    *_of_goals("parent", CUSTODY, *PARENT_OF_CHILD, switch(PARENTS_WRITE_GOALS)),
    *_of_goals("guardian", GUARDIANSHIP, GUARDIAN),
)

# The citizen's decisions, made by who acts for her.
CONSENTS_BY_OTHERS: tuple[Rule, ...] = (
    Rule(
        "attorneys-decision",
        POWER_OF_ATTORNEY,
        WRITE,
        (BY_ATTORNEY, switch(PROXIES_CONSENT, Reason.LAW_GATE)),
        unblockable=POWER_OF_ATTORNEY,
    ),
)
BLOCKS_BY_OTHERS: tuple[Rule, ...] = (
    Rule(
        "block-by-attorney",
        POWER_OF_ATTORNEY,
        WRITE,
        (BY_ATTORNEY, switch(PROXIES_BLOCK, Reason.LAW_GATE)),
        unblockable=POWER_OF_ATTORNEY,
    ),
    Rule(
        "block-by-parent",
        CUSTODY,
        WRITE,
        (*PARENT_OF_CHILD, switch(PARENTS_BLOCK, Reason.LAW_GATE)),
        unblockable=CUSTODY,
    ),
    Rule(
        "block-by-guardian",
        GUARDIANSHIP,
        WRITE,
        (
            GUARDIAN,
            switch(GUARDIANS_BLOCK, Reason.LAW_GATE),
        ),
        unblockable=GUARDIANSHIP,
    ),
)
