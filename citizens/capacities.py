"""In which capacities a citizen may act for others today: power of attorney, custody, guardianship."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from access.actors import born_by
from access.vocabulary import ActingAs
from citizens.models import Citizen, Custody, Guardianship, PowerOfAttorney


@dataclass(frozen=True)
class Capacity:
    """One capacity, and the citizen whom it lets her act for."""

    acting_as: ActingAs
    citizen: Citizen


def capacities_of(citizen_id: UUID, moment: datetime) -> tuple[Capacity, ...]:
    """Return the capacities that a citizen has at an instant, one for each citizen, the widest first.

    What each opens is for the rules to say (consents/rules.py). A guardianship counts where it is for personal matters,
    custody until the child is 15, and nobody acts for the dead. Three statements. Law: law study 2.9.
    """
    now = Q(start__lte=moment) & (Q(end__isnull=True) | Q(end__gt=moment))
    young = Q(child__birth_date__gt=born_by(15, moment))
    found: dict[UUID, Capacity] = {}
    wards = Guardianship.objects.filter(now, guardian_id=citizen_id, scope=Guardianship.Scope.PERSONAL)
    for guardianship in wards.select_related("ward").order_by("ward_id"):
        found.setdefault(guardianship.ward_id, Capacity(ActingAs.GUARDIAN, guardianship.ward))
    for custody in (
        Custody.objects.filter(now, young, parent_id=citizen_id).select_related("child").order_by("child_id")
    ):
        found.setdefault(custody.child_id, Capacity(ActingAs.PARENT, custody.child))
    granted = PowerOfAttorney.objects.filter(now, attorney_id=citizen_id, revoked_at__isnull=True)
    for power in granted.select_related("principal").order_by("principal_id"):
        found.setdefault(power.principal_id, Capacity(ActingAs.PROXY, power.principal))
    return tuple(each for each in found.values() if each.citizen.died_at is None or each.citizen.died_at > moment)
