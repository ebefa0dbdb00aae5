"""What one asker may see of one citizen, kind by kind and act by act, whatever there is.

Each line is decided by the rules themselves, asked of the citizen as if something of the kind were recorded about her:
elsewhere than at the asker's own unit, and at it where that changes the answer. What hangs on one thing alone (the
citizen's choice for one life goal) is decided for that thing only. A block changes no line, since nobody is told that
there is one (law study 3.2); instead who may override is told, always, that something may be restricted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db.models import UUIDField, Value

from access import decisions, service
from access.actors import Actor
from access.conditions import ALWAYS, Condition, Target
from access.explanations import explain
from access.policies import Policy, Rule, all_policies
from access.sql import Param
from access.vocabulary import CITIZEN_SIDE, Action, Category, Law, laws_of

OWN_UNIT = ("own_unit", Param("unit_id", UUIDField()))
NOT_ASKED = Condition("not_asked", lambda _actor, _target: ALWAYS)


@dataclass(frozen=True)
class Line:
    """One kind of data under one act (None: under none): what is told of it, and of what the own unit recorded."""

    category: Category
    law: Law | None
    told: dict[str, Any]
    told_of_own: dict[str, Any] | None = None


def access_matrix(actor: Actor, citizen_id: UUID) -> list[Line]:
    """Return every line, and log the question. Two statements for each line at most, and one log row."""
    lines = [_line(actor, citizen_id, *key) for key in _kinds()]
    outcome = "permit" if _is_open(lines) else "refuse"
    service.log(actor, "access-matrix", "Patient", citizen_id=citizen_id, outcome=outcome)
    return lines


def _is_open(lines: list[Line]) -> bool:
    """Whether anything may be seen."""
    return any("permit" in (line.told["verdict"], (line.told_of_own or line.told)["verdict"]) for line in lines)


def _line(actor: Actor, citizen_id: UUID, category: Category, law: Law | None) -> Line:
    """Decide one line."""
    told = _decided(actor, citizen_id, category, law, at_own_unit=False)
    if actor.unit_id is None or told["verdict"] == "permit":
        return Line(category, law, told)
    own = _decided(actor, citizen_id, category, law, at_own_unit=True)
    return Line(category, law, told, own if own["verdict"] == "permit" else None)


def _decided(
    actor: Actor, citizen_id: UUID, category: Category, law: Law | None, *, at_own_unit: bool
) -> dict[str, Any]:
    """Decide one kind of data of the citizen as such."""
    assumed = (("recorded_under", Value(str(law))),) if law is not None else ()
    target = Target(
        citizen="id",
        category=None,
        fixed=category,
        origin="own_unit" if at_own_unit else None,
        occurred_at=None,
        assumed=(*assumed, OWN_UNIT) if at_own_unit else assumed,
    )
    policy = Policy(service.citizens(), target, _policies()[category].rules)
    decision = decisions.decide(policy, actor, Action.READ, citizen_id)
    return explain(decision, for_citizen=actor.acting_as in CITIZEN_SIDE, may_override=actor.may_override)


def _kinds() -> Iterator[tuple[Category, Law | None]]:
    """Every category that a table holds, under each act it may be recorded in."""
    for category in Category:
        if category in _policies():
            yield from ((category, law) for law in laws_of(category) or (None,))


@lru_cache(maxsize=1)
def _policies() -> dict[Category, Policy]:
    """For each category that any table holds, the policy of the table that holds the fewest others, unblocked."""
    found: dict[Category, Policy] = {}
    for policy in sorted(all_policies().values(), key=lambda each: (len(_held(each)), each.model.__name__)):
        unblocked = replace(policy, rules=tuple(_unblocked(rule) for rule in policy.rules))
        for category in _held(policy):
            found.setdefault(category, unblocked)
    return found


def _unblocked(rule: Rule) -> Rule:
    """The rule as it is when no citizen has blocked anything."""
    gates = (replace(gate, condition=NOT_ASKED) if gate.name == "block" else gate for gate in rule.gates)
    return replace(rule, gates=tuple(gates))


def hint(actor: Actor, lines: list[Line]) -> dict[str, str] | None:
    """The way past a block, for who may take it, whatever there is; none for who is shown nothing anyway."""
    if not actor.may_override or not _is_open(lines):
        return None
    return dict(explain(None, may_override=True)["nearest"])


def _held(policy: Policy) -> frozenset[Category]:
    """The categories that the rows of a table have."""
    if policy.target.fixed is not None:
        return frozenset({policy.target.fixed})
    return policy.target.holds if policy.target.category is not None else frozenset()
