"""Claiming and ending treatment relations by hand; what registers and systems show comes with their deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from access.actors import Actor
from access.authoring import change_element, create_element, same
from access.statements import Row, Source
from access.vocabulary import Category, Law
from careplans import states
from careplans.models import CareTeam, Condition, RelationElement
from careplans.services.law import same_law
from careplans.services.links import Parts
from fhir.identifiers import NO_KEY, BusinessKey
from fhir.outcomes import FhirError, broken
from organisations.models import TreatmentRelation

Basis = TreatmentRelation.Basis
Status = TreatmentRelation.Status
FOLLOW_UP_WITHIN = timedelta(days=14)
IN_FORCE = frozenset({Status.CLAIMED.value, Status.VERIFIED.value})
# Told, and asked by no rule: what is linked to a relation opens nothing.
ELEMENTS = Parts(
    RelationElement,
    "relation",
    {"team": CareTeam, "condition": Condition},
    {"team": "EpisodeOfCare.team", "condition": "EpisodeOfCare.diagnosis"},
)


@dataclass(frozen=True)
class RelationInput:
    """What a relation is to be, as its writer says; `unit_id` and `professional_id` only where she names them.

    `elements` are the ids of the teams at work in it and of the conditions that it is about, the main ones first.
    """

    citizen_id: UUID
    basis: str
    status: str
    start: datetime | None = None
    end: datetime | None = None
    unit_id: UUID | None = None
    professional_id: UUID | None = None
    law: str = ""
    evidence: str = ""
    elements: Mapping[str, Sequence[UUID]] = field(default_factory=dict)
    identifier: BusinessKey = NO_KEY


def claim_relation(*, by: Actor, source: Source, relation: RelationInput) -> Row:
    """Claim that the writer treats the citizen, at her unit and for her alone, and return the row.

    The claim gives access until its follow-up is due, `FOLLOW_UP_WITHIN` from now. Raises FhirError: 403 for others
    than health professionals, 409 while a claim of hers is in force, 422 for evidence that only systems deliver or an
    element that is another citizen's or that she does not see by the relation either.
    Law: grounds.TREATMENT_LOOKUP; law study 3.2, step 5.
    """
    if relation.basis != Basis.SELF_CLAIMED:
        raise _broken(
            "relation-basis", "Dette grundlag kommer fra systemerne.", "This evidence comes from the systems.", "type"
        )
    if relation.status != Status.CLAIMED:
        raise _broken("status-of-new", "Et nyt forløb er aktivt.", "A new episode is active.", "status")
    if relation.unit_id not in (None, by.unit_id):
        raise _broken("unit-is-own", "Enheden er din egen.", "The unit is your own.", "managingOrganization")
    if relation.professional_id not in (None, by.professional_id):
        raise _broken(
            "professional-is-self", "Fagpersonen er dig selv.", "The professional is yourself.", "careManager"
        )
    same_law(Law.HEALTH, relation.law)
    start = relation.start or by.moment
    _check_period(start, relation.end)

    def after(made: TreatmentRelation) -> None:
        _no_other_claim(by, made)
        ELEMENTS.put(made, checked(by, relation))

    return create_element(
        by=by,
        source=source,
        citizen_id=relation.citizen_id,
        identifier=relation.identifier,
        category=Category.PLAN_SUL,
        law=Law.HEALTH,
        values={
            "professional_id": by.professional_id,
            "basis": Basis.SELF_CLAIMED,
            "status": Status.CLAIMED,
            "evidence_source": TreatmentRelation.Source.MANUAL,
            "start": start,
            "end": relation.end,
            "follow_up_by": by.moment + FOLLOW_UP_WITHIN,
        },
        occurred_at=start,
        after=after,
    )


def end_relation(*, by: Actor, source: Source, key: UUID, relation: RelationInput, if_match: int | None) -> Row:
    """End a relation of the writer's unit or change what is linked to it, the caller having its current version.

    Nothing else of it changes by hand. Returns its row. Raises FhirError: 404, 403, 400 or 412 for the version, 422 for
    other changes. An element that the writer may not see stays linked.
    """
    links = Relinking(by, relation)

    def change(current: TreatmentRelation) -> dict[str, Any]:
        check_same(current, relation)
        if links.is_all(current):
            return {}
        if relation.status != states.ENDED:
            raise _ended_only("status")
        states.move(states.RELATION, current.status, states.ENDED, "EpisodeOfCare.status")
        end = relation.end or by.moment
        if end > by.moment:
            raise FhirError("relation-period", expression="EpisodeOfCare.period.end")
        _check_period(current.start, end)
        return {"status": states.ENDED, "end": end}

    return change_element(
        by=by,
        source=source,
        key=key,
        identifier=relation.identifier,
        if_match=if_match,
        change=change,
        after=links.write,
    )


def checked(by: Actor, relation: RelationInput) -> dict[str, list[UUID]]:
    """What is to be linked, all of it the citizen's and seen by the writer. Raises FhirError (422)."""
    return ELEMENTS.checked(by, relation.elements, relation.citizen_id)


@dataclass
class Relinking:
    """What a write makes of what is linked to a relation; `differs` once it was held against what stands."""

    by: Actor
    relation: RelationInput
    differs: bool = False

    def is_all(self, current: TreatmentRelation) -> bool:
        """Whether the relation stays in force as it is and only what is linked to it changes. One statement.

        Raises FhirError (422) for one that is over, and for another end.
        """
        wanted = {name: list(dict.fromkeys(self.relation.elements.get(name, ()))) for name in ELEMENTS.kinds}
        self.differs = wanted != ELEMENTS.shown(self.by, current)
        if self.differs and current.status not in IN_FORCE:
            raise _ended_only("status")
        steps = (current.status, self.relation.status)
        if not self.differs or self.relation.status not in IN_FORCE or steps == _CONFIRMING:
            return False
        if self.relation.end is not None and not _at_once(self.relation.end, current.end):
            raise _ended_only("period.end")
        return True

    def write(self, current: TreatmentRelation) -> None:
        """Link what the writer names, and unlink what she sees and names no more. Raises FhirError (422)."""
        if self.differs:
            ELEMENTS.change(self.by, current, checked(self.by, self.relation))


_CONFIRMING = (Status.CLAIMED.value, Status.VERIFIED.value)


def _ended_only(place: str) -> FhirError:
    """The error for what else is to change."""
    return _broken(
        "relation-ended-only",
        "Et forløb kan kun afsluttes eller få andre team og diagnoser.",
        "An episode can only be ended, or get other teams and diagnoses.",
        place,
    )


def _at_once(one: datetime, other: datetime | None) -> bool:
    """Whether two instants are the same as far as we tell them."""
    return other is not None and abs(one - other) < timedelta(seconds=1)


def check_same(current: TreatmentRelation, relation: RelationInput) -> None:
    """What a relation is about, at which unit and when it began has not changed. Raises FhirError (422)."""
    same(current, citizen_id=relation.citizen_id, basis=relation.basis)
    if relation.unit_id is not None:
        same(current, origin_id=relation.unit_id)
    if relation.professional_id is not None:
        same(current, professional_id=relation.professional_id)
    same_law(current.recorded_under, relation.law)
    if relation.start is not None and not _at_once(relation.start, current.start):
        raise _broken(
            "relation-start-fixed", "Begyndelsen kan ikke ændres.", "The start cannot be changed.", "period.start"
        )


def _no_other_claim(by: Actor, made: TreatmentRelation) -> None:
    """The writer has no other claim in force. Raises FhirError (409). One statement."""
    if made.professional_id is None:
        return
    in_force = TreatmentRelation.objects.exclude(pk=made.pk).filter(
        Q(end__isnull=True) | Q(end__gt=by.moment),
        citizen_id=made.citizen_id,
        origin_id=made.origin_id,
        professional_id=made.professional_id,
        status=Status.CLAIMED,
        follow_up_by__gt=by.moment,
    )
    if in_force.exists():
        raise FhirError("already-exists")


def _check_period(start: datetime, end: datetime | None) -> None:
    """The end does not come before the start. Raises FhirError (422)."""
    if end is not None and end < start:
        raise FhirError("relation-period", expression="EpisodeOfCare.period.end")


def _broken(rule: str, da: str, en: str, place: str) -> FhirError:
    """A rule of relations is broken."""
    return broken(rule, da, en, f"EpisodeOfCare.{place}")
