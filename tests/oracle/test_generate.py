"""The steered worlds: the same for a seed, reaching every gate, and monotone under blocks and consents."""

from dataclasses import replace
from itertools import chain

from tests.oracle.generate import count_deciding, worlds
from tests.oracle.pivots import count_pivots
from tests.oracle.rules import decide
from tests.oracle.world import World

REASONS = {
    "auth", "sector", "no_relation", "law_gate", "needs_consent", "consent_expired", "blocked", "age", "purpose",
    "regime_switch_off", "log_only", "sent_by_source",
}  # fmt: skip
RULES = {
    "own-record", "proxy", "parent", "guardian", "look-up", "look-up/positive", "look-up/override", "consented",
    "emergency-soc", "own-service", "own-case", "psl13-party", "life-goal", "life-goal/positive", "life-goal/override",
    "will-content", "will-dentist", "own-look-up", "own-evaluation", "quality", "audit-log",
    "switched", "switched/positive",
}  # fmt: skip


def test_a_seed_gives_the_same_worlds() -> None:
    assert list(worlds(7, 3)) == list(worlds(7, 3))
    assert list(worlds(7, 1)) != list(worlds(8, 1))


def test_every_gate_and_every_rule_decides() -> None:
    counts = count_deciding(worlds(1, 300))

    assert set(counts) == RULES | {f"-{reason}" for reason in REASONS}
    assert min(counts.values()) >= 5


def test_every_gate_turns_answers_alone() -> None:
    pivots = count_pivots(worlds(2, 60))

    assert len(pivots) == 13
    assert min(pivots.values()) >= 20


def test_worlds_are_such_as_the_database_takes() -> None:
    for world, _ in worlds(3, 100):
        for fact in chain(world.relations, world.consents, world.blocks, world.positives, world.overrides):
            end = getattr(fact, "expires", None) or getattr(fact, "end", None)
            assert end is None or fact.start < end
        for consent in world.consents:
            assert (consent.expires - consent.start).days <= 365
            assert consent.recipient_unit is not None or consent.recipient_professional is not None
            assert consent.withdrawn_at is None or consent.start <= consent.withdrawn_at
            assert consent.purpose is not None or consent.kind == "citizen_share"
        for power in world.powers:
            assert power.revoked_at is None or power.start <= power.revoked_at


def test_a_block_never_widens_and_a_consent_never_narrows() -> None:
    def permitted(world: World, asks: list) -> list[bool]:
        return [decide(world, ask, element).permitted for ask in asks for element in world.elements]

    for world, asks in worlds(4, 60):
        without_blocks = permitted(replace(world, blocks=()), asks)
        without_consents = permitted(replace(world, consents=()), asks)
        as_is = permitted(world, asks)
        assert all(before or not after for before, after in zip(without_blocks, as_is, strict=True))
        assert all(after or not before for before, after in zip(without_consents, as_is, strict=True))
