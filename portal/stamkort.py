"""The stamkort in words: each part as lines of a label and a text, and who typed it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from access.actors import danish_day
from access.shielding import in_words, shield_of
from access.statements import Row
from access.vocabulary import AuthorKind
from minlog.words import profession_of
from portal.templatetags.portal import day, when
from portal.visitors import Visitor
from stamkort.card import Authors, Card
from stamkort.models import Entry, Registration
from terminology import lookup
from terminology.rows import CodeRow
from terminology.systems import DANISH_RELATIONS, LANGUAGES, RELATIONS

Kind = Entry.Kind
# The order of the page.
KINDS = (Kind.CONTACT, Kind.LANGUAGE, Kind.TEMPORARY_ADDRESS, Kind.DENTIST, Kind.COMMENT)
# Names of stored fields that need another word here than elsewhere on the page.
FIELDS = {
    Kind.CONTACT: {"mobile": "mobile", "home": "home", "work": "work", "email": "email"},
    Kind.DENTIST: {"name": "clinic", "person": "person", "phone": "phone", "provider_number": "provider_number"},
}
PHONES = {"mobile_phone": "mobile", "home_phone": "home", "work_phone": "work", "email": "email"}


@dataclass(frozen=True)
class Line:
    """One thing with its label; `where` says where a register is put right."""

    label: str
    text: str
    source: str = ""
    where: str = ""


@dataclass(frozen=True)
class Teller:
    """Tells a stamkort to this visitor in her language."""

    visitor: Visitor
    t: Mapping[str, str]
    english: bool
    codes: lookup.Table = field(default_factory=lookup.table)

    @property
    def whose(self) -> str:
        """The given name of the citizen."""
        return self.visitor.subject.given_name

    def named(self, row: CodeRow | None, code: str) -> str:
        """A code in words."""
        if row is None:
            return code
        return (row.display_en if self.english else row.display_da) or row.display_da

    def fields(self, kind: str, value: Mapping[str, Any]) -> list[Line]:
        """A typed field group, line by line."""
        t = self.t
        if kind == Kind.COMMENT:
            return [Line(t["comment_text"], value.get("text", ""))]
        if kind == Kind.LANGUAGE:
            code = value.get("language", "")
            spoken = Line(t["spoken"], self.named(self.codes.get((LANGUAGES, code)), code))
            return [spoken, *([Line(t["interpreter"], t["interpreter_yes"])] if value.get("interpreter") else [])]
        if kind == Kind.TEMPORARY_ADDRESS:
            start, end = (date.fromisoformat(value[name]) if value.get(name) else None for name in ("start", "end"))
            return [
                Line(t["lines"], "\n".join([*value.get("lines", ()), *self._town(value)])),
                *([Line(t["start"], day(start))] if start else []),
                Line(t["end"], day(end) if end else t["end_unknown"]),
            ]
        lines = [Line(t[word], value[name]) for name, word in FIELDS[Kind(kind)].items() if value.get(name)]
        place = "\n".join(part for part in (value.get("street", ""), *self._town(value)) if part)
        return [*lines, *([Line(t["address"], place)] if place else [])]

    def _town(self, value: Mapping[str, Any]) -> list[str]:
        """Postal code and town as one line, if there are any."""
        found = f"{value.get('postal_code') or ''} {value.get('city') or ''}".strip()
        return [found] if found else []

    def relative(self, row: Row) -> list[Line]:
        """A relative, line by line; the name is a heading."""
        lines = [Line(self.t["relation"], self.relation(row["relationship"]))] if row["relationship"] else []
        lines += [Line(self.t[word], row[name]) for name, word in PHONES.items() if row[name]]
        return [*lines, *([Line(self.t["note"], row["note"])] if row["note"] else [])]

    def relation(self, code: str) -> str:
        """A relation in words."""
        return self.named(self.codes.get((DANISH_RELATIONS, code)) or self.codes.get((RELATIONS, code)), code)

    def typed(self, row: Row, authors: Authors) -> str:
        """Who typed it, and when."""
        at, kind = when(row["occurred_at"]), row["author_kind"]
        if kind == AuthorKind.CITIZEN:
            name = "typed_citizen" if self.visitor.is_acting else "typed_you"
        else:
            name = {AuthorKind.RELATIVE: "typed_relative", AuthorKind.PROFESSIONAL: "typed_staff"}.get(
                kind, "typed_other"
            )
        return self.t[name].format(who=self.whose, when=at, name=self._staff(row, authors))

    def _staff(self, row: Row, authors: Authors) -> str:
        """Who of the staff, for which unit; a name that is kept is told by its code."""
        unit = authors.units.get(row["origin_id"])
        if kept := shield_of(row, "author_id"):
            who = in_words(*kept)
        elif person := authors.people.get(row["author_id"]):
            who = f"{person}, {profession_of(person.profession, english=self.english)}"
        else:
            who = self.t["staff"]
        return f"{who}, {unit.name}" if unit else who

    def register(self, card: Card) -> list[Line]:
        """The register part: each line with the register that it comes from and where that is put right."""
        row, t = card.register, self.t
        if row is None:
            return []
        cpr, insurance = t["from_cpr"], t["from_insurance"]
        name = f"{row['given_name']} {row['family_name']}".strip()
        lines = [Line(t["name"], name, cpr, t["name_where"])]
        if row["cpr"]:
            lines.append(Line(t["cpr"], f"{row['cpr'][:6]}-{row['cpr'][6:]}", cpr, t["cpr_where"]))
        lines.append(Line(t["born"], day(row["birth_date"]), cpr, "" if row["cpr"] else t["cpr_where"]))
        if row["died_at"] is not None:
            lines.append(Line(t["died"], day(row["died_at"]), cpr))
        lines.append(Line(t["address"], self.address(card), cpr, t["address_where"]))
        lines.append(Line(t["practice"], self.practice(card), insurance, t["practice_where"]))
        if group := t.get(f"insurance_{row['insurance_group']}"):
            lines.append(Line(t["insurance"], group, insurance, t["insurance_where"]))
        for column in ("children", "custody_by"):
            if names := [f"{each['given_name']} {each['family_name']}".strip() for each in row[column]]:
                lines.append(Line(t[column], "\n".join(names), cpr, t["custody_where"]))
        return lines

    def address(self, card: Card) -> str:
        """Where she lives, or that it is kept back."""
        row = card.register or {}
        if card.is_withheld:
            return self.t["address_withheld"]
        lines = [row["street"], *self._town(row)]
        if row["is_address_protected"]:
            lines.append(self.t["address_protected"])
        return "\n".join(line for line in lines if line)

    def practice(self, card: Card) -> str:
        """Her general practice, and how it is reached."""
        row = card.register or {}
        if not row["practice_name"]:
            return self.t["no_practice"]
        town = f"{row['practice_postal_code']} {row['practice_city']}".strip()
        lines = (row["practice_name"], row["practice_street"], town, row["practice_phone"])
        return "\n".join(line for line in lines if line)

    def registered(self, row: Row | None) -> str:
        """How a registration stands."""
        if row is None:
            return self.t["registered_not"]
        if row["revoked_at"] is not None and row["revoked_at"] <= self.visitor.actor.moment:
            return self.t["registered_revoked"].format(day=day(row["revoked_at"]))
        if row["effective_at"] > self.visitor.actor.moment:
            return self.t["registered_pending"].format(day=day(row["effective_at"]))
        return self.t["registered"].format(day=day(row["decided_at"]))

    def wishes(self, row: Row) -> list[str]:
        """What a registration says, wish by wish."""
        stated: Any = row["statements"]
        stated = stated if isinstance(stated, dict) else dict.fromkeys(stated, True)
        if row["kind"] == Registration.Kind.ORGAN_DONOR:
            return self._donor(stated)
        needed = stated.get("acceptanceNeeded") or {}
        told = []
        for name, value in stated.items():
            if value is True:
                accept = self.t.get(f"accept_{needed.get(name, '')}", "")
                told.append(f"{self.t.get(name, self.t['wish_more'])} {accept}".strip())
        return told

    def _donor(self, stated: Mapping[str, Any]) -> list[str]:
        """The organ donor registration."""
        told = [self.t.get(f"permission_{stated.get('permission', '')}", self.t["wish_more"])]
        organs = [self.t.get(f"organ_{name}", "") for name in stated.get("organs") or ()]
        if named := [name for name in organs if name]:
            told.append(self.t["organs"].format(which=", ".join(named)))
        return [*told, *([self.t["donor_relatives"]] if stated.get("requiresRelativeAcceptance") else [])]


def is_over(value: Mapping[str, Any], visitor: Visitor) -> bool:
    """Whether the period of a temporary address is over."""
    end: str = value.get("end") or ""
    return end != "" and date.fromisoformat(end) < danish_day(visitor.actor.moment)
