"""Completed intervention ↔ FHIR Procedure, both ways; it is created and read, and never changed."""

from typing import Any

from access.actors import Actor
from access.columns import ELEMENT, link, links
from access.shielding import practitioner
from access.statements import Row, Source
from careplans.act_codes import code_of, taken
from careplans.fhir.act_parameters import (
    coded,
    key_among,
    keys_of,
    listed,
    one_of,
    pointing,
    whose,
)
from careplans.fhir.reading import moment_of
from careplans.models import CompletedIntervention, Condition, Intervention, InterventionCondition
from careplans.services import acts as services
from fhir.datatypes import (
    clean,
    concept,
    instant,
    legal_basis,
    meta,
    reference,
    references,
)
from fhir.definitions import value_set
from fhir.identifiers import IDENTIFIER, business_key, identifiers
from fhir.outcomes import broken
from fhir.registry import VERSIONED, Resource, SearchParameter, register
from fhir.structs import Body, CodeableConcept, Reference, convert, key_of, stated_law
from terminology.branches import INTERVENTIONS

EVENT_STATUS = "http://hl7.org/fhir/event-status"
STATUSES = (
    "preparation",
    "in-progress",
    "not-done",
    "on-hold",
    "stopped",
    "completed",
    "entered-in-error",
    "unknown",
)
value_set("procedure-code", "Det, der kan udføres", taken(*INTERVENTIONS))
# What is recorded here is over: carried out, or recorded in error.
WRITABLE = ("completed", "entered-in-error")
OWN_COLUMNS = ("status", "code_system", "code", "display", "performed_at")
PROCEDURE_SOURCE = Source(
    "Procedure",
    CompletedIntervention,
    {
        **ELEMENT,
        **{name: name for name in OWN_COLUMNS},
        "reasons": links(InterventionCondition, "completed_id", "condition", Condition),
        "intervention": link("intervention", Intervention),
    },
)


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Procedure of a row."""
    return clean(
        {
            "resourceType": "Procedure",
            "id": str(row["id"]),
            "meta": meta(row),
            "extension": legal_basis(row),
            "identifier": identifiers(row),
            "basedOn": references("ServiceRequest", [row["intervention"]] if row["intervention"] else []),
            "status": row["status"],
            "code": concept(row["code_system"], row["code"], row["display"]),
            "subject": reference("Patient", row["citizen_id"]),
            "performedDateTime": instant(row["performed_at"]),
            "recorder": practitioner(row, "author_id"),
            "reasonReference": references("Condition", row["reasons"]),
        }
    )


class ProcedureBody(Body, kw_only=True):
    """Procedure as we take it; `recorder` is always who writes."""

    status: str
    code: CodeableConcept
    subject: Reference
    basedOn: list[Reference] = []  # noqa: N815
    performedDateTime: str = ""  # noqa: N815
    recorder: Reference | None = None
    reasonReference: list[Reference] = []  # noqa: N815


def parse(body: dict[str, Any]) -> services.CompletedInput:
    """Read a Procedure. Raises FhirError: 400 for its shape, 422 for codes and references."""
    procedure = convert(body, ProcedureBody)
    performed = moment_of(procedure.performedDateTime, "Procedure.performedDateTime")
    if performed is None:
        raise broken(
            "procedure-time",
            "En udført indsats har et tidspunkt.",
            "A completed intervention has a time.",
            expression="Procedure.performedDateTime",
        )
    return services.CompletedInput(
        citizen_id=key_of(procedure.subject, "Patient", "Procedure.subject"),
        coded=code_of(procedure.code.coding, "Procedure.code", frozenset(INTERVENTIONS)),
        status=one_of(procedure.status, WRITABLE, "Procedure.status"),
        performed_at=performed,
        law=stated_law(procedure),
        intervention=key_among(procedure.basedOn, ("ServiceRequest",), "Procedure.basedOn").get("ServiceRequest"),
        reasons=keys_of(procedure.reasonReference, "Condition", "Procedure.reasonReference"),
        identifier=business_key(procedure),
    )


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Record a completed intervention from a Procedure; returns its row."""
    return services.create_completed(by=by, source=PROCEDURE_SOURCE, given=parse(body))


PROCEDURE = register(
    Resource(
        "Procedure",
        PROCEDURE_SOURCE,
        to_fhir,
        (
            *whose("intervention"),
            coded("code", "code", "What was done"),
            SearchParameter("date", "date", ("performed_at",), "When it was done"),
            listed("status", "status", STATUSES, EVENT_STATUS, "How far it is"),
            pointing("based-on", "intervention", Intervention, "ServiceRequest", "What was planned", "basedOn"),
            IDENTIFIER,
        ),
        (*VERSIONED, "create"),
        create=create,
        sorts={"date": "performed_at", "code": "code", "status": "status"},
        description="Interventions that were carried out.",
    )
)
