"""Whose names a row tells, and what is left of them for a reader from whom they are kept (sløring af navne).

A source says which of its columns name a professional and for which unit she did what the row tells. Whether a shield
is in force between the two and this reader is asked in the statement that fetches the row, by what `organisations`
plugs in here. Where it is, the row leaves this layer without the id, the name and the number, and with the code.
Only citizens, and those who act for them, meet shields; for all others the statements are what they would be without.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from django.db.models import Q

from access.actors import Actor
from access.conditions import ALWAYS, NEVER, negate
from access.vocabulary import CITIZEN_SIDE, Profession
from fhir.datatypes import reference

PREFIX = "shield_"


@dataclass(frozen=True)
class Deed:
    """What a professional whom a column names has to do with the row.

    `unit` is the column of the unit that she did it for; None where the row tells none: then any of her places of work
    counts. `named_by_citizen` says that it was the citizen who named her. She knows whom she meant and needs the id to
    change her mind, so the id stays; but no code is told, which would tie it to the name that she knows.
    """

    unit: str | None = None
    named_by_citizen: bool = False


@dataclass(frozen=True)
class Person:
    """A professional in the rows of a source: the column of her id, the paths, and what is blanked when shielded."""

    column: str
    path: str
    unit_path: str | None
    blanks: tuple[str, ...]
    deed: Deed

    @property
    def answer(self) -> str:
        """The name of the column that tells her shield."""
        return f"{PREFIX}{self.column}"


# Given an actor and the names, in the outer query, of the columns of a professional and a unit: a text of her
# profession and her code if a shield keeps her name from the actor, else null; and whether it does.
Tell = Callable[[Actor, str, str | None], Any]
Ask = Callable[[Actor, str, str | None], Q]
_PLUGGED: dict[str, Any] = {}


def plug_in(tell: Tell, ask: Ask) -> None:
    """Say how shields are found."""
    _PLUGGED.update(tell=tell, ask=ask)


def tell(actor: Actor, who: str, unit: str | None) -> Any:
    """The column that tells, of a professional and a unit of the outer query, what is shown in place of her name."""
    return _PLUGGED["tell"](actor, who, unit)


def keeps(actor: Actor, who: str, unit: str | None) -> Q:
    """Whether the name of a professional of the outer query, who acted for a unit of it, is kept from the actor."""
    return cast(Q, _PLUGGED["ask"](actor, who, unit)) if meets_shields(actor) else NEVER


def meets_shields(actor: Actor | None) -> bool:
    """Whether names may be kept from this reader at all."""
    return actor is not None and actor.acting_as in CITIZEN_SIDE


@lru_cache(maxsize=256)
def people_of(source: Any) -> tuple[Person, ...]:
    """The professionals that the rows of a source name; an element's author wrote for its origin."""
    author = {"author_id": Deed("origin_id")} if {"author_id", "origin_id"} <= set(source.columns) else {}
    return tuple(_person(source.columns, column, deed) for column, deed in {**author, **source.people}.items())


def _person(columns: Mapping[str, Any], column: str, deed: Deed) -> Person:
    """One of them; with her id go all columns that are read through it, but for her profession."""
    path = str(columns[column])
    through = f"{path.removesuffix('_id')}__"
    read = (name for name, other in columns.items() if isinstance(other, str) and other.startswith(through))
    told = tuple(name for name in read if columns[name] != f"{through}profession")
    unit_path = None if deed.unit is None else str(columns[deed.unit])
    return Person(column, path, unit_path, told if deed.named_by_citizen else (column, *told), deed)


def answers(source: Any, actor: Actor) -> dict[str, Any]:
    """The columns that tell the shields of the people of a row; none for readers whom no shield concerns."""
    if not meets_shields(actor):
        return {}
    return {person.answer: tell(actor, person.path, person.unit_path) for person in people_of(source)}


def unshielded(actor: Actor, source: Any, path: str) -> Q:
    """Whether the professional at this path of a row is named to the actor; for search parameters.

    Otherwise who it was could be found out by asking for each in turn.
    """
    found = next((person for person in people_of(source) if person.path == path), None)
    return ALWAYS if found is None else negate(keeps(actor, found.path, found.unit_path))


def shielded_row(row: dict[str, Any], people: Sequence[Person]) -> dict[str, Any]:
    """The row without the names that its answers keep, which are told under "shields" instead. Changes the row."""
    for person in people:
        told = row.pop(person.answer, None)
        if told is not None:
            row.update(dict.fromkeys(person.blanks))
            row.setdefault("shields", {})[person.column] = "" if person.deed.named_by_citizen else told
    return row


def shield_of(row: Mapping[str, Any], column: str) -> tuple[str, str] | None:
    """The profession and the code that stand for a name that is kept, or None."""
    told = row.get("shields", {}).get(column)
    return None if told is None else read(told)


def read(told: str) -> tuple[str, str]:
    """The profession, in words, and the code of an answer."""
    profession, _space, code = told.partition(" ")
    return (str(Profession(profession).label) if profession in Profession else "", code)


def in_words(profession: str, code: str) -> str:
    """What is shown instead of a name."""
    return f"{code} ({profession})" if profession else code


def shown(profession: str, code: str) -> dict[str, str]:
    """Build what stands in place of the reference to a professional."""
    return {"type": "Practitioner", "display": in_words(profession, code)}


def practitioner(row: Mapping[str, Any], column: str, name: str = "") -> dict[str, str] | None:
    """Build the reference to a professional of a row, or what is shown in her place; None when there is nobody."""
    kept = shield_of(row, column)
    if kept is None or row[column] is not None:
        return reference("Practitioner", row[column], "" if kept else name)
    return shown(*kept)
