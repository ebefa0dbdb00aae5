"""Powers of attorney that are in force: seen, limited, extended and ended."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from access import service
from access.actors import Actor
from access.events import Event, announce
from access.vocabulary import Action
from citizens.models import AttorneyOffer, PowerOfAttorney
from citizens.services.asking import NAME, PowerInput, checked, log, permitted, permitted_as_such
from citizens.services.offers import MOST_OFFERS, offered_to, waiting
from fhir.outcomes import FhirError

MOST_TOLD = 100
CHANGED = (
    "Fuldmagten er ændret et andet sted. Se på den igen.",
    "The power of attorney was changed elsewhere. Please look at it again.",
)


@dataclass(frozen=True)
class Powers:
    """What somebody has to do with: those she gave and got, her offers that wait, and those that wait for her."""

    given: list[PowerOfAttorney]
    received: list[PowerOfAttorney]
    offers: list[AttorneyOffer]
    to_answer: list[AttorneyOffer]


def powers_of(*, by: Actor) -> Powers:
    """Return one's own powers of attorney, newest first, those of the last year that are over too; logged.

    Raises FhirError (403) for who acts for another, or is younger than 15. Seven statements.
    """
    with service.writing():  # so that a refusal is logged
        mine, rules = permitted_as_such(by, PowerOfAttorney, Action.READ, "search")
    lately = Q(end__gt=by.moment - timedelta(days=365))
    found = PowerOfAttorney.objects.filter(Q(principal_id=mine) | Q(attorney_id=mine), lately)
    powers = list(found.select_related("principal", "attorney").order_by("-start", "-pk")[:MOST_TOLD])
    told = Powers(
        given=[power for power in powers if power.principal_id == mine],
        received=[power for power in powers if power.attorney_id == mine],
        offers=list(waiting(by=by).filter(principal_id=mine).order_by("-created_at")[:MOST_OFFERS]),
        to_answer=list(offered_to(by=by)[:MOST_OFFERS]),
    )
    service.log(by, "search", NAME, citizen_id=mine, outcome="permit", rules=rules)
    return told


def may_give_power(*, by: Actor) -> None:
    """Raises FhirError (403) for who may not give one, and logs it. One statement."""
    with service.writing():
        permitted_as_such(by, PowerOfAttorney, Action.CREATE, "create")


def change_power(*, by: Actor, key: UUID, version: int, power: PowerInput) -> PowerOfAttorney:
    """Limit, extend or widen a power of attorney that one gave, and return it; it holds so from now on.

    Raises FhirError: 403 for who is not the citizen, and for widening and extending where she has a guardian; 404 for
    one that is not hers or is over; 412 where it was changed since `version`; 422 as `offer_power`.
    """
    checked(power, by.moment)
    with service.writing():
        whose, rules = permitted_as_such(by, PowerOfAttorney, Action.UPDATE, "update")
        found = _in_force(by).filter(principal_id=whose, pk=key).select_for_update().first()
        if found is None:
            raise FhirError("not-found")
        if found.version != version:
            raise FhirError("version-conflict", *CHANGED)
        is_wider = (
            power.end > found.end
            or (power.may_write and not found.may_write)
            or not set(power.families) <= set(found.families)
        )
        if is_wider:
            rules = permitted_as_such(by, PowerOfAttorney, Action.CREATE, "update")[1]
        found.families, found.may_write, found.end = sorted(power.families), power.may_write, power.end
        found.version += 1
        found.save(update_fields=["families", "may_write", "end", "version"])
        log(by, "update", whose, key, rules)
        announce(Event("power-changed", found.attorney_id, {"about": str(key), "version": str(found.version)}))
    return found


def revoke_power(*, by: Actor, key: UUID) -> PowerOfAttorney:
    """End a power of attorney at once: by the citizen who gave it, or given up by whom it was given to.

    Raises FhirError: 403 for who acts for another, 404 for one that is neither's or is over.
    """
    with service.writing():
        mine = Q(principal_id=by.citizen_id) | Q(attorney_id=by.citizen_id)
        found = _in_force(by).filter(mine, pk=key).select_for_update().first()
        if found is None:
            raise FhirError("not-found")
        rules = permitted(by, found, Action.UPDATE, "update", found.principal_id)
        found.revoked_at, found.version = by.moment, found.version + 1
        found.save(update_fields=["revoked_at", "version"])
        log(by, "update", found.principal_id, key, rules)
        other = found.attorney_id if found.principal_id == by.citizen_id else found.principal_id
        announce(Event("power-ended", other, {"about": str(key)}))
    return found


def _in_force(by: Actor) -> QuerySet[PowerOfAttorney]:
    """Powers that hold now."""
    return PowerOfAttorney.objects.filter(revoked_at__isnull=True, end__gt=by.moment)
