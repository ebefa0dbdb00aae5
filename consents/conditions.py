"""What the citizen has decided about her data, as conditions: consents, blocks, positive registrations, overrides."""

from typing import Any

from django.db.models import F, OuterRef, Q

from access import facts
from access.actors import Actor
from access.conditions import NEVER, Target, condition, conj, disj, exists, holds_decisions, negate
from access.open_questions import STAMKORT_3, STAMKORT_UNBLOCKABLE, TIMES_OVERRIDABLE
from access.sql import IsIn
from access.vocabulary import HEALTH_SIDE, ActingAs, Category
from consents.models import Block, Consent, Override
from organisations.conditions import above
from organisations.models import UnitLink

SOCIAL_CATEGORIES = frozenset(
    {
        Category.APPT_SEL_W,
        Category.APPT_SEL_X,
        Category.APPT_AEL,
        Category.COND_SOC,
        Category.INT_SOC,
        Category.PLAN_SOC,
        Category.GOAL_SOC,
        Category.DOC_SOC,
    }
)
HEALTH_CATEGORIES = frozenset(Category) - SOCIAL_CATEGORIES
# The times of help, which the health side may come to see without consent, and then a block can be set on.
TIMES_OF_HELP = frozenset({Category.APPT_SEL_W, Category.APPT_AEL})

# Of a citizen without a row in these every question below has the answer no.
holds_decisions(Consent, Block)

facts.tells(Consent, "consent", "kind", "form", "purpose", "start", "end", is_logged=True)
facts.tells(Block, "positive-registration", "start", "end", is_logged=True)
facts.tells(Override, "override", "reason_code", "start", "end")

Kind = Consent.Kind
KINDS_FOR_HEALTH_DATA = (Kind.SUL43.value, Kind.CITIZEN_SHARE.value)
KINDS_FOR_SOCIAL_DATA = (Kind.FVL28.value, Kind.CITIZEN_SHARE.value)
# A consent to look-up (§ 42 a, stk. 3) beats a block on look-up; one to passing on (§ 41) is for the holder to act on.
KINDS_THAT_BEAT_BLOCKS = (*KINDS_FOR_HEALTH_DATA, Kind.SUL42A3.value)


def persons(actor: Actor, column: str) -> Q:
    """Whether a column names the actor or the professional she answers to."""
    found = Q(**{column: actor.professional_id})
    return found | Q(**{column: actor.responsible_id}) if actor.responsible_id is not None else found


def units(actor: Actor, unit: str, sub_units: str) -> Q:
    """Whether a column names the actor's unit, or one above it where units below are meant too."""
    return Q(**{unit: actor.unit_id}) | (Q(**{sub_units: True}) & above(actor, unit))


def _from(origin: Any, unit: str, sub_units: str) -> Q:
    """Whether a column names the unit an element comes from, or one above it where units below are meant too."""
    if origin is None:
        return NEVER
    return Q(**{unit: OuterRef(origin)}) | Q(
        Q(**{sub_units: True}) & exists(UnitLink, ancestor_id=OuterRef(unit), descendant_id=OuterRef(OuterRef(origin)))
    )


def _consent(actor: Actor, target: Target, kinds: tuple[str, ...], *, expired: bool = False) -> Q:
    """A consent that covers the element, the actor and the purpose, in force now (or, if `expired`, no longer).

    A recipient is the asker's unit or the asker in person, and both where both are named; whoever acts on a named
    recipient's responsibility is not meant.
    """
    if actor.asks_of_undecided:
        return NEVER
    parts = [
        Q(families=[]) | Q(IsIn(target.category_ref, F("families"))),
        Q(laws=[]) if target.law_ref is None else Q(laws=[]) | Q(IsIn(target.law_ref, F("laws"))),
        disj([Q(source_unit__isnull=True), _from(target.origin, "source_unit_id", "source_sub_units")]),
        Q(recipient_unit__isnull=True) | units(actor, "recipient_unit_id", "recipient_sub_units"),
        Q(recipient_professional__isnull=True) | Q(recipient_professional_id=actor.professional_id),
        Q(recipient_acting_as="") | Q(recipient_acting_as=actor.acting_as),
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=actor.moment),
        Q(end__lte=actor.moment) if expired else Q(end__gt=actor.moment),
    ]
    return exists(
        Consent,
        *parts,
        citizen_id=OuterRef(target.citizen),
        kind__in=kinds,
        purpose=actor.purpose,
        start__lte=actor.moment,
    )


def _by_law(actor: Actor, target: Target, *, expired: bool = False) -> Q:
    """A consent of the kind that the element's act asks for."""
    if actor.professional_id is None or actor.unit_id is None:
        return NEVER
    social = target.category_in(SOCIAL_CATEGORIES)
    health = target.category_in(HEALTH_CATEGORIES)
    return disj(
        [
            conj([social, _consent(actor, target, KINDS_FOR_SOCIAL_DATA, expired=expired)]),
            conj([health, _consent(actor, target, KINDS_FOR_HEALTH_DATA, expired=expired)]),
        ]
    )


@condition
def consented(actor: Actor, target: Target) -> Q:
    """The citizen's consent covers the element, for this recipient and purpose, now."""
    return _by_law(actor, target)


@condition
def once_consented(actor: Actor, target: Target) -> Q:
    """There was a consent that covered it and has run out; only for the reason given."""
    return _by_law(actor, target, expired=True)


def _registration(actor: Actor, target: Target, effect: Block.Effect) -> Q:
    """A block or a positive registration that names this actor and this element, in force now.

    A block on a professional also stops who acts on her responsibility; a positive registration does not reach so far.
    """
    if actor.professional_id is None or actor.unit_id is None or actor.asks_of_undecided:
        return NEVER
    person = Q(professional_id=actor.professional_id)
    if effect == Block.Effect.DENY and actor.answers_to is not None:
        person |= Q(professional_id=actor.answers_to)
    who = Q(is_everyone=True) | units(actor, "unit_id", "unit_sub_units") | person
    scoped = Q(is_everything=False, item_id__isnull=True)
    in_period = Q(period_start__isnull=True)
    if target.occurred_at is not None:
        in_period |= Q(period_start__lte=OuterRef(target.occurred_at), period_end__gt=OuterRef(target.occurred_at))
    of_origin = disj([Q(origin__isnull=True), _from(target.origin, "origin_id", "origin_sub_units")])
    what = Q(is_everything=True) | Q(item_id=OuterRef(target.item)) | (scoped & in_period & of_origin)
    return exists(
        Block,
        who,
        what,
        Q(end__isnull=True) | Q(end__gt=actor.moment),
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=actor.moment),
        citizen_id=OuterRef(target.citizen),
        effect=effect,
        start__lte=actor.moment,
    )


@condition
def blocked(actor: Actor, target: Target) -> Q:
    """The citizen has blocked this actor from this element."""
    return _registration(actor, target, Block.Effect.DENY)


@condition
def positively_registered(actor: Actor, target: Target) -> Q:
    """The citizen has said yes to just this: a positive registration, or a consent that covers health data.

    A consent to social data is a rule of its own, which no block stops.
    """
    if actor.professional_id is None or actor.unit_id is None:
        return NEVER
    kinds = KINDS_THAT_BEAT_BLOCKS if actor.acting_as in HEALTH_SIDE else KINDS_FOR_HEALTH_DATA
    return disj(
        [
            _registration(actor, target, Block.Effect.PERMIT),
            conj([target.category_in(HEALTH_CATEGORIES), _consent(actor, target, kinds)]),
        ]
    )


@condition
def overridden(actor: Actor, target: Target) -> Q:
    """A declared override by this professional, at this unit, for this citizen, within its hours.

    An assistant's names the responsible professional. Times of help are opened by a switch, to the authorised only.
    """
    is_authorised = actor.acting_as == ActingAs.HP
    if not actor.may_override:
        return NEVER
    opened = HEALTH_CATEGORIES
    if is_authorised and actor.holds(TIMES_OVERRIDABLE):
        opened |= TIMES_OF_HELP
    on_behalf = [] if is_authorised else [Q(responsible_id=actor.answers_to)]
    return conj([target.category_in(opened), _declared(actor, target, *on_behalf)])


@condition
def overridden_in_emergency(actor: Actor, target: Target) -> Q:
    """A declared override that says why just the social data are needed; one with the patient's consent is none."""
    if actor.acting_as != ActingAs.HP:
        return NEVER
    codes = [code for code in Override.ReasonCode.values if code != Override.ReasonCode.PATIENT_CONSENTS_NOW]
    return _declared(actor, target, ~Q(social_reason=""), reason_code__in=codes)


def _declared(actor: Actor, target: Target, *where: Q, **more: Any) -> Q:
    """The override that the request names, if it is this professional's, at this unit, for this citizen, and runs."""
    if actor.override_id is None or actor.professional_id is None or actor.unit_id is None:
        return NEVER
    return exists(
        Override,
        *where,
        pk=actor.override_id,
        citizen_id=OuterRef(target.citizen),
        professional_id=actor.professional_id,
        unit_id=actor.unit_id,
        start__lte=actor.moment,
        end__gt=actor.moment,
        **more,
    )


@condition
def unblockable_by_date(actor: Actor, target: Target) -> Q:
    """Typed stamkort data, where the day's rules offer no block of them."""
    offered = not (actor.holds(STAMKORT_3) and actor.holds(STAMKORT_UNBLOCKABLE))
    return NEVER if offered else target.category_in([Category.SK_TYPED])


@condition
def unblocked(actor: Actor, target: Target) -> Q:
    """No block stops it, or a positive registration or an override opens it."""
    return disj(
        [
            negate(blocked.q(actor, target)),
            unblockable_by_date.q(actor, target),
            positively_registered.q(actor, target),
            overridden.q(actor, target),
        ]
    )


@condition
def shared_by_choice(actor: Actor, target: Target) -> Q:
    """The citizen has chosen to share this life goal with those on the actor's side, or with the actor's unit."""
    if target.sharing is None or actor.unit_id is None:
        return NEVER
    choices = ["all", "health"] if actor.acting_as in HEALTH_SIDE else ["all"]
    named = exists(
        UnitLink,
        Q(IsIn(F("ancestor_id"), OuterRef("shared_with"))),
        descendant_id=actor.unit_id,
    )
    return conj(
        [
            target.category_in([Category.GOAL_LIFE]),
            Q(**{f"{target.sharing}__in": choices}) | (Q(**{target.sharing: "named"}) & named),
        ]
    )
