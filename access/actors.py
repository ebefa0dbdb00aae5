"""The actor: who asks, as what, for which unit, on whose behalf, why, and at which one instant."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import DateField, DateTimeField, Field, TextField, UUIDField

from access.open_questions import ALL
from access.sql import Param
from access.switches import regime_at
from access.vocabulary import UNDER_RESPONSIBILITY, ActingAs, Purpose

_BOUND: dict[str, "type[Field[Any, Any]]"] = {
    "professional_id": UUIDField,
    "unit_id": UUIDField,
    "responsible_id": UUIDField,
    "citizen_id": UUIDField,
    "on_behalf_of": UUIDField,
    "override_id": UUIDField,
    "moment": DateTimeField,
    "fifteen_born_by": DateField,
    "client_id": TextField,
}

DENMARK = ZoneInfo("Europe/Copenhagen")


def danish_day(moment: datetime) -> date:
    """The calendar day in Denmark at an instant."""
    return moment.astimezone(DENMARK).date()


def born_by(age: int, moment: datetime) -> date:
    """Return the last day of birth of those who have reached this age at this instant, by the day in Denmark."""
    today = danish_day(moment)
    try:
        return today.replace(year=today.year - age)
    except ValueError:  # 29 February
        return today.replace(year=today.year - age, day=28)


@dataclass(frozen=True)
class Actor:
    """One asker in one request.

    `citizen_id` is set when a citizen asks (herself, or as proxy, parent or guardian of `on_behalf_of`);
    `professional_id` and `unit_id` when a professional asks. `moment` is an aware UTC instant, fixed per request.
    `regime` holds the codes of the regimes and switches (access/open_questions.py) that hold at the moment.
    `scopes` are what the token was given at most, and `in_context` the citizen it was launched for; neither is part of
    the shape (`access.scopes`).
    `client_address` is the network address that a system asks from.
    A value that is missing makes every condition that needs it false, never "is null".
    `asks_of_undecided` says that only citizens who have neither consented nor blocked anything are asked about, so that
    what asks for a consent or a block folds away; a statement compiled so finds nothing of any other (`statements`).
    """

    acting_as: ActingAs
    purpose: Purpose
    moment: datetime
    professional_id: UUID | None = None
    profession: str = ""
    unit_id: UUID | None = None
    responsible_id: UUID | None = None
    citizen_id: UUID | None = None
    on_behalf_of: UUID | None = None
    override_id: UUID | None = None
    will_reason: str = ""
    client_id: str = ""
    token_id: str = ""
    request_id: str = ""
    client_address: str = ""
    scopes: frozenset[str] = field(default_factory=frozenset)
    in_context: UUID | None = None
    fifteen_born_by: date | None = None
    regime: frozenset[str] | None = None
    asks_of_undecided: bool = False

    def __post_init__(self) -> None:
        if self.fifteen_born_by is None:
            object.__setattr__(self, "fifteen_born_by", born_by(15, self.moment))
        if self.regime is None:
            object.__setattr__(self, "regime", regime_at(danish_day(self.moment), self.moment))

    def holds(self, code: str) -> bool:
        """Whether a regime or switch holds for this request. Raises KeyError for a code that does not exist."""
        return ALL[code].code in (self.regime or ())

    @property
    def answers_to(self) -> UUID | None:
        """The professional on whose responsibility the actor acts, where the capacity is such."""
        return self.responsible_id if self.acting_as in UNDER_RESPONSIBILITY else None

    @property
    def may_override(self) -> bool:
        """Whether the capacity is one in which a block can be overridden (law study 3.2, step 9), whoever it is of."""
        return self.acting_as == ActingAs.HP or (self.acting_as == ActingAs.HP_ASSIST and self.answers_to is not None)

    @property
    def asked_profession(self) -> str:
        """The profession, where a rule asks for it: to open a will, or to evaluate one's own effort.

        Conditions know no other: what is not part of the shape is not in the actor that they compile for.
        """
        return self.profession if self.will_reason or self.purpose == Purpose.EVALUATION else ""

    @cached_property
    def shape(self) -> tuple[Any, ...]:
        """What decides the text of a statement: everything but the bound values, and which of those are missing."""
        return (
            self.acting_as,
            self.purpose,
            self.asked_profession,
            bool(self.will_reason),
            self.regime,
            self.asks_of_undecided,
            tuple(getattr(self, name) is None for name in _BOUND),
        )

    @cached_property
    def of_undecided(self) -> "Actor":
        """The same actor, asking of citizens who have neither consented nor blocked anything."""
        return replace(self, asks_of_undecided=True)

    @cached_property
    def symbolic(self) -> "Actor":
        """The actor with slots for its bound values: compiles to a statement for every actor of this shape.

        It is one and the same for all of a shape, and holds nothing of the person who asks.
        """
        found = _SYMBOLIC.get(self.shape)
        if found is None:
            slots: dict[str, Any] = {
                name: Param(name, output()) for name, output in _BOUND.items() if getattr(self, name) is not None
            }
            anybody: dict[str, Any] = {
                "token_id": "",
                "request_id": "",
                "client_address": "",
                "scopes": frozenset(),
            }
            reason = "stated" if self.will_reason else ""
            found = replace(self, profession=self.asked_profession, will_reason=reason, **anybody, **slots)
            if len(_SYMBOLIC) >= _MOST_SHAPES:
                _SYMBOLIC.clear()
            _SYMBOLIC[self.shape] = found
        return found

    @cached_property
    def bindings(self) -> dict[str, Any]:
        """The bound values by slot name."""
        return {name: getattr(self, name) for name in _BOUND}


# One for each shape of actor that has asked, so that what is built for one is built for all.
_SYMBOLIC: dict[tuple[Any, ...], Actor] = {}
_MOST_SHAPES = 1024
