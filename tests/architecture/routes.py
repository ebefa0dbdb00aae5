"""Every address of the service, and who may and who may not: the table that a new address has to be written into.

The thing asked for is a goal of the citizen of the cast, written by the doctor under the health act. `nobody` is
someone without a token. Those who may get an answer of success; those who may not get 401, 403 or 404, and nothing of
hers. A home helper who creates a goal creates one of her own law.
"""

from dataclasses import dataclass
from typing import Any

TREATING = ("doctor", "hospital_nurse", "gp", "municipal_nurse", "delegated_home_helper", "clerk", "student")
HERS = ("citizen", "daughter")
REFUSED = ("stranger", "home_helper", "caseworker", "blocked_doctor", "social_psychiatry_worker", "nobody")
EVERYBODY = ("doctor", "citizen", "stranger", "home_helper", "caseworker", "blocked_doctor")


@dataclass(frozen=True)
class Case:
    """One way to ask at an address. `{goal}`, `{citizen}` stand for their ids in the path and the body."""

    path: str
    may: tuple[str, ...]
    may_not: tuple[str, ...]
    method: str = "GET"
    body: Any = None
    form: dict[str, str] | None = None
    # A search answers 200 to who may see some of the citizen and not this: then it must be empty.
    or_empty: bool = False


@dataclass(frozen=True)
class Elsewhere:
    """An address that is no FHIR resource, or those who may when they are none of the cast: proved by tests there."""

    proved_by: str


GOAL = {
    "resourceType": "Goal",
    "lifecycleStatus": "active",
    "category": [{"coding": [{"code": "overall"}]}],
    "description": {"text": "Bedre vejrtrækning"},
    "subject": {"reference": "Patient/{citizen}"},
}
OVERRIDE = {
    "resourceType": "Parameters",
    "parameter": [
        {"name": "reason-code", "valueCode": "unreachable_or_incapacitated"},
        {"name": "reason", "valueString": "Bevidstløs ved ankomst"},
    ],
}
DELIVERY = {"resourceType": "Bundle", "type": "collection", "timestamp": "2026-11-20T08:00:00Z", "entry": []}
ROUTES: dict[str, list[Case | Elsewhere]] = {
    "legal-settings": [Elsewhere("tests/law/test_page.py")],
    "oauth-token": [Elsewhere("tests/http/test_tokens.py")],
    "oauth-revoke": [Elsewhere("tests/http/test_ways_in.py")],
    "home": [Elsewhere("tests/portal/test_shell.py")],
    "calendar": [Elsewhere("tests/appointments/test_feeds.py")],
    "desk": [Elsewhere("tests/desk/test_desk.py")],
    "desk-open": [Elsewhere("tests/desk/test_desk.py")],
    "oauth-launch": [Elsewhere("tests/http/test_launch.py")],
    "oauth-authorize": [Elsewhere("tests/http/test_launch.py")],
    **{
        name: [Elsewhere("tests/http/test_ways_in.py")]
        for name in (
            "oauth-keys",
            "smart-configuration",
            "fhir-smart-configuration",
            "openid-configuration",
            "fhir-openid-configuration",
        )
    },
    "fhir-base": [Elsewhere("tests/writing/test_bundles.py")],
    "fhir-base-slash": [Elsewhere("tests/writing/test_bundles.py")],
    "fhir-metadata": [Case("metadata", (*EVERYBODY, "nobody"), ())],
    "fhir-openapi": [Case("openapi.json", (*EVERYBODY, "nobody"), ())],
    **{
        name: [Case(path, (*EVERYBODY, "nobody"), ())]
        for kind, known in (
            ("CodeSystem", "error"),
            ("OperationDefinition", "everything"),
            ("SearchParameter", "Goal-addresses"),
            ("StructureDefinition", "with-sub-units"),
            ("ValueSet", "goal-kind"),
        )
        for name, path in ((f"fhir-{kind}", kind), (f"fhir-{kind}-read", f"{kind}/{known}"))
    },
    "fhir-overview": [
        Case("Patient/{citizen}/$overview", (*TREATING, *HERS), ("stranger", "blocked_doctor", "nobody"), or_empty=True)
    ],
    "fhir-everything": [
        Case("Patient/{citizen}/$everything", (*TREATING, *HERS), ("stranger", "nobody"), or_empty=True),
    ],
    "fhir-patient-type": [Case("Patient/{citizen}/Goal", (*TREATING, *HERS), REFUSED, or_empty=True)],
    "fhir-patient-search": [
        Case("Patient/{citizen}/Goal/_search", (*TREATING, *HERS), REFUSED, "POST", form={"_count": "9"}, or_empty=True)
    ],
    "fhir-type-history": [Case("Goal/_history?patient=Patient/{citizen}", (*TREATING, *HERS), REFUSED, or_empty=True)],
    "fhir-access-matrix": [Case("Patient/{citizen}/$access-matrix", EVERYBODY, ("nobody",))],
    "fhir-dry-run": [
        Case("Consent/$dry-run", (), ("nobody",), "POST", body=OVERRIDE),
        Elsewhere("tests/consents/test_preview.py"),
    ],
    "fhir-override": [
        Case(
            "Patient/{citizen}/$override",
            ("doctor", "hospital_nurse", "blocked_doctor"),
            ("stranger", "home_helper", "caseworker", "clerk", "citizen", "daughter", "nobody"),
            "POST",
            body=OVERRIDE,
        )
    ],
    "fhir-deliver": [
        Case("Bundle/$deliver", (), ("doctor", "caseworker", "citizen", "nobody"), "POST", body=DELIVERY),
        Elsewhere("tests/exchange/test_deliver_view.py"),
    ],
    "fhir-subscription": [Elsewhere("tests/exchange/test_subscriptions.py")],
    "fhir-subscription-status": [Elsewhere("tests/exchange/test_subscriptions.py")],
    "fhir-subscription-events": [Elsewhere("tests/exchange/test_subscriptions.py")],
    "fhir-search": [
        Case(
            "Goal/_search",
            (*TREATING, *HERS),
            REFUSED,
            "POST",
            form={"patient": "Patient/{citizen}"},
            or_empty=True,
        )
    ],
    "fhir-explain": [Case("Goal/{goal}/$explain-access", EVERYBODY, ("nobody",))],
    "fhir-history": [Case("Goal/{goal}/_history", (*TREATING, *HERS), REFUSED)],
    "fhir-vread": [Case("Goal/{goal}/_history/1", (*TREATING, *HERS), REFUSED)],
    "fhir-instance": [
        Case("Goal/{goal}", (*TREATING, *HERS), REFUSED),
        Case("Goal/{goal}", ("doctor", "hospital_nurse"), (*REFUSED, *HERS, "gp", "clerk"), "PUT", body=GOAL),
    ],
    "fhir-type": [
        Case("Goal?patient=Patient/{citizen}", (*TREATING, *HERS), REFUSED, or_empty=True),
        Case("Goal", ("doctor", "gp", "home_helper"), ("stranger", "clerk", "student", "nobody"), "POST", body=GOAL),
    ],
}
