"""Values of search parameters as they come: comma lists, tokens, and dates with their prefixes."""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from fhir.datatypes import DENMARK

Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?P<seconds>:\d{2}(?P<part>\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_DAYS = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


def split_values(raw: str) -> tuple[str, ...]:
    """Split a comma list; a backslash keeps a comma."""
    parts, current, escaped = [], "", False
    for char in raw:
        if escaped:
            current, escaped = current + char, False
        elif char == "\\":
            escaped = True
        elif char == ",":
            parts.append(current)
            current = ""
        else:
            current += char
    return (*parts, current)


def token_parts(value: str) -> tuple[str | None, str]:
    """Split `system|code`: the system is None when none was named, and empty for `|code`."""
    system, bar, code = value.rpartition("|")
    return (system if bar else None), code


def date_range(value: str) -> tuple[Prefix, datetime, datetime]:
    """Read a date parameter: its prefix, and the first instant of what it names and of what follows, in UTC.

    A day, month or year is of Danish time. Raises ValueError.
    """
    prefix: Prefix = "eq"
    for known in PREFIXES:
        if value.startswith(known):
            prefix, value = known, value[2:]  # type: ignore[assignment]
            break
    try:
        if "T" in value:
            return prefix, *_moment(value.replace(" ", "+"))
        first, after = _days(value)
        return prefix, _midnight(first), _midnight(after)
    except OverflowError as error:
        raise ValueError(value) from error


def _moment(value: str) -> tuple[datetime, datetime]:
    """An instant as exactly as it is told, to the minute, the second or the thousandth, and the one after it."""
    found = _INSTANT.fullmatch(value)
    if found is None:
        raise ValueError(value)
    at = datetime.fromisoformat(value)
    at = at if at.tzinfo else at.replace(tzinfo=DENMARK)
    if found["part"]:
        step = timedelta(milliseconds=1)
    else:
        step = timedelta(seconds=1) if found["seconds"] else timedelta(minutes=1)
    return at.astimezone(UTC), (at + step).astimezone(UTC)


def about(first: datetime, after: datetime, now: datetime) -> tuple[datetime, datetime]:
    """What is approximately then (`ap`): a tenth of the time between then and now more, before and after.

    Raises OverflowError.
    """
    more = abs(now - first) / 10
    return first - more, after + more


def _days(value: str) -> tuple[date, date]:
    """The first day of a year, month or day, and the day after its last."""
    if _DAYS.fullmatch(value) is None:
        raise ValueError(value)
    parts = value.split("-")
    year, month, dom = (int(part) for part in (*parts, "1", "1")[:3])
    first = date(year, month, dom)
    if len(parts) == 3:
        return first, first + timedelta(days=1)
    if len(parts) == 2:
        return first, first + timedelta(days=monthrange(year, month)[1])
    return first, date(year + 1, 1, 1)


def _midnight(day: date) -> datetime:
    """The first instant of a Danish day, in UTC."""
    return datetime.combine(day, time(), DENMARK).astimezone(UTC)
