"""Ages, personal numbers, wills and the names of staff: the small rules of law 2.8, 2.10 and 6.1."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
FGVH_DELAY = timedelta(days=7)


@lru_cache(maxsize=65_536)
def danish_day(moment: datetime) -> date:
    """The calendar day in Denmark at an instant."""
    return moment.astimezone(COPENHAGEN).date()


@lru_cache(maxsize=65_536)
def age_at(birth_date: date, moment: datetime) -> int:
    """Whole years at an instant; who is born on 29 February turns on 1 March in a common year."""
    day = danish_day(moment)
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and time some calendar months later, in UTC, or that month's last day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.astimezone(UTC).replace(
        year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1])
    )


def is_possible_cpr(text: str) -> bool:
    """Shape and date only, never modulus 11 (law 6.1); replacement numbers are another question."""
    match = re.fullmatch(r"(\d{2})(\d{2})(\d{2})-?(\d)\d{3}", text)
    if not match:
        return False
    day, month, short, seventh = (int(part) for part in match.groups())
    if seventh <= 3:
        century = 1900
    elif seventh in (4, 9):
        century = 2000 if short <= 36 else 1900
    else:
        century = 2000 if short <= 57 else 1800
    return 1 <= month <= 12 and 1 <= day <= monthrange(century + short, month)[1]


def fgvh_status(registered_at: datetime | None, moment: datetime, revoked_at: datetime | None = None) -> str:
    """Refusal of resuscitation: none, pending for seven days, then active, until revoked (law 2.3, § 25 a)."""
    if registered_at is None or moment < registered_at or (revoked_at is not None and revoked_at <= moment):
        return "none"
    return "active" if registered_at + FGVH_DELAY <= moment else "pending"


@dataclass(frozen=True)
class Shield:
    """A shielded name (sløring): a unit's for good, or a person's towards one citizen for at most 90 days."""

    code: str
    start: datetime
    end: datetime | None
    unit: UUID | None = None
    citizen: UUID | None = None
    professional: UUID | None = None


def shown_name(
    shields: tuple[Shield, ...], citizen: UUID, professional: UUID, unit: UUID, name: str, moment: datetime
) -> str:
    """The name, or the code that stands for it in everything this citizen can see (law 2.10)."""
    for shield in shields:
        towards = shield.citizen in (None, citizen)
        whom = shield.professional in (None, professional) and shield.unit in (None, unit)
        ends = [shield.end] if shield.end is not None else []
        if shield.citizen is not None:
            ends.append(shield.start + timedelta(days=90))
        if towards and whom and shield.start <= moment and all(moment < end for end in ends):
            return shield.code
    return name
