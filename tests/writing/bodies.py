"""One body of each type that is written by professionals, as a client would send it, and who sends it."""

from collections.abc import Callable
from typing import Any

from tests import factories
from tests.cast import Cast

FSIII = "urn:oid:1.2.208.176.2.21"
CARE_SOCIAL = "http://fhir.kl.dk/term/CodeSystem/CareSocialCodes"
SKS = "urn:oid:1.2.208.176.2.4.12"
SNOMED = "http://snomed.info/sct"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
WOUND_CARE = "76878386-b3d2-4320-828a-a700e8a66234"
SYSTEM = "https://epj.example.dk/id"


def concept(system: str, code: str) -> dict[str, Any]:
    """A concept of one code."""
    return {"coding": [{"system": system, "code": code}]}


def herself(cast: Cast) -> dict[str, str]:
    """A reference to the citizen."""
    return {"reference": f"Patient/{cast.citizen.person.pk}"}


def goal(cast: Cast, **more: Any) -> dict[str, Any]:
    """An overall goal."""
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "category": [{"coding": [{"code": "overall"}]}],
        "description": {"text": "Bedre vejrtrækning"},
        "subject": herself(cast),
        **more,
    }


def appointment(cast: Cast, **more: Any) -> dict[str, Any]:
    """An appointment."""
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": "2026-03-05T09:00:00+01:00",
        "end": "2026-03-05T09:30:00+01:00",
        "participant": [{"actor": herself(cast), "status": "accepted"}],
        **more,
    }


def condition(cast: Cast, **more: Any) -> dict[str, Any]:
    """A diagnosis."""
    return {
        "resourceType": "Condition",
        "clinicalStatus": concept(CLINICAL, "active"),
        "code": concept(SKS, "DJ441"),
        "subject": herself(cast),
        **more,
    }


def care_plan(cast: Cast, **more: Any) -> dict[str, Any]:
    """A plan."""
    kind = "https://patientoverblik.dk/fhir/CodeSystem/plan-kind"
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "category": [concept(kind, "course-plan")],
        "title": "Plan for KOL",
        "subject": herself(cast),
        "period": {"start": "2026-03-01"},
        **more,
    }


def care_team(cast: Cast, **more: Any) -> dict[str, Any]:
    """A team."""
    return {
        "resourceType": "CareTeam",
        "name": "Lungeteamet",
        "subject": herself(cast),
        "participant": [{"member": {"reference": f"Practitioner/{cast.doctor.person.pk}"}}],
        **more,
    }


def service_request(cast: Cast, **more: Any) -> dict[str, Any]:
    """A planned intervention."""
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "plan",
        "code": concept(FSIII, WOUND_CARE),
        "subject": herself(cast),
        "occurrencePeriod": {"start": "2026-03-01"},
        **more,
    }


def procedure(cast: Cast, **more: Any) -> dict[str, Any]:
    """What was carried out."""
    return {
        "resourceType": "Procedure",
        "status": "completed",
        "code": concept(FSIII, WOUND_CARE),
        "subject": herself(cast),
        "performedDateTime": "2026-03-01T10:15:00+01:00",
        **more,
    }


def encounter(cast: Cast, **more: Any) -> dict[str, Any]:
    """A contact."""
    return {
        "resourceType": "Encounter",
        "status": "planned",
        "class": {"system": ACT_CODE, "code": "HH"},
        "type": [concept(CARE_SOCIAL, "9f03dfbb-7a97-45a5-94db-d4c3501714a9")],
        "subject": herself(cast),
        "period": {"start": "2026-03-05T09:00:00+01:00"},
        **more,
    }


def observation(cast: Cast, **more: Any) -> dict[str, Any]:
    """A follow-up."""
    about = factories.nursing_condition(citizen=cast.citizen.person, origin=cast.units.nursing)
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": concept(SNOMED, "712744002"),
        "subject": herself(cast),
        "focus": [{"reference": f"Condition/{about.pk}"}],
        "effectiveDateTime": "2026-03-05",
        "valueCodeableConcept": concept(FSIII, "E1"),
        **more,
    }


def document_reference(cast: Cast, **more: Any) -> dict[str, Any]:
    """A discharge summary."""
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": concept("http://loinc.org", "18842-5"),
        "subject": herself(cast),
        "content": [{"attachment": {"contentType": "text/plain", "data": "VWRza3JldmV0LCBpIGJlZHJpbmcu"}}],
        **more,
    }


def episode(cast: Cast, **more: Any) -> dict[str, Any]:
    """A claim of a treatment relation."""
    return {"resourceType": "EpisodeOfCare", "status": "active", "patient": herself(cast), **more}


def related_person(cast: Cast, **more: Any) -> dict[str, Any]:
    """A relative."""
    return {
        "resourceType": "RelatedPerson",
        "patient": herself(cast),
        "name": [{"given": ["Aksel", "Test"], "family": "Nabo"}],
        "relationship": [concept(ROLE, "NBOR")],
        "telecom": [{"system": "phone", "use": "mobile", "value": "20 00 00 12"}],
        **more,
    }


Body = Callable[..., dict[str, Any]]
# What is written: by whom, and a part that she changes by a patch of the resource.
WRITTEN: dict[str, tuple[str, Body, dict[str, Any]]] = {
    "Appointment": ("doctor", appointment, {"description": "Kontrol af KOL"}),
    "CarePlan": ("doctor", care_plan, {"title": "Fælles plan"}),
    "CareTeam": ("doctor", care_team, {"name": "Lungeholdet"}),
    "Condition": ("doctor", condition, {"onsetDateTime": "2026-01-02"}),
    "DocumentReference": ("doctor", document_reference, {"docStatus": "final"}),
    "Encounter": ("municipal_nurse", encounter, {"status": "finished"}),
    "EpisodeOfCare": ("doctor", episode, {"status": "finished"}),
    "Goal": ("doctor", goal, {"description": {"text": "Gå en tur"}}),
    "Observation": ("municipal_nurse", observation, {"status": "amended"}),
    "Procedure": ("municipal_nurse", procedure, {}),
    "RelatedPerson": ("doctor", related_person, {"active": False}),
    "ServiceRequest": ("municipal_nurse", service_request, {"status": "completed"}),
}


def key(value: str = "A-17", system: str = SYSTEM) -> list[dict[str, str]]:
    """A business identifier."""
    return [{"system": system, "value": value}]
