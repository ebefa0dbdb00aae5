"""Offers of a power of attorney: made, taken back, and answered by whom they are for.

Whom it is offered to is told by a CPR number, of which only a keyed digest is kept; nobody is looked up by it. So the
offer is answered alike whether there is such a person or not, and waits until she who has the number logs in.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from access import service
from access.actors import Actor, born_by
from access.events import Event, announce
from access.vocabulary import Action, Reason
from citizens.identifiers import birth_date_of
from citizens.models import AttorneyOffer, Citizen, PowerOfAttorney
from citizens.services.asking import (
    TOO_YOUNG_TO_TAKE,
    PowerInput,
    checked,
    log,
    me,
    permitted,
    permitted_as_such,
    refusal,
)
from fhir.outcomes import FhirError, broken

# An offer that nobody answers lapses after this.
OFFER_STANDS = timedelta(days=30)
MOST_OFFERS = 20
ADULT = 18


def has_offers(*, by: Actor) -> bool:
    """Whether an offer waits for the actor's own answer. Two statements."""
    return offered_to(by=by).exists()


def offer_power(*, by: Actor, cpr: str, called: str, power: PowerInput) -> AttorneyOffer:
    """Offer somebody a power of attorney; it is none until she says yes. `called` is what the citizen calls her.

    Raises FhirError: 403 for who is not the citizen, is younger than 15 or has a guardian; 422 for no CPR number, her
    own, that of somebody younger than 18, no kind of data or one that others never see, and too long a time.
    """
    number = cpr.replace("-", "").replace(" ", "")
    born = birth_date_of(number)
    if born is None:
        raise broken("power-number", "Skriv et CPR-nummer med 10 tal.", "Write a CPR number of 10 figures.", "cpr")
    if born > born_by(ADULT, by.moment):
        raise broken("power-age", *TOO_YOUNG_TO_TAKE, "cpr")
    checked(power, by.moment)
    with service.writing():
        whose, rules = permitted_as_such(by, AttorneyOffer, Action.CREATE, "create")
        if Citizen.objects.filter(pk=whose, cpr=number).exists():
            raise broken("power-to-herself", "Det er dit eget nummer.", "That is your own number.", "cpr")
        if waiting(by=by).filter(principal_id=whose).count() >= MOST_OFFERS:
            raise broken("power-offers", "Der er for mange, der venter på svar.", "Too many wait for an answer.")
        made = AttorneyOffer.objects.create(
            principal_id=whose,
            called=called.strip(),
            digest=_digest(number, settings.SECRET_KEY),
            families=sorted(power.families),
            may_write=power.may_write,
            end=power.end,
            created_at=by.moment,
            expires_at=min(by.moment + OFFER_STANDS, power.end),
        )
        log(by, "create", whose, made.pk, rules)
    return made


def withdraw_offer(*, by: Actor, key: UUID) -> None:
    """Take an offer back that nobody has answered. Raises FhirError (403, 404)."""
    with service.writing():
        whose, rules = permitted_as_such(by, AttorneyOffer, Action.UPDATE, "update")
        found = waiting(by=by).filter(principal_id=whose, pk=key).select_for_update().first()
        _close(by, found, AttorneyOffer.Outcome.WITHDRAWN)
        log(by, "update", whose, key, rules)


def take_offer(*, by: Actor, key: UUID) -> PowerOfAttorney:
    """Say yes to an offer: the power of attorney holds from now on.

    Raises FhirError: 403 for who acts for another or is younger than 18, 404 where none waits for her.
    """
    with service.writing():
        offer, rules = _for_her(by, key)
        offer = _close(by, offer, AttorneyOffer.Outcome.ACCEPTED)
        made = PowerOfAttorney.objects.create(
            principal_id=offer.principal_id,
            attorney_id=me(by),
            families=offer.families,
            may_write=offer.may_write,
            start=by.moment,
            end=offer.end,
        )
        log(by, "create", offer.principal_id, made.pk, rules)
        announce(Event("power-taken", offer.principal_id, {"about": str(made.pk)}))
    return made


def decline_offer(*, by: Actor, key: UUID) -> None:
    """Say no to an offer. Raises FhirError (403, 404) as `take_offer`."""
    with service.writing():
        offer, rules = _for_her(by, key)
        offer = _close(by, offer, AttorneyOffer.Outcome.DECLINED)
        log(by, "update", offer.principal_id, key, rules)


def waiting(*, by: Actor) -> QuerySet[AttorneyOffer]:
    """Offers that wait for an answer."""
    return AttorneyOffer.objects.filter(outcome="", expires_at__gt=by.moment)


def offered_to(*, by: Actor) -> QuerySet[AttorneyOffer]:
    """Offers that wait for the actor's own answer, of citizens who live. One statement for her number."""
    mine = None if by.on_behalf_of else Citizen.objects.filter(pk=me(by)).values_list("cpr", flat=True).first()
    if not mine:
        return AttorneyOffer.objects.none()
    digests = [_digest(mine, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    found = waiting(by=by).filter(digest__in=digests, principal__died_at__isnull=True)
    return found.exclude(principal_id=by.citizen_id).select_related("principal").order_by("-created_at")


def _for_her(by: Actor, key: UUID) -> tuple[AttorneyOffer | None, Sequence[str]]:
    """An offer that waits for the actor's own answer, if she may answer, and the rules that let her."""
    if by.on_behalf_of is not None:
        raise refusal(by, "create", Reason.NO_RELATION, by.on_behalf_of)
    offer = offered_to(by=by).filter(pk=key).select_for_update(of=("self",)).first()
    if offer is None:
        return None, ()
    return offer, permitted(by, offer, Action.UPDATE, "create", offer.principal_id, TOO_YOUNG_TO_TAKE)


def _digest(number: str, secret: str) -> str:
    """A number as it is kept: only who has the deployment's secret can tell whether it is this one."""
    return salted_hmac("citizens.attorney-offer", number, secret=secret, algorithm="sha256").hexdigest()


def _close(by: Actor, offer: AttorneyOffer | None, outcome: str) -> AttorneyOffer:
    """Close an offer. Raises FhirError (404) where there is none."""
    if offer is None:
        raise FhirError("not-found")
    offer.outcome, offer.answered_at = outcome, by.moment
    offer.save(update_fields=["outcome", "answered_at"])
    return offer
