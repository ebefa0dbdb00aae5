"""Worlds and asks as our database and our login can hold them: the same facts, less what neither would take.

The oracle reads these too, so that both answer about the same world. What is dropped or changed: a stamkort register
part for each citizen (it is the citizen's row), a life goal written by staff (stored as a goal of its law), an
appointment without an owner, a claimed relation without a deadline, and evidence, purposes and families that our tables
do not know.
"""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from tests.oracle.facts import runs
from tests.oracle.persons import age_at
from tests.oracle.rules import effective_category
from tests.oracle.steering import ALL_CATEGORIES, DAY
from tests.oracle.world import Ask, Consent, Element, Override, Registration, Relation, Switches, World

PURPOSES = ("treatment", "care", "case")
FIFTEEN = 15


def possible(world: World, switches: Switches, categories: tuple[str, ...] = ALL_CATEGORIES) -> World:
    """The world as our tables can hold it, under these switches; with the citizens' own rows if they are asked for."""
    return replace(
        world,
        elements=tuple(_elements(world, with_citizens="SK_REG" in categories)),
        relations=tuple(one for one in world.relations if _is_evidence(one)),
        consents=tuple(one for one in _consents(world) if _has_decided(world, one)),
        blocks=tuple(one for one in world.blocks if _has_decided(world, one)),
        positives=tuple(one for one in world.positives if _has_decided(world, one)),
        overrides=tuple(one for one in world.overrides if one.purpose in (None, "treatment")),
        powers=tuple(
            replace(
                one,
                end=one.end or one.start + 3650 * DAY,
                families=frozenset(ALL_CATEGORIES) if one.families is None else one.families,
            )
            for one in world.powers
        ),
        switches=switches,
    )


def possible_asks(world: World, asks: list[Ask], *, with_wills: bool = True) -> Iterator[Ask]:
    """The asks of this law; a permit is found in the register, and only some can state a reason or an override."""
    for ask in asks:
        may = ask.acting_as in ("HP", "HP_ASSIST", "HP_STUDENT")
        yield replace(
            ask,
            permit=_permit(world, ask),
            wants_override=ask.wants_override and may,
            confirms_will=ask.confirms_will and with_wills and ask.acting_as == "HP",
        )


def with_override(world: World, override: Override | None) -> World:
    """The world in which this is the one override that the request declares."""
    return replace(world, overrides=(override,) if override else ())


def _elements(world: World, *, with_citizens: bool) -> Iterator[Element]:
    authorities = [unit.id for unit in world.units if unit.parent_id is None]
    units = [unit.id for unit in world.units]
    for citizen in world.citizens if with_citizens else ():
        yield Element(citizen.id, citizen.id, "SK_REG", "REGISTER", None, world.elements[0].occurred_at)
    for element in world.elements:
        number = element.id.int
        if element.category == "SK_REG":
            continue
        if element.category == "GOAL_LIFE" and element.author_kind != "citizen":
            yield replace(element, category=effective_category(element), sharing=None, named_units=())
        elif element.category.startswith("APPT") and element.origin is None:
            yield replace(element, origin=authorities[number % len(authorities)])
        elif element.category in ("PLAN_SUL", "PLAN_SOC") and number % 2:
            yield replace(element, parties=(units[number % len(units)], units[number // 97 % len(units)]))
        else:
            yield element


def _has_decided(world: World, decision: Consent | Registration) -> bool:
    """Some citizens have neither consented nor blocked anything: of them the hot path asks less; a child has not."""
    born = world.citizen[decision.citizen].birth_date
    return decision.citizen.int % 7 != 0 and age_at(born, decision.start) >= FIFTEEN


def _is_evidence(relation: Relation) -> bool:
    is_followed_up = relation.status != "claimed" or relation.followup_deadline is not None
    return relation.basis != "psl13_party" and is_followed_up


def _consents(world: World) -> Iterator[Consent]:
    """A share for any purpose is one for each; for what else one cannot consent there is none."""
    for consent in world.consents:
        if consent.purpose is not None:
            if consent.purpose in PURPOSES:
                yield consent
            continue
        for number, purpose in enumerate(PURPOSES):
            yield replace(consent, id=UUID(int=consent.id.int ^ number), purpose=purpose)


def _permit(world: World, ask: Ask) -> UUID | None:
    kind = "staff" if ask.acting_as == "HP_PERMIT" else "quality"
    for permit in world.permits if ask.unit is not None else ():
        held = permit.kind == kind and permit.professional == ask.professional and permit.unit in world.line[ask.unit]
        if held and runs(permit.start, permit.end, ask.moment):
            return permit.id
    return ask.permit
