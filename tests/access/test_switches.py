"""The named switches: all shipped off, each in force from its day, and both positions on real rows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from access import switches
from access.actors import Actor
from access.matrix import DEPENDING, MATRIX_A, cell
from access.switches import ALL, REGIMES, SWITCHES, is_on, regime_on
from access.vocabulary import ActingAs, Purpose
from tests.access.adapter import regime_of
from tests.access.staging import answer
from tests.oracle.stage import DAY, NOW, ask, block, element, override_of, relation_of, uid
from tests.oracle.world import Switches

TODAY = date(2026, 3, 2)
TICK = timedelta(microseconds=1)


def test_every_switch_ships_off_and_every_regime_holds_from_its_day() -> None:
    assert [switch.code for switch in SWITCHES if switch.position] == []
    for regime in REGIMES:
        assert regime.valid_from is not None
        assert not is_on(regime.code, regime.valid_from - timedelta(days=1))
        assert is_on(regime.code, regime.valid_from)


def test_a_switch_that_is_on_waits_for_its_day_and_ends_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    on = replace(ALL["elderly-appointments"], position=True, valid_to=date(2027, 1, 1))
    monkeypatch.setitem(switches.ALL, on.code, on)

    days = (date(2025, 6, 30), date(2025, 7, 1), date(2026, 12, 31), date(2027, 1, 1))

    assert [is_on(on.code, day) for day in days] == [False, True, True, False]


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


def test_the_test_worlds_know_every_switch() -> None:
    opened = Switches(True, False, False, True, False, True, False)

    assert regime_of(opened, NOW) == frozenset(ALL)
    assert regime_of(Switches(), NOW) == regime_on(TODAY)


def test_what_compiles_knows_no_more_than_the_shape_of_the_actor() -> None:
    nurse = Actor(ActingAs.HP, Purpose.TREATMENT, NOW, profession="5166", professional_id=uid("a"), unit_id=uid("b"))
    doctor = replace(nurse, profession="7170")
    evaluating = replace(nurse, purpose=Purpose.EVALUATION)

    assert (nurse.shape, nurse.symbolic.profession) == (doctor.shape, "")
    assert evaluating.shape != replace(doctor, purpose=Purpose.EVALUATION).shape
    assert evaluating.symbolic.profession == "5166"
    assert replace(nurse, will_reason="x").shape != replace(doctor, will_reason="x").shape


DOCTOR, CASEWORKER, SECRETARY = ask("HP"), ask("CASE"), ask("HP_PERMIT")
PARTYS_PLAN = element("PLAN_PSY", parties=(uid("ward"),))
OVERRIDING = ask("HP", wants_override=True)
BLOCKED = {"blocks": (block(),)}
POSITIONS = [
    ("elderly-appointments", "ael_appointments", DOCTOR, element("APPT_AEL"), {}, "regime_switch_off"),
    ("stamkort-unblockable", "stamkort_blocks_honoured", DOCTOR, element("SK_TYPED"), BLOCKED, "blocked"),
    (
        "times-overridable",
        "override_rsl13_appointments",
        OVERRIDING,
        element("APPT_SEL_W"),
        BLOCKED | {"overrides": (override_of(OVERRIDING),)},
        "blocked",
    ),
    (
        "case-across-departments",
        "other_department_needs_consent",
        CASEWORKER,
        element("COND_SOC", "home care"),
        {},
        "needs_consent",
    ),
    ("assistants-read-flags", "assistants_read_flags", SECRETARY, element("SK_FLAG"), {}, "regime_switch_off"),
    ("parties-unblockable", "psl13_party_blocks_honoured", DOCTOR, PARTYS_PLAN, BLOCKED, "blocked"),
]


def test_every_switch_has_both_positions_below() -> None:
    assert {row[0] for row in POSITIONS} == {switch.code for switch in SWITCHES}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "name", "asker", "thing", "facts", "reason"), POSITIONS, ids=lambda one: str(one)[:30]
)
def test_both_positions(code: str, name: str, asker: Any, thing: Any, facts: dict[str, Any], reason: str) -> None:
    on = Switches(**{name: not getattr(Switches(), name)})

    assert answer(asker, thing, relation_of(asker), **facts) == reason
    assert answer(asker, thing, relation_of(asker), switches=on, **facts) == ""


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
