"""What is around a resource while it is read, and what reading it gives."""

from dataclasses import dataclass
from datetime import datetime

from exchange.errors import Refused
from exchange.gateway import shapes
from exchange.items import Grant, Piece, Ref, Role
from exchange.values import key_of
from terminology import lookup


@dataclass
class Mapped:
    """What one resource says: its rows, where it points, whether it is a grant, and the units it names."""

    pieces: tuple[Piece, ...]
    refs: tuple[Ref, ...] = ()
    grant: Grant | None = None


@dataclass(frozen=True)
class Reading:
    """What is around a resource while it is read. `since` is when its content was first sent."""

    profile: str
    since: datetime

    def refs(self, role: Role, references: tuple[shapes.Reference, ...], *kinds: str) -> tuple[Ref, ...]:
        """Read references; one that stands twice counts once."""
        keys = [key_of(item.reference, {}, frozenset(kinds)) for item in references]
        return tuple(Ref(role, key, rank) for rank, key in enumerate(dict.fromkeys(keys), 1))

    def pointed(self, role: Role, resource: shapes.Resource, names: frozenset[str], *kinds: str) -> tuple[Ref, ...]:
        """Read the references of the extensions with these names."""
        found = [item for item in resource.extension if item.url.rsplit("/", 1)[-1] in names]
        if any(item.valueReference is None for item in found):
            raise Refused("bad-reference")
        return self.refs(role, tuple(item.valueReference for item in found if item.valueReference), *kinds)

    @property
    def default_law(self) -> str:
        """The law of all that is delivered in this family, where the family tells."""
        return lookup.law_of_profile(self.profile) or ""


def sor_of(identifiers: tuple[shapes.Identifier, ...]) -> str | None:
    """The SOR code among identifiers."""
    return next((item.value for item in identifiers if item.system == "urn:oid:1.2.208.176.1.1" and item.value), None)
