"""Contact ↔ FHIR Encounter, both ways."""

from typing import Any
from uuid import UUID

import msgspec

from access.actors import Actor
from access.columns import ELEMENT, links
from access.statements import Row, Source
from careplans.act_codes import Coded, code_of, taken
from careplans.fhir.act_parameters import coded, keys_of, listed, of_unit, one_of, whose
from careplans.fhir.reading import one, period_of
from careplans.models import Condition, Contact, InterventionCondition
from careplans.services import contacts as services
from fhir.datatypes import (
    clean,
    coding,
    concept,
    legal_basis,
    meta,
    period,
    reference,
    references,
)
from fhir.definitions import value_set
from fhir.identifiers import IDENTIFIER, business_key, identifiers
from fhir.outcomes import broken
from fhir.registry import WRITTEN, Resource, SearchParameter, register
from fhir.structs import (
    Body,
    CodeableConcept,
    Coding,
    Period,
    Reference,
    convert,
    key_of,
    stated_law,
)
from terminology.branches import ENCOUNTER_CLASS, ENCOUNTER_TYPE

ENCOUNTER_STATUS = "http://hl7.org/fhir/encounter-status"
STATUSES = (
    "planned",
    "arrived",
    "triaged",
    "in-progress",
    "onleave",
    "finished",
    "cancelled",
    "entered-in-error",
    "unknown",
)
value_set("encounter-class", "Kontaktens form", taken(ENCOUNTER_CLASS))
value_set("encounter-type", "Kontaktens art", taken(ENCOUNTER_TYPE))
OWN_COLUMNS = ("status", "class_system", "class_code", "type_system", "type_code", "start", "end")
ENCOUNTER_SOURCE = Source(
    "Encounter",
    Contact,
    {
        **ELEMENT,
        **{name: name for name in OWN_COLUMNS},
        "reasons": links(InterventionCondition, "contact_id", "condition", Condition),
    },
)


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Encounter of a row."""
    kind = concept(row["type_system"], row["type_code"])
    return clean(
        {
            "resourceType": "Encounter",
            "id": str(row["id"]),
            "meta": meta(row),
            "extension": legal_basis(row),
            "identifier": identifiers(row),
            "status": row["status"],
            "class": coding(row["class_system"], row["class_code"]),
            "type": [kind] if kind else [],
            "subject": reference("Patient", row["citizen_id"]),
            "period": period(row["start"], row["end"]),
            "reasonReference": references("Condition", row["reasons"]),
            "serviceProvider": reference("Organization", row["origin_id"]),
        }
    )


class EncounterBody(Body, kw_only=True):
    """Encounter as we take it; `serviceProvider` is always the unit that writes."""

    status: str
    class_: Coding = msgspec.field(name="class")
    subject: Reference
    period: Period
    type: list[CodeableConcept] = []
    reasonReference: list[Reference] = []  # noqa: N815
    serviceProvider: Reference | None = None  # noqa: N815


def parse(body: dict[str, Any], by: Actor, *, is_new: bool) -> services.ContactInput:
    """Read an Encounter. Raises FhirError: 400 for its shape, 422 for codes, references and a missing start."""
    encounter = convert(body, EncounterBody)
    start, end = period_of(encounter.period, "Encounter.period")
    if start is None:
        raise broken(
            "contact-start",
            "En kontakt har et starttidspunkt.",
            "A contact has a start.",
            expression="Encounter.period",
        )
    kind = one(encounter.type, "Encounter.type")
    if is_new:
        of_unit(encounter.serviceProvider, by.unit_id, "Encounter.serviceProvider")
    return services.ContactInput(
        citizen_id=key_of(encounter.subject, "Patient", "Encounter.subject"),
        status=one_of(encounter.status, STATUSES, "Encounter.status"),
        contact_class=code_of([encounter.class_], "Encounter.class", frozenset({ENCOUNTER_CLASS})),
        contact_type=code_of(kind.coding, "Encounter.type", frozenset({ENCOUNTER_TYPE})) if kind else Coded("", ""),
        start=start,
        end=end,
        law=stated_law(encounter),
        reasons=keys_of(encounter.reasonReference, "Condition", "Encounter.reasonReference"),
        identifier=business_key(encounter),
    )


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Create a contact from an Encounter; returns its row."""
    return services.create_contact(by=by, source=ENCOUNTER_SOURCE, given=parse(body, by, is_new=True))


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """Change a contact by an Encounter; returns its row."""
    given = parse(body, by, is_new=False)
    return services.update_contact(by=by, source=ENCOUNTER_SOURCE, key=key, given=given, if_match=if_match)


ENCOUNTER = register(
    Resource(
        "Encounter",
        ENCOUNTER_SOURCE,
        to_fhir,
        (
            *whose("contact"),
            SearchParameter("date", "date", ("start", "end"), "When it takes place"),
            coded("class", "class_code", "Visit, attendance, admission or screen"),
            coded("type", "type_code", "Follow-up, delivery or assessment"),
            listed("status", "status", STATUSES, ENCOUNTER_STATUS, "Planned, held or cancelled"),
            SearchParameter(
                "service-provider",
                "reference",
                ("origin_id",),
                "The unit that has it",
                targets=("Organization",),
                element="serviceProvider",
            ),
            IDENTIFIER,
        ),
        WRITTEN,
        create=create,
        update=update,
        sorts={"date": "start", "status": "status"},
        description="Contacts with the citizen, planned and held.",
    )
)
