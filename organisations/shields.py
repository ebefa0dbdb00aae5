"""Shields as conditions: from whom whose name is kept now, in the terms of `access.shielding`."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat

from access import shielding
from access.actors import Actor
from access.conditions import ALWAYS, Target, condition, conj
from organisations.models import Employment, Professional, Shield, UnitLink


def _before(actor: Actor) -> QuerySet[Shield]:
    """The shields in force that concern what this actor reads: of everybody, or of the one she reads about or is."""
    readers = Q(citizen__isnull=True)
    for reader in (actor.citizen_id, actor.on_behalf_of):
        if reader is not None:
            readers |= Q(citizen_id=reader)
    return Shield.objects.filter(readers, Q(end__isnull=True) | Q(end__gt=actor.moment), start__lte=actor.moment)


def _over(unit: Any, above: Any) -> Q:
    """Whether a shield's unit is this one, or one above it that takes its sub-units along.

    `unit` is the unit as seen from the shield, `above` the same as seen from one query further in.
    """
    ancestors = UnitLink.objects.filter(descendant_id=above).values("ancestor_id")
    return Q(unit_id=unit) | Q(with_sub_units=True, unit_id__in=ancestors)


def _at_work(actor: Actor, professional: Any) -> QuerySet[Employment]:
    """The professional's employments that last."""
    return Employment.objects.filter(
        Q(end__isnull=True) | Q(end__gt=actor.moment), professional_id=professional, start__lte=actor.moment
    )


def _kept(actor: Actor, who: str, unit: str | None) -> QuerySet[Professional]:
    """The professional of the outer row, with her `code`, if her name is kept from the actor; else nothing."""
    if unit is not None:
        place = _over(OuterRef(OuterRef(unit)), OuterRef(OuterRef(OuterRef(unit))))
    else:
        here = _at_work(actor, OuterRef(OuterRef("pk")))
        below = UnitLink.objects.filter(ancestor_id=OuterRef(OuterRef("unit_id"))).values("descendant_id")
        place = Exists(here.filter(unit_id=OuterRef("unit_id"))) | Q(
            Exists(here.filter(unit_id__in=below)), with_sub_units=True
        )
    own_first = (F("professional_id").asc(nulls_last=True), F("citizen_id").asc(nulls_last=True))
    shields = _before(actor).filter(Q(professional_id=OuterRef("pk")) | (Q(unit__isnull=False) & place))
    code = Subquery(shields.order_by(*own_first, "-start", "-id").values("code")[:1])
    return Professional.objects.filter(pk=OuterRef(who)).annotate(code=code).filter(code__isnull=False)


def told(actor: Actor, who: str, unit: str | None) -> Any:
    """Her profession and code as one text, if her name is kept, else null."""
    return Subquery(_kept(actor, who, unit).values(told=Concat("profession", Value(" "), "code"))[:1])


def is_kept(actor: Actor, who: str, unit: str | None) -> Q:
    """Whether her name is kept."""
    return Q(Exists(_kept(actor, who, unit)))


shielding.plug_in(told, is_kept)


@condition
def in_the_directory(actor: Actor, target: Target) -> Q:
    """The professional is not shielded from the actor, and works somewhere open if she works somewhere shielded.

    Who works nowhere else than at shielded units would be betrayed by a name without a place of work.
    """
    if not shielding.meets_shields(actor):
        return ALWAYS
    herself = Exists(_before(actor).filter(professional_id=OuterRef("pk")))
    over_work = Exists(_before(actor).filter(_over(OuterRef("unit_id"), OuterRef(OuterRef("unit_id")))))
    work = _at_work(actor, OuterRef("pk"))
    return ~Q(herself) & (~Q(Exists(work.filter(over_work))) | Q(Exists(work.exclude(over_work))))


@condition
def works_in_the_open(actor: Actor, target: Target) -> Q:
    """The unit is not shielded from the actor, and the professional stands in the directory."""
    if not shielding.meets_shields(actor):
        return ALWAYS
    over_unit = Exists(_before(actor).filter(_over(OuterRef("unit_id"), OuterRef(OuterRef("unit_id")))))
    listed = Professional.objects.filter(in_the_directory.q(actor, target), pk=OuterRef("professional_id"))
    return conj([~Q(over_unit), Q(Exists(listed))])
