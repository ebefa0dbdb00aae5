"""stamkort.Registration → Consent: that the citizen has registered something, and never what it says."""

from typing import Any

from django.db.models import DateTimeField, Q

from access.actors import Actor
from access.columns import ELEMENT
from access.sql import Param
from access.statements import Row, Source
from consents.fhir import SORTS
from consents.fhir.parts import SCOPE
from fhir.datatypes import BASE, CONFIDENTIALITY, clean, coding, instant, meta, reference
from fhir.registry import VERSIONED, Resource, SearchParameter, add_face
from stamkort.models import Registration

CATEGORY = "http://terminology.hl7.org/CodeSystem/consentcategorycodes"
KIND = f"{BASE}/CodeSystem/registration-kind"
Kind = Registration.Kind
# FHIR's category of each register, none for organ donation; what it is called; and the paragraph it rests on.
KINDS = {
    Kind.TREATMENT_WILL: ("acd", "Behandlingstestamente", "Sundhedsloven § 26"),
    Kind.LIVING_WILL: ("acd", "Livstestamente", "Sundhedsloven § 26"),
    Kind.RESUSCITATION_REFUSAL: ("dnr", "Fravalg af genoplivning ved hjertestop", "Sundhedsloven §§ 25 a-25 b"),
    Kind.ORGAN_DONOR: ("", "Organdonorregistrering", "Sundhedsloven §§ 52-53"),
}

REGISTRATION_SOURCE = Source(
    "Consent",
    Registration,
    {
        **ELEMENT,
        "kind": "kind",
        "decided_at": "registered_at",
        "effective_at": "effective_at",
        "revoked_at": "revoked_at",
    },
)


def status(row: Row, actor: Actor) -> str:
    """Inactive once revoked; a draft, not to be acted on, until it takes effect."""
    if row["revoked_at"] is not None and row["revoked_at"] <= actor.moment:
        return "inactive"
    return "active" if row["effective_at"] <= actor.moment else "draft"


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Consent that tells of a registration: that it is there, of which kind, since when."""
    category, name, paragraph = KINDS[Kind(row["kind"])]
    codings = [*([coding(CATEGORY, category)] if category else []), coding(KIND, row["kind"], name)]
    labelled = meta(row)
    labelled["security"] = [coding(CONFIDENTIALITY, "R"), *labelled["security"][1:]]
    return clean(
        {
            "resourceType": "Consent",
            "id": str(row["id"]),
            "meta": labelled,
            "status": status(row, actor),
            "scope": {"coding": [coding(SCOPE, "adr")]},
            "category": [{"coding": codings, "text": name}],
            "patient": reference("Patient", row["citizen_id"]),
            "dateTime": instant(row["decided_at"]),
            "policyRule": {"text": paragraph},
        }
    )


NOW = Param("moment", DateTimeField())
REVOKED = Q(revoked_at__isnull=False) & Q(revoked_at__lte=NOW)
EVERY = {"pk__isnull": False}
REGISTRATION = add_face(
    Resource(
        "Consent",
        REGISTRATION_SOURCE,
        to_fhir,
        (
            SearchParameter("patient", "reference", ("citizen_id",), "Whose registration", targets=("Patient",)),
            SearchParameter(
                "status",
                "token",
                ("effective_at",),
                "Whether it is in force",
                codes={
                    "active": ~REVOKED & Q(effective_at__lte=NOW),
                    "draft": ~REVOKED & Q(effective_at__gt=NOW),
                    "inactive": REVOKED,
                },
                fixed_system="http://hl7.org/fhir/consent-state-codes",
            ),
            SearchParameter("scope", "token", ("id",), "Will", codes={"adr": EVERY}, fixed_system=SCOPE),
            SearchParameter(
                "category",
                "token",
                ("kind",),
                "Which registration",
                codes={
                    "acd": {"kind__in": [Kind.TREATMENT_WILL.value, Kind.LIVING_WILL.value]},
                    "dnr": {"kind": Kind.RESUSCITATION_REFUSAL.value},
                    Kind.ORGAN_DONOR.value: {"kind": Kind.ORGAN_DONOR.value},
                },
                fixed_system=CATEGORY,
            ),
            SearchParameter("date", "date", ("registered_at",), "When it was registered"),
        ),
        VERSIONED,
        sorts=SORTS,
    )
)
