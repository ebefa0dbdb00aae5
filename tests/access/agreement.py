"""Asking the engine in each of its ways and the oracle the same questions, and noting where they differ."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, Model, Q, UUIDField

from access.actors import Actor
from access.decisions import Decision, decide, decide_many
from access.explanations import explain
from access.policies import policy_of
from access.sql import IsIn, Param, compile_queryset, numbered
from access.statements import Search, Source, Statement, fetch
from access.vocabulary import Action, Reason
from careplans.models import CarePlan, Condition
from citizens.models import Citizen
from goals.models import Goal
from tests.access.adapter import actor_of, write
from tests.access.possible import possible, possible_asks, with_override
from tests.oracle import rules
from tests.oracle.generate import Frame, worlds
from tests.oracle.world import CITIZEN_SIDE, OFFICES, Ask, Element, Override, Switches, Verdict, World

READ = Action.READ
AMONG = Q(IsIn(F("pk"), Param("ids", ArrayField(UUIDField()))))
WHOSE = Q(citizen_id=Param("whose", UUIDField()))
BY_CITIZEN = frozenset({CarePlan, Condition, Goal})
# What the oracle calls a reason and what the engine does, gate for gate. The login answers for "auth" before there is
# an actor, but for permits and missing responsible professionals, which are the gate of the sector. An office that asks
# has matrix C in the oracle and stands outside the sector here, unless a rule of its own says that it is not to look.
# Why a professional who is no auditor does not see an entry of the log is not compared: the oracle asks for a relation.
SAME_REASON = {str(reason): reason for reason in Reason} | {"auth": Reason.SECTOR}
OF_AN_OFFICE = frozenset({"purpose", "no_relation", "sector"})
OWN_OF_AN_OFFICE = frozenset({"log_only", "sent_by_source"})

# The nearest lawful way that goes with each reason; what waits for a switch may be open to a consent.
WAY_OF = {
    "sector": {"act-under-health-law"},
    "purpose": {"state-purpose"},
    "no_relation": {"establish-relation"},
    "law_gate": {"none"},
    "needs_consent": {"consent"},
    "consent_expired": {"consent"},
    "regime_switch_off": {"none"},
    "age": {"none"},
    "log_only": {"read-log"},
    "sent_by_source": {"ask-source"},
}

# To a citizen, and to who acts for one.
WAY_OF_CITIZENS = WAY_OF | {reason: {"power-of-attorney"} for reason in ("no_relation", "law_gate")}

Tables = dict[type[Model], list[UUID]]


@dataclass(frozen=True)
class Scenario:
    """Worlds of one kind: what they are about, under which switches, and how often the slower ways are asked."""

    name: str
    frame: Frame
    switches: Switches
    with_wills: bool = False
    queryset_share: float = 0.05
    decision_share: float = 0.5
    citizen_share: float = 0.0


@dataclass
class Asked:
    """One ask in one world: the actor, and the oracle's verdict on every element."""

    world: World
    ask: Ask
    actor: Actor | None
    verdicts: dict[UUID, Verdict]


@dataclass
class Tally:
    """How many triples were compared, which gate decided how often, and what differed."""

    triples: int = 0
    deciding: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def note(self, verdict: Verdict) -> None:
        """Count what decided."""
        self.triples += 1
        self.deciding[verdict.rule if verdict.permitted else f"-{verdict.reason}"] += 1


def staged(scenario: Scenario, seed: int) -> Iterator[tuple[World, list[Ask], Tables]]:
    """Worlds without end, each in the database while it is asked about."""
    connection.ensure_connection()
    connection.connection.prepared_max = 10_000
    for raw, asks in worlds(seed, 1_000_000, scenario.frame):
        world = possible(raw, scenario.switches, scenario.frame.categories)
        with transaction.atomic():
            tables = write(world, variant=seed)
            yield world, list(possible_asks(world, asks, with_wills=scenario.with_wills)), tables
            transaction.set_rollback(True)


def agree(scenario: Scenario, seed: int, triples: int) -> Tally:
    """Compare so many triples of a scenario."""
    tally, dice = Tally(), Random(seed)
    for world, asks, tables in staged(scenario, seed):
        for asked in asked_in(world, asks, dice):
            compare(asked, tables, tally, dice, scenario)
            if tally.triples >= triples:
                return tally
    return tally


def asked_in(world: World, asks: list[Ask], dice: Random) -> Iterator[Asked]:
    """Every ask with its actor and the oracle's verdicts, under an override where it wants one."""
    for ask in asks:
        override = _an_override(world, ask, dice) if ask.wants_override else None
        facts = with_override(world, override)
        verdicts = {element.id: rules.decide(facts, ask, element) for element in world.elements}
        yield Asked(world, ask, actor_of(world, ask, override), verdicts)


def _an_override(world: World, ask: Ask, dice: Random) -> Override | None:
    """One of the overrides, mostly the asker's for the citizen of whom most is blocked."""
    bare = with_override(world, None)
    blocked = Counter(one.citizen for one in world.elements if rules.decide(bare, ask, one).reason == "blocked")
    others = [one for one in world.overrides if one.citizen in blocked]
    mine = [one for one in others if one.professional == ask.professional]
    if mine and dice.random() < 0.7:
        return max(mine, key=lambda one: (blocked[one.citizen], dice.random()))
    found = mine or others or list(world.overrides)
    return dice.choice(found) if found else None


@lru_cache(maxsize=64)
def source_of(model: type[Model]) -> Source:
    """The least that the hot path reads of a table."""
    columns = {"id": "id"} | ({} if model is Citizen else {"citizen_id": "citizen_id"})
    columns |= {"category": "category"} if policy_of(model).target.category else {}
    return Source(model.__name__, model, columns, order=("id",))


def fetched(model: type[Model], actor: Actor, ids: list[UUID]) -> set[UUID]:
    """What the compiled statement returns."""
    search = Search(("ids",), AMONG, {"ids": ids}, limit=len(ids) + 1, is_bounded=True)
    return {row["id"] for row in fetch(source_of(model), actor, search, interaction="search", logged=False)}


def fetched_of(model: type[Model], actor: Actor, citizen: UUID) -> set[UUID]:
    """What the compiled statement returns of one citizen; it may ask a leaner one first."""
    search = Search(("whose",), WHOSE, {"whose": citizen}, citizen_id=citizen, limit=10_000, is_bounded=True)
    return {row["id"] for row in fetch(source_of(model), actor, search, interaction="search", logged=False)}


class _Shaped:
    """The shape of an actor as the key of a compiled set."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    def __hash__(self) -> int:
        return hash(self.actor.shape)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Shaped) and self.actor.shape == other.actor.shape


@lru_cache(maxsize=8192)
def _set_of(model: type[Model], shaped: _Shaped) -> Statement:
    """`Model.objects.permitted`, compiled once for all actors of a shape."""
    queryset = model._default_manager.filter(AMONG).permitted(shaped.actor.symbolic, READ).order_by()
    try:
        return Statement(*numbered(compile_queryset(queryset.values_list("pk"))), ("pk",), ())
    except EmptyResultSet:
        return Statement("", (), (), ())


def listed(model: type[Model], actor: Actor, ids: list[UUID], *, by_queryset: bool) -> list[UUID]:
    """What the set holds, asked by the queryset as it is or as it compiles."""
    if by_queryset:
        return list(model._default_manager.filter(pk__in=ids).permitted(actor, READ).values_list("pk", flat=True))
    statement = _set_of(model, _Shaped(actor))
    return [row[0] for row in statement.run({**actor.bindings, "ids": ids})] if statement.sql else []


def compare(asked: Asked, tables: Tables, tally: Tally, dice: Random, scenario: Scenario) -> None:
    """Ask the engine in its three ways and hold each answer against the oracle's."""
    actor = asked.actor
    for verdict in asked.verdicts.values():
        tally.note(verdict)
    if actor is None:
        wrong = [one for one in asked.verdicts.values() if one.permitted or one.reason != "auth"]
        tally.differences += [f"not let in, but {one}: {asked.ask}" for one in wrong]
        return
    elements = {element.id: element for element in asked.world.elements}
    for model, ids in tables.items():
        in_list = listed(model, actor, ids, by_queryset=dice.random() < scenario.queryset_share)
        in_page = fetched(model, actor, ids)
        if len(in_list) != len(set(in_list)):
            tally.differences.append(f"twice in a list: {asked.ask}")
        decisions: dict[UUID, Decision] = {}
        if dice.random() < scenario.decision_share:
            decisions = decide_many(policy_of(model), actor, READ, ids)
            one = dice.choice(ids)
            if decide(policy_of(model), actor, READ, one) != decisions[one]:
                tally.differences.append(f"one is not as many: {asked.ask} {elements[one]}")
        if model in BY_CITIZEN and dice.random() < scenario.citizen_share:
            citizen = elements[dice.choice(ids)].citizen
            of_citizen = {key for key in ids if elements[key].citizen == citizen and asked.verdicts[key].permitted}
            if fetched_of(model, actor, citizen) != of_citizen:
                tally.differences.append(f"by citizen: {asked.ask} {model.__name__} {citizen}")
        seen, shown = set(in_list), in_page
        for key in ids:
            verdict, decision = asked.verdicts[key], decisions.get(key)
            told = (key in seen, key in shown, verdict.permitted if decision is None else decision.permitted)
            agrees = decision is None or (
                same_verdict(verdict, decision)
                if is_elses_log(asked.ask, elements[key])
                else same_reason(asked.ask, verdict, decision) and same_explanation(asked.ask, verdict, decision)
            )
            if told != (verdict.permitted,) * 3 or not agrees:
                tally.differences.append(_difference(asked, elements[key], told, verdict, decision))


def is_elses_log(ask: Ask, element: Element) -> bool:
    """An entry of the log, asked for by a professional who does not audit."""
    return element.category == "LOG" and ask.acting_as not in CITIZEN_SIDE and not is_auditor(ask)


def is_auditor(ask: Ask) -> bool:
    """One who audits look-ups, and asks for that."""
    return (ask.acting_as, ask.purpose) == ("AUDIT", "audit")


def same_verdict(verdict: Verdict, decision: Decision) -> bool:
    """Whether it is permitted to the same; a refusal has one of two reasons, neither of which hangs on the entry."""
    return decision.permitted == verdict.permitted and decision.reason in (None, Reason.LAW_GATE, Reason.PURPOSE)


def same_reason(ask: Ask, verdict: Verdict, decision: Decision) -> bool:
    """Whether both name the same gate."""
    if verdict.permitted:
        return True
    if is_outside(ask, verdict):
        return decision.reason == Reason.SECTOR and verdict.reason in OF_AN_OFFICE
    return decision.reason == SAME_REASON[verdict.reason]


def is_outside(ask: Ask, verdict: Verdict) -> bool:
    """An office that asks for data, and to which no rule of its own speaks."""
    return ask.acting_as in OFFICES and not is_auditor(ask) and verdict.reason not in OWN_OF_AN_OFFICE


def same_explanation(ask: Ask, verdict: Verdict, decision: Decision) -> bool:
    """Whether what is told is the oracle's answer, as far as it may be shown: what is hidden looks like what is not."""
    for_citizen = ask.acting_as in CITIZEN_SIDE
    told = explain(decision, for_citizen=for_citizen)
    if verdict.permitted or told["verdict"] == "permit":
        return verdict.permitted and told["verdict"] == "permit" and bool(told["rules"])
    if verdict.reason == "blocked":
        return told == explain(None, for_citizen=for_citizen)
    reason = "sector" if is_outside(ask, verdict) or verdict.reason == "auth" else verdict.reason
    known = WAY_OF_CITIZENS if for_citizen else WAY_OF
    ways = known[reason] | ({"consent"} if reason == "regime_switch_off" and verdict.rule == "law-gate" else set())
    is_hinted = not verdict.hint or told["nearest"]["way"] == verdict.hint
    return told["reason"] == reason and told["nearest"]["way"] in ways and is_hinted


def _difference(
    asked: Asked, element: Element, told: tuple[bool, ...], verdict: Verdict, decision: Decision | None
) -> str:
    shut = {one.rule.code: one.gate.name for one in decision.shut} if decision else {}
    held = [rule.code for rule in decision.held] if decision else []
    reason = decision.reason if decision else ""
    return (
        f"{element.category}: list, page, decision {told} {reason}; oracle {verdict}\n    held {held}, shut {shut}"
        f"\n    {asked.ask}\n    {element}\n    {asked.world.switches}"
    )
