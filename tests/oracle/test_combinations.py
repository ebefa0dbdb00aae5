"""Blocks, consents and overrides together (law 3.5), dates of law 2.1, and the limits of matrix C."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.oracle.persons import months_after
from tests.oracle.rules import decide
from tests.oracle.stage import (
    DAY,
    NOW,
    POUL,
    RESPONSIBLE,
    ask,
    block,
    consent_for,
    element,
    override_of,
    relation_of,
    uid,
    world,
)
from tests.oracle.world import Permit, Switches

TICK = timedelta(microseconds=1)
# category, acting as, block, consent, override, switched on, answer
ROWS = (
    ("DIAG", "HP", "no", "no", "no", "", "look-up"),
    ("DIAG", "HP", "B", "no", "no", "", "blocked"),
    ("DIAG", "HP", "B", "+", "no", "", "look-up/positive"),
    ("DIAG", "HP", "B", "no", "OV", "", "look-up/override"),
    ("DIAG", "HP_ASSIST", "B", "no", "OV", "", "look-up/override"),
    ("DIAG", "HP_STUDENT", "B", "no", "OV", "", "blocked"),
    ("DIAG", "HP_PERMIT", "B", "no", "OV", "", "blocked"),
    ("DIAG", "CARE", "B", "no", "OV", "", "needs_consent"),
    ("DIAG", "CARE", "B", "+", "no", "", "consented"),
    ("APPT_SEL_W", "HP", "B", "no", "no", "", "blocked"),
    ("APPT_SEL_W", "HP", "B", "no", "OV", "", "blocked"),
    ("APPT_SEL_W", "HP", "B", "no", "OV", "override_rsl13_appointments", "look-up/override"),
    ("APPT_SEL_W", "HP_ASSIST", "B", "no", "OV", "override_rsl13_appointments", "blocked"),
    ("APPT_SEL_W", "CARE", "B", "no", "no", "", "own-service"),
    ("COND_SOC", "HP", "no", "no", "no", "", "needs_consent"),
    ("COND_SOC", "HP", "B", "+", "no", "", "consented"),
    ("COND_SOC", "HP", "no", "no", "OV", "", "needs_consent"),
    ("COND_SOC", "HP", "B", "no", "OV+", "emergency_soc_override", "emergency-soc"),
    ("COND_SOC", "HP", "B", "no", "OV+", "", "needs_consent"),
    ("COND_SOC", "HP", "B", "no", "OV", "emergency_soc_override", "needs_consent"),
    ("COND_SOC", "HP_ASSIST", "no", "no", "OV+", "emergency_soc_override", "needs_consent"),
    ("COND_SOC", "HP", "no", "no", "no", "social_data_to_health", "switched"),
    ("COND_SOC", "HP", "B", "no", "OV", "social_data_to_health", "blocked"),
    ("COND_SOC", "CARE", "B", "no", "no", "", "own-service"),
    ("SK_TYPED", "HP", "B", "no", "no", "", "blocked"),
    ("SK_TYPED", "HP", "B", "no", "no", "-stamkort_blocks_honoured", "look-up"),
    ("SK_REG", "HP", "B", "no", "no", "", "look-up"),
    ("SK_FLAG", "HP", "B", "no", "no", "", "look-up"),
)


@pytest.mark.parametrize(("category", "acting_as", "blocked", "consent", "override", "switch", "answer"), ROWS)
def test_combination(
    category: str, acting_as: str, blocked: str, consent: str, override: str, switch: str, answer: str
) -> None:
    asker = ask(acting_as, wants_override=override != "no")
    thing = element(category)
    switches = Switches(**{switch.removeprefix("-"): not switch.startswith("-")}) if switch else Switches()
    facts = world(
        relation_of(asker),
        switches=switches,
        blocks=(block(),) if blocked == "B" else (),
        consents=(consent_for(asker, thing),) if consent == "+" else (),
        overrides=(override_of(asker, gives_social_reason=override == "OV+"),) if override != "no" else (),
    )

    verdict = decide(facts, asker, thing)

    assert answer == (verdict.rule if verdict.permitted else verdict.reason)


def test_typed_stamkort_is_blockable_before_fsk_3_whatever_the_switch() -> None:
    midnight = datetime(2025, 1, 14, 23, tzinfo=UTC)
    switches = Switches(stamkort_blocks_honoured=False)

    def reason(moment: datetime) -> str:
        asker = ask("HP", moment=moment)
        since = {"start": midnight - 9 * DAY}
        facts = world(relation_of(asker, **since), blocks=(block(**since),), switches=switches)
        return decide(facts, asker, element("SK_TYPED")).reason

    assert (reason(midnight - TICK), reason(midnight)) == ("blocked", "")


def test_visit_times_need_consent_before_rsl_13() -> None:
    midnight = datetime(2021, 12, 31, 23, tzinfo=UTC)

    def reason(moment: datetime) -> str:
        asker = ask("HP", moment=moment)
        return decide(world(relation_of(asker, start=midnight - DAY)), asker, element("APPT_SEL_W")).reason

    assert (reason(midnight - TICK), reason(midnight)) == ("regime_switch_off", "")


def test_block_on_the_responsible_professional_stops_the_assistant() -> None:
    asker = ask("HP_ASSIST")
    named = block(who="professional", who_professional=RESPONSIBLE["HP_ASSIST"])

    assert decide(world(relation_of(asker), blocks=(named,)), asker, element("DIAG")).reason == "blocked"


@pytest.mark.parametrize(
    ("kind", "acting_as", "category", "reason"),
    [
        ("SUL42a3", "HP", "DIAG", ""),
        ("SUL42a3", "HP_ASSIST", "DIAG", ""),
        ("SUL41", "HP", "DIAG", "blocked"),
        ("SUL42a3", "HP", "APPT_SEL_W", "blocked"),
        ("SUL42a3", "HP", "COND_SOC", "needs_consent"),
        ("SUL42a3", "CARE", "DIAG", "needs_consent"),
        ("SUL42a3", "CARE", "GOAL_LIFE", "blocked"),
    ],
)
def test_consent_to_look_up_beats_a_block_and_opens_no_cell(
    kind: str, acting_as: str, category: str, reason: str
) -> None:
    asker = ask(acting_as)
    thing = element(category, author_kind="citizen", sharing="all")
    consent = consent_for(asker, thing, kind=kind)

    facts = world(relation_of(asker), blocks=(block(),), consents=(consent,))

    assert decide(facts, asker, thing).reason == reason


def test_consent_to_one_professional_at_a_unit_is_for_nobody_else_there() -> None:
    asker = ask("CARE")
    thing = element("DIAG")
    consent = consent_for(asker, thing, recipient_professional=uid("nurse"))

    assert decide(world(relation_of(asker), consents=(consent,)), asker, thing).reason == "needs_consent"


@pytest.mark.parametrize(
    ("where", "origin", "reason"),
    [
        ("social centre", "social centre", ""),
        ("social centre", "municipality", ""),
        ("social centre", "home care", "needs_consent"),
        ("municipality", "home care", "needs_consent"),
        ("municipality", "municipality", ""),
    ],
)
def test_own_case_is_the_own_department_and_the_authority_itself(where: str, origin: str, reason: str) -> None:
    asker = ask("CASE", where=where)

    assert decide(world(relation_of(asker)), asker, element("COND_SOC", origin)).reason == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"what": "period", "period_start": NOW - 10 * DAY, "period_end": NOW}, "blocked"),
        ({"what": "period", "period_start": NOW - 20 * DAY, "period_end": NOW - 10 * DAY}, ""),
        ({"what": "origin", "origin": uid("hospital"), "origin_sub_units": True}, "blocked"),
        ({"what": "origin", "origin": uid("hospital"), "origin_sub_units": False}, ""),
        ({"what": "both", "origin": uid("ward"), "period_end": NOW - 10 * DAY}, ""),
        ({"who": "unit", "who_unit": uid("hospital"), "who_sub_units": True}, "blocked"),
        ({"who": "unit", "who_unit": uid("hospital")}, ""),
        ({"what": "object", "element": uid("another")}, ""),
        ({"start": NOW}, "blocked"),
        ({"end": NOW}, ""),
        ({"is_active": False}, ""),
    ],
)
def test_block_names_who_and_what_and_when(changes: dict, reason: str) -> None:
    asker = ask("HP")

    assert decide(world(relation_of(asker), blocks=(block(**changes),)), asker, element("DIAG")).reason == reason


def test_claimed_relation_holds_until_its_follow_up_is_due() -> None:
    asker = ask("HP")

    def reason(deadline: datetime | None) -> str:
        claimed = relation_of(asker, status="claimed", basis="self_claimed", followup_deadline=deadline)
        return decide(world(claimed), asker, element("DIAG")).reason

    assert [reason(None), reason(NOW), reason(NOW + TICK)] == ["no_relation", "no_relation", ""]


def test_death_ends_treatment() -> None:
    asker = ask("HP")
    facts = world(relation_of(asker), citizens=(replace(POUL, deceased_at=NOW),))

    assert decide(facts, asker, element("DIAG")).reason == "no_relation"


@pytest.mark.parametrize(("shift", "reason"), [(TICK, "no_relation"), (timedelta(0), ""), (-TICK, "")])
def test_evaluation_within_six_months(shift: timedelta, reason: str) -> None:
    end = NOW - 60 * DAY
    asker = ask("HP", purpose="evaluation", moment=months_after(end, 6) + shift)
    ended = relation_of(asker, status="ended", start=NOW - 99 * DAY, end=end, professional=asker.professional)

    assert decide(world(ended), asker, element("DIAG")).reason == reason
    assert decide(world(replace(ended, professional=None)), asker, element("DIAG")).reason == "no_relation"


@pytest.mark.parametrize(
    ("origin", "age", "reason"),
    [("ward", TICK, ""), ("ward", timedelta(0), "law_gate"), ("hospital", TICK, "law_gate"), (None, TICK, "law_gate")],
)
def test_quality_on_own_data_of_five_years(origin: str | None, age: timedelta, reason: str) -> None:
    permit = Permit(uid("quality"), uid("doctor"), uid("ward"), NOW, NOW + TICK, kind="quality")
    asker = ask("HP", purpose="quality", permit=permit.id)
    unit = uid(origin) if origin else None
    thing = element("DIAG", origin=None, occurred_at=months_after(NOW, -60) + age)

    assert decide(world(permits=(permit,)), asker, replace(thing, origin=unit)).reason == reason
    assert decide(world(), asker, thing).reason == "purpose"
