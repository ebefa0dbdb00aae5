"""The dry run of a switch over everybody: in chunks, resumable, never counted twice, and as true as one by one."""

from io import StringIO
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from access.vocabulary import ActingAs, Category
from consents import population
from consents.dryrun import dry_run_regime
from consents.models import DryRun, DryRunChunk
from consents.tasks import dry_run
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db

CODE = "social-data-to-health"


@pytest.fixture
def cast() -> Cast:
    """The cast, a second citizen of the ward, and some who have nothing to do with it."""
    made = make_cast()
    other = factories.aged(60)
    factories.treatment_relation(citizen=other, origin=made.units.ward)
    for citizen, number in ((made.citizen.person, 2), (other, 3)):
        for _ in range(number):
            factories.home_care_condition(citizen=citizen, origin=made.units.home_care)
    for _ in range(4):
        factories.citizen()
    return made


def lines(run: DryRun) -> dict[tuple[Any, ...], tuple[int, int]]:
    """The totals by unit, role and family."""
    return {
        (one.unit_id, one.acting_as, one.purpose, one.category, one.professional_id, one.responsible_id): (
            one.more,
            one.fewer,
        )
        for one in population.totals(run)
    }


def done(run: DryRun) -> dict[tuple[Any, ...], tuple[int, int]]:
    """The totals once everything is worked out."""
    while population.carry_on(run):
        pass
    return lines(run)


def test_it_counts_for_everybody_what_each_unit_and_role_would_gain(cast: Cast) -> None:
    run = population.begin(CODE, is_on=True, chunk=2)

    found = done(run)

    ward = {key[1:]: value for key, value in found.items() if key[0] == cast.units.ward.pk}
    assert ward[ActingAs.HP, "treatment", Category.COND_SOC, None, None] == (5, 0)
    assert {key[0] for key in ward} == {ActingAs.HP}
    assert cast.units.blocked.pk not in {key[0] for key in found}  # she has blocked it, and would have still
    assert cast.units.other_ward.pk not in {key[0] for key in found}


def test_the_whole_is_the_sum_of_its_citizens_however_it_is_cut(cast: Cast) -> None:
    runs = [population.begin(CODE, is_on=True, chunk=size) for size in (1, 3, 1000)]
    one, *others = [done(run) for run in runs]
    assert [one, one] == others

    now, then = population.regimes(CODE, is_on=True, moment=runs[0].moment)
    citizens = list(DryRunChunk.objects.filter(run=runs[0]).values_list("first", flat=True))
    single: dict[tuple[Any, ...], int] = {}
    for citizen in citizens:
        for each in dry_run_regime([citizen], now, then, runs[0].moment):
            who = (each.asker.professional_id, each.asker.responsible_id)
            key = (each.unit_id, each.acting_as, each.purpose, each.category, *who)
            single[key] = single.get(key, 0) + each.change
    assert single == {key: more - fewer for key, (more, fewer) in one.items()}


def test_a_run_that_was_broken_off_is_carried_on_and_counts_nothing_twice(cast: Cast) -> None:
    whole = done(population.begin(CODE, is_on=True, chunk=1000))
    run = population.begin(CODE, is_on=True, chunk=2)
    population.carry_on(run)
    first = population.progress(run)
    assert (0 < first.done < first.of, first.is_done) == (True, False)

    assert dry_run(str(run.pk)) > 0
    assert dry_run(str(run.pk)) == 0

    assert population.progress(run).is_done
    assert lines(run) == whole


def test_turning_it_off_takes_what_turning_it_on_gave(cast: Cast) -> None:
    gained = done(population.begin(CODE, is_on=True))
    factories.switch_position(CODE)

    assert done(population.begin(CODE, is_on=True)) == {}
    lost = done(population.begin(CODE, is_on=False))

    assert lost == {key: (0, more) for key, (more, _) in gained.items()}


def test_every_citizen_stands_in_just_one_chunk(cast: Cast) -> None:
    run = population.begin(CODE, is_on=True, chunk=2)
    chunks = list(run.chunks.order_by("first"))

    assert sum(chunk.citizens for chunk in chunks) == run.citizens == 7
    assert all(one.last < other.first for one, other in pairwise(chunks))


def test_a_result_and_when_it_was_done_come_together(cast: Cast) -> None:
    run = population.begin(CODE, is_on=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        run.chunks.update(result=[])


def run_command(*words: str) -> str:
    out = StringIO()
    call_command("dryrun", "switch", *words, stdout=out)
    return out.getvalue()


def test_the_command_works_it_out_here_and_shows_progress_and_result(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")

    told = run_command(CODE, "--now", "--chunk", "3")

    assert "3 of 7 citizens" in told
    assert "7 of 7 citizens" in told
    assert cast.units.ward.name in told
    assert "funktionsevnetilstande" in told
    assert "anybody" in told
    assert "more and 0 fewer" in told
    assert f"Run {DryRun.objects.get().pk}" in told


def test_the_command_carries_on_a_run_and_answers_for_one_citizen(cast: Cast) -> None:
    run = population.begin(CODE, is_on=True, chunk=2)
    population.carry_on(run)

    assert "7 of 7 citizens" in run_command(CODE, "--now", "--run", str(run.pk))
    assert DryRun.objects.count() == 1
    assert "more and 0 fewer" in run_command(CODE, "--citizen", str(cast.citizen.person.pk))
    assert "Nothing would change" in run_command(CODE, "--citizen", str(factories.citizen().pk))


def test_the_command_says_what_is_wrong() -> None:
    with pytest.raises(CommandError, match="invalid choice"):
        run_command("no-such-switch", "--now")
    with pytest.raises(CommandError, match="There is no run"):
        run_command(CODE, "--run", str(UUID(int=5)))
    with pytest.raises(KeyError):
        population.begin("stamkort-3", is_on=False)
