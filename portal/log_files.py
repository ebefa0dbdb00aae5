"""The log as a file: a spreadsheet, or lines to read. What is shielded on the page is shielded here: the same rows."""

import csv
from collections.abc import Iterable
from io import StringIO

from portal.occasions import Look, Occasion
from portal.templatetags.portal import when

COLUMNS = ("at", "person", "role", "unit", "behalf", "activity", "kinds", "reason", "override", "refused")
# What a spreadsheet would take for a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def lines_of(occasions: Iterable[Occasion], texts: dict[str, str], common: dict[str, str]) -> list[list[str]]:
    """Each look as the values of `COLUMNS`; `texts` hold the names of the kinds too."""
    return [_line(look, texts, common) for occasion in occasions for look in occasion.looks]


def _line(look: Look, texts: dict[str, str], common: dict[str, str]) -> list[str]:
    entry = look.entry
    return [
        when(entry.at),
        entry.person or texts["unknown_person"],
        entry.role,
        entry.organisation,
        entry.on_behalf_of,
        entry.activity,
        ", ".join(texts[kind].lower() for kind in look.kinds),
        entry.reason,
        common["yes"] if entry.is_override else "",
        common["yes"] if entry.is_refused else "",
    ]


def as_csv(lines: list[list[str]], heads: list[str], *, end: str) -> str:
    """The lines with their heads, as spreadsheets of Denmark read them: semicolons, and a mark of UTF-8."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(heads)
    writer.writerows([[_harmless(value) for value in line] for line in lines])
    if end:
        writer.writerow([end])
    return "\ufeff" + out.getvalue()


def as_text(lines: list[list[str]], heads: list[str], *, end: str) -> str:
    """The same to read: a paragraph for each look, without what is empty."""
    told = ["\n".join(f"{head}: {value}" for head, value in zip(heads, line, strict=True) if value) for line in lines]
    return "\n\n".join([*told, *([end] if end else [])]) + "\n"


def _harmless(value: str) -> str:
    """The value, which no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(FORMULAS) else value
