"""What those around a citizen may see of her, kind by kind, and why: every thing of hers decided by the rules.

All units of one capacity are asked about by one statement: it decides each thing for each of them and counts what was
decided alike. So what it tells is what each of them would get, and its reasons are those of the rules.

Nobody of an emergency ward has a relation before she is brought there. Of such a place the relation is taken to be
there, and, for what an override would open, the block to be overridden.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import F, Q, UUIDField, Value

from access import service
from access.actors import Actor
from access.conditions import NEVER
from access.decisions import Decision, Layout, ShapeOf, asked_gates, judge
from access.open_questions import TIMES_OVERRIDABLE
from access.policies import policy_of
from access.sql import IsIn, Param, compile_queryset, numbered
from access.statements import Source, Statement, cursor
from access.vocabulary import ActingAs, Action, Category, Purpose, Reason
from consents.askers import ANYBODY, Asker
from consents.conditions import HEALTH_CATEGORIES, TIMES_OF_HELP
from consents.dryrun import Table, countable
from consents.gates import BLOCK, RELATION


@dataclass(frozen=True)
class Place:
    """Anybody who works in this capacity at a unit, or one professional there.

    Without a unit: a doctor or nurse of an emergency ward to which the citizen is brought; `overrides` says that she
    overrides the citizen's blocks.
    """

    unit_id: UUID | None
    acting_as: ActingAs = ActingAs.HP
    purpose: Purpose = Purpose.TREATMENT
    professional_id: UUID | None = None
    overrides: bool = False

    @property
    def role(self) -> tuple[ActingAs, Purpose]:
        """The capacity and the purpose."""
        return self.acting_as, self.purpose


EMERGENCY, EMERGENCY_OVERRIDING = Place(None), Place(None, overrides=True)


@dataclass(frozen=True)
class Seen:
    """So many things of one kind about which was decided alike."""

    category: Category
    decision: Decision
    count: int


def sight(*, by: Actor, source: Source, citizen_id: UUID, places: Sequence[Place]) -> dict[Place, list[Seen]]:
    """Return what each place may see of a citizen, among what the asker may see herself, and log the question.

    `source` is that of blocks: who may not see those may not ask, since what is blocked shows here. Raises FhirError
    (403). One statement for each capacity and two more.
    """
    decision = service.decide_for_citizen(source, by, citizen_id)
    if decision is None or not decision.permitted:
        reason = Reason.NO_RELATION if decision is None or decision.reason is None else decision.reason
        with service.writing():
            raise service.refused_as(by, "access-matrix", "Patient", citizen_id, reason)
    service.log(by, "access-matrix", "Patient", citizen_id=citizen_id, outcome="permit")
    return looked_at(by, citizen_id, places)


def looked_at(reader: Actor, citizen_id: UUID, places: Iterable[Place]) -> dict[Place, list[Seen]]:
    """The same, asked of what stands now and not logged: for one who was permitted to ask. One statement each."""
    by_role: dict[tuple[ActingAs, Purpose], list[Place]] = {}
    for place in places:
        by_role.setdefault(place.role, []).append(place)
    found: dict[Place, list[Seen]] = {place: [] for some in by_role.values() for place in some}
    connection.ensure_connection()
    with connection.connection.pipeline():
        asked = [(some, *_send(reader, citizen_id, role, some)) for role, some in by_role.items()]
        for some, layouts, cur in asked:
            for unit_id, professional_id, part, category, gates, count in cur.fetchall():
                for place in _meant(some, unit_id, professional_id):
                    decision = _judged(layouts[part], gates, place, Category(category), reader)
                    found[place].append(Seen(Category(category), decision, count))
    return found


def _meant(places: list[Place], unit_id: UUID, professional_id: UUID) -> Iterator[Place]:
    """The places that a line of the answer is about."""
    for place in places:
        if (place.unit_id or ANYBODY, place.professional_id or ANYBODY) == (unit_id, professional_id):
            yield place


def _judged(layout: Layout, gates: list[bool], place: Place, category: Category, reader: Actor) -> Decision:
    """The decision on things whose gates were found so; of an emergency ward as if she were treated there."""
    if place.unit_id is None:
        opened = {RELATION}
        if place.overrides and category in _overridable(reader):
            opened.add(BLOCK)
        layout = tuple(
            (rule, tuple((gate, True if gate in opened else name) for gate, name in gates)) for rule, gates in layout
        )
    answers = {f"gate_{index}": gate for index, gate in enumerate(gates)}
    return judge(layout, answers, on_citizen_side=False)


def _overridable(reader: Actor) -> frozenset[Category]:
    """What an override opens (`consents.conditions.overridden`)."""
    return HEALTH_CATEGORIES | TIMES_OF_HELP if reader.holds(TIMES_OVERRIDABLE) else HEALTH_CATEGORIES


def _send(
    reader: Actor, citizen_id: UUID, role: tuple[ActingAs, Purpose], places: list[Place]
) -> tuple[tuple[Layout, ...], Any]:
    """Send the question of one capacity."""
    asker = Asker(ANYBODY, *role).actor(reader.moment)
    statement, layouts = _looking(ShapeOf(asker), ShapeOf(replace(reader, override_id=None)))
    who = dict.fromkeys((place.unit_id or ANYBODY, place.professional_id or ANYBODY) for place in places)
    mine = {name: value for name, value in reader.bindings.items() if value is not None}
    cur = cursor()
    values = {"units": [unit for unit, _who in who], "persons": [person for _unit, person in who], "of": [citizen_id]}
    statement.send(cur, {**asker.bindings, **mine, **values})
    return layouts, cur


@lru_cache(maxsize=256)
def _looking(asker: ShapeOf, reader: ShapeOf) -> tuple[Statement, tuple[Layout, ...]]:
    """Compile: for each asker of this shape, how many things of which kind have which gates open, table by table."""
    parts: list[str] = []
    layouts: list[Layout] = []
    for model in countable():
        sql, layout = _part(model, asker, reader, len(parts))
        if sql:
            parts.append(sql)
            layouts.append(layout)
    # What the statement of one asker binds or works out once stands here in a row for each.
    lines = " UNION ALL ".join(parts).replace("(SELECT found FROM actor_units)", "above.found")
    lines = lines.replace("%(unit_id)s", "asker.unit_id").replace("%(professional_id)s", "asker.professional_id")
    text = (
        "SELECT asker.*, line.* FROM unnest(%(units)s::uuid[], %(persons)s::uuid[]) AS asker(unit_id, professional_id) "
        "CROSS JOIN LATERAL (SELECT array_agg(ancestor_id) AS found FROM organisations_unitlink "
        f"WHERE descendant_id = asker.unit_id) AS above CROSS JOIN LATERAL ({lines}) AS line"
    )
    return Statement(*numbered(text), (), ()), tuple(layouts)


def _part(model: Table, asker: ShapeOf, reader: ShapeOf, index: int) -> tuple[str, Layout]:
    """Compile one table; no text where the reader sees nothing of it."""
    policy = policy_of(model)
    target = policy.target
    permitted = policy.permitted(reader.actor.symbolic, Action.READ)
    if permitted is NEVER:
        return "", ()
    flags, layout = asked_gates(model, target, tuple(policy.rules_for(Action.READ)), asker.actor)
    family = F(target.category) if target.category else Value(str(target.fixed))
    of_her = Q(IsIn(F(target.citizen), Param("of", ArrayField(UUIDField()))))
    rows = model._default_manager.filter(of_her).filter(permitted).annotate(family=family, **flags).order_by()
    names = ", ".join(flags)
    return (
        f"SELECT {index}, family, ARRAY[{names}]::boolean[], count(*)::int "
        f"FROM ({compile_queryset(rows.values_list('family', *flags))}) AS found(family{', ' * bool(names)}{names}) "
        "GROUP BY 2, 3",
        layout,
    )
