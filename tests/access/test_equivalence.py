"""Set, compiled statement, decision and oracle agree on every triple of asker, element and moment.

`--triples N` asks about any number; beyond the usual one, switches stand at random and every way is asked of all.
"""

from datetime import UTC, datetime
from random import Random

import pytest

from tests.access.agreement import Scenario, agree
from tests.conftest import USUAL_TRIPLES
from tests.oracle.generate import Frame
from tests.oracle.world import SOC_CONTENT, Switches

ALL_OPEN = Switches(
    ael_appointments=True,
    stamkort_blocks_honoured=False,
    override_rsl13_appointments=True,
    other_department_needs_consent=False,
    assistants_read_flags=True,
    psl13_party_blocks_honoured=False,
    psl13_party_reads_beside_plan=True,
    social_data_to_health=True,
    emergency_soc_override=True,
    rsl13_spans_83a_and_meals=True,
    elderly_team=True,
    register_data_to_social_side=True,
    other_provider_of_grant=True,
    children_read=True,
)
APPOINTMENTS = ("APPT_SUL", "APPT_SEL_W", "APPT_SEL_X", "APPT_AEL")
SHIPPED = Scenario(
    "as-shipped",
    Frame(size=25, since=datetime(2025, 2, 1, tzinfo=UTC)),
    Switches(),
    with_wills=True,
    decision_share=0.3,
    citizen_share=0.7,
)
OPENED = Scenario(
    "all-switches-on",
    Frame(
        size=14,
        since=datetime(2025, 7, 2, tzinfo=UTC),
        categories=(
            *(*APPOINTMENTS, "SK_FLAG", "SK_TYPED", "SK_REG", "PLAN_PSY", "DIAG", "INT_SUL", "WILL_CONTENT"),
            *sorted(SOC_CONTENT),
        ),
    ),
    ALL_OPEN,
)
BEFORE = Scenario(
    "around-rsl-13",
    Frame(
        size=10,
        since=datetime(2021, 12, 1, tzinfo=UTC),
        until=datetime(2022, 2, 1, tzinfo=UTC),
        categories=APPOINTMENTS,
    ),
    Switches(),
)
TURNING = Scenario(
    "around-2025",
    Frame(
        size=6,
        since=datetime(2025, 1, 1, tzinfo=UTC),
        until=datetime(2025, 7, 20, tzinfo=UTC),
        categories=("APPT_AEL", "SK_TYPED"),
    ),
    ALL_OPEN,
)
# Which rules and reasons must have decided, each at least so often in 10,000 triples.
EVERYWHERE = {"-no_relation": 500, "-blocked": 50, "-needs_consent": 200, "-consent_expired": 10, "consented": 100}
EXPECTED = {
    "as-shipped": EVERYWHERE
    | {"look-up": 200, "look-up/positive": 100}
    | dict.fromkeys(("-law_gate", "-regime_switch_off"), 50)
    | dict.fromkeys(("own-service", "own-case", "life-goal", "psl13-party", "will-content"), 10)
    | dict.fromkeys(("-auth", "-sector", "-purpose", "-age", "own-record", "proxy", "parent", "guardian"), 3)
    | dict.fromkeys(("look-up/override", "life-goal/positive", "will-dentist", "own-evaluation", "quality"), 0.5)
    | dict.fromkeys(("audit-log", "own-look-up", "-log_only", "-sent_by_source"), 1),
    "all-switches-on": EVERYWHERE
    | {"look-up": 200, "look-up/override": 8, "psl13-party": 50, "own-case": 50}
    | {"switched": 200, "switched/positive": 10, "emergency-soc": 1},
    "around-rsl-13": EVERYWHERE | {"look-up": 50, "-regime_switch_off": 50, "own-service": 10},
    "around-2025": {"-no_relation": 500, "-blocked": 5, "look-up": 200, "-regime_switch_off": 5},
}
PARTS = ((SHIPPED, 0.35), (SHIPPED, 0.35), (OPENED, 0.16), (BEFORE, 0.07), (TURNING, 0.07))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One case for each part; each worker of a run takes what it can."""
    wanted = metafunc.config.getoption("--triples")
    if "part" not in metafunc.fixturenames:
        return
    usual = min(wanted, USUAL_TRIPLES)
    parts = [(scenario, seed, round(usual * share)) for seed, (scenario, share) in enumerate(PARTS, 21)]
    for seed in range(100, 100 + (wanted - usual) // 50_000):
        parts.append((_at_random(seed), seed, 50_000))
    metafunc.parametrize("part", parts, ids=[f"{scenario.name}-{seed}" for scenario, seed, _ in parts])


def _at_random(seed: int) -> Scenario:
    dice = Random(seed)
    switches = Switches(**{name: dice.random() < 0.5 for name in Switches.__dataclass_fields__})
    return Scenario(
        "at-random", Frame(size=40), switches, with_wills=True, queryset_share=0.1, decision_share=1, citizen_share=1
    )


@pytest.mark.django_db
def test_engine_and_oracle_agree(part: tuple[Scenario, int, int]) -> None:
    scenario, seed, triples = part

    tally = agree(scenario, seed, triples)

    print(f"{scenario.name}: {tally.triples} triples", *sorted(tally.deciding.items()), sep="\n  ")
    assert not tally.differences, "\n".join([f"{len(tally.differences)} differ", *tally.differences[:5]])
    assert tally.triples >= triples
    expected = EXPECTED.get(scenario.name, {})
    rare = {
        name: tally.deciding[name]
        for name, least in expected.items()
        if tally.deciding[name] < least * triples / 10_000
    }
    assert not rare, f"decided less often than expected: {rare}"
