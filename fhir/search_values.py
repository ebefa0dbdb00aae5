"""Values of search parameters as they come: comma lists, tokens, and dates with their prefixes."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from fhir.datatypes import DENMARK

Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"]
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")


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
    if "T" in value or " " in value:
        at = datetime.fromisoformat(value.replace(" ", "+"))
        at = at if at.tzinfo else at.replace(tzinfo=DENMARK)
        step = timedelta(seconds=1) if at.microsecond == 0 and value.count(":") >= 2 else timedelta(milliseconds=1)
        if len(value.split("T")[1][:6].rstrip("Z+-")) <= 5:
            step = timedelta(minutes=1)
        return prefix, at.astimezone(UTC), (at + step).astimezone(UTC)
    first, after = _days(value)
    return prefix, _midnight(first), _midnight(after)


def _days(value: str) -> tuple[date, date]:
    """The first day of a year, month or day, and the day after its last."""
    parts = value.split("-")
    if [len(part) for part in parts] not in ([4], [4, 2], [4, 2, 2]) or not all(p.isdigit() for p in parts):
        raise ValueError(value)
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
