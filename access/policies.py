"""Policies: each rule written once, as data, and interpreted once, by the database.

An act is permitted if any rule of the policy holds; a rule holds if every one of its gates is open. That sentence is
`Policy.permitted`, and the set, the object and the explanation all ask it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self, TypeVar

from django.db.models import Model, Q, QuerySet

from access.actors import Actor
from access.conditions import NEVER, Condition, Target, conj, disj
from access.grounds import Ground
from access.vocabulary import Action, Reason


@dataclass(frozen=True)
class Gate:
    """One named step of the law's order of evaluation, and the reason given when it is shut.

    `lapsed` is asked only of what was refused: whether the gate was open until something ran out.
    """

    name: str
    condition: Condition
    reason: Reason
    lapsed: Condition | None = None


@dataclass(frozen=True)
class Rule:
    """A way in which an act may be lawful: its ground, its actions and its gates in the order of the law.

    Every rule either has a gate named "block" or names the ground that makes it unblockable.
    """

    code: str
    ground: Ground
    actions: frozenset[Action]
    gates: tuple[Gate, ...]
    unblockable: Ground | None = None

    def __post_init__(self) -> None:
        if (self.unblockable is None) != any(gate.name == "block" for gate in self.gates):
            raise ValueError(f"rule {self.code} must either have a block gate or say why not")

    def q(self, actor: Actor, target: Target) -> Q:
        """All gates open."""
        return conj(gate.condition.q(actor, target) for gate in self.gates)


@dataclass(frozen=True)
class Policy:
    """The rules of one table."""

    model: type[Model]
    target: Target
    rules: tuple[Rule, ...]

    def rules_for(self, action: Action) -> Iterator[Rule]:
        """The rules that may permit this act."""
        return (rule for rule in self.rules if action in rule.actions)

    def live_rules(self, actor: Actor, action: Action) -> list[tuple[Rule, Q]]:
        """The rules that are not shut by who the actor is, each compiled."""
        compiled = ((rule, rule.q(actor, self.target)) for rule in self.rules_for(action))
        return [(rule, q) for rule, q in compiled if q is not NEVER]

    def permitted(self, actor: Actor, action: Action) -> Q:
        """The set question: which rows."""
        return disj(q for _rule, q in self.live_rules(actor, action))


M = TypeVar("M", bound=Model)

_POLICIES: dict[type[Model], Policy] = {}


def register(policy: Policy) -> Policy:
    """Make the policy known; each table has one."""
    if policy.model in _POLICIES:
        raise ValueError(f"{policy.model.__name__} has a policy already")
    _POLICIES[policy.model] = policy
    return policy


def policy_of(model: type[Model]) -> Policy:
    """Return the policy of a table; a table without one is served to nobody (KeyError)."""
    return _POLICIES[model]


def all_policies() -> dict[type[Model], Policy]:
    """Return every policy by its table."""
    return dict(_POLICIES)


class PermittedQuerySet(QuerySet[M]):
    """A queryset that can be narrowed to what an actor may act on."""

    def permitted(self, actor: Actor, action: Action = Action.READ) -> Self:
        """Only the rows on which the actor may perform the action. One query, no join that multiplies."""
        return self.filter(policy_of(self.model).permitted(actor, action))
