"""The citizen, and whoever acts for the citizen: matrix B (law 3.4, law 2.9)."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from tests.oracle.facts import is_deceased, runs
from tests.oracle.matrices import MATRIX_B, MATRIX_B_COLUMNS
from tests.oracle.persons import age_at, danish_day
from tests.oracle.world import REGISTER_CONTENT, Ask, Custody, Element, Guardianship, PowerOfAttorney, Verdict, World

FGVH_FROM = date(2025, 1, 15)
FGVH_AGE = 60
RULES = {
    "CITIZEN_18": "own-record",
    "CITIZEN_15_17": "own-record",
    "CITIZEN_BELOW15": "own-record",
    "PROXY": "proxy",
    "PARENT_BELOW15": "parent",
    "GUARDIAN": "guardian",
}
# No mandate: a stranger, a relative on the stamkort, or the bereaved.
NO_MANDATE = ("RELATIVE", "BEREAVED")
TOO_YOUNG_OR_TOO_OLD = ("CITIZEN_BELOW15", "PARENT_15_17")


def powers_of(world: World, ask: Ask) -> list[PowerOfAttorney]:
    """The asker's powers of attorney from this principal that are in force."""
    return [
        power
        for power in world.powers
        if power.principal == ask.on_behalf_of
        and power.attorney == ask.citizen
        and runs(power.start, power.end, ask.moment)
        and (power.revoked_at is None or ask.moment < power.revoked_at)
    ]


def _in_force(mandates: Iterable[Custody | Guardianship], moment: datetime) -> bool:
    return any(runs(mandate.start, mandate.end, moment) for mandate in mandates)


def row_for(world: World, ask: Ask, citizen: UUID) -> str:
    """The asker's row of matrix B for this citizen; AUTH where the ask itself is incomplete."""
    represents = ask.acting_as != "CITIZEN"
    if ask.citizen not in world.citizen or (represents and ask.on_behalf_of not in world.citizen):
        return "AUTH"
    if citizen != (ask.on_behalf_of if represents else ask.citizen):
        return "RELATIVE"
    if is_deceased(world, citizen, ask.moment):
        return "BEREAVED"
    age = age_at(world.citizen[citizen].birth_date, ask.moment)
    if not represents:
        return "CITIZEN_18" if age >= 18 else "CITIZEN_15_17" if age >= 15 else "CITIZEN_BELOW15"
    if ask.acting_as == "PROXY":
        return "PROXY" if powers_of(world, ask) else "RELATIVE"
    if ask.acting_as == "PARENT":
        held = (one for one in world.custodies if one.child == citizen and one.parent == ask.citizen)
        if not _in_force(held, ask.moment):
            return "RELATIVE"
        return "PARENT_BELOW15" if age < 15 else "PARENT_15_17"
    decrees = (one for one in world.guardianships if one.ward == citizen and one.guardian == ask.citizen)
    return "GUARDIAN" if _in_force((one for one in decrees if one.is_personal), ask.moment) else "RELATIVE"


def _cell(world: World, ask: Ask, citizen: UUID, column: str) -> Verdict:
    row = row_for(world, ask, citizen)
    if row == "AUTH":
        return Verdict(False, "auth", "auth")
    letter = MATRIX_B[row][MATRIX_B_COLUMNS.index(column)]
    if letter == "P" or (letter.endswith("?") and _answered(world, ask, row, column)):
        return Verdict(True, RULES[row])
    if row in NO_MANDATE:
        return Verdict(False, "relation", "no_relation")
    if row in TOO_YOUNG_OR_TOO_OLD:
        return Verdict(False, "age", "age")
    return Verdict(False, "law-gate", "law_gate")


def _answered(world: World, ask: Ask, row: str, column: str) -> bool:
    """Whether the switch of an open cell is on; a proxy writes and decides only where the power of attorney says so."""
    switches = {
        ("CITIZEN_BELOW15", "READ"): world.switches.children_read,
        ("PROXY", "GOALS"): world.switches.proxies_write_goals,
        ("PARENT_BELOW15", "GOALS"): world.switches.parents_write_goals,
        ("PROXY", "BLOCK"): world.switches.proxies_block,
        ("PARENT_BELOW15", "BLOCK"): world.switches.parents_block,
        ("GUARDIAN", "BLOCK"): world.switches.guardians_block,
        ("PROXY", "CONSENT"): world.switches.proxies_consent,
    }
    may = row != "PROXY" or any(power.may_write for power in powers_of(world, ask))
    return may and switches.get((row, column), False)


def _in_scope(world: World, ask: Ask, category: str) -> bool:
    if ask.acting_as != "PROXY":
        return True
    return any(power.families is None or category in power.families for power in powers_of(world, ask))


def reads(world: World, ask: Ask, element: Element) -> Verdict:
    """The READ and LOG columns; wills, organ donation and what is marked private are the citizen's alone."""
    verdict = _cell(world, ask, element.citizen, "LOG" if element.category == "LOG" else "READ")
    if not verdict.permitted:
        return verdict
    if ask.acting_as == "CITIZEN":
        is_child = row_for(world, ask, element.citizen) == "CITIZEN_BELOW15"
        return Verdict(False, "age", "age") if is_child and element.category in REGISTER_CONTENT else verdict
    if element.category in REGISTER_CONTENT or not _in_scope(world, ask, element.category):
        return Verdict(False, "law-gate", "law_gate")
    if element.category == "GOAL_LIFE" and element.author_kind == "citizen" and element.sharing != "all":
        return Verdict(False, "private", "blocked")
    return verdict


def writes(world: World, ask: Ask, element: Element) -> Verdict:
    """Typed stamkort data and life goals; everything else is written by others (law 3.7)."""
    column = {"SK_TYPED": "TYPED", "GOAL_LIFE": "GOALS"}.get(element.category)
    verdict = _cell(world, ask, element.citizen, column or "READ")
    if not verdict.permitted:
        return verdict
    if column is None or element.author_kind == "staff" or not _in_scope(world, ask, element.category):
        return Verdict(False, "law-gate", "law_gate")
    return verdict


def registers(world: World, ask: Ask, act: str, citizen: UUID) -> Verdict:
    """Set or lift a `block`, give a `consent`, register a `will`, `odr` or `fgvh` (law 2.8, law 3.4)."""
    verdict = _cell(world, ask, citizen, {"block": "BLOCK", "consent": "CONSENT"}.get(act, "REGISTERS"))
    if act in ("block", "consent") or ask.acting_as != "CITIZEN":
        return verdict
    person = world.citizen.get(citizen)
    if not verdict.permitted:
        young = verdict.reason == "law_gate"  # own row, between 15 and 18
        return Verdict(False, "age", "age") if young else verdict
    if act == "fgvh":
        if danish_day(ask.moment) < FGVH_FROM:
            return Verdict(False, "regime", "regime_switch_off")
        if age_at(person.birth_date, ask.moment) < FGVH_AGE:
            return Verdict(False, "age", "age")
    if act in ("will", "fgvh") and not person.is_capable:
        return Verdict(False, "law-gate", "law_gate")
    return verdict
