"""Consent as we take it: the strict structure, and what consents and blocks have in common in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import field

from consents.fhir import parts
from fhir.datatypes import AUTHORISATION, SOR
from fhir.outcomes import FhirError, broken
from fhir.search_values import date_range
from fhir.structs import Body, CodeableConcept, Coding, Part, Period, Reference, convert, key_of
from organisations.models import Organisation, Professional

ACTIVE, INACTIVE = "active", "inactive"


class ProvisionActor(Part):
    """Who is meant."""

    role: CodeableConcept
    reference: Reference
    extension: list[dict[str, Any]] = []


class ProvisionData(Part):
    """Which data are meant."""

    meaning: str
    reference: Reference
    extension: list[dict[str, Any]] = []


class Provision(Part):
    """A rule of a Consent."""

    type: str = ""
    period: Period | None = None
    actor: list[ProvisionActor] = []
    securityLabel: list[Coding] = []  # noqa: N815
    purpose: list[Coding] = []
    classes: list[Coding] = field(name="class", default_factory=list)
    dataPeriod: Period | None = None  # noqa: N815
    data: list[ProvisionData] = []
    provision: list["Provision"] = []
    extension: list[dict[str, Any]] = []


class Policy(Part):
    """The policy that a Consent is made under."""

    uri: str = ""
    authority: str = ""


class ConsentBody(Body, kw_only=True):
    """Consent as we take it."""

    status: str
    scope: CodeableConcept
    category: list[CodeableConcept]
    patient: Reference
    dateTime: str = ""  # noqa: N815
    performer: list[Reference] = []
    organization: list[Reference] = []
    sourceReference: Reference | None = None  # noqa: N815
    policy: list[Policy] = []
    policyRule: CodeableConcept | None = None  # noqa: N815
    provision: Provision | None = None


def read(body: dict[str, Any]) -> ConsentBody:
    """Read a Consent. Raises FhirError: 400 for its shape, 422 for a scope, status or performer that is not ours."""
    consent = convert(body, ConsentBody)
    scopes = {coding.code for coding in consent.scope.coding}
    if "adr" in scopes:
        raise broken(
            "decision-register",
            "Testamenter og registreringer skrives i deres registre.",
            "Wills and registrations are written in their registers.",
            expression="Consent.scope",
        )
    if parts.PRIVACY not in scopes:
        raise FhirError("unknown-code", "Consent.scope", expression="Consent.scope")
    if consent.status not in (ACTIVE, INACTIVE):
        raise FhirError("unknown-code", consent.status[:40], expression="Consent.status")
    if consent.provision is None:
        raise broken(
            "decision-provision",
            "Et samtykke eller en spærring skal sige, hvad der er tilladt eller spærret.",
            "A consent or block must say what is permitted or blocked.",
            expression="Consent.provision",
        )
    return consent


def check_performer(consent: ConsentBody, *, is_by_another: bool) -> None:
    """The performer is the citizen, or a RelatedPerson where somebody decides for her. Raises FhirError (422).

    Who that is the access token tells, and nobody else is noted.
    """
    patient = key_of(consent.patient, "Patient", "Consent.patient")
    for performer in consent.performer:
        kind = performer.reference.split("/")[-2] if "/" in performer.reference else performer.type
        is_hers = kind == "Patient" and key_of(performer, "Patient", "Consent.performer") == patient
        if not is_hers and not (is_by_another and kind == "RelatedPerson"):
            raise broken(
                "decision-performer",
                "Samtykket er borgerens eget; den, der beslutter for hende, fremgår af adgangsbeviset.",
                "The consent is the citizen's own; who decides for her is told by the access token.",
                expression="Consent.performer",
            )


def rule_of(consent: ConsentBody) -> Provision:
    """The one rule of a Consent that was read; rules within it may only say that a block gives way to an override."""
    assert consent.provision is not None  # noqa: S101  `read` has seen to it
    for inner in consent.provision.provision:
        if inner.type != "permit" or [purpose.code for purpose in inner.purpose] != ["BTG"]:
            raise broken(
                "decision-exceptions",
                "Undtagelser inde i en regel kan ikke skrives; skriv dem som egne samtykker.",
                "Exceptions inside a rule cannot be written; write them as consents of their own.",
                expression="Consent.provision.provision",
            )
    return consent.provision


def is_block(consent: ConsentBody) -> bool:
    """Whether it is a block, a private marking or a positive registration. Raises FhirError (422)."""
    codes = {coding.code for category in consent.category for coding in category.coding}
    if parts.BLOCK in codes:
        return True
    if parts.DISCLOSURE not in codes:
        raise FhirError("unknown-code", "Consent.category", expression="Consent.category")
    return False


def edges(period: Period | None, expression: str) -> tuple[datetime | None, datetime | None]:
    """The first instant of a period and the first after it; a day is of Danish time. Raises FhirError (400)."""
    if period is None:
        return None, None
    return _edge(period.start, expression), _edge(period.end, expression, is_end=True)


def _edge(text: str, expression: str, *, is_end: bool = False) -> datetime | None:
    if not text:
        return None
    try:
        if not text[0].isdigit():
            raise ValueError(text)
        _prefix, first, after = date_range(text)
    except (ValueError, OverflowError) as error:
        raise FhirError("wrong-shape", expression, expression=expression) from error
    return after if is_end and "T" not in text else first


def extended(extensions: list[dict[str, Any]], url: str) -> Any:
    """The value of an extension, or None."""
    found = next((extension for extension in extensions if extension.get("url") == url), {})
    return next((value for name, value in found.items() if name.startswith("value")), None)


def flag(extensions: list[dict[str, Any]], url: str, *, default: bool) -> bool:
    """The yes or no of an extension. Raises FhirError (400)."""
    value = extended(extensions, url)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise FhirError("wrong-shape", url.rpartition("/")[2], expression="extension")
    return value


def unit_key(item: Reference, expression: str) -> UUID:
    """The unit that a reference names, literally or by SOR id. Raises FhirError (422). At most one statement."""
    if item.reference or item.identifier is None:
        return key_of(item, "Organization", expression)
    found = None
    if item.identifier.system == SOR and item.identifier.value:
        found = Organisation.objects.filter(sor=item.identifier.value).values_list("pk", flat=True).first()
    if found is None:
        raise FhirError("dangling-reference", "Organization", expression=expression)
    return found


def professional_key(item: Reference, expression: str) -> UUID:
    """The professional that a reference names, literally or by authorisation id. Raises FhirError (422)."""
    if item.reference or item.identifier is None:
        return key_of(item, "Practitioner", expression)
    found = None
    if item.identifier.system == AUTHORISATION and item.identifier.value:
        known = Professional.objects.filter(authorisation_id=item.identifier.value)
        found = known.values_list("pk", flat=True).first()
    if found is None:
        raise FhirError("dangling-reference", "Practitioner", expression=expression)
    return found


def named_actors(rule: Provision) -> tuple[ProvisionActor | None, ProvisionActor | None]:
    """The unit and the professional that a rule names. Raises FhirError (422) for more than one of each, or others."""
    units: list[ProvisionActor] = []
    professionals: list[ProvisionActor] = []
    for actor in rule.actor:
        identifier = actor.reference.identifier
        by_number = identifier is not None and identifier.system == AUTHORISATION
        is_person = actor.reference.reference.startswith("Practitioner/") or (
            by_number and not actor.reference.reference
        )
        (professionals if is_person else units).append(actor)
    if len(units) > 1 or len(professionals) > 1:
        raise broken(
            "decision-one-recipient",
            "Skriv ét samtykke eller én spærring for hver modtager.",
            "Write one consent or block for each recipient.",
            expression="Consent.provision.actor",
        )
    return (units or [None])[0], (professionals or [None])[0]  # type: ignore[list-item]
