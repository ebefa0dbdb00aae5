"""Small dense worlds out of a seed, steered so that every gate is often the one that decides.

Three trees and a private provider, a cast of professionals, two or three citizens near the ages that matter, and facts
aimed at the asks that come with the world. All facts are such as the database would take: periods that end after they
begin, consents with recipient within a year, overrides with reason within a day.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from tests.oracle import steering
from tests.oracle.persons import danish_day, months_after
from tests.oracle.rules import READING_PURPOSES, decide
from tests.oracle.steering import ALL_CATEGORIES, DAY, TICK, Aim
from tests.oracle.world import (
    HEALTH_SIDE,
    SOC_APPOINTMENTS,
    SOC_CONTENT,
    SUL_CLINICAL,
    UNDER_RESPONSIBILITY,
    Ask,
    Citizen,
    Custody,
    Element,
    Guardianship,
    Override,
    Permit,
    PowerOfAttorney,
    Professional,
    Switches,
    Unit,
    World,
)

Case = tuple[World, list[Ask]]
ASKS_PER_WORLD = 24
TREE = {
    "region": None,
    "hospital": "region",
    "ward": "hospital",
    "clinic": "hospital",
    "municipality": None,
    "nursing": "municipality",
    "care": "municipality",
    "team": "care",
    "social": "municipality",
    "practice": None,
    "provider": None,
}
HEALTH_UNITS = ("region", "hospital", "ward", "clinic", "nursing", "practice", "municipality")
SOCIAL_UNITS = ("municipality", "care", "team", "social", "provider")
# acting as, profession, unit
CAST = (
    ("HP", "doctor", "ward"),
    ("HP", "nurse", "nursing"),
    ("HP", "doctor", "practice"),
    ("HP", "dentist", "clinic"),
    ("HP", "physiotherapist", "ward"),
    ("HP_ASSIST", None, "ward"),
    ("HP_ASSIST", None, "nursing"),
    ("HP_ASSIST", "nurse", "ward"),
    ("HP_PERMIT", None, "clinic"),
    ("HP_STUDENT", None, "ward"),
    ("CARE", None, "team"),
    ("CARE", None, "provider"),
    ("CASE", None, "social"),
    ("SOC_PSY", None, "social"),
)
# How often each is asked with, so that the rarer gates are reached too.
WEIGHTS = (6, 4, 3, 2, 2, 3, 2, 2, 2, 2, 4, 2, 4, 3)
# Midnights in Denmark at which a regime of law 2.1 begins.
REGIME_STARTS = (
    datetime(2021, 12, 31, 23, tzinfo=UTC),
    datetime(2025, 1, 14, 23, tzinfo=UTC),
    datetime(2025, 6, 30, 22, tzinfo=UTC),
)
LAW = {
    **dict.fromkeys(SUL_CLINICAL | {"SK_FLAG", "WILL_CONTENT", "ODR_CONTENT"}, ("SUL",)),
    "PLAN_PSY": ("PSY",),
    **dict.fromkeys(SOC_CONTENT, ("SEL", "AEL")),
    "APPT_SEL_W": ("SEL",),
    "APPT_SEL_X": ("SEL",),
    "APPT_AEL": ("AEL",),
    "SK_REG": ("REGISTER",),
    "SK_TYPED": ("CITIZEN",),
    "LOG": ("ESP",),
    "GOAL_LIFE": ("SUL", "SEL", "AEL"),
}


@dataclass(frozen=True)
class Frame:
    """What worlds are about: when, which categories, and how many citizens and facts (`size` multiplies them)."""

    size: int = 1
    since: datetime = datetime(2021, 6, 1, tzinfo=UTC)
    until: datetime = datetime(2026, 6, 1, tzinfo=UTC)
    categories: tuple[str, ...] = ALL_CATEGORIES


def worlds(seed: int, n: int, frame: Frame = Frame()) -> Iterator[Case]:
    """`n` worlds and the asks aimed at each; the same for the same seed."""
    rng = Random(seed)
    for _ in range(n):
        yield _Maker(rng, frame).case()


class _Maker:
    """One world in the making."""

    def __init__(self, rng: Random, frame: Frame) -> None:
        self.rng, self.frame, self.size = rng, frame, frame.size
        at = frame.since + timedelta(minutes=rng.randrange((frame.until - frame.since) // timedelta(minutes=1)))
        starts = [start for start in REGIME_STARTS if frame.since <= start < frame.until]
        if starts and rng.random() < 0.3:
            at = rng.choice(starts) + rng.choice((-TICK, timedelta(0), TICK))
        five_years_ago = months_after(at, -60)
        instants = (at - 40 * DAY, at - 3 * DAY, at, at + 2 * DAY, five_years_ago, five_years_ago + TICK)
        self.unit = {name: UUID(int=rng.getrandbits(128), version=4) for name in TREE}
        line = {}
        for name in TREE:
            step, names = name, []
            while step:
                names.append(self.unit[step])
                step = TREE[step]
            line[self.unit[name]] = tuple(names)
        cast = [Professional(UUID(int=rng.getrandbits(128), version=4), profession) for _, profession, _ in CAST]
        self.cast = cast
        authorised = tuple(one.id for one in cast if one.profession is not None)
        self.aim = Aim(rng, at, line, tuple(one.id for one in cast), authorised, instants)
        self.citizens = [self._citizen(14 if number == 0 else None) for number in range(3 * self.size)]
        self.facts: dict[str, list] = {name: [] for name in ("powers", "custodies", "guardianships", "permits")}

    def case(self) -> Case:
        """The world, its elements, the asks, and the facts aimed at them."""
        some, names = self.frame.categories, []
        for _ in range(self.size):
            names += self.rng.sample(some, min(9, len(some))) + self.rng.choices(some, k=5)
        elements = [self._element(category) for category in names]
        staff = [self._ask() for _ in range(ASKS_PER_WORLD - 5)]
        roles = ("CITIZEN", "PROXY", "PARENT", "GUARDIAN", self.rng.choice(("CITIZEN", "PROXY", "PARENT")))
        asks = staff + [self._citizen_ask(acting_as) for acting_as in roles]
        facts = self._steer(staff, elements)
        world = World(
            citizens=tuple(self.citizens),
            units=tuple(Unit(self.unit[name], self.unit[up] if up else None) for name, up in TREE.items()),
            professionals=tuple(self.cast),
            elements=tuple(elements),
            switches=self._switches(),
            **{name: tuple(made) for name, made in (self.facts | facts).items()},
        )
        return world, asks

    def _switches(self) -> Switches:
        if self.aim.chance(0.5):
            return Switches()
        return Switches(**{name: self.aim.chance(0.5) for name in Switches.__dataclass_fields__})

    def _citizen(self, age: int | None = None) -> Citizen:
        today = danish_day(self.aim.moment)
        years = self.rng.choice((15, 15, 18, 14, 40, 70)) if age is None else age
        day = min(today.day, 28) if self.aim.chance(0.5) else today.day
        born = date(today.year - years, today.month, min(day, 28)) if (today.month, day) == (2, 29) else None
        born = born or date(today.year - years, today.month, day)
        born += timedelta(days=self.rng.choice((0, 0, 1, -1)))
        born = self.rng.choice((born, born, born, date(2008, 2, 29)))
        deceased = self.rng.choice((self.aim.moment, self.aim.moment + TICK)) if self.aim.chance(0.06) else None
        return Citizen(self.aim.uid(), born, deceased)

    def _element(self, category: str) -> Element:
        aim, rng = self.aim, self.rng
        law = rng.choice(LAW[category])
        author, sharing = "staff", None
        if category == "GOAL_LIFE" and aim.chance(0.7):
            law, author, sharing = "CITIZEN", "citizen", rng.choice(("all", "health", "named", "private"))
        social = category in SOC_CONTENT | SOC_APPOINTMENTS or law in ("SEL", "AEL")
        origin = None if aim.chance(0.12) else self.unit[rng.choice(SOCIAL_UNITS if social else HEALTH_UNITS)]
        some = tuple(self.unit[name] for name in rng.sample(tuple(TREE), 3))
        key = aim.uid()
        return Element(
            id=key,
            citizen=rng.choice(self.citizens[:3] if aim.chance(0.3) else self.citizens).id,
            category=category,
            recorded_under=law,
            origin=origin,
            occurred_at=rng.choice(aim.instants),
            author_kind=author,
            sharing=sharing,
            named_units=some if sharing == "named" else (),
            parties=some if category == "PLAN_PSY" else (),
            author=rng.choice(self.cast).id if category == "LOG" else None,
            responsible=rng.choice(self.cast).id if category == "LOG" and aim.chance(0.3) else None,
            is_doubtful_time=category == "APPT_SEL_W" and key.int % 3 == 0,
        )

    def _ask(self) -> Ask:
        """A professional's ask, usually in order, sometimes wrong in one thing."""
        aim, rng = self.aim, self.rng
        number = rng.choices(range(len(CAST)), WEIGHTS)[0]
        acting_as, profession, unit = CAST[number]
        if aim.chance(0.12):
            acting_as = rng.choice(("AUDIT", "AUDIT", "SUPERVISION", "SUPERVISION", "QUALITY", "ADMIN", "SYSTEM", "HP"))
        purpose = rng.choice(tuple(sorted(READING_PURPOSES.get(acting_as, {"treatment", "audit", "quality"}))))
        if acting_as == "AUDIT" and aim.chance(0.7):
            purpose = "audit"
        elif acting_as == "SUPERVISION" and aim.chance(0.7):
            purpose = "supervision"
        elif acting_as == "HP" and aim.chance(0.2):
            purpose = rng.choice(("evaluation", "quality"))
        elif aim.chance(0.05):
            purpose = rng.choice(("treatment", "care", "case", "research", "evaluation"))
        made = Ask(
            acting_as=acting_as,
            moment=aim.moment,
            purpose=purpose,
            professional=self.cast[number].id,
            profession=profession,
            unit=aim.any_unit() if aim.chance(0.08) else self.unit[unit],
            wants_override=aim.chance(0.5),
            confirms_will=aim.chance(0.6),
        )
        if acting_as in UNDER_RESPONSIBILITY and not aim.chance(0.04):
            responsible = rng.choice(aim.authorised if aim.chance(0.95) else aim.professionals)
            made = replace(made, responsible=made.professional if aim.chance(0.06) else responsible)
        if acting_as == "HP_PERMIT" or purpose == "quality":
            made = replace(made, permit=self._permit(made, fits=aim.chance(0.75)))
        return made

    def _permit(self, ask: Ask, fits: bool) -> UUID | None:
        start, end = self.aim.period(miss=not fits)
        unit = self.aim.up(ask.unit)
        holder = ask.professional if fits or self.aim.chance(0.6) else self.rng.choice(self.aim.professionals)
        if holder != ask.professional:
            start, end = self.aim.period()
        kind = "staff" if ask.acting_as == "HP_PERMIT" else "quality"
        if not fits and self.aim.chance(0.3):
            kind, (start, end) = {"staff": "quality", "quality": "staff"}[kind], self.aim.period()
        self.facts["permits"].append(Permit(self.aim.uid(), holder, unit, start, end, kind))
        return None if not fits and self.aim.chance(0.3) else self.facts["permits"][-1].id

    def _citizen_ask(self, acting_as: str) -> Ask:
        """The citizen, or someone in the citizen's place, with a mandate that holds or just misses."""
        aim, rng = self.aim, self.rng
        asker, other = rng.sample(self.citizens[:3], 2)
        if acting_as == "PARENT" and asker != self.citizens[0] and aim.chance(0.6):
            other = self.citizens[0]
        fits = aim.chance(0.75)
        start, end = aim.period(miss=not fits)
        if acting_as == "PROXY":
            families = rng.choice((None, frozenset(rng.sample(ALL_CATEGORIES, 11))))
            revoked = rng.choice((None, None, aim.moment + TICK, max(start, aim.moment)))
            self.facts["powers"].append(PowerOfAttorney(aim.uid(), other.id, asker.id, families, start, end, revoked))
        elif acting_as == "PARENT":
            self.facts["custodies"].append(Custody(aim.uid(), other.id, asker.id, start, end))
        elif acting_as == "GUARDIAN":
            decree = Guardianship(aim.uid(), other.id, asker.id, aim.chance(0.75), start, end)
            self.facts["guardianships"].append(decree)
        represented = None if acting_as == "CITIZEN" else other.id
        return Ask(acting_as=acting_as, moment=aim.moment, citizen=asker.id, on_behalf_of=represented)

    def _steer(self, asks: list[Ask], elements: list[Element]) -> dict[str, list]:
        """Relations for most asks; then consents, blocks, positives and overrides on pairs of ask and element."""
        aim = self.aim
        names = ("relations", "consents", "blocks", "positives", "overrides")
        made: dict[str, list] = {name: [] for name in names}
        for ask in asks:
            for citizen in self.citizens:
                if ask.purpose == "evaluation":
                    made["relations"].append(steering.past_relation(aim, ask, citizen.id, aim.chance(0.7)))
                elif aim.chance(0.75):
                    made["relations"].append(steering.relation(aim, ask, citizen.id, aim.chance(0.75)))
        for _ in range(34 * self.size):
            ask, element = self.rng.choice(asks), self.rng.choice(elements)
            if (ask.acting_as in HEALTH_SIDE) == (element.recorded_under in ("SEL", "AEL")) or aim.chance(0.15):
                made["consents"].append(steering.consent(aim, ask, element, aim.chance(0.45)))
        for _ in range(11 * self.size):
            ask, element = self.rng.choice(asks), self.rng.choice(elements)
            made["blocks"].append(steering.block(aim, ask, element, aim.chance(0.7)))
            if aim.chance(0.45):
                made["positives"].append(steering.positive(aim, ask, element, aim.chance(0.6)))
            if aim.chance(0.75):
                made["overrides"] += self._overrides(ask, element)
        health_side = [ask for ask in asks if ask.wants_override and ask.acting_as in ("HP", "HP_ASSIST")]
        for element in elements:
            if health_side and element.category in SOC_APPOINTMENTS | SOC_CONTENT | {"GOAL_LIFE"} and aim.chance(0.4):
                ask = self.rng.choice(health_side)
                made["blocks"].append(steering.block(aim, ask, element, aim.chance(0.8)))
                made["overrides"] += self._overrides(ask, element)
        return made

    def _overrides(self, ask: Ask, element: Element) -> list[Override]:
        """An override where the database would take one: by, or for, someone authorised."""
        if not ask.wants_override or ask.acting_as not in ("HP", *UNDER_RESPONSIBILITY):
            return []
        if not {ask.professional, ask.responsible} & set(self.aim.authorised):
            return []
        made = steering.override(self.aim, ask, element.citizen, self.aim.chance(0.65))
        return [replace(made, gives_social_reason=made.id.int % 2 == 0)]


def count_deciding(cases: Iterable[Case]) -> Counter[str]:
    """How often each rule permitted and each gate shut, over all asks and elements of the worlds."""
    counts: Counter[str] = Counter()
    for world, asks in cases:
        for ask in asks:
            for element in world.elements:
                verdict = decide(world, ask, element)
                counts[verdict.rule if verdict.permitted else f"-{verdict.reason}"] += 1
    return counts
