"""consents.Block ↔ FHIR Consent: blocks, private markings of one item, and positive registrations."""

from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, OuterRef, Q, Value, When

from access import marks
from access.actors import Actor
from access.conditions import exists
from access.shielding import Deed
from access.statements import Row, Source
from consents.fhir import parts
from consents.fhir.body import (
    ConsentBody,
    Provision,
    ProvisionData,
    edges,
    flag,
    named_actors,
    professional_key,
    rule_of,
    unit_key,
)
from consents.inputs import BlockInput
from consents.models import Block
from fhir.datatypes import ACT_CODE, clean, coding, instant, meta, parse_reference, reference
from fhir.outcomes import FhirError, broken
from fhir.registry import all_resources
from fhir.structs import key_of

# What can be marked private; the stamkort cannot be (law study 3.5).
MARKABLE = (
    "Appointment",
    "CarePlan",
    "CareTeam",
    "Condition",
    "DocumentReference",
    "Encounter",
    "Goal",
    "Observation",
    "Procedure",
    "ServiceRequest",
)
BLOCKING, MARKING = f"{parts.POLICY}/minspaerring", f"{parts.POLICY}/privatmarkering"

BLOCK_SOURCE = Source(
    "Consent",
    Block,
    {
        **{
            name: name
            for name in (
                "id",
                "citizen_id",
                "given_by_id",
                "effect",
                "is_everyone",
                "unit_sub_units",
                "is_everything",
                "period_start",
                "period_end",
                "origin_sub_units",
                "item_id",
                "item_type",
                "channel",
                "start",
                "end",
                "withdrawn_at",
                "version",
                "updated_at",
            )
        },
        "decided_at": "created_at",
        **parts.unit_columns("unit", "unit"),
        **parts.unit_columns("origin", "origin"),
        **parts.professional_columns("professional", "professional"),
    },
    people={"professional_id": Deed(named_by_citizen=True)},
)


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Consent of a block."""
    return clean(
        {
            "resourceType": "Consent",
            "id": str(row["id"]),
            "meta": meta(row),
            "extension": parts.extension(parts.CHANNEL, "Code", row["channel"]),
            "status": parts.status(row, actor.moment),
            "scope": parts.scope(),
            "category": [{"coding": [coding(ACT_CODE, parts.BLOCK)]}],
            "patient": reference("Patient", row["citizen_id"]),
            "dateTime": instant(row["decided_at"]),
            "performer": parts.performer(row),
            "policy": [{"uri": MARKING if row["item_id"] else BLOCKING}],
            "provision": _provision(row),
        }
    )


def _provision(row: Row) -> dict[str, Any]:
    """The rule: who is stopped from what, and that a block gives way to an override."""
    total = row["is_everyone"] and row["is_everything"]
    stopped = []
    if row["unit_id"]:
        sub_units = parts.extension(parts.WITH_SUB_UNITS, "Boolean", row["unit_sub_units"])
        stopped.append(parts.actor(parts.unit(row, "unit"), *sub_units))
    if row["professional_id"]:
        stopped.append(parts.actor(parts.professional(row, "professional")))
    gives_way = row["effect"] == Block.Effect.DENY and not row["item_id"]
    return clean(
        {
            "extension": parts.extension(parts.EVERYTHING, "Boolean", total or None),
            "type": row["effect"],
            "period": parts.span(row["start"], row["end"]),
            "actor": stopped,
            "dataPeriod": parts.span(row["period_start"], row["period_end"]),
            "data": _data(row),
            "provision": ([{"type": "permit", "purpose": [coding(parts.ACT_REASON, "BTG")]}] if gives_way else []),
        }
    )


def _data(row: Row) -> list[dict[str, Any]]:
    """The data by origin, or the one item."""
    if row["origin_id"]:
        sub_units = parts.extension(parts.WITH_SUB_UNITS, "Boolean", row["origin_sub_units"])
        return [{"extension": sub_units, "meaning": "authoredby", "reference": parts.unit(row, "origin")}]
    if row["item_id"]:
        item = reference(resource_type(row["item_type"]), row["item_id"])
        return [{"meaning": "instance", "reference": item}]
    return []


def resource_type(item_type: str) -> str:
    """The resource type of a marked item: as stored, or the type that shows rows of the model of that name."""
    for entry in all_resources():
        if entry.type == item_type:
            return item_type
    names = {entry.source.model.__name__: entry.type for entry in all_resources()}
    return names.get(item_type, item_type)


def parse(consent: ConsentBody) -> BlockInput:
    """Read a block. Raises FhirError: 400 for its shape, 422 for codes and references."""
    rule = rule_of(consent)
    if rule.type not in Block.Effect.values or rule.purpose or rule.classes or rule.securityLabel:
        raise broken(
            "block-narrowed",
            "En spærring gælder uanset formål, lov og slags; den nævner hvem, afsender, periode eller én oplysning.",
            "A block is of any purpose, act and kind; it names who, origin, period or one item.",
            expression="Consent.provision",
        )
    unit, professional = named_actors(rule)
    origin, item = _what(rule)
    start, end = edges(rule.period, "Consent.provision.period")
    period_start, period_end = edges(rule.dataPeriod, "Consent.provision.dataPeriod")
    names_data = bool(rule.data or rule.dataPeriod)
    total = flag(rule.extension, parts.EVERYTHING, default=False)
    return BlockInput(
        citizen_id=key_of(consent.patient, "Patient", "Consent.patient"),
        effect=Block.Effect(rule.type),
        is_everyone=not rule.actor and (names_data or total),
        unit=unit_key(unit.reference, "Consent.provision.actor") if unit else None,
        unit_sub_units=flag(unit.extension, parts.WITH_SUB_UNITS, default=True) if unit else True,
        professional=professional_key(professional.reference, "Consent.provision.actor") if professional else None,
        is_everything=not names_data and (bool(rule.actor) or total),
        period_start=period_start,
        period_end=period_end,
        origin=unit_key(origin.reference, "Consent.provision.data") if origin else None,
        origin_sub_units=flag(origin.extension, parts.WITH_SUB_UNITS, default=True) if origin else True,
        item=item,
        start=start,
        end=end,
    )


def _what(rule: Provision) -> tuple[ProvisionData | None, tuple[str, UUID] | None]:
    """The origin, or the one item, that a rule names. Raises FhirError (422)."""
    if not rule.data:
        return None, None
    if len(rule.data) > 1:
        raise broken(
            "block-one-origin",
            "Skriv én spærring for hver afsender eller oplysning.",
            "Write one block for each origin or item.",
            expression="Consent.provision.data",
        )
    data = rule.data[0]
    if data.meaning == "authoredby":
        return data, None
    if data.meaning != "instance":
        raise FhirError("unknown-code", data.meaning[:40], expression="Consent.provision.data.meaning")
    try:
        return None, parse_reference(data.reference.reference, MARKABLE)
    except ValueError as error:
        raise FhirError("dangling-reference", "data", expression="Consent.provision.data") from error


def _is_marked(actor: Actor) -> Case:
    """Whether an element of the outer query is marked private by the citizen, as of the actor's instant."""
    now = actor.moment
    marked = exists(
        Block,
        Q(end__isnull=True) | Q(end__gt=now),
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=now),
        citizen_id=OuterRef("citizen_id"),
        item_id=OuterRef("pk"),
        effect=Block.Effect.DENY,
        is_everyone=True,
        start__lte=now,
    )
    return Case(When(marked, then=Value(True)), default=Value(False), output_field=BooleanField())


marks.plug_in(MARKABLE, _is_marked)
