"""consents.Consent ↔ FHIR Consent: a citizen's consent that these data go to this recipient, for this purpose."""

from typing import Any

from django.db.models import Q

from access.actors import Actor
from access.shielding import Deed
from access.statements import Row, Source
from access.vocabulary import ActingAs, Category, Law, Purpose
from consents.fhir import parts
from consents.fhir.body import (
    ConsentBody,
    Provision,
    edges,
    extended,
    flag,
    named_actors,
    professional_key,
    rule_of,
    unit_key,
)
from consents.inputs import ConsentInput
from consents.models import Consent
from fhir.datatypes import ACT_CODE, JURISDICTION, clean, coding, instant, meta, reference
from fhir.outcomes import FhirError, broken
from fhir.structs import instant_of, key_of

Kind = Consent.Kind
PURPOSES = {
    Purpose.TREATMENT: coding(parts.ACT_REASON, "TREAT"),
    Purpose.CARE: coding(parts.PURPOSE, "care", "pleje og omsorg"),
    Purpose.CASE: coding(parts.PURPOSE, "case", "sagsbehandling"),
}
PURPOSE_OF = {(value["system"], value["code"]): purpose for purpose, value in PURPOSES.items()}
NATIONAL_POLICY_OF = {Law.HEALTH: "sundhedsloven", Law.SERVICE: "serviceloven", Law.ELDERLY: "aeldreloven"}
LABELS = {Law.HEALTH: "healthcare-act", Law.SERVICE: "service-act", Law.ELDERLY: "elderly-act"}
# What a label covers of the acts that elements stand under; the citizen's own words are told to the health side.
COVERED = {
    "healthcare-act": (Law.HEALTH, Law.PSYCHIATRY, Law.CITIZEN),
    "service-act": (Law.SERVICE,),
    "elderly-act": (Law.ELDERLY,),
}

CONSENT_SOURCE = Source(
    "Consent",
    Consent,
    {
        **{
            name: name
            for name in (
                "id",
                "citizen_id",
                "given_by_id",
                "form",
                "journal_reference",
                "kind",
                "families",
                "laws",
                "source_sub_units",
                "recipient_sub_units",
                "recipient_acting_as",
                "purpose",
                "start",
                "end",
                "withdrawn_at",
                "version",
                "updated_at",
            )
        },
        **parts.unit_columns("source", "source_unit"),
        "decided_at": "created_at",
        **parts.unit_columns("unit", "recipient_unit"),
        **parts.professional_columns("professional", "recipient_professional"),
        **parts.professional_columns("received", "received_by"),
    },
    people={"professional_id": Deed(named_by_citizen=True), "received_id": Deed()},
)


# The acts that a kind of consent is about when it does not say; every other kind is of the health act.
BY_KIND = {Kind.FVL28: (Law.SERVICE, Law.ELDERLY), Kind.CITIZEN_SHARE: ()}


def acts(row: Row) -> list[Law]:
    """The acts whose data a consent is about."""
    return [law for law in LABELS if law in row["laws"]] or list(BY_KIND.get(row["kind"], (Law.HEALTH,)))


def labelled(law: Law) -> Q:
    """Consents that are about data of this act, by what they say or else by their kind."""
    kinds = [kind.value for kind in Kind if law in BY_KIND.get(kind, (Law.HEALTH,))]
    stated = Q(laws__overlap=[named.value for named in LABELS])
    return Q(laws__contains=[law.value]) | (~stated & Q(kind__in=kinds))


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Consent of a consent."""
    received = parts.professional(row, "received") or None
    source = parts.unit(row, "source") if row["source_id"] else None
    reference_to_record = {"type": "DocumentReference", "identifier": {"value": row["journal_reference"]}}
    return clean(
        {
            "resourceType": "Consent",
            "id": str(row["id"]),
            "meta": meta(row),
            "extension": [
                *parts.extension(parts.FORM, "Code", row["form"]),
                *parts.extension(parts.RECEIVED_BY, "Reference", received),
                *(parts.extension(parts.SOURCE_SUB_UNITS, "Boolean", row["source_sub_units"]) if source else []),
            ],
            "status": parts.status(row, actor.moment),
            "scope": parts.scope(),
            "category": [{"coding": [coding(ACT_CODE, parts.DISCLOSURE)]}],
            "patient": reference("Patient", row["citizen_id"]),
            "dateTime": instant(row["decided_at"]),
            "performer": parts.performer(row),
            "organization": [source] if source else [],
            "sourceReference": reference_to_record if row["journal_reference"] else None,
            "policy": [
                {"uri": f"{parts.POLICY}/{row['kind']}"},
                *({"uri": f"{parts.NATIONAL_POLICY}/{NATIONAL_POLICY_OF[law]}"} for law in acts(row)),
            ],
            "provision": _provision(row),
        }
    )


def _provision(row: Row) -> dict[str, Any]:
    """The rule: to whom, for what, which data, and until when."""
    recipients = []
    if row["unit_id"]:
        sub_units = parts.extension(parts.WITH_SUB_UNITS, "Boolean", row["recipient_sub_units"])
        capacity = parts.extension(parts.ACTING_AS, "Code", row["recipient_acting_as"])
        recipients.append(parts.actor(parts.unit(row, "unit"), *sub_units, *capacity))
    if row["professional_id"]:
        capacity = parts.extension(parts.ACTING_AS, "Code", row["recipient_acting_as"])
        recipients.append(parts.actor(parts.professional(row, "professional"), *capacity))
    return clean(
        {
            "type": "permit",
            "period": parts.span(row["start"], row["end"]),
            "actor": recipients,
            "securityLabel": [coding(JURISDICTION, LABELS[law]) for law in acts(row)],
            "purpose": [PURPOSES.get(row["purpose"]) or coding(parts.PURPOSE, row["purpose"])],
            "class": [
                coding(parts.DATA_CATEGORY, family, str(Category(family).label)) for family in sorted(row["families"])
            ],
        }
    )


def parse(consent: ConsentBody) -> ConsentInput:
    """Read a consent. Raises FhirError: 400 for its shape, 422 for codes and references."""
    rule = rule_of(consent)
    if rule.type != "permit" or rule.data or rule.dataPeriod:
        raise broken(
            "consent-permits",
            "Et samtykke tillader; en spærring har kategorien IDSCL.",
            "A consent permits; a block has the category IDSCL.",
            expression="Consent.provision.type",
        )
    kind = _kind(consent)
    unit, professional = named_actors(rule)
    start, end = edges(rule.period, "Consent.provision.period")
    capacities = [extended(actor.extension, parts.ACTING_AS) for actor in rule.actor]
    return ConsentInput(
        citizen_id=key_of(consent.patient, "Patient", "Consent.patient"),
        kind=kind,
        purpose=_purpose(rule),
        form=_form(consent),
        journal_reference=_journal(consent),
        given_at=instant_of(consent.dateTime, "Consent.dateTime"),
        start=start,
        end=end,
        families=_families(rule),
        laws=_laws(rule, kind),
        source_unit=_source(consent),
        source_sub_units=flag(consent.extension, parts.SOURCE_SUB_UNITS, default=True),
        recipient_unit=unit_key(unit.reference, "Consent.provision.actor") if unit else None,
        recipient_sub_units=flag(unit.extension, parts.WITH_SUB_UNITS, default=False) if unit else False,
        recipient_professional=(
            professional_key(professional.reference, "Consent.provision.actor") if professional else None
        ),
        recipient_acting_as=_capacity(capacities),
    )


def _kind(consent: ConsentBody) -> Consent.Kind:
    """The legal kind: by our own policy, else the one that an act of the national policies asks for."""
    uris = [policy.uri for policy in consent.policy]
    own = [uri.removeprefix(f"{parts.POLICY}/") for uri in uris if uri.startswith(f"{parts.POLICY}/")]
    national = {uri.removeprefix(f"{parts.NATIONAL_POLICY}/") for uri in uris}
    if own:
        known = next((kind for kind in own if kind in Kind.values), None)
    elif "sundhedsloven" in national:
        known = Kind.SUL43
    else:
        known = Kind.FVL28 if national & {"serviceloven", "aeldreloven"} else None
    if known is None:
        raise FhirError("unknown-code", "Consent.policy", expression="Consent.policy")
    return Kind(known)


def _purpose(rule: Provision) -> Purpose | None:
    """The one purpose."""
    if not rule.purpose:
        return None
    found = [PURPOSE_OF.get((item.system, item.code)) for item in rule.purpose]
    if len(found) != 1 or found[0] is None:
        raise FhirError("unknown-code", "Consent.provision.purpose", expression="Consent.provision.purpose")
    return found[0]


def _form(consent: ConsentBody) -> Consent.Form | None:
    """How it was given; None when the body does not say."""
    form = extended(consent.extension, parts.FORM)
    if form is None:
        return None
    if form not in Consent.Form.values:
        raise FhirError("unknown-code", parts.FORM.rpartition("/")[2], expression="Consent.extension")
    return Consent.Form(form)


def _journal(consent: ConsentBody) -> str:
    """Where in the record it is noted."""
    source = consent.sourceReference
    return source.identifier.value if source is not None and source.identifier is not None else ""


def _source(consent: ConsentBody) -> Any:
    """The unit whose data it is about, if not all."""
    if len(consent.organization) > 1:
        raise broken(
            "consent-one-origin",
            "Skriv ét samtykke for hver afsender.",
            "Write one consent for each origin.",
            expression="Consent.organization",
        )
    return unit_key(consent.organization[0], "Consent.organization") if consent.organization else None


def _families(rule: Provision) -> tuple[Category, ...]:
    """The families of data it names."""
    found = []
    for item in rule.classes:
        if item.system != parts.DATA_CATEGORY or item.code not in Category.values:
            raise FhirError("unknown-code", item.code[:40], expression="Consent.provision.class")
        found.append(Category(item.code))
    return tuple(sorted(set(found)))


def _laws(rule: Provision, kind: Consent.Kind) -> tuple[Law, ...]:
    """The acts it is narrowed to, by its labels; empty when they are all those of its kind."""
    labels = [item.code for item in rule.securityLabel if item.system == JURISDICTION]
    if any(label not in COVERED for label in labels):
        raise FhirError("unknown-code", "Consent.provision.securityLabel", expression="Consent.provision.securityLabel")
    if kind in (Kind.SUL41, Kind.SUL42A3, Kind.SUL43) and set(labels) <= {"healthcare-act"}:
        return ()
    if kind == Kind.FVL28 and {"service-act", "elderly-act"} == set(labels):
        return ()
    return tuple(sorted({law for label in labels for law in COVERED[label]}))


def _capacity(found: list[Any]) -> str:
    """The capacity in which the recipient must act, if one is asked for."""
    stated = {capacity for capacity in found if capacity is not None}
    if not stated:
        return ""
    if len(stated) > 1 or not stated <= set(ActingAs.values):
        raise FhirError("unknown-code", "acting-as", expression="Consent.provision.actor.extension")
    return str(stated.pop())
