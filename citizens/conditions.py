"""What the law asks of the person and of those who may act for her, as conditions."""

from typing import Any

from django.db.models import DateField, DateTimeField, F, Func, OuterRef, Q, Value

from access import facts
from access.actors import DENMARK, Actor
from access.conditions import NEVER, Target, condition, conj, disj, exists, negate
from access.sql import IsIn
from access.vocabulary import ActingAs, Category
from citizens.models import Citizen, Custody, Guardianship, PowerOfAttorney

facts.tells(PowerOfAttorney, "power-of-attorney", "start", "end")
facts.tells(Custody, "custody", "start", "end")
facts.tells(Guardianship, "guardianship", "scope", "start", "end")

NEVER_BY_OTHERS = frozenset({Category.WILL_CONTENT, Category.ODR_CONTENT})


def at(moment: Any) -> Any:
    """An instant as an expression; a slot already is one."""
    return moment if hasattr(moment, "resolve_expression") else Value(moment, output_field=DateTimeField())


def alive(actor: Actor) -> Q:
    """The citizen lives at the moment of the request; death ends every right to act for her."""
    return Q(died_at__isnull=True) | Q(died_at__gt=actor.moment)


@condition
def own(actor: Actor, target: Target) -> Q:
    """The citizen asks for her own data."""
    if actor.acting_as != ActingAs.CITIZEN or actor.citizen_id is None:
        return NEVER
    return Q(**{target.citizen: actor.citizen_id}) & exists(Citizen, alive(actor), pk=actor.citizen_id)


@condition
def of_age(actor: Actor, target: Target) -> Q:
    """The citizen who asks is 15 or older."""
    if actor.citizen_id is None:
        return NEVER
    return exists(Citizen, pk=actor.citizen_id, birth_date__lte=actor.fifteen_born_by)


class _BornBy(Func):
    """The last day of birth of those who are so many `years` old at an instant, by the day in Denmark."""

    template = f"((%(expressions)s AT TIME ZONE '{DENMARK.key}')::date - interval '%(years)s years')::date"
    output_field = DateField()


@condition
def sixty(actor: Actor, target: Target) -> Q:
    """The citizen who asks is 60 or older."""
    if actor.citizen_id is None:
        return NEVER
    return exists(Citizen, pk=actor.citizen_id, birth_date__lte=_BornBy(at(actor.moment), years=60))


@condition
def of_eighteen(actor: Actor, target: Target) -> Q:
    """The citizen who asks is of full age: 18 or older."""
    if actor.citizen_id is None:
        return NEVER
    return exists(Citizen, pk=actor.citizen_id, birth_date__lte=_BornBy(at(actor.moment), years=18))


@condition
def without_guardian(actor: Actor, target: Target) -> Q:
    """Nobody is guardian of the citizen who asks in personal matters: she manages them herself."""
    if actor.citizen_id is None:
        return NEVER
    return negate(
        exists(
            Guardianship,
            Q(end__isnull=True) | Q(end__gt=actor.moment),
            ward_id=actor.citizen_id,
            scope=Guardianship.Scope.PERSONAL,
            start__lte=actor.moment,
        )
    )


def _for_other(acting_as: ActingAs, actor: Actor, target: Target) -> Q:
    """The one asked about is the one whom the actor says to act for, and she lives."""
    if actor.acting_as != acting_as or actor.citizen_id is None or actor.on_behalf_of is None:
        return NEVER
    return Q(**{target.citizen: actor.on_behalf_of}) & exists(Citizen, alive(actor), pk=actor.on_behalf_of)


@condition
def open_to_others(actor: Actor, target: Target) -> Q:
    """Not a will or an organ donation: those are the citizen's alone."""
    return target.category_in(frozenset(Category) - NEVER_BY_OTHERS)


@condition
def shared_with_all(actor: Actor, target: Target) -> Q:
    """Not a life goal, or one shared with all: any other choice of the citizen leaves out who acts for her."""
    others = target.category_in(frozenset(Category) - {Category.GOAL_LIFE})
    shared = Q(**{target.sharing: "all"}) if target.sharing is not None else NEVER
    return disj([others, conj([target.category_in([Category.GOAL_LIFE]), shared])])


def attorney(actor: Actor, target: Target, *where: Q, **more: Any) -> Q:
    """A power of attorney in force."""
    mine = _for_other(ActingAs.PROXY, actor, target)
    if mine is NEVER:
        return NEVER
    return mine & exists(
        PowerOfAttorney,
        Q(revoked_at__isnull=True) | Q(revoked_at__gt=actor.moment),
        *where,
        principal_id=OuterRef(target.citizen),
        attorney_id=actor.citizen_id,
        start__lte=actor.moment,
        end__gt=actor.moment,
        **more,
    )


@condition
def as_proxy(actor: Actor, target: Target) -> Q:
    """The actor has a power of attorney."""
    return attorney(actor, target)


@condition
def in_proxys_scope(actor: Actor, target: Target) -> Q:
    """A power of attorney in force names this kind of data."""
    return attorney(actor, target, Q(IsIn(target.category_ref, F("families"))))


@condition
def as_writing_proxy(actor: Actor, target: Target) -> Q:
    """The actor has a power of attorney for this kind of data that lets her write too."""
    return attorney(actor, target, Q(IsIn(target.category_ref, F("families"))), may_write=True)


@condition
def as_deciding_proxy(actor: Actor, target: Target) -> Q:
    """The actor has a power of attorney that lets her write, whatever kinds of data it names."""
    return attorney(actor, target, may_write=True)


@condition
def as_parent(actor: Actor, target: Target) -> Q:
    """The actor has custody of the child."""
    mine = _for_other(ActingAs.PARENT, actor, target)
    if mine is NEVER:
        return NEVER
    return mine & exists(
        Custody,
        Q(end__isnull=True) | Q(end__gt=actor.moment),
        child_id=OuterRef(target.citizen),
        parent_id=actor.citizen_id,
        start__lte=actor.moment,
    )


@condition
def child_under_15(actor: Actor, target: Target) -> Q:
    """The one asked about is younger than 15."""
    return exists(Citizen, pk=OuterRef(target.citizen), birth_date__gt=actor.fifteen_born_by)


@condition
def as_guardian(actor: Actor, target: Target) -> Q:
    """The actor is guardian in personal matters."""
    mine = _for_other(ActingAs.GUARDIAN, actor, target)
    if mine is NEVER:
        return NEVER
    return mine & exists(
        Guardianship,
        Q(end__isnull=True) | Q(end__gt=actor.moment),
        ward_id=OuterRef(target.citizen),
        guardian_id=actor.citizen_id,
        scope=Guardianship.Scope.PERSONAL,
        start__lte=actor.moment,
    )
