"""Which single fact would have turned an answer: proof that the worlds reach every gate from both sides.

A gate that shuts first may hide others; here a gate counts only if opening it alone permits, or shutting it alone
refuses.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from tests.oracle.generate import Case
from tests.oracle.rules import READING_PURPOSES, decide
from tests.oracle.world import (
    CITIZEN_SIDE,
    HEALTH_SIDE,
    SOCIAL_SIDE,
    Ask,
    Consent,
    Override,
    Relation,
    Switches,
    World,
)

DAY = timedelta(days=1)
NO_ID = UUID(int=0)


def opened(world: World, ask: Ask) -> Iterator[tuple[str, World, Ask]]:
    """The world and the ask with one gate opened wide."""
    start, end = ask.moment - DAY, ask.moment + DAY
    everyone = [citizen.id for citizen in world.citizens]
    basis = "admission" if ask.acting_as in HEALTH_SIDE else "care_grant"
    relations = tuple(
        Relation(NO_ID, one, ask.unit, ask.professional, basis, "verified", start, end) for one in everyone
    )
    consents = tuple(
        Consent(NO_ID, one, "citizen_share", None, start, end, recipient_professional=ask.professional)
        for one in everyone
    )
    yield "relation", replace(world, relations=world.relations + relations), ask
    yield "consent", replace(world, consents=world.consents + consents), ask
    yield "block", replace(world, blocks=()), ask
    overrides = tuple(
        Override(
            NO_ID, one, ask.professional, ask.unit, "statutory_consideration", ask.moment, end, ask.responsible, None
        )
        for one in everyone
    )
    yield "override", replace(world, overrides=overrides), replace(ask, wants_override=True)
    for purpose in READING_PURPOSES.get(ask.acting_as, ()):
        yield "purpose", world, replace(ask, purpose=purpose)
    yield "confirmation", world, replace(ask, confirms_will=True)


def shut(world: World, ask: Ask) -> Iterator[tuple[str, World, Ask]]:
    """The world and the ask with one kind of fact taken away."""
    yield "relation", replace(world, relations=()), ask
    yield "consent", replace(world, consents=()), ask
    yield "positive", replace(world, positives=()), ask
    yield "override", replace(world, overrides=()), ask
    yield "permit", replace(world, permits=()), ask
    yield "mandate", replace(world, powers=(), custodies=(), guardianships=()), ask
    yield "switch", replace(world, switches=Switches()), ask


def count_pivots(cases: Iterable[Case]) -> Counter[str]:
    """How often opening (`+gate`) or shutting (`-gate`) one gate alone would have turned the answer."""
    counts: Counter[str] = Counter()
    for world, asks in cases:
        for ask in asks:
            answers = [(element, decide(world, ask, element).permitted) for element in world.elements]
            is_staff = ask.acting_as in HEALTH_SIDE | SOCIAL_SIDE
            variants = [("+", *one) for one in opened(world, ask)] if is_staff else []
            if is_staff or ask.acting_as in CITIZEN_SIDE:
                variants += [("-", *one) for one in shut(world, ask)]
            for sign, gate, other_world, other_ask in variants:
                for element, permitted in answers:
                    if permitted == (sign == "-") and decide(other_world, other_ask, element).permitted != permitted:
                        counts[sign + gate] += 1
    return counts
