"""The CapabilityStatement, made from the registry and nothing else."""

from datetime import UTC, datetime
from typing import Any

from fhir.datatypes import BASE
from fhir.definitions import TYPES
from fhir.operations import of_type
from fhir.registry import Resource, SearchParameter, all_resources
from fhir.search import OF_EVERY_TYPE, forward_includes, reverse_includes

_BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
TOPIC = f"{_BACKPORT}/capabilitystatement-subscriptiontopic-canonical"
_STARTED = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def statement(base: str) -> dict[str, Any]:
    """Build the CapabilityStatement of this server."""
    resources = [*(_resource(entry, base) for entry in all_resources()), *map(_definitions, TYPES)]
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
                "resource": resources,
                "interaction": [{"code": "transaction"}, {"code": "batch"}],
            }
        ],
    }


def _security(base: str) -> dict[str, Any]:
    """How one gets in."""
    root = base.removesuffix("/fhir")
    return {
        "cors": True,
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
    is_written, is_versioned = "update" in entry.interactions, "vread" in entry.interactions
    is_searched = "search-type" in entry.interactions
    built: dict[str, Any] = {
        "type": entry.type,
        "documentation": entry.description or entry.type,
        "interaction": [{"code": code} for code in entry.interactions],
        "versioning": "versioned-update" if is_written else "versioned",
        "readHistory": is_versioned,
        "updateCreate": False,
        "conditionalCreate": entry.is_identified and "create" in entry.interactions,
        "conditionalRead": "full-support",
        "conditionalUpdate": entry.is_identified and is_written,
        "conditionalDelete": "not-supported",
        "searchInclude": [f"{holder.type}:{one.name}" for holder, one in forward_includes(entry)],
        "searchRevInclude": [f"{holder.type}:{one.name}" for holder, one in reverse_includes(entry)],
        "searchParam": [
            _parameter(entry, parameter) for parameter in (*OF_EVERY_TYPE, *entry.parameters) if is_searched
        ],
        "operation": [
            {"name": operation.name, "definition": f"{base}/OperationDefinition/{operation.name}"}
            for operation in of_type(entry.type)
        ],
    }
    if entry.topics:
        built["extension"] = [{"url": TOPIC, "valueCanonical": url} for url in entry.topics]
    if entry.profile:
        built["supportedProfile"] = [entry.profile]
    return {name: value for name, value in built.items() if value != []}


def _parameter(entry: Resource, parameter: SearchParameter) -> dict[str, Any]:
    """One search parameter; one of our own names what describes it."""
    named = {"definition": f"{BASE}/SearchParameter/{entry.type}-{parameter.name}"} if parameter.is_own else {}
    return {"name": parameter.name, **named, "type": parameter.kind, "documentation": parameter.description}


def _definitions(kind: str) -> dict[str, Any]:
    """What is offered of a type of definitions."""
    names = (("_id", "token", "The logical id"), ("url", "uri", "The address that it goes by"))
    return {
        "type": kind,
        "documentation": "Definitions of our own; open to everybody",
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": name, "type": type_, "documentation": text} for name, type_, text in names],
    }
