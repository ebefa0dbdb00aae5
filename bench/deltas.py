"""Deltas of the municipal gateway, as many as wanted: one bundle a line, of citizens who are nobody.

Each citizen has a nursing and a home-care condition with its goal, three planned interventions under two acts, one that
was carried out, two contacts and a follow-up: ten resources that point at each other, as real reports do. `edition`
tells the night: each later one changes two of them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from bench.plan import cpr_of

RESOURCES = 10
FIRST = datetime(2025, 3, 1, tzinfo=UTC)
MUNICIPALITIES = 98
_PROFILE = "http://fhir.kl.dk/gateway/StructureDefinition/klgateway-care"
_FSIII = "urn:oid:1.2.208.176.2.21"
_SOCIAL = "http://fhir.kl.dk/term/CodeSystem/CareSocialCodes"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_CLASS = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
Json = dict[str, Any]


def lines(citizens: int, edition: int = 0, *, first: int = 0) -> Iterator[bytes]:
    """Yield one bundle for each citizen."""
    for number in range(first, first + citizens):
        yield orjson.dumps(bundle(number, edition)) + b"\n"


def bundle(number: int, edition: int = 0) -> Json:
    """The delta of one citizen of one night."""
    cpr = cpr_of(number)[0]
    sor = f"9990{number % MUNICIPALITIES:04d}0016009"
    at = (FIRST + timedelta(days=edition)).isoformat().replace("+00:00", "Z")
    return {
        "resourceType": "Bundle",
        "id": f"delta-{number}-{edition}",
        "meta": {"profile": [f"{_PROFILE}-delivery-report"]},
        "type": "collection",
        "timestamp": at,
        "entry": [
            {"fullUrl": f"{one['resourceType']}/{one['id']}", "resource": one}
            for one in (_citizen(cpr, sor), *_resources(f"{number}-", edition))
        ],
    }


def _citizen(cpr: str, sor: str) -> Json:
    return {
        "resourceType": "Patient",
        "id": "citizen",
        "meta": {"profile": [f"{_PROFILE}-citizen"]},
        "identifier": [{"use": "official", "system": "urn:oid:1.2.208.176.1.2", "value": cpr}],
        "managingOrganization": {"identifier": {"system": "urn:oid:1.2.208.176.1.1", "value": sor}},
    }


def _one(kind: str, key: str, profile: str, **members: Any) -> Json:
    subject = {"subject": {"reference": "Patient/citizen"}}
    meta = {"meta": {"profile": [f"{_PROFILE}-{profile}"]}}
    return {"resourceType": kind, "id": key, **meta, **subject, **members}


def _code(code: str, system: str = _FSIII) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def _ref(kind: str, key: str) -> Json:
    return {"reference": f"{kind}/{key}"}


def _resources(prefix: str, edition: int) -> Iterator[Json]:
    """The ten resources; the level of the home-care condition and the state of the bath follow the edition."""
    nursing, social = f"{prefix}n", f"{prefix}h"
    active = {"clinicalStatus": _code("active", _CLINICAL), "recordedDate": "2025-02-20"}
    yield _one("Condition", nursing, "condition", code=_code("I2.1"), **active)
    yield _one("Condition", social, "condition", code=_code("J1.1"), severity=_code(f"B{1 + edition % 4}"), **active)
    yield _one(
        "Goal",
        f"{prefix}g",
        "goal",
        lifecycleStatus="planned",
        category=[_code("ca552020-6ed1-4cdc-b0d4-32697f1f27ad", _SOCIAL)],
        description=_code("e182c5dc-9f91-474a-92e8-f62be3d498f4"),
        target=[
            {
                "measure": _code("66959f77-6e2a-4574-8423-3ff097f8b9fa", _SOCIAL),
                "detailCodeableConcept": _code("B1"),
            }
        ],
        startDate="2025-02-20",
        addresses=[_ref("Condition", social)],
    )
    yield from _interventions(prefix, edition)
    for name, reasons in (("e", [nursing]), ("f", [social])):
        yield _one(
            "Encounter",
            f"{prefix}{name}",
            "general-encounter",
            status="planned",
            period={"start": "2025-03-09T08:00:00+01:00"},
            type=[_code("9f03dfbb-7a97-45a5-94db-d4c3501714a9", _SOCIAL)],
            reasonReference=[_ref("Condition", reason) for reason in reasons],
            **{"class": {"system": _CLASS, "code": "HH"}},
        )
    yield _one(
        "Observation",
        f"{prefix}o",
        "follow-up-observation",
        status="final",
        code=_code("712744002", "http://snomed.info/sct"),
        focus=[_ref("Condition", nursing)],
        effectiveDateTime="2025-03-09",
        valueCodeableConcept=_code("E1"),
    )


def _interventions(prefix: str, edition: int) -> Iterator[Json]:
    """Three planned interventions, the bath among them, and one that was carried out."""
    nursing, social = f"{prefix}n", f"{prefix}h"
    for name, code, reason in (("a", "G1.10", nursing), ("b", "G1.39", nursing), ("c", "H1.1", social)):
        status = ("active", "in-progress") if name != "b" or edition % 2 == 0 else ("completed", "completed")
        detail = {"code": _code(code), "status": status[1], "reasonReference": [_ref("Condition", reason)]}
        yield _one(
            "CarePlan",
            f"{prefix}{name}",
            "planned-intervention",
            intent="plan",
            status=status[0],
            period={"start": "2025-02-21"},
            activity=[{"detail": detail}],
        )
    yield _one(
        "Procedure",
        f"{prefix}p",
        "completed-intervention",
        status="completed",
        code=_code("G1.39"),
        performedDateTime="2025-02-22T10:15:00Z",
        reasonReference=[_ref("Condition", nursing)],
    )
