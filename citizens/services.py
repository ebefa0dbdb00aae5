"""Powers of attorney (fuldmagt): offered by the citizen herself, in force when the other says yes, ended at once.

Whom it is offered to is told by a CPR number, of which only a keyed digest is kept; nobody is looked up by it. So the
offer is answered alike whether there is such a person or not, and waits until she who has the number logs in.
Law: law study 2.9; what it leaves open is read strictly (docs/adr/0020).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from access import decisions, service
from access.actors import Actor, born_by
from access.conditions import Target
from access.events import Event, announce
from access.grounds import SELF_DETERMINATION
from access.policies import Gate, Policy, Rule
from access.vocabulary import Action, Category, Reason
from citizens.conditions import NEVER_BY_OTHERS, of_age, own, without_guardian
from citizens.identifiers import birth_date_of
from citizens.models import AttorneyOffer, Citizen, PowerOfAttorney
from fhir.outcomes import FhirError, broken

LONGEST = timedelta(days=730)
# An offer that nobody answers lapses after this.
OFFER_STANDS = timedelta(days=30)
MOST_OFFERS = 20
MOST_TOLD = 100
ADULT = 18
NAME = "PowerOfAttorney"
FAMILIES = tuple(category for category in Category if category not in NEVER_BY_OTHERS)

_HERSELF = (Gate("own", own, Reason.NO_RELATION), Gate("age", of_age, Reason.AGE))
# To give and to widen is hers alone, and not where somebody is guardian of her; to narrow and to end is hers always.
POWERS = Policy(
    Citizen,
    Target(citizen="id", category=None, fixed=Category.LOG, origin=None, occurred_at=None),
    (
        Rule(
            "own-decision",
            SELF_DETERMINATION,
            frozenset({Action.CREATE}),
            (*_HERSELF, Gate("law", without_guardian, Reason.LAW_GATE)),
            unblockable=SELF_DETERMINATION,
        ),
        Rule(
            "own-decision",
            SELF_DETERMINATION,
            frozenset({Action.READ, Action.UPDATE}),
            _HERSELF,
            unblockable=SELF_DETERMINATION,
        ),
    ),
)
ONLY_HERSELF = (
    "Kun borgeren selv kan se, give og ændre fuldmagter.",
    "Only the citizen herself can see, give and change powers of attorney.",
)
WHY_NOT = {
    Reason.NO_RELATION: ONLY_HERSELF,
    Reason.AGE: ("Man skal være fyldt 15 år for selv at give fuldmagt.", "One must be 15 to give a power of attorney."),
    Reason.LAW_GATE: (
        "Den, der har en værge, kan ikke give fuldmagt her.",
        "Who has a guardian cannot give a power of attorney here.",
    ),
}
CHANGED = (
    "Fuldmagten er ændret et andet sted. Se på den igen.",
    "The power of attorney was changed elsewhere. Please look at it again.",
)


@dataclass(frozen=True)
class PowerInput:
    """What a power of attorney covers, and until when. `end` is an aware UTC instant, exclusive."""

    families: Sequence[str]
    may_write: bool
    end: datetime


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
        me = _permitted(by, Action.READ, "search")
    lately = Q(end__gt=by.moment - timedelta(days=365))
    mine = PowerOfAttorney.objects.filter(Q(principal_id=me) | Q(attorney_id=me), lately)
    powers = list(mine.select_related("principal", "attorney").order_by("-start", "-pk")[:MOST_TOLD])
    open_offers = _open(by).order_by("-created_at")
    found = Powers(
        given=[power for power in powers if power.principal_id == me],
        received=[power for power in powers if power.attorney_id == me],
        offers=list(open_offers.filter(principal_id=me)[:MOST_OFFERS]),
        to_answer=list(_offered_to(by)[:MOST_OFFERS]),
    )
    service.log(by, "search", NAME, citizen_id=me, outcome="permit", rules=["own-decision"])
    return found


def has_offers(*, by: Actor) -> bool:
    """Whether an offer waits for the actor's own answer. Two statements."""
    return _offered_to(by).exists()


def may_give_power(*, by: Actor) -> None:
    """Raises FhirError (403) for who may not give one, and logs it. One statement."""
    with service.writing():
        _permitted(by, Action.CREATE, "create")


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
        raise broken("power-age", "Man skal være 18 år for at få fuldmagt.", "One must be 18 to be given it.", "cpr")
    _check(power, by.moment)
    with service.writing():
        me = _permitted(by, Action.CREATE, "create")
        if Citizen.objects.filter(pk=me, cpr=number).exists():
            raise broken("power-to-herself", "Det er dit eget nummer.", "That is your own number.", "cpr")
        if _open(by).filter(principal_id=me).count() >= MOST_OFFERS:
            raise broken("power-offers", "Der er for mange, der venter på svar.", "Too many wait for an answer.")
        made = AttorneyOffer.objects.create(
            principal_id=me,
            called=called.strip(),
            digest=_digest(number, settings.SECRET_KEY),
            families=sorted(power.families),
            may_write=power.may_write,
            end=power.end,
            created_at=by.moment,
            expires_at=min(by.moment + OFFER_STANDS, power.end),
        )
        _log(by, "create", me, made.pk)
    return made


def withdraw_offer(*, by: Actor, key: UUID) -> None:
    """Take an offer back that nobody has answered. Raises FhirError (403, 404)."""
    with service.writing():
        me = _permitted(by, Action.UPDATE, "update")
        offer = _open(by).filter(principal_id=me, pk=key).select_for_update().first()
        _close(by, offer, AttorneyOffer.Outcome.WITHDRAWN)
        _log(by, "update", me, key)


def take_offer(*, by: Actor, key: UUID) -> PowerOfAttorney:
    """Say yes to an offer: the power of attorney holds from now on. Raises FhirError (404) where none waits for her."""
    with service.writing():
        _adult(by)
        offer = _offered_to(by).filter(pk=key).select_for_update(of=("self",)).first()
        offer = _close(by, offer, AttorneyOffer.Outcome.ACCEPTED)
        made = PowerOfAttorney.objects.create(
            principal_id=offer.principal_id,
            attorney_id=_me(by),
            families=offer.families,
            may_write=offer.may_write,
            start=by.moment,
            end=offer.end,
        )
        _log(by, "create", offer.principal_id, made.pk)
        announce(Event("power-taken", offer.principal_id, {"about": str(made.pk)}))
    return made


def decline_offer(*, by: Actor, key: UUID) -> None:
    """Say no to an offer. Raises FhirError (404) where none waits for her."""
    with service.writing():
        _adult(by)
        offer = _close(
            by, _offered_to(by).filter(pk=key).select_for_update(of=("self",)).first(), AttorneyOffer.Outcome.DECLINED
        )
        _log(by, "update", offer.principal_id, key)


def change_power(*, by: Actor, key: UUID, version: int, power: PowerInput) -> PowerOfAttorney:
    """Limit, extend or widen a power of attorney that one gave, and return it; it holds so from now on.

    Raises FhirError: 403 for who is not the citizen, and for widening and extending where she has a guardian; 404 for
    one that is not hers or is over; 412 where it was changed since `version`; 422 as `offer_power`.
    """
    _check(power, by.moment)
    with service.writing():
        me = _permitted(by, Action.UPDATE, "update")
        found = _in_force(by).filter(principal_id=me, pk=key).select_for_update().first()
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
            _permitted(by, Action.CREATE, "update")
        found.families, found.may_write, found.end = sorted(power.families), power.may_write, power.end
        found.version += 1
        found.save(update_fields=["families", "may_write", "end", "version"])
        _log(by, "update", me, key)
        announce(Event("power-changed", found.attorney_id, {"about": str(key), "version": str(found.version)}))
    return found


def revoke_power(*, by: Actor, key: UUID) -> PowerOfAttorney:
    """End a power of attorney at once: by the citizen who gave it, or given up by whom it was given to.

    Raises FhirError: 403 for who acts for another, 404 for one that is neither's or is over.
    """
    with service.writing():
        if by.on_behalf_of is not None:
            raise _refusal(by, "update", Reason.NO_RELATION)
        mine = Q(principal_id=by.citizen_id) | Q(attorney_id=by.citizen_id)
        found = _in_force(by).filter(mine, pk=key).select_for_update().first()
        if found is None:
            raise FhirError("not-found")
        found.revoked_at, found.version = by.moment, found.version + 1
        found.save(update_fields=["revoked_at", "version"])
        _log(by, "update", found.principal_id, key)
        other = found.attorney_id if found.principal_id == by.citizen_id else found.principal_id
        announce(Event("power-ended", other, {"about": str(key)}))
    return found


def _in_force(by: Actor) -> QuerySet[PowerOfAttorney]:
    """Powers that hold now."""
    return PowerOfAttorney.objects.filter(revoked_at__isnull=True, end__gt=by.moment)


def _open(by: Actor) -> QuerySet[AttorneyOffer]:
    """Offers that wait for an answer."""
    return AttorneyOffer.objects.filter(outcome="", expires_at__gt=by.moment)


def _offered_to(by: Actor) -> QuerySet[AttorneyOffer]:
    """Offers that wait for the actor's own answer, of citizens who live. One statement for her number."""
    mine = None if by.on_behalf_of else Citizen.objects.filter(pk=_me(by)).values_list("cpr", flat=True).first()
    if not mine:
        return AttorneyOffer.objects.none()
    digests = [_digest(mine, secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    waiting = _open(by).filter(digest__in=digests, principal__died_at__isnull=True)
    return waiting.exclude(principal_id=by.citizen_id).select_related("principal").order_by("-created_at")


def _digest(number: str, secret: str) -> str:
    """A number as it is kept: only who has the deployment's secret can tell whether it is this one."""
    return salted_hmac("citizens.attorney-offer", number, secret=secret, algorithm="sha256").hexdigest()


def _check(power: PowerInput, moment: datetime) -> None:
    """What it covers can be covered, and not for too long. Raises FhirError (422)."""
    if not power.families:
        raise broken("power-families", "Vælg mindst én slags.", "Choose at least one kind.", "families")
    if not set(power.families) <= {str(each) for each in FAMILIES}:
        raise FhirError("unknown-code", "families")
    if power.end <= moment:
        raise broken("power-over", "Vælg en dag, der kommer.", "Choose a day to come.", "end")
    if power.end > moment + LONGEST:
        raise broken("power-too-long", "Højst to år ad gangen.", "Two years at a time at most.", "end")


def _close(by: Actor, offer: AttorneyOffer | None, outcome: str) -> AttorneyOffer:
    """Close an offer. Raises FhirError (404) where there is none."""
    if offer is None:
        raise FhirError("not-found")
    offer.outcome, offer.answered_at = outcome, by.moment
    offer.save(update_fields=["outcome", "answered_at"])
    return offer


def _me(by: Actor) -> UUID:
    """The citizen who asks: only the citizens' side comes here."""
    assert by.citizen_id is not None  # noqa: S101
    return by.citizen_id


def _adult(by: Actor) -> None:
    """Who says yes or no is herself, and 18. Raises FhirError (403)."""
    grown = Citizen.objects.filter(pk=_me(by), birth_date__lte=born_by(ADULT, by.moment))
    if by.on_behalf_of is not None or not grown.exists():
        raise _refusal(by, "create", Reason.NO_RELATION)


def _permitted(by: Actor, action: Action, interaction: str) -> UUID:
    """Whose powers they are: the actor's own, if the rules let her. Raises FhirError (403). One statement."""
    whose = by.on_behalf_of or _me(by)
    decision = decisions.decide(POWERS, by, action, whose)
    if decision is None or not decision.permitted:
        raise _refusal(by, interaction, (decision and decision.reason) or Reason.NO_RELATION)
    return whose


def _refusal(by: Actor, interaction: str, reason: Reason) -> FhirError:
    """The refusal in plain words; `writing` logs it."""
    whose = by.on_behalf_of or _me(by)
    da, en = WHY_NOT.get(reason, ONLY_HERSELF)
    return replace(service.refused_as(by, interaction, NAME, whose, reason), detail_da=da, detail_en=en)


def _log(by: Actor, interaction: str, whose: UUID, key: UUID) -> None:
    """Log a change."""
    service.log(by, interaction, NAME, citizen_id=whose, outcome="permit", resource_ids=[key], rules=["own-decision"])
