"""Condition ↔ FHIR Condition, both ways."""

from typing import Any
from uuid import UUID

from access.actors import Actor
from access.columns import ELEMENT, rare_link
from access.shielding import practitioner
from access.statements import Row, Source
from access.vocabulary import AuthorKind
from careplans.act_codes import taken
from careplans.fhir.act_parameters import pointing
from careplans.fhir.reading import code_in, date_of, one, one_coding
from careplans.models import Condition, Contact
from careplans.services import conditions as services
from fhir.datatypes import FSIII, clean, coding, concept, day, legal_basis, meta, reference
from fhir.definitions import value_set
from fhir.identifiers import IDENTIFIER, business_key, identifiers
from fhir.outcomes import FhirError
from fhir.registry import WRITTEN, Resource, SearchParameter, register
from fhir.structs import Body, CodeableConcept, Reference, convert, key_of, stated_law
from goals.fhir import SEVERITY
from terminology import lookup
from terminology.branches import CONDITIONS
from terminology.rows import CodeRow
from terminology.systems import ICPC2, SKS_DIAGNOSES, SNOMED

DK_CORE = "http://hl7.dk/fhir/core/StructureDefinition/dk-core-condition"
THO = "http://terminology.hl7.org/CodeSystem"
CLINICAL = f"{THO}/condition-clinical"
VERIFICATION = f"{THO}/condition-ver-status"
CATEGORY = f"{THO}/condition-category"
# The code slices of dk-core-condition that hold of any code; SNOMED's is bound to a value set that we do not hold.
SLICES = frozenset({FSIII, services.FFB, SKS_DIAGNOSES, ICPC2})
BY_STAFF = frozenset({AuthorKind.PROFESSIONAL.value, AuthorKind.SYSTEM.value, AuthorKind.REGISTER.value})
OWN_COLUMNS = (
    "clinical_status",
    "verification",
    "code_system",
    "code",
    "display",
    "use",
    "severity",
    "recorded_on",
    "onset_on",
    "abated_on",
)

CONDITION_SOURCE = Source(
    "Condition",
    Condition,
    {**ELEMENT, **{name: name for name in OWN_COLUMNS}, "contact": rare_link("contact", Contact)},
)


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Condition of a row; the Danish profile is claimed where its rules hold.

    The contact at which it was found stands in it only where the reader may see that too.
    """
    level = row["severity"]
    return clean(
        {
            "resourceType": "Condition",
            "id": str(row["id"]),
            "meta": meta(row, profile=DK_CORE if _is_danish_core(row) else ""),
            "extension": legal_basis(row),
            "identifier": identifiers(row),
            "clinicalStatus": concept(CLINICAL, row["clinical_status"]),
            "verificationStatus": concept(VERIFICATION, row["verification"]),
            "category": [{"coding": [coding(CATEGORY, row["use"])]}] if row["use"] else [],
            "severity": None if level is None else concept(FSIII, SEVERITY[level], str(level)),
            "code": concept(row["code_system"], row["code"], row["display"]),
            "subject": reference("Patient", row["citizen_id"]),
            "encounter": reference("Encounter", row["contact"]),
            "onsetDateTime": day(row["onset_on"]),
            "abatementDateTime": day(row["abated_on"]),
            "recordedDate": day(row["recorded_on"]),
            "recorder": practitioner(row, "author_id"),
        }
    )


def _is_danish_core(row: Row) -> bool:
    """Whether the rules of dk-core-condition hold: recorded by professionals, with a category and a code of a slice."""
    return row["code_system"] in SLICES and row["use"] in services.USES and row["author_kind"] in BY_STAFF


class ConditionBody(Body, kw_only=True):
    """Condition as we take it."""

    code: CodeableConcept
    subject: Reference
    encounter: Reference | None = None
    clinicalStatus: CodeableConcept | None = None  # noqa: N815
    verificationStatus: CodeableConcept | None = None  # noqa: N815
    category: list[CodeableConcept] = []
    severity: CodeableConcept | None = None
    onsetDateTime: str = ""  # noqa: N815
    abatementDateTime: str = ""  # noqa: N815
    recordedDate: str = ""  # noqa: N815
    recorder: Reference | None = None


def parse(body: dict[str, Any]) -> services.ConditionInput:
    """Read a Condition. Raises FhirError: 400 for its shape, 422 for codes, references and several of what is one."""
    given = convert(body, ConditionBody)
    coded = one_coding(given.code, "Condition.code")
    if coded is None:
        raise FhirError("unknown-code", "Condition.code", expression="Condition.code")
    display = coded.display or given.code.text
    if len(display) > 300:
        raise FhirError("wrong-shape", "Condition.code.display", expression="Condition.code")
    use = one(given.category, "Condition.category")
    return services.ConditionInput(
        citizen_id=key_of(given.subject, "Patient", "Condition.subject"),
        code_system=coded.system,
        code=coded.code,
        display=display,
        clinical_status=code_in(Condition.ClinicalStatus.values, given.clinicalStatus, "Condition.clinicalStatus"),
        verification=code_in(Condition.Verification.values, given.verificationStatus, "Condition.verificationStatus"),
        use=code_in(services.USES, use, "Condition.category") or "problem-list-item",
        severity=_severity(given.severity),
        recorded_on=date_of(given.recordedDate, "Condition.recordedDate"),
        onset_on=date_of(given.onsetDateTime, "Condition.onset"),
        abated_on=date_of(given.abatementDateTime, "Condition.abatement"),
        contact_id=key_of(given.encounter, "Encounter", "Condition.encounter") if given.encounter else None,
        law=stated_law(given),
        identifier=business_key(given),
    )


def _severity(given: CodeableConcept | None) -> int | None:
    """The level on the scale of FSIII. Raises FhirError (422)."""
    coded = one_coding(given, "Condition.severity")
    if coded is None:
        return None
    known = lookup.find(coded.system, coded.code)
    level = lookup.severity_level(known) if known else None
    if level is None:
        raise FhirError("unknown-code", coded.code[:40], expression="Condition.severity")
    return level


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Record a condition from a Condition; returns its row."""
    return services.create_condition(by=by, source=CONDITION_SOURCE, condition=parse(body))


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """Change a condition by a Condition; returns its row."""
    return services.update_condition(by=by, source=CONDITION_SOURCE, key=key, condition=parse(body), if_match=if_match)


def _codes(column: str, values: Any, system: str) -> dict[str, dict[str, str]]:
    """The codes of a column that holds FHIR's own."""
    return {name: {column: value} for value in values for name in (value, f"{system}|{value}")}


def _levels() -> dict[str, dict[str, str]]:
    """The scale of functions."""
    return {FSIII: {row.code: row.display_da for row in set(lookup.table().values()) if _is_level(row)}}


def _is_level(row: CodeRow) -> bool:
    """Whether it is a level of the scale."""
    return lookup.severity_level(row) is not None


value_set(
    "condition-code",
    "Tilstande og diagnoser",
    taken(
        *CONDITIONS,
        held=services.HELD_WHOLE,
        shaped=(SKS_DIAGNOSES, ICPC2, SNOMED, services.FFB),
        with_groups=False,
    ),
)
value_set("condition-severity", "Funktionsevneniveau", _levels)
PARAMETERS = (
    IDENTIFIER,
    SearchParameter(
        "patient", "reference", ("citizen_id",), "Whose condition", targets=("Patient",), element="subject"
    ),
    SearchParameter(
        "subject", "reference", ("citizen_id",), "Whose condition", targets=("Patient",), element="subject"
    ),
    SearchParameter(
        "category",
        "token",
        ("use",),
        "Problem list item or encounter diagnosis",
        codes=_codes("use", sorted(services.USES), CATEGORY),
    ),
    SearchParameter(
        "clinical-status",
        "token",
        ("clinical_status",),
        "Whether it is active or over",
        codes=_codes("clinical_status", Condition.ClinicalStatus.values, CLINICAL),
    ),
    SearchParameter(
        "verification-status",
        "token",
        ("verification",),
        "How sure it is",
        codes=_codes("verification", Condition.Verification.values, VERIFICATION),
    ),
    SearchParameter("code", "token", ("code",), "The code of the condition", systems="code_system"),
    SearchParameter("recorded-date", "date", ("recorded_on",), "When it was recorded"),
    SearchParameter("onset-date", "date", ("onset_on",), "When it began"),
    SearchParameter("abatement-date", "date", ("abated_on",), "When it was over"),
    pointing("encounter", "contact", Contact, "Encounter", "The contact at which it was found", "encounter"),
)

CONDITION = register(
    Resource(
        "Condition",
        CONDITION_SOURCE,
        to_fhir,
        PARAMETERS,
        WRITTEN,
        create=create,
        update=update,
        profile=DK_CORE,
        sorts={
            "recorded-date": "recorded_on",
            "onset-date": "onset_on",
            "clinical-status": "clinical_status",
            "code": "code",
        },
        description="Diagnoses (SKS, ICPC-2) and municipal conditions (FSIII), each under the act of its code.",
    )
)
