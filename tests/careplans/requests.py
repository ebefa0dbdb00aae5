"""What the tests of acts share: bodies as a client would send them, and who asks."""

from typing import Any

from tests.cast import Cast

FSIII = "urn:oid:1.2.208.176.2.21"
CARE_SOCIAL = "http://fhir.kl.dk/term/CodeSystem/CareSocialCodes"
LAW = "http://ehealth.sundhed.dk/cs/jurisdiction"
LEGAL_BASIS = "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-legalBasis"
PARAGRAPH = "https://patientoverblik.dk/fhir/StructureDefinition/service-paragraph"
PERSONAL_CARE = {
    "nursing": "fdf43795-6499-4a5b-a1d9-d045975682b2",
    "group of SEL § 83": "23a80ae9-ab88-48ed-a689-36bdd3cc6e41",
    "elderly act": "8dc5f564-b8c6-4aa1-ba34-682d62d15f31",
}
READERS = (
    "citizen", "daughter", "doctor", "hospital_nurse", "gp", "municipal_nurse", "delegated_home_helper", "home_helper",
    "caseworker", "stranger", "blocked_doctor",
)  # fmt: skip
HEALTH = {"citizen", "daughter", "doctor", "hospital_nurse", "gp", "municipal_nurse", "delegated_home_helper"}


def request(cast: Cast, code: str, *, law: str = "", display: str = "", **more: Any) -> dict[str, Any]:
    """A ServiceRequest as a client would send it."""
    system = more.pop("system", FSIII)
    body: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "plan",
        "code": {"coding": [{"system": system, "code": code, **({"display": display} if display else {})}]},
        "subject": {"reference": f"Patient/{cast.citizen.person.pk}"},
        "occurrencePeriod": {"start": "2026-03-01"},
        **more,
    }
    if law:
        basis = {"url": LEGAL_BASIS, "valueCodeableConcept": {"coding": [{"system": LAW, "code": law}]}}
        body.setdefault("extension", []).append(basis)
    return body


def extension(resource: dict[str, Any], url: str) -> Any:
    """The value of an extension."""
    found = [item for item in resource.get("extension", []) if item["url"] == url]
    return next((value for item in found for name, value in item.items() if name != "url"), None)
