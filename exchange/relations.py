"""Treatment relations that follow from what was delivered: grants of municipal help, and death.

A unit that has granted nursing, rehabilitation or home care has a relation to the citizen while the grant runs. One
relation stands for each unit and basis: the latest unbroken span of its grants; earlier spans are in its versions.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from access.vocabulary import Category, Law
from citizens.models import Citizen
from exchange.models import Delivered
from exchange.storing import update
from exchange.versions import Change
from fhir.ids import new_key
from organisations.models import TreatmentRelation

Basis = TreatmentRelation.Basis
Status = TreatmentRelation.Status

_BASES = {
    Delivered.Grant.NURSING: Basis.NURSING_GRANT,
    Delivered.Grant.REHABILITATION: Basis.REHABILITATION_PLAN,
    Delivered.Grant.SERVICE: Basis.CARE_GRANT,
    Delivered.Grant.ELDERLY: Basis.CARE_GRANT,
}
_EVIDENCE = {
    Basis.NURSING_GRANT: "SUL § 138",
    Basis.REHABILITATION_PLAN: "SUL § 140",
    Basis.CARE_GRANT: "SEL / ÆL",
}


class Granted(NamedTuple):
    """One grant with its period and when it was last told."""

    kind: str
    start: datetime
    end: datetime | None
    sent_at: datetime
    is_over: bool = False


class Latest(NamedTuple):
    """The latest unbroken span of grants."""

    start: datetime
    end: datetime | None
    is_over: bool
    law: Law


def latest(grants: list[Granted]) -> Latest:
    """Return the latest unbroken span; home care stands under the act of its youngest grant."""
    ordered = sorted(grants, key=lambda grant: (grant.start, grant.kind))
    start, end = ordered[0].start, ordered[0].end
    for grant in ordered[1:]:
        if end is not None and grant.start > end:
            start, end = grant.start, grant.end
        elif end is not None:
            end = None if grant.end is None else max(end, grant.end)
    running = [grant for grant in ordered if grant.end is None or grant.end == end] or ordered
    kind = Delivered.Grant(running[-1].kind)
    law = {Delivered.Grant.SERVICE: Law.SERVICE, Delivered.Grant.ELDERLY: Law.ELDERLY}.get(kind, Law.HEALTH)
    told_at = max(grant.sent_at for grant in grants)
    is_over = end is not None and all(item.is_over or (item.end is not None and item.end <= told_at) for item in grants)
    return Latest(start, end, is_over, law)


def follow_grants(*, source: str, whose: Sequence[tuple[Citizen, UUID]], moment: datetime) -> list[Change]:
    """Bring the relations of these citizens, each at a unit, in line with its grants there.

    Two statements, and one or two more when they differ; none for nobody.
    """
    if not whose:
        return []
    by_basis = _granted(source, whose)
    keys = {
        (citizen.pk, basis): f"grant/{basis.value}/{citizen.pk}/{unit_id}"
        for citizen, unit_id in whose
        for basis in _EVIDENCE
    }
    standing = {
        row.source_id: row for row in TreatmentRelation.objects.filter(source=source, source_id__in=keys.values())
    }
    fresh, changed = [], []
    for citizen, unit_id in whose:
        for basis in _EVIDENCE:
            key = keys[citizen.pk, basis]
            row = standing.get(key)
            grants = by_basis.get((citizen.pk, basis))
            wanted = _columns(latest(grants), citizen.died_at) if grants else _refuted(row)
            if row is None and grants:
                fresh.append(_relation(source, key, citizen, unit_id, basis, wanted, moment))
            elif row is not None and any(getattr(row, name) != value for name, value in wanted.items()):
                changed.append(_bumped(row, wanted, moment))
    return _written(fresh, changed)


def _granted(source: str, whose: Sequence[tuple[Citizen, UUID]]) -> dict[tuple[UUID, Basis], list[Granted]]:
    """The grants of these citizens, each at her unit, by citizen and what they are evidence of. One statement."""
    found: dict[tuple[UUID, Basis], list[Granted]] = defaultdict(list)
    units = {citizen.pk: unit_id for citizen, unit_id in whose}
    rows = Delivered.objects.filter(source=source, citizen__in=units).exclude(grant="")
    columns = ("citizen_id", "origin_id", "grant", "grant_start", "grant_end", "sent_at", "grant_is_over")
    for citizen_id, unit_id, kind, start, end, sent_at, is_over in rows.values_list(*columns):
        if start is not None and units[citizen_id] == unit_id:
            granted = Granted(kind, start, end, sent_at, is_over)
            found[citizen_id, _BASES[Delivered.Grant(kind)]].append(granted)
    return found


def _columns(span: Latest, died_at: datetime | None) -> dict[str, object]:
    """What a relation says; it ends when the grants do, or with the citizen's life."""
    end, is_over = span.end, span.is_over
    if died_at is not None and (end is None or died_at < end):
        end, is_over = max(span.start, died_at), True
    return {
        "status": (Status.ENDED if is_over else Status.VERIFIED).value,
        "start": span.start,
        "end": end,
        "occurred_at": span.start,
        "recorded_under": span.law.value,
    }


def _refuted(row: TreatmentRelation | None) -> dict[str, object]:
    """What a relation says whose grants were all entered in error."""
    return {} if row is None else {"status": Status.REFUTED.value, "end": row.start}


def _relation(
    source: str,
    key: str,
    citizen: Citizen,
    unit_id: UUID,
    basis: Basis,
    columns: dict[str, object],
    moment: datetime,
) -> TreatmentRelation:
    category = Category.PLAN_SOC if basis == Basis.CARE_GRANT else Category.PLAN_SUL
    return TreatmentRelation(
        id=new_key(),
        citizen=citizen,
        origin_id=unit_id,
        category=category.value,
        author_kind="system",
        basis=basis.value,
        evidence=_EVIDENCE[basis],
        evidence_source=TreatmentRelation.Source.EOJ.value,
        source=source,
        source_id=key,
        created_at=moment,
        updated_at=moment,
        **columns,
    )


def _bumped(row: TreatmentRelation, columns: dict[str, object], moment: datetime) -> TreatmentRelation:
    for name, value in columns.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = moment
    return row


def _written(fresh: list[TreatmentRelation], changed: list[TreatmentRelation]) -> list[Change]:
    changes = []
    if fresh:
        TreatmentRelation.objects.bulk_create(fresh)
        changes.append(Change(TreatmentRelation, "create", [row.id for row in fresh]))
    if changed:
        update(TreatmentRelation, changed)
        changes.append(Change(TreatmentRelation, "update", [row.id for row in changed]))
    return changes


def end_all(*, citizen: Citizen, moment: datetime) -> list[Change]:
    """End every relation that outlasts the citizen's life. One statement, and one more when there are some."""
    at = citizen.died_at
    if at is None:
        return []
    outlasting = TreatmentRelation.objects.filter(
        Q(end__isnull=True) | Q(end__gt=at),
        citizen=citizen,
        status__in=[Status.VERIFIED.value, Status.CLAIMED.value, Status.ENDED.value],
    )
    changed = [_bumped(row, {"status": Status.ENDED.value, "end": max(row.start, at)}, moment) for row in outlasting]
    return _written([], changed)
