"""Writing plans: their own words, who takes part, and which elements stand in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from access.actors import Actor
from access.authoring import change_element, create_element, same
from access.statements import Row, Source
from access.vocabulary import SOCIAL_LAWS, Category, Law
from careplans import states
from careplans.models import CarePlan, CareTeam, PlanElement, PlanParty
from careplans.policy import PARTS
from careplans.services.law import same_law, stated_or_writers, wrong_law
from careplans.services.links import Parts, kept, seen, units
from fhir.identifiers import NO_KEY, BusinessKey
from fhir.outcomes import FhirError, broken

OF_PSYCHIATRY = frozenset({CarePlan.Kind.DISCHARGE_AGREEMENT.value, CarePlan.Kind.COORDINATION.value})
ELEMENTS = Parts(
    PlanElement,
    "plan",
    PARTS,
    {
        "condition": "CarePlan.addresses",
        "goal": "CarePlan.goal",
        "intervention": "CarePlan.activity",
        "appointment": "CarePlan.activity",
    },
)


@dataclass(frozen=True)
class PlanInput:
    """What a plan is to be, as its writer says. `law` is the act that she states, if any.

    `parts` are the ids of its conditions, goals, interventions and appointments, the main ones first.
    """

    citizen_id: UUID
    kind: str
    status: str
    start: datetime
    end: datetime | None = None
    title: str = ""
    description: str = ""
    team_id: UUID | None = None
    part_of_id: UUID | None = None
    parties: Sequence[UUID] = ()
    parts: Mapping[str, Sequence[UUID]] = field(default_factory=dict)
    law: str = ""
    identifier: BusinessKey = NO_KEY


def create_plan(*, by: Actor, source: Source, plan: PlanInput) -> Row:
    """Create a plan and return its row.

    Raises FhirError: 403 without a right to record it, 422 for a broken rule or a link to what is not the citizen's or
    not seen. Three statements, and one for each kind of link. Law: grounds.OWN_RECORDING.
    """
    category, law = place_of(by, plan)
    states.start(states.NEW_PLAN, plan.status, "CarePlan.status")
    check(plan, {by.unit_id})

    def after(made: CarePlan) -> None:
        _look_up(by, plan)
        ELEMENTS.put(made, ELEMENTS.checked(by, plan.parts, plan.citizen_id))
        _name_parties(made, [] if plan.kind not in OF_PSYCHIATRY else [made.origin_id, *plan.parties])

    return create_element(
        by=by,
        source=source,
        citizen_id=plan.citizen_id,
        identifier=plan.identifier,
        category=category,
        law=law,
        values={**_words(plan), "team_id": plan.team_id, "part_of_id": plan.part_of_id},
        occurred_at=plan.start,
        after=after,
    )


def update_plan(*, by: Actor, source: Source, key: UUID, plan: PlanInput, if_match: int | None) -> Row:
    """Change a plan, the caller having its current version, and return its row.

    What stands in the plan and the writer may not see stays in it. Raises FhirError: 404, 403, 400 or 412 for the
    version, 422 as for creating. The citizen, the kind and the act never change.
    """

    def change(current: CarePlan) -> dict[str, Any]:
        same(current, citizen_id=plan.citizen_id, kind=plan.kind)
        same_law(current.recorded_under, plan.law)
        states.move(states.PLAN, current.status, plan.status, "CarePlan.status")
        check(plan, {current.origin_id}, key)
        _look_up(by, plan, current)
        return {
            **_words(plan),
            "team_id": kept(by, CareTeam, current.team_id, plan.team_id),
            "part_of_id": kept(by, CarePlan, current.part_of_id, plan.part_of_id),
            "occurred_at": plan.start,
        }

    def after(current: CarePlan) -> None:
        ELEMENTS.change(by, current, ELEMENTS.checked(by, plan.parts, plan.citizen_id))
        if plan.kind in OF_PSYCHIATRY:
            PlanParty.objects.filter(plan=current).exclude(unit_id__in=plan.parties).delete()
            _name_parties(current, [current.origin_id, *plan.parties])

    return change_element(
        by=by, source=source, key=key, identifier=plan.identifier, if_match=if_match, change=change, after=after
    )


def place_of(by: Actor, plan: PlanInput) -> tuple[Category, Law]:
    """The category and the act of a new plan: psychiatry's by its kind, else as stated or the writer's.

    Raises FhirError (422) for an act that is missing, or that the kind does not stand under.
    """
    if plan.kind in OF_PSYCHIATRY:
        same_law(Law.PSYCHIATRY, plan.law)
        return Category.PLAN_PSY, Law.PSYCHIATRY
    law = stated_or_writers(by, plan.law)
    if law not in (*SOCIAL_LAWS, Law.HEALTH):
        raise wrong_law()
    return (Category.PLAN_SOC if law in SOCIAL_LAWS else Category.PLAN_SUL), law


def check(plan: PlanInput, owners: set[UUID | None], key: UUID | None = None) -> None:
    """Hold a plan against its rules; `owners` are no parties besides themselves. Raises FhirError (422)."""
    others = [party for party in plan.parties if party not in owners]
    if plan.end is not None and plan.end < plan.start:
        raise _broken("period-order", "Slutningen ligger før begyndelsen.", "The end lies before the start.", "period")
    if plan.kind in OF_PSYCHIATRY and not others:
        raise _broken(
            "plan-parties-missing", "En aftale har andre parter.", "An agreement has other parties.", "contributor"
        )
    if plan.kind not in OF_PSYCHIATRY and others:
        raise _broken(
            "plan-parties",
            "Kun aftaler efter psykiatriloven har parter.",
            "Only agreements have parties.",
            "contributor",
        )
    if key is not None and plan.part_of_id == key:
        raise _broken(
            "plan-part-of-itself", "En plan er ikke del af sig selv.", "A plan is no part of itself.", "partOf"
        )


def _look_up(by: Actor, plan: PlanInput, current: CarePlan | None = None) -> None:
    """Its parties are units, and a new team or parent is the citizen's and seen. Raises FhirError (422).

    One statement each for a team, a parent and the parties.
    """
    units(plan.parties, "CarePlan.contributor")
    if plan.team_id is not None and (current is None or plan.team_id != current.team_id):
        seen(by, CareTeam, [plan.team_id], plan.citizen_id, "CarePlan.careTeam")
    if plan.part_of_id is not None and (current is None or plan.part_of_id != current.part_of_id):
        seen(by, CarePlan, [plan.part_of_id], plan.citizen_id, "CarePlan.partOf")


def _name_parties(plan: CarePlan, parties: Sequence[UUID | None]) -> None:
    """Write the parties of an agreement, its owner among them. One statement if there are any."""
    rows = [PlanParty(plan=plan, unit_id=key) for key in dict.fromkeys(parties) if key is not None]
    if rows:
        PlanParty.objects.bulk_create(rows, ignore_conflicts=True)


def _words(plan: PlanInput) -> dict[str, Any]:
    """The columns that a writer sets."""
    return {name: getattr(plan, name) for name in ("kind", "status", "title", "description", "start", "end")}


def _broken(rule: str, da: str, en: str, place: str) -> FhirError:
    """A rule of plans is broken."""
    return broken(rule, da, en, f"CarePlan.{place}")
