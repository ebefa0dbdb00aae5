"""Plan ↔ FHIR CarePlan, both ways.

Who may see only parts of a plan gets those and a container without the plan's own words; nothing tells how much was
left out.
"""

from typing import Annotated, Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery
from msgspec import Meta

from access.actors import Actor
from access.columns import ELEMENT, Linked, OfKind, PointsAt, link, links
from access.shielding import practitioner
from access.statements import Row, Source
from careplans.fhir.reading import one, period_of, typed_key
from careplans.models import CarePlan, CareTeam, PlanElement, PlanParty
from careplans.policy import PARTS, THROUGH_PARTS, seen_whole, some_part_seen
from careplans.services import plans as services
from fhir.datatypes import (
    clean,
    coding,
    day,
    instant,
    legal_basis,
    meta,
    period,
    reference,
    references,
)
from fhir.definitions import code_system
from fhir.elements import SUBSETTED
from fhir.identifiers import IDENTIFIER, business_key, identifiers
from fhir.outcomes import FhirError, broken
from fhir.registry import WRITTEN, Resource, SearchParameter, register
from fhir.structs import Body, CodeableConcept, Part, Period, Reference, convert, key_of, stated_law
from terminology.systems import SNOMED

STATUS_SYSTEM = "http://hl7.org/fhir/request-status"
CARE_PLAN = coding(SNOMED, "734163000", "Care plan")
KINDS = {
    "course-plan": "Forløbsplan",
    "rehabilitation-plan": "Genoptræningsplan",
    "municipal-plan": "Kommunal plan",
    "discharge-agreement": "Udskrivningsaftale",
    "coordination-plan": "Koordinationsplan",
}
KIND_SYSTEM = code_system("plan-kind", "Planens art", KINDS)
OWN_COLUMNS = ("kind", "status", "title", "description", "start", "end")


def _parties(actor: Actor | None) -> Any:
    """The units that are parties; units are public, and a reader of parts alone is not shown them."""
    rows = PlanParty.objects.filter(plan_id=OuterRef("pk"))
    return ArraySubquery(rows.order_by("pk").values_list(F("unit_id")))


def _parent(actor: Actor | None) -> Any:
    """The plan that this one is part of, where the actor may see that one whole."""
    if actor is None:
        return F("part_of_id")
    return Subquery(CarePlan.objects.filter(seen_whole(actor), pk=OuterRef("part_of_id")).values("pk")[:1])


# A part is seen when its link is: asking the parts for the links has answered the gate.
SOME_PART = " OR ".join(f'coalesce(cardinality("{name}"::uuid[]), 0) > 0' for name in PARTS)

PLAN_SOURCE = Source(
    "CarePlan",
    CarePlan,
    {
        **ELEMENT,
        **{name: name for name in OWN_COLUMNS},
        **{name: links(PlanElement, "plan_id", name, model, order="rank") for name, model in PARTS.items()},
        "team": link("team", CareTeam),
        "part_of": _parent,
        "parties": _parties,
    },
    told={some_part_seen: SOME_PART},
)


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the CarePlan of a row, or the container of its visible parts."""
    parts = {
        "addresses": references("Condition", row["condition"]),
        "goal": references("Goal", row["goal"]),
        "activity": [
            {"reference": item}
            for item in (
                *references("ServiceRequest", row["intervention"]),
                *references("Appointment", row["appointment"]),
            )
        ],
    }
    if row["rules"] == [THROUGH_PARTS.code]:
        return clean({**_container(row), **parts})
    units = dict.fromkeys([*([row["origin_id"]] if row["origin_id"] else []), *(row["parties"] or ())])
    author = practitioner(row, "author_id") or reference("Organization", row["origin_id"])
    return clean(
        {
            "resourceType": "CarePlan",
            "id": str(row["id"]),
            "meta": meta(row),
            "extension": legal_basis(row),
            "identifier": identifiers(row),
            "partOf": references("CarePlan", [row["part_of"]] if row["part_of"] else None),
            "status": row["status"],
            "intent": "plan",
            "category": [{"coding": [CARE_PLAN, coding(KIND_SYSTEM, row["kind"], KINDS[row["kind"]])]}],
            "title": row["title"],
            "description": row["description"],
            "subject": reference("Patient", row["citizen_id"]),
            "period": period(row["start"], row["end"]),
            "created": day(row["created_at"].date()),
            "author": author,
            "contributor": references("Organization", list(units)),
            "careTeam": references("CareTeam", [row["team"]] if row["team"] else None),
            **parts,
        }
    )


def _container(row: Row) -> dict[str, Any]:
    """What every reader of a part is told of the plan: that it is one, whose, and how far it is."""
    return {
        "resourceType": "CarePlan",
        "id": str(row["id"]),
        "meta": {
            "versionId": str(row["version"]),
            "lastUpdated": instant(row["updated_at"]),
            "tag": [SUBSETTED],
        },
        "status": row["status"],
        "intent": "plan",
        "subject": reference("Patient", row["citizen_id"]),
    }


class Activity(Part):
    """CarePlan.activity as we take it: a reference, never the details once more."""

    reference: Reference


class PlanBody(Body, kw_only=True):
    """CarePlan as we take it; author and day of creation are ours to write."""

    status: str
    intent: str
    subject: Reference
    partOf: list[Reference] = []  # noqa: N815
    category: list[CodeableConcept] = []
    title: Annotated[str, Meta(max_length=200)] = ""
    description: Annotated[str, Meta(max_length=20_000)] = ""
    period: Period | None = None
    created: str = ""
    author: Reference | None = None
    contributor: list[Reference] = []
    careTeam: list[Reference] = []  # noqa: N815
    addresses: list[Reference] = []
    goal: list[Reference] = []
    activity: list[Activity] = []


def parse(body: dict[str, Any]) -> services.PlanInput:
    """Read a CarePlan. Raises FhirError: 400 for its shape, 422 for codes and references."""
    given = convert(body, PlanBody)
    kinds = {item.code for concept in given.category for item in concept.coding if item.code in KINDS}
    if len(kinds) != 1:
        raise FhirError("unknown-code", "CarePlan.category", expression="CarePlan.category")
    if given.status not in CarePlan.Status.values:
        raise FhirError("unknown-code", given.status[:40], expression="CarePlan.status")
    if given.intent != "plan":
        raise FhirError("unknown-code", given.intent[:40], expression="CarePlan.intent")
    start, end = period_of(given.period, "CarePlan.period")
    if start is None:
        raise broken("plan-start", "En plan har en begyndelse.", "A plan has a start.", "CarePlan.period.start")
    team, parent = one(given.careTeam, "CarePlan.careTeam"), one(given.partOf, "CarePlan.partOf")
    return services.PlanInput(
        citizen_id=key_of(given.subject, "Patient", "CarePlan.subject"),
        kind=kinds.pop(),
        status=given.status,
        start=start,
        end=end,
        title=given.title,
        description=given.description,
        team_id=key_of(team, "CareTeam", "CarePlan.careTeam") if team else None,
        part_of_id=key_of(parent, "CarePlan", "CarePlan.partOf") if parent else None,
        parties=[key_of(item, "Organization", "CarePlan.contributor") for item in given.contributor],
        parts=_parts(given),
        law=stated_law(given),
        identifier=business_key(given),
    )


def _parts(given: PlanBody) -> dict[str, list[UUID]]:
    """The ids of what stands in the plan. Raises FhirError (422)."""
    kinds = ("ServiceRequest", "Appointment")
    activities = [typed_key(item.reference, kinds, "CarePlan.activity") for item in given.activity]
    return {
        "condition": [key_of(item, "Condition", "CarePlan.addresses") for item in given.addresses],
        "goal": [key_of(item, "Goal", "CarePlan.goal") for item in given.goal],
        "intervention": [key for kind, key in activities if kind == "ServiceRequest"],
        "appointment": [key for kind, key in activities if kind == "Appointment"],
    }


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Create a plan from a CarePlan; returns its row."""
    return services.create_plan(by=by, source=PLAN_SOURCE, plan=parse(body))


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """Change a plan by a CarePlan; returns its row."""
    return services.update_plan(by=by, source=PLAN_SOURCE, key=key, plan=parse(body), if_match=if_match)


# Whether an element stands in the plan and is seen.
_IN_PLAN = {name: Linked(PlanElement, "plan_id", name, model) for name, model in PARTS.items()}
_ACTIVITY = OfKind({"ServiceRequest": _IN_PLAN["intervention"], "Appointment": _IN_PLAN["appointment"]})


def _category_codes() -> dict[str, dict[str, Any]]:
    """The codes of a plan's kind, and the one that every plan has."""
    codes: dict[str, dict[str, Any]] = {
        name: {"kind": kind} for kind in KINDS for name in (kind, f"{KIND_SYSTEM}|{kind}")
    }
    every = {"kind__in": list(KINDS)}
    return codes | {CARE_PLAN["code"]: every, f"{SNOMED}|{CARE_PLAN['code']}": every}


PARAMETERS = (
    IDENTIFIER,
    SearchParameter("patient", "reference", ("citizen_id",), "Whose plan", targets=("Patient",), element="subject"),
    SearchParameter("subject", "reference", ("citizen_id",), "Whose plan", targets=("Patient",), element="subject"),
    SearchParameter("category", "token", ("kind",), "The kind of plan", codes=_category_codes(), guard=seen_whole),
    SearchParameter(
        "status",
        "token",
        ("status",),
        "How far the plan is",
        codes={status: {"status": status} for status in CarePlan.Status.values},
        fixed_system=STATUS_SYSTEM,
    ),
    SearchParameter("date", "date", ("start", "end"), "When the plan holds", guard=seen_whole),
    SearchParameter(
        "condition",
        "reference",
        (),
        "A condition in the plan",
        targets=("Condition",),
        where=_IN_PLAN["condition"],
        element="addresses",
    ),
    SearchParameter(
        "goal", "reference", (), "A goal in the plan", targets=("Goal",), where=_IN_PLAN["goal"], element="goal"
    ),
    SearchParameter(
        "activity-reference",
        "reference",
        (),
        "An intervention or appointment in the plan",
        targets=("ServiceRequest", "Appointment"),
        where=_ACTIVITY,
        element="activity.reference",
    ),
    SearchParameter(
        "care-team",
        "reference",
        (),
        "The team of the plan",
        targets=("CareTeam",),
        where=PointsAt("team", CareTeam),
        element="careTeam",
        guard=seen_whole,
    ),
    SearchParameter(
        "part-of",
        "reference",
        (),
        "The plan that it is part of",
        targets=("CarePlan",),
        where=PointsAt("part_of", CarePlan),
        element="partOf",
        guard=seen_whole,
    ),
)

SORTS = {"status": "status"}

PLAN = register(
    Resource(
        "CarePlan",
        PLAN_SOURCE,
        to_fhir,
        PARAMETERS,
        WRITTEN,
        create=create,
        update=update,
        sorts=SORTS,
        description="Plans across sectors, with the conditions, goals, interventions and appointments in them.",
    )
)
