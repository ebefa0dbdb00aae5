"""Deliveries made by us, in the municipal gateway's and MedCom's formats, about nobody.

The CPR numbers fail modulus 11 and are of no 1 January, so they are nobody's.
"""

from typing import Any

import msgspec

ELSE = "1403353332"
OVE = "2206419990"
MUNICIPALITY = "999000016009"
HOSPITAL = "888000016007"
FSIII = "urn:oid:1.2.208.176.2.21"
CARE_SOCIAL = "http://fhir.kl.dk/term/CodeSystem/CareSocialCodes"
SKS = "urn:oid:1.2.208.176.2.4.12"
BASE = "http://fhir.kl.dk/gateway/StructureDefinition/"
CARE = "klgateway-care"

AELDRELOV_PERSONAL = "8dc5f564"
"""The first digits of the code of personal care under the act of the elderly."""

Json = dict[str, Any]


def concept(code: str, system: str = FSIII) -> Json:
    """A CodeableConcept with one coding."""
    return {"coding": [{"system": system, "code": code}]}


def _resource(kind: str, key: str, profile: str, **members: Any) -> Json:
    about = {} if kind in ("Patient", "Organization") else {"subject": {"reference": "Patient/citizen"}}
    return {"resourceType": kind, "id": key, "meta": {"profile": [BASE + profile]}, **about, **members}


def refs(kind: str, keys: tuple[str, ...] | list[str]) -> list[Json]:
    """References to several of a type."""
    return [{"reference": f"{kind}/{key}"} for key in keys]


def patient(cpr: str = ELSE, unit: str = MUNICIPALITY, **members: Any) -> Json:
    """The citizen of a report."""
    return _resource(
        "Patient",
        "citizen",
        f"{CARE}-citizen",
        identifier=[{"use": "official", "system": "urn:oid:1.2.208.176.1.2", "value": cpr}],
        managingOrganization={"identifier": {"system": "urn:oid:1.2.208.176.1.1", "value": unit}},
        **members,
    )


def condition(
    key: str, code: str = "I2.1", severity: str | None = None, status: str = "active", **members: Any
) -> Json:
    """A nursing condition, or with a severity a home-care condition."""
    clinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    return _resource(
        "Condition",
        key,
        f"{CARE}-condition",
        clinicalStatus=concept(status, clinical),
        code=concept(code),
        recordedDate=members.pop("recordedDate", "2025-03-02"),
        **({"severity": concept(severity)} if severity else {}),
        **members,
    )


def named_follow_up(key: str) -> list[Json]:
    """The old way to name a contact as the follow-up of a condition."""
    url = f"{BASE}{CARE}-follow-up-encounter-extension"
    return [{"url": url, "valueReference": {"reference": f"Encounter/{key}"}}]


def goal(key: str, condition_key: str, severity: str = "B1", **members: Any) -> Json:
    """An expected state of a home-care condition."""
    return _resource(
        "Goal",
        key,
        f"{CARE}-goal",
        lifecycleStatus=members.pop("lifecycleStatus", "planned"),
        category=[concept("ca552020-6ed1-4cdc-b0d4-32697f1f27ad", CARE_SOCIAL)],
        description=concept("e182c5dc-9f91-474a-92e8-f62be3d498f4"),
        target=[
            {
                "measure": concept("66959f77-6e2a-4574-8423-3ff097f8b9fa", CARE_SOCIAL),
                "detailCodeableConcept": concept(severity),
            }
        ],
        startDate=members.pop("startDate", "2025-03-02"),
        addresses=refs("Condition", [condition_key]),
        **members,
    )


def planned(
    key: str,
    code: str = "G1.10",
    start: str = "2025-03-02",
    end: str | None = None,
    status: str = "active",
    reasons: tuple[str, ...] = (),
    activity: str | None = None,
    **members: Any,
) -> Json:
    """A planned intervention."""
    told = {"active": "in-progress", "revoked": "cancelled"}.get(status, status)
    detail: Json = {"code": concept(code), "status": activity or told}
    if reasons:
        detail["reasonReference"] = refs("Condition", reasons)
    return _resource(
        "CarePlan",
        key,
        members.pop("profile", f"{CARE}-planned-intervention"),
        intent="plan",
        status=status,
        period={"start": start} | ({"end": end} if end else {}),
        activity=[{"detail": detail}],
        **members,
    )


def completed(key: str, code: str = "G1.39", reasons: tuple[str, ...] = (), **members: Any) -> Json:
    """An intervention carried out without a plan."""
    return _resource(
        "Procedure",
        key,
        f"{CARE}-completed-intervention",
        status="completed",
        code=concept(code),
        performedDateTime="2025-03-04T10:15:00Z",
        reasonReference=refs("Condition", reasons),
        **members,
    )


def contact(
    key: str, reasons: tuple[str, ...] = (), delivers: tuple[str, ...] = (), status: str = "planned", **members: Any
) -> Json:
    """A contact: a follow-up of conditions, or a delivery of interventions."""
    return _resource(
        "Encounter",
        key,
        f"{CARE}-general-encounter",
        status=status,
        period=members.pop("period", {"start": "2025-03-09T08:00:00+01:00"}),
        type=[concept("9f03dfbb-7a97-45a5-94db-d4c3501714a9", CARE_SOCIAL)],
        reasonReference=refs("Condition", reasons),
        extension=[
            {"url": f"{BASE}BasedOnInterventionExtension", "valueReference": {"reference": f"CarePlan/{name}"}}
            for name in delivers
        ],
        **{"class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HH"}},
        **members,
    )


def follow_up(key: str, *focus: str, value: str = "E1", **members: Any) -> Json:
    """The result of following up on things, named as type/id."""
    return _resource(
        "Observation",
        key,
        f"{CARE}-follow-up-observation",
        status=members.pop("status", "final"),
        code=members.pop("code", concept("712744002", "http://snomed.info/sct")),
        focus=[{"reference": name} for name in focus],
        effectiveDateTime="2025-03-09",
        **({"valueCodeableConcept": concept(value)} if value else {}),
        **members,
    )


def report(*resources: Json, at: str = "2025-03-10T02:00:00Z", who: Json | None = None, key: str = "") -> Json:
    """The delivery report of one citizen."""
    everything = [who if who is not None else patient(), *resources]
    return {
        "resourceType": "Bundle",
        "id": key or f"report-{at[:10]}",
        "meta": {"profile": [f"{BASE}{CARE}-delivery-report"]},
        "type": "collection",
        "timestamp": at,
        "entry": [
            {"fullUrl": f"https://eoj.test/{item['resourceType']}/{item['id']}", "resource": item}
            for item in everything
        ],
    }


def several(*reports: Json) -> Json:
    """A delivery of several reports."""
    return {
        "resourceType": "Bundle",
        "id": "several",
        "type": "collection",
        "timestamp": "2025-03-11T00:00:00Z",
        "entry": [{"fullUrl": f"https://eoj.test/Bundle/{item['id']}", "resource": item} for item in reports],
    }


def notification(
    activity: str,
    at: str,
    *,
    start: str = "2025-05-01T10:00:00+02:00",
    end: str | None = None,
    status: str = "in-progress",
    code: str = "IMP",
    episode: str = "stay-1",
    cpr: str = ELSE,
    unit: str = HOSPITAL,
    **who: Any,
) -> Json:
    """A hospital notification."""
    header = f"{activity}-{at[5:16]}".replace(":", "")
    period = {"start": start} | ({"end": end} if end else {})
    sor = {"system": "urn:oid:1.2.208.176.1.1", "value": unit}
    resources: list[Json] = [
        {
            "resourceType": "MessageHeader",
            "id": header,
            "eventCoding": {"system": "urn:test", "code": "hospital-notification-message"},
            "sender": {"reference": "Organization/ward"},
            "focus": [{"reference": "Encounter/stay"}],
        },
        {
            "resourceType": "Patient",
            "id": "citizen",
            "identifier": [{"system": "urn:oid:1.2.208.176.1.2", "value": cpr}],
            **who,
        },
        {
            "resourceType": "Encounter",
            "id": "stay",
            "status": status,
            "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": code},
            "subject": {"reference": "Patient/citizen"},
            "episodeOfCare": [{"identifier": {"system": "https://hospital.test", "value": episode}}],
            "period": period,
            "serviceProvider": {"reference": "Organization/ward"},
        },
        {"resourceType": "Organization", "id": "ward", "identifier": [sor], "name": "Testafdeling"},
        {
            "resourceType": "Provenance",
            "id": f"provenance-{header}",
            "target": [{"reference": f"MessageHeader/{header}"}],
            "occurredDateTime": at,
            "activity": {"coding": [{"code": activity}]},
        },
    ]
    return {
        "resourceType": "Bundle",
        "id": f"message-{header}",
        "type": "message",
        "timestamp": at,
        "entry": [
            {"fullUrl": f"https://hospital.test/{item['resourceType']}/{item['id']}", "resource": item}
            for item in resources
        ],
    }


def as_bytes(bundle: Json) -> bytes:
    """Write a bundle as it is sent."""
    return msgspec.json.encode(bundle)
