"""The dry run over everybody as a job: begun by the command, worked out by a real worker, watched, and then true."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from access.vocabulary import ActingAs
from config import worker
from consents import population
from consents.askers import askers_around
from consents.models import DryRun
from tests import factories
from tests.consents.test_dryrun import changed, truth
from tests.http import kit

CODE = "social-data-to-health"
SECONDS = 90.0


@pytest.fixture
def told(tmp_path: Path) -> dict[str, str]:
    """What the processes are told: this test's database, and a broker and folder of its own."""
    folder = tmp_path / "data"
    given = {name: value for name, value in kit.environment(0).items() if name != "CELERY_BROKER_URL"}
    return given | {"DATA_DIR": str(folder)} | worker.environment(folder)


@pytest.fixture
def working(told: dict[str, str]) -> Iterator[None]:
    """A worker as `make run` starts it."""
    process = subprocess.Popen(worker.command(), cwd=kit.ROOT, env=told)
    yield
    process.terminate()
    process.wait(30)


def begun(told: dict[str, str], citizens: list[UUID]) -> DryRun:
    """Begin a run by the command, which hands it to a worker and leaves; of the population these citizens are left.

    The others are those of other tests, which stand in the same database.
    """
    command = ["manage.py", "dryrun", "switch", CODE, "--leave", "--chunk", "1"]
    words = subprocess.run([sys.executable, *command], cwd=kit.ROOT, env=told, capture_output=True, text=True)
    assert words.returncode == 0, words.stderr
    run = DryRun.objects.get(pk=UUID(words.stdout.split()[1].rstrip(":")))
    run.chunks.exclude(first__in=citizens).delete()
    run.citizens = len(citizens)
    run.save()
    return run


def watched(run: DryRun) -> list[int]:
    """How many citizens were done, each time that there were more."""
    seen, end = [0], time.monotonic() + SECONDS
    while time.monotonic() < end:
        at = population.progress(run)
        if at.done != seen[-1]:
            seen.append(at.done)
        if at.is_done:
            break
        time.sleep(0.02)
    return seen


def test_a_worker_sees_the_run_through_and_what_it_counts_is_then_true(
    transactional_db: None, told: dict[str, str], request: pytest.FixtureRequest
) -> None:
    practice = factories.practice()
    citizens = [factories.aged(60).pk for _ in range(4)]
    for number, citizen in enumerate(citizens):
        factories.treatment_relation(citizen_id=citizen, origin=practice)
        for _ in range(number):
            factories.home_care_condition(citizen_id=citizen)
    run = begun(told, citizens)
    assert population.progress(run).done == 0  # it waits in the broker until there is a worker

    request.getfixturevalue("working")
    seen = watched(run)

    assert (seen[0], seen[-1], population.progress(run).is_done) == (0, 4, True)
    assert (seen == sorted(seen), len(seen) > 2) == (True, True)  # progress was told on the way
    assert counted(run, practice.pk) == expected(run, practice.pk, citizens) != {}


def counted(run: DryRun, unit: UUID) -> dict[Any, int]:
    """What the run says that roles at a place of work would gain or lose."""
    return {
        (one.acting_as, one.purpose, one.category): one.more - one.fewer
        for one in population.totals(run)
        if one.unit_id == unit and one.professional_id is None
    }


def expected(run: DryRun, unit: UUID, citizens: list[UUID]) -> dict[Any, int]:
    """The same, counted row by row in the lists of those who ask there, without the switch and with it."""
    now, then = population.regimes(CODE, is_on=True, moment=run.moment)
    roles = (ActingAs.HP, ActingAs.CARE)
    askers = [one for one in askers_around(citizens, run.moment) if one.unit_id == unit and one.acting_as in roles]
    before, after = (truth(askers, citizens, run.moment, regime) for regime in (now, then))
    return {(one.acting_as, one.purpose, family): more for (one, family), more in changed(before, after).items()}
