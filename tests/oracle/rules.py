"""The decision of law 3.2, step by step, over the tables of law 3.3 to 3.7.

Fixed readings, shared with the service because the law leaves them open:

1.  Every `?` ships strict, except that a parent of a child below 15 reads.
2.  A relation covers the asker's unit or one above it, and nobody or the asker in person (or the responsible
    professional, for who acts under one); it is verified, or claimed with its follow-up still ahead; its basis fits
    what the asker acts as. HP_STUDENT reads as HP_ASSIST; both name a responsible professional; HP_PERMIT a permit.
3.  A citizen's death ends treatment: no_relation.
4.  A C cell needs the relation and a consent on family, act, source, recipient, capacity and purpose. SUL § 43 for
    data of SUL and of the shared infrastructure, FVL § 28 for data of SEL and ÆL; a citizen's share for both.
5.  Own service and own case: social data of the asker's authority, with relation; not blockable.
6.  Blocks stop look-ups, life goals and a party's plan; a positive registration or such a consent on the same who
    and what beats them. Not blockable: own record, own service, SK_REG, SK_FLAG; SK_TYPED by switch after FSK 3.0.
7.  An override opens blocks only, for HP and for HP_ASSIST with the responsible professional it names.
8.  Treatment (health side), care (CARE), case (CASE), either (SOC_PSY); every other purpose is matrix C.
9.  Ages are counted on the Danish calendar day. Nobody reads another's wills or organ donation on the citizen side.
10. A life goal in the citizen's words is shared as chosen, with relation; one by staff is GOAL_SUL or GOAL_SOC.
11. Flags: HP. Will content: doctor and nurse, with confirmation; the dentist sees one wish. A party's plan is
    blockable until the switch says what law 2.7 suggests: law 9.7 holds it open, with default deny.

Readings added here, where those are silent, each on the strict side:

12. HP needs a profession; the profession asked with is the recorded one; nobody is responsible for oneself;
    a permit must be the one the ask names. Otherwise: auth.
13. Reasons: a C cell without consent is needs_consent at the law gate (golden case 4 writes law_gate "with hint
    consent"); a cell held back by a switch or a date is regime_switch_off; the offices of matrix C asking as if they
    treated are sector; the citizen side without mandate, and for the dead, is no_relation.
14. Dates of law 2.1: APPT_SEL_W needs consent before 2022-01-01, as RSL § 13 was not; ÆL switch from 2025-07-01.
15. A block on a professional also stops who acts under that professional; consents and positive registrations
    naming one do not reach so far. A SUL42a3 consent is one to look-up, and beats a block on it for the health side
    (law 3.2 step 7); a SUL41 consent is for the holder to pass on by, and beats none. Neither opens a cell.
16. Life goals are blockable for the social side too: step 7 makes no exception for it. Will content is not (law 3.5).
17. Families of consents and powers of attorney are the stored category, also for life goals recorded by staff.
18. Where CASE reads *_SOC, its own are those of its own department (the branch below the authority) and those
    recorded by the authority itself; it needs consent for the rest, by switch.
19. A life goal not shared with the asker is privately marked (law 3.2 step 8): blocked, which looks like missing.
    Proxy, parent and guardian are asked as "all": any narrower choice leaves them out.
20. An emergency override (switch) and an override of RSL § 13 times (switch) are for HP only (law 3.5). The emergency
    one gives a second reason, for the social data, and none may be that the patient consents now: then she consents.
    Whatever a switch opens is stopped by a block, but for SK_REG, and no override opens blocked social data.
21. Evaluation and quality reach SUL clinical data only, no appointments; both limits count calendar months in UTC;
    both are for HP, and a permit is of its kind.
22. An auditor sees the log of her own authority's staff, of citizens who live, and of the data themselves nothing: what
    "is needed to judge" cannot be shown. A supervising authority looks nothing up. Both refusals have their own reason.
"""

from collections.abc import Iterable
from datetime import date

from tests.oracle import citizenside
from tests.oracle.facts import (
    authority,
    consent_for,
    department,
    has_grant_at,
    has_relation,
    is_blocked,
    is_deceased,
    is_expressly_allowed,
    is_overridden,
    is_party_somewhere,
)
from tests.oracle.matrices import MATRIX_A, MATRIX_A_COLUMNS
from tests.oracle.persons import danish_day
from tests.oracle.purposes import has_permit, other_purpose
from tests.oracle.world import (
    CITIZEN_SIDE,
    HEALTH_SIDE,
    OFFICES,
    SOC_CONTENT,
    SOCIAL_SIDE,
    SUL_CLINICAL,
    UNDER_RESPONSIBILITY,
    Ask,
    Element,
    Verdict,
    World,
)

READING_PURPOSES = {
    **dict.fromkeys(HEALTH_SIDE, frozenset({"treatment"})),
    "CARE": frozenset({"care"}),
    "CASE": frozenset({"case"}),
    "SOC_PSY": frozenset({"care", "case"}),
}
ANY_READING_PURPOSE = frozenset({"treatment", "care", "case"})
COLUMN = {
    name: MATRIX_A_COLUMNS.index("HP_ASSIST" if name in HEALTH_SIDE - {"HP"} else name)
    for name in HEALTH_SIDE | SOCIAL_SIDE
}
RSL13_FROM = date(2022, 1, 1)
AEL_FROM = date(2025, 7, 1)
LAW_GATE = Verdict(False, "law-gate", "law_gate")
PRIVATE = Verdict(False, "private", "blocked")


def decide(world: World, ask: Ask, element: Element) -> Verdict:
    """May this asker read this element now, and why."""
    if ask.acting_as in CITIZEN_SIDE:
        return citizenside.reads(world, ask, element)
    shut = before_relation(world, ask)
    if shut is not None:
        return shut
    if ask.purpose not in READING_PURPOSES.get(ask.acting_as, ()):
        return other_purpose(world, ask, element)
    return _reads(world, ask, element)


def visible(world: World, ask: Ask, elements: Iterable[Element]) -> list[Element]:
    """Those of the elements that may be read; of the others not even their number."""
    return [element for element in elements if decide(world, ask, element).permitted]


def before_relation(world: World, ask: Ask) -> Verdict | None:
    """Steps 1 and 3 for professionals: who is asking, and from inside the health or social side."""
    if not _is_authenticated(world, ask):
        return Verdict(False, "auth", "auth")
    if ask.acting_as in OFFICES and ask.purpose in ANY_READING_PURPOSE:
        return Verdict(False, "sector", "sector")
    return None


def _is_authenticated(world: World, ask: Ask) -> bool:
    if ask.acting_as not in HEALTH_SIDE | SOCIAL_SIDE | OFFICES:
        return False
    asker = world.professional.get(ask.professional)
    if asker is None or ask.unit not in world.line or ask.profession != asker.profession:
        return False
    if ask.acting_as in UNDER_RESPONSIBILITY:
        responsible = world.professional.get(ask.responsible)
        return responsible is not None and responsible.profession is not None and responsible.id != asker.id
    if ask.acting_as == "HP_PERMIT":
        return has_permit(world, ask)
    return ask.acting_as != "HP" or asker.profession is not None


def effective_category(element: Element) -> str | None:
    """What matrix A calls it: a life goal recorded by staff is a goal under the law it was recorded under."""
    if element.category == "GOAL_LIFE" and element.author_kind != "citizen":
        return {"SUL": "GOAL_SUL", "SEL": "GOAL_SOC", "AEL": "GOAL_SOC"}.get(element.recorded_under)
    return element.category


def _reads(world: World, ask: Ask, element: Element) -> Verdict:
    """Steps 5 to 9."""
    if is_deceased(world, element.citizen, ask.moment):
        return Verdict(False, "relation", "no_relation")
    if (
        element.category == "LOG"
        and ask.acting_as == "HP"
        and ask.professional in (element.author, element.responsible)
    ):
        return Verdict(True, "own-look-up")
    is_party = element.category == "PLAN_PSY" and not set(element.parties).isdisjoint(world.line[ask.unit])
    if not is_party and not has_relation(world, ask, element.citizen):
        return Verdict(False, "relation", "no_relation")
    category = effective_category(element)
    cell = MATRIX_A[category][COLUMN[ask.acting_as]] if category else "D"
    switches = world.switches
    if cell.startswith("party"):
        if is_party and not (switches.psl13_party_blocks_honoured and is_blocked(world, ask, element)):
            return Verdict(True, "psl13-party")
        return _looks_up(world, ask, element, "look-up") if is_party or cell == "party/P" else LAW_GATE
    if cell == "P":
        if category == "APPT_SEL_W" and danish_day(ask.moment) < RSL13_FROM:
            return _by_consent(world, ask, element, without="regime_switch_off")
        if element.is_doubtful_time and not switches.rsl13_spans_83a_and_meals:
            return _by_consent(world, ask, element, without="regime_switch_off")
        return _looks_up(world, ask, element, "look-up")
    if cell == "C?/P":
        if switches.ael_appointments and danish_day(ask.moment) >= AEL_FROM:
            return _looks_up(world, ask, element, "look-up")
        return _by_consent(world, ask, element, without="regime_switch_off")
    if cell.startswith("own/") and _is_own(world, ask, element, cell):
        return Verdict(True, "own-service" if ask.acting_as == "CARE" else "own-case")
    if cell.startswith(("C", "own/C")):
        return _by_consent(world, ask, element, without="needs_consent")
    if cell == "chosen":
        return _looks_up(world, ask, element, "life-goal") if _is_chosen(world, ask, element) else PRIVATE
    if cell == "will":
        return _reads_will(ask)
    if cell == "flag":
        flag = Verdict(False, "regime", "regime_switch_off")
        return Verdict(True, "look-up") if switches.assistants_read_flags else flag
    return LAW_GATE


def _is_own(world: World, ask: Ask, element: Element, cell: str) -> bool:
    if element.origin is None or authority(world, element.origin) != authority(world, ask.unit):
        return False
    if cell == "own/C?" and world.switches.other_department_needs_consent:
        return department(world, element.origin) in (None, department(world, ask.unit))
    return True


def _is_chosen(world: World, ask: Ask, element: Element) -> bool:
    if element.sharing == "named":
        return not set(element.named_units).isdisjoint(world.line[ask.unit])
    return element.sharing == "all" or (element.sharing == "health" and ask.acting_as in HEALTH_SIDE)


def _reads_will(ask: Ask) -> Verdict:
    rule = {"doctor": "will-content", "nurse": "will-content", "dentist": "will-dentist"}.get(ask.profession)
    return Verdict(True, rule) if rule and ask.confirms_will else LAW_GATE


def _looks_up(world: World, ask: Ask, element: Element, rule: str) -> Verdict:
    """A permitted cell, then the block and what beats or opens it; no override of § 42 a opens social data."""
    if not is_blocked(world, ask, element):
        return Verdict(True, rule)
    if is_expressly_allowed(world, ask, element):
        return Verdict(True, f"{rule}/positive")
    rsl13 = element.category in ("APPT_SEL_W", "APPT_AEL")
    social = effective_category(element) in SOC_CONTENT or element.category == "APPT_SEL_X"
    times_too = world.switches.override_rsl13_appointments and ask.acting_as == "HP"
    may_open = not social and (not rsl13 or times_too)
    if may_open and is_overridden(world, ask, element.citizen):
        return Verdict(True, f"{rule}/override")
    return Verdict(False, "block", "blocked")


def _by_consent(world: World, ask: Ask, element: Element, *, without: str) -> Verdict:
    """A C cell; the consent that opens it would beat a block as well."""
    state = consent_for(world, ask, element)
    if state == "active":
        return Verdict(True, "consented")
    opened = _looks_up(world, ask, element, "switched") if opened_by_switch(world, ask, element) else None
    if opened is not None and opened.permitted:
        return opened
    if _is_emergency(world, ask, element):
        return Verdict(True, "emergency-soc")
    return opened or Verdict(False, "law-gate", "consent_expired" if state == "expired" else without)


def _is_emergency(world: World, ask: Ask, element: Element) -> bool:
    """Law 3.5: HP alone, a reason of its own for the social data, and not one who could consent (dual reason)."""
    social = effective_category(element) in SOC_CONTENT
    if not (world.switches.emergency_soc_override and ask.acting_as == "HP" and social):
        return False
    return is_overridden(world, ask, element.citizen, for_social_data=True)


def opened_by_switch(world: World, ask: Ask, element: Element) -> bool:
    """A C cell that one of the open questions, answered otherwise, would turn into P; a block stops it."""
    switches, category = world.switches, effective_category(element)
    social, health = category in SOC_CONTENT, category in SUL_CLINICAL
    own = element.origin is not None and authority(world, element.origin) == authority(world, ask.unit)
    if ask.acting_as == "HP" and social and switches.social_data_to_health:
        return True
    if switches.elderly_team and danish_day(ask.moment) >= AEL_FROM and own:
        if ask.acting_as == "CARE" and health:
            return True
        if ask.acting_as in ("HP", "HP_ASSIST") and social and element.recorded_under == "AEL":
            return True
    if category == "SK_REG" and ask.acting_as in SOCIAL_SIDE:
        return switches.register_data_to_social_side
    if ask.acting_as == "CARE" and social and switches.other_provider_of_grant:
        return has_grant_at(world, ask, element)
    beside = MATRIX_A[category][COLUMN[ask.acting_as]] == "C/plan"
    return beside and switches.psl13_party_reads_beside_plan and is_party_somewhere(world, ask, element.citizen)
