"""The bench under a short load: every answer is 2xx, by both load generators, with the gates and without."""

import shutil

import pytest
from django.core.management import CommandError, call_command

from bench import load
from bench.load import Measured
from bench.report import PEERS, Result
from bench.server import BARE, SERVICE, database_url, running
from bench.workload import LINES, Line, Workload

pytestmark = pytest.mark.django_db

OURS = pytest.param(True, id="own client")
WRK = pytest.param(False, id="wrk", marks=pytest.mark.skipif(not shutil.which("wrk"), reason="wrk is not installed"))


@pytest.mark.parametrize("application", [SERVICE, BARE])
def test_every_answer_is_good(opened: Workload, application: str) -> None:
    with running(application) as server:
        for line in LINES:
            with load.written(line.requests(opened), server.host) as file:
                measured = load.run(file, server.port, 1, 1, own=True)
            assert measured.failed == 0, line.name
            assert measured.requests > 0
            assert 0 < measured.p50_ms <= measured.p95_ms
        assert all(0 < size < 250 for size in server.memory_mb())
        assert server.memory_mb()


@pytest.mark.parametrize("own", [OURS, WRK])
def test_a_refused_request_is_counted(opened: Workload, own: bool) -> None:
    line = next(line for line in LINES if line.name == "goals")
    ask = line.requests(opened)[0]
    strange = [type(ask)(ask.path, "not-a-token")]
    with running() as server, load.written(strange, server.host) as file:
        measured = load.run(file, server.port, 2, 1, own=own)

    assert measured.failed == measured.requests > 0


def test_eight_clients_meet_no_false_conflict_on_one_practitioner(opened: Workload) -> None:
    line = next(line for line in LINES if line.name == "create-appointment")
    with running() as server, load.written(line.requests(opened), server.host) as file:
        measured = load.run(file, server.port, 8, 1)

    assert measured.failed == 0


def test_the_server_is_given_the_database_of_the_bench(opened: Workload) -> None:
    assert database_url().endswith("_bench")


def test_too_few_citizens_are_refused() -> None:
    with pytest.raises(CommandError, match="At least"):
        call_command("bench", "--citizens", "10")


def test_every_line_but_the_overview_has_a_peer() -> None:
    assert {line.name for line in LINES} - set(PEERS) == {"overview"}


def test_the_price_is_told_only_where_both_were_measured() -> None:
    fast, slow = (Measured(count, 1.0, 1.0, 2.0, 0, 0) for count in (100, 80))
    result = Result("goals", "goals", service={1: slow, 8: slow}, bare={1: fast})

    assert result.price(1) == pytest.approx(0.2)
    assert result.price(8) is None
    assert result.failed == 0


def test_requests_are_about_many(opened: Workload) -> None:
    def distinct(line: Line) -> int:
        return len({(ask.path, ask.body) for ask in line.requests(opened)})

    assert all(distinct(line) >= 30 for line in LINES if line.name != "week")
