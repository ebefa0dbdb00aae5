"""Who may see and change the stamkort: register part (the citizen), typed entries, relatives, registrations."""

from access.conditions import Target
from access.grounds import RESUSCITATION_REFUSAL
from access.policies import Gate, Policy, Rule, register
from access.vocabulary import Action, Category, Reason
from citizens.conditions import sixty, without_guardian
from citizens.models import Citizen, Relative
from consents.gates import HERSELF
from consents.rules import CITIZEN_WRITE_RULES, ELEMENT_RULES, STAMKORT_WRITE_RULES
from stamkort.models import Entry, Registration, RegistrationContent

TYPED = (*ELEMENT_RULES, *CITIZEN_WRITE_RULES, *STAMKORT_WRITE_RULES)
CITIZEN = register(
    Policy(
        Citizen,
        Target(citizen="id", category=None, fixed=Category.SK_REG, origin=None, occurred_at=None),
        ELEMENT_RULES,
    )
)
RELATIVE = register(Policy(Relative, Target(holds=frozenset({Category.SK_TYPED})), TYPED))
ENTRY = register(Policy(Entry, Target(holds=frozenset({Category.SK_TYPED})), TYPED))
# To refuse resuscitation is hers alone, from 60 on; whoever acts for her cannot (law study 2.3, 2.8, 3.4).
OWN_REFUSAL = Rule(
    "own-refusal",
    RESUSCITATION_REFUSAL,
    frozenset({Action.CREATE, Action.UPDATE}),
    (
        HERSELF,
        Gate("law", without_guardian, Reason.LAW_GATE),
        Gate("age", sixty, Reason.AGE),
    ),
    unblockable=RESUSCITATION_REFUSAL,
)
REGISTRATION = register(
    Policy(Registration, Target(holds=frozenset({Category.SK_FLAG})), (*ELEMENT_RULES, OWN_REFUSAL))
)
CONTENT = register(
    Policy(RegistrationContent, Target(holds=frozenset({Category.WILL_CONTENT, Category.ODR_CONTENT})), ELEMENT_RULES)
)
