"""The faults that can be planted in the rules, and the rules with one of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from access.actors import Actor
from access.conditions import ALWAYS, NEVER, Condition, Target
from access.policies import Gate, Rule
from tests.mutants.trees import Place, changed, places

OPEN = Condition("always", lambda _actor, _target: ALWAYS)
SHUT = Condition("never", lambda _actor, _target: NEVER)
# What it asks are the policies of the plan's parts, each of which has its own faults here.
WHOLE = frozenset({"some_part_seen", "target_seen"})


@dataclass(frozen=True)
class Fault:
    """One planted fault: where it is, and the condition that stands there instead.

    `rule` is the code of the one rule it is in; empty for a fault inside a condition, which is in every rule that asks
    it.
    """

    name: str
    old: Condition
    new: Condition
    rule: str = ""
    place: int = -1
    inside: Place | None = None


def planted(rules: Iterable[Rule], fault: Fault) -> tuple[Rule, ...]:
    """The rules with the fault."""

    def gate_of(rule: Rule, number: int, gate: Gate) -> Gate:
        is_here = (rule.code, number) == (fault.rule, fault.place) if fault.rule else gate.condition == fault.old
        return replace(gate, condition=fault.new) if is_here else gate

    return tuple(
        replace(rule, gates=tuple(gate_of(rule, number, gate) for number, gate in enumerate(rule.gates)))
        for rule in rules
    )


def removed_gates(rules: Iterable[Rule]) -> Iterator[Fault]:
    """Each gate of each rule, always open."""
    for rule in rules:
        for number, gate in enumerate(rule.gates):
            yield Fault(f"{rule.code}: gate {gate.name}", gate.condition, OPEN, rule.code, number)


def left_out_parts(conditions: Iterable[Condition]) -> Iterator[Fault]:
    """Each condition that another is joined of, left out: as if it were true of `and`, false of `or`."""
    for whole in conditions:
        for name, new in _without_parts(whole):
            yield Fault(f"{whole.name}: {name} left out", whole, new)


def _without_parts(whole: Condition) -> Iterator[tuple[str, Condition]]:
    cells = dict(zip(whole.build.__code__.co_freevars, whole.build.__closure__ or (), strict=True))
    found = {name: cell.cell_contents for name, cell in cells.items()}
    if set(found) == {"other", "self"}:
        first, second = found["self"], found["other"]
        is_and = whole.name == f"({first.name} and {second.name})"
        neutral, join = (OPEN, Condition.__and__) if is_and else (SHUT, Condition.__or__)
        yield first.name, join(neutral, second)
        yield second.name, join(first, neutral)
        yield from ((name, join(inner, second)) for name, inner in _without_parts(first))
        yield from ((name, join(first, inner)) for name, inner in _without_parts(second))
    elif set(found) == {"self"} and isinstance(found["self"], Condition):
        yield "not", found["self"]


def with_place_changed(whole: Condition, place: Place) -> Fault:
    """A fault inside the compiled tree of a condition."""

    def build(actor: Actor, target: Target):
        q = whole.q(actor, target)
        return q if q is ALWAYS or q is NEVER else changed(q, place)[0]

    name = f"{whole.name}: {place[0]} {place[1]}"
    return Fault(name, whole, Condition(f"{whole.name} {place}", build), inside=place)


def changed_places(conditions: Iterable[Condition], asked: Iterable[tuple[Actor, Target]]) -> Iterator[Fault]:
    """Each place of each condition, as these actors ask it, with what can be done to it.

    A condition that is joined of others that stand as gates themselves is asked through those.
    """
    conditions, asked = list(conditions), list(asked)
    for whole in conditions:
        if whole.name in WHOLE or any(part in conditions for part in parts_of(whole)):
            continue
        found: dict[Place, None] = {}
        for actor, target in asked:
            q = whole.q(actor.symbolic, target)
            if q is not ALWAYS and q is not NEVER:
                found.update(dict.fromkeys(places(q)))
        yield from (with_place_changed(whole, place) for place in found)


def parts_of(whole: Condition) -> list[Condition]:
    """The conditions that this one is joined of."""
    cells = [cell.cell_contents for cell in whole.build.__closure__ or ()]
    return [part for part in cells if isinstance(part, Condition)]
