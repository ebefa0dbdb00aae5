"""Powers of attorney by the oracle (law 2.9, SUL 17): who may give, see, limit and take one; shares no code."""

from datetime import datetime
from uuid import UUID

from tests.oracle.facts import is_deceased, runs
from tests.oracle.persons import age_at
from tests.oracle.world import Ask, Verdict, World

OF_AGE = 15
ADULT = 18


def may_act(world: World, ask: Ask, act: str, citizen: UUID) -> Verdict:
    """Whether the asker may `give`, `see` or `limit` powers of attorney of this citizen."""
    if ask.acting_as != "CITIZEN" or ask.citizen != citizen or is_deceased(world, citizen, ask.moment):
        return Verdict(False, "relation", "no_relation")
    if act == "limit":
        return Verdict(True, "power-limited")
    if age_at(world.citizen[citizen].birth_date, ask.moment) < OF_AGE:
        return Verdict(False, "age", "age")
    if act == "give" and has_personal_guardian(world, citizen, ask.moment):
        return Verdict(False, "law-gate", "law_gate")
    return Verdict(True, {"give": "power-given", "see": "power-seen"}[act])


def may_hold(world: World, ask: Ask, principal: UUID, attorney: UUID) -> Verdict:
    """Whether the asker sees, or gives up, a power that was given to somebody."""
    is_hers = ask.acting_as == "CITIZEN" and ask.citizen == attorney
    lives = not any(is_deceased(world, one, ask.moment) for one in (principal, attorney))
    return Verdict(True, "power-held") if is_hers and lives else Verdict(False, "relation", "no_relation")


def may_take(world: World, ask: Ask, principal: UUID) -> Verdict:
    """Whether the asker may say yes to an offer that bears her number."""
    if ask.acting_as != "CITIZEN" or ask.citizen == principal:
        return Verdict(False, "relation", "no_relation")
    if is_deceased(world, principal, ask.moment) or is_deceased(world, ask.citizen, ask.moment):
        return Verdict(False, "relation", "no_relation")
    if age_at(world.citizen[ask.citizen].birth_date, ask.moment) < ADULT:
        return Verdict(False, "age", "age")
    return Verdict(True, "power-taken")


def has_personal_guardian(world: World, citizen: UUID, moment: datetime) -> bool:
    """Whether a guardian acts for the citizen in personal matters."""
    return any(
        one.ward == citizen and one.is_personal and runs(one.start, one.end, moment) for one in world.guardianships
    )
