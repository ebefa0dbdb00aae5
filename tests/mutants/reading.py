"""Faults in the rules that let an element be read, held against the oracle on steered worlds.

The answers of all gates are asked once for each ask and table; a fault asks only for what stands in its place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Model, Q, UUIDField

from access.actors import Actor
from access.conditions import ALWAYS, NEVER, Condition
from access.decisions import Decision, Layout, ShapeOf, answers, judge
from access.flags import as_flag
from access.policies import all_policies, policy_of
from access.sql import IsIn, Param, compile_queryset, numbered
from access.statements import Statement
from access.vocabulary import CITIZEN_SIDE
from tests.access.agreement import READ, Asked, Tables, asked_in, staged
from tests.access.test_equivalence import BEFORE, OPENED, SHIPPED, TURNING
from tests.mutants.asking import CLINICAL, with_other_purposes
from tests.mutants.faults import Fault, changed_places, left_out_parts, removed_gates
from tests.mutants.trees import Place, changed, places

WORLDS = ((CLINICAL, 31, 1), (SHIPPED, 32, 1), (OPENED, 33, 1), (BEFORE, 34, 1), (TURNING, 35, 1), (SHIPPED, 36, 1))
# How many asks of tables a fault is held against in each world, drawn anew for each fault.
DRAWN = 70


@dataclass
class Answered:
    """One ask of one table: the answers of every gate, and what the oracle says of each row."""

    asked: Asked
    model: type[Model]
    layout: Layout
    rows: dict[UUID, dict[str, Any]]
    conditions: frozenset[Condition] = field(init=False)
    judged: dict[UUID, Decision] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.conditions = frozenset(gate.condition for _rule, gates in self.layout for gate, _name in gates)

    def is_noticed(self, fault: Fault) -> str:
        """The first row on which the answer with the fault is another than without; empty when there is none."""
        found = self._with(fault)
        if found is None:
            return ""
        layout, values = found
        side = self.asked.actor.acting_as in CITIZEN_SIDE
        for key, row in self.rows.items():
            told = judge(layout, row | {"fault": key in values}, on_citizen_side=side)
            whole = self.whole(key, row, on_citizen_side=side)
            if (told.permitted, told.reason) != (whole.permitted, whole.reason):
                how = "permits" if told.permitted else "refuses" if whole.permitted else f"says {told.reason}"
                return f"{how} {self.asked.ask.acting_as} a {self.model.__name__}"
        return ""

    def whole(self, key: UUID, row: dict[str, Any], *, on_citizen_side: bool) -> Decision:
        """The decision without a fault, which is the oracle's."""
        if key not in self.judged:
            self.judged[key] = judge(self.layout, row, on_citizen_side=on_citizen_side)
            assert self.judged[key].permitted == self.asked.verdicts[key].permitted
        return self.judged[key]

    def _with(self, fault: Fault) -> tuple[Layout, set[UUID]] | None:
        """The layout with the fault, and the rows for which what stands there holds; None where it changes nothing."""
        statement = _compiled(fault, self.model, ShapeOf(self.asked.actor))
        if statement is None:
            return None
        name: str | bool = statement if isinstance(statement, bool) else "fault"
        values = set()
        if not isinstance(statement, bool):
            rows = statement.run({**self.asked.actor.bindings, "keys": list(self.rows)})
            values = {key for key, holds in rows if holds}

        def named(rule: str, number: int, gate: Any, old: str | bool) -> str | bool:
            is_here = (rule, number) == (fault.rule, fault.place) if fault.rule else gate.condition == fault.old
            return name if is_here else old

        return tuple(
            (rule, tuple((gate, named(rule.code, number, gate, old)) for number, (gate, old) in enumerate(gates)))
            for rule, gates in self.layout
        ), values


@lru_cache(maxsize=8192)
def _asks(condition: Condition, model: type[Model], key: ShapeOf) -> Q:
    """What a condition compiles to for a shape of actor."""
    return condition.q(key.actor.symbolic, policy_of(model).target)


@lru_cache(maxsize=8192)
def _places(condition: Condition, model: type[Model], key: ShapeOf) -> frozenset[Place]:
    """The places of what a condition compiles to."""
    whole = _asks(condition, model, key)
    return frozenset() if whole is ALWAYS or whole is NEVER else frozenset(places(whole))


@lru_cache(maxsize=65_536)
def _compiled(fault: Fault, model: type[Model], key: ShapeOf) -> Statement | bool | None:
    """What stands in the place of the fault: a statement, a constant, or None where nothing is changed."""
    whole = _asks(fault.old, model, key)
    q, hits = whole, 1
    if fault.inside is None:
        q = fault.new.q(key.actor.symbolic, policy_of(model).target)
    elif fault.inside in _places(fault.old, model, key):
        q, hits = changed(whole, fault.inside)
    if q is whole or not hits:
        return None
    if q is ALWAYS or q is NEVER:
        return q is ALWAYS
    wanted = Q(IsIn(F("pk"), Param("keys", ArrayField(UUIDField()))))
    queryset = model._default_manager.filter(wanted).annotate(fault=as_flag(q)).order_by()
    return Statement(*numbered(compile_queryset(queryset.values_list("pk", "fault"))), ("pk", "fault"), ())


def tables() -> frozenset[type[Model]]:
    """The tables that the worlds have rows of."""
    found: set[type[Model]] = set()
    for scenario, seed, _n in WORLDS[:2]:
        for _world, _asks, rows in islice(staged(scenario, seed), 1):
            found |= set(rows)
    return frozenset(found)


def faults(of: frozenset[type[Model]]) -> list[Fault]:
    """Every fault that can be planted in how these tables are read."""
    rules = {rule.code: rule for model in of for rule in policy_of(model).rules_for(READ)}
    conditions = list(dict.fromkeys(gate.condition for rule in rules.values() for gate in rule.gates))
    asked = _askers(of)
    inside = changed_places(conditions, asked)
    found = [*removed_gates(rules.values()), *left_out_parts(conditions), *inside]
    return list({fault.name: fault for fault in found}.values())


def _askers(of: frozenset[type[Model]]) -> list[tuple[Actor, Any]]:
    """One actor of each shape, with each table."""
    shapes: dict[Any, Actor] = {}
    for scenario, seed, _n in WORLDS[:3]:
        for world, asks, _rows in islice(staged(scenario, seed), 1):
            for asked in asked_in(world, with_other_purposes(asks), Random(seed)):
                if asked.actor is not None:
                    shapes.setdefault(asked.actor.shape, asked.actor)
    targets = {policy.target: None for model, policy in all_policies().items() if model in of}
    return [(actor, target) for actor in shapes.values() for target in targets]


def asked_of(world: Any, asks: list[Any], rows: Tables, seed: int) -> Iterator[Answered]:
    """Every ask of every table of a world."""
    for asked in asked_in(world, with_other_purposes(asks), Random(seed)):
        if asked.actor is None:
            continue
        for model, ids in rows.items():
            layout, found = answers(policy_of(model), asked.actor, READ, ids)
            yield Answered(asked, model, layout, found)


def hunt(wanted: list[Fault]) -> Iterator[tuple[int, Fault, str]]:
    """Which faults are noticed in which world, and by whom."""
    alive = {fault.name: fault for fault in wanted}
    number = 0
    for scenario, seed, n in WORLDS:
        for world, asks, rows in islice(staged(scenario, seed), n):
            number += 1
            answered = list(asked_of(world, asks, rows, seed))
            dice = Random(seed)
            for fault in list(alive.values()):
                about = [one for one in answered if fault.old in one.conditions]
                drawn = dice.sample(about, min(DRAWN, len(about)))
                noticed = next((by for one in drawn if (by := one.is_noticed(fault))), "")
                if noticed:
                    del alive[fault.name]
                    yield number, fault, noticed
            if not alive:
                return
