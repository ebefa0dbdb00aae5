"""What a decision would change, before it is made: which units and roles gain or lose which families, counted exactly.

The question is asked of the rules themselves: what is seen is counted, the change is made inside a transaction, what is
seen is counted again, and the transaction is undone. So what the dry run says is what is then true.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Model, Q, UUIDField, Value

from access.actors import Actor
from access.conditions import NEVER
from access.decisions import ShapeOf
from access.policies import all_policies, policy_of
from access.sql import Param, compile_queryset, numbered
from access.statements import Statement
from access.vocabulary import ActingAs, Action, Category, Profession, Purpose
from organisations.models import Employment, Organisation, TreatmentRelation

# The roles asked for at each unit: a capacity with its purpose, and a profession that can have it.
ROLES: tuple[tuple[ActingAs, Purpose, Profession], ...] = (
    (ActingAs.HP, Purpose.TREATMENT, Profession.DOCTOR),
    (ActingAs.CARE, Purpose.CARE, Profession.CARE_HELPER),
    (ActingAs.CASE, Purpose.CASE, Profession.CASEWORKER),
    (ActingAs.SOC_PSY, Purpose.CARE, Profession.SOCIAL_WORKER),
)
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Difference:
    """One unit and role that would see more or fewer things of one family; `change` counts them, below 0 for fewer."""

    unit_id: UUID
    acting_as: ActingAs
    category: Category
    before: int
    after: int

    @property
    def change(self) -> int:
        """How many more."""
        return self.after - self.before


Seen = Counter[tuple[UUID, ActingAs, Category]]


def dry_run(
    citizen_id: UUID,
    change: Callable[[], Any],
    *,
    moment: datetime,
    also: Iterable[UUID] = (),
    named: Iterable[UUID] = (),
) -> list[Difference]:
    """Return what `change` would change for one citizen at this instant, and leave everything as it was.

    `also` are units to ask about besides those that have a relation, `named` professionals whom the change names. The
    cost is one count for each table, unit and role.
    """
    units = {*also, *_units_around(citizen_id)}
    persons = list(named)
    with transaction.atomic():
        before = seen(citizen_id, units, moment, persons)
        change()
        after = seen(citizen_id, units, moment, persons)
        transaction.set_rollback(True)
    keys = sorted(before.keys() | after.keys(), key=str)
    return [Difference(*key, before=before[key], after=after[key]) for key in keys if before[key] != after[key]]


def _units_around(citizen_id: UUID) -> set[UUID]:
    """The units that have, or had, a relation with the citizen, and the units below them."""
    near = TreatmentRelation.objects.filter(citizen_id=citizen_id).values("origin_id")
    return set(Organisation.objects.filter(above__ancestor_id__in=near, is_active=True).values_list("id", flat=True))


def seen(citizen_id: UUID, units: Iterable[UUID], moment: datetime, named: Iterable[UUID] = ()) -> Seen:
    """Count what each role at each unit sees of one citizen, by family.

    A role stands for anybody there: a professional of whom no decision speaks; one whom a decision names is counted as
    herself, at the units where she works.
    """
    found: Seen = Counter()
    for unit_id in units:
        persons = [NOBODY, *_employed(unit_id, named, moment)]
        for acting_as, purpose, profession in ROLES:
            for person in persons:
                actor = Actor(
                    acting_as, purpose, moment, professional_id=person, profession=profession, unit_id=unit_id
                )
                for category, count in _counts(actor, citizen_id):
                    found[(unit_id, acting_as, category)] += count
    return found


def _employed(unit_id: UUID, named: Iterable[UUID], moment: datetime) -> list[UUID]:
    """Those of the named who work at the unit."""
    wanted = list(named)
    if not wanted:
        return []
    now = Q(end__isnull=True) | Q(end__gt=moment)
    return list(
        Employment.objects.filter(now, professional_id__in=wanted, unit_id=unit_id, start__lte=moment).values_list(
            "professional_id", flat=True
        )
    )


def _counts(actor: Actor, citizen_id: UUID) -> Iterable[tuple[Category, int]]:
    """Count the rows of each table that the actor sees of the citizen, by category."""
    values = {**actor.bindings, "citizen": citizen_id}
    for model, policy in all_policies().items():
        if policy.target.citizen and (policy.target.category or policy.target.fixed):
            statement = _counting(model, ShapeOf(actor))
            for category, count in statement.run(values) if statement is not None else ():
                yield Category(category), count


@lru_cache(maxsize=512)
def _counting(model: type[Model], shape: ShapeOf) -> Statement | None:
    """Compile the count of one table for actors of this shape; None when they see nothing of it."""
    policy = policy_of(model)
    target = policy.target
    permitted = policy.permitted(shape.actor.symbolic, Action.READ)
    if permitted is NEVER:
        return None
    category = F(target.category) if target.category else Value(str(target.fixed))
    rows = model._default_manager.filter(permitted, **{target.citizen: Param("citizen", UUIDField())})
    counted = rows.annotate(family=category).values("family").annotate(found=Count("pk")).order_by()
    return Statement(*numbered(compile_queryset(counted.values_list("family", "found"))), ("family", "found"), ())
