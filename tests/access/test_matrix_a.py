"""Every cell of matrix A (law 3.3), by number, on real rows; written from the document, not from access/matrix.py."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from access.conditions import Target
from access.matrix import MATRIX_A
from access.policies import Policy
from access.vocabulary import Category
from citizens.models import Citizen
from consents.rules import ELEMENT_RULES
from tests.access.staging import answer, decision
from tests.oracle.stage import MARIE, POUL, ask, block, consent_for, element, relation_of, uid
from tests.oracle.world import Ask, Element, Switches

COLUMNS = ("HP", "HP none", "HP_ASSIST", "CARE", "CASE", "SOC_PSY")
# P permit, C with consent, D never, O own service, B own branch, S switch or consent, F switch, W will by profession,
# Y as a party, Z as a party or in treatment, L as the citizen chose
CELLS = {
    "APPT_SUL": "PDPCCC",
    "APPT_SEL_W": "PDPOOC",
    "APPT_SEL_X": "CDCOOC",
    "APPT_AEL": "SDSOOC",
    "SK_REG": "PDPCCC",
    "SK_TYPED": "PDPCCC",
    "SK_FLAG": "PDFDDD",
    "WILL_CONTENT": "WDDDDD",
    "ODR_CONTENT": "DDDDDD",
    "DIAG": "PDPCCC",
    "COND_SUL": "PDPCCC",
    "INT_SUL": "PDPCCC",
    "PLAN_SUL": "PDPCCC",
    "GOAL_SUL": "PDPCCC",
    "COND_SOC": "CDCOBC",
    "INT_SOC": "CDCOBC",
    "PLAN_SOC": "CDCOBC",
    "GOAL_SOC": "CDCOBC",
    "PLAN_PSY": "ZDYYYY",
    "GOAL_LIFE": "LDLLLL",
    "LOG": "DDDDDD",
    "DOC_SUL": "PDPCCC",
    "DOC_SOC": "CDCOBC",
}


def cases() -> list:
    """One case for each cell; the assistants' column is one for each of its three capacities."""
    made = []
    for row, (category, letters) in enumerate(CELLS.items(), 1):
        for place, (column, letter) in enumerate(zip(COLUMNS, letters, strict=True), 1):
            capacities = ("HP_ASSIST", "HP_PERMIT", "HP_STUDENT") if column == "HP_ASSIST" else (column,)
            for capacity in capacities:
                number = f"A{row}.{place}"
                made.append(pytest.param(category, capacity, letter, id=f"{number}-{category}-{capacity}"))
    return made


def thing_of(category: str) -> Element:
    """The element of the cell; what is shared, is shared with all."""
    made = element(category)
    return (
        replace(made, author_kind="citizen", sharing="all", recorded_under="CITIZEN")
        if category == "GOAL_LIFE"
        else made
    )


@pytest.mark.django_db
@pytest.mark.law("treatment-lookup", "appointment-times", "own-service", "citizens-choice", "permitted-staff")
@pytest.mark.law("consented-disclosure", "social-disclosure", "discharge-party", "treatment-will", "stamkort-sharing")
@pytest.mark.parametrize(("category", "capacity", "letter"), cases())
def test_cell(category: str, capacity: str, letter: str) -> None:
    asker = ask(capacity.split()[0])
    if category == "LOG":
        assert log_answer(asker) in ("law_gate", "no_relation")
    elif capacity == "HP none":
        thing = thing_of(category)
        with_all = replace(consent_for(asker, thing), families=None)
        assert answer(asker, thing, consents=(with_all,)) == "no_relation"
    else:
        CHECKS[letter](asker, thing_of(category))


def log_answer(asker: Ask) -> str:
    """No table of the domain holds log entries: the rules are asked of the category itself."""
    as_log = Target(citizen="id", category=None, fixed=Category.LOG, origin=None, occurred_at=None)
    policy = Policy(Citizen, as_log, ELEMENT_RULES)
    return str(decision(asker, element("SK_REG"), relation_of(asker), policy=policy).reason)


def both(asker: Ask, thing: Element, **facts: object) -> tuple[str, str]:
    """The answer without a consent and with the one the wall asks for."""
    relation = relation_of(asker)
    consents = (consent_for(asker, thing, families=None),)
    return answer(asker, thing, relation, **facts), answer(asker, thing, relation, consents=consents, **facts)


def permit(asker: Ask, thing: Element) -> None:
    assert answer(asker, thing, relation_of(asker)) == ""


def consent(asker: Ask, thing: Element) -> None:
    assert both(asker, thing) == ("needs_consent", "")


def never(asker: Ask, thing: Element) -> None:
    assert both(asker, thing) == ("law_gate", "law_gate")


def own_service(asker: Ask, thing: Element) -> None:
    for origin, without in ((asker.unit, ""), (uid("municipality"), ""), (uid("other municipality"), "needs_consent")):
        assert both(asker, replace(thing, origin=origin)) == (without, "")


def own_branch(asker: Ask, thing: Element) -> None:
    own_service(asker, thing)
    elsewhere = replace(thing, origin=uid("home care"))
    assert both(asker, elsewhere) == ("needs_consent", "")
    switches = Switches(other_department_needs_consent=False)
    assert answer(asker, elsewhere, relation_of(asker), switches=switches) == ""


def own_service_anywhere(asker: Ask, thing: Element) -> None:
    own_service(asker, thing)
    assert answer(asker, replace(thing, origin=uid("nursing")), relation_of(asker)) == ""


def by_elderly_switch(asker: Ask, thing: Element) -> None:
    assert both(asker, thing) == ("regime_switch_off", "")
    assert answer(asker, thing, relation_of(asker), switches=Switches(ael_appointments=True)) == ""


def by_flag_switch(asker: Ask, thing: Element) -> None:
    assert both(asker, thing) == ("regime_switch_off", "regime_switch_off")
    assert answer(asker, thing, relation_of(asker), switches=Switches(assistants_read_flags=True)) == ""


def will(asker: Ask, thing: Element) -> None:
    for who, reason in (("doctor", ""), ("nurse", ""), ("dentist", ""), ("physiotherapist", "law_gate")):
        confirming = ask("HP", who=who, confirms_will=True)
        assert answer(confirming, thing, relation_of(asker)) == reason
        assert answer(replace(confirming, confirms_will=False), thing, relation_of(asker)) == "law_gate"


def party(asker: Ask, thing: Element) -> None:
    plan = replace(thing, parties=(uid("ward"), uid("municipality")))
    assert answer(asker, plan) == ""
    assert answer(asker, plan, blocks=(block(),)) == "blocked"
    assert both(asker, thing) == ("law_gate", "law_gate")


def party_or_treating(asker: Ask, thing: Element) -> None:
    assert answer(asker, replace(thing, parties=(uid("hospital"),))) == ""
    assert answer(asker, thing, relation_of(asker)) == ""
    assert answer(asker, thing, relation_of(asker), blocks=(block(),)) == "blocked"


def as_chosen(asker: Ask, thing: Element) -> None:
    for_health = "" if asker.acting_as.startswith("HP") else "blocked"
    for sharing, reason in (("all", ""), ("health", for_health), ("named", "blocked"), ("private", "blocked")):
        assert answer(asker, replace(thing, sharing=sharing), relation_of(asker)) == reason
    named = replace(thing, sharing="named", named_units=(uid("hospital"), uid("municipality")))
    assert answer(asker, named, relation_of(asker)) == ""


CHECKS: dict[str, Callable[[Ask, Element], None]] = {
    "P": permit,
    "C": consent,
    "D": never,
    "O": own_service_anywhere,
    "B": own_branch,
    "S": by_elderly_switch,
    "F": by_flag_switch,
    "W": will,
    "Y": party,
    "Z": party_or_treating,
    "L": as_chosen,
}


def test_the_document_and_the_code_have_the_same_rows_in_the_same_order() -> None:
    assert list(CELLS) == [category.name for category in MATRIX_A]
    assert set(CELLS) == {category.name for category in Category}


@pytest.mark.django_db
@pytest.mark.law("treatment-lookup")
def test_someone_else_in_treatment_helps_nobody() -> None:
    asker = ask("HP")

    assert answer(asker, element("DIAG"), relation_of(asker, citizen=MARIE.id)) == "no_relation"
    assert answer(asker, element("DIAG"), relation_of(asker, citizen=POUL.id)) == ""
