"""Every write of interventions, planned and completed: decided, checked, saved, versioned and logged together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from access.actors import Actor
from access.authoring import act_of, change_element, create_element, missing, same, seen
from access.statements import Row, Source
from access.vocabulary import Law
from careplans.act_codes import Coded
from careplans.models import Intervention
from careplans.services.act_rules import category_of, in_order, keep_act, keep_error, link_as_wanted, write_reasons
from fhir.identifiers import NO_KEY, BusinessKey
from fhir.outcomes import broken
from goals.models import Goal
from organisations.models import Organisation
from terminology import lookup


@dataclass(frozen=True)
class InterventionInput:
    """What a planned intervention is to be, as its writer says; `law` is blank where she states none."""

    citizen_id: UUID
    coded: Coded
    status: str
    intent: str
    law: str = ""
    paragraph: str = ""
    area: str = ""
    start: datetime | None = None
    end: datetime | None = None
    authored_at: datetime | None = None
    requester: UUID | None = None
    purpose_goal: UUID | None = None
    based_on: UUID | None = None
    reasons: tuple[UUID, ...] = ()
    identifier: BusinessKey = NO_KEY


@dataclass(frozen=True)
class CompletedInput:
    """What was carried out, as its writer says."""

    citizen_id: UUID
    coded: Coded
    status: str
    performed_at: datetime
    law: str = ""
    intervention: UUID | None = None
    reasons: tuple[UUID, ...] = ()
    identifier: BusinessKey = NO_KEY


def implied_by(given: InterventionInput) -> tuple[Law, ...]:
    """The act of an intervention by its code, else by the paragraph it was granted under."""
    law = given.coded.law or lookup.law_of_citation(given.paragraph) or ""
    return (Law(law),) if law else ()


def create_intervention(*, by: Actor, source: Source, given: InterventionInput) -> Row:
    """Create a planned intervention and return its row.

    Raises FhirError: 403 without a right to record it, 422 for references that do not hold or an act that is not told.
    Law: grounds.OWN_RECORDING.
    """
    law = act_of(by, implied_by(given), given.law)

    def values() -> Mapping[str, Any]:
        return _intervention(by, given, None)

    return create_element(
        by=by,
        source=source,
        citizen_id=given.citizen_id,
        identifier=given.identifier,
        category=category_of(law),
        law=law,
        values=values,
        occurred_at=given.start or given.authored_at,
        after=(lambda made: write_reasons(by, "intervention", made, given.reasons)) if given.reasons else None,
    )


def update_intervention(*, by: Actor, source: Source, key: UUID, given: InterventionInput, if_match: int | None) -> Row:
    """Change a planned intervention, the caller having its current version, and return its row.

    Raises FhirError: 404, 403, 400 or 412 for the version, 422 as for creating. The citizen and the act never change;
    what is linked and hidden from the writer stays as it is, and is not told.
    """

    def change(current: Intervention) -> Mapping[str, Any]:
        same(current, citizen_id=given.citizen_id)
        keep_error(current.status, given.status)
        keep_act(by, Law(current.recorded_under), implied_by(given), given.law)
        if given.based_on == key:
            raise missing("ServiceRequest", "ServiceRequest.basedOn")
        when = given.start or given.authored_at or current.occurred_at
        return _intervention(by, given, current) | {"occurred_at": when}

    return change_element(
        by=by,
        source=source,
        key=key,
        identifier=given.identifier,
        if_match=if_match,
        change=change,
        after=lambda made: write_reasons(by, "intervention", made, given.reasons),
    )


def _intervention(by: Actor, given: InterventionInput, current: Intervention | None) -> dict[str, Any]:
    """The columns that a writer sets, what they point to having been asked for. Raises FhirError (422)."""
    in_order(given.start, given.end, "ServiceRequest.occurrencePeriod")
    if given.requester is not None and not Organisation.objects.filter(pk=given.requester).exists():
        raise missing("Organization", "ServiceRequest.requester")
    held_goal, held_plan = (current.purpose_goal_id, current.based_on_id) if current else (None, None)
    return {
        "status": given.status,
        "intent": given.intent,
        "code_system": given.coded.system,
        "code": given.coded.code,
        "display": given.coded.display,
        "local_code": given.coded.local_code,
        "paragraph": given.paragraph,
        "area": given.area,
        "start": given.start,
        "end": given.end,
        "authored_at": given.authored_at or (current.authored_at if current else by.moment),
        "requester_id": given.requester,
        "purpose_goal_id": link_as_wanted(
            by, Goal, given.citizen_id, given.purpose_goal, held_goal, "ServiceRequest.extension"
        ),
        "based_on_id": link_as_wanted(
            by, Intervention, given.citizen_id, given.based_on, held_plan, "ServiceRequest.basedOn"
        ),
    }


def create_completed(*, by: Actor, source: Source, given: CompletedInput) -> Row:
    """Record that an intervention was carried out, and return its row.

    Raises FhirError: 403 without a right to record it, 422 as for a planned intervention, and for a plan of another
    act. Law: grounds.OWN_RECORDING.
    """
    plans = seen(by, Intervention, [given.intervention] if given.intervention else [], given.citizen_id)
    plan = plans.get(given.intervention) if given.intervention else None
    implied = given.coded.implied or ((Law(plan.recorded_under),) if plan else ())
    law = act_of(by, implied, given.law)

    def values() -> Mapping[str, Any]:
        if given.intervention and plan is None:
            raise missing("ServiceRequest", "Procedure.basedOn")
        if plan is not None and plan.recorded_under != law:
            raise broken(
                "act-of-plan",
                "Indsatsen er planlagt efter en anden lov.",
                "The intervention was planned under another act.",
                expression="Procedure.basedOn",
            )
        return {
            "status": given.status,
            "code_system": given.coded.system,
            "code": given.coded.code,
            "display": given.coded.display,
            "performed_at": given.performed_at,
            "intervention_id": given.intervention,
        }

    return create_element(
        by=by,
        source=source,
        citizen_id=given.citizen_id,
        identifier=given.identifier,
        category=category_of(law),
        law=law,
        values=values,
        occurred_at=given.performed_at,
        after=(lambda made: write_reasons(by, "completed", made, given.reasons)) if given.reasons else None,
    )
