"""Other purposes than treatment and care: matrix C (law 3.6, SUL § 42 d)."""

from tests.oracle.facts import TREATMENT_BASES, authority, is_blocked, is_deceased, runs
from tests.oracle.matrices import MATRIX_C
from tests.oracle.persons import months_after
from tests.oracle.world import SUL_CLINICAL, Ask, Element, Verdict, World

EVALUATORS = frozenset({"doctor", "dentist", "midwife", "nurse"})
CLINICAL = SUL_CLINICAL - {"APPT_SUL"}
EVALUATION_MONTHS = 6
QUALITY_MONTHS = 5 * 12
NO_RELATION = Verdict(False, "relation", "no_relation")


def has_permit(world: World, ask: Ask) -> bool:
    """The permit the ask names is the asker's, of the kind, in force, at the unit or above it."""
    kind = "staff" if ask.acting_as == "HP_PERMIT" else "quality"
    return ask.permit is not None and any(
        permit.id == ask.permit
        and permit.kind == kind
        and permit.professional == ask.professional
        and permit.unit in world.line[ask.unit]
        and runs(permit.start, permit.end, ask.moment)
        for permit in world.permits
    )


def took_part(world: World, ask: Ask, element: Element) -> bool:
    """A treatment there, by this professional in person, that ended at most six months ago."""
    return any(
        relation.professional == ask.professional
        and relation.unit in world.line[ask.unit]
        and relation.basis in TREATMENT_BASES
        and relation.status in ("verified", "ended")
        and relation.end is not None
        and relation.end <= ask.moment <= months_after(relation.end, EVALUATION_MONTHS)
        for relation in world.of["relations"][element.citizen]
    )


def _is_from_own_place(world: World, ask: Ask, element: Element) -> bool:
    return element.origin is not None and ask.unit in world.line[element.origin]


def other_purpose(world: World, ask: Ask, element: Element) -> Verdict:
    """One cell of matrix C, then relation, law and block in the order of law 3.2.

    Whether the asker has the purpose at all (profession, permit) comes before the citizen: step 4 before step 5.
    """
    cell = MATRIX_C.get((ask.purpose, ask.acting_as), "D")
    if ask.acting_as == "SUPERVISION" and cell == "push":
        return Verdict(False, "purpose", "sent_by_source")
    if cell not in ("P†", "log"):
        return Verdict(False, "purpose", "purpose")
    if cell == "log":
        return _audits(world, ask, element)
    return _evaluates(world, ask, element) if ask.purpose == "evaluation" else _assures(world, ask, element)


def _audits(world: World, ask: Ask, element: Element) -> Verdict:
    if element.category != "LOG":
        return Verdict(False, "purpose", "log_only")
    if is_deceased(world, element.citizen, ask.moment):
        return NO_RELATION
    if element.origin is None or authority(world, element.origin) != authority(world, ask.unit):
        return Verdict(False, "law-gate", "law_gate")
    return Verdict(True, "audit-log")


def _evaluates(world: World, ask: Ask, element: Element) -> Verdict:
    if ask.profession not in EVALUATORS:
        return Verdict(False, "purpose", "purpose")
    if is_deceased(world, element.citizen, ask.moment) or not took_part(world, ask, element):
        return NO_RELATION
    if element.category not in CLINICAL:
        return Verdict(False, "law-gate", "law_gate")
    return _unless_declined(world, ask, element, "own-evaluation")


def _assures(world: World, ask: Ask, element: Element) -> Verdict:
    if ask.profession is None or not has_permit(world, ask):
        return Verdict(False, "purpose", "purpose")
    if is_deceased(world, element.citizen, ask.moment):
        return NO_RELATION
    is_recent = ask.moment < months_after(element.occurred_at, QUALITY_MONTHS)
    if element.category not in CLINICAL or not is_recent or not _is_from_own_place(world, ask, element):
        return Verdict(False, "law-gate", "law_gate")
    return _unless_declined(world, ask, element, "quality")


def _unless_declined(world: World, ask: Ask, element: Element, rule: str) -> Verdict:
    """Declining is final here: neither consent nor override opens it (SUL § 42 d stk. 4)."""
    if is_blocked(world, ask, element):
        return Verdict(False, "block", "blocked")
    return Verdict(True, rule)
