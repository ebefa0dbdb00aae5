"""The named switches: none on without a decision, each in force from its day, and both positions on real rows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from access.actors import Actor
from access.decisions import decide
from access.matrix import DEPENDING, MATRIX_A, cell
from access.open_questions import ALL, REGIMES, SWITCHES
from access.policies import policy_of
from access.switches import is_on, regime_on
from access.vocabulary import ActingAs, Action, Purpose
from tests.access.adapter import NAMES, actor_of, regime_of, write
from tests.access.possible import possible
from tests.access.rows import table_of
from tests.access.staging import answer
from tests.oracle.stage import DAY, MARIE, NOW, POUL, ask, block, element, override_of, relation_of, uid, world
from tests.oracle.world import Ask, Citizen, Element, Switches

TODAY = date(2026, 3, 2)
TICK = timedelta(microseconds=1)


def test_every_switch_is_off_without_a_decision_and_every_regime_holds_from_its_day() -> None:
    assert regime_on(date(2999, 1, 1)) == {regime.code for regime in REGIMES}
    for regime in REGIMES:
        assert not is_on(regime.code, regime.valid_from - timedelta(days=1))
        assert is_on(regime.code, regime.valid_from)


def test_every_switch_says_both_positions_in_both_languages_and_where_it_stands() -> None:
    for switch in SWITCHES:
        texts = (switch.citation, switch.question, switch.opens_da, switch.opens_en, switch.strict_da, switch.strict_en)
        assert (switch.code, all(texts)) == (switch.code, True)


def test_every_open_question_that_the_law_study_asks_for_has_its_switch() -> None:
    asked = {part for switch in SWITCHES for part in switch.question.split(", ")}

    assert {f"9.{number}" for number in (1, 2, 3, 6, 7, 8, 9, 11, 17)} | {"3.3", "3.4", "3.5"} <= asked


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        is_on("no-such-switch", TODAY)
    with pytest.raises(KeyError):
        Actor(ActingAs.HP, Purpose.TREATMENT, NOW).holds("no-such-switch")


def test_the_actor_takes_the_regime_of_the_danish_day() -> None:
    midnight = datetime(2021, 12, 31, 23, tzinfo=UTC)

    def holds(moment: datetime) -> bool:
        return Actor(ActingAs.HP, Purpose.TREATMENT, moment).holds("appointment-times-act")

    assert [holds(midnight - TICK), holds(midnight)] == [False, True]
    assert Actor(ActingAs.HP, Purpose.TREATMENT, midnight).regime == regime_on(date(2022, 1, 1))


def test_the_matrix_as_printed_is_the_matrix_as_shipped() -> None:
    columns = {"HP": ActingAs.HP, "ASSIST": ActingAs.HP_ASSIST, "CASE": ActingAs.CASE}
    places = {"HP": 0, "ASSIST": 1, "CASE": 3}

    for column, category in DEPENDING:
        assert cell(columns[column], category, regime_on(TODAY)) == MATRIX_A[category][places[column]]


def test_the_test_worlds_know_every_switch_that_decides() -> None:
    opened = Switches(**{name.removeprefix("not "): "not " not in name for name in NAMES.values()})

    assert {one.removeprefix("not ") for one in NAMES.values()} == set(Switches.__dataclass_fields__)
    assert regime_of(opened, NOW) == frozenset(ALL) - DECIDED_ELSEWHERE.keys()
    assert regime_of(Switches(), NOW) == regime_on(TODAY)


def test_what_compiles_knows_no_more_than_the_shape_of_the_actor() -> None:
    nurse = Actor(ActingAs.HP, Purpose.TREATMENT, NOW, profession="5166", professional_id=uid("a"), unit_id=uid("b"))
    doctor = replace(nurse, profession="7170")
    evaluating = replace(nurse, purpose=Purpose.EVALUATION)

    assert (nurse.shape, nurse.symbolic.profession) == (doctor.shape, "")
    assert evaluating.shape != replace(doctor, purpose=Purpose.EVALUATION).shape
    assert evaluating.symbolic.profession == "5166"
    assert replace(nurse, will_reason="x").shape != replace(doctor, will_reason="x").shape


DOCTOR, CASEWORKER, SECRETARY, HELPER = ask("HP"), ask("CASE"), ask("HP_PERMIT"), ask("CARE")
SOCIAL_WORKER = ask("SOC_PSY")
PARTYS_PLAN = element("PLAN_PSY", parties=(uid("ward"),))
OVERRIDING = ask("HP", wants_override=True)
BLOCKED = {"blocks": (block(),)}
CHILD = Citizen(POUL.id, date(2014, 5, 4))
EMERGENCY = override_of(OVERRIDING, gives_social_reason=True)
TIME = element("APPT_SEL_W", is_doubtful_time=True)
OTHERS_GRANT = relation_of(HELPER, id=uid("others"), unit=uid("other municipality"))
# code, the asker, what is asked for, the facts beside the relation, the reason while off, what opens it while on
POSITIONS: list[tuple[str, Ask, Any, dict[str, Any], str]] = [
    ("elderly-appointments", DOCTOR, element("APPT_AEL"), {}, "regime_switch_off"),
    ("social-data-to-health", DOCTOR, element("COND_SOC"), {}, "needs_consent"),
    ("stamkort-unblockable", DOCTOR, element("SK_TYPED"), BLOCKED, "blocked"),
    ("emergency-social-access", OVERRIDING, element("GOAL_SOC"), {"overrides": (EMERGENCY,)}, "needs_consent"),
    ("parties-unblockable", DOCTOR, PARTYS_PLAN, BLOCKED, "blocked"),
    ("rehabilitation-and-meals", DOCTOR, TIME, {}, "regime_switch_off"),
    (
        "elderly-team",
        ask("HP", who="district nurse", where="nursing"),
        element("INT_SOC", recorded_under="AEL"),
        {},
        "needs_consent",
    ),
    ("elderly-team", HELPER, element("INT_SUL", "nursing"), {}, "needs_consent"),
    ("assistants-read-flags", SECRETARY, element("SK_FLAG"), {}, "regime_switch_off"),
    ("register-data-to-social-side", CASEWORKER, element("SK_REG"), {}, "needs_consent"),
    (
        "providers-of-a-grant",
        HELPER,
        element("COND_SOC", "other municipality"),
        {"relations": (OTHERS_GRANT,)},
        "needs_consent",
    ),
    ("case-across-departments", CASEWORKER, element("COND_SOC", "home care"), {}, "needs_consent"),
    (
        "times-overridable",
        OVERRIDING,
        element("APPT_SEL_W"),
        BLOCKED | {"overrides": (override_of(OVERRIDING),)},
        "blocked",
    ),
    ("children-read", Ask("CITIZEN", NOW, citizen=POUL.id), element("DIAG"), {"citizens": (CHILD, MARIE)}, "age"),
]
# Switches that change what is written or told, and the tests of both their positions.
DECIDED_ELSEWHERE = {
    "service-names": "tests/appointments/test_fhir_appointment.py",
    "oral-social-consent": "tests/consents/test_switched.py",
}
WRITTEN_ELSEWHERE = dict.fromkeys(
    (
        "proxies-write-goals",
        "parents-write-goals",
        "proxies-block",
        "parents-block",
        "guardians-block",
        "proxies-consent",
    ),
    "tests/consents/test_switched.py",
)
BESIDE = {"parties-read-beside-plan": "below"}


def test_every_switch_has_both_positions_tested() -> None:
    elsewhere = DECIDED_ELSEWHERE | WRITTEN_ELSEWHERE | BESIDE

    assert {row[0] for row in POSITIONS} | elsewhere.keys() == {switch.code for switch in SWITCHES}


def turned(code: str) -> Switches:
    """The switches with just this one on."""
    name = NAMES[code]
    return Switches(**{name.removeprefix("not "): "not " not in name})


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "asker", "thing", "facts", "reason"), POSITIONS, ids=lambda one: str(one)[:30])
def test_both_positions(code: str, asker: Ask, thing: Any, facts: dict[str, Any], reason: str) -> None:
    others = dict(facts)
    relations = others.pop("relations", ())
    held = () if asker.acting_as == "CITIZEN" else (relation_of(asker), *relations)

    assert answer(asker, thing, *held, **others) == reason
    assert answer(asker, thing, *held, switches=turned(code), **others) == ""


NEW = [row for row in POSITIONS if row[0] in ("social-data-to-health", "elderly-team", "providers-of-a-grant")]


@pytest.mark.django_db
@pytest.mark.law("social-lookup", "elderly-team", "own-service")
@pytest.mark.parametrize(("code", "asker", "thing", "facts", "reason"), NEW, ids=lambda one: str(one)[:30])
def test_a_block_stops_what_a_switch_opens(
    code: str, asker: Ask, thing: Any, facts: dict[str, Any], reason: str
) -> None:
    held, on = (relation_of(asker), *facts.get("relations", ())), turned(code)

    assert answer(asker, thing, *held, switches=on, blocks=(block(),)) == "blocked"
    overriding, override = replace(asker, wants_override=True), override_of(asker, responsible=uid("doctor"))
    assert answer(overriding, thing, *held, switches=on, blocks=(block(),), overrides=(override,)) == "blocked"
    assert answer(asker, thing, switches=on) == "no_relation"


@pytest.mark.django_db
@pytest.mark.law("discharge-party")
def test_a_party_reads_beside_its_plan_by_a_switch_alone() -> None:
    plan = element("PLAN_PSY", parties=(uid("social centre"),))
    on = turned("parties-read-beside-plan")

    def reason(asker: Ask, thing: Element, **facts: Any) -> str:
        made = world(relation_of(asker), elements=(thing, facts.pop("plan", plan)), **facts)
        there = possible(made, made.switches, (thing.category,))
        actor = actor_of(there, asker)
        assert actor is not None
        with transaction.atomic():
            write(there)
            found = decide(policy_of(table_of(thing.category)), actor, Action.READ, thing.id)
            transaction.set_rollback(True)
        assert found is not None
        return str(found.reason or "")

    for category in ("DIAG", "APPT_SUL", "COND_SOC", "APPT_SEL_X"):
        thing = element(category, "other municipality")
        assert reason(SOCIAL_WORKER, thing) == "needs_consent"
        assert reason(SOCIAL_WORKER, thing, switches=on) == ""
        assert reason(SOCIAL_WORKER, thing, switches=on, blocks=(block(),)) == "blocked"
        assert reason(replace(SOCIAL_WORKER, purpose="treatment"), thing, switches=on) == "purpose"
        assert reason(SOCIAL_WORKER, thing, switches=on, plan=replace(plan, parties=())) == "needs_consent"
        assert reason(SOCIAL_WORKER, thing, switches=on, plan=replace(plan, citizen=MARIE.id)) == "needs_consent"
    for category in ("APPT_SEL_W", "APPT_AEL", "SK_TYPED"):
        assert reason(SOCIAL_WORKER, element(category), switches=on) == "needs_consent"
    assert reason(CASEWORKER, element("DIAG"), switches=on) == "needs_consent"


@pytest.mark.django_db
@pytest.mark.law("own-access")
@pytest.mark.parametrize("category", ["WILL_CONTENT", "ODR_CONTENT"])
def test_a_child_who_reads_her_own_data_does_not_read_what_a_register_of_wills_holds(category: str) -> None:
    child, on = Ask("CITIZEN", NOW, citizen=POUL.id), turned("children-read")

    assert answer(child, element("DIAG"), switches=on, citizens=(CHILD, MARIE)) == ""
    assert answer(child, element(category), switches=on, citizens=(CHILD, MARIE)) == "age"


@pytest.mark.django_db
def test_who_else_a_switch_leaves_out() -> None:
    def reason(code: str, asker: Ask, thing: Any) -> str:
        return answer(asker, thing, relation_of(asker), switches=turned(code))

    assert reason("social-data-to-health", ask("HP_ASSIST"), element("COND_SOC")) == "needs_consent"
    nurse = ask("HP", who="district nurse", where="nursing")
    assert reason("elderly-team", nurse, element("INT_SOC")) == "needs_consent"
    assert (
        reason("elderly-team", nurse, element("INT_SOC", "other municipality", recorded_under="AEL")) == "needs_consent"
    )
    assert reason("elderly-team", HELPER, element("INT_SUL", "ward")) == "needs_consent"
    assert reason("providers-of-a-grant", HELPER, element("COND_SOC", "other municipality")) == "needs_consent"
    assert reason("providers-of-a-grant", CASEWORKER, element("COND_SOC", "other municipality")) == "needs_consent"
    assert reason("rehabilitation-and-meals", HELPER, element("APPT_SEL_X", "other municipality")) == "needs_consent"
    child = Ask("CITIZEN", NOW, citizen=POUL.id)
    will = element("WILL_CONTENT")
    assert answer(child, will, switches=turned("children-read"), citizens=(CHILD, MARIE)) == "age"


@pytest.mark.django_db
@pytest.mark.law("emergency")
def test_in_an_emergency_only_an_override_with_a_reason_of_its_own_opens_social_data() -> None:
    on, thing = turned("emergency-social-access"), element("GOAL_SOC")

    def reason(override: Any, asker: Ask = OVERRIDING) -> str:
        return answer(asker, thing, relation_of(asker), switches=on, overrides=(override,))

    assert reason(EMERGENCY) == ""
    assert reason(override_of(OVERRIDING)) == "needs_consent"
    assert reason(replace(EMERGENCY, reason="patient_consents_now")) == "needs_consent"
    assistant = ask("HP_ASSIST", wants_override=True)
    assert reason(override_of(assistant, gives_social_reason=True), assistant) == "needs_consent"
    assert answer(OVERRIDING, thing, relation_of(OVERRIDING), switches=on, overrides=(EMERGENCY,), **BLOCKED) == ""


@pytest.mark.django_db
@pytest.mark.law("appointment-times")
def test_times_of_help_need_consent_before_the_act() -> None:
    midnight = datetime(2021, 12, 31, 23, tzinfo=UTC)

    def reason(moment: datetime) -> str:
        asker = ask("HP", moment=moment)
        return answer(asker, element("APPT_SEL_W"), relation_of(asker, start=midnight - DAY))

    assert (reason(midnight - TICK), reason(midnight)) == ("regime_switch_off", "")


@pytest.mark.django_db
def test_typed_stamkort_is_blockable_before_the_third_version_whatever_the_switch() -> None:
    midnight = datetime(2025, 1, 14, 23, tzinfo=UTC)
    since = {"start": midnight - 9 * DAY}

    def reason(moment: datetime) -> str:
        asker = ask("HP", moment=moment)
        facts = {"blocks": (block(**since),), "switches": Switches(stamkort_blocks_honoured=False)}
        return answer(asker, element("SK_TYPED"), relation_of(asker, **since), **facts)

    assert (reason(midnight - TICK), reason(midnight)) == ("blocked", "")
