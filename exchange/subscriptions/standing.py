"""Whether the one for whom a unit is told still stands: the system, the person and her place of work."""

from datetime import datetime

from django.db.models import Q

from access.vocabulary import UNDER_RESPONSIBILITY, ActingAs
from exchange.models import Subscription
from identity.models import System
from organisations.models import Employment, UnitLink


def why_not_standing(subscription: Subscription, now: datetime) -> str:
    """Why nothing may be told any more, as a code; blank when it may. Three statements.

    The same is asked of a log-in: an active system of the unit's authority, an active professional who is employed at
    the unit or above it, and authorised where the capacity asks for it.
    """
    above = UnitLink.objects.filter(descendant_id=subscription.unit_id).values("ancestor_id")
    if not System.objects.filter(client_id=subscription.client_id, is_active=True, owner_id__in=above).exists():
        return "system-unknown"
    person = subscription.professional
    if not person.is_active or not subscription.unit.is_active:
        return "professional-unknown"
    if subscription.acting_as == ActingAs.HP and not person.is_authorised:
        return "not-authorised"
    answering = subscription.responsible
    if subscription.acting_as in UNDER_RESPONSIBILITY and (answering is None or not answering.is_authorised):
        return "responsible-unknown"
    employed = Employment.objects.filter(
        Q(end__isnull=True) | Q(end__gt=now), professional=person, start__lte=now, unit_id__in=above
    )
    return "" if employed.exists() else "not-employed"
