"""Facts aimed at an ask: each fits exactly, or misses in one attribute or by one microsecond."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from tests.oracle.facts import CARE_BASES, TREATMENT_BASES, consent_kind
from tests.oracle.persons import months_after
from tests.oracle.world import (
    CATEGORIES,
    HEALTH_SIDE,
    UNDER_RESPONSIBILITY,
    Ask,
    Block,
    Consent,
    Element,
    Override,
    PositiveRegistration,
    Registration,
    Relation,
)

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
ALL_CATEGORIES = tuple(sorted(CATEGORIES))
LAWS = frozenset({"SUL", "SEL", "AEL", "PSY", "CITIZEN"})
TREATMENT = tuple(sorted(TREATMENT_BASES))
CARE = tuple(sorted(CARE_BASES))
REASONS = ("patient_consents_now", "unreachable_or_incapacitated", "statutory_consideration")


@dataclass(frozen=True)
class Aim:
    """The dice, the moment, and the places and people facts may name."""

    rng: Random
    moment: datetime
    line: dict[UUID, tuple[UUID, ...]]
    professionals: tuple[UUID, ...]
    authorised: tuple[UUID, ...]
    instants: tuple[datetime, ...]

    def uid(self) -> UUID:
        """A random UUID out of the seed."""
        return UUID(int=self.rng.getrandbits(128), version=4)

    def chance(self, share: float) -> bool:
        """True in that share of throws."""
        return self.rng.random() < share

    def any_unit(self) -> UUID:
        """Any unit at all."""
        return self.rng.choice(tuple(self.line))

    def period(self, miss: bool = False, open_ended: bool = True) -> tuple[datetime, datetime | None]:
        """A period that holds the moment, often by a tick; or one that misses it, often by a tick."""
        at = self.moment
        if miss:
            ends = (
                (at - 30 * DAY, at),
                (at - 30 * DAY, at - DAY),
                (at + TICK, at + 30 * DAY),
                (at - 30 * DAY, at - TICK),
            )
            return self.rng.choice(ends)
        start = self.rng.choice((at - 40 * DAY, at - 40 * DAY, at - TICK, at))
        end = self.rng.choice((at + 40 * DAY, at + TICK, None if open_ended else at + DAY))
        return start, end

    def up(self, unit: UUID) -> UUID:
        """The unit or one above it."""
        return self.rng.choice(self.line[unit])

    def around(self, unit: UUID) -> tuple[UUID, bool]:
        """A limit that includes the unit: itself, or one above with its sub-units."""
        limit = self.up(unit)
        return limit, limit != unit or self.chance(0.5)

    def beside(self, unit: UUID) -> tuple[UUID, bool]:
        """A limit that misses the unit: its parent without sub-units, or another unit."""
        above = self.line[unit][1:]
        if above and self.chance(0.6):
            return above[0], False
        return self.rng.choice([one for one in self.line if one not in self.line[unit]]), self.chance(0.5)


def relation(aim: Aim, ask: Ask, citizen: UUID, fits: bool) -> Relation:
    """A relation of the asker's to the citizen, or almost one."""
    rng = aim.rng
    miss = None if fits else rng.choice(("period", "status", "basis", "professional", "unit", "deadline"))
    health_side = ask.acting_as in HEALTH_SIDE
    bases, others = (TREATMENT, (*CARE, "psl13_party")) if health_side else (CARE, (*TREATMENT, "psl13_party"))
    start, end = aim.period(miss=miss == "period")
    named = [None, None, ask.professional]
    if ask.acting_as in UNDER_RESPONSIBILITY and ask.responsible is not None:
        named.append(ask.responsible)
    strangers = [one for one in aim.professionals if one not in named]
    # A named responsible professional fits an assistant only; anyone else must be the asker.
    professional = rng.choice(strangers) if miss == "professional" else rng.choice(named)
    status, deadline = "verified", None
    if miss == "status":
        status, end = rng.choice((("refuted", end), ("ended", end or aim.moment + TICK)))
    elif miss == "deadline":
        status, deadline = "claimed", rng.choice((None, aim.moment, aim.moment - DAY))
    elif aim.chance(0.25):
        status, deadline = "claimed", rng.choice((aim.moment + TICK, aim.moment + 14 * DAY))
    return Relation(
        id=aim.uid(),
        citizen=citizen,
        unit=_unit_for(aim, ask, miss),
        professional=professional,
        basis=rng.choice(others if miss == "basis" else bases),
        status=status,
        start=start,
        end=end,
        followup_deadline=deadline,
    )


def _unit_for(aim: Aim, ask: Ask, miss: str | None) -> UUID:
    if miss != "unit":
        return aim.up(ask.unit)
    return aim.rng.choice([one for one in aim.line if one not in aim.line[ask.unit]])


def past_relation(aim: Aim, ask: Ask, citizen: UUID, fits: bool) -> Relation:
    """A treatment that ended: within six months, to the tick, or outside."""
    at = aim.moment
    limit = months_after(at, -6)
    end = aim.rng.choice((at, at - 20 * DAY, limit) if fits else (limit - TICK, limit - 9 * DAY, at + TICK, at - DAY))
    return Relation(
        id=aim.uid(),
        citizen=citizen,
        unit=aim.up(ask.unit),
        professional=ask.professional if fits or aim.chance(0.7) else None,
        basis=aim.rng.choice(TREATMENT),
        status=aim.rng.choice(("ended", "verified") if fits else ("ended", "refuted", "verified")),
        start=end - 30 * DAY,
        end=end,
    )


def consent(aim: Aim, ask: Ask, element: Element, fits: bool) -> Consent:
    """A consent for this asker and element, or almost one."""
    rng = aim.rng
    misses = ("kind", "family", "law", "source", "recipient", "acting_as", "purpose", "expired", "unbegun", "withdrawn")
    miss = None if fits else rng.choice(misses)
    right = consent_kind(element)
    kind = right if aim.chance(0.75) else "citizen_share"
    if miss == "kind":
        kind = rng.choice(("SUL41", "SUL42a3", "FVL28" if right == "SUL43" else "SUL43"))
    others = frozenset(rng.sample([one for one in ALL_CATEGORIES if one != element.category], 3))
    families = rng.choice((None, others | {element.category}, frozenset({element.category})))
    start, expires = aim.period(open_ended=False)
    if miss == "expired":
        start, expires = aim.moment - 40 * DAY, rng.choice((aim.moment, aim.moment - TICK, aim.moment - DAY))
    elif miss == "unbegun":
        start = aim.moment + TICK
        expires = start + 40 * DAY
    known = element.recorded_under in LAWS
    made = Consent(
        id=aim.uid(),
        citizen=element.citizen,
        kind=kind,
        families=others if miss == "family" else families,
        start=start,
        expires=expires,
        recipient_acting_as=rng.choice((None, ask.acting_as)),
        purpose=ask.purpose if kind != "citizen_share" or aim.chance(0.5) else None,
        withdrawn_at=aim.moment + TICK if aim.chance(0.1) else None,
        laws=rng.choice((None, None, frozenset({element.recorded_under, "SUL"}))) if known else None,
    )
    if miss == "law":
        made = replace(made, laws=frozenset(LAWS - {element.recorded_under}))
    if miss == "withdrawn":
        made = replace(made, withdrawn_at=rng.choice((max(start, aim.moment - DAY), max(start, aim.moment))))
    if miss == "acting_as":
        made = replace(made, recipient_acting_as=rng.choice(("HP", "CARE", "CASE", "HP_ASSIST")))
    if miss == "purpose":
        made = replace(made, purpose=rng.choice(("treatment", "care", "case")))
    made = _with_source(aim, made, element, miss == "source")
    return _with_recipient(aim, made, ask, miss == "recipient")


def _with_source(aim: Aim, made: Consent, element: Element, miss: bool) -> Consent:
    if miss:
        unit, sub_units = aim.beside(element.origin) if element.origin else (aim.any_unit(), True)
    elif element.origin is None or aim.chance(0.4):
        return made
    else:
        unit, sub_units = aim.around(element.origin)
    return replace(made, source=unit, source_sub_units=sub_units)


def _with_recipient(aim: Aim, made: Consent, ask: Ask, miss: bool) -> Consent:
    if aim.chance(0.25):
        others = [one for one in aim.professionals if one != ask.professional]
        return replace(made, recipient_professional=aim.rng.choice(others) if miss else ask.professional)
    unit, sub_units = aim.beside(ask.unit) if miss else aim.around(ask.unit)
    made = replace(made, recipient_unit=unit, recipient_sub_units=sub_units)
    return replace(made, recipient_professional=ask.professional) if aim.chance(0.2) else made


def block(aim: Aim, ask: Ask, element: Element, fits: bool) -> Block:
    """A block on this asker and element, or almost one."""
    return _registration(aim, Block, ask, element, fits)


def positive(aim: Aim, ask: Ask, element: Element, fits: bool) -> PositiveRegistration:
    """A positive registration for this asker and element, or almost one."""
    return _registration(aim, PositiveRegistration, ask, element, fits)


def _registration(aim: Aim, kind: type[Registration], ask: Ask, element: Element, fits: bool) -> Registration:
    rng = aim.rng
    miss = None if fits else rng.choice(("period", "inactive", "who", "what"))
    start, end = aim.period(miss=miss == "period")
    fields = {"id": aim.uid(), "citizen": element.citizen, "start": start, "end": end, "is_active": miss != "inactive"}
    fields |= _who(aim, ask, miss == "who") | _what(aim, element, miss == "what")
    return kind(**fields)


def _who(aim: Aim, ask: Ask, miss: bool) -> dict:
    rng = aim.rng
    who = rng.choice(("unit", "professional") if miss else ("everyone", "unit", "unit", "professional"))
    if who == "everyone":
        return {"who": who}
    if who == "unit":
        unit, sub_units = aim.beside(ask.unit) if miss else aim.around(ask.unit)
        return {"who": who, "who_unit": unit, "who_sub_units": sub_units}
    others = [one for one in aim.professionals if one != ask.professional]
    if not miss and ask.responsible is not None and aim.chance(0.4):
        return {"who": who, "who_professional": ask.responsible}
    return {"who": who, "who_professional": rng.choice(others) if miss else ask.professional}


def _what(aim: Aim, element: Element, miss: bool) -> dict:
    rng = aim.rng
    kinds = ("period", "origin", "both", "object") if miss else ("all", "period", "origin", "both", "object", "object")
    what = rng.choice(kinds)
    if element.origin is None and not miss:
        what = rng.choice(("all", "period", "object"))
    fields = {"what": what}
    miss_period = miss and (what == "period" or aim.chance(0.5))
    if what == "object":
        fields["element"] = aim.uid() if miss else element.id
    if what in ("period", "both"):
        fields |= _data_period(aim, element.occurred_at, miss_period)
    if what in ("origin", "both"):
        miss_origin = element.origin is None or (miss and not (what == "both" and miss_period))
        unit = element.origin or aim.any_unit()
        fields["origin"], fields["origin_sub_units"] = aim.beside(unit) if miss_origin else aim.around(unit)
    return fields


def _data_period(aim: Aim, occurred_at: datetime, miss: bool) -> dict:
    rng = aim.rng
    if miss:
        pairs = ((occurred_at - 9 * DAY, occurred_at), (occurred_at + TICK, occurred_at + 9 * DAY))
    else:
        pairs = ((occurred_at, occurred_at + TICK), (occurred_at - 9 * DAY, None), (None, occurred_at + TICK))
    start, end = rng.choice(pairs)
    return {"period_start": start, "period_end": end}


def override(aim: Aim, ask: Ask, citizen: UUID, fits: bool) -> Override:
    """An override of the asker's for the citizen, or almost one; never one by an assistant alone."""
    rng, at = aim.rng, aim.moment
    miss = None if fits else rng.choice(("ended", "unbegun", "professional", "unit", "responsible", "purpose"))
    start, hours = rng.choice((at, at - TICK, at - timedelta(hours=3))), rng.choice((4, 24))
    if miss == "ended":
        start = at - timedelta(hours=hours) - rng.choice((TICK, timedelta(0)))
    elif miss == "unbegun":
        start = at + TICK
    others = [one for one in aim.authorised if one not in (ask.professional, ask.responsible)]
    responsible = rng.choice(others) if miss == "responsible" else ask.responsible
    return Override(
        id=aim.uid(),
        citizen=citizen,
        professional=rng.choice(others) if miss == "professional" else ask.professional,
        unit=aim.beside(ask.unit)[0] if miss == "unit" else ask.unit,
        reason=rng.choice(REASONS),
        start=start,
        end=start + timedelta(hours=hours),
        responsible=responsible,
        purpose="evaluation" if miss == "purpose" else rng.choice((None, "treatment")),
    )
