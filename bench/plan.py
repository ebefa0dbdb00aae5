"""The plan of a population: how many of what, who belongs where, and the key of each thing, all by arithmetic.

Nothing is kept in memory and nothing is drawn by lot: a citizen, her units and her elements follow from their numbers,
so tables can be written side by side and still agree.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from citizens.identifiers import passes_modulus_11

WEEKS = 13  # what is planned lies in these weeks around the day of loading
WEEK_ROWS = 20  # appointments of one unit in one week
HISTORY = timedelta(days=3 * 365)
DAY_SECONDS = 86_400
FIRST_BIRTH = date(1925, 1, 2)
BIRTH_DAYS = (date(1999, 12, 31) - FIRST_BIRTH).days
LETTERS = "0123456789BCDFGHJKLMNPQRSTVWXYZ"
CONDITIONS, INTERVENTIONS, APPOINTMENTS = 10, 8, 6
FEW_GOALS, MANY_GOALS = 4, 12  # of the many, ten are of the health act: what a hospital sees
TABLES: tuple[str, ...] = (
    *("unit", "staff", "place", "citizen", "relation", "condition", "intervention", "goal", "appointment", "plan"),
    *("relative", "registration", "content", "consent", "block", "employment"),
)


def key(table: str, number: int, at: float) -> str:
    """The key of the thing with this number in its table, written at `at` (seconds): UUIDv7, thirty-two digits."""
    mixed = ((number + 1) * 0x9E3779B97F4A7C15 + TABLES.index(table) * 0xC2B2AE3D27D4EB4F) & 0x3FFFFFFFFFFFFFFF
    return f"{int(at * 1000):012x}7{number % 4096:03x}{mixed | 0x8000000000000000:016x}"


def cpr_of(number: int) -> tuple[str, date, bool]:
    """A test number that fails modulus 11, its birth date (never 1 January) and whether it is a man's."""
    born = FIRST_BIRTH + timedelta(days=number % BIRTH_DAYS)
    if (born.month, born.day) == (1, 1):
        born += timedelta(days=1)
    is_male = number % 2 == 1
    serial = number // BIRTH_DAYS * 8 + (4 if (FIRST_BIRTH + timedelta(days=number % BIRTH_DAYS)) != born else 0)
    for digit in (serial + is_male, serial + is_male + 2):
        found = f"{born:%d%m%y}{digit:04d}"
        if not passes_modulus_11(found):
            break
    return found, born, is_male


def authorisation_id(number: int) -> str:
    """A test authorisation id: T and four characters of the register's alphabet."""
    return "T" + "".join(LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in (3, 2, 1, 0))


@dataclass(frozen=True)
class Plan:
    """A population of `citizens`, as of `anchor` (an aware UTC instant)."""

    citizens: int
    anchor: datetime

    @cached_property
    def now(self) -> float:
        """The anchor in seconds."""
        return self.anchor.timestamp()

    @cached_property
    def departments(self) -> int:
        """Hospital departments; six to a hospital."""
        return max(2, self.citizens // 900)

    @cached_property
    def sections(self) -> int:
        """Sections of each department: as many as give each some twenty appointments in a week."""
        return max(1, round(3 * self.citizens / self.departments / (WEEKS * WEEK_ROWS)))

    @cached_property
    def practices(self) -> int:
        """General practices."""
        return max(2, self.citizens // 1600)

    @cached_property
    def municipalities(self) -> int:
        """Municipalities."""
        return max(2, self.citizens // 20_000)

    def department_of(self, citizen: int) -> int:
        """The department that treats a citizen."""
        return citizen % self.departments

    def section_of(self, citizen: int, nth: int) -> int:
        """The section of that department (of all sections) that sees her for her nth appointment."""
        place = citizen // self.departments
        return self.department_of(citizen) * self.sections + (place + nth) % self.sections

    def week_of(self, citizen: int, nth: int) -> int:
        """The week of her nth appointment."""
        return (citizen // self.departments // self.sections + 4 * nth) % WEEKS

    def practice_of(self, citizen: int) -> int:
        """Her general practice."""
        return citizen // 7 % self.practices

    def municipality_of(self, citizen: int) -> int:
        """Her municipality."""
        return citizen // 3 % self.municipalities

    @cached_property
    def first_day(self) -> float:
        """The Monday midnight (UTC) with which the weeks begin: they lie around the anchor."""
        day = self.anchor.date() - timedelta(days=self.anchor.weekday(), weeks=WEEKS // 2)
        return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()

    def is_followed(self, citizen: int) -> bool:
        """Whether she has many goals: every fifth, who are the ones asked for by the bench."""
        return citizen % 5 == 0

    def is_blocking(self, citizen: int) -> bool:
        """Whether she has blocked the hospital: one in a hundred, never one who is asked for."""
        return citizen % 100 == 13

    def is_blocking_one(self, citizen: int) -> bool:
        """Whether she has blocked one member of staff, who has nothing to do with her: one more in a hundred."""
        return citizen % 100 == 50

    def is_consenting(self, citizen: int) -> bool:
        """Whether she has consented that the department sees her municipal data: one in twenty."""
        return citizen % 20 == 7

    def goals_of(self, citizen: int) -> int:
        """How many goals she has."""
        return MANY_GOALS if self.is_followed(citizen) else FEW_GOALS

    def written_at(self, citizen: int, nth: int, of: int) -> float:
        """When the nth of `of` elements was written: the years pass once for all citizens together."""
        share = (nth * self.citizens + citizen) / (of * self.citizens)
        return self.now - (1 - share) * HISTORY.total_seconds()

    def since(self) -> float:
        """When the registers begin."""
        return self.now - HISTORY.total_seconds() - DAY_SECONDS

    def citizen_key(self, citizen: int) -> str:
        """The key of a citizen."""
        return key("citizen", citizen, self.since())

    def element_key(self, table: str, citizen: int, nth: int, of: int) -> str:
        """The key of a citizen's nth element of a table."""
        return key(table, citizen * of + nth, self.written_at(citizen, nth, of))
