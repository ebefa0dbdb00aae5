"""The paragraphs of the social acts that services are granted under, and what may be told of each.

RSL § 13 lets a municipality pass on *when* a citizen gets a service on its list, without consent; everything off the
list stays inside. The list is data with dates, in `data/sel_paragraphs.csv` and `data/ael_paragraphs.csv`.
"""

import csv
import re
from datetime import date
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from django.utils import timezone

from terminology.files import DATA
from terminology.laws import ELDERLY_ACT, HEALTH_ACT, SERVICE_ACT

PARAGRAPH_FILES = ("sel_paragraphs.csv", "ael_paragraphs.csv")

Place = tuple[str, str, str, str]
"""Act, section, subsection (stk.) and number (nr.); blank where the citation stops earlier."""

_LAWS = MappingProxyType({"SEL": SERVICE_ACT, "ÆL": ELDERLY_ACT, "SUL": HEALTH_ACT})
_CITATION = re.compile(
    r"(?:(?P<act>SEL|ÆL|SUL|RSL|PSL)\s*)?§\s*(?P<section>[0-9]{1,3}\s?[a-z]?)"
    r"(?:,?\s*stk\.\s*(?P<stk>[0-9]{1,2}))?(?:,?\s*nr\.\s*(?P<nr>[0-9]{1,2}))?",
    re.ASCII,
)


class Paragraph(NamedTuple):
    """A paragraph, the service granted under it, and from when until when (not included) RSL § 13 lists it."""

    paragraph: str
    law: str
    service_da: str
    service_en: str
    rsl13_from: date | None
    rsl13_to: date | None

    def is_listed_on(self, day: date) -> bool:
        """Say whether the list holds it on `day`."""
        return self.rsl13_from is not None and self.rsl13_from <= day and (self.rsl13_to is None or day < self.rsl13_to)


def parse(citation: str) -> Place | None:
    """Take a citation apart, however it is spaced: `§ 83a` and `SEL § 83 a` are one; None when it cites no single one.

    A citation without its act is of the service act, as in the titles of municipal code groups.
    """
    match = _CITATION.fullmatch(citation.strip())
    if match is None or (match["nr"] and not match["stk"]):
        return None
    return match["act"] or "SEL", "".join(match["section"].split()), match["stk"] or "", match["nr"] or ""


def law_of_citation(citation: str) -> str | None:
    """Return the law that a citation is of; None for no citation, or one of an act that nothing is recorded under."""
    place = parse(citation)
    return _LAWS.get(place[0]) if place else None


def written(citation: str, *, section_only: bool = False) -> str:
    """Write a citation the one way, whole or down to its section alone. Raises ValueError for what is no citation."""
    place = parse(citation)
    if place is None:
        raise ValueError(citation)
    act, section, stk, nr = place
    number = section.rstrip("abcdefghijklmnopqrstuvwxyz")
    head = f"{act} § {number} {section[len(number) :]}".strip()
    if section_only:
        return head
    return head + (f", stk. {stk}" if stk else "") + (f", nr. {nr}" if nr else "")


@cache
def paragraphs() -> MappingProxyType[Place, Paragraph]:
    """Return every paragraph of the files by its place; read once per process."""
    found: dict[Place, Paragraph] = {}
    for name in PARAGRAPH_FILES:
        with (DATA / name).open(encoding="utf-8", newline="") as lines:
            for line in csv.DictReader(lines, strict=True):
                row = _paragraph(line)
                place = parse(row.paragraph)
                if place is None or place in found:
                    raise ValueError(f"{name}: {row.paragraph}")
                found[place] = row
    return MappingProxyType(found)


def paragraph_of(citation: str) -> Paragraph | None:
    """Return the most exact paragraph of the files that covers `citation`; None when none does."""
    place = parse(citation)
    if place is None:
        return None
    act, section, stk, nr = place
    table = paragraphs()
    candidates = ((act, section, stk, nr), (act, section, stk, ""), (act, section, "", ""))
    return next((table[key] for key in candidates if key in table), None)


def is_rsl13(paragraph: str, on: date | None = None) -> bool:
    """Say whether RSL § 13 lets the *time* of this service be shared without consent; unknown paragraphs may not.

    `on` is a day in Denmark, today when not given: the list begins on 2022-01-01. It never says that content may.
    Law: retssikkerhedsloven § 13, stk. 1.
    """
    found = paragraph_of(paragraph)
    return found is not None and found.is_listed_on(on or timezone.localdate())


def _paragraph(line: dict[str, str]) -> Paragraph:
    """Return one line of a file as a value."""
    dates = [date.fromisoformat(line[key]) if line[key] else None for key in ("rsl13_from", "rsl13_to")]
    return Paragraph(line["paragraph"], line["law"], line["service_da"], line["service_en"], *dates)
