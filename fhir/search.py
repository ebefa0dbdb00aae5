"""Search parameters as they come: parsed to names and values and checked for shape, before any table is asked."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from fhir.datatypes import DENMARK
from fhir.outcomes import FhirError
from fhir.registry import Resource, SearchParameter

Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"]
PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb")
# Sent by clients in the wild; harmless, so they are allowed and have no effect.
HARMLESS = frozenset({"_format", "_pretty", "_totalMethod", "_total"})
COMMON = frozenset({"_id", "_lastUpdated", "_count", "_sort", "_cursor"})
LARGEST_PAGE = 200
DEFAULT_PAGE = 50


@dataclass(frozen=True)
class Criterion:
    """One parameter of a search: any of its values must fit; several criteria must all fit."""

    parameter: SearchParameter
    values: tuple[str, ...]
    modifier: str = ""


@dataclass(frozen=True)
class Query:
    """A parsed search."""

    criteria: tuple[Criterion, ...]
    count: int
    sort: str
    cursor: str


ID = SearchParameter("_id", "token", ("pk",), "The logical id")
LAST_UPDATED = SearchParameter("_lastUpdated", "date", ("updated_at",), "When the version was written")


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


def parse(resource: Resource, pairs: Iterable[tuple[str, str]]) -> Query:
    """Parse the parameters of a search. Raises FhirError for an unknown parameter or a value out of shape."""
    criteria: list[Criterion] = []
    count, sort, cursor = DEFAULT_PAGE, "", ""
    for name, raw in pairs:
        if name in HARMLESS:
            continue
        if name == "_count":
            count = parse_count(raw)
        elif name == "_sort":
            if raw.lstrip("-") not in resource.sorts and raw.lstrip("-") != "_lastUpdated":
                raise FhirError("bad-parameter", "_sort")
            sort = raw
        elif name == "_cursor":
            cursor = raw
        else:
            bare, _, modifier = name.partition(":")
            parameter = {"_id": ID, "_lastUpdated": LAST_UPDATED}.get(bare) or resource.parameter(bare)
            if parameter is None or not _modifier_fits(parameter, modifier):
                raise FhirError("unknown-parameter", _safe(name))
            values = split_values(raw)
            if not all(values) or len(values) > 100:
                raise FhirError("bad-parameter", bare)
            criteria.append(Criterion(parameter, values, modifier))
    _check_company(resource, criteria)
    return Query(tuple(criteria), count, sort, cursor)


def _check_company(resource: Resource, criteria: list[Criterion]) -> None:
    """What must be asked for is, and what may not stand alone does not. Raises FhirError (400)."""
    given = {criterion.parameter.name for criterion in criteria}
    wanted = [resource.needed, *(criterion.parameter.beside for criterion in criteria)]
    for names in wanted:
        if names and not names & given:
            raise FhirError("search-too-broad", ", ".join(sorted(names)))


def parse_count(raw: str) -> int:
    """Read `_count`; more than the largest page gives the largest page. Raises FhirError."""
    if not raw.isascii() or not raw.isdigit() or len(raw) > 9:
        raise FhirError("bad-parameter", "_count")
    return min(int(raw), LARGEST_PAGE)


def _modifier_fits(parameter: SearchParameter, modifier: str) -> bool:
    """Whether the parameter may carry the modifier."""
    if not modifier:
        return True
    if parameter.kind == "reference":
        return modifier in parameter.targets
    return parameter.kind == "string" and modifier in ("exact", "contains")


def _safe(name: str) -> str:
    """A name that is safe to repeat to its sender: short, and without digits that might be a person's number."""
    return "".join(char for char in name[:40] if not char.isdigit())


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
