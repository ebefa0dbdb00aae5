"""Decisions that explain themselves: the same gates as every list, asked of one row, each answer kept.

`decide` is one query on one row, `decide_many` on many. A decision holds the rules that hold, and for every other rule
the first gate that was shut; of those, the one that came furthest tells the reason and the nearest lawful way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Model, Q, UUIDField

from access.actors import Actor
from access.conditions import Target
from access.flags import flag_of
from access.policies import Gate, Policy, Rule
from access.sql import IsIn, Param, compile_queryset, numbered
from access.statements import Statement
from access.vocabulary import CITIZEN_SIDE, Action, Reason

# What the first gate of a rule is called that is for citizens and those who act for them; only they meet shields.
OF_CITIZENS = frozenset({"own", "representation", "shield"})
# How far along the law's order of evaluation a gate stands.
STEPS = {
    "parts": 0,
    "own": 1,
    "representation": 1,
    "sector": 2,
    "purpose": 3,
    "relation": 4,
    "law": 5,
    "age": 5,
    "owner": 6,
    "regime": 6,
    "consent": 6,
    "block": 7,
    "shield": 7,
    "choice": 8,
}


@dataclass(frozen=True)
class Shut:
    """A rule that did not hold and the first of its gates that was shut."""

    rule: Rule
    gate: Gate

    @property
    def step(self) -> int:
        """How far the rule came."""
        return STEPS[self.gate.name]


@dataclass(frozen=True)
class Decision:
    """The answer to one question about one row, with what it rests on."""

    held: tuple[Rule, ...]
    shut: tuple[Shut, ...]
    on_citizen_side: bool
    has_lapsed: bool = False

    @property
    def permitted(self) -> bool:
        """Whether any rule holds."""
        return bool(self.held)

    @property
    def nearest(self) -> Shut | None:
        """Of the rules that did not hold, the one that came furthest; those for the asker's side, or both, count."""
        mine = [shut for shut in self.shut if self._is_for(shut.rule.gates[0].name)]
        return max(mine, key=lambda shut: shut.step, default=None)

    def _is_for(self, first: str) -> bool:
        """Whether a rule that begins with this gate is for the asker's side; the law's gate first is for both."""
        return first == "law" or self.on_citizen_side == (first in OF_CITIZENS)

    @property
    def reason(self) -> Reason | None:
        """Why not, when not permitted."""
        if self.permitted:
            return None
        if self.has_lapsed:
            return Reason.CONSENT_EXPIRED
        return self.nearest.gate.reason if self.nearest else Reason.LAW_GATE

    @property
    def is_hidden(self) -> bool:
        """Whether the refusal must look like something that does not exist: a block or a private marking decided."""
        return not self.permitted and self.reason == Reason.BLOCKED

    @property
    def consent_would_do(self) -> bool:
        """Whether a rule is shut by nothing but a consent that is not there."""
        return any(shut.gate.lapsed is not None for shut in self.shut)


def decide(policy: Policy, actor: Actor, action: Action, key: UUID) -> Decision | None:
    """Decide one act on one row, with every gate's answer; None when there is no such row.

    One statement; a second one where a consent is missing, to tell whether there was one that ran out.
    """
    return decide_many(policy, actor, action, [key]).get(key)


def decide_many(policy: Policy, actor: Actor, action: Action, keys: Sequence[UUID]) -> dict[UUID, Decision]:
    """Decide one act on each of these rows; a row that does not exist has no decision. One or two statements."""
    layout, rows = answers(policy, actor, action, keys)
    decided = {key: judge(layout, row, on_citizen_side=actor.acting_as in CITIZEN_SIDE) for key, row in rows.items()}
    if any(_may_have_lapsed(decision) for decision in decided.values()):
        for key in _lapsed(policy, actor, action, [key for key, one in decided.items() if _may_have_lapsed(one)]):
            decided[key] = replace(decided[key], has_lapsed=True)
    return decided


Layout = tuple[tuple[Rule, tuple[tuple[Gate, str | bool], ...]], ...]


def answers(
    policy: Policy, actor: Actor, action: Action, keys: Sequence[UUID]
) -> tuple[Layout, dict[UUID, dict[str, Any]]]:
    """Return the gates of each rule, each a constant or the name of an answer, and the answers by row."""
    statement, layout = _deciding(policy.model, policy.target, tuple(policy.rules_for(action)), ShapeOf(actor))
    rows = statement.run({**actor.bindings, "keys": list(keys)})
    return layout, {row[0]: dict(zip(statement.names, row, strict=True)) for row in rows}


def judge(layout: Layout, found: Mapping[str, Any], *, on_citizen_side: bool) -> Decision:
    """Read the answers of one row: which rules hold, and the first shut gate of each other."""
    held, shut = [], []
    for rule, gates in layout:
        first = next((gate for gate, name in gates if not (name is True or (name and found[name]))), None)
        if first is None:
            held.append(rule)
        else:
            shut.append(Shut(rule, first))
    return Decision(tuple(held), tuple(shut), on_citizen_side)


def _may_have_lapsed(decision: Decision) -> bool:
    """Whether it is a missing consent that decided."""
    missing = decision.reason in (Reason.NEEDS_CONSENT, Reason.REGIME_SWITCH_OFF)
    return missing and decision.consent_would_do


@lru_cache(maxsize=64)
def _past(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules that something can run out of, asked of what was before."""

    def before(rule: Rule) -> Rule:
        gates = (gate if gate.lapsed is None else replace(gate, condition=gate.lapsed) for gate in rule.gates)
        return replace(rule, gates=tuple(gates))

    return tuple(before(rule) for rule in rules if any(gate.lapsed is not None for gate in rule.gates))


def _lapsed(policy: Policy, actor: Actor, action: Action, keys: Sequence[UUID]) -> list[UUID]:
    """Those of the rows for which a gate that is shut was open until a consent ran out. One statement."""
    past = _past(tuple(policy.rules_for(action)))
    layout, rows = answers(Policy(policy.model, policy.target, past), actor, action, keys)
    return [key for key, row in rows.items() if judge(layout, row, on_citizen_side=False).permitted]


class ShapeOf:
    """The shape of an actor as the key of a compiled decision."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def __hash__(self) -> int:
        return hash(self.actor.shape)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ShapeOf) and self.actor.shape == other.actor.shape


@lru_cache(maxsize=1024)
def _deciding(model: type[Model], target: Target, rules: tuple[Rule, ...], key: ShapeOf) -> tuple[Statement, Layout]:
    """Compile: each distinct gate of these rules as one boolean column of the row."""
    sql, names, layout = gates_of(model, target, rules, key.actor)
    return Statement(*numbered(sql), names, ()), layout


def asked_gates(
    model: type[Model], target: Target, rules: Sequence[Rule], actor: Actor
) -> tuple[dict[str, Any], Layout]:
    """Each distinct gate of these rules as a column of the table by its name, and how the rules read them."""
    names: dict[Any, str | bool] = {}
    flags: dict[str, Any] = {}
    layout = []
    for rule in rules:
        gates = []
        for gate in rule.gates:
            if gate.condition not in names:
                flag = flag_of(gate.condition, actor, model, target)
                if flag.constant is not None:
                    names[gate.condition] = flag.constant
                else:
                    name = f"gate_{len(flags)}"
                    names[gate.condition] = name
                    flags[name] = flag.column
            gates.append((gate, names[gate.condition]))
        layout.append((rule, tuple(gates)))
    return flags, tuple(layout)


def gates_of(
    model: type[Model], target: Target, rules: Sequence[Rule], actor: Actor
) -> tuple[str, tuple[str, ...], Layout]:
    """The text that answers each distinct gate of these rules about the rows with the `keys`, its columns, and how the
    rules read them."""
    flags, layout = asked_gates(model, target, rules, actor)
    wanted = Q(IsIn(F("pk"), Param("keys", ArrayField(UUIDField()))))
    queryset = model._default_manager.filter(wanted).annotate(**dict(target.assumed)).annotate(**flags).order_by()
    return compile_queryset(queryset.values_list("pk", *flags)), ("pk", *flags), layout


def held_of(policy: Policy, actor: Actor, action: Action) -> str:
    """The text that tells, of the one row of the `keys`, the codes of the rules that hold, as the column `rules`.

    It is for a statement that acts where any does, and is empty where none can. What does not hold, and why, `decide`
    tells.
    """
    sql, names, layout = gates_of(policy.model, policy.target, tuple(policy.rules_for(action)), actor)
    held = []
    for rule, gates in layout:
        answers = [name for _gate, name in gates]
        if False not in answers:
            asked = " AND ".join(str(name) for name in answers if name is not True) or "true"
            held.append(f"CASE WHEN {asked} THEN '{rule.code}' END")
    if not held:
        return ""
    rules = f"array_remove(ARRAY[{', '.join(held)}]::text[], NULL)"
    return f"SELECT {rules} AS rules FROM ({sql}) AS answered({', '.join(names)})"
