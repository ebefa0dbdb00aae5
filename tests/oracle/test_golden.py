"""The golden cases of law 3.8, by number, and the dates and edges that stand around them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.oracle.persons import Shield, age_at, fgvh_status, is_possible_cpr, months_after, shown_name
from tests.oracle.rules import decide, visible
from tests.oracle.stage import (
    DAY,
    MARIE,
    NOW,
    POUL,
    ask,
    block,
    consent_for,
    element,
    override_of,
    relation_of,
    uid,
    world,
)
from tests.oracle.world import Ask, Custody, PositiveRegistration, PowerOfAttorney, Switches
from tests.oracle.writing import may_register

NURSE = ask("HP", who="nurse")
DOCTOR = ask("HP")
DIAGNOSIS = element("DIAG", "practice")
TICK = timedelta(microseconds=1)


def test_01_hospital_nurse_reads_diagnosis_of_admitted_patient() -> None:
    assert decide(world(relation_of(NURSE)), NURSE, DIAGNOSIS).permitted


def test_02_same_nurse_after_discharge_has_no_relation() -> None:
    discharged = relation_of(NURSE, end=NOW - DAY)

    assert decide(world(discharged), NURSE, DIAGNOSIS).reason == "no_relation"
    assert decide(world(relation_of(NURSE, end=NOW)), NURSE, DIAGNOSIS).reason == "no_relation"
    assert decide(world(relation_of(NURSE, end=NOW + TICK)), NURSE, DIAGNOSIS).permitted


def test_03_municipal_nurse_reads_hospital_plan() -> None:
    nurse = ask("HP", who="district nurse", where="nursing")

    assert decide(world(relation_of(nurse, basis="sul138_grant")), nurse, element("PLAN_SUL")).permitted


def test_04_home_helper_stops_at_the_law_gate_with_hint_consent() -> None:
    helper = ask("CARE")

    verdict = decide(world(relation_of(helper)), helper, element("PLAN_SUL"))

    assert (verdict.permitted, verdict.rule, verdict.hint) == (False, "law-gate", "consent")


def test_05_same_home_helper_on_a_delegated_task_reads() -> None:
    helper = ask("HP_ASSIST")
    facts = world(relation_of(helper))

    assert decide(facts, helper, element("PLAN_SUL")).permitted
    assert decide(facts, replace(helper, responsible=None), element("PLAN_SUL")).reason == "auth"


def test_06_doctor_reads_the_time_of_home_care_and_not_its_content() -> None:
    facts = world(relation_of(DOCTOR))

    assert decide(facts, DOCTOR, element("APPT_SEL_W")).permitted
    assert decide(facts, DOCTOR, element("COND_SOC")).reason == "needs_consent"


def test_07_doctor_does_not_read_the_time_of_section_85() -> None:
    assert not decide(world(relation_of(DOCTOR)), DOCTOR, element("APPT_SEL_X")).permitted


BLOCKED_ORIGIN = block(what="origin", origin=uid("municipality"), origin_sub_units=True)
FROM_NURSING = element("COND_SUL", "nursing")


def test_08_blocked_origin_is_hidden_and_the_region_is_not() -> None:
    facts = world(relation_of(DOCTOR), blocks=(BLOCKED_ORIGIN,))

    assert visible(facts, DOCTOR, [FROM_NURSING, DIAGNOSIS]) == [DIAGNOSIS]
    assert decide(facts, DOCTOR, FROM_NURSING).reason == "blocked"


def test_09_override_opens_the_block_with_its_duties() -> None:
    asker = replace(DOCTOR, wants_override=True)
    facts = world(relation_of(asker), blocks=(BLOCKED_ORIGIN,), overrides=(override_of(asker),))

    verdict = decide(facts, asker, FROM_NURSING)

    assert verdict.rule == "look-up/override"
    assert verdict.duties == {"reason", "minlog_flag", "inform_citizen", "review"}
    assert decide(facts, DOCTOR, FROM_NURSING).reason == "blocked"


def born(years: int, days: int = 0) -> date:
    """The birthday of who turns so many years today, or some days from today."""
    return date(NOW.year - years, NOW.month, NOW.day) + timedelta(days=days)


def test_10_parent_cannot_lift_the_block_of_a_sixteen_year_old() -> None:
    child = replace(POUL, birth_date=born(16))
    facts = world(citizens=(child, MARIE), custodies=(Custody(uid("custody"), POUL.id, MARIE.id, NOW - 900 * DAY),))
    parent = Ask("PARENT", NOW, citizen=MARIE.id, on_behalf_of=POUL.id)

    assert may_register(facts, parent, "block", POUL.id).reason == "age"
    assert may_register(facts, Ask("CITIZEN", NOW, citizen=POUL.id), "block", POUL.id).permitted


def test_11_proxy_cannot_refuse_resuscitation() -> None:
    facts = world(powers=(PowerOfAttorney(uid("power"), POUL.id, MARIE.id, None, NOW - DAY),))
    proxy = Ask("PROXY", NOW, citizen=MARIE.id, on_behalf_of=POUL.id)

    assert not may_register(facts, proxy, "fgvh", POUL.id).permitted


def test_12_refusal_of_resuscitation_from_sixty_and_after_seven_days() -> None:
    citizen = Ask("CITIZEN", NOW, citizen=POUL.id)

    def at_age(birth_date: date) -> str:
        return may_register(world(citizens=(replace(POUL, birth_date=birth_date),)), citizen, "fgvh", POUL.id).reason

    assert (at_age(born(60, days=1)), at_age(born(60))) == ("age", "")
    assert [fgvh_status(NOW, NOW + shift) for shift in (-TICK, timedelta(0), 7 * DAY - TICK, 7 * DAY)] == [
        "none",
        "pending",
        "pending",
        "active",
    ]


def test_13_dentist_sees_one_wish_of_the_will() -> None:
    dentist = ask("HP", who="dentist", confirms_will=True)
    facts = world(relation_of(dentist))

    assert decide(facts, dentist, element("WILL_CONTENT")).rule == "will-dentist"
    assert decide(facts, replace(NURSE, confirms_will=True), element("WILL_CONTENT")).rule == "will-content"
    assert not decide(facts, NURSE, element("WILL_CONTENT")).permitted


def test_14_consent_of_366_days_ago_has_expired() -> None:
    thing = element("PLAN_SOC")

    def given(days: int) -> str:
        start = NOW - days * DAY
        consent = consent_for(DOCTOR, thing, start=start, expires=start + 400 * DAY)
        return decide(world(relation_of(DOCTOR), consents=(consent,)), DOCTOR, thing).reason

    assert (given(366), given(365), given(364)) == ("consent_expired", "consent_expired", "")


def test_15_party_to_the_agreement_reads_that_plan_only() -> None:
    worker = ask("SOC_PSY")
    plan = element("PLAN_PSY", parties=(uid("social centre"),))

    assert decide(world(), worker, plan).rule == "psl13-party"
    assert visible(world(relation_of(worker)), worker, [plan, DIAGNOSIS, element("PLAN_SUL")]) == [plan]


def test_16_caseworker_needs_consent_for_hospital_data() -> None:
    caseworker = ask("CASE")
    facts = world(relation_of(caseworker), consents=(consent_for(caseworker, DIAGNOSIS),))

    assert decide(replace(facts, consents=()), caseworker, DIAGNOSIS).reason == "needs_consent"
    assert decide(facts, caseworker, DIAGNOSIS).permitted


def test_17_mixed_plan_shows_its_sul_elements() -> None:
    shown, hidden = element("INT_SUL", "nursing"), element("INT_SOC", recorded_under="AEL")

    assert visible(world(relation_of(DOCTOR)), DOCTOR, [hidden, shown, hidden]) == [shown]


def test_18_ael_appointment_waits_for_its_switch() -> None:
    facts = world(relation_of(DOCTOR))
    on = replace(facts, switches=Switches(ael_appointments=True))

    assert decide(facts, DOCTOR, element("APPT_AEL")).reason == "regime_switch_off"
    assert decide(on, DOCTOR, element("APPT_AEL")).permitted


def test_19_name_is_shielded_for_ninety_days() -> None:
    shield = Shield("S-17", NOW, None, citizen=POUL.id, professional=uid("nurse"))

    def name(moment: datetime, *shields: Shield) -> str:
        return shown_name(shields, POUL.id, uid("nurse"), uid("ward"), "Anne", moment)

    assert [name(NOW + days * DAY, shield) for days in (0, 89, 90)] == ["S-17", "S-17", "Anne"]
    assert name(NOW + 90 * DAY, shield, replace(shield, start=NOW + 80 * DAY)) == "S-17"


@pytest.mark.parametrize(("cpr", "possible"), [("0101900018", True), ("010190-0018", True), ("3002900018", False)])
def test_20_number_of_first_january_needs_no_modulus_11(cpr: str, possible: bool) -> None:
    assert is_possible_cpr(cpr) is possible


def test_positive_registration_beats_a_block() -> None:
    positive = PositiveRegistration(uid("positive"), POUL.id, "professional", "object", NOW, element=DIAGNOSIS.id)
    positive = replace(positive, who_professional=DOCTOR.professional)
    facts = world(relation_of(DOCTOR), blocks=(block(),), positives=(positive,))

    assert decide(facts, DOCTOR, DIAGNOSIS).rule == "look-up/positive"


def test_age_turns_at_danish_midnight_and_after_the_leap_day() -> None:
    midnight = datetime(2026, 2, 28, 23, tzinfo=UTC)

    assert [age_at(date(2011, 3, 1), moment) for moment in (midnight - TICK, midnight)] == [14, 15]
    assert [age_at(date(2008, 2, 29), moment) for moment in (midnight - TICK, midnight)] == [17, 18]


def test_months_are_counted_from_the_event() -> None:
    assert months_after(datetime(2025, 8, 31, tzinfo=UTC), 6) == datetime(2026, 2, 28, tzinfo=UTC)
