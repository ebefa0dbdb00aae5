"""Treatment relation ↔ FHIR EpisodeOfCare, both ways.

A claimed relation is active until its follow-up is due, which an extension tells; who looks up on it is logged like
everybody else. A colleague confirms it by the extension for its status, with one for the evidence, and refutes it by
cancelling. The evidence itself is told by the Provenance of the relation.
"""

from typing import Any
from uuid import UUID

from access.actors import Actor
from access.columns import ELEMENT, Linked, rare_links
from access.shielding import Deed, practitioner
from access.statements import Row, Source
from careplans.fhir.act_parameters import keys_of
from careplans.fhir.reading import one, period_of
from careplans.models import CareTeam, Condition, RelationElement
from careplans.services import claims
from careplans.services import relations as services
from fhir.datatypes import (
    BASE,
    CARE_SOCIAL,
    clean,
    coding,
    instant,
    legal_basis,
    meta,
    period,
    reference,
    references,
)
from fhir.definitions import code_system
from fhir.identifiers import IDENTIFIER, business_key, identifiers
from fhir.outcomes import FhirError
from fhir.registry import WRITTEN, Resource, SearchParameter, register
from fhir.structs import Body, CodeableConcept, Part, Period, Reference, convert, key_of, stated_law
from organisations.models import TreatmentRelation

Basis = TreatmentRelation.Basis
STATUS_SYSTEM = "http://hl7.org/fhir/episode-of-care-status"
CONFIRMED = f"{BASE}/StructureDefinition/relation-status"
FOLLOW_UP = f"{BASE}/StructureDefinition/relation-follow-up-by"
RESULT = f"{BASE}/StructureDefinition/relation-follow-up-result"
SHOWN_BY = f"{BASE}/StructureDefinition/relation-evidence"
# What a writer asks for by a status.
ASKED = {
    "active": services.Status.CLAIMED,
    "finished": services.Status.ENDED,
    "cancelled": services.Status.REFUTED,
}
STATUSES = {"claimed": "active", "verified": "active", "refuted": "cancelled", "ended": "finished"}
TITLES = {
    Basis.ADMISSION.value: "Indlæggelse",
    Basis.OUTPATIENT.value: "Ambulant forløb",
    Basis.REFERRAL.value: "Henvisning",
    Basis.ASSIGNED_GP.value: "Egen læge",
    Basis.NURSING_GRANT.value: "Bevilget sygepleje",
    Basis.REHABILITATION_PLAN.value: "Genoptræningsplan",
    Basis.CARE_GRANT.value: "Bevilget hjælp",
    Basis.SELF_CLAIMED.value: "Egen erklæring",
}
BASIS_SYSTEM = code_system("relation-basis", "Hvad behandlingsrelationen bygger på", TITLES)
AREAS = {
    Basis.NURSING_GRANT.value: coding(CARE_SOCIAL, "490ab7be-ddb1-4a54-baf1-009fe6e8a83b", "Kommunal sygepleje"),
    Basis.CARE_GRANT.value: coding(CARE_SOCIAL, "ad865929-7363-4b2d-a271-01993181fbaf", "Kommunal pleje og omsorg"),
    Basis.REHABILITATION_PLAN.value: coding(
        CARE_SOCIAL, "7fc66c15-0cb3-4c89-9e18-f3a01e6a6592", "Kommunal genoptræning efter sygehusophold"
    ),
}
OWN_COLUMNS = ("professional_id", "basis", "status", "start", "end", "follow_up_by", "follow_up_result")

EPISODE_SOURCE = Source(
    "EpisodeOfCare",
    TreatmentRelation,
    {
        **ELEMENT,
        **{name: name for name in OWN_COLUMNS},
        "team": rare_links(RelationElement, "relation_id", "team", CareTeam, order="rank"),
        "condition": rare_links(RelationElement, "relation_id", "condition", Condition, order="rank"),
    },
    people={"professional_id": Deed("origin_id")},
)


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the EpisodeOfCare of a row, with those teams and diagnoses that the reader may see."""
    basis, status = row["basis"], row["status"]
    types = [coding(BASIS_SYSTEM, basis, TITLES[basis]), *([AREAS[basis]] if basis in AREAS else [])]
    follow_up = [{"url": FOLLOW_UP, "valueDateTime": instant(row["follow_up_by"])}] if row["follow_up_by"] else []
    follow_up += [{"url": RESULT, "valueCode": row["follow_up_result"]}] if row["follow_up_result"] else []
    return clean(
        {
            "resourceType": "EpisodeOfCare",
            "id": str(row["id"]),
            "meta": meta(row),
            "extension": [*legal_basis(row), {"url": CONFIRMED, "valueCode": status}, *follow_up],
            "identifier": identifiers(row),
            "status": STATUSES[status],
            "statusHistory": [{"status": "active", "period": period(row["start"], row["end"])}],
            "type": [{"coding": [item]} for item in types],
            "diagnosis": [{"condition": item} for item in references("Condition", row["condition"])],
            "patient": reference("Patient", row["citizen_id"]),
            "managingOrganization": reference("Organization", row["origin_id"]),
            "period": period(row["start"], row["end"]),
            "careManager": practitioner(row, "professional_id"),
            "team": references("CareTeam", row["team"]),
        }
    )


class Diagnosis(Part):
    """EpisodeOfCare.diagnosis as we take it: which condition; their order is their rank."""

    condition: Reference


class EpisodeBody(Body, kw_only=True):
    """EpisodeOfCare as we take it; the status history is ours to write."""

    status: str
    patient: Reference
    statusHistory: list[dict[str, Any]] = []  # noqa: N815
    type: list[CodeableConcept] = []
    diagnosis: list[Diagnosis] = []
    team: list[Reference] = []
    managingOrganization: Reference | None = None  # noqa: N815
    careManager: Reference | None = None  # noqa: N815
    period: Period | None = None


def parse(body: dict[str, Any]) -> services.RelationInput:
    """Read an EpisodeOfCare. Raises FhirError: 400 for its shape, 422 for codes and references."""
    given = convert(body, EpisodeBody)
    if given.status not in ASKED:
        raise FhirError("unknown-code", given.status[:40], expression="EpisodeOfCare.status")
    start, end = period_of(given.period, "EpisodeOfCare.period")
    unit, person = given.managingOrganization, given.careManager
    return services.RelationInput(
        citizen_id=key_of(given.patient, "Patient", "EpisodeOfCare.patient"),
        basis=_basis(given.type),
        status=_status(given),
        start=start,
        end=end,
        unit_id=key_of(unit, "Organization", "EpisodeOfCare.managingOrganization") if unit else None,
        professional_id=key_of(person, "Practitioner", "EpisodeOfCare.careManager") if person else None,
        law=stated_law(given),
        identifier=business_key(given),
        evidence=_stated(given, SHOWN_BY),
        elements={
            "team": keys_of(given.team, "CareTeam", "EpisodeOfCare.team"),
            "condition": keys_of(
                [item.condition for item in given.diagnosis], "Condition", "EpisodeOfCare.diagnosis.condition"
            ),
        },
    )


def _status(given: EpisodeBody) -> str:
    """What the relation is to be; an active one is a claim unless the extension says that it is confirmed."""
    is_confirmed = given.status == "active" and _stated(given, CONFIRMED) == services.Status.VERIFIED
    return str(services.Status.VERIFIED if is_confirmed else ASKED[given.status])


def _stated(given: EpisodeBody, url: str) -> str:
    """The text of an extension. Raises FhirError (400)."""
    found = next((item for item in given.extension if item.get("url") == url), {})
    text = next((value for name, value in found.items() if name.startswith("value")), "")
    if not isinstance(text, str) or len(text) > 200:
        raise FhirError("wrong-shape", url.rpartition("/")[2], expression="EpisodeOfCare.extension")
    return text


def _basis(types: list[CodeableConcept]) -> str:
    """The evidence that is named; none is the writer's own claim. Raises FhirError (422)."""
    named = [item.code for concept in types for item in concept.coding if item.system == BASIS_SYSTEM]
    found = one(named, "EpisodeOfCare.type")
    if found is not None and found not in Basis.values:
        raise FhirError("unknown-code", found[:40], expression="EpisodeOfCare.type")
    return found or Basis.SELF_CLAIMED


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Claim a relation by an EpisodeOfCare; returns its row."""
    return services.claim_relation(by=by, source=EPISODE_SOURCE, relation=parse(body))


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """End a relation, confirm or refute a colleague's claim, or change its teams and diagnoses; returns its row."""
    relation = parse(body)
    follow_ups = {services.Status.VERIFIED: claims.verify_claim, services.Status.REFUTED: claims.refute_claim}
    change = follow_ups.get(services.Status(relation.status), services.end_relation)
    return change(by=by, source=EPISODE_SOURCE, key=key, relation=relation, if_match=if_match)


def _status_codes() -> dict[str, dict[str, Any]]:
    """FHIR's statuses and those of ours that each stands for."""
    ours = {code: [name for name, told in STATUSES.items() if told == code] for code in STATUSES.values()}
    others = ("planned", "waitlist", "onhold", "entered-in-error")
    return {code: {"status__in": found} for code, found in (*ours.items(), *((code, [""]) for code in others))}


PARAMETERS = (
    IDENTIFIER,
    SearchParameter("patient", "reference", ("citizen_id",), "Who is treated", targets=("Patient",), element="patient"),
    SearchParameter(
        "status",
        "token",
        ("status",),
        "Whether it is in force",
        codes=_status_codes(),
        fixed_system=STATUS_SYSTEM,
    ),
    SearchParameter(
        "type",
        "token",
        ("basis",),
        "What shows the relation, or the municipal area",
        codes={
            name: {"basis": basis}
            for basis in Basis.values
            for item in (coding(BASIS_SYSTEM, basis), *([AREAS[basis]] if basis in AREAS else []))
            for name in (item["code"], f"{item['system']}|{item['code']}")
        },
    ),
    SearchParameter(
        "organization",
        "reference",
        ("origin_id",),
        "At which unit",
        targets=("Organization",),
        element="managingOrganization",
    ),
    SearchParameter(
        "care-manager",
        "reference",
        ("professional_id",),
        "The one whom it is narrowed to",
        targets=("Practitioner",),
        element="careManager",
    ),
    SearchParameter("date", "date", ("start", "end"), "When it is in force"),
    SearchParameter(
        "team",
        "reference",
        (),
        "A team at work in it",
        targets=("CareTeam",),
        where=Linked(RelationElement, "relation_id", "team", CareTeam),
        element="team",
        is_own=True,
    ),
    SearchParameter(
        "condition",
        "reference",
        (),
        "A condition that it is about",
        targets=("Condition",),
        where=Linked(RelationElement, "relation_id", "condition", Condition),
        element="diagnosis.condition",
    ),
)

EPISODE = register(
    Resource(
        "EpisodeOfCare",
        EPISODE_SOURCE,
        to_fhir,
        PARAMETERS,
        WRITTEN,
        create=create,
        update=update,
        sorts={"date": "start"},
        description="Treatment relations: at which unit a citizen is treated or cared for, and what shows it.",
    )
)
