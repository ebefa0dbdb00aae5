"""Who may create or change what (law 3.7), and who may set a block, give a consent, register a will.

Where law 3.7 is silent, strictly: every professional writer needs the relation of law 3.2 step 5; the owner is the
unit of origin and those beneath it; SUL is written by HP and HP_ASSIST, SEL and ÆL by CARE, CASE and SOC_PSY, and
only appointments by their whole side; sub-goals need no owner, for the law names none. What a block hides from the
health side (law 3.2 step 7) it does not change either: an answer would tell that it is there.
"""

from uuid import UUID

from tests.oracle import citizenside
from tests.oracle.facts import has_relation, is_blocked, is_deceased, is_expressly_allowed, is_overridden
from tests.oracle.matrices import WRITING
from tests.oracle.rules import LAW_GATE, READING_PURPOSES, before_relation
from tests.oracle.world import CITIZEN_SIDE, HEALTH_SIDE, SOCIAL_SIDE, Ask, Element, Verdict, World

WRITERS = {"SUL": frozenset({"HP", "HP_ASSIST"}), "SEL": SOCIAL_SIDE, "AEL": SOCIAL_SIDE}
SIDES = {"SUL": HEALTH_SIDE, "SEL": SOCIAL_SIDE, "AEL": SOCIAL_SIDE}


def _before_relation(world: World, ask: Ask) -> Verdict | None:
    shut = before_relation(world, ask)
    if shut is None and ask.purpose not in READING_PURPOSES.get(ask.acting_as, ()):
        return Verdict(False, "purpose", "purpose")
    return shut


def may_write(world: World, ask: Ask, element: Element, *, stands: bool = False) -> Verdict:
    """May this asker create the element as it would stand, or change it as it stands already (`stands`)."""
    if ask.acting_as in CITIZEN_SIDE:
        return citizenside.writes(world, ask, element)
    shut = _before_relation(world, ask)
    if shut is not None:
        return shut
    if is_deceased(world, element.citizen, ask.moment) or not has_relation(world, ask, element.citizen):
        return Verdict(False, "relation", "no_relation")
    same_law = ask.acting_as in WRITERS.get(element.recorded_under, ())
    owns = element.origin is not None and element.origin in world.line[ask.unit]
    may = {
        "owner": owns and ask.acting_as in SIDES.get(element.recorded_under, ()),
        "owner-same-law": owns and same_law,
        "same-law": same_law,
        "citizen-or-treating": ask.acting_as in WRITERS["SUL"],
        "citizen-or-recorded": same_law and element.author_kind == "staff",
        "register": False,
        "nobody": False,
    }[WRITING[element.category]]
    if may and stands and ask.acting_as in HEALTH_SIDE and is_hidden(world, ask, element):
        return Verdict(False, "block", "blocked")
    return Verdict(True, "write-" + WRITING[element.category]) if may else LAW_GATE


def is_hidden(world: World, ask: Ask, element: Element) -> bool:
    """Whether a block keeps the element from the asker, and nothing beats it."""
    opened = is_expressly_allowed(world, ask, element) or is_overridden(world, ask, element.citizen)
    return is_blocked(world, ask, element) and not opened


def may_register(world: World, ask: Ask, act: str, citizen: UUID, *, has_journal_ref: bool = False) -> Verdict:
    """May this asker set or lift a `block`, enter a `consent`, register a `will`, `odr` or `fgvh`.

    Staff enter an oral consent with its reference in the record (law 3.7); ADMIN blocks for who is not digital
    (law 3.6).
    """
    if ask.acting_as in CITIZEN_SIDE:
        return citizenside.registers(world, ask, act, citizen)
    if ask.acting_as == "ADMIN" and ask.purpose == "admin":
        shut = before_relation(world, ask)
        return shut or (Verdict(True, "admin-block") if act == "block" else Verdict(False, "purpose", "purpose"))
    shut = _before_relation(world, ask)
    if shut is not None:
        return shut
    if is_deceased(world, citizen, ask.moment) or not has_relation(world, ask, citizen):
        return Verdict(False, "relation", "no_relation")
    return Verdict(True, "oral-consent") if act == "consent" and has_journal_ref else LAW_GATE
