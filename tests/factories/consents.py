"""Consents, blocks, positive registrations and overrides, in force and not."""

from typing import Any

from access.actors import born_by
from access.vocabulary import Purpose
from consents.models import LONGEST_DISCLOSURE, Block, Consent, Override
from tests.factories.base import ago, ahead, now
from tests.factories.citizens import citizen, custody
from tests.factories.organisations import doctor, home_care, ward


def _decided(given: dict[str, Any]) -> dict[str, Any]:
    """The fields of every decision; the citizen made it herself, a month ago, and for a child a parent did."""
    if "citizen" not in given:
        given["citizen"] = citizen()
    if "given_by" not in given:
        is_child = born_by(15, now()) < given["citizen"].birth_date
        given["given_by"] = custody(child=given["citizen"]).parent if is_child else given["citizen"]
    fields = {"start": ago(days=30), "created_at": ago(days=30), "updated_at": now()}
    return {**fields, **given}


def consent(**given: Any) -> Consent:
    """A consent of FVL § 28 to pass on social data to a ward for treatment, in force."""
    if "recipient_unit" not in given and "recipient_professional" not in given:
        given["recipient_unit"] = ward()
    fields = {"kind": Consent.Kind.FVL28, "purpose": Purpose.TREATMENT, "end": ahead(days=300)}
    return Consent.objects.create(**{**fields, **_decided(given)})


def disclosure_consent(**given: Any) -> Consent:
    """A consent of SUL § 43 to pass on health data to home care, in force."""
    if "recipient_unit" not in given and "recipient_professional" not in given:
        given["recipient_unit"] = home_care()
    return consent(**{"kind": Consent.Kind.SUL43, "purpose": Purpose.CARE, **given})


def expired_consent(**given: Any) -> Consent:
    """A consent given 366 days ago that lapsed yesterday."""
    start = given.get("start", ago(days=366))
    return consent(**{"start": start, "end": start + LONGEST_DISCLOSURE, **given})


def withdrawn_consent(**given: Any) -> Consent:
    """A consent withdrawn yesterday."""
    return consent(**{"withdrawn_at": ago(days=1), **given})


def _registered(given: dict[str, Any], *, what: dict[str, Any]) -> Block:
    who = {} if {"unit", "professional", "is_everyone"} & given.keys() else {"is_everyone": True}
    return Block.objects.create(**{**who, **what, **_decided(given)})


def block(**given: Any) -> Block:
    """A block of everything, for everyone unless a `unit` or `professional` is given."""
    return _registered(given, what={"is_everything": True})


def block_of_origin(**given: Any) -> Block:
    """A block of what comes from one organisation and the units below it."""
    if "origin" not in given:
        given["origin"] = ward()
    return _registered(given, what={})


def block_of_period(**given: Any) -> Block:
    """A block of what is about one period: last year's, unless given."""
    return _registered(given, what={"period_start": ago(days=730), "period_end": ago(days=365)})


def private_marking(item: Any, **given: Any) -> Block:
    """A private marking of one item."""
    given = {"citizen": item.citizen, **given}
    return _registered(given, what={"item_id": item.pk, "item_type": type(item).__name__})


def ended_block(**given: Any) -> Block:
    """A block that ended yesterday."""
    return block(**{"end": ago(days=1), **given})


def withdrawn_block(**given: Any) -> Block:
    """A block lifted yesterday."""
    return block(**{"withdrawn_at": ago(days=1), **given})


def positive_registration(**given: Any) -> Block:
    """A positive registration of everything; it beats blocks."""
    return block(**{"effect": Block.Effect.PERMIT, **given})


def override(**given: Any) -> Override:
    """An override declared an hour ago, for four hours."""
    if "citizen" not in given:
        given["citizen"] = citizen()
    if "professional" not in given:
        given["professional"] = doctor()
    if "unit" not in given:
        given["unit"] = ward()
    fields = {
        "reason_code": Override.ReasonCode.UNREACHABLE_OR_INCAPACITATED,
        "reason": "Bevidstløs ved ankomst, akut vurdering af medicin (test).",
        "start": ago(hours=1),
        "end": ahead(hours=3),
    }
    return Override.objects.create(**{**fields, **given})


def past_override(**given: Any) -> Override:
    """An override whose hours are over."""
    return override(**{"start": ago(hours=30), "end": ago(hours=26), **given})
