"""Every row of law 3.5 (block, consent, override together), by number, through the engine; typed from the document.

`B` a matching block, `+` a matching positive consent, `OV` an override asked with a valid reason. A question mark in
the document is read strictly; the reading stands in docs/adr/0003.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from access import lawtables
from access.lawtables import COMBINATIONS
from tests.access.staging import answer
from tests.oracle.stage import DAY, NOW, ask, block, consent_for, element, override_of, relation_of, uid
from tests.oracle.world import Element

SUL = ("APPT_SUL", "DIAG", "COND_SUL", "INT_SUL", "PLAN_SUL", "GOAL_SUL", "DOC_SUL")
SOC = ("COND_SOC", "INT_SOC", "PLAN_SOC", "GOAL_SOC", "DOC_SOC")
OLD = datetime(2025, 1, 14, 12, tzinfo=UTC)
P = "permit"
# number: categories, B, +, OV, then HP with relation, HP_ASSIST, CARE; "" where the document has a dash
ROWS = {
    "K1": (SUL, "no", "no", "no", P, P, "needs_consent"),
    "K2": (SUL, "B", "no", "no", "blocked", "blocked", "needs_consent"),
    "K3": (SUL, "B", "+", "no", P, P, P),
    "K4": (SUL, "B", "no", "OV", P, P, "needs_consent"),
    "K5": (("APPT_SEL_W",), "B", "no", "no", "blocked", "blocked", P),
    "K6": (("APPT_SEL_W",), "B", "no", "OV", "blocked", "blocked", ""),
    "K7": (SOC, "no", "no", "no", "needs_consent", "needs_consent", P),
    "K8": (SOC, "no", "+", "no", P, P, ""),
    "K9": (SOC, "no", "no", "OV", "needs_consent", "needs_consent", ""),
    "K10": (("SK_TYPED before 2025-01-15",), "B", "no", "no", "blocked", "blocked", "needs_consent"),
    "K11": (("SK_REG", "SK_TYPED"), "B", "no", "no", P, P, "needs_consent"),
    "K12": (("PLAN_PSY",), "B", "no", "no", "blocked", "blocked", "blocked"),
    "K13": (("SK_FLAG",), "B", "no", "no", P, "regime_switch_off", "law_gate"),
    "K14": (("WILL_CONTENT",), "B", "no", "no", P, "law_gate", "law_gate"),
}
# What the document leaves open, and the strict side: typed data stay blockable until the switch says otherwise.
STRICT = {("K11", "SK_TYPED"): ("blocked", "blocked", "needs_consent")}
ACTORS = ("HP", "HP_ASSIST", "CARE")


def cases() -> list[Any]:
    """One case for each category of a row, and each actor."""
    made = []
    for number, (categories, blocked, consent, override, *answers) in ROWS.items():
        for category in categories:
            expected = STRICT.get((number, category), answers)
            for actor, outcome in zip(ACTORS, expected, strict=True):
                if outcome:
                    case = (category, blocked, consent, override, actor, outcome)
                    made.append(pytest.param(*case, id=f"{number}-{category}-{actor}"))
    return made


def thing_of(category: str) -> Element:
    """The element of a row; the parties of a plan are everybody's units."""
    made = element(category.split()[0])
    parties = (uid("ward"), uid("municipality")) if category == "PLAN_PSY" else ()
    return replace(made, parties=parties, occurred_at=OLD - DAY if "before" in category else made.occurred_at)


@pytest.mark.django_db
@pytest.mark.law("decline", "important-considerations", "consented-disclosure", "social-disclosure", "stamkort-sharing")
@pytest.mark.parametrize(("category", "blocked", "consent", "override", "actor", "outcome"), cases())
def test_row(category: str, blocked: str, consent: str, override: str, actor: str, outcome: str) -> None:
    moment = OLD if "before" in category else NOW
    asker = ask(actor, moment=moment, wants_override=override == "OV", confirms_will=category == "WILL_CONTENT")
    thing, since = thing_of(category), {"start": moment - DAY}
    facts = {
        "blocks": (block(**since),) if blocked == "B" else (),
        "consents": (consent_for(asker, thing),) if consent == "+" else (),
        "overrides": (override_of(asker),) if override == "OV" and actor != "CARE" else (),
    }

    found = answer(asker, thing, relation_of(asker, **since), **facts)

    assert (found or P) == outcome


@pytest.mark.django_db
@pytest.mark.parametrize("actor", ["HP_STUDENT", "HP_PERMIT"])
def test_k4_only_the_authorised_and_the_assistant_with_a_responsible_override(actor: str) -> None:
    asker = ask(actor, wants_override=True)
    override = override_of(asker, responsible=asker.responsible or uid("doctor"))

    found = answer(asker, element("DIAG"), relation_of(asker), blocks=(block(),), overrides=(override,))

    assert found == "blocked"


def test_the_document_has_these_rows() -> None:
    assert {number: row[1:] for number, row in COMBINATIONS.items()} == {n: row[1:] for n, row in ROWS.items()}
    assert lawtables.STRICT == STRICT
    assert set(STRICT) <= {(number, category) for number, row in ROWS.items() for category in row[0]}
