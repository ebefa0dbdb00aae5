"""What a delivery becomes on its way in: items (resources), their pieces (rows to be) and where they point."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from access.elements import Element
from access.vocabulary import Law
from exchange.models import Delivered
from exchange.values import Key


class Role(StrEnum):
    """Why one resource points at another."""

    REASON = "reason"
    ADDRESSES = "addresses"
    FOCUS = "focus"
    FOLLOW_UP = "follow-up"
    DELIVERS = "delivers"
    BASED_ON = "based-on"
    PART_OF = "part-of"


@dataclass(frozen=True)
class Ref:
    """That a resource points at another; `rank` counts from 1 in the sender's order."""

    role: Role
    key: Key
    rank: int = 1


@dataclass(frozen=True)
class Span:
    """From when until when an element can be said to stand; the end exclusive, None while it goes on."""

    start: datetime
    end: datetime | None = None

    def meets(self, start: datetime, end: datetime | None) -> bool:
        """Whether the two have an instant in common."""
        return (end is None or self.start < end) and (self.end is None or start < self.end or start == self.start)


@dataclass(frozen=True)
class Piece:
    """One row to be.

    `kind` begins its category: "cond", "int", "goal" or "plan". `law` is what its code says; blank leaves it to what it
    points at (`follows`) and to the grants of home care. `span` is when it stood, for choosing between two social acts.
    """

    model: type[Element]
    kind: str
    values: dict[str, Any]
    span: Span
    law: str = ""
    is_diagnosis: bool = False
    follows: tuple[Ref, ...] = ()
    is_social: bool = False
    suffix: str = ""
    keys: dict[str, Ref] = field(default_factory=dict)
    default_law: str = ""

    def category(self, law: str) -> str:
        """The category under a law."""
        if self.is_diagnosis:
            return "diag"
        return f"{self.kind}-sul" if law == Law.HEALTH else f"{self.kind}-soc"


@dataclass(frozen=True)
class Grant:
    """That an item is a granted intervention, with its period; the end exclusive, None while it goes on."""

    kind: Delivered.Grant
    start: datetime
    end: datetime | None
    is_over: bool = False


@dataclass
class Item:
    """One delivered resource, read."""

    key: Key
    full_url: str
    content: dict[str, Any]
    digest: str
    sent_at: datetime
    pieces: tuple[Piece, ...] = ()
    refs: tuple[Ref, ...] = ()
    grant: Grant | None = None


@dataclass
class Parcel:
    """All that one bundle says of one citizen."""

    bundle_id: str
    kind: str
    sent_at: datetime
    cpr: str
    sor: str
    unit_name: str
    items: list[Item]
    full_urls: list[str]
    units: dict[str, str] = field(default_factory=dict)
    died_at: datetime | None = None
    is_alive: bool | None = None
    patient_url: str = ""
