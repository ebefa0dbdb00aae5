"""A consent or block in the words of the pages: for whom, of what, from when until when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from access.actors import Actor
from access.statements import Row
from consents.fhir.blocks import resource_type
from consents.models import Block
from portal.around import in_force
from portal.kinds import KIND_OF, KINDS
from portal.templatetags.portal import day


@dataclass(frozen=True)
class Decided:
    """One decision as it is read."""

    key: UUID
    version: int
    is_block: bool
    in_force: bool
    title: str
    of_what: str
    when: str

    @classmethod
    def of(cls, row: Row, texts: dict[str, str], actor: Actor) -> "Decided":
        """Read a row of either table."""
        is_block = "effect" in row
        name = "consent_of"
        if is_block:
            name = "block_of" if row["effect"] == Block.Effect.DENY else "permit_of"
        of_what = _blocked(row, texts) if is_block else _shared(row, texts)
        is_private = is_block and row["item_id"] is not None and row["is_everyone"]
        title = texts["private"] if is_private else texts[name].format(who=_who(row, texts))
        holds = in_force(row, actor)
        return cls(row["id"], row["version"], is_block, holds, title, of_what, _when(row, texts, holds=holds))


def _who(row: Row, texts: dict[str, str]) -> str:
    """For whom a decision is."""
    if row.get("is_everyone"):
        return texts["who_everyone"]
    if row["unit_id"] is None:
        return f"{row['professional_given'] or ''} {row['professional_family'] or ''}".strip() or texts["who_person"]
    below = row.get("unit_sub_units", row.get("recipient_sub_units"))
    return f"{row['unit_name']} {texts['with_below']}" if below else str(row["unit_name"])


def _blocked(row: Row, texts: dict[str, str]) -> str:
    """Of what a block is."""
    if row["is_everything"]:
        return texts["what_everything"]
    if row["item_id"] is not None:
        return texts.get(f"what_item_{resource_type(row['item_type'])}", texts["what_item"])
    told = []
    if row["origin_id"] is not None:
        told.append(texts["what_origin"].format(who=row["origin_name"]))
    if row["period_start"] is not None:
        told.append(texts["what_period"].format(start=day(row["period_start"]), end=_last(row["period_end"])))
    return ", ".join(told)


def _shared(row: Row, texts: dict[str, str]) -> str:
    """Of what a consent is; one that names no family is of all that its law lets it be of."""
    named = {KIND_OF[family] for family in row["families"] if family in KIND_OF}
    if not named:
        return texts["what_everything"]
    return texts["what_kinds"].format(kinds=", ".join(texts[kind].lower() for kind in KINDS if kind in named))


def _when(row: Row, texts: dict[str, str], *, holds: bool) -> str:
    """From when until when it holds, or when it ended."""
    began = texts["from_day"].format(start=day(row["start"]))
    if row["withdrawn_at"] is not None:
        return f"{began} {texts['was_ended'].format(end=day(row['withdrawn_at']))}"
    if row["end"] is None:
        return f"{began} {texts['no_end']}"
    return f"{began} {texts['until'].format(end=_last(row['end']))}"


def _last(end: datetime) -> str:
    """The last day before an instant at which something no longer holds."""
    return day(end - timedelta(microseconds=1))


def decided(rows: list[Row], texts: dict[str, str], actor: Actor) -> list[Decided]:
    """Read rows of either table, those that hold first."""
    found: list[Any] = [Decided.of(row, texts, actor) for row in rows]
    return sorted(found, key=lambda each: not each.in_force)


def relation_in_words(row: Row, texts: dict[str, str]) -> str:
    """A relation: what it is, since when, whether it has been checked and where that is known from."""
    name = "span" if row["end"] else "since"
    span = texts[name].format(start=day(row["start"]), end=day(row["end"]))
    told = [f"{texts['basis_' + row['basis']]} {span}."]
    if row["given_name"]:
        told.append(f"{texts['only'].format(who=row['given_name'] + ' ' + row['family_name'])}.")
    told.append(texts[f"status_{row['status']}"])
    if row["status"] != "claimed":
        told.append(texts[f"source_{row['evidence_source']}"])
    return " ".join(told)
