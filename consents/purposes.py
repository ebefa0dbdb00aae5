"""Matrix C of the law study (3.6): looks for other purposes than treatment, each with its own limits.

Declining is final here: neither a consent nor an override opens a block (SUL § 42 d, stk. 4). A look-up audit sees the
log (minlog/policy.py) and supervision is sent what it needs by the source; to everything else both have a rule with a
gate that nothing opens, which says so. Adverse events, insurance, employers, police and research have no rule at all.
"""

from typing import Any

from django.db.models import BooleanField, DateTimeField, F, Func, OuterRef, Q, Value

from access.actors import Actor
from access.conditions import NEVER, Target, actor_is, condition, exists
from access.grounds import LOOK_UP_AUDIT, OWN_EVALUATION, QUALITY_WORK, SUPERVISION
from access.policies import Gate, Rule
from access.vocabulary import ActingAs, Action, Category, Profession, Purpose, Reason
from citizens.conditions import alive
from citizens.models import Citizen
from consents.conditions import blocked
from organisations.conditions import HEALTH_BASES, above
from organisations.models import Permit, TreatmentRelation, UnitLink

CLINICAL = frozenset(
    {Category.DIAG, Category.COND_SUL, Category.INT_SUL, Category.PLAN_SUL, Category.GOAL_SUL, Category.DOC_SUL}
)
EVALUATORS = frozenset({Profession.DOCTOR, Profession.DENTIST, Profession.MIDWIFE, Profession.NURSE})
EVALUATION_LIMIT = "6 months"
QUALITY_LIMIT = "5 years"
READ = frozenset({Action.READ})


class _Later(Func):
    """An instant so much later, counted in calendar months of UTC."""

    output_field = DateTimeField()

    def __init__(self, instant: Any, interval: str) -> None:
        super().__init__(instant, template=f"(%(expressions)s + interval '{interval}')")


evaluating = actor_is("evaluating", lambda actor: actor.purpose == Purpose.EVALUATION)
assuring_quality = actor_is("assuring_quality", lambda actor: actor.purpose == Purpose.QUALITY)
an_evaluator = actor_is(
    "an_evaluator", lambda actor: actor.acting_as == ActingAs.HP and actor.asked_profession in EVALUATORS
)
a_professional = actor_is("a_professional", lambda actor: actor.acting_as == ActingAs.HP)
an_auditor = actor_is("an_auditor", lambda actor: actor.acting_as == ActingAs.AUDIT)
auditing = actor_is("auditing", lambda actor: actor.purpose == Purpose.AUDIT)
supervising = actor_is(
    "supervising",
    lambda actor: actor.acting_as == ActingAs.SUPERVISION and actor.purpose == Purpose.SUPERVISION,
)
nobody = actor_is("nobody", lambda actor: False)


@condition
def living(actor: Actor, target: Target) -> Q:
    """The citizen lives."""
    return exists(Citizen, alive(actor), pk=OuterRef(target.citizen))


@condition
def took_part(actor: Actor, target: Target) -> Q:
    """The actor herself treated the citizen there, and it ended at most six months ago."""
    if actor.professional_id is None or actor.unit_id is None:
        return NEVER
    return exists(
        TreatmentRelation,
        Q(_Is(_Later(F("end"), EVALUATION_LIMIT), actor.moment, or_equal=True)),
        Q(citizen__died_at__isnull=True) | Q(citizen__died_at__gt=actor.moment),
        above(actor, "origin_id"),
        citizen_id=OuterRef(target.citizen),
        professional_id=actor.professional_id,
        basis__in=HEALTH_BASES,
        status__in=["verified", "ended"],
        end__lte=actor.moment,
    )


@condition
def permitted_quality_work(actor: Actor, target: Target) -> Q:
    """The management has permitted the actor to look for quality work at the unit."""
    if actor.professional_id is None or actor.unit_id is None:
        return NEVER
    return exists(
        Permit,
        Q(end__isnull=True) | Q(end__gt=actor.moment),
        above(actor, "unit_id"),
        professional_id=actor.professional_id,
        kind=Permit.Kind.QUALITY,
        start__lte=actor.moment,
    )


@condition
def of_own_place(actor: Actor, target: Target) -> Q:
    """The element was recorded at the actor's unit or below it."""
    if actor.unit_id is None or target.origin is None:
        return NEVER
    return exists(UnitLink, descendant_id=OuterRef(target.origin), ancestor_id=actor.unit_id)


@condition
def of_five_years(actor: Actor, target: Target) -> Q:
    """The element is about an instant less than five years ago."""
    if target.occurred_at is None:
        return NEVER
    return Q(_Is(_Later(F(target.occurred_at), QUALITY_LIMIT), actor.moment))


class _Is(Func):
    """Whether the first instant comes after the second (or is it)."""

    template = "(%(expressions)s)"

    def __init__(self, first: Any, second: Any, *, or_equal: bool = False) -> None:
        other = second if hasattr(second, "resolve_expression") else Value(second, output_field=DateTimeField())
        super().__init__(first, other, arg_joiner=" >= " if or_equal else " > ", output_field=BooleanField())


@condition
def clinical(actor: Actor, target: Target) -> Q:
    """The element is clinical data of the health sector."""
    return target.category_in(CLINICAL)


NOT_DECLINED = Gate("block", ~blocked, Reason.BLOCKED)

PURPOSE_RULES: tuple[Rule, ...] = (
    Rule(
        "own-evaluation",
        OWN_EVALUATION,
        READ,
        (
            Gate("sector", an_evaluator, Reason.PURPOSE),
            Gate("purpose", evaluating, Reason.PURPOSE),
            Gate("relation", took_part, Reason.NO_RELATION),
            Gate("law", clinical, Reason.LAW_GATE),
            NOT_DECLINED,
        ),
    ),
    Rule(
        "quality-work",
        QUALITY_WORK,
        READ,
        (
            Gate("sector", a_professional, Reason.PURPOSE),
            Gate("purpose", assuring_quality & permitted_quality_work, Reason.PURPOSE),
            Gate("relation", living, Reason.NO_RELATION),
            Gate("law", clinical & of_own_place & of_five_years, Reason.LAW_GATE),
            NOT_DECLINED,
        ),
    ),
    Rule(
        "audited-data",
        LOOK_UP_AUDIT,
        READ,
        (Gate("sector", an_auditor & auditing, Reason.SECTOR), Gate("purpose", nobody, Reason.LOG_ONLY)),
        unblockable=LOOK_UP_AUDIT,
    ),
    Rule(
        "supervised-data",
        SUPERVISION,
        READ,
        (Gate("sector", supervising, Reason.SECTOR), Gate("purpose", nobody, Reason.SENT_BY_SOURCE)),
        unblockable=SUPERVISION,
    ),
)
