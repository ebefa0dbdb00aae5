"""Every row of matrix C (law 3.6), by number, through the engine on real rows; typed from the document."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from access.lawtables import MATRIX_C
from access.vocabulary import ActingAs, Action, Category, Purpose
from minlog.models import LookUp
from tests.access.staging import decided, decision, told
from tests.oracle.persons import months_after
from tests.oracle.stage import DAY, NOW, POUL, ask, block, consent_for, element, override_of, relation_of, uid
from tests.oracle.world import CATEGORIES, Ask, Permit

# law 3.6: purpose, actor → the rule that permits, or the reason; what the source sends, or nobody may, is refused
CELLS = {
    "C1": ("evaluation", "HP", "own-evaluation"),
    "C2": ("quality", "HP", "quality-work"),
    "C3": ("evaluation or quality of one who declined", "HP", "blocked"),
    "C4": ("audit", "AUDIT", "look-up-audit"),
    "C5": ("supervision", "SUPERVISION", "sent_by_source"),
    "C6": ("adverse event", "any", "no such purpose"),
    "C7": ("insurance, employer, police", "any", "no such purpose"),
    "C8": ("research or statistics", "any", "no such purpose"),
    "C9": ("admin or support", "ADMIN", "sector"),
    "C10": ("import or export", "SYSTEM", "sector"),
}
TICK = timedelta(microseconds=1)
EVALUATING = ask("HP", purpose="evaluation")
TOOK_PART = relation_of(
    EVALUATING, professional=uid("doctor"), status="ended", start=NOW - 90 * DAY, end=NOW - 30 * DAY
)
ASSURING = ask("HP", purpose="quality")
PERMIT = Permit(uid("quality"), uid("doctor"), uid("hospital"), NOW - DAY, kind="quality")
OFFICES = {
    "AUDIT": "audit",
    "SUPERVISION": "supervision",
    "ADMIN": "support",
    "SYSTEM": "delivery",
    "QUALITY": "quality",
}
DIAGNOSIS = element("DIAG", "ward")


def outcome(asker: Ask, thing: Any, *relations: Any, **facts: Any) -> str:
    """The rule that permits, or the reason."""
    return told(decision(asker, thing, *relations, **facts))


def test_the_document_has_these_rows() -> None:
    assert MATRIX_C == CELLS


@pytest.mark.django_db
@pytest.mark.law("own-evaluation")
def test_c1_own_evaluation_by_who_took_part() -> None:
    assert outcome(EVALUATING, DIAGNOSIS, TOOK_PART) == CELLS["C1"][2]
    for who, answer in (("nurse", "own-evaluation"), ("dentist", "own-evaluation"), ("physiotherapist", "purpose")):
        asker = ask("HP", who=who, purpose="evaluation")
        assert outcome(asker, DIAGNOSIS, replace(TOOK_PART, professional=uid(who))) == answer
    assert outcome(EVALUATING, DIAGNOSIS, replace(TOOK_PART, professional=uid("nurse"))) == "no_relation"
    assert outcome(EVALUATING, DIAGNOSIS, replace(TOOK_PART, professional=None)) == "no_relation"
    assert outcome(EVALUATING, DIAGNOSIS, replace(TOOK_PART, status="refuted")) == "no_relation"
    assert outcome(EVALUATING, element("COND_SOC"), TOOK_PART) == "law_gate"
    assert outcome(EVALUATING, element("APPT_SUL"), TOOK_PART) == "law_gate"


@pytest.mark.django_db
@pytest.mark.law("own-evaluation")
@pytest.mark.parametrize(("shift", "answer"), [(-TICK, "no_relation"), (timedelta(0), "own-evaluation")])
def test_c1_for_six_months(shift: timedelta, answer: str) -> None:
    ended = replace(TOOK_PART, start=NOW - 900 * DAY, end=months_after(NOW, -6) + shift)

    assert outcome(EVALUATING, DIAGNOSIS, ended) == answer


@pytest.mark.django_db
@pytest.mark.law("quality-work")
def test_c2_quality_work_with_permit_at_ones_own_place() -> None:
    permits = {"permits": (PERMIT,)}
    assert outcome(ASSURING, DIAGNOSIS, **permits) == CELLS["C2"][2]
    assert outcome(ASSURING, DIAGNOSIS) == "purpose"
    for changes in (
        {"end": NOW},
        {"start": NOW + TICK},
        {"professional": uid("nurse")},
        {"unit": uid("municipality")},
        {"kind": "staff"},
    ):
        assert outcome(ASSURING, DIAGNOSIS, permits=(replace(PERMIT, **changes),)) == "purpose"
    assert outcome(ASSURING, element("DIAG", "hospital"), **permits) == "law_gate"
    assert outcome(ASSURING, element("DIAG", "practice"), **permits) == "law_gate"
    assert outcome(ASSURING, element("COND_SOC"), **permits) == "law_gate"
    of_the_office = ask("QUALITY", who="doctor", where="ward", purpose="quality")
    assert outcome(of_the_office, DIAGNOSIS, **permits) in ("purpose", "sector")


@pytest.mark.django_db
@pytest.mark.law("quality-work")
@pytest.mark.parametrize(("age", "answer"), [(timedelta(0), "law_gate"), (TICK, "quality-work")])
def test_c2_on_data_of_less_than_five_years(age: timedelta, answer: str) -> None:
    thing = replace(DIAGNOSIS, occurred_at=months_after(NOW, -60) + age)

    assert outcome(ASSURING, thing, permits=(PERMIT,)) == answer


@pytest.mark.django_db
@pytest.mark.law("decline")
@pytest.mark.parametrize(
    ("asker", "facts"), [(EVALUATING, {}), (ASSURING, {"permits": (PERMIT,)})], ids=["own", "quality"]
)
def test_c3_declining_is_final(asker: Ask, facts: dict[str, Any]) -> None:
    overriding = replace(asker, wants_override=True)
    opened = {
        "blocks": (block(),),
        "consents": (consent_for(asker, DIAGNOSIS),),
        "overrides": (override_of(overriding),),
    }

    assert outcome(overriding, DIAGNOSIS, TOOK_PART, **facts, **opened) == CELLS["C3"][2]


AUDITING = ask("AUDIT", where="nursing")
LOOK = element("LOG", "nursing", author=uid("district nurse"))


@pytest.mark.django_db
@pytest.mark.law("look-up-audit")
def test_c4_audit_of_the_log_of_the_own_authoritys_staff() -> None:
    assert outcome(AUDITING, LOOK) == CELLS["C4"][2]
    for where in ("nursing", "municipality", "social centre"):
        assert outcome(ask("AUDIT", where=where), LOOK) == "look-up-audit", where
        assert outcome(AUDITING, element("LOG", where, author=uid("caseworker"))) == "look-up-audit", where
    for where in ("ward", "region", "practice", "other municipality"):
        assert outcome(ask("AUDIT", where=where), LOOK) == "law_gate", where
        assert outcome(AUDITING, element("LOG", where, author=uid("doctor"))) == "law_gate", where
    assert outcome(AUDITING, replace(LOOK, origin=None, author=uid("nurse"))) == "law_gate"
    assert outcome(AUDITING, replace(LOOK, author=None)) == "law_gate"
    for purpose in ("treatment", "quality", "supervision"):
        assert outcome(ask("AUDIT", where="nursing", purpose=purpose), LOOK) == "purpose", purpose
    for acting_as in ("HP", "CASE", "SUPERVISION", "ADMIN"):
        asker = ask(acting_as, who="doctor", where="nursing", purpose="audit")
        assert outcome(asker, LOOK, relation_of(ask("HP"))) in ("law_gate", "purpose"), acting_as


@pytest.mark.django_db
@pytest.mark.law("look-up-audit")
@pytest.mark.parametrize(("died", "answer"), [(NOW, "no_relation"), (NOW + TICK, "look-up-audit")])
def test_c4_of_citizens_who_live(died: datetime, answer: str) -> None:
    assert outcome(AUDITING, LOOK, citizens=(replace(POUL, deceased_at=died),)) == answer


@pytest.mark.django_db
@pytest.mark.law("look-up-audit", "supervision", "shared-infrastructure")
@pytest.mark.parametrize(
    ("acting_as", "reason"),
    [
        ("AUDIT", "log_only"),
        ("SUPERVISION", CELLS["C5"][2]),
        ("ADMIN", CELLS["C9"][2]),
        ("SYSTEM", CELLS["C10"][2]),
        ("QUALITY", "sector"),
    ],
)
def test_c4_c5_c9_c10_offices_see_no_data_whatever_stands_in_their_favour(acting_as: str, reason: str) -> None:
    asker = ask(acting_as, who="doctor", where="ward", purpose=OFFICES[acting_as])
    relation = relation_of(ask("HP"))
    for category in sorted(CATEGORIES - {"LOG", "GOAL_LIFE"}):
        thing = element(category)
        consents = (consent_for(asker, thing, families=None),)
        assert outcome(asker, thing, relation, consents=consents, permits=(PERMIT,)) == reason, category
    for other in ("treatment", "evaluation"):
        assert outcome(replace(asker, purpose=other), element("DIAG"), relation) == "sector"
    assert not decided(asker, LookUp, Action.READ, Category.LOG, relation).permitted


def test_c6_c7_c8_have_no_purpose_to_ask_with() -> None:
    assert {str(purpose) for purpose in Purpose} == {
        "treatment", "care", "case", "own", "evaluation", "quality", "audit", "supervision", "support", "delivery",
    }  # fmt: skip
    assert {str(one) for one in ActingAs} & {"insurance", "employer", "police", "research"} == set()
