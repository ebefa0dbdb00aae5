"""Who may see and change goals, evaluations of them and the dialogue about them."""

from access.conditions import Target
from access.grounds import GUARDIANSHIP
from access.policies import Gate, Policy, Rule, register
from access.vocabulary import Action, Category, Reason
from citizens.conditions import as_guardian
from consents.gates import PRIVATE, category_in
from consents.rules import CITIZEN_WRITE_RULES, ELEMENT_RULES, WRITE_RULES
from goals.models import Dialogue, Evaluation, Goal

RULES = (*ELEMENT_RULES, *WRITE_RULES, *CITIZEN_WRITE_RULES)
HELD = frozenset({Category.GOAL_LIFE, Category.GOAL_SUL, Category.GOAL_SOC})
IS_GUARDIAN = Gate("representation", as_guardian, Reason.NO_RELATION)
OF_LIFE = Gate("law", category_in(Category.GOAL_LIFE), Reason.LAW_GATE)
# A guardian writes the ward's life goals (law study 3.4), and changes those that she can see.
BY_GUARDIAN = (
    Rule(
        "goal-by-guardian",
        GUARDIANSHIP,
        frozenset({Action.CREATE}),
        (IS_GUARDIAN, OF_LIFE),
        unblockable=GUARDIANSHIP,
    ),
    Rule(
        "goal-change-by-guardian",
        GUARDIANSHIP,
        frozenset({Action.UPDATE}),
        (IS_GUARDIAN, OF_LIFE, PRIVATE),
        unblockable=GUARDIANSHIP,
    ),
)
GOAL = register(Policy(Goal, Target(sharing="sharing", holds=HELD), (*RULES, *BY_GUARDIAN)))
EVALUATION = register(Policy(Evaluation, Target(holds=HELD), RULES))
DIALOGUE = register(Policy(Dialogue, Target(holds=HELD), RULES))
