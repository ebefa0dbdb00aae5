"""What bundles of appointments and of diagnoses have in common: entries, one citizen, and units by their SOR codes."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from citizens.identifiers import CPR_SYSTEM, is_cpr
from exchange.errors import Refused
from exchange.gateway import shapes
from exchange.gateway.around import sor_of
from exchange.gateway.reading import is_sor
from exchange.values import Key, identity, instant, masked

S = TypeVar("S", bound=shapes.Shape)


class Named(shapes.Shape, frozen=True, omit_defaults=True):
    """A unit as these bundles tell of it."""

    id: str = ""
    identifier: tuple[shapes.Identifier, ...] = ()
    name: shapes.Text = ""


class Person(shapes.Shape, frozen=True, omit_defaults=True):
    """The citizen, by her number alone."""

    id: str = ""
    identifier: tuple[shapes.Identifier, ...] = ()


class Entries:
    """The entries of a bundle, found by type and by what references say."""

    def __init__(self, bundle: dict[str, Any]) -> None:
        """Raises Refused for an entry without a resource."""
        self.found: list[tuple[str, Key, dict[str, Any]]] = []
        for number, entry in enumerate(bundle.get("entry") or ()):
            resource = entry.get("resource") if isinstance(entry, dict) else None
            kind = resource.get("resourceType") if isinstance(resource, dict) else None
            if not isinstance(kind, str) or not isinstance(resource, dict):
                raise Refused("wrong-shape", detail=f"entry[{number}]")
            url = entry.get("fullUrl") or f"{kind}/{resource.get('id')}"
            if not isinstance(url, str) or len(url) > 400:
                raise Refused("wrong-shape", detail=f"entry[{number}]")
            self.found.append((url, (kind, identity(str(resource.get("id") or ""))), resource))

    @property
    def full_urls(self) -> list[str]:
        """The addresses of all entries."""
        return [url for url, _key, _resource in self.found]

    def of(self, kind: str) -> list[tuple[str, Key, dict[str, Any]]]:
        """The entries of a type."""
        return [entry for entry in self.found if entry[1][0] == kind]

    def named(self, kind: str, reference: str) -> list[tuple[str, dict[str, Any]]]:
        """The entries of a type that a reference names."""
        return [(url, resource) for url, key, resource in self.of(kind) if reference and _fits(reference, url, key)]

    def only(self, *kinds: str) -> None:
        """Check that there is nothing of another type. Raises Refused."""
        for url, key, _resource in self.found:
            if key[0] not in kinds:
                raise Refused("unknown-type", url, key[0][:40])

    def citizen(self) -> tuple[str, str]:
        """The CPR number of the one citizen, and her entry's address. Raises Refused."""
        people = self.of("Patient")
        if not people:
            raise Refused("no-citizen")
        if len(people) > 1:
            raise Refused("two-citizens", people[-1][0])
        url, _key, resource = people[0]
        numbers = [item.value for item in shaped(resource, Person, url).identifier if item.system == CPR_SYSTEM]
        if len(numbers) != 1 or not is_cpr(numbers[0]):
            raise Refused("only-cpr", url)
        return numbers[0], url

    def is_citizen(self, reference: str) -> bool:
        """Whether a reference is to the citizen of the bundle."""
        return any(_fits(reference, url, key) for url, key, _resource in self.of("Patient"))

    def unit(self, reference: shapes.Reference, names: dict[str, str]) -> str:
        """The SOR code of a unit that is referred to, its name noted where it is told. Raises Refused."""
        sor = sor_of((reference.identifier,)) if reference.identifier is not None else None
        for url, key, resource in self.of("Organization"):
            if reference.reference and _fits(reference.reference, url, key):
                unit = shaped(resource, Named, url)
                sor = sor_of(unit.identifier)
                names[sor or ""] = unit.name
        if sor is None or not is_sor(sor):
            raise Refused("no-organisation")
        return sor


def _fits(reference: str, url: str, key: Key) -> bool:
    """Whether a reference names this entry, by its address or as type/id."""
    return reference == url or "/".join(reference.split("/")[-2:]) == "/".join(key)


def shaped(resource: dict[str, Any], shape: type[S], url: str) -> S:
    """Read a resource by its shape. Raises Refused."""
    try:
        return msgspec.convert(resource, shape)
    except msgspec.ValidationError as error:
        raise Refused("wrong-shape", url, masked(str(error))) from error


def sent_at(bundle: dict[str, Any]) -> datetime:
    """When the bundle was sent. Raises Refused."""
    timestamp = bundle.get("timestamp")
    if not isinstance(timestamp, str):
        raise Refused("bad-date", detail="Bundle.timestamp")
    return instant(timestamp)
