"""Matrix A of the law study (3.3): professionals reading for treatment or care, no block set.

One row per category, one column per capacity, to be read side by side with the document. The relation is a gate of
its own, so the column "HP, relation NONE" is the shut gate and not a column here. A cell that the study marks as
uncertain stands on its strict side; `DEPENDING` names those that a switch opens or that a law changed on a day.
"""

from enum import StrEnum

from access.open_questions import (
    APPOINTMENT_TIMES_ACT,
    ASSISTANTS_READ_FLAGS,
    CASE_ACROSS_DEPARTMENTS,
    ELDERLY_APPOINTMENTS,
)
from access.vocabulary import ActingAs, Category


class Cell(StrEnum):
    """A verdict of the matrix."""

    PERMIT = "P"  # permit
    CONSENT = "C"  # only with a valid explicit consent
    OWN = "O"  # own service or own case: permit; everybody else of this column: consent
    BRANCH = "B"  # own case of the own department: permit; other departments and everybody else: consent
    CHOSEN = "L"  # as the citizen has chosen for a life goal
    PARTY = "Y"  # only as a named party of the plan
    CONFIRM = "T"  # permit with reason stated and logged, by profession
    DENY = "D"  # never


P, C, O, B = Cell.PERMIT, Cell.CONSENT, Cell.OWN, Cell.BRANCH  # noqa: E741
L, Y, T, D = Cell.CHOSEN, Cell.PARTY, Cell.CONFIRM, Cell.DENY

COLUMNS = ("HP", "ASSIST", "CARE", "CASE", "SOC_PSY")

COLUMN_OF = {
    ActingAs.HP: "HP",
    ActingAs.HP_ASSIST: "ASSIST",
    ActingAs.HP_PERMIT: "ASSIST",
    ActingAs.HP_STUDENT: "ASSIST",
    ActingAs.CARE: "CARE",
    ActingAs.CASE: "CASE",
    ActingAs.SOC_PSY: "SOC_PSY",
}

MATRIX_A: dict[Category, tuple[Cell, Cell, Cell, Cell, Cell]] = {
    #                      HP ASSIST CARE CASE SOC_PSY
    Category.APPT_SUL:     (P, P, C, C, C),
    Category.APPT_SEL_W:   (P, P, O, O, C),
    Category.APPT_SEL_X:   (C, C, O, O, C),
    Category.APPT_AEL:     (C, C, O, O, C),
    Category.SK_REG:       (P, P, C, C, C),
    Category.SK_TYPED:     (P, P, C, C, C),
    Category.SK_FLAG:      (P, D, D, D, D),
    Category.WILL_CONTENT: (T, D, D, D, D),
    Category.ODR_CONTENT:  (D, D, D, D, D),
    Category.DIAG:         (P, P, C, C, C),
    Category.COND_SUL:     (P, P, C, C, C),
    Category.INT_SUL:      (P, P, C, C, C),
    Category.PLAN_SUL:     (P, P, C, C, C),
    Category.GOAL_SUL:     (P, P, C, C, C),
    Category.COND_SOC:     (C, C, O, B, C),
    Category.INT_SOC:      (C, C, O, B, C),
    Category.PLAN_SOC:     (C, C, O, B, C),
    Category.GOAL_SOC:     (C, C, O, B, C),
    Category.PLAN_PSY:     (P, Y, Y, Y, Y),
    Category.GOAL_LIFE:    (L, L, L, L, L),
    Category.LOG:          (D, D, D, D, D),
    # Of documents the study has no row: they tell what everything else of their side tells (ADR 18).
    Category.DOC_SUL:      (P, P, C, C, C),
    Category.DOC_SOC:      (C, C, O, B, C),
}  # fmt: skip


# Cells that follow a code of access/open_questions.py: what stands there where it holds, and where it does not.
DEPENDING: dict[tuple[str, Category], tuple[str, Cell, Cell]] = {
    ("HP", Category.APPT_SEL_W): (APPOINTMENT_TIMES_ACT, P, C),
    ("ASSIST", Category.APPT_SEL_W): (APPOINTMENT_TIMES_ACT, P, C),
    ("HP", Category.APPT_AEL): (ELDERLY_APPOINTMENTS, P, C),
    ("ASSIST", Category.APPT_AEL): (ELDERLY_APPOINTMENTS, P, C),
    ("ASSIST", Category.SK_FLAG): (ASSISTANTS_READ_FLAGS, P, D),
    ("CASE", Category.COND_SOC): (CASE_ACROSS_DEPARTMENTS, O, B),
    ("CASE", Category.INT_SOC): (CASE_ACROSS_DEPARTMENTS, O, B),
    ("CASE", Category.PLAN_SOC): (CASE_ACROSS_DEPARTMENTS, O, B),
    ("CASE", Category.GOAL_SOC): (CASE_ACROSS_DEPARTMENTS, O, B),
    ("CASE", Category.DOC_SOC): (CASE_ACROSS_DEPARTMENTS, O, B),
}
ALL_HELD = frozenset(code for code, _held, _else in DEPENDING.values())


def cell(acting_as: ActingAs, category: Category, regime: frozenset[str]) -> Cell:
    """Return the verdict of matrix A under these regimes and switches; a capacity without a column is refused."""
    column = COLUMN_OF.get(acting_as)
    if column is None:
        return Cell.DENY
    if (column, category) in DEPENDING:
        code, held, otherwise = DEPENDING[column, category]
        return held if code in regime else otherwise
    return MATRIX_A[category][COLUMNS.index(column)]


def categories_with(acting_as: ActingAs, *verdicts: Cell, regime: frozenset[str]) -> frozenset[Category]:
    """Return the categories whose cell for this capacity is one of the verdicts."""
    return frozenset(category for category in MATRIX_A if cell(acting_as, category, regime) in verdicts)
