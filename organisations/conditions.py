"""What the law asks of units, employments and treatment relations, as conditions."""

from django.db.models import F, OuterRef, Q

from access import facts
from access.actors import Actor
from access.conditions import ALWAYS, NEVER, Target, actor_is, condition, condition_within, exists, of_whom
from access.sql import IsIn, Param, shared
from access.vocabulary import HEALTH_SIDE, UNDER_RESPONSIBILITY, ActingAs, Purpose
from organisations.models import Permit, TreatmentRelation, UnitLink

Basis = TreatmentRelation.Basis

HEALTH_BASES = tuple(sorted(basis.value for basis in Basis if basis is not Basis.CARE_GRANT))
SOCIAL_BASES = (Basis.CARE_GRANT.value,)

PURPOSES = {
    **{acting_as: frozenset({Purpose.TREATMENT}) for acting_as in HEALTH_SIDE},
    ActingAs.CARE: frozenset({Purpose.CARE}),
    ActingAs.CASE: frozenset({Purpose.CASE}),
    ActingAs.SOC_PSY: frozenset({Purpose.CARE, Purpose.CASE}),
}

facts.tells(TreatmentRelation, "relation", "basis", "status", "evidence_source", "start", "end")
facts.tells(Permit, "permit", "kind", "start", "end")

for_the_task = actor_is("for_the_task", lambda actor: actor.purpose in PURPOSES.get(actor.acting_as, ()))
health_professional = actor_is("health_professional", lambda actor: actor.acting_as in HEALTH_SIDE)
social_worker = actor_is("social_worker", lambda actor: actor.acting_as in (ActingAs.CARE, ActingAs.CASE))
any_professional = actor_is("any_professional", lambda actor: actor.acting_as in PURPOSES)


# The units that the actor's unit stands under, itself among them; a statement asks for them once.
ACTOR_UNITS = shared(
    "actor_units",
    "SELECT array_agg(ancestor_id) AS found FROM organisations_unitlink WHERE descendant_id = %(unit_id)s",
)


# The citizens whom anybody at those units may treat or care for now; for a search over all citizens.
ACTOR_CITIZENS = shared(
    "actor_citizens",
    "SELECT coalesce(array_agg(DISTINCT citizen_id), '{}') AS found FROM organisations_treatmentrelation "
    "WHERE origin_id = ANY((SELECT found FROM actor_units)::uuid[]) AND status IN ('verified', 'claimed') "
    'AND start <= %(moment)s AND ("end" IS NULL OR "end" > %(moment)s)',
)


def of_actors_citizens(actor: Actor, target: Target) -> Q:
    """Whether the row is about a citizen with a relation to the actor's unit or one above it, whatever its basis."""
    return Q(IsIn(F(target.citizen), ACTOR_CITIZENS))


def above(actor: Actor, column: str) -> Q:
    """Whether a column names the actor's unit or one above it."""
    if isinstance(actor.unit_id, Param):
        return Q(IsIn(F(column), ACTOR_UNITS))
    return Q(**{f"{column}__in": UnitLink.objects.filter(descendant_id=actor.unit_id).values("ancestor_id")})


@condition
def under_responsibility(actor: Actor, target: Target) -> Q:
    """Assistants and students name the responsible professional; permitted staff have a permit in force."""
    if actor.acting_as in UNDER_RESPONSIBILITY:
        return ALWAYS if actor.answers_to is not None else NEVER
    if actor.acting_as != ActingAs.HP_PERMIT:
        return ALWAYS
    if actor.professional_id is None or actor.unit_id is None:
        return NEVER
    return exists(
        Permit,
        Q(end__isnull=True) | Q(end__gt=actor.moment),
        above(actor, "unit_id"),
        professional_id=actor.professional_id,
        kind=Permit.Kind.STAFF,
        start__lte=actor.moment,
    )


@condition_within(of_actors_citizens)
def in_treatment(actor: Actor, target: Target) -> Q:
    """The citizen lives and has a relation in force with the actor's unit or one above it, on a basis that fits.

    A relation of one professional covers that professional, and those who act on that professional's responsibility.
    """
    if actor.unit_id is None or actor.professional_id is None:
        return NEVER
    persons = Q(professional_id__isnull=True) | Q(professional_id=actor.professional_id)
    if actor.answers_to is not None:
        persons |= Q(professional_id=actor.answers_to)
    return of_whom(
        actor,
        target,
        TreatmentRelation,
        persons,
        Q(status="verified") | Q(status="claimed", follow_up_by__gt=actor.moment),
        Q(end__isnull=True) | Q(end__gt=actor.moment),
        above(actor, "origin_id"),
        Q(citizen__died_at__isnull=True) | Q(citizen__died_at__gt=actor.moment),
        start__lte=actor.moment,
        basis__in=HEALTH_BASES if actor.acting_as in HEALTH_SIDE else SOCIAL_BASES,
    )


@condition
def of_own_authority(actor: Actor, target: Target) -> Q:
    """The element was recorded by the authority (root of the tree) that the actor's unit belongs to."""
    if actor.unit_id is None or target.origin is None:
        return NEVER
    return exists(
        UnitLink,
        above(actor, "ancestor_id"),
        descendant_id=OuterRef(target.origin),
        ancestor__parent__isnull=True,
    )


@condition
def of_own_branch(actor: Actor, target: Target) -> Q:
    """The element was recorded by the actor's authority itself, or in the same branch right below it (forvaltning)."""
    if actor.unit_id is None or target.origin is None:
        return NEVER
    by_authority = Q(ancestor__parent__isnull=True, descendant_id=F("ancestor_id"))
    in_branch = Q(ancestor__parent__isnull=False, ancestor__parent__parent__isnull=True)
    return exists(
        UnitLink,
        above(actor, "ancestor_id"),
        by_authority | in_branch,
        descendant_id=OuterRef(target.origin),
    )


@condition
def of_own_unit(actor: Actor, target: Target) -> Q:
    """The element was recorded by the actor's unit or one above it."""
    if actor.unit_id is None or target.origin is None:
        return NEVER
    return above(actor, target.origin)
