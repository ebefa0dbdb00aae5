"""Every write of contacts and follow-ups; they have no law of their own, but that of what they are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from access.actors import Actor
from access.authoring import act_of, change_element, create_element, missing, same, seen
from access.elements import Element
from access.statements import Row, Source
from access.vocabulary import SOCIAL_LAWS, Category, Law
from careplans.act_codes import Coded
from careplans.models import Condition, Contact, FollowUp, Intervention
from careplans.services.act_rules import category_of, in_order, keep_act, keep_error, write_reasons
from fhir.identifiers import NO_KEY, BusinessKey
from fhir.outcomes import FhirError, broken


@dataclass(frozen=True)
class ContactInput:
    """What a contact is to be, as its writer says."""

    citizen_id: UUID
    status: str
    contact_class: Coded
    contact_type: Coded
    start: datetime
    end: datetime | None = None
    law: str = ""
    reasons: tuple[UUID, ...] = ()
    identifier: BusinessKey = NO_KEY


@dataclass(frozen=True)
class FollowUpInput:
    """What a follow-up is to say, as its writer says; it is about a condition, an intervention or a contact."""

    citizen_id: UUID
    status: str
    coded: Coded
    at: datetime | None = None
    law: str = ""
    value: Coded | None = None
    quantity: Decimal | None = None
    unit: str = ""
    condition: UUID | None = None
    intervention: UUID | None = None
    contact: UUID | None = None
    identifier: BusinessKey = NO_KEY


# What a follow-up may be about, the first deciding its category: the column, its table, its name in FHIR, its place.
ABOUT: tuple[tuple[str, type[Element], str, str], ...] = (
    ("condition", Condition, "Condition", "Observation.focus"),
    ("intervention", Intervention, "ServiceRequest", "Observation.basedOn"),
    ("contact", Contact, "Encounter", "Observation.encounter"),
)


def create_contact(*, by: Actor, source: Source, given: ContactInput) -> Row:
    """Create a contact and return its row; it stands under the act of the conditions that are its reason.

    Raises FhirError: 403 without a right to record it, 422 for conditions of both sides, that do not exist, or an act
    that is not told. Law: grounds.OWN_RECORDING.
    """
    conditions = seen(by, Condition, given.reasons, given.citizen_id)
    law = act_of(by, {Law(found.recorded_under) for found in conditions.values()}, given.law)

    def values() -> Mapping[str, Any]:
        return _contact(given)

    return create_element(
        by=by,
        source=source,
        citizen_id=given.citizen_id,
        identifier=given.identifier,
        category=category_of(law),
        law=law,
        values=values,
        occurred_at=given.start,
        after=(lambda made: write_reasons(by, "contact", made, given.reasons, conditions)) if given.reasons else None,
    )


def update_contact(*, by: Actor, source: Source, key: UUID, given: ContactInput, if_match: int | None) -> Row:
    """Change a contact, the caller having its current version, and return its row.

    Raises FhirError: 404, 403, 400 or 412 for the version, 422 as for creating. The citizen and the act never change;
    a reason that is hidden from the writer stays, and is not told.
    """
    conditions: dict[UUID, Condition] = {}

    def change(current: Contact) -> Mapping[str, Any]:
        same(current, citizen_id=given.citizen_id)
        keep_error(current.status, given.status)
        conditions.update(seen(by, Condition, given.reasons, given.citizen_id))
        implied = {Law(found.recorded_under) for found in conditions.values()}
        keep_act(by, Law(current.recorded_under), implied, given.law)
        return _contact(given) | {"occurred_at": given.start}

    def after(made: Contact) -> None:
        write_reasons(by, "contact", made, given.reasons, conditions)

    return change_element(
        by=by, source=source, key=key, identifier=given.identifier, if_match=if_match, change=change, after=after
    )


def _contact(given: ContactInput) -> dict[str, Any]:
    """The columns that a writer sets. Raises FhirError (422)."""
    in_order(given.start, given.end, "Encounter.period")
    return {
        "status": given.status,
        "class_system": given.contact_class.system,
        "class_code": given.contact_class.code,
        "type_system": given.contact_type.system,
        "type_code": given.contact_type.code,
        "start": given.start,
        "end": given.end,
    }


def create_follow_up(*, by: Actor, source: Source, given: FollowUpInput) -> Row:
    """Create a follow-up and return its row; it has the category and the act of what it is about.

    Raises FhirError: 403 without a right to record it, 422 for things of both sides, that do not exist, or an act that
    is not told. Law: grounds.OWN_RECORDING.
    """
    found = about(by, {name: getattr(given, name) for name, *_ in ABOUT}, given.citizen_id)
    law = act_of(by, {Law(thing.recorded_under) for thing in found.values()}, given.law)

    def values() -> Mapping[str, Any]:
        _exist(given, found)
        links = {f"{name}_id": thing.pk for name, thing in found.items()}
        return _follow_up(given) | links

    return create_element(
        by=by,
        source=source,
        citizen_id=given.citizen_id,
        identifier=given.identifier,
        category=_category(found, law),
        law=law,
        values=values,
        occurred_at=given.at,
    )


def update_follow_up(*, by: Actor, source: Source, key: UUID, given: FollowUpInput, if_match: int | None) -> Row:
    """Change a follow-up, the caller having its current version, and return its row.

    Raises FhirError: 404, 403, 400 or 412 for the version, 422 for another citizen, act or thing that it is about:
    these never change.
    """

    def change(current: FollowUp) -> Mapping[str, Any]:
        same(current, citizen_id=given.citizen_id)
        keep_error(current.status, given.status)
        keep_act(by, Law(current.recorded_under), (), given.law)
        held = {name: getattr(current, f"{name}_id") for name, *_ in ABOUT}
        found = about(by, held, current.citizen_id)
        for name, _model, _kind, expression in ABOUT:
            wanted = getattr(given, name)
            if wanted is not None and (name not in found or wanted != found[name].pk):
                raise _fixed(expression)
        return _follow_up(given) | {"occurred_at": given.at or current.occurred_at}

    return change_element(by=by, source=source, key=key, identifier=given.identifier, if_match=if_match, change=change)


def about(by: Actor, wanted: Mapping[str, UUID | None], citizen_id: UUID) -> dict[str, Any]:
    """Those of the things that a follow-up names which the writer may see. One statement for each named."""
    found = {}
    for name, model, _kind, _expression in ABOUT:
        key = wanted[name]
        if key is not None and (thing := seen(by, model, [key], citizen_id).get(key)) is not None:
            found[name] = thing
    return found


def _exist(given: FollowUpInput, found: Mapping[str, Any]) -> None:
    """All that is named was found. Raises FhirError (422)."""
    for name, _model, kind, expression in ABOUT:
        if getattr(given, name) is not None and name not in found:
            raise missing(kind, expression)


def _category(found: Mapping[str, Any], law: Law) -> Category:
    """The category of the first thing that it is about; about nothing, it is a condition of the act's side."""
    first = next((found[name] for name, *_ in ABOUT if name in found), None)
    if first is not None:
        return Category(first.category)
    return Category.COND_SOC if law in SOCIAL_LAWS else Category.COND_SUL


def _follow_up(given: FollowUpInput) -> dict[str, Any]:
    """The columns that a writer sets."""
    return {
        "status": given.status,
        "code_system": given.coded.system,
        "code": given.coded.code,
        "value_system": given.value.system if given.value else "",
        "value_code": given.value.code if given.value else "",
        "value_quantity": given.quantity,
        "value_unit": given.unit,
    }


def _fixed(expression: str) -> FhirError:
    """The error for changing what a follow-up is about."""
    return broken(
        "follow-up-fixed",
        "Det, opfølgningen handler om, kan ikke ændres.",
        "What the follow-up is about cannot be changed.",
        expression=expression,
    )
