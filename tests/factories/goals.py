"""Goals of every kind, their links and evaluation, and the dialogue about them."""

from typing import Any

from access.vocabulary import Category, Law
from goals.models import Dialogue, Evaluation, Goal, GoalCondition, GoalLink
from terminology.systems import CARE_SOCIAL, NPU
from tests.factories.base import ahead, element
from tests.factories.careplans import diagnosis, home_care_condition
from tests.factories.citizens import citizen
from tests.factories.organisations import home_care

Kind = Goal.Kind
Sharing = Goal.Sharing


def _goal(given: dict[str, Any], **fields: Any) -> Goal:
    made = element(given, Category.GOAL_SUL, Category.GOAL_SOC, Category.GOAL_LIFE)
    return Goal.objects.create(**{**fields, **made})


def life_goal(**given: Any) -> Goal:
    """A life goal in the citizen's own words, shared with all who treat or care for her unless given."""
    given.setdefault("category", Category.GOAL_LIFE)
    return _goal(given, kind=Kind.LIFE, words="Jeg vil følge mit barnebarn i skole.", sharing=Sharing.ALL, priority=1)


def health_only_life_goal(**given: Any) -> Goal:
    """A life goal shared with the health side only."""
    return life_goal(**{"sharing": Sharing.HEALTH, **given})


def named_life_goal(*units: Any, **given: Any) -> Goal:
    """A life goal shared with these units and those below them."""
    return life_goal(**{"sharing": Sharing.NAMED, "shared_with": [unit.pk for unit in units], **given})


def private_life_goal(**given: Any) -> Goal:
    """A life goal that the citizen keeps to herself."""
    return life_goal(**{"sharing": Sharing.PRIVATE, **given})


def overall_goal(**given: Any) -> Goal:
    """An overall goal that staff under the health act agreed on with the citizen."""
    return _goal(given, kind=Kind.OVERALL, words="Bedre vejrtrækning i hverdagen", is_agreed=True)


def disease_goal(**given: Any) -> Goal:
    """A disease-specific sub-goal: a measure, a value and a date."""
    target = {"measure_system": NPU, "measure_code": "NPU27300", "target_value": 53, "target_comparator": "<"}
    due = ahead(days=180).date()
    return _goal(
        given, kind=Kind.DISEASE, words="Langtidsblodsukker under 53", target_unit="mmol/mol", due_on=due, **target
    )


def functional_goal(**given: Any) -> Goal:
    """A functional sub-goal of home care: from moderate to slight limitation."""
    if "origin" not in given:
        given["origin"] = home_care()
    given.setdefault("recorded_under", Law.SERVICE)
    measure = {"measure_system": CARE_SOCIAL, "measure_code": "66959f77-6e2a-4574-8423-3ff097f8b9fa"}
    return _goal(given, kind=Kind.FUNCTIONAL, words="Vasker sig selv", severity_now=2, severity_expected=1, **measure)


def completed_goal(**given: Any) -> Goal:
    """A disease-specific sub-goal that was reached."""
    return disease_goal(**{"status": Goal.Status.COMPLETED, "achievement": "achieved", **given})


def goal_tree(**given: Any) -> tuple[Goal, Goal, Goal]:
    """A life goal, an overall goal that serves it, and a sub-goal below that, of one citizen."""
    about = given.setdefault("citizen", citizen())
    life = life_goal(citizen=about)
    overall = overall_goal(**given)
    sub = disease_goal(**{"parent": overall, "origin": overall.origin, **given})
    goal_link(source=overall, target=life)
    return life, overall, sub


def goal_link(**given: Any) -> GoalLink:
    """That one goal serves a larger one."""
    if "source" not in given:
        given["source"] = overall_goal()
    if "target" not in given:
        given["target"] = life_goal(citizen=given["source"].citizen)
    return GoalLink.objects.create(**{"kind": GoalLink.Kind.SERVES, **given})


def conflict(**given: Any) -> GoalLink:
    """That two goals stand against each other."""
    if "source" not in given:
        given["source"] = disease_goal()
    if "target" not in given:
        given["target"] = functional_goal(citizen=given["source"].citizen)
    return goal_link(**{"kind": GoalLink.Kind.CONFLICTS, **given})


def goal_condition(**given: Any) -> GoalCondition:
    """That a goal addresses a condition as its main one."""
    if "goal" not in given:
        given["goal"] = disease_goal()
    if "condition" not in given:
        make = home_care_condition if given["goal"].category == Category.GOAL_SOC else diagnosis
        given["condition"] = make(citizen=given["goal"].citizen)
    return GoalCondition.objects.create(**given)


def evaluation(**given: Any) -> Evaluation:
    """An evaluation of a goal by staff: it is getting better."""
    return _evaluation(given, achievement="improving", text="Går fremad.")


def own_rating(**given: Any) -> Evaluation:
    """The citizen's own rating of a goal, four of five."""
    given.setdefault("author_kind", "citizen")
    return _evaluation(given, achievement="improving", rating=4)


def _evaluation(given: dict[str, Any], **fields: Any) -> Evaluation:
    if "goal" not in given:
        own = {"citizen": given["citizen"]} if "citizen" in given else {}
        given["goal"] = disease_goal(**own)
    about = given["goal"]
    given = {"citizen": about.citizen, "origin": about.origin, **given}
    if "recorded_under" not in given and "category" not in given:
        given.update(category=about.category, recorded_under=about.recorded_under)
    return Evaluation.objects.create(**{**fields, **element(given, Category.GOAL_SUL)})


def dialogue(**given: Any) -> Dialogue:
    """A dialogue about goals that was held."""
    fields = {"participants": "Borgeren og sygeplejersken", "summary": "Talte om hverdagen derhjemme."}
    made = element(given, Category.GOAL_SUL, Category.GOAL_SOC, Category.GOAL_LIFE)
    return Dialogue.objects.create(**{**fields, **made})


def no_dialogue_yet(**given: Any) -> Dialogue:
    """That nobody has asked the citizen about her goals yet."""
    return dialogue(**{"is_held": False, "participants": "", "summary": "", **given})
