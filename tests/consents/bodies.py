"""Consents as clients send them: of a consent, a block and a private marking, about one of the cast."""

from datetime import timedelta
from typing import Any

from access.actors import danish_day
from tests.cast import Cast

BASE = "https://patientoverblik.dk/fhir"
SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
JURISDICTION = "http://ehealth.sundhed.dk/cs/jurisdiction"
SOR = "urn:oid:1.2.208.176.1.1"
AUTHORISATION = "https://autregweb.sst.dk"
DATA_CATEGORY = f"{BASE}/CodeSystem/data-category"
FORM = f"{BASE}/StructureDefinition/consent-form"
WITH_SUB_UNITS = f"{BASE}/StructureDefinition/with-sub-units"
ACTING_AS = f"{BASE}/StructureDefinition/acting-as"
EVERYTHING = f"{BASE}/StructureDefinition/block-everything"


def day(cast: Cast, days: int) -> str:
    """A day in Denmark, so many days from now."""
    return (danish_day(cast.moment) + timedelta(days=days)).isoformat()


def unit(key: Any) -> dict[str, Any]:
    """A reference to a unit."""
    return {"reference": f"Organization/{key}"}


def sor(number: str) -> dict[str, Any]:
    """A reference to a unit by its SOR id."""
    return {"identifier": {"system": SOR, "value": number}}


def actor(who: dict[str, Any], **extensions: Any) -> dict[str, Any]:
    """A recipient."""
    built: dict[str, Any] = {"role": {"coding": [{"system": PARTICIPATION, "code": "IRCP"}]}, "reference": who}
    return {**built, **extensions}


def sub_units(value: bool) -> list[dict[str, Any]]:
    """The extension that says whether units below are meant."""
    return [{"url": WITH_SUB_UNITS, "valueBoolean": value}]


def _consent(cast: Cast, code: str, policy: str, provision: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    body = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": SCOPE, "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": ACT_CODE, "code": code}]}],
        "patient": {"reference": f"Patient/{cast.citizen.person.pk}"},
        "policy": [{"uri": policy}],
        "provision": provision,
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def permit(cast: Cast, given: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """Home care's data under the service act may go to the ward, for treatment, for a year less two days."""
    rule = {
        "type": "permit",
        "period": {"start": day(cast, 0), "end": day(cast, 362)},
        "purpose": [{"system": ACT_REASON, "code": "TREAT"}],
        "securityLabel": [{"system": JURISDICTION, "code": "service-act"}],
        "actor": [actor(sor(str(cast.units.ward.sor)))],
        **(given or {}),
    }
    changes = {"organization": [sor(str(cast.units.home_care.sor))], **changes}
    rule = {name: value for name, value in rule.items() if value is not None}
    return _consent(cast, "INFA", "http://ehealth.sundhed.dk/policy/dk/serviceloven", rule, changes)


def deny(cast: Cast, given: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """The ward is stopped from what home nursing wrote in a period, unless it overrides."""
    rule = {
        "type": "deny",
        "period": {"start": day(cast, 0), "end": day(cast, 700)},
        "dataPeriod": {"start": "2020-01-01", "end": "2023-12-31"},
        "actor": [actor(sor(str(cast.units.ward.sor)))],
        "data": [{"meaning": "authoredby", "reference": sor(str(cast.units.nursing.sor))}],
        "provision": [{"type": "permit", "purpose": [{"system": ACT_REASON, "code": "BTG"}]}],
        **(given or {}),
    }
    rule = {name: value for name, value in rule.items() if value is not None}
    return _consent(cast, "IDSCL", f"{BASE}/policy/minspaerring", rule, changes)


def marking(cast: Cast, item: str, **changes: Any) -> dict[str, Any]:
    """One item is private."""
    rule = {"type": "deny", "data": [{"meaning": "instance", "reference": {"reference": item}}]}
    return _consent(cast, "IDSCL", f"{BASE}/policy/privatmarkering", rule, changes)


def noted(cast: Cast, form: str, kind: str, provision: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A consent that a member of staff notes, with its place in the record."""
    given = {
        "extension": [{"url": FORM, "valueCode": form}],
        "sourceReference": {"type": "DocumentReference", "identifier": {"value": "Journal 2026-11-20, notat 4"}},
        "policy": [{"uri": f"{BASE}/policy/{kind}"}],
        "organization": None,
    }
    rule = {"securityLabel": None, **(provision or {})}
    return permit(cast, rule, **{**given, **changes})
