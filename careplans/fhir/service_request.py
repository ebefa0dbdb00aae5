"""Planned intervention ↔ FHIR ServiceRequest, both ways."""

from typing import Any
from uuid import UUID

from access.actors import Actor
from access.columns import ELEMENT, link, links
from access.statements import Row, Source
from careplans.act_codes import INTERVENTION_BRANCHES, area_of, code_of, intervention_code, paragraph_of, taken
from careplans.fhir.act_parameters import (
    coded,
    key_among,
    keys_of,
    listed,
    one_of,
    pointing,
    whose,
)
from careplans.fhir.reading import moment_of, one, period_of
from careplans.models import Condition, Intervention, InterventionCondition
from careplans.services import acts as services
from fhir.datatypes import (
    CARE_SOCIAL,
    PARAGRAPH,
    clean,
    coding,
    concept,
    instant,
    legal_basis,
    meta,
    period,
    reference,
    references,
    service_paragraph,
)
from fhir.definitions import value_set
from fhir.identifiers import IDENTIFIER, business_key, identifiers
from fhir.registry import WRITTEN, Resource, SearchParameter, register
from fhir.structs import (
    Body,
    CodeableConcept,
    Period,
    Reference,
    convert,
    extended,
    key_of,
    stated_law,
)
from goals.models import Goal
from terminology.branches import MUNICIPAL_AREA
from terminology.systems import LOCAL_INTERVENTIONS

value_set("service-request-code", "Det, der kan planlægges", taken(*INTERVENTION_BRANCHES))
value_set("service-request-category", "Kommunens område", taken(MUNICIPAL_AREA, shaped=()))
PERTAINS_TO_GOAL = "http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal"
REQUEST_STATUS = "http://hl7.org/fhir/request-status"
REQUEST_INTENT = "http://hl7.org/fhir/request-intent"
INTENTS = (
    "proposal",
    "plan",
    "directive",
    "order",
    "original-order",
    "reflex-order",
    "filler-order",
    "instance-order",
    "option",
)
OWN_COLUMNS = (
    "status",
    "intent",
    "code_system",
    "code",
    "local_code",
    "display",
    "paragraph",
    "area",
    "start",
    "end",
    "authored_at",
    "requester_id",
)
SERVICE_REQUEST_SOURCE = Source(
    "ServiceRequest",
    Intervention,
    {
        **ELEMENT,
        **{name: name for name in OWN_COLUMNS},
        "reasons": links(InterventionCondition, "intervention_id", "condition", Condition),
        "based_on": link("based_on", Intervention),
        "purpose_goal": link("purpose_goal", Goal),
    },
)


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the ServiceRequest of a row; the paragraph it was granted under stands in an extension."""
    return clean(
        {
            "resourceType": "ServiceRequest",
            "id": str(row["id"]),
            "meta": meta(row),
            "extension": [
                *legal_basis(row),
                *service_paragraph(row["paragraph"]),
                *_purpose(row["purpose_goal"]),
            ],
            "identifier": identifiers(row),
            "basedOn": references("ServiceRequest", [row["based_on"]] if row["based_on"] else []),
            "status": row["status"],
            "intent": row["intent"],
            "category": [{"coding": [coding(CARE_SOCIAL, row["area"])]}] if row["area"] else [],
            "code": _code(row),
            "subject": reference("Patient", row["citizen_id"]),
            "occurrencePeriod": period(row["start"], row["end"]),
            "authoredOn": instant(row["authored_at"]),
            "requester": reference("Organization", row["requester_id"]),
            "reasonReference": references("Condition", row["reasons"]),
        }
    )


def _purpose(goal: UUID | None) -> list[dict[str, Any]]:
    """The extension that names the goal it serves."""
    return [{"url": PERTAINS_TO_GOAL, "valueReference": {"reference": f"Goal/{goal}"}}] if goal else []


def _code(row: Row) -> dict[str, Any] | None:
    """The national code, and the municipality's own finer one beside it."""
    built = concept(row["code_system"], row["code"], row["display"])
    if built is not None and row["local_code"]:
        built["coding"].append(coding(LOCAL_INTERVENTIONS, row["local_code"]))
    return built


class ServiceRequestBody(Body, kw_only=True):
    """ServiceRequest as we take it."""

    status: str
    intent: str
    code: CodeableConcept
    subject: Reference
    basedOn: list[Reference] = []  # noqa: N815
    category: list[CodeableConcept] = []
    occurrencePeriod: Period | None = None  # noqa: N815
    authoredOn: str = ""  # noqa: N815
    requester: Reference | None = None
    reasonReference: list[Reference] = []  # noqa: N815


def parse(body: dict[str, Any]) -> services.InterventionInput:
    """Read a ServiceRequest. Raises FhirError: 400 for its shape, 422 for codes, references and paragraphs."""
    request = convert(body, ServiceRequestBody)
    code = intervention_code(request.code.coding, "ServiceRequest.code")
    category = one(request.category, "ServiceRequest.category")
    area = code_of(category.coding, "ServiceRequest.category", frozenset({MUNICIPAL_AREA})) if category else None
    stated = str(extended(request, PARAGRAPH, "valueString") or "")
    start, end = period_of(request.occurrencePeriod, "ServiceRequest.occurrencePeriod")
    requester = (
        key_among([request.requester], ("Organization",), "ServiceRequest.requester") if (request.requester) else {}
    )
    return services.InterventionInput(
        citizen_id=key_of(request.subject, "Patient", "ServiceRequest.subject"),
        coded=code,
        status=one_of(request.status, Intervention.Status.values, "ServiceRequest.status"),
        intent=one_of(request.intent, INTENTS, "ServiceRequest.intent"),
        law=stated_law(request),
        paragraph=paragraph_of(code, stated, "ServiceRequest.extension"),
        area=area_of(code, area, "ServiceRequest.category"),
        start=start,
        end=end,
        authored_at=moment_of(request.authoredOn, "ServiceRequest.authoredOn"),
        requester=requester.get("Organization"),
        purpose_goal=_goal_of(request),
        based_on=key_among(request.basedOn, ("ServiceRequest",), "ServiceRequest.basedOn").get("ServiceRequest"),
        reasons=keys_of(request.reasonReference, "Condition", "ServiceRequest.reasonReference"),
        identifier=business_key(request),
    )


def _goal_of(request: ServiceRequestBody) -> UUID | None:
    """The goal that it serves."""
    stated = extended(request, PERTAINS_TO_GOAL, "valueReference")
    if not isinstance(stated, dict):
        return None
    item = Reference(reference=str(stated.get("reference", "")))
    return key_of(item, "Goal", "ServiceRequest.extension")


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Create a planned intervention from a ServiceRequest; returns its row."""
    given = parse(body)
    return services.create_intervention(by=by, source=SERVICE_REQUEST_SOURCE, given=given)


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """Change a planned intervention by a ServiceRequest; returns its row."""
    given = parse(body)
    return services.update_intervention(by=by, source=SERVICE_REQUEST_SOURCE, key=key, given=given, if_match=if_match)


SERVICE_REQUEST = register(
    Resource(
        "ServiceRequest",
        SERVICE_REQUEST_SOURCE,
        to_fhir,
        (
            *whose("intervention"),
            SearchParameter("category", "token", ("area",), "The municipal area", fixed_system=CARE_SOCIAL),
            coded("code", "code", "The intervention"),
            listed("status", "status", Intervention.Status.values, REQUEST_STATUS, "How far it is"),
            listed("intent", "intent", INTENTS, REQUEST_INTENT, "Plan, order or proposal"),
            SearchParameter("authored", "date", ("authored_at",), "When it was decided"),
            SearchParameter("occurrence", "date", ("start", "end"), "When it is to happen"),
            SearchParameter(
                "requester",
                "reference",
                ("requester_id",),
                "Who asked for it",
                targets=("Organization",),
                element="requester",
            ),
            pointing("based-on", "based_on", Intervention, "ServiceRequest", "What it fulfils", "basedOn"),
            IDENTIFIER,
        ),
        WRITTEN,
        create=create,
        update=update,
        sorts={"authored": "authored_at", "occurrence": "start", "status": "status", "code": "code"},
        description="Planned interventions, each under the act that its code belongs to.",
    )
)
