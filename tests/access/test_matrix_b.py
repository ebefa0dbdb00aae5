"""Every cell of matrix B (law 3.4), by number, through the engine on real rows; typed from the document.

A cell is the rule that permits, or the reason of the refusal. Where the document has a question mark the strict side
stands, but for the parent of a child below 15, who reads.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from access.decisions import Decision
from access.lawtables import MATRIX_B, MATRIX_B_COLUMNS
from access.vocabulary import Action, Category
from consents.models import Block, Consent
from goals.models import Goal
from minlog.models import LookUp
from stamkort.models import Entry, Registration, RegistrationContent
from tests.access.staging import decided, decision, told
from tests.oracle.stage import DAY, MARIE, NOW, POUL, element, uid
from tests.oracle.world import Ask, Custody, Guardianship, PowerOfAttorney

# law 3.4: READ      own clinical/plan/goal/appointment/stamkort
#          LOG       read the log          TYPED     write stamkort typed     GOALS  write goals (own)
#          BLOCK     set or lift a block   CONSENT   give consent             FGVH   refuse resuscitation
#          WILL      register a will or a position on organ donation: in its own register, never here
COLUMNS = ("READ", "LOG", "TYPED", "GOALS", "BLOCK", "CONSENT", "FGVH", "WILL")
NOBODY = ("no_relation",) * 7 + ("law_gate",)
CELLS = {
    "CITIZEN >= 18": (
        "own-record", "own-log", "own-words", "own-words", "own-decision", "own-decision", "own-refusal", "law_gate",
    ),
    "CITIZEN 15-17": (
        "own-record", "own-log", "own-words", "own-words", "own-decision", "own-decision", "age", "law_gate",
    ),
    "CITIZEN < 15": ("age", "age", "age", "age", "age", "age", "age", "law_gate"),
    "PROXY": (
        "power-of-attorney", "log-by-attorney", "stamkort-by-attorney", "law_gate", "law_gate", "law_gate", "law_gate",
        "law_gate",
    ),
    "PARENT of child < 15": (
        "custody", "log-by-custody", "stamkort-by-parent", "law_gate", "law_gate", "parents-decision", "law_gate",
        "law_gate",
    ),
    "PARENT of 15-17": ("age", "age", "age", "age", "age", "age", "law_gate", "law_gate"),
    "GUARDIAN": (
        "guardianship", "log-by-guardianship", "stamkort-by-guardian", "goal-by-guardian", "law_gate",
        "guardians-decision", "law_gate", "law_gate",
    ),
    "Relative on the stamkort": NOBODY,
    "Relative of the deceased": NOBODY,
}  # fmt: skip
# The refusal of what no rule gives to anybody in this place: the engine names the law's gate, that she is nobody, or
# the open question (a cell with a question mark) that a switch would decide.
REFUSALS = {"law_gate": ("law_gate", "no_relation", "regime_switch_off")}
YEARS = {
    "CITIZEN >= 18": 60,
    "CITIZEN 15-17": 17,
    "CITIZEN < 15": 14,
    "PARENT of child < 15": 14,
    "PARENT of 15-17": 15,
}
READ_THINGS = (
    element("APPT_SUL"), element("APPT_SEL_W"), element("DIAG"), element("COND_SOC"), element("INT_SUL"),
    element("PLAN_SUL"), element("PLAN_SOC"), element("GOAL_SUL"), element("SK_TYPED"), element("SK_FLAG"),
    element("SK_REG"),
)  # fmt: skip


def stage_of(row: str) -> tuple[Ask, dict[str, Any]]:
    """Poul at the row's age, and he or Marie asking in the row's place; everybody else's mandate is somebody else's."""
    born = date(NOW.year - YEARS.get(row, 70), NOW.month, NOW.day)
    poul = replace(POUL, birth_date=born, deceased_at=NOW if row.endswith("deceased") else None)
    since = NOW - DAY
    facts: dict[str, Any] = {"citizens": (poul, MARIE)}
    if row in ("PROXY", "Relative of the deceased"):
        facts["powers"] = (PowerOfAttorney(uid("power"), POUL.id, MARIE.id, None, since, NOW + DAY, may_write=True),)
    elif row.startswith("PARENT"):
        facts["custodies"] = (Custody(uid("custody"), POUL.id, MARIE.id, since),)
    elif row == "GUARDIAN":
        facts["guardianships"] = (Guardianship(uid("decree"), POUL.id, MARIE.id, True, since),)
    if row.startswith("CITIZEN"):
        return Ask("CITIZEN", NOW, citizen=POUL.id), facts
    acting_as = row.split()[0] if row.split()[0] in ("PARENT", "GUARDIAN") else "PROXY"
    return Ask(acting_as, NOW, citizen=MARIE.id, on_behalf_of=POUL.id), facts


def writes(model: Any, category: Category, *actions: Action) -> Callable[..., list[Decision]]:
    """The acts of a column."""

    def asked(asker: Ask, facts: dict[str, Any]) -> list[Decision]:
        return [decided(asker, model, action, category, **facts) for action in actions]

    return asked


def reads(asker: Ask, facts: dict[str, Any]) -> list[Decision]:
    """Something of every kind."""
    return [decision(asker, thing, **facts) for thing in READ_THINGS]


BOTH = (Action.CREATE, Action.UPDATE)
ACTS: dict[str, Callable[..., list[Decision]]] = {
    "READ": reads,
    "LOG": writes(LookUp, Category.LOG, Action.READ),
    "TYPED": writes(Entry, Category.SK_TYPED, *BOTH),
    "GOALS": writes(Goal, Category.GOAL_LIFE, Action.CREATE),
    "BLOCK": writes(Block, Category.LOG, *BOTH),
    "CONSENT": writes(Consent, Category.LOG, *BOTH),
    "FGVH": writes(Registration, Category.SK_FLAG, *BOTH),
    "WILL": writes(RegistrationContent, Category.WILL_CONTENT, *BOTH),
}
NUMBERED = [
    (f"B{number}.{place}", row, column, expected)
    for number, (row, cells) in enumerate(CELLS.items(), 1)
    for place, (column, expected) in enumerate(zip(COLUMNS, cells, strict=True), 1)
]


def differences(row: str, column: str, expected: str) -> list[str]:
    """What the engine answers where it should not."""
    asker, facts = stage_of(row)
    allowed = REFUSALS.get(expected, (expected,))
    return [told(found) for found in ACTS[column](asker, facts) if told(found) not in allowed]


@pytest.mark.django_db
@pytest.mark.law("own-access", "power-of-attorney", "custody", "guardianship", "self-determination", "log-access")
@pytest.mark.parametrize(
    ("row", "column", "expected"),
    [pytest.param(*case, id=f"{number}-{case[0]}-{case[1]}") for number, *case in NUMBERED],
)
def test_cell(row: str, column: str, expected: str) -> None:
    assert differences(row, column, expected) == []


def test_the_document_has_these_cells() -> None:
    assert (MATRIX_B_COLUMNS, MATRIX_B) == (COLUMNS, CELLS)


@pytest.mark.django_db
@pytest.mark.law("resuscitation-refusal")
@pytest.mark.parametrize(
    ("born", "reason"),
    [(date(1966, 3, 2), "own-refusal"), (date(1966, 3, 3), "age"), (date(1967, 3, 2), "age")],
)
def test_resuscitation_is_refused_from_the_day_one_turns_sixty(born: date, reason: str) -> None:
    asker = Ask("CITIZEN", NOW, citizen=POUL.id)
    facts = {"citizens": (replace(POUL, birth_date=born), MARIE)}

    assert told(decided(asker, Registration, Action.CREATE, Category.SK_FLAG, **facts)) == reason


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("is_personal", "end", "answer"),
    [(True, None, "law_gate"), (False, None, "own-refusal"), (True, NOW, "own-refusal")],
)
def test_who_has_a_guardian_in_personal_matters_does_not_refuse_here(is_personal: bool, end: Any, answer: str) -> None:
    decree = Guardianship(uid("decree"), POUL.id, MARIE.id, is_personal, NOW - DAY, end)
    asker = Ask("CITIZEN", NOW, citizen=POUL.id)

    found = decided(asker, Registration, Action.CREATE, Category.SK_FLAG, guardianships=(decree,))

    assert told(found) == answer


@pytest.mark.django_db
def test_nobody_else_reads_wills_and_organ_donation_and_she_does() -> None:
    for category in ("WILL_CONTENT", "ODR_CONTENT"):
        for row in CELLS:
            asker, facts = stage_of(row)
            may = row in ("CITIZEN >= 18", "CITIZEN 15-17")
            assert decision(asker, element(category), **facts).permitted is may, row


@pytest.mark.django_db
@pytest.mark.parametrize("shift", [timedelta(0), timedelta(microseconds=1)])
def test_a_mandate_ends_with_its_last_instant(shift: timedelta) -> None:
    end = NOW + shift
    mandates = {
        "PROXY": {"powers": (PowerOfAttorney(uid("power"), POUL.id, MARIE.id, None, NOW - DAY, end, may_write=True),)},
        "GUARDIAN": {"guardianships": (Guardianship(uid("decree"), POUL.id, MARIE.id, True, NOW - DAY, end),)},
    }

    for acting_as, facts in mandates.items():
        asker = Ask(acting_as, NOW, citizen=MARIE.id, on_behalf_of=POUL.id)
        assert decision(asker, element("PLAN_SUL"), **facts).permitted is (end > NOW)
