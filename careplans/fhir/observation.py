"""Follow-up ↔ FHIR Observation, both ways."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from access.actors import Actor
from access.columns import ELEMENT, link
from access.shielding import practitioner
from access.statements import Row, Source
from careplans.act_codes import FOLLOW_UP_RESULT, Coded, code_of, taken
from careplans.fhir.act_parameters import coded, key_among, listed, one_of, pointing, whose
from careplans.fhir.reading import moment_of
from careplans.models import Condition, Contact, FollowUp, Intervention
from careplans.services import contacts as services
from fhir.datatypes import (
    clean,
    concept,
    instant,
    legal_basis,
    meta,
    number,
    reference,
    references,
)
from fhir.definitions import value_set
from fhir.identifiers import IDENTIFIER, business_key, identifiers
from fhir.outcomes import FhirError, broken
from fhir.registry import WRITTEN, Resource, SearchParameter, register
from fhir.structs import (
    Body,
    CodeableConcept,
    Quantity,
    Reference,
    convert,
    key_of,
    stated_law,
)
from terminology import branches
from terminology.systems import SNOMED

UCUM = "http://unitsofmeasure.org"
OBSERVATION_STATUS = "http://hl7.org/fhir/observation-status"
STATUSES = (
    "registered",
    "preliminary",
    "final",
    "amended",
    "corrected",
    "cancelled",
    "entered-in-error",
    "unknown",
)
OWN_COLUMNS = ("status", "code_system", "code", "value_system", "value_code", "value_quantity", "value_unit")
OBSERVATION_SOURCE = Source(
    "Observation",
    FollowUp,
    {
        **ELEMENT,
        **{name: name for name in OWN_COLUMNS},
        "condition": link("condition", Condition),
        "intervention": link("intervention", Intervention),
        "contact": link("contact", Contact),
    },
)


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Observation of a row; what it is about stands in it only where the reader may see that too."""
    return clean(
        {
            "resourceType": "Observation",
            "id": str(row["id"]),
            "meta": meta(row),
            "extension": legal_basis(row),
            "identifier": identifiers(row),
            "basedOn": references("ServiceRequest", [row["intervention"]] if row["intervention"] else []),
            "status": row["status"],
            "code": concept(row["code_system"], row["code"]),
            "subject": reference("Patient", row["citizen_id"]),
            "focus": references("Condition", [row["condition"]] if row["condition"] else []),
            "encounter": reference("Encounter", row["contact"]),
            "effectiveDateTime": instant(row["occurred_at"]),
            "performer": [_performer(row)] if _performer(row) else [],
            "valueCodeableConcept": concept(row["value_system"], row["value_code"]),
            "valueQuantity": _quantity(row),
        }
    )


def _performer(row: Row) -> dict[str, str] | None:
    """Who observed: the citizen herself, or the professional who wrote."""
    if row["author_kind"] == "citizen":
        return reference("Patient", row["citizen_id"])
    return practitioner(row, "author_id")


def _quantity(row: Row) -> dict[str, Any] | None:
    """The measured value."""
    if row["value_quantity"] is None:
        return None
    unit = row["value_unit"]
    return clean({"value": number(row["value_quantity"]), "unit": unit, "system": UCUM if unit else "", "code": unit})


class ObservationBody(Body, kw_only=True):
    """Observation as we take it; `performer` is always who writes."""

    status: str
    code: CodeableConcept
    subject: Reference
    basedOn: list[Reference] = []  # noqa: N815
    focus: list[Reference] = []
    encounter: Reference | None = None
    effectiveDateTime: str = ""  # noqa: N815
    performer: list[Reference] = []
    valueCodeableConcept: CodeableConcept | None = None  # noqa: N815
    valueQuantity: Quantity | None = None  # noqa: N815


def parse(body: dict[str, Any]) -> services.FollowUpInput:
    """Read an Observation. Raises FhirError: 400 for its shape, 422 for codes, references and what has no value."""
    observation = convert(body, ObservationBody)
    code = code_of(observation.code.coding, "Observation.code", OBSERVED)
    return services.FollowUpInput(
        citizen_id=key_of(observation.subject, "Patient", "Observation.subject"),
        status=one_of(observation.status, STATUSES, "Observation.status"),
        coded=code,
        at=moment_of(observation.effectiveDateTime, "Observation.effectiveDateTime"),
        law=stated_law(observation),
        value=_value(observation, code),
        **_amount(observation.valueQuantity),
        **_about(observation),
        identifier=business_key(observation),
    )


# What an observation may be of, among the codes that we hold whole, and what may be said of it.
OBSERVED = frozenset(
    {
        *branches.CONDITIONS,
        branches.GENERAL_INFORMATION,
        branches.PERFORMANCE,
        branches.EXPERIENCED_LIMITATION,
        branches.MEASUREMENT,
        branches.OBSERVATION,
    }
)
SAID = frozenset({branches.SCALE, branches.PERFORMANCE, branches.EXPERIENCED_LIMITATION, branches.FOLLOW_UP_RESULT})


value_set("observation-code", "Det, der kan observeres", taken(*OBSERVED))
value_set("observation-value", "Det, der kan siges om en observation", taken(*SAID))
value_set("follow-up-result", "Resultatet af en opfølgning", taken(branches.FOLLOW_UP_RESULT, shaped=()))


def _value(observation: ObservationBody, code: Coded) -> Coded | None:
    """The coded value; a follow-up has one, of the results of follow-up. Raises FhirError (422)."""
    is_follow_up = (code.system, code.code) == (SNOMED, FOLLOW_UP_RESULT)
    if observation.valueCodeableConcept is None:
        if is_follow_up and observation.status not in ("registered", "cancelled", "entered-in-error"):
            raise broken(
                "follow-up-result",
                "En opfølgning har et resultat.",
                "A follow-up has a result.",
                expression="Observation.valueCodeableConcept",
            )
        return None
    allowed = frozenset({branches.FOLLOW_UP_RESULT}) if is_follow_up else SAID
    found = code_of(observation.valueCodeableConcept.coding, "Observation.valueCodeableConcept", allowed)
    if is_follow_up and found.branch != branches.FOLLOW_UP_RESULT:
        raise FhirError("unknown-code", found.code, expression="Observation.valueCodeableConcept")
    return found


def _amount(quantity: Quantity | None) -> dict[str, Any]:
    """The measured value. Raises FhirError (422) for a comparator: what is measured is a number."""
    if quantity is None or quantity.value is None:
        return {}
    if quantity.comparator or len(quantity.code or quantity.unit) > 40 or abs(quantity.value) >= 10**8:
        raise broken(
            "measurement-number",
            "En måling er et tal.",
            "A measurement is a number.",
            expression="Observation.valueQuantity",
        )
    return {"quantity": round(Decimal(str(quantity.value)), 4), "unit": quantity.code or quantity.unit}


def _about(observation: ObservationBody) -> dict[str, Any]:
    """What it is about, one of each kind: things of several kinds of law are observed one by one."""
    kinds = {"Condition": "condition", "ServiceRequest": "intervention", "Encounter": "contact"}
    named = [*observation.focus, *observation.basedOn, *([observation.encounter] if observation.encounter else [])]
    found = key_among(named, tuple(kinds), "Observation.focus")
    return {kinds[kind]: key for kind, key in found.items()}


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Create a follow-up from an Observation; returns its row."""
    return services.create_follow_up(by=by, source=OBSERVATION_SOURCE, given=parse(body))


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """Change a follow-up by an Observation; returns its row."""
    given = parse(body)
    return services.update_follow_up(by=by, source=OBSERVATION_SOURCE, key=key, given=given, if_match=if_match)


OBSERVATION = register(
    Resource(
        "Observation",
        OBSERVATION_SOURCE,
        to_fhir,
        (
            *whose("observation"),
            coded("code", "code", "What was observed"),
            SearchParameter("date", "date", ("occurred_at",), "When it was observed"),
            listed("status", "status", STATUSES, OBSERVATION_STATUS, "How final it is"),
            coded("value-concept", "value_code", "What was found"),
            pointing("focus", "condition", Condition, "Condition", "The condition it is about", "focus"),
            pointing(
                "based-on", "intervention", Intervention, "ServiceRequest", "The intervention it is about", "basedOn"
            ),
            pointing("encounter", "contact", Contact, "Encounter", "The contact it was made at", "encounter"),
            IDENTIFIER,
        ),
        WRITTEN,
        create=create,
        update=update,
        sorts={"date": "occurred_at", "code": "code", "status": "status"},
        description="Follow-ups of conditions and interventions.",
    )
)
