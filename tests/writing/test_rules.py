"""The Danish rules of what is written: each is refused by a code of its own, in Danish and in English."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast
from tests.rest import Rest, written
from tests.writing.bodies import FSIII, WRITTEN, appointment, concept, condition, goal, service_request

ROOT = Path(__file__).resolve().parents[2]
WASHING = concept(FSIII, "4d46bd94-9518-431c-82e8-ebb91bca307a")
NURSING = concept(FSIII, "I4.4")
LEVEL = concept(FSIII, "d984ad21-48fe-4619-845e-2aa0303048e7")
LAW = "http://ehealth.sundhed.dk/cs/jurisdiction"
LIFE = [{"coding": [{"code": "ffb9886b-d04e-46b1-9165-a400f91f822b"}]}]
FUNCTIONAL = [{"coding": [{"code": "ca552020-6ed1-4cdc-b0d4-32697f1f27ad"}]}]
DISEASE = [{"coding": [{"code": "disease"}]}]
TARGET = [{"detailQuantity": {"value": 53, "unit": "mmol/mol"}}]
OTHERS = {"status": "accepted", "actor": {"reference": "Patient/01a1ff01-9882-7289-8eee-f509df7d12ef"}}


def under(*acts: str) -> dict[str, Any]:
    """Labels of acts."""
    return {"security": [{"system": LAW, "code": act} for act in acts]}


RULES: dict[str, tuple[str, Any, dict[str, Any], str]] = {
    "severity-required": ("home_helper", condition, {"code": WASHING, "meta": under("service-act")}, "severity"),
    "severity-forbidden": ("municipal_nurse", condition, {"code": NURSING, "severity": LEVEL}, "severity"),
    "act-missing": ("home_helper", condition, {"code": WASHING, "severity": LEVEL}, "extension"),
    "act-other": ("municipal_nurse", condition, {"code": NURSING, "meta": under("service-act")}, "extension"),
    "act-stated-twice": ("doctor", appointment, {"meta": under("service-act", "elderly-act")}, "extension"),
    "one-of-each": ("doctor", appointment, {}, "participant"),
    "one-citizen": ("doctor", appointment, {"participant": []}, "participant"),
    "goal-life-target": ("citizen", goal, {"category": LIFE, "target": TARGET}, ""),
    "goal-life-only": ("citizen", goal, {}, ""),
    "goal-disease-target": ("doctor", goal, {"category": DISEASE}, ""),
    "goal-functional-condition": ("home_helper", goal, {"category": FUNCTIONAL}, ""),
    "goal-one-target": ("doctor", goal, {"target": [{"dueDate": "2026-09-01"}] * 2}, "target"),
    "condition-recorded-ahead": ("doctor", condition, {"recordedDate": "2099-01-02"}, "recordedDate"),
    "period-order": (
        "municipal_nurse",
        service_request,
        {"occurrencePeriod": {"start": "2026-03-02", "end": "2026-03-01"}},
        "occurrencePeriod",
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_told_by_its_own_code_in_both_languages(cast: Cast, rule: str) -> None:
    who, body, change, place = RULES[rule]
    sent = body(cast, **change)
    if rule == "one-of-each":
        sent["participant"] = [*sent["participant"], OTHERS]
    before = written()

    answer = Rest(getattr(cast, who)).post(sent["resourceType"], sent)

    assert (answer.status, answer.error) == (422, "rule-broken"), answer.body
    issue = answer.body["issue"][0]
    assert answer.rule == rule
    assert all(place in expression for expression in issue.get("expression", [place]))
    assert written() == before


@pytest.mark.parametrize("kind", ["Condition", "ServiceRequest", "Procedure", "Encounter", "Observation"])
def test_a_code_outside_its_value_set_is_refused(cast: Cast, kind: str) -> None:
    who, body, _change = WRITTEN[kind]
    name = {"Encounter": "class"}.get(kind, "code")
    wrong: Any = {"system": FSIII, "code": "Z99.9"} if name == "class" else concept(FSIII, "Z99.9")

    answer = Rest(getattr(cast, who)).post(kind, body(cast, **{name: wrong}))

    assert (answer.status, answer.error) == (422, "unknown-code")


def test_a_home_care_condition_with_its_severity_and_act_is_taken(cast: Cast) -> None:
    sent = condition(cast, code=WASHING, severity=LEVEL, meta=under("service-act"))

    assert Rest(cast.home_helper).post("Condition", sent).status == 201


def test_no_rule_is_without_a_code_of_its_own() -> None:
    """Nothing makes the error but `broken`, which asks for the code."""
    bare = re.compile(r'\w\(\s*"rule-broken"')
    apps = {package.parent for package in ROOT.glob("*/__init__.py")} - {ROOT / "tests"}
    found = sorted(
        str(path.relative_to(ROOT))
        for folder in apps
        for path in folder.rglob("*.py")
        if bare.search(path.read_text().replace('ErrorKind("rule-broken"', ""))
    )

    assert found == []
