"""Version of a shared thing → FHIR Provenance: who wrote it, for which unit, under which act, from what evidence."""

from typing import Any

from django.db.models import IntegerField, Value
from django.db.models.fields.json import KeyTextTransform

from access.actors import Actor
from access.shielding import Deed, practitioner
from access.statements import Row, Source
from access.vocabulary import CITIZEN_SIDE, HEALTH_SIDE, ActingAs
from audit.models import Version
from fhir.datatypes import BASE, clean, coding, instant, masked_staff, reference

THO = "http://terminology.hl7.org/CodeSystem"
POLICY = "http://ehealth.sundhed.dk/policy/dk"
EVIDENCE = f"{BASE}/id/relation-evidence"
ACTS = {
    "health-act": "sundhedsloven",
    "service-act": "serviceloven",
    "elderly-act": "aeldreloven",
    "psychiatry-act": "psykiatriloven",
}
# What may be a target: every type of which versions are kept.
TARGETS = (
    "Patient",
    "RelatedPerson",
    "CareTeam",
    "EpisodeOfCare",
    "Condition",
    "CarePlan",
    "Goal",
    "ServiceRequest",
    "Procedure",
    "Encounter",
    "Observation",
    "DocumentReference",
    "Appointment",
    "Consent",
)

_SAME = (
    "id citizen_id category recorded_under resource_type resource_id change acting_as professional_id unit_id "
    "actor_citizen_id client_id"
)

VERSION_SOURCE = Source(
    "Provenance",
    Version,
    {
        **{name: name for name in _SAME.split()},
        "updated_at": "recorded_at",
        "of_version": "version",
        "version": lambda _actor: Value(1, output_field=IntegerField()),
        "evidence": lambda _actor: KeyTextTransform("evidence", "row"),
    },
    is_long=True,
    people={"professional_id": Deed("unit_id")},
)


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Provenance of a row. The words of the version itself are not in it."""
    act = ACTS.get(row["recorded_under"])
    return clean(
        {
            "resourceType": "Provenance",
            "id": str(row["id"]),
            "meta": clean({"versionId": "1", "lastUpdated": instant(row["updated_at"]), "security": masked_staff(row)}),
            "target": [reference(row["resource_type"], row["resource_id"])],
            "recorded": instant(row["updated_at"]),
            "policy": [f"{POLICY}/{act}"] if act else [],
            "reason": _reason(row),
            "activity": {"coding": [coding(f"{THO}/v3-DataOperation", row["change"].upper())]},
            "agent": [_agent(row)],
            "entity": _entities(row),
        }
    )


def _reason(row: Row) -> list[dict[str, Any]]:
    """For what: treatment for the health side, the citizen's own wish for hers; of others it is not recorded."""
    code = "TREAT" if row["acting_as"] in HEALTH_SIDE else "PATRQT" if row["acting_as"] in CITIZEN_SIDE else ""
    return [{"coding": [coding(f"{THO}/v3-ActReason", code)]}] if code else []


def _agent(row: Row) -> dict[str, Any]:
    """Who wrote, and for which unit."""
    who: dict[str, Any]
    if named := practitioner(row, "professional_id"):
        who = named
    elif row["actor_citizen_id"] is not None and row["actor_citizen_id"] == row["citizen_id"]:
        who = reference("Patient", row["citizen_id"]) or {}
    elif row["client_id"] and row["actor_citizen_id"] is None:
        who = {"identifier": {"system": "urn:ietf:rfc:6749#client_id", "value": row["client_id"]}}
    else:
        known = row["acting_as"] in ActingAs
        who = {"display": str(ActingAs(row["acting_as"]).label) if known else row["acting_as"]}
    role = "author" if row["acting_as"] != ActingAs.SYSTEM else "transmitter"
    built: dict[str, Any] = {"type": {"coding": [coding(f"{THO}/provenance-participant-type", role)]}, "who": who}
    if row["unit_id"] is not None:
        built["onBehalfOf"] = reference("Organization", row["unit_id"])
    return built


def _entities(row: Row) -> list[dict[str, Any]]:
    """What it came from: the version before, and the evidence of a treatment relation."""
    found: list[dict[str, Any]] = []
    if row["of_version"] > 1:
        before = f"{row['resource_type']}/{row['resource_id']}/_history/{row['of_version'] - 1}"
        found.append({"role": "revision", "what": {"reference": before}})
    if row["evidence"]:
        evidence = {"identifier": {"system": EVIDENCE, "value": row["evidence"]}}
        found.append({"role": "source", "what": {**evidence, "display": "Visitation, henvisning eller tilmelding"}})
    return found
