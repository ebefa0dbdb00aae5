"""The gates that rules are made of: each a named step of the law's order of evaluation (3.2), with its reason."""

from django.db.models import F, OuterRef, Q

from access.actors import Actor
from access.conditions import (
    ALWAYS,
    NEVER,
    Condition,
    Target,
    actor_is,
    condition,
    condition_within,
    conj,
    disj,
    exists,
    holding,
    negate,
)
from access.matrix import ALL_HELD, Cell, categories_with
from access.open_questions import PARTIES_UNBLOCKABLE, REHABILITATION_AND_MEALS
from access.policies import Gate
from access.sql import IsIn
from access.vocabulary import ActingAs, Category, Profession, Reason
from citizens.conditions import (
    alive,
    as_guardian,
    as_parent,
    as_proxy,
    as_writing_proxy,
    child_under_15,
    of_age,
    open_to_others,
    own,
    shared_with_all,
)
from citizens.models import Citizen
from consents.conditions import consented, once_consented, unblocked
from organisations.conditions import (
    any_professional,
    for_the_task,
    health_professional,
    in_treatment,
    of_own_authority,
    of_own_branch,
    under_responsibility,
)

NOT_BLOCKABLE = frozenset({Category.SK_REG, Category.SK_FLAG})


def cell(*verdicts: Cell, only: frozenset[Category] | None = None, but: frozenset[Category] = frozenset()) -> Condition:
    """The matrix gives this verdict for the actor's capacity and the element's category, or could on another day."""

    def build(actor: Actor, target: Target) -> Q:
        regime = actor.regime or frozenset()
        found = categories_with(actor.acting_as, *verdicts, regime=regime)
        found |= categories_with(actor.acting_as, *verdicts, regime=regime | ALL_HELD)
        found -= but
        return target.category_in(found & only if only is not None else found)

    return Condition("cell(" + ", ".join(verdicts) + ")", build)


def held_back(*verdicts: Cell) -> Condition:
    """The matrix would give this verdict if a regime or switch held that does not."""

    def build(actor: Actor, target: Target) -> Q:
        regime = actor.regime or frozenset()
        now = categories_with(actor.acting_as, *verdicts, regime=regime)
        return target.category_in(categories_with(actor.acting_as, *verdicts, regime=regime | ALL_HELD) - now)

    return Condition("held_back(" + ", ".join(verdicts) + ")", build)


def category_in(*categories: Category) -> Condition:
    """The element is of one of these categories."""
    return Condition("category_in", lambda _actor, target: target.category_in(categories))


def among_the_partys(actor: Actor, target: Target) -> Q:
    """Whether the row is one of those that the actor's unit is a party of."""
    return NEVER if target.party_items is None else Q(IsIn(F("pk"), target.party_items(actor)))


@condition_within(among_the_partys)
def a_party(actor: Actor, target: Target) -> Q:
    """The actor's unit, or one above it, is a named party of this agreement or coordination plan; the citizen lives."""
    if target.parties is None or actor.unit_id is None:
        return NEVER
    agreement = target.category_in([Category.PLAN_PSY])
    return conj([agreement, target.parties(actor, target), exists(Citizen, alive(actor), pk=OuterRef(target.citizen))])


doctor_or_nurse_with_reason = actor_is(
    "doctor_or_nurse_with_reason",
    lambda actor: (
        actor.acting_as == ActingAs.HP
        and bool(actor.will_reason)
        and actor.asked_profession in (Profession.DOCTOR, Profession.NURSE, Profession.DENTIST)
    ),
)


@condition
def own_matter(actor: Actor, target: Target) -> Q:
    """The element is of the actor's authority, and for some categories of her own branch of it."""
    regime = actor.regime or frozenset()
    anywhere = target.category_in(categories_with(actor.acting_as, Cell.OWN, regime=regime))
    in_branch = target.category_in(categories_with(actor.acting_as, Cell.BRANCH, regime=regime))
    return disj(
        [conj([anywhere, of_own_authority.q(actor, target)]), conj([in_branch, of_own_branch.q(actor, target)])]
    )


@condition
def surely_a_time(actor: Actor, target: Target) -> Q:
    """It is not open whether the law lets the time be told, or the switch says that it does."""
    if target.doubtful_time is None or actor.holds(REHABILITATION_AND_MEALS):
        return ALWAYS
    return negate(target.doubtful_time)


# The citizen herself, and who acts for her.
HERSELF = Gate("own", own, Reason.NO_RELATION)
OF_AGE = Gate("age", of_age, Reason.AGE)
ATTORNEY = Gate("representation", as_proxy, Reason.NO_RELATION)
WRITING_ATTORNEY = Gate("representation", as_writing_proxy, Reason.NO_RELATION)
GUARDIAN = Gate("representation", as_guardian, Reason.NO_RELATION)
PARENT_OF_CHILD = (Gate("representation", as_parent, Reason.NO_RELATION), Gate("age", child_under_15, Reason.AGE))

SECTOR = Gate("sector", health_professional & under_responsibility, Reason.SECTOR)
PROFESSIONAL = Gate("sector", any_professional & under_responsibility, Reason.SECTOR)
PURPOSE = Gate("purpose", for_the_task, Reason.PURPOSE)
RELATION = Gate("relation", in_treatment, Reason.NO_RELATION)
CONSENT = Gate("consent", consented, Reason.NEEDS_CONSENT, lapsed=once_consented)
BLOCK = Gate("block", unblocked, Reason.BLOCKED)
PARTYS_BLOCK = Gate("block", unblocked | holding(PARTIES_UNBLOCKABLE), Reason.BLOCKED)
REGIME = Gate("regime", ~held_back(Cell.PERMIT), Reason.REGIME_SWITCH_OFF)
LISTED = Gate("regime", ~held_back(Cell.PERMIT) & surely_a_time, Reason.REGIME_SWITCH_OFF)
OTHERS = Gate("law", open_to_others, Reason.LAW_GATE)
PRIVATE = Gate("choice", shared_with_all, Reason.BLOCKED)
