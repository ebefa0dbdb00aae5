"""Named operations: the overview, explanations, and the statement of what the server can do."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from rest_framework.request import Request

from access import decisions, faces, refusals, scopes, service
from access.access_matrix import access_matrix, hint
from access.actors import Actor, danish_day
from access.explanations import explain, facts_of
from access.policies import policy_of
from access.rest import FhirView, answer, as_key, check_query, represent, resource
from access.statements import Row
from access.vocabulary import CITIZEN_SIDE, Action
from fhir import capability
from fhir.datatypes import typed
from fhir.registry import Resource, all_resources, resource_of

OVERVIEW_LIMIT = 500


class MetadataView(FhirView):
    """The CapabilityStatement; open to everybody."""

    authentication_classes = ()

    def get(self, request: Request) -> HttpResponse:
        """Answer with what the registry declares."""
        return answer(capability.statement(f"{settings.PUBLIC_URL}/fhir"))


class OverviewView(FhirView):
    """All that the asker may see of one citizen, in one answer."""

    asks_as = ("Patient", "read")

    def get(self, request: Request, key: str) -> HttpResponse:
        """Answer with a collection of everything; refused alike for no relation and no such citizen."""
        check_query(request._request)
        base = f"{request.scheme}://{request.get_host()}/fhir"
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "collection"}
        listed = [
            {"fullUrl": f"{base}/{entry.type}/{row['id']}", "resource": represent(entry, row, self.actor)}
            for entry, row in overview_of(self.actor, as_key(key))
        ]
        if listed:
            bundle["entry"] = listed
        return answer(bundle)


def overview_of(actor: Actor, citizen_id: UUID) -> list[tuple[Resource, Row]]:
    """All rows of one citizen that the actor may see, each with its entry; where there are none the citizen is decided.

    Raises FhirError (403), alike for no relation and no such citizen. Statements as `service.overview`, one more then.
    """
    entries = [face for entry in all_resources() if entry.in_overview for face in entry.faces]
    sources = [(entry.source, policy_of(entry.source.model).target.citizen) for entry in entries]
    found = service.overview(sources, actor, citizen_id, OVERVIEW_LIMIT)
    if not any(found):
        patient = resource_of("Patient")
        decision = service.decide_for_citizen(patient.source, actor, citizen_id) if patient else None
        if decision is None:
            raise refusals.forbidden(refusals.no_relation(actor))
        if not decision.permitted:
            raise refusals.error_of(decision)
    return [(entry, row) for entry, rows in zip(entries, found, strict=True) for row in rows]


class ExplainView(FhirView):
    """Why one thing may or may not be seen."""

    def get(self, request: Request, kind: str, key: str) -> HttpResponse:
        """Answer with verdict, ground, reason and the nearest lawful way; logged like a look."""
        check_query(request._request)
        row_key = as_key(key)
        entry = faces.holder(resource(kind, "read"), row_key)
        if scopes.is_bound(self.actor, kind, "read"):
            scopes.demand(self.actor, kind, "read", service.citizen_of(entry.source, row_key))
        decision = decisions.decide(policy_of(entry.source.model), self.actor, Action.READ, row_key)
        citizen_id = None if decision is None else service.citizen_of(entry.source, row_key)
        permitted = decision is not None and decision.permitted
        rests_on = facts_of(policy_of(entry.source.model), self.actor, row_key, decision)
        service.log(
            self.actor,
            "explain",
            entry.type,
            citizen_id=citizen_id,
            outcome="permit" if permitted else "refuse",
            reason="" if permitted or decision is None else str(decision.reason),
            resource_ids=[row_key],
            rules=[rule.code for rule in decision.held] if decision else [],
            facts=[fact["id"] for fact in rests_on if isinstance(fact["id"], UUID)],
        )
        told = explain(decision, for_citizen=self.actor.acting_as in CITIZEN_SIDE, may_override=self.actor.may_override)
        told |= {"facts": rests_on, "regime": sorted(self.actor.regime or ()), "day": danish_day(self.actor.moment)}
        return answer({"resourceType": "Parameters", "parameter": as_parts(told)})


class MatrixView(FhirView):
    """What this asker may see of one citizen, kind by kind, whatever there is and whatever she has blocked."""

    asks_as = ("Patient", "read")

    def get(self, request: Request, key: str) -> HttpResponse:
        """Answer with verdict and ground for each category and act; to who may override, that there may be a block."""
        check_query(request._request)
        parts = []
        lines = access_matrix(self.actor, as_key(key))
        for line in lines:
            told = [{"name": "code", "valueCode": str(line.category)}, *as_parts(line.told)]
            if line.law is not None:
                told.insert(1, {"name": "law", "valueCode": str(line.law)})
            if line.told_of_own is not None:
                told.append({"name": "of-own-unit", "part": as_parts(line.told_of_own)})
            parts.append({"name": "category", "part": told})
        if (way := hint(self.actor, lines)) is not None:
            way_past = [{"name": "way", "valueCode": way["way"]}]
            way_past += [{"name": name, "valueString": way[name]} for name in ("da", "en")]
            parts.append({"name": "hint", "part": way_past})
        return answer({"resourceType": "Parameters", "parameter": parts})


def as_parts(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The parts of an explanation."""
    parts: list[dict[str, Any]] = [{"name": "verdict", "valueCode": told["verdict"]}]
    for rule in told.get("rules", ()):
        texts = [{"name": name, "valueString": rule[name]} for name in ("ground", "certainty", "da", "en")]
        texts += [_value(name.replace("_", "-"), rule[name]) for name in ("valid_from", "valid_to") if name in rule]
        parts.append({"name": "rule", "part": [{"name": "code", "valueCode": rule["rule"]}, *texts]})
    if "reason" in told:
        parts += [{"name": name, "valueCode": told[name]} for name in ("reason", "gate")]
        parts += [{"name": f"text-{code}", "valueString": told["text"][code]} for code in ("da", "en")]
        nearest = told["nearest"]
        way = [{"name": name, "valueCode": nearest[name]} for name in ("way", "rule") if name in nearest]
        way += [{"name": name, "valueString": nearest[name]} for name in ("ground", "da", "en") if name in nearest]
        way += [_value(name.replace("_", "-"), nearest[name]) for name in ("valid_from", "valid_to") if name in nearest]
        parts.append({"name": "nearest", "part": way})
    parts += [
        {"name": "fact", "part": [_value(name, value) for name, value in fact.items()]}
        for fact in told.get("facts", ())
    ]
    parts += [{"name": "regime", "valueCode": code} for code in told.get("regime", ())]
    if "day" in told:
        parts.append(_value("day", told["day"]))
    return parts


def _value(name: str, value: Any) -> dict[str, Any]:
    """One simple value as a part of Parameters."""
    return {"name": name, **typed(value)}
