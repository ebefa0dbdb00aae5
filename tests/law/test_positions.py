"""Decisions about switches: dated, never undone, exact in every process, and asked again as they were known."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import Error, connection, transaction

from access import switches
from access.actors import Actor, danish_day
from access.open_questions import CASE_ACROSS_DEPARTMENTS, ELDERLY_APPOINTMENTS, REGIMES
from access.switches import Decisions, Position, is_on, regime_at, regime_on
from access.vocabulary import ActingAs, Purpose
from law.models import LEAD, SwitchPosition
from law.services import SwitchRefused, set_switch
from tests import factories

pytestmark = pytest.mark.django_db

SWITCH = CASE_ACROSS_DEPARTMENTS
LAW = {regime.code for regime in REGIMES}
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


def today() -> date:
    return danish_day(factories.now())


def decide(is_on: bool, start: date, **changes: Any) -> SwitchPosition:
    """A decision as it is made."""
    return set_switch(
        **{"by": "Test Jurist", "code": SWITCH, "is_on": is_on, "start": start, "reason": "Prøves."} | changes
    )


def test_what_is_decided_for_tomorrow_holds_from_tomorrow_and_not_before() -> None:
    made = decide(True, today() + DAY)

    assert (is_on(SWITCH, today()), is_on(SWITCH, today() + DAY)) == (False, False)  # nobody counts it yet
    known = made.known_from
    assert known - made.decided_at == LEAD
    assert [SWITCH in regime_at(made.start, at) for at in (known - TICK, known)] == [False, True]
    assert SWITCH not in regime_at(made.start - DAY, known)


def test_an_actor_is_asked_by_her_own_moment() -> None:
    closed_at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    factories.switch_position(SWITCH)
    factories.switch_position(SWITCH, is_on=False, start=date(2026, 3, 2), decided_at=closed_at)

    def holds(moment: datetime) -> bool:
        return Actor(ActingAs.CASE, Purpose.CASE, moment).holds(SWITCH)

    assert [holds(closed_at), holds(closed_at + LEAD - TICK), holds(closed_at + LEAD)] == [True, True, False]


def test_closing_for_today_is_allowed_and_counts_ten_seconds_later() -> None:
    factories.switch_position(SWITCH)

    made = decide(False, today())

    assert SWITCH in regime_at(made.start, made.known_from - TICK)
    assert SWITCH not in regime_at(made.start, made.known_from)
    assert SWITCH in regime_at(made.start - DAY, made.known_from)


def test_a_pause_ends_and_what_was_before_holds_again() -> None:
    factories.switch_position(SWITCH, start=date(2026, 1, 1))
    factories.switch_position(SWITCH, is_on=False, start=date(2026, 3, 1), end=date(2026, 4, 1))

    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 1))
    assert [is_on(SWITCH, day) for day in days] == [False, True, True, False, True]


def test_a_switch_is_never_on_before_the_first_day_it_can_hold() -> None:
    factories.switch_position(ELDERLY_APPOINTMENTS)

    assert [is_on(ELDERLY_APPOINTMENTS, day) for day in (date(2025, 6, 30), date(2025, 7, 1))] == [False, True]


def test_a_day_that_is_over_answers_as_it_was_known_at_any_instant() -> None:
    first, second = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 2, 10, tzinfo=UTC)
    factories.switch_position(SWITCH, start=date(2026, 1, 11), decided_at=first)
    factories.switch_position(SWITCH, is_on=False, start=date(2026, 2, 10), decided_at=second)
    day = date(2026, 2, 20)

    assert [SWITCH in regime_at(day, at) for at in (first, first + LEAD, second, second + LEAD)] == [
        False,
        True,
        True,
        False,
    ]
    assert SWITCH not in regime_on(day)
    assert SWITCH in regime_on(date(2026, 2, 9))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"is_on": True, "start": today()}, "tomorrow or later"),
        ({"is_on": False, "start": today() - DAY}, "earliest is today"),
        ({"code": "no-such-switch"}, "No switch is called"),
        ({"code": "stamkort-3"}, "no switch"),
        ({"by": " "}, "who decided"),
        ({"reason": "\t"}, "why"),
        ({"end": today() + DAY}, "ends before"),
        ({"end": today()}, "ends before"),
    ],
)
def test_what_cannot_be_decided_is_refused_in_words_and_changes_nothing(changes: dict[str, Any], told: str) -> None:
    given = {"is_on": True, "start": today() + DAY} | changes

    with pytest.raises(SwitchRefused, match=told):
        decide(**given)

    assert not SwitchPosition.objects.exists()


def test_a_switch_is_not_opened_for_a_day_before_the_law_it_reads() -> None:
    made = Decisions([Position(ELDERLY_APPOINTMENTS, True, date(2020, 1, 1), None, datetime(2020, 1, 1, tzinfo=UTC))])

    assert made.regime(date(2024, 1, 1), factories.now()) == LAW - {"stamkort-3"}


INSERT = (
    "INSERT INTO law_switchposition (id, code, is_on, start, decided_by, reason, decided_at, known_from) "
    "VALUES (gen_random_uuid(), 'case-across-departments', %s, %s, %s, %s, '2001-01-01', '2001-01-01')"
)


def insert(is_on: bool, start: date, by: str = "T", reason: str = "T") -> None:
    """Past the service, straight to the table."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, [is_on, start, by, reason])


def test_the_database_dates_a_decision_itself_whatever_it_is_given() -> None:
    before = factories.now()
    insert(True, today() + DAY)

    made = SwitchPosition.objects.get()
    assert before - DAY < made.decided_at < factories.now() + DAY
    assert made.known_from == made.decided_at + LEAD


@pytest.mark.parametrize(
    "given",
    [
        (True, today()),
        (True, today() - DAY),
        (False, today() - DAY),
        (True, today() + DAY, " "),
        (False, today(), "T", ""),
    ],
)
def test_the_database_refuses_what_the_service_refuses(given: tuple[Any, ...]) -> None:
    with pytest.raises(Error):
        insert(*given)
    assert not SwitchPosition.objects.exists()


@pytest.mark.parametrize("granted", [False, True], ids=["by privilege", "by trigger"])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE law_switchposition SET is_on = NOT is_on",
        "DELETE FROM law_switchposition",
        "TRUNCATE law_switchposition",
    ],
)
def test_the_database_refuses_to_change_a_decision(statement: str, granted: bool) -> None:
    decide(True, today() + DAY)
    with transaction.atomic(), connection.cursor() as cursor:
        if granted:
            cursor.execute("GRANT UPDATE, DELETE, TRUNCATE ON law_switchposition TO CURRENT_USER")

    with (
        pytest.raises(Error, match="append-only" if granted else "permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert SwitchPosition.objects.get().is_on


def test_the_database_and_the_engine_give_one_answer() -> None:
    dates = [date(2026, 1, 1), date(2026, 3, 1), date(2026, 4, 1)]
    factories.switch_position(SWITCH, start=dates[0], decided_at=datetime(2025, 12, 1, tzinfo=UTC))
    factories.switch_position(
        SWITCH, is_on=False, start=dates[1], end=dates[2], decided_at=datetime(2026, 2, 1, tzinfo=UTC)
    )

    for moment in [datetime(year, month, 1, 23, 30, tzinfo=UTC) for year in (2025, 2026) for month in range(1, 13)]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT law_switch_holds(%s, %s)", [SWITCH, moment])
            assert cursor.fetchone() == (SWITCH in regime_at(danish_day(moment), moment),)


def test_a_process_reads_the_table_at_most_every_few_seconds_and_never_answers_by_an_older_copy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, reads = [1000.0], []

    def read() -> list[Position]:
        reads.append(clock[0])
        return list(SwitchPosition.read_all())

    monkeypatch.setattr(switches.time, "monotonic", lambda: clock[0])
    switches.read_positions_by(read)
    factories.switch_position(SWITCH)
    assert SWITCH in regime_on(today())
    factories.switch_position(SWITCH, is_on=False)
    switches._copied_at = clock[0]  # another process decided: nobody told this one

    assert SWITCH in regime_on(today())
    clock[0] += switches.OLDEST_COPY_SECONDS - 0.01
    assert SWITCH in regime_on(today())
    clock[0] += 0.01
    assert SWITCH not in regime_on(today())
    assert len(reads) == 2
    assert timedelta(seconds=switches.OLDEST_COPY_SECONDS) < LEAD


def test_a_copy_that_cannot_be_read_anew_is_an_error_and_no_answer() -> None:
    def broken() -> list[Position]:
        raise ConnectionError

    switches.read_positions_by(broken)

    with pytest.raises(ConnectionError):
        regime_on(today())
