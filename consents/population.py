"""The dry run of a switch over the whole population: begun once, carried on by whoever comes, told at any time.

Each chunk is a range of citizens by key, worked out in one transaction and noted with its result; a chunk that was
begun and lost is begun again, one that is done is never counted twice. Any number of workers take different chunks.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from access.actors import danish_day
from access.open_questions import SWITCH_OF
from access.switches import regime_at
from access.vocabulary import ActingAs, Category, Purpose
from citizens.models import Citizen
from consents.dryrun import dry_run_regime
from consents.models import DryRun, DryRunChunk

CITIZENS_OF_A_CHUNK = 200

# Ends of ranges of so many keys, and how many citizens stand in each; one pass over the index.
_RANGES = """
    SELECT min(id::text)::uuid, max(id::text)::uuid, count(*) FROM (
        SELECT id, (row_number() OVER (ORDER BY id) - 1) / %s AS part FROM citizens_citizen
    ) AS numbered GROUP BY part ORDER BY part
"""


@dataclass(frozen=True)
class Total:
    """What one role at one unit would gain and lose of one family; `unit_id` is None for citizens themselves.

    `professional_id` and `responsible_id` are set for who is counted by name (consents.askers), beside anybody.
    """

    unit_id: UUID | None
    acting_as: ActingAs
    purpose: Purpose
    category: Category
    professional_id: UUID | None
    responsible_id: UUID | None
    more: int
    fewer: int


@dataclass(frozen=True)
class Progress:
    """How far a run is: citizens worked out, and of how many."""

    done: int
    of: int

    @property
    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self.done >= self.of


def begin(code: str, *, is_on: bool, chunk: int = CITIZENS_OF_A_CHUNK) -> DryRun:
    """Note what is asked and cut the population into chunks. Raises KeyError for a code that is no switch.

    Citizens who come later are not counted. Three statements.
    """
    run = DryRun(code=SWITCH_OF[code].code, is_on=is_on, moment=timezone.now())
    with transaction.atomic():
        run.save(force_insert=True)
        with connection.cursor() as found:
            found.execute(_RANGES, [chunk])
            ranges = found.fetchall()
        DryRunChunk.objects.bulk_create(
            (DryRunChunk(run=run, first=first, last=last, citizens=count) for first, last, count in ranges),
            batch_size=5_000,
        )
        run.citizens = sum(count for _first, _last, count in ranges)
        run.save(update_fields=["citizens"])
    return run


def carry_on(run: DryRun) -> bool:
    """Work out one chunk that nobody else is at; False when there is none. One transaction."""
    with transaction.atomic():
        waiting = DryRunChunk.objects.filter(run=run, done_at__isnull=True).order_by("id")
        chunk = waiting.select_for_update(skip_locked=True).first()
        if chunk is None:
            return False
        citizens = Citizen.objects.filter(pk__range=(chunk.first, chunk.last)).values_list("pk", flat=True)
        found: Counter[tuple[str, ...]] = Counter()
        fewer: Counter[tuple[str, ...]] = Counter()
        for one in dry_run_regime(list(citizens), *regimes(run.code, is_on=run.is_on, moment=run.moment), run.moment):
            who = (one.asker.professional_id or "", one.asker.responsible_id or "")
            key = tuple(map(str, (one.unit_id or "", one.acting_as, one.purpose, one.category, *who)))
            (found if one.change > 0 else fewer)[key] += abs(one.change)
        chunk.result = [[*key, found[key], fewer[key]] for key in sorted(found.keys() | fewer.keys())]
        chunk.done_at = timezone.now()
        chunk.save(update_fields=["result", "done_at"])
    return True


def regimes(code: str, *, is_on: bool, moment: datetime) -> tuple[frozenset[str], frozenset[str]]:
    """What holds at an instant, and what would hold if the switch stood so."""
    now = regime_at(danish_day(moment), moment)
    return now, (now | {code} if is_on else now - {code})


def progress(run: DryRun) -> Progress:
    """How far the run is. One statement."""
    done = run.chunks.filter(done_at__isnull=False).values_list("citizens", flat=True)
    return Progress(sum(done), run.citizens)


def totals(run: DryRun) -> list[Total]:
    """What the chunks that are done come to, by unit, role and family. One statement."""
    more: Counter[tuple[str, ...]] = Counter()
    fewer: Counter[tuple[str, ...]] = Counter()
    for result in run.chunks.filter(done_at__isnull=False).values_list("result", flat=True):
        for *key, gained, lost in result or ():
            more[tuple(key)] += gained
            fewer[tuple(key)] += lost
    return [
        Total(
            _uuid(key[0]),
            ActingAs(key[1]),
            Purpose(key[2]),
            Category(key[3]),
            _uuid(key[4]),
            _uuid(key[5]),
            more[key],
            fewer[key],
        )
        for key in sorted(more.keys() | fewer.keys())
    ]


def _uuid(text: str) -> UUID | None:
    """Read an id that may be missing."""
    return UUID(text) if text else None
