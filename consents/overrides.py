"""Overriding a block (værdispring): declared beforehand, for one citizen and some hours, reviewed afterwards."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from access import service
from access.actors import Actor
from access.events import Event, announce
from access.open_questions import EMERGENCY_SOCIAL_ACCESS
from access.vocabulary import ActingAs, Category, Reason
from audit.masking import masked
from consents.models import LONGEST_OVERRIDE, Override
from fhir.ids import new_key
from fhir.outcomes import FhirError, broken
from organisations.models import Professional

SHORTEST_REASON = 10


def declare_override(
    *, by: Actor, citizen_id: UUID, reason_code: str, reason: str, hours: int = 1, social_reason: str = ""
) -> Override:
    """Declare that a block gives way to this professional, for this citizen and so many hours, and return the record.

    Only a health professional, or an assistant on behalf of the responsible one, in a current treatment, may. The
    override opens the block's gate and no other; each look under it is flagged in the log, the citizen is told, and
    somebody reviews it. `social_reason` asks for the social data as well, in an emergency: only while the switch is on,
    for an authorised professional alone, and always reported. Raises FhirError: 403 for who may not, 422 for a reason
    or a time that the law does not know. Law: grounds.IMPORTANT_CONSIDERATIONS, EMERGENCY.
    """
    _check(reason_code, reason, hours)
    if social_reason:
        _check_emergency(by, reason_code, social_reason)
    with service.writing():
        rules = _permitted(by, citizen_id)
        assert by.professional_id is not None and by.unit_id is not None  # noqa: S101  a relation was found for them
        made = Override.objects.create(
            id=new_key(),
            citizen_id=citizen_id,
            professional_id=by.professional_id,
            responsible_id=by.responsible_id,
            unit_id=by.unit_id,
            reason_code=reason_code,
            reason=masked(reason.strip()),
            social_reason=masked(social_reason.strip()),
            start=by.moment,
            end=by.moment + timedelta(hours=hours),
        )
        service.log(
            replace(by, override_id=made.pk),  # the citizen's log flags it, and tells why
            "override",
            "Override",
            citizen_id=citizen_id,
            outcome="permit",
            resource_ids=[made.pk],
            rules=rules,
            facts=[made.pk],
        )
        announce(Event("block-overridden", citizen_id, {"override": str(made.pk)}))
        if made.social_reason:
            announce(Event("social-emergency", citizen_id, {"override": str(made.pk)}))
    return made


def _check(reason_code: str, reason: str, hours: int) -> None:
    """The reason is one that the law knows, told in words, and the time is short."""
    if reason_code not in Override.ReasonCode.values:
        raise _unfounded(
            "override-legal-reason", "Vælg en af lovens tre grunde.", "Choose one of the three reasons of the law."
        )
    if len(reason.strip()) < SHORTEST_REASON:
        raise _unfounded("override-in-words", "Skriv begrundelsen med ord.", "State the reason in words.")
    if not 1 <= hours <= LONGEST_OVERRIDE // timedelta(hours=1):
        raise FhirError("override-too-long", "Højst et døgn ad gangen.", "At most a day at a time.")


def _check_emergency(by: Actor, reason_code: str, social_reason: str) -> None:
    """Social data are asked for by who may have them, for a reason of their own."""
    if not by.holds(EMERGENCY_SOCIAL_ACCESS) or by.acting_as != ActingAs.HP:
        raise _unfounded(
            "override-social-closed",
            "Et værdispring åbner ikke kommunens sociale oplysninger.",
            "An override does not open the municipality's social data.",
        )
    if reason_code == Override.ReasonCode.PATIENT_CONSENTS_NOW:
        raise _unfounded(
            "override-social-consent",
            "Når borgeren kan svare, skal hun samtykke.",
            "A citizen who can answer must consent.",
        )
    if len(social_reason.strip()) < SHORTEST_REASON:
        raise _unfounded(
            "override-social-reason",
            "Skriv, hvorfor netop de sociale oplysninger er nødvendige.",
            "State why just the social data are needed.",
        )


def _unfounded(rule: str, da: str, en: str) -> FhirError:
    """No reason that the law knows was given."""
    return broken(rule, da, en, "Parameters.parameter", kind="override-reason")


def _permitted(by: Actor, citizen_id: UUID) -> list[str]:
    """The rule under which the professional treats the citizen; an override asks for nothing less."""
    if not by.may_override:
        raise service.refused_as(by, "override", "Override", citizen_id, Reason.NOT_TO_OVERRIDE)
    decision = service.decide_category(by, citizen_id, Category.SK_REG)
    if decision is None or not decision.permitted:
        raise service.refused_as(by, "override", "Override", citizen_id, Reason.NO_RELATION)
    return [rule.code for rule in decision.held]


def review_override(*, by: Actor, key: UUID, outcome: str, reviewer: Professional) -> Override:
    """Note what the review of an override came to: "ok", "unclear" or "breach". Raises FhirError (404, 422).

    Nobody reviews an override of her own, and a review is made once.
    """
    if outcome not in ("ok", "unclear", "breach"):
        raise FhirError("unknown-code", "outcome")
    with service.writing():
        found = Override.objects.select_for_update().filter(pk=key).first()
        if found is None:
            raise FhirError("not-found")
        if found.professional_id == reviewer.pk or found.responsible_id == reviewer.pk:
            raise broken("override-own-review", "Ingen ser sit eget opslag efter.", "Nobody reviews her own look.")
        if found.reviewed_at is not None:
            raise broken("override-reviewed", "Opslaget er set efter.", "The look has been reviewed.")
        found.reviewed_by, found.reviewed_at, found.review_outcome = reviewer, by.moment, outcome
        found.save(update_fields=["reviewed_by", "reviewed_at", "review_outcome"])
        service.log(
            by, "review", "Override", citizen_id=found.citizen_id, outcome="permit", resource_ids=[key], facts=[key]
        )
    return found


def awaiting_review(now: datetime) -> QuerySet[Override]:
    """Overrides that began and that nobody has reviewed, the oldest first."""
    return Override.objects.filter(reviewed_at__isnull=True, start__lte=now).order_by("start")
