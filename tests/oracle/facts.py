"""What the facts say at a moment: relations, consents, blocks, overrides (law 3.2 steps 5 to 9, law 3.5)."""

from datetime import date, datetime, timedelta
from uuid import UUID

from tests.oracle.persons import danish_day
from tests.oracle.world import (
    HEALTH_SIDE,
    UNDER_RESPONSIBILITY,
    Ask,
    Consent,
    Element,
    Override,
    Registration,
    Relation,
    World,
)

TREATMENT_BASES = frozenset(
    {"admission", "outpatient", "referral", "assigned_gp", "sul138_grant", "gop140", "self_claimed"}
)
CARE_BASES = frozenset({"care_grant"})
LONGEST_CONSENT = {"SUL43": timedelta(days=365), "FVL28": timedelta(days=365)}
OVERRIDE_REASONS = frozenset({"patient_consents_now", "unreachable_or_incapacitated", "statutory_consideration"})
LONGEST_OVERRIDE = timedelta(hours=24)
FSK3_FROM = date(2025, 1, 15)


def within(world: World, unit: UUID | None, limit: UUID | None, sub_units: bool) -> bool:
    """The unit is the limit or, where sub-units count, lies beneath it."""
    if unit is None or limit is None:
        return False
    return unit == limit or (sub_units and limit in world.line[unit])


def authority(world: World, unit: UUID) -> UUID:
    """The top of a unit's tree."""
    return world.line[unit][-1]


def department(world: World, unit: UUID) -> UUID | None:
    """The branch right below the authority; None for the authority itself."""
    line = world.line[unit]
    return line[-2] if len(line) > 1 else None


def runs(start: datetime, end: datetime | None, moment: datetime) -> bool:
    """The period holds the moment."""
    return start <= moment and (end is None or moment < end)


def is_deceased(world: World, citizen: UUID, moment: datetime) -> bool:
    """Dead at the moment (law 2.9, SUL § 45)."""
    deceased_at = world.citizen[citizen].deceased_at
    return deceased_at is not None and deceased_at <= moment


def covers_asker(world: World, ask: Ask, relation: Relation) -> bool:
    """The relation is to the asker's unit or one above it, and to nobody else in person."""
    if relation.unit not in world.line[ask.unit]:
        return False
    if relation.professional is None or relation.professional == ask.professional:
        return True
    return ask.acting_as in UNDER_RESPONSIBILITY and relation.professional == ask.responsible


def has_relation(world: World, ask: Ask, citizen: UUID) -> bool:
    """Step 5: a verified relation, or a claimed one still to be followed up, that fits what the asker acts as."""
    bases = TREATMENT_BASES if ask.acting_as in HEALTH_SIDE else CARE_BASES
    for relation in world.of["relations"][citizen]:
        if relation.basis not in bases or not runs(relation.start, relation.end, ask.moment):
            continue
        claimed = (
            relation.status == "claimed"
            and relation.followup_deadline is not None
            and ask.moment < relation.followup_deadline
        )
        if (relation.status == "verified" or claimed) and covers_asker(world, ask, relation):
            return True
    return False


def consent_kind(element: Element) -> str:
    """The consent the wall asks for: FVL § 28 out of SEL and ÆL, SUL § 43 out of everything else."""
    return "FVL28" if element.recorded_under in ("SEL", "AEL") else "SUL43"


def consent_matches(world: World, ask: Ask, element: Element, consent: Consent, kinds: tuple[str, ...]) -> bool:
    """Step 6, all but time: kind, family, act, source, recipient, capacity and purpose."""
    if consent.kind not in kinds:
        return False
    if consent.families is not None and element.category not in consent.families:
        return False
    if consent.laws is not None and element.recorded_under not in consent.laws:
        return False
    if consent.source is not None and not within(world, element.origin, consent.source, consent.source_sub_units):
        return False
    if consent.recipient_unit is None and consent.recipient_professional is None:
        return False
    if consent.recipient_unit is not None and not within(
        world, ask.unit, consent.recipient_unit, consent.recipient_sub_units
    ):
        return False
    return (
        consent.recipient_professional in (None, ask.professional)
        and consent.recipient_acting_as in (None, ask.acting_as)
        and consent.purpose in (None, ask.purpose)
    )


def consent_state(consent: Consent, moment: datetime) -> str:
    """Active, expired, or out of play (not begun, withdrawn); §§ 43/44 lapse after a year whatever is written."""
    if moment < consent.start or (consent.withdrawn_at is not None and consent.withdrawn_at <= moment):
        return "out"
    ends = [consent.expires] if consent.expires is not None else []
    if consent.kind in LONGEST_CONSENT:
        ends.append(consent.start + LONGEST_CONSENT[consent.kind])
    return "active" if all(moment < end for end in ends) else "expired"


def consent_for(world: World, ask: Ask, element: Element, *also: str) -> str:
    """The best matching consent of the kind the wall asks for, or of another kind: active, expired, or none."""
    best = "none"
    kinds = ("citizen_share", consent_kind(element), *also)
    for consent in world.of["consents"][element.citizen]:
        if not consent_matches(world, ask, element, consent, kinds):
            continue
        state = consent_state(consent, ask.moment)
        if state == "active":
            return "active"
        if state == "expired":
            best = "expired"
    return best


def names_who(world: World, ask: Ask, registration: Registration, *, also_responsible: bool) -> bool:
    """The registration is about the asker; a block also about those acting for whom it names."""
    if registration.who == "everyone":
        return True
    if registration.who == "unit":
        return within(world, ask.unit, registration.who_unit, registration.who_sub_units)
    if registration.who_professional is None:
        return False
    if also_responsible and ask.acting_as in UNDER_RESPONSIBILITY:
        return registration.who_professional in (ask.professional, ask.responsible)
    return registration.who_professional == ask.professional


def names_what(world: World, element: Element, registration: Registration) -> bool:
    """The registration is about the element: all, its time, its origin, both, or it alone."""
    if registration.what == "all":
        return True
    if registration.what == "object":
        return registration.element == element.id
    in_period = (registration.period_start is None or registration.period_start <= element.occurred_at) and (
        registration.period_end is None or element.occurred_at < registration.period_end
    )
    from_origin = within(world, element.origin, registration.origin, registration.origin_sub_units)
    return {"period": in_period, "origin": from_origin, "both": in_period and from_origin}[registration.what]


def is_registered(
    world: World, ask: Ask, element: Element, registrations: list[Registration], *, also_responsible: bool
) -> bool:
    """Any registration in force on this asker and this element."""
    return any(
        registration.is_active
        and runs(registration.start, registration.end, ask.moment)
        and names_who(world, ask, registration, also_responsible=also_responsible)
        and names_what(world, element, registration)
        for registration in registrations
    )


def is_blockable(world: World, element: Element, moment: datetime) -> bool:
    """Register data and flags never; typed data until FSK 3.0, and after it where the switch honours blocks."""
    if element.category == "SK_TYPED":
        return danish_day(moment) < FSK3_FROM or world.switches.stamkort_blocks_honoured
    return element.category not in ("SK_REG", "SK_FLAG")


def is_blocked(world: World, ask: Ask, element: Element) -> bool:
    """Steps 7 and 8: a block in force, whatever may beat it."""
    return is_blockable(world, element, ask.moment) and is_registered(
        world, ask, element, world.of["blocks"][element.citizen], also_responsible=True
    )


def is_expressly_allowed(world: World, ask: Ask, element: Element) -> bool:
    """A positive registration or an active consent on the same who and what; one to look-up is for the health side."""
    look_up = ("SUL42a3",) if ask.acting_as in HEALTH_SIDE and consent_kind(element) == "SUL43" else ()
    return (
        is_registered(world, ask, element, world.of["positives"][element.citizen], also_responsible=False)
        or consent_for(world, ask, element, *look_up) == "active"
    )


def is_overridden(world: World, ask: Ask, citizen: UUID, *, for_social_data: bool = False) -> bool:
    """Step 9: asked for, and recorded for this professional, unit and citizen, by HP or for a responsible HP."""
    if not ask.wants_override or ask.acting_as not in ("HP", "HP_ASSIST"):
        return False
    return any(
        _is_in_force(ask, override)
        and (not for_social_data or (override.gives_social_reason and override.reason != "patient_consents_now"))
        for override in world.of["overrides"][citizen]
    )


def has_grant_at(world: World, ask: Ask, element: Element) -> bool:
    """The citizen has a verified care grant, in force, at the element's origin or a unit above it."""
    return any(
        relation.basis in CARE_BASES
        and relation.status == "verified"
        and runs(relation.start, relation.end, ask.moment)
        and element.origin is not None
        and relation.unit in world.line[element.origin]
        for relation in world.of["relations"][element.citizen]
    )


def is_party_somewhere(world: World, ask: Ask, citizen: UUID) -> bool:
    """The asker's unit, or one above it, is a party of some § 13 plan of the citizen."""
    return any(
        plan.category == "PLAN_PSY" and not set(plan.parties).isdisjoint(world.line[ask.unit])
        for plan in world.elements
        if plan.citizen == citizen
    )


def _is_in_force(ask: Ask, override: Override) -> bool:
    return (
        override.professional == ask.professional
        and override.unit == ask.unit
        and override.reason in OVERRIDE_REASONS
        and override.purpose in (None, ask.purpose)
        and override.end - override.start <= LONGEST_OVERRIDE
        and override.start <= ask.moment < override.end
        and (ask.acting_as == "HP" or (ask.responsible is not None and override.responsible == ask.responsible))
    )
