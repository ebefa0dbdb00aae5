"""Every cell of matrices A, B and C (law 3.3, 3.4, 3.6) as a case with its number.

The expectations are written a second time here, as outcomes, so that a slip in the tables does not prove itself.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.oracle.matrices import MATRIX_A, MATRIX_B, MATRIX_B_COLUMNS, MATRIX_C
from tests.oracle.rules import decide
from tests.oracle.stage import (
    DAY,
    MARIE,
    NOW,
    POUL,
    ask,
    block,
    consent_for,
    element,
    relation_of,
    uid,
    world,
)
from tests.oracle.world import Ask, Custody, Element, Guardianship, Permit, PowerOfAttorney, Switches, Verdict, World
from tests.oracle.writing import may_register, may_write

# P permit · C only with consent · O own service or case P, else C · D deny, consent or not · N no relation, deny
# S as C until its switch · F deny until its switch · W will · Z party or treatment · Y party · L as shared
# G own look-up
COLUMNS = ("HP", "HP_NONE", "HP_ASSIST", "CARE", "CASE", "SOC_PSY")
CELLS_A = {
    "APPT_SUL": "PNPCCC",
    "APPT_SEL_W": "PNPOOC",
    "APPT_SEL_X": "CNCOOC",
    "APPT_AEL": "SNSOOC",
    "SK_REG": "PNPCCC",
    "SK_TYPED": "PNPCCC",
    "SK_FLAG": "PNFDDD",
    "WILL_CONTENT": "WNDDDD",
    "ODR_CONTENT": "DNDDDD",
    "DIAG": "PNPCCC",
    "COND_SUL": "PNPCCC",
    "INT_SUL": "PNPCCC",
    "PLAN_SUL": "PNPCCC",
    "GOAL_SUL": "PNPCCC",
    "COND_SOC": "CNCOOC",
    "INT_SOC": "CNCOOC",
    "PLAN_SOC": "CNCOOC",
    "GOAL_SOC": "CNCOOC",
    "PLAN_PSY": "ZNYYYY",
    "GOAL_LIFE": "LNLLLL",
    "LOG": "GNDDDD",
    "DOC_SUL": "PNPCCC",
    "DOC_SOC": "CNCOOC",
    "GOAL_LIFE by SUL staff": "PNPCCC",
    "GOAL_LIFE by SEL staff": "CNCOOC",
}


def cases_a() -> Iterator[object]:
    """One case per cell; the assistants' column once per kind of assistant."""
    number = 0
    for row, outcomes in CELLS_A.items():
        for column, outcome in zip(COLUMNS, outcomes, strict=True):
            number += 1
            for actor in ("HP_ASSIST", "HP_PERMIT", "HP_STUDENT") if column == "HP_ASSIST" else (column,):
                yield pytest.param(row, actor, outcome, id=f"A{number:03}-{row}-{actor}")


def thing_for(row: str) -> Element:
    """The row's element; of social data, the asker's own by default."""
    category, _, author = row.partition(" by ")
    if author:
        return element(category, "home care", recorded_under=author.split()[0])
    if category == "GOAL_LIFE":
        return element(category, recorded_under="CITIZEN", author_kind="citizen", sharing="all")
    return element(category)


def answers(facts: World, asker: Ask, thing: Element) -> tuple[Verdict, Verdict]:
    """The verdict without and with the consent the wall asks for."""
    return decide(facts, asker, thing), decide(replace(facts, consents=(consent_for(asker, thing),)), asker, thing)


@pytest.mark.parametrize(("row", "actor", "outcome"), list(cases_a()))
def test_matrix_a(row: str, actor: str, outcome: str) -> None:
    asker = ask(actor.removesuffix("_NONE"))
    facts = world() if actor == "HP_NONE" else world(relation_of(asker))
    thing = thing_for(row)
    without, with_consent = answers(facts, asker, thing)

    if outcome == "P":
        assert without.permitted
    elif outcome == "C":
        assert (without.reason, with_consent.rule) == ("needs_consent", "consented")
    elif outcome == "D":
        assert (without.reason, with_consent.reason) == ("law_gate", "law_gate")
    elif outcome == "N":
        assert (without.reason, with_consent.reason) == ("no_relation", "no_relation")
    else:
        SPECIAL[outcome](facts, asker, thing)


def own_or_consent(facts: World, asker: Ask, thing: Element) -> None:
    """O: own authority's without consent, another's with."""
    for origin, reason in ((asker.unit, ""), (uid("other municipality"), "needs_consent"), (None, "needs_consent")):
        without, with_consent = answers(facts, asker, replace(thing, origin=origin))
        assert (without.reason, with_consent.permitted) == (reason, True)


def ael_switch(facts: World, asker: Ask, thing: Element) -> None:
    """S: a consent, or the switch."""
    without, with_consent = answers(facts, asker, thing)
    on = replace(facts, switches=Switches(ael_appointments=True))
    assert (without.reason, with_consent.rule) == ("regime_switch_off", "consented")
    assert decide(on, asker, thing).rule == "look-up"


def flag_switch(facts: World, asker: Ask, thing: Element) -> None:
    """F: no consent opens it, the switch does."""
    on = replace(facts, switches=Switches(assistants_read_flags=True))
    assert [verdict.reason for verdict in answers(facts, asker, thing)] == ["regime_switch_off"] * 2
    assert decide(on, asker, thing).permitted


def will(facts: World, asker: Ask, thing: Element) -> None:
    """W: by profession, and only when confirmed."""
    rules = {
        "doctor": "will-content",
        "nurse": "will-content",
        "dentist": "will-dentist",
        "physiotherapist": "law-gate",
    }
    for who, rule in rules.items():
        confirming = ask("HP", who=who, confirms_will=True)
        assert decide(facts, confirming, thing).rule == rule
        assert decide(facts, replace(confirming, confirms_will=False), thing).reason == "law_gate"


def party_only(facts: World, asker: Ask, thing: Element) -> None:
    """Y: the party's plan without relation, past a block by switch; of another's plan nothing."""
    plan = replace(thing, parties=(uid("ward"), uid("municipality")))
    assert decide(world(), asker, plan).rule == "psl13-party"
    assert [verdict.reason for verdict in answers(facts, asker, thing)] == ["law_gate"] * 2
    assert decide(world(blocks=(block(),)), asker, plan).reason == "blocked"
    unblockable = world(blocks=(block(),), switches=Switches(psl13_party_blocks_honoured=False))
    assert decide(unblockable, asker, plan).rule == "psl13-party"


def party_or_treating(facts: World, asker: Ask, thing: Element) -> None:
    """Z: as a party, or in treatment unless blocked."""
    assert decide(world(), asker, replace(thing, parties=(uid("hospital"),))).rule == "psl13-party"
    assert decide(facts, asker, thing).rule == "look-up"
    assert decide(replace(facts, blocks=(block(),)), asker, thing).reason == "blocked"


def as_shared(facts: World, asker: Ask, thing: Element) -> None:
    """L: as the citizen chose."""
    health = "" if asker.acting_as.startswith("HP") else "blocked"
    for sharing, reason in (("all", ""), ("health", health), ("private", "blocked"), ("named", "blocked")):
        assert decide(facts, asker, replace(thing, sharing=sharing)).reason == reason
    named = replace(thing, sharing="named", named_units=(uid("hospital"), uid("municipality")))
    assert decide(facts, asker, named).permitted
    assert decide(replace(facts, blocks=(block(),)), asker, named).reason == "blocked"


def own_look_up(facts: World, asker: Ask, thing: Element) -> None:
    """G: who looked, or answered for it."""
    assert decide(facts, asker, thing).reason == "law_gate"
    assert decide(world(), asker, replace(thing, author=asker.professional)).rule == "own-look-up"
    assert decide(world(), asker, replace(thing, responsible=asker.professional)).rule == "own-look-up"


SPECIAL = {
    "O": own_or_consent,
    "S": ael_switch,
    "F": flag_switch,
    "W": will,
    "Y": party_only,
    "Z": party_or_treating,
    "L": as_shared,
    "G": own_look_up,
}


def test_other_department_of_the_authority_needs_consent_unless_switched() -> None:
    caseworker = ask("CASE")
    facts = world(relation_of(caseworker))
    thing = element("COND_SOC", "home care")

    assert decide(facts, caseworker, thing).reason == "needs_consent"
    one = replace(facts, switches=Switches(other_department_needs_consent=False))
    assert decide(one, caseworker, thing).rule == "own-case"


def test_the_tables_and_the_cases_name_the_same_rows() -> None:
    assert set(MATRIX_A) == {row for row in CELLS_A if " " not in row}
    assert all(cells[1] == "D" for cells in MATRIX_A.values())
    assert set(MATRIX_B) == set(CELLS_B)
    assert {key for key in MATRIX_C if key[1] != "declined"} == {(purpose, actor) for purpose, actor, _, _ in CELLS_C}


# Columns as MATRIX_B_COLUMNS: READ LOG TYPED GOALS BLOCK CONSENT REGISTERS; a not by age, m no mandate, d denied
CELLS_B = {
    "CITIZEN_18": "PPPPPPP",
    "CITIZEN_15_17": "PPPPPPa",
    "CITIZEN_BELOW15": "aaaaaaa",
    "PROXY": "PPPdddd",
    "PARENT_BELOW15": "PPPddPd",
    "PARENT_15_17": "aaaaaaa",
    "GUARDIAN": "PPPPdPd",
    "RELATIVE": "mmmmmmm",
    "BEREAVED": "mmmmmmm",
}
AGES = {"CITIZEN_15_17": 15, "CITIZEN_BELOW15": 14, "PARENT_BELOW15": 14, "PARENT_15_17": 15}
REASONS = {"P": "", "a": "age", "m": "no_relation", "d": "law_gate"}


def stage_b(row: str) -> tuple[World, Ask]:
    """Poul at the row's age, and he or Marie asking in the row's place."""
    born = date(NOW.year - AGES.get(row, 40), NOW.month, NOW.day)
    poul = replace(POUL, birth_date=born, deceased_at=NOW if row == "BEREAVED" else None)
    acting_as = {"RELATIVE": "PROXY", "BEREAVED": "PROXY"}.get(row, row.split("_")[0])
    asker = Ask(acting_as, NOW, citizen=MARIE.id, on_behalf_of=POUL.id)
    if acting_as == "CITIZEN":
        asker = Ask("CITIZEN", NOW, citizen=POUL.id)
    power = PowerOfAttorney(uid("power"), POUL.id, MARIE.id, None, NOW, NOW + timedelta(microseconds=1))
    facts = world(
        citizens=(poul, MARIE),
        powers=() if row == "RELATIVE" else (power,),
        custodies=(Custody(uid("custody"), POUL.id, MARIE.id, NOW),),
        guardianships=(Guardianship(uid("decree"), POUL.id, MARIE.id, True, NOW),),
    )
    return facts, asker


def answer_b(facts: World, asker: Ask, column: str) -> Verdict:
    """The act the column stands for."""
    author = "citizen" if asker.acting_as == "CITIZEN" else "relative"
    if column in ("BLOCK", "CONSENT", "REGISTERS"):
        return may_register(facts, asker, {"REGISTERS": "will"}.get(column, column.lower()), POUL.id)
    if column in ("TYPED", "GOALS"):
        category = {"TYPED": "SK_TYPED", "GOALS": "GOAL_LIFE"}[column]
        return may_write(facts, asker, element(category, author_kind=author, recorded_under="CITIZEN"))
    return decide(facts, asker, element("LOG" if column == "LOG" else "PLAN_SUL"))


@pytest.mark.parametrize(
    ("row", "column", "outcome"),
    [
        pytest.param(row, column, outcome, id=f"B{7 * number + place:02}-{row}-{column}")
        for number, (row, outcomes) in enumerate(CELLS_B.items())
        for place, (column, outcome) in enumerate(zip(MATRIX_B_COLUMNS, outcomes, strict=True), start=1)
    ],
)
def test_matrix_b(row: str, column: str, outcome: str) -> None:
    facts, asker = stage_b(row)

    assert answer_b(facts, asker, column).reason == REASONS[outcome]


OWN_PERMIT = Permit(uid("quality"), uid("doctor"), uid("hospital"), NOW - DAY, kind="quality")
TOOK_PART = {"professional": uid("doctor"), "status": "ended", "end": NOW - 30 * DAY, "start": NOW - 90 * DAY}
CELLS_C = (
    ("evaluation", "HP", "DIAG", "own-evaluation"),
    ("quality", "HP", "DIAG", "quality"),
    ("quality", "QUALITY", "DIAG", ""),
    ("audit", "AUDIT", "LOG", "audit-log"),
    ("audit", "AUDIT", "DIAG", "-log_only"),
    ("supervision", "SUPERVISION", "DIAG", "-sent_by_source"),
    ("adverse_event", "HP", "DIAG", ""),
    ("insurance", "any", "DIAG", ""),
    ("research", "any", "DIAG", ""),
    ("admin", "ADMIN", "DIAG", ""),
    ("transfer", "SYSTEM", "DIAG", ""),
)


@pytest.mark.parametrize(
    ("purpose", "actor", "category", "rule"),
    [pytest.param(*cell, id=f"C{number:02}-{cell[0]}-{cell[1]}") for number, cell in enumerate(CELLS_C, start=1)],
)
def test_matrix_c(purpose: str, actor: str, category: str, rule: str) -> None:
    acting_as = "HP" if actor == "any" else actor
    asker = ask(acting_as, who="doctor", where="ward", purpose=purpose, permit=OWN_PERMIT.id)
    facts = world(relation_of(ask("HP"), **TOOK_PART), permits=(OWN_PERMIT,))
    thing = element(category, "ward")

    verdict = decide(facts, asker, thing)

    told = verdict.rule if verdict.permitted else f"-{verdict.reason}"
    assert told == (rule or "-purpose")
    if rule in ("own-evaluation", "quality"):
        assert decide(replace(facts, blocks=(block(),)), asker, thing).reason == "blocked"
