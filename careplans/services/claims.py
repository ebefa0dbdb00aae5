"""Following up claimed relations: by a colleague at the unit, or by what the registers come to show.

Registers lag behind, so a claim gives access at once and is looked into later (law study 4, BRS). What registers show
in time confirms it. What nothing confirms by its deadline gives no more access and is told to the unit and the citizen.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery

from access import service
from access.actors import Actor
from access.authoring import change_element
from access.events import Event, announce
from access.statements import Row, Source
from access.vocabulary import Category
from access.writing import record
from careplans import states
from careplans.services.relations import RelationInput, Relinking, check_same
from fhir.outcomes import FhirError, broken
from organisations.models import TreatmentRelation, UnitLink

Basis = TreatmentRelation.Basis
Result = TreatmentRelation.Result
Status = TreatmentRelation.Status
UNCONFIRMED = "claim-unconfirmed"
MOST_AT_A_TIME = 1000


def verify_claim(*, by: Actor, source: Source, key: UUID, relation: RelationInput, if_match: int | None) -> Row:
    """Confirm a colleague's claim by what shows it, and return the row.

    Raises FhirError: 404, 403, 400 or 412 for the version, relation-follow-up for who made the claim,
    relation-evidence for nothing that shows it, 422 for other changes.
    """

    def settle(current: TreatmentRelation) -> dict[str, Any]:
        if not relation.evidence.strip():
            raise FhirError("relation-evidence", expression="EpisodeOfCare.extension")
        return {"status": Status.VERIFIED, "evidence": relation.evidence.strip(), "follow_up_result": Result.CONFIRMED}

    return _settled(by, source, key, relation, if_match, settle)


def refute_claim(*, by: Actor, source: Source, key: UUID, relation: RelationInput, if_match: int | None) -> Row:
    """Say that a colleague's claim was not so, which ends its access at once, and return the row.

    Raises FhirError as `verify_claim`.
    """

    def settle(current: TreatmentRelation) -> dict[str, Any]:
        end = max(current.start, by.moment if current.end is None else min(current.end, by.moment))
        return {"status": Status.REFUTED, "end": end, "follow_up_result": Result.REFUTED}

    return _settled(by, source, key, relation, if_match, settle)


def _settled(
    by: Actor,
    source: Source,
    key: UUID,
    relation: RelationInput,
    if_match: int | None,
    settle: Callable[[TreatmentRelation], dict[str, Any]],
) -> Row:
    """Change a claim by what its follow-up came to."""
    links = Relinking(by, relation)

    def change(current: TreatmentRelation) -> dict[str, Any]:
        check_same(current, relation)
        if links.is_all(current):
            return {}
        if current.basis != Basis.SELF_CLAIMED or current.status != Status.CLAIMED:
            text = ("relation-claim-only", "Kun en erklæring følges op.", "Only a claim is followed up.")
            raise broken(*text, "EpisodeOfCare.status")
        if current.professional_id in (None, by.professional_id, by.responsible_id):
            raise FhirError("relation-follow-up")
        changes = settle(current)
        states.move(states.RELATION, current.status, changes["status"], "EpisodeOfCare.status")
        return {**changes, "followed_up_at": by.moment}

    return change_element(
        by=by,
        source=source,
        key=key,
        identifier=relation.identifier,
        if_match=if_match,
        change=change,
        after=links.write,
    )


def follow_up_claims(*, by: Actor, source: Source) -> dict[str, int]:
    """Settle the claims that registers confirm, and mark those that nothing confirmed by their deadline.

    Returns how many of each result. Each claim in a transaction of its own, with its version, its log row and, when
    nothing confirmed it, an event; a claim that another worker has in hand is left to it, and one that has a result is
    not found again. Three statements for each claim, one more for one that nothing confirmed.
    """
    counts = {str(Result.CONFIRMED): 0, str(Result.UNCONFIRMED): 0}
    for _number in range(MOST_AT_A_TIME):
        result = _follow_up_next(by, source)
        if result is None:
            break
        counts[result] += 1
    return counts


def _follow_up_next(by: Actor, source: Source) -> str | None:
    """Follow up one claim; None when none is due."""
    with transaction.atomic():
        claim = _due(by.moment).select_for_update(skip_locked=True, of=("self",)).first()
        if claim is None:
            return None
        shown_by: UUID | None = claim.shown_by  # type: ignore[attr-defined]
        result = Result.UNCONFIRMED if shown_by is None else Result.CONFIRMED
        claim.follow_up_result, claim.followed_up_at = result, by.moment
        if shown_by is not None:
            # From here on the relation that shows it gives access, and for as long as it lasts.
            claim.status, claim.evidence = Status.VERIFIED, f"EpisodeOfCare/{shown_by}"
            claim.end = by.moment if claim.end is None else min(claim.end, by.moment)
        claim.version += 1
        claim.updated_at = by.moment
        claim.save()
        at_unit = replace(by, unit_id=claim.origin_id)
        record(at_unit, source, [claim.pk], "update", citizen_id=claim.citizen_id)
        if shown_by is None:
            _tell(at_unit, source, claim)
    return str(result)


def _due(moment: datetime) -> QuerySet[TreatmentRelation]:
    """The claims without a result that something shows, or whose deadline is over; the oldest deadline first."""
    shown_by = Subquery(_evidence(moment).order_by("start", "pk").values("pk")[:1])
    claims = TreatmentRelation.objects.filter(status=Status.CLAIMED, followed_up_at__isnull=True, start__lte=moment)
    found = claims.annotate(shown_by=shown_by).filter(Q(shown_by__isnull=False) | Q(follow_up_by__lte=moment))
    return found.order_by("follow_up_by", "pk")


def _evidence(moment: datetime) -> QuerySet[TreatmentRelation]:
    """What shows the outer claim: a health relation from elsewhere, at the unit or above it, that the claim fell in."""
    above = UnitLink.objects.filter(descendant_id=OuterRef(OuterRef("origin_id"))).values("ancestor_id")
    return TreatmentRelation.objects.filter(
        Q(end__isnull=True) | Q(end__gt=OuterRef("start")),
        Q(professional__isnull=True) | Q(professional_id=OuterRef("professional_id")),
        citizen_id=OuterRef("citizen_id"),
        origin_id__in=above,
        category=Category.PLAN_SUL,
        status__in=[Status.VERIFIED, Status.ENDED],
        start__lte=moment,
    ).exclude(basis=Basis.SELF_CLAIMED)


def _tell(by: Actor, source: Source, claim: TreatmentRelation) -> None:
    """Tell the citizen by her log, and the unit by an event that is carried out after the commit."""
    service.log(by, "unconfirmed", source.name, citizen_id=claim.citizen_id, outcome="permit", resource_ids=[claim.pk])
    announce(Event(UNCONFIRMED, claim.citizen_id, {"relation": str(claim.pk), "unit": str(claim.origin_id)}))
