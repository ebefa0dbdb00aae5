"""The CapabilityStatement, made from the registry and nothing else."""

from datetime import UTC, datetime
from typing import Any

from fhir.registry import Resource, all_resources

OPERATIONS = {
    "Patient": ("overview", "access-matrix"),
}
_STARTED = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def statement(base: str) -> dict[str, Any]:
    """Build the CapabilityStatement of this server."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": _STARTED,
        "publisher": "Samlet Patientoverblik",
        "kind": "instance",
        "software": {"name": "Samlet Patientoverblik"},
        "implementation": {"description": "Samlet Patientoverblik", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": _security(base),
                "resource": [_resource(r, base) for r in all_resources()],
                "interaction": [{"code": "batch"}, {"code": "transaction"}],
            }
        ],
    }


def _security(base: str) -> dict[str, Any]:
    """How one gets in."""
    root = base.removesuffix("/fhir")
    return {
        "cors": False,
        "service": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/restful-security-service",
                        "code": code,
                    }
                ]
            }
            for code in ("OAuth", "SMART-on-FHIR")
        ],
        "extension": [
            {
                "url": "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris",
                "extension": [
                    {"url": name, "valueUri": f"{root}/oauth/{name}"} for name in ("authorize", "token", "revoke")
                ],
            }
        ],
    }


def _resource(entry: Resource, base: str) -> dict[str, Any]:
    """What is offered of one type."""
    built: dict[str, Any] = {
        "type": entry.type,
        "documentation": entry.description or entry.type,
        "interaction": [{"code": code} for code in entry.interactions],
        "versioning": "versioned-update" if "update" in entry.interactions else "versioned",
        "readHistory": "vread" in entry.interactions,
        "updateCreate": False,
        "conditionalCreate": entry.is_identified and "create" in entry.interactions,
        "conditionalUpdate": entry.is_identified and "update" in entry.interactions,
        "conditionalDelete": "not-supported",
        "searchParam": [
            {"name": "_id", "type": "token", "documentation": "The logical id"},
            {"name": "_lastUpdated", "type": "date", "documentation": "When the version was written"},
            *(
                {"name": parameter.name, "type": parameter.kind, "documentation": parameter.description}
                for parameter in entry.parameters
            ),
        ],
        "operation": [
            {"name": name, "definition": f"{base}/OperationDefinition/{name}"}
            for name in ("explain-access", *OPERATIONS.get(entry.type, ()), *entry.operations)
        ],
    }
    if entry.profile:
        built["supportedProfile"] = [entry.profile]
    return built
