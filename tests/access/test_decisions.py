"""Decisions that explain themselves: the reason, the nearest lawful way, and what must look like nothing."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from access.decisions import decide_many
from access.explanations import explain
from access.policies import policy_of
from access.vocabulary import Action, Reason
from careplans.models import CarePlan
from tests.access.adapter import actor_of, write
from tests.access.staging import decision, staged
from tests.oracle.stage import DAY, NOW, POUL, ask, block, consent_for, element, relation_of, uid
from tests.oracle.world import Ask, Element, PositiveRegistration

HELPER = ask("CARE")
DOCTOR = ask("HP")
PLAN = element("PLAN_SUL")
TICK = timedelta(microseconds=1)


def told(asker: Ask, thing: Element, *relations: Any, **facts: Any) -> dict[str, Any]:
    """The explanation as data."""
    return explain(decision(asker, thing, *relations, **facts))


@pytest.mark.django_db
@pytest.mark.law("consented-disclosure")
def test_golden_4_home_helper_stops_at_the_law_and_is_told_of_consent() -> None:
    answer = told(HELPER, PLAN, relation_of(HELPER))

    assert (answer["verdict"], answer["gate"], answer["reason"]) == ("deny", "law_gate", "needs_consent")
    assert answer["nearest"]["way"] == "consent"
    assert answer["nearest"]["ground"] == "Sundhedsloven § 43, stk. 1, og § 44"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"start": NOW - 90 * DAY, "expires": NOW}, Reason.CONSENT_EXPIRED),
        ({"start": NOW - 90 * DAY, "expires": NOW + TICK}, None),
        ({"start": NOW - 90 * DAY, "expires": NOW - DAY, "withdrawn_at": NOW - 2 * DAY}, Reason.NEEDS_CONSENT),
        ({"start": NOW + TICK}, Reason.NEEDS_CONSENT),
        ({"expires": NOW, "purpose": "case"}, Reason.NEEDS_CONSENT),
        ({"expires": NOW, "recipient_unit": uid("ward")}, Reason.NEEDS_CONSENT),
        ({"expires": NOW, "families": frozenset({"DIAG"})}, Reason.NEEDS_CONSENT),
        ({"expires": NOW, "kind": "FVL28"}, Reason.NEEDS_CONSENT),
        ({"expires": NOW, "kind": "citizen_share"}, Reason.CONSENT_EXPIRED),
    ],
)
def test_consent_that_ran_out_is_told_as_such(changes: dict[str, Any], reason: Reason | None) -> None:
    consent = replace(consent_for(HELPER, PLAN, purpose="care"), **changes)

    assert decision(HELPER, PLAN, relation_of(HELPER), consents=(consent,)).reason == reason


@pytest.mark.django_db
def test_golden_14_consent_of_366_days_ago_has_run_out() -> None:
    thing = element("PLAN_SOC")
    start = NOW - 366 * DAY
    consent = consent_for(DOCTOR, thing, start=start, expires=start + 365 * DAY)

    answer = told(DOCTOR, thing, relation_of(DOCTOR), consents=(consent,))

    assert (answer["reason"], answer["nearest"]["way"]) == ("consent_expired", "consent")


@pytest.mark.django_db
def test_who_has_no_relation_is_not_told_of_consents() -> None:
    consent = consent_for(HELPER, PLAN, expires=NOW)

    assert decision(HELPER, PLAN, consents=(consent,)).reason == Reason.NO_RELATION


@pytest.mark.django_db
@pytest.mark.parametrize(
    "thing",
    [
        element("DIAG"),
        element("GOAL_LIFE", author_kind="citizen", recorded_under="CITIZEN", sharing="private"),
        element("GOAL_LIFE", author_kind="citizen", recorded_under="CITIZEN", sharing="named"),
    ],
    ids=("blocked", "private", "shared-with-others"),
)
def test_hidden_and_missing_look_alike(thing: Element) -> None:
    blocks = (block(),) if thing.category == "DIAG" else ()

    hidden = decision(DOCTOR, thing, relation_of(DOCTOR), blocks=blocks)

    assert hidden.is_hidden
    assert explain(hidden) == explain(None)
    assert "consent" not in str(explain(hidden))


@pytest.mark.django_db
@pytest.mark.law("decline")
def test_a_blocked_item_is_hidden_and_the_next_is_not() -> None:
    private = block(what="object", element=element("DIAG").id)

    assert decision(DOCTOR, element("DIAG"), relation_of(DOCTOR), blocks=(private,)).is_hidden
    assert decision(DOCTOR, element("COND_SUL"), relation_of(DOCTOR), blocks=(private,)).permitted


@pytest.mark.django_db
def test_what_waits_for_a_switch_names_the_consent_that_would_do() -> None:
    waiting = told(DOCTOR, element("APPT_AEL"), relation_of(DOCTOR))
    closed = told(ask("HP_PERMIT"), element("SK_FLAG"), relation_of(ask("HP_PERMIT")))

    assert (waiting["gate"], waiting["reason"], waiting["nearest"]["way"]) == (
        "law_gate",
        "regime_switch_off",
        "consent",
    )
    assert (closed["reason"], closed["nearest"]["way"]) == ("regime_switch_off", "none")


@pytest.mark.django_db
def test_a_refused_plan_is_refused_for_the_plan_and_not_for_its_parts() -> None:
    assert decision(DOCTOR, PLAN).reason == Reason.NO_RELATION
    assert decision(DOCTOR, element("PLAN_SOC"), relation_of(DOCTOR)).reason == Reason.NEEDS_CONSENT


@pytest.mark.django_db
def test_a_decision_names_the_rules_that_hold_and_the_first_shut_gate_of_each_other() -> None:
    found = decision(DOCTOR, PLAN, relation_of(DOCTOR))

    assert [rule.code for rule in found.held] == ["treatment-look-up"]
    shut = {one.rule.code: one.gate.name for one in found.shut}
    assert shut["own-record"] == "own"
    assert shut["consented-disclosure"] == "law"
    assert shut["own-service"] == "sector"


@pytest.mark.django_db
def test_many_rows_are_decided_in_one_statement_and_a_second_for_what_ran_out(django_assert_num_queries: Any) -> None:
    facts = staged(PLAN, relation_of(DOCTOR), relation_of(HELPER, id=uid("another")))
    write(facts)
    actors = [actor_of(facts, one) for one in (DOCTOR, HELPER)]
    for actor in actors:
        decide_many(policy_of(CarePlan), actor, Action.READ, [PLAN.id])

    with django_assert_num_queries(1):
        found = decide_many(policy_of(CarePlan), actors[0], Action.READ, [PLAN.id, uid("no such row")])
    with django_assert_num_queries(2):
        decide_many(policy_of(CarePlan), actors[1], Action.READ, [PLAN.id])

    assert list(found) == [PLAN.id]


@pytest.mark.django_db
def test_a_positive_registration_for_the_responsible_is_not_for_the_assistant() -> None:
    assistant = ask("HP_ASSIST")
    positive = PositiveRegistration(uid("yes"), POUL.id, "professional", "all", NOW - DAY)

    def reason(professional: Any) -> Reason | None:
        named = replace(positive, who_professional=professional)
        facts = {"blocks": (block(),), "positives": (named,)}
        return decision(assistant, element("DIAG"), relation_of(assistant), **facts).reason

    assert (reason(assistant.responsible), reason(assistant.professional)) == (Reason.BLOCKED, None)
