"""stamkort.Registration ↔ Consent: that the citizen has registered something, and never what it says.

A refusal of resuscitation is written here, by herself; all else in its own register.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, Q

from access.actors import Actor
from access.columns import ELEMENT
from access.sql import Param
from access.statements import Row, Source
from consents.fhir import SORTS
from consents.fhir.parts import SCOPE
from fhir.datatypes import CONFIDENTIALITY, clean, coding, instant, meta, period, reference
from fhir.definitions import code_system
from fhir.outcomes import FhirError, broken
from fhir.registry import WRITTEN, Resource, SearchParameter, add_face
from fhir.structs import Body, CodeableConcept, Reference, convert, key_of
from stamkort import services
from stamkort.models import Registration

CATEGORY = "http://terminology.hl7.org/CodeSystem/consentcategorycodes"
Kind = Registration.Kind
# FHIR's category of each register, none for organ donation; what it is called; and the paragraph it rests on.
KINDS = {
    Kind.TREATMENT_WILL: ("acd", "Behandlingstestamente", "Sundhedslovens § 26"),
    Kind.LIVING_WILL: ("acd", "Livstestamente", "Sundhedslovens § 26"),
    Kind.RESUSCITATION_REFUSAL: ("dnr", "Fravalg af genoplivning ved hjertestop", "Sundhedslovens §§ 25 a-25 b"),
    Kind.ORGAN_DONOR: ("", "Organdonorregistrering", "Sundhedslovens §§ 52-53"),
}
# Who registers an organ donor is not settled by the sources (law study 2.8); the others nobody makes but herself.
HERS_ALONE = frozenset({Kind.TREATMENT_WILL, Kind.LIVING_WILL, Kind.RESUSCITATION_REFUSAL})
REFUSED = "Genoplivning ved hjertestop"
KIND = code_system(
    "registration-kind", "Registrerede ønsker", {kind.value: name for kind, (_, name, _) in KINDS.items()}
)

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
    """Make the Consent that tells of a registration: that it is there, of which kind, since when.

    A refusal of resuscitation is told whole, since its kind is all that it says, with the instant from which it holds.
    """
    kind = Kind(row["kind"])
    category, name, paragraph = KINDS[kind]
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
            "performer": [reference("Patient", row["citizen_id"])] if kind in HERS_ALONE else [],
            "policyRule": {"text": paragraph},
            "provision": _refusal(row) if kind == Kind.RESUSCITATION_REFUSAL else None,
        }
    )


def _refusal(row: Row) -> dict[str, Any]:
    """What is refused, from when, and until when if it was taken back."""
    while_it_holds = period(row["effective_at"], row["revoked_at"])
    if row["revoked_at"] is not None and row["revoked_at"] <= row["effective_at"]:
        while_it_holds = None  # taken back before it held
    return clean({"type": "deny", "period": while_it_holds, "code": [{"text": REFUSED}]})


NOW = Param("moment", DateTimeField())
EVERY = {"pk__isnull": False}


def parameters(path: str = "") -> tuple[SearchParameter, ...]:
    """The parameters of a Consent that tells of a registration; `path` leads from the row to the registration."""
    revoked, effective = f"{path}revoked_at", f"{path}effective_at"
    is_revoked = Q(**{f"{revoked}__isnull": False, f"{revoked}__lte": NOW})
    has_effect = Q(**{f"{effective}__lte": NOW})
    return (
        SearchParameter(
            "patient", "reference", ("citizen_id",), "Whose registration", targets=("Patient",), element="patient"
        ),
        SearchParameter(
            "status",
            "token",
            (effective,),
            "Whether it is in force",
            codes={
                "active": ~is_revoked & has_effect,
                "draft": ~is_revoked & ~has_effect,
                "inactive": is_revoked,
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
        SearchParameter("date", "date", (f"{path}registered_at",), "When it was registered"),
    )


class RefusalBody(Body, kw_only=True):
    """A refusal of resuscitation as we take it: whose, and that it is one; the law says when it takes effect."""

    status: str
    scope: CodeableConcept
    category: list[CodeableConcept]
    patient: Reference
    dateTime: str = ""  # noqa: N815
    performer: list[Reference] = []
    policy: list[dict[str, Any]] = []
    policyRule: CodeableConcept | None = None  # noqa: N815
    provision: dict[str, Any] | None = None


def takes(body: Mapping[str, Any]) -> bool:
    """Whether a body is of a refusal of resuscitation: the scope of wills, and its category."""
    return _has(body.get("scope"), "adr") and any(_has(one, "dnr") for one in _listed(body.get("category")))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _has(concept: Any, code: str) -> bool:
    """Whether a concept has this code, whatever else stands there."""
    codings = _listed(concept.get("coding")) if isinstance(concept, dict) else []
    return any(isinstance(one, dict) and one.get("code") == code for one in codings)


def _citizen(refusal: RefusalBody) -> UUID:
    """Whose refusal it is; nobody else may be said to have made it, nor that it permits. Raises FhirError (422)."""
    if (refusal.provision or {}).get("type", "deny") != "deny":
        raise FhirError("unknown-code", "Consent.provision.type", expression="Consent.provision.type")
    citizen_id = key_of(refusal.patient, "Patient", "Consent.patient")
    for performer in refusal.performer:
        if key_of(performer, "Patient", "Consent.performer") != citizen_id:
            raise FhirError("refusal-is-personal", expression="Consent.performer")
    return citizen_id


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Refuse resuscitation by a Consent; returns its row."""
    refusal = convert(body, RefusalBody)
    if refusal.status not in ("active", "draft"):
        raise FhirError("unknown-code", refusal.status[:40], expression="Consent.status")
    return services.refuse_resuscitation(by=by, source=REGISTRATION_SOURCE, citizen_id=_citizen(refusal))


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """Take a refusal back by a Consent whose status is inactive. Raises FhirError (422) for any other change."""
    refusal = convert(body, RefusalBody)
    citizen_id = _citizen(refusal)
    if refusal.status != "inactive" or not Registration.objects.filter(pk=key, citizen_id=citizen_id).exists():
        raise broken(
            "refusal-withdrawn-only",
            "Et fravalg kan kun trækkes tilbage.",
            "A refusal can only be taken back.",
            expression="Consent.status",
        )
    return services.revoke_refusal(by=by, source=REGISTRATION_SOURCE, key=key, if_match=if_match)


REGISTRATION = add_face(
    Resource(
        "Consent",
        REGISTRATION_SOURCE,
        to_fhir,
        parameters(),
        WRITTEN,
        create=create,
        update=update,
        sorts=SORTS,
        takes=takes,
    )
)
