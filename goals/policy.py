"""Who may see and change goals, evaluations of them and the dialogue about them."""

from access.conditions import Target
from access.grounds import OWN_ACCESS
from access.policies import Gate, Policy, Rule, register
from access.vocabulary import Action, Category, Reason
from consents.gates import HERSELF, OF_AGE, category_in
from consents.rules import CITIZEN_WRITE_RULES, ELEMENT_RULES, WRITE_RULES
from consents.switched import GOALS_BY_OTHERS
from goals.models import Dialogue, Evaluation, Goal

RULES = (*ELEMENT_RULES, *WRITE_RULES, *CITIZEN_WRITE_RULES)
HELD = frozenset({Category.GOAL_LIFE, Category.GOAL_SUL, Category.GOAL_SOC})
GOAL = register(Policy(Goal, Target(sharing="sharing", holds=HELD), (*RULES, *GOALS_BY_OTHERS)))
EVALUATION = register(Policy(Evaluation, Target(holds=HELD), RULES))
DIALOGUE = register(Policy(Dialogue, Target(holds=HELD), RULES))

# What the citizen says of a goal that others wrote: whether she agrees, and her comment. An act of its own, beside the
# changes that only its writer makes; nobody does it for her (docs/adr/0022).
BY_OTHERS = Gate("law", category_in(Category.GOAL_SUL, Category.GOAL_SOC), Reason.LAW_GATE)
ANSWER = Policy(
    Goal,
    GOAL.target,
    (Rule("own-words", OWN_ACCESS, frozenset({Action.UPDATE}), (HERSELF, OF_AGE, BY_OTHERS), unblockable=OWN_ACCESS),),
)
