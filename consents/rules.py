"""The rules of the law for shared elements: each a ground and an ordered tuple of gates.

The gates stand in the order of evaluation (law study 3.2): sector, purpose, relation, law, consent, block. A policy of
a table takes these rules as they are and adds its own.
"""

from django.db.models import Q

from access.actors import Actor
from access.conditions import NEVER, Target, condition
from access.grounds import (
    APPOINTMENT_TIMES,
    CITIZENS_CHOICE,
    CONSENTED_DISCLOSURE,
    CUSTODY,
    DISCHARGE_PARTY,
    GUARDIANSHIP,
    OWN_ACCESS,
    OWN_RECORDING,
    OWN_SERVICE,
    POWER_OF_ATTORNEY,
    SOCIAL_DISCLOSURE,
    STAMKORT_SHARING,
    TREATMENT_LOOKUP,
    TREATMENT_WILL,
)
from access.matrix import Cell
from access.policies import Gate, Rule
from access.vocabulary import ActingAs, Action, Category, Reason
from citizens.conditions import (
    in_proxys_scope,
)
from consents.conditions import (
    HEALTH_CATEGORIES,
    SOCIAL_CATEGORIES,
    TIMES_OF_HELP,
    shared_by_choice,
    unblocked,
)
from consents.gates import (
    ATTORNEY,
    BLOCK,
    CONSENT,
    GUARDIAN,
    HERSELF,
    LISTED,
    NOT_BLOCKABLE,
    OF_AGE,
    OTHERS,
    PARENT_OF_CHILD,
    PARTYS_BLOCK,
    PRIVATE,
    PROFESSIONAL,
    PURPOSE,
    REGIME,
    RELATION,
    SECTOR,
    WRITING_ATTORNEY,
    a_party,
    category_in,
    cell,
    doctor_or_nurse_with_reason,
    own_matter,
)
from consents.purposes import PURPOSE_RULES
from consents.switched import SWITCHED_RULES
from organisations.conditions import of_own_unit, social_worker

READ = frozenset({Action.READ})

ELEMENT_RULES: tuple[Rule, ...] = (
    Rule(
        "own-record",
        OWN_ACCESS,
        READ,
        (HERSELF, OF_AGE),
        unblockable=OWN_ACCESS,
    ),
    Rule(
        "power-of-attorney",
        POWER_OF_ATTORNEY,
        READ,
        (
            ATTORNEY,
            OTHERS,
            Gate("law", in_proxys_scope, Reason.LAW_GATE),
            PRIVATE,
        ),
        unblockable=POWER_OF_ATTORNEY,
    ),
    Rule(
        "custody",
        CUSTODY,
        READ,
        (
            *PARENT_OF_CHILD,
            OTHERS,
            PRIVATE,
        ),
        unblockable=CUSTODY,
    ),
    Rule(
        "guardianship",
        GUARDIANSHIP,
        READ,
        (GUARDIAN, OTHERS, PRIVATE),
        unblockable=GUARDIANSHIP,
    ),
    Rule(
        "treatment-look-up",
        TREATMENT_LOOKUP,
        READ,
        (
            SECTOR,
            PURPOSE,
            RELATION,
            Gate("law", cell(Cell.PERMIT, but=NOT_BLOCKABLE | TIMES_OF_HELP), Reason.LAW_GATE),
            BLOCK,
        ),
    ),
    Rule(
        "appointment-times",
        APPOINTMENT_TIMES,
        READ,
        (
            SECTOR,
            PURPOSE,
            RELATION,
            Gate("law", cell(Cell.PERMIT, only=TIMES_OF_HELP), Reason.LAW_GATE),
            LISTED,
            BLOCK,
        ),
    ),
    Rule(
        "stamkort-look-up",
        STAMKORT_SHARING,
        READ,
        (SECTOR, PURPOSE, RELATION, Gate("law", cell(Cell.PERMIT, only=NOT_BLOCKABLE), Reason.LAW_GATE), REGIME),
        unblockable=STAMKORT_SHARING,
    ),
    Rule(
        "consented-disclosure",
        CONSENTED_DISCLOSURE,
        READ,
        (
            PROFESSIONAL,
            PURPOSE,
            RELATION,
            Gate("law", cell(Cell.CONSENT, only=HEALTH_CATEGORIES), Reason.LAW_GATE),
            CONSENT,
        ),
        unblockable=CONSENTED_DISCLOSURE,
    ),
    Rule(
        "social-disclosure",
        SOCIAL_DISCLOSURE,
        READ,
        (
            PROFESSIONAL,
            PURPOSE,
            RELATION,
            Gate(
                "law",
                cell(Cell.CONSENT, Cell.PERMIT, Cell.OWN, Cell.BRANCH, only=SOCIAL_CATEGORIES),
                Reason.LAW_GATE,
            ),
            CONSENT,
        ),
        unblockable=SOCIAL_DISCLOSURE,
    ),
    Rule(
        "own-service",
        OWN_SERVICE,
        READ,
        (
            Gate("sector", social_worker, Reason.SECTOR),
            PURPOSE,
            RELATION,
            Gate("law", own_matter, Reason.LAW_GATE),
        ),
        unblockable=OWN_SERVICE,
    ),
    Rule(
        "discharge-party",
        DISCHARGE_PARTY,
        READ,
        (
            PROFESSIONAL,
            PURPOSE,
            Gate("relation", a_party, Reason.NO_RELATION),
            PARTYS_BLOCK,
        ),
    ),
    Rule(
        "citizens-choice",
        CITIZENS_CHOICE,
        READ,
        (
            PROFESSIONAL,
            PURPOSE,
            RELATION,
            Gate("law", cell(Cell.CHOSEN), Reason.LAW_GATE),
            Gate("choice", shared_by_choice, Reason.BLOCKED),
            BLOCK,
        ),
    ),
    Rule(
        "treatment-will",
        TREATMENT_WILL,
        READ,
        (
            Gate("sector", doctor_or_nurse_with_reason, Reason.SECTOR),
            PURPOSE,
            RELATION,
            Gate("law", cell(Cell.CONFIRM), Reason.LAW_GATE),
        ),
        unblockable=TREATMENT_WILL,
    ),
    *PURPOSE_RULES,
    *SWITCHED_RULES,
)

RECORDED_BY_HEALTH = frozenset(
    {
        Category.APPT_SUL,
        Category.DIAG,
        Category.COND_SUL,
        Category.INT_SUL,
        Category.PLAN_SUL,
        Category.PLAN_PSY,
        Category.GOAL_SUL,
        Category.DOC_SUL,
    }
)
WRITERS_OF_HEALTH = frozenset({ActingAs.HP, ActingAs.HP_ASSIST})
WRITERS_OF_SOCIAL = frozenset({ActingAs.CARE, ActingAs.CASE, ActingAs.SOC_PSY})


@condition
def under_the_same_law(actor: Actor, target: Target) -> Q:
    """The actor acts under the act that the element is recorded in."""
    if actor.acting_as in WRITERS_OF_HEALTH:
        return target.category_in(RECORDED_BY_HEALTH)
    return target.category_in(SOCIAL_CATEGORIES) if actor.acting_as in WRITERS_OF_SOCIAL else NEVER


SAME_LAW = Gate("law", under_the_same_law, Reason.LAW_GATE)
# Whoever the citizen has stopped from seeing something does not learn by changing it that it is there. What the social
# side recorded in its own service no block keeps from it (law study 3.5).
CORRECTION_BLOCK = Gate("block", category_in(*SOCIAL_CATEGORIES) | unblocked, Reason.BLOCKED)

WRITE_RULES: tuple[Rule, ...] = (
    Rule(
        "own-recording",
        OWN_RECORDING,
        frozenset({Action.CREATE}),
        (PROFESSIONAL, PURPOSE, RELATION, SAME_LAW),
        unblockable=OWN_RECORDING,
    ),
    Rule(
        "own-correction",
        OWN_RECORDING,
        frozenset({Action.UPDATE}),
        (PROFESSIONAL, PURPOSE, RELATION, SAME_LAW, Gate("owner", of_own_unit, Reason.LAW_GATE), CORRECTION_BLOCK),
    ),
)

# What the citizen herself writes: her own life goals and the typed part of her stamkort (law study 3.4, 3.7).
CITIZEN_WRITE_RULES: tuple[Rule, ...] = (
    Rule(
        "own-words",
        OWN_ACCESS,
        frozenset({Action.CREATE, Action.UPDATE}),
        (
            HERSELF,
            OF_AGE,
            Gate("law", category_in(Category.GOAL_LIFE, Category.SK_TYPED), Reason.LAW_GATE),
        ),
        unblockable=OWN_ACCESS,
    ),
)

TYPED = Gate("law", category_in(Category.SK_TYPED), Reason.LAW_GATE)

# What those who treat her may type on the stamkort, and those who act for her: by a power of attorney that says so, as
# parent of a child under 15 or as guardian (law study 3.4, 3.7).
STAMKORT_WRITE_RULES: tuple[Rule, ...] = (
    Rule(
        "stamkort-entry",
        STAMKORT_SHARING,
        frozenset({Action.CREATE}),
        (SECTOR, PURPOSE, RELATION, TYPED),
        unblockable=STAMKORT_SHARING,
    ),
    Rule(
        "stamkort-correction",
        STAMKORT_SHARING,
        frozenset({Action.UPDATE}),
        (SECTOR, PURPOSE, RELATION, TYPED, BLOCK),
    ),
    Rule(
        "stamkort-by-attorney",
        POWER_OF_ATTORNEY,
        frozenset({Action.CREATE, Action.UPDATE}),
        (
            WRITING_ATTORNEY,
            TYPED,
        ),
        unblockable=POWER_OF_ATTORNEY,
    ),
    Rule(
        "stamkort-by-parent",
        CUSTODY,
        frozenset({Action.CREATE, Action.UPDATE}),
        (
            *PARENT_OF_CHILD,
            TYPED,
        ),
        unblockable=CUSTODY,
    ),
    Rule(
        "stamkort-by-guardian",
        GUARDIANSHIP,
        frozenset({Action.CREATE, Action.UPDATE}),
        (
            GUARDIAN,
            TYPED,
        ),
        unblockable=GUARDIANSHIP,
    ),
)
