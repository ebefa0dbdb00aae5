"""Who may see and change goals, evaluations of them and the dialogue about them."""

from access.conditions import Target
from access.policies import Policy, register
from access.vocabulary import Category
from consents.rules import CITIZEN_WRITE_RULES, ELEMENT_RULES, WRITE_RULES
from consents.switched import GOALS_BY_OTHERS
from goals.models import Dialogue, Evaluation, Goal

RULES = (*ELEMENT_RULES, *WRITE_RULES, *CITIZEN_WRITE_RULES)
HELD = frozenset({Category.GOAL_LIFE, Category.GOAL_SUL, Category.GOAL_SOC})
GOAL = register(Policy(Goal, Target(sharing="sharing", holds=HELD), (*RULES, *GOALS_BY_OTHERS)))
EVALUATION = register(Policy(Evaluation, Target(holds=HELD), RULES))
DIALOGUE = register(Policy(Dialogue, Target(holds=HELD), RULES))
