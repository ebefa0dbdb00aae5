"""Who may see and change the stamkort: register part (the citizen), typed entries, relatives, registrations."""

from access.conditions import Target
from access.policies import Policy, register
from access.vocabulary import Category
from citizens.models import Citizen, Relative
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
REGISTRATION = register(Policy(Registration, Target(holds=frozenset({Category.SK_FLAG})), ELEMENT_RULES))
CONTENT = register(
    Policy(RegistrationContent, Target(holds=frozenset({Category.WILL_CONTENT, Category.ODR_CONTENT})), ELEMENT_RULES)
)
