"""Everybody who may gain or lose by a decision about a citizen's data: the standing roles at each unit around her.

An asker is anybody in a capacity at a unit, of whom no decision speaks, or one professional by name where something
does: a consent, a block, a relation or a permit of her own, or one who answers to such a professional. The citizen
herself is one too. Whom she lets act for her no consent, block or switch lets see more or less, and they are not asked.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.db.models import Q

from access.actors import Actor
from access.vocabulary import UNDER_RESPONSIBILITY, ActingAs, Purpose
from consents.models import Block, Consent
from organisations.models import Employment, Organisation, Permit, TreatmentRelation

# Every capacity that reads for treatment or care, with each purpose that it can have. The rules ask for a profession
# for two things only: to open a will, which nothing here changes, and to evaluate one's own effort, which is by name.
ROLES: tuple[tuple[ActingAs, Purpose], ...] = (
    (ActingAs.HP, Purpose.TREATMENT),
    (ActingAs.HP_ASSIST, Purpose.TREATMENT),
    (ActingAs.HP_STUDENT, Purpose.TREATMENT),
    (ActingAs.CARE, Purpose.CARE),
    (ActingAs.CASE, Purpose.CASE),
    (ActingAs.SOC_PSY, Purpose.CARE),
    (ActingAs.SOC_PSY, Purpose.CASE),
)
# What only a professional by name can be: she has a permit, or took part herself.
BY_NAME: tuple[tuple[ActingAs, Purpose], ...] = (
    (ActingAs.HP_PERMIT, Purpose.TREATMENT),
    (ActingAs.HP, Purpose.EVALUATION),
)
ANYBODY, ANY_RESPONSIBLE = UUID(int=0), UUID(int=1)


@dataclass(frozen=True)
class Asker:
    """Somebody who asks: anybody in this capacity at this unit, or by name where ids are given.

    `responsible_id` is the one she answers to, None for somebody of whom no decision speaks. `citizen_id` is set when
    the citizen asks for herself, and then nothing else but capacity and purpose.
    """

    unit_id: UUID | None
    acting_as: ActingAs
    purpose: Purpose
    professional_id: UUID | None = None
    responsible_id: UUID | None = None
    profession: str = ""
    citizen_id: UUID | None = None

    def actor(self, moment: datetime, *, regime: frozenset[str] | None = None) -> Actor:
        """The actor that asks at an instant, under the regime that holds or another."""
        if self.citizen_id is not None:
            return Actor(self.acting_as, self.purpose, moment, citizen_id=self.citizen_id, regime=regime)
        answers = (self.responsible_id or ANY_RESPONSIBLE) if self.acting_as in UNDER_RESPONSIBILITY else None
        return Actor(
            self.acting_as,
            self.purpose,
            moment,
            professional_id=self.professional_id or ANYBODY,
            profession=self.profession,
            unit_id=self.unit_id,
            responsible_id=answers,
            regime=regime,
        )


def askers_around(citizens: Sequence[UUID], moment: datetime) -> Iterator[Asker]:
    """Everybody who may come to see something of these citizens, or no longer. Seven statements."""
    for citizen_id in citizens:
        yield Asker(None, ActingAs.CITIZEN, Purpose.OWN, citizen_id=citizen_id)
    units = sorted(_units(citizens))
    persons = _employed(units, _named(citizens), moment)
    for unit_id in units:
        for acting_as, purpose in ROLES:
            yield Asker(unit_id, acting_as, purpose)
        for professional_id, profession in persons[unit_id]:
            yield from _by_name(unit_id, professional_id, profession)
    for unit_id, professional_id in _assuring_quality(moment):
        yield Asker(unit_id, ActingAs.HP, Purpose.QUALITY, professional_id)


def _by_name(unit_id: UUID, professional_id: UUID, profession: str) -> Iterator[Asker]:
    """One professional in each capacity, and anybody who answers to her."""
    for acting_as, purpose in (*ROLES, *BY_NAME):
        shown = profession if purpose == Purpose.EVALUATION else ""
        yield Asker(unit_id, acting_as, purpose, professional_id, profession=shown)
        if acting_as in UNDER_RESPONSIBILITY:
            yield Asker(unit_id, acting_as, purpose, responsible_id=professional_id)


def _units(citizens: Sequence[UUID]) -> set[UUID]:
    """The units that have, or had, a relation with a citizen or are parties of her plans, with the units below them.

    No rule lets anybody else see anything, whatever is consented, but those who assure quality (`_assuring_quality`).
    """
    party = apps.get_model("careplans", "PlanParty")
    near = {
        *TreatmentRelation.objects.filter(citizen_id__in=citizens).values_list("origin_id", flat=True),
        *party._default_manager.filter(plan__citizen_id__in=citizens).values_list("unit_id", flat=True),
    }
    return set(Organisation.objects.filter(above__ancestor_id__in=near, is_active=True).values_list("id", flat=True))


def _named(citizens: Sequence[UUID]) -> set[UUID]:
    """The professionals of whom a decision or a relation speaks."""
    of_hers = Q(citizen_id__in=citizens)
    found = {
        *TreatmentRelation.objects.filter(of_hers).values_list("professional_id", flat=True),
        *Consent.objects.filter(of_hers).values_list("recipient_professional_id", flat=True),
        *Block.objects.filter(of_hers).values_list("professional_id", flat=True),
    }
    return {key for key in found if key is not None}


def _employed(units: Sequence[UUID], persons: set[UUID], moment: datetime) -> dict[UUID, list[tuple[UUID, str]]]:
    """Those of the professionals who work at each of the units, and who there has a permit, with their profession."""
    found: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    works = Employment.objects.filter(
        Q(end__isnull=True) | Q(end__gt=moment),
        Q(professional_id__in=persons) | Q(professional_id__in=Permit.objects.values("professional_id")),
        unit_id__in=units,
        start__lte=moment,
    )
    told = ("unit_id", "professional_id", "professional__profession")
    for unit_id, key, profession in works.order_by("professional_id").values_list(*told).distinct():
        found[unit_id].append((key, profession))
    return found


def _assuring_quality(moment: datetime) -> list[tuple[UUID, UUID]]:
    """Unit and professional where the management permits quality work: it asks for no relation."""
    permitted = Permit.objects.filter(kind=Permit.Kind.QUALITY).values("professional_id")
    works = Employment.objects.filter(
        Q(end__isnull=True) | Q(end__gt=moment), professional_id__in=permitted, start__lte=moment
    )
    return list(works.order_by("unit_id", "professional_id").values_list("unit_id", "professional_id").distinct())
