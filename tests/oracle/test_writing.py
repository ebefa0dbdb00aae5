"""Who may create or change what (law 3.7), row by row."""

from dataclasses import replace

import pytest

from tests.oracle.matrices import WRITING
from tests.oracle.stage import NOW, POUL, ask, block, element, relation_of, uid, world
from tests.oracle.world import CATEGORIES, Ask
from tests.oracle.writing import may_register, may_write

ACTORS = ("HP", "HP_ASSIST", "HP_PERMIT", "HP_STUDENT", "CARE", "CASE", "SOC_PSY")
# w may write what its own unit recorded, - may not; in the order of ACTORS
ROWS = {
    "APPT_SUL": "wwww---",
    "APPT_SEL_W": "----www",
    "APPT_SEL_X": "----www",
    "APPT_AEL": "----www",
    "SK_REG": "-------",
    "SK_TYPED": "ww-----",
    "SK_FLAG": "-------",
    "WILL_CONTENT": "-------",
    "ODR_CONTENT": "-------",
    **dict.fromkeys(
        ("DIAG", "COND_SUL", "INT_SUL", "PLAN_SUL", "PLAN_PSY", "GOAL_SUL", "GOAL_LIFE", "DOC_SUL"), "ww-----"
    ),
    **dict.fromkeys(("COND_SOC", "INT_SOC", "PLAN_SOC", "GOAL_SOC", "DOC_SOC"), "----www"),
    "LOG": "-------",
}


@pytest.mark.parametrize(
    ("category", "actor", "outcome"),
    [(row, actor, one) for row, cells in ROWS.items() for actor, one in zip(ACTORS, cells, strict=True)],
)
def test_staff_write_their_own_under_their_law(category: str, actor: str, outcome: str) -> None:
    asker = ask(actor)
    own = replace(element(category), origin=asker.unit)
    others = replace(own, origin=uid("other municipality"))
    facts = world(relation_of(asker))

    assert may_write(facts, asker, own).permitted is (outcome == "w")
    assert not may_write(world(), asker, own).permitted
    if WRITING[category].startswith("owner"):
        assert not may_write(facts, asker, others).permitted


@pytest.mark.parametrize(("category", "actor", "reason"), [("DIAG", "HP", "blocked"), ("COND_SOC", "CARE", "")])
def test_a_block_stops_the_health_side_from_changing_what_stands_and_from_nothing_else(
    category: str, actor: str, reason: str
) -> None:
    asker = ask(actor)
    own = replace(element(category), origin=asker.unit)
    facts = world(relation_of(asker), blocks=(block(),))

    assert may_write(facts, asker, own).permitted
    assert may_write(facts, asker, own, stands=True).reason == reason


def test_every_category_has_a_writing_row() -> None:
    assert set(WRITING) == set(ROWS) == CATEGORIES


def test_the_citizens_own_words_are_not_written_by_staff_nor_the_staffs_by_the_citizen() -> None:
    asker, citizen = ask("HP"), Ask("CITIZEN", NOW, citizen=POUL.id)
    by_citizen = element("GOAL_LIFE", recorded_under="CITIZEN", author_kind="citizen", sharing="all")
    facts = world(relation_of(asker))

    assert may_write(facts, asker, by_citizen).reason == "law_gate"
    assert may_write(facts, citizen, by_citizen).rule == "own-record"
    assert may_write(facts, citizen, element("GOAL_LIFE")).reason == "law_gate"
    assert may_write(facts, citizen, element("PLAN_SUL")).reason == "law_gate"


def test_staff_enter_an_oral_consent_with_reference_and_admin_blocks() -> None:
    asker, admin = ask("HP"), ask("ADMIN", purpose="admin")
    facts = world(relation_of(asker))

    assert may_register(facts, asker, "consent", POUL.id, has_journal_ref=True).permitted
    assert may_register(facts, asker, "consent", POUL.id).reason == "law_gate"
    assert may_register(facts, asker, "block", POUL.id, has_journal_ref=True).reason == "law_gate"
    assert may_register(facts, admin, "block", POUL.id).permitted
    assert may_register(facts, admin, "consent", POUL.id).reason == "purpose"
