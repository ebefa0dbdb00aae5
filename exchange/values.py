"""Values as they stand in FHIR JSON, read strictly: days, instants, periods and references."""

import re
from datetime import UTC, date, datetime, time, timedelta

from citizens.identifiers import is_cpr
from exchange.errors import Refused
from fhir.datatypes import DENMARK

Key = tuple[str, str]
"""A resource of a sender: its type and id."""

_WHEN = re.compile(
    r"(\d{4})(?:-(\d{2})(?:-(\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?\Z", re.ASCII
)
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}\Z", re.ASCII)
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,39}\Z", re.ASCII)
_TEN = re.compile(r"(?<!\d)(\d{6})-?(\d{4})(?!\d)", re.ASCII)
_EARLIEST, _LATEST = 1850, 2200


def masked(text: str) -> str:
    """Return the text with everything that could be a CPR number hidden."""
    return _TEN.sub(lambda found: "**********" if is_cpr(found[1] + found[2]) else found[0], text)


def instant(text: str) -> datetime:
    """Read a date or time as an aware UTC instant; a day or a time without zone is Danish. Raises Refused."""
    match = _WHEN.match(text)
    if match is None or not _EARLIEST <= int(match[1]) <= _LATEST:
        raise Refused("bad-date")
    try:
        first = date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        if not match[4]:
            found = datetime.combine(first, time(), DENMARK)
        else:
            clock = re.sub(r"(\.\d{6})\d+", r"\1", match[4])
            found = datetime.fromisoformat(f"{first.isoformat()}{clock}")
            found = found if found.tzinfo else found.replace(tzinfo=DENMARK)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused("bad-date") from error


def day(text: str) -> date:
    """Read a date or time as a day in Denmark. Raises Refused."""
    return instant(text).astimezone(DENMARK).date()


def is_day(text: str) -> bool:
    """Whether the text tells no time of day."""
    return "T" not in text


def period(start: str | None, end: str | None) -> tuple[datetime | None, datetime | None]:
    """Read a period. A day as the end covers the whole day, so it may fall before a time on it. Raises Refused."""
    begins = instant(start) if start else None
    ends = instant(end) if end else None
    if begins and ends and end and ends < begins:
        if not is_day(end) or begins >= ends + timedelta(days=1):
            raise Refused("bad-period")
        ends = begins
    return begins, ends


def end_exclusive(end: datetime) -> datetime:
    """Return the first instant after an end; midnight in Denmark is how a whole day was written."""
    local = end.astimezone(DENMARK)
    return end if local.time() != time() else (local + timedelta(days=1)).astimezone(UTC)


def identity(text: str) -> str:
    """Check an id. Raises Refused."""
    if not _ID.match(text):
        raise Refused("wrong-shape", detail="id")
    return text


def key_of(reference: str, full_urls: dict[str, Key], kinds: frozenset[str]) -> Key:
    """Read a literal reference, relative, absolute or to an entry's fullUrl, to one of these types. Raises Refused."""
    found = full_urls.get(reference)
    if found is None:
        parts = reference.split("/_history/")[0].rstrip("/").split("/")
        if len(parts) < 2 or not _TYPE.match(parts[-2]) or not _ID.match(parts[-1]):
            raise Refused("bad-reference")
        found = parts[-2], parts[-1]
    if found[0] not in kinds:
        raise Refused("bad-reference")
    return found
