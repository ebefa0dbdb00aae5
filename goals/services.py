"""Every write of goals: one transaction, decided inside, with its version and its log row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from access.actors import Actor
from access.authoring import change_element, create_element, missing, own, same
from access.decisions import decide_many
from access.policies import policy_of
from access.statements import Row, Source
from access.vocabulary import SOCIAL_LAWS, SOCIAL_SIDE, Action, Category, Law
from careplans.models import Condition
from careplans.services.links import units
from fhir.identifiers import NO_KEY, BusinessKey
from fhir.outcomes import broken
from goals.models import Goal, GoalCondition
from goals.policy import ANSWER

# The columns that a writer sets.
WRITTEN = (
    "kind",
    "status",
    "achievement",
    "words",
    "code_system",
    "code",
    "start_on",
    "due_on",
    "measure_system",
    "measure_code",
    "target_value",
    "target_comparator",
    "target_unit",
    "severity_expected",
)


# The columns that a writer may change without the citizen being asked anew whether she agrees.
COURSE = frozenset({"status", "achievement"})


ANSWERS = (Goal.Status.ACCEPTED, Goal.Status.REJECTED)
# Where what breaks a rule stands, if in one place.
_PLACES = {
    "goal-life-words": "Goal.description",
    "goal-shared-with": "Goal.extension.shared_with",
    "goal-sharing": "Goal.extension",
}


@dataclass(frozen=True)
class GoalInput:
    """What a goal is to be, as its writer says. `comment` is what she sends as the citizen's, who alone writes it."""

    citizen_id: UUID
    kind: Goal.Kind
    status: Goal.Status = Goal.Status.ACTIVE
    achievement: str = ""
    words: str = ""
    code_system: str = ""
    code: str = ""
    start_on: date | None = None
    due_on: date | None = None
    measure_system: str = ""
    measure_code: str = ""
    target_value: Decimal | None = None
    target_comparator: str = ""
    target_unit: str = ""
    severity_expected: int | None = None
    sharing: str = ""
    shared_with: Sequence[UUID] = ()
    comment: str = ""
    conditions: Sequence[UUID] = field(default_factory=tuple)
    identifier: BusinessKey = NO_KEY


@dataclass(frozen=True)
class GoalAnswer:
    """What the citizen says of a goal that others wrote: `status` is accepted or rejected, or as it was."""

    status: str
    comment: str = ""


def create_goal(*, by: Actor, source: Source, goal: GoalInput) -> Row:
    """Create a goal and return its row; `source` is what rows of goals are read back by.

    Raises FhirError: 403 without a right to record it, 422 for a goal that breaks the rules of its kind or addresses a
    condition that is not the citizen's or that the writer may not see.
    Law: grounds.OWN_RECORDING, or OWN_ACCESS for the citizen's own words.
    """
    conditions = own(Condition, list(goal.conditions), goal.citizen_id, "Goal.addresses")
    if unseen(by, conditions):
        raise missing("Goal.addresses", "Goal.addresses")
    category, law = place_of(by, conditions)
    check(goal, category)
    _check_comment(goal, "")
    units(goal.shared_with, "Goal.extension")
    return create_element(
        by=by,
        source=source,
        citizen_id=goal.citizen_id,
        identifier=goal.identifier,
        category=category,
        law=law,
        values={**_values(goal), **_sharing(goal, category)},
        after=(lambda made: _address(made, conditions)) if conditions else None,
    )


def update_goal(*, by: Actor, source: Source, key: UUID, goal: GoalInput, if_match: int | None) -> Row:
    """Change a goal, the caller having its current version, and return its row.

    Raises FhirError: 404, 403, 400 or 412 for the version, 422 as for creating. The citizen, the kind and the act it
    was recorded under never change. Whether the citizen agrees is open again where it says something else than before.
    """

    def change(current: Goal) -> dict[str, Any]:
        same(current, citizen_id=goal.citizen_id, kind=goal.kind)
        check(goal, Category(current.category))
        _check_comment(goal, current.citizen_comment)
        units(goal.shared_with, "Goal.extension")
        values = _values(goal)
        is_other = any(getattr(current, name) != value for name, value in values.items() if name not in COURSE)
        agreed = {"is_agreed": None} if is_other else {}
        return {**values, **_sharing(goal, Category(current.category)), **agreed}

    def after(current: Goal) -> None:
        conditions = own(Condition, list(goal.conditions), goal.citizen_id, "Goal.addresses")
        linked = list(current.addresses.order_by("rank").values_list("condition_id", flat=True))
        hidden = unseen(by, list({*conditions, *linked}))
        if hidden.intersection(conditions):
            raise missing("Goal.addresses", "Goal.addresses")
        GoalCondition.objects.filter(goal=current).delete()
        _address(current, [*conditions, *(key for key in linked if key in hidden)])

    return change_element(
        by=by, source=source, key=key, identifier=goal.identifier, if_match=if_match, change=change, after=after
    )


def answer_goal(*, by: Actor, source: Source, key: UUID, answer: GoalAnswer, if_match: int | None) -> Row:
    """Accept or reject a goal that was proposed, or comment one that others wrote, and return its row.

    Raises FhirError: 404, 403 for others than the citizen herself, 400 or 412 for the version, 422 for an answer to
    what was not proposed, or that says nothing. Law: grounds.OWN_ACCESS. Five statements.
    """

    def change(current: Goal) -> dict[str, Any]:
        return _answered(current, answer)

    return change_element(by=by, source=source, key=key, if_match=if_match, change=change, policy=ANSWER)


def answer_in(sent: GoalInput, key: UUID) -> GoalAnswer | None:
    """The answer that a goal is when the citizen sends it back with nothing changed but what is hers to say.

    None for any other change of it, which is its writer's. Two statements; it tells nothing and decides nothing.
    """
    current = Goal.objects.filter(pk=key, citizen_id=sent.citizen_id, kind=sent.kind).first()
    if current is None:
        return None
    told = {name: getattr(sent, name) for name in WRITTEN if name not in ("status", "words")}
    if current.kind == Goal.Kind.FUNCTIONAL:  # its measure is the same for all, and is not read as sent
        told |= {name: getattr(current, name) for name in ("measure_system", "measure_code")}
    linked = set(current.addresses.values_list("condition_id", flat=True))
    is_same = all(getattr(current, name) == value for name, value in told.items())
    if not is_same or sent.words not in (current.words, current.words or "-") or set(sent.conditions) != linked:
        return None
    is_answer = sent.status in ANSWERS and current.status == Goal.Status.PROPOSED
    is_comment = sent.status == current.status and sent.comment != current.citizen_comment
    return GoalAnswer(sent.status, sent.comment) if is_answer or is_comment else None


def _answered(current: Goal, answer: GoalAnswer) -> dict[str, Any]:
    """The columns that an answer sets. Raises FhirError (422)."""
    comment = answer.comment.strip()
    if answer.status == current.status:
        if comment == current.citizen_comment:
            raise broken("goal-answer-empty", "Svaret siger ikke noget nyt.", "The answer says nothing new.", "note")
        return {"citizen_comment": comment}
    if answer.status not in ANSWERS or current.status != Goal.Status.PROPOSED:
        raise broken(
            "goal-not-proposed",
            "Man kan kun svare på et mål, der er foreslået.",
            "Only a proposed goal can be accepted or rejected.",
            "Goal.lifecycleStatus",
        )
    is_agreed = answer.status == Goal.Status.ACCEPTED
    return {"status": answer.status, "is_agreed": is_agreed, "citizen_comment": comment}


def _check_comment(goal: GoalInput, held: str) -> None:
    """The note of a goal is the citizen's, and no other writer changes it. Raises FhirError (422)."""
    if goal.comment not in ("", held):
        raise broken(
            "goal-comment", "Bemærkningen er borgerens egen.", "The comment is the citizen's own.", "Goal.note"
        )


def _address(goal: Goal, conditions: list[UUID]) -> None:
    """Write which conditions a goal addresses, the main one first."""
    if conditions:
        GoalCondition.objects.bulk_create(
            GoalCondition(goal=goal, condition_id=key, rank=rank) for rank, key in enumerate(conditions, 1)
        )


def unseen(by: Actor, conditions: list[UUID]) -> set[UUID]:
    """Those of these conditions that the writer may not see: nobody points to them, and nobody takes them away."""
    if not conditions:
        return set()
    found = decide_many(policy_of(Condition), by, Action.READ, conditions)
    return {key for key in conditions if key not in found or not found[key].permitted}


def place_of(by: Actor, conditions: list[UUID]) -> tuple[Category, Law]:
    """The category of a new goal and the act it is recorded under: the writer's, or the citizen's own words.

    On the social side it is the act of the condition that the goal addresses; service law where it addresses none.
    """
    if by.professional_id is None:
        return Category.GOAL_LIFE, Law.CITIZEN
    if by.acting_as not in SOCIAL_SIDE:
        return Category.GOAL_SUL, Law.HEALTH
    acts = set(Condition.objects.filter(pk__in=conditions).values_list("recorded_under", flat=True)) & SOCIAL_LAWS
    return Category.GOAL_SOC, Law(acts.pop()) if len(acts) == 1 else Law.SERVICE


def check(goal: GoalInput, category: Category) -> None:
    """Hold a goal against the rules of its kind (law study 7.2). Raises FhirError (422)."""
    is_life = goal.kind == Goal.Kind.LIFE
    rules: list[tuple[bool, str, str, str]] = [
        (
            category == Category.GOAL_LIFE and not is_life,
            "goal-life-only",
            "Borgeren selv skriver livsmål.",
            "The citizen herself writes life goals.",
        ),
        (
            is_life and not goal.words.strip(),
            "goal-life-words",
            "Et livsmål har borgerens ord.",
            "A life goal has the citizen's words.",
        ),
        (
            is_life and (goal.target_value is not None or goal.severity_expected is not None),
            "goal-life-target",
            "Et livsmål har ingen målsætning i tal.",
            "A life goal carries no target.",
        ),
        (
            goal.kind == Goal.Kind.DISEASE
            and (not goal.measure_code or goal.target_value is None or goal.due_on is None),
            "goal-disease-target",
            "Et sygdomsmål har måling, værdi og dato.",
            "A disease goal has a measure, a value and a date.",
        ),
        (
            goal.kind == Goal.Kind.FUNCTIONAL and (goal.severity_expected is None or len(goal.conditions) != 1),
            "goal-functional-condition",
            "Et funktionsmål har forventet sværhedsgrad og netop én tilstand.",
            "A functional goal has an expected severity and exactly one condition.",
        ),
        (
            goal.kind == Goal.Kind.FUNCTIONAL and category == Category.GOAL_SUL,
            "goal-functional-act",
            "Funktionsmål skrives efter service- eller ældreloven.",
            "Functional goals are recorded under service or elderly law.",
        ),
        (
            bool(goal.sharing) and (category != Category.GOAL_LIFE or goal.sharing not in Goal.Sharing.values),
            "goal-sharing",
            "Kun borgerens eget livsmål har et valg af deling.",
            "Only the citizen's own life goal has a choice of sharing.",
        ),
        (
            bool(goal.shared_with) != (goal.sharing == Goal.Sharing.NAMED),
            "goal-shared-with",
            "Vælg de steder, du vil dele målet med. De nævnes kun, når du deler med bestemte steder.",
            "Choose the places to share the goal with. They are named only where you share with some places.",
        ),
    ]
    for is_broken, rule, da, en in rules:
        if is_broken:
            raise broken(rule, da, en, _PLACES.get(rule, ""))


def _values(goal: GoalInput) -> dict[str, Any]:
    """The columns that a writer sets."""
    return {name: getattr(goal, name) for name in WRITTEN}


def _sharing(goal: GoalInput, category: Category) -> dict[str, Any]:
    """The citizen's choice for her own life goal; silence means only herself."""
    if category != Category.GOAL_LIFE:
        return {"sharing": ""}
    return {"sharing": goal.sharing or Goal.Sharing.PRIVATE, "shared_with": list(dict.fromkeys(goal.shared_with))}
