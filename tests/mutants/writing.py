"""Faults in every other rule (writing, consents, relations, the log), held against the numbered cases of the law.

A fault is planted in the registered policies, the cases are asked until one answers otherwise, and it is taken out.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from access import policies
from access.policies import Rule, all_policies
from citizens.models import AttorneyOffer
from tests.access import test_matrix_b, test_powers, test_writing
from tests.access.adapter import actor_of
from tests.access.staging import staged
from tests.mutants.faults import WHOLE, Fault, changed_places, left_out_parts, planted, removed_gates
from tests.oracle.stage import ask, element, relation_of

Case = tuple[str, frozenset[str], Callable[[], list[str]]]


def cases() -> list[Case]:
    """Every case: its number, the rules it is about, and what differs."""
    found: list[Case] = []
    for number, row, column, rule in test_matrix_b.NUMBERED:
        found.append((number, frozenset({rule}), lambda a=row, b=column, c=rule: test_matrix_b.differences(a, b, c)))
    of_powers = frozenset(rule.code for rule in policies.policy_of(AttorneyOffer).rules) | {"power-held"}
    for number, who, column, answer in test_powers.NUMBERED:
        found.append((number, of_powers, lambda a=who, b=column, c=answer: test_powers.differences(a, b, c)))
    for number, category, actor, may in test_writing.NUMBERED:
        of = (
            {"stamkort-entry", "stamkort-correction"} if category == "SK_TYPED" else {"own-recording", "own-correction"}
        )
        found.append((number, frozenset(of), lambda a=category, b=actor, c=may: test_writing.mistakes(a, b, c)))
    found += [(name, frozenset(RULES_BESIDE[name]), check) for name, check in test_writing.BESIDE.items()]
    return found


RULES_BESIDE = {
    "own words": {"own-words", "stamkort-by-attorney"},
    "noted consents": {"noted-consent", "noted-withdrawal", "party-to-consent"},
    "claimed relations": {"claimed-relation"},
    "own look-ups": {"own-look-ups", "assistants-look-ups", "log-by-attorney"},
    "refusals": {"own-refusal"},
}


def rules(but: frozenset[str]) -> list[Rule]:
    """Every rule that reading elements does not prove already."""
    found = {rule.code: rule for policy in all_policies().values() for rule in policy.rules}
    return [rule for code, rule in found.items() if code not in but and rule.gates]


def faults(but: frozenset[str], known: frozenset[str]) -> list[Fault]:
    """Every fault in these rules; what is a fault of a condition that reading asks too is planted there."""
    wanted = rules(but)
    conditions = list(dict.fromkeys(gate.condition for rule in wanted for gate in rule.gates))
    asked = [
        (actor, policy.target)
        for asker in (*(ask(one) for one in test_writing.ACTORS), *(test_matrix_b.stage_of(row)[0] for row in ROWS))
        if (actor := actor_of(staged(element("DIAG"), relation_of(ask("HP"))), asker)) is not None
        for policy in all_policies().values()
        if policy.target.citizen
    ]
    own = [one for one in conditions if one.name not in WHOLE]
    found = [*removed_gates(wanted), *left_out_parts(conditions), *changed_places(own, asked)]
    return [fault for fault in {one.name: one for one in found}.values() if fault.name not in known]


ROWS = ("CITIZEN >= 18", "PROXY", "PARENT of child < 15", "GUARDIAN")


@contextmanager
def standing(fault: Fault) -> Iterator[None]:
    """The fault, in every registered policy."""
    before = dict(policies._POLICIES)
    try:
        for model, policy in before.items():
            policies._POLICIES[model] = replace(policy, rules=planted(policy.rules, fault))
        yield
    finally:
        policies._POLICIES.update(before)


def rules_with(fault: Fault) -> frozenset[str]:
    """The rules that a fault is in."""
    if fault.rule:
        return frozenset({fault.rule})
    found = (rule for policy in all_policies().values() for rule in policy.rules)
    return frozenset(rule.code for rule in found if any(gate.condition == fault.old for gate in rule.gates))


def hunt(wanted: list[Fault]) -> Iterator[tuple[Fault, str]]:
    """Which faults a case notices; the cases about its rule first."""
    every = cases()
    for fault in wanted:
        about = rules_with(fault)
        with standing(fault):
            number = next((number for number, of, check in every if of & about and check()), "")
        yield fault, number
