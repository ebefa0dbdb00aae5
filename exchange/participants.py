"""Who gives a delivered appointment and where: a professional by her authorisation, a place by its name at the unit."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from exchange.documents import Entries, shaped
from exchange.gateway import shapes
from fhir.datatypes import AUTHORISATION
from organisations.models import Location, Professional


class Numbered(shapes.Shape, frozen=True, omit_defaults=True):
    """A professional as these bundles tell of her."""

    identifier: tuple[shapes.Identifier, ...] = ()


class Role(shapes.Shape, frozen=True, omit_defaults=True):
    """That a professional works somewhere."""

    practitioner: shapes.Reference | None = None


class Address(shapes.Shape, frozen=True, omit_defaults=True):
    """Where a place lies."""

    line: tuple[shapes.Text, ...] = ()
    postalCode: shapes.Text = ""  # noqa: N815
    city: shapes.Text = ""


class Place(shapes.Shape, frozen=True, omit_defaults=True):
    """A place as these bundles tell of it."""

    name: shapes.Text = ""
    address: Address | None = None


def told(entries: Entries, actors: Iterable[shapes.Reference]) -> dict[str, Any]:
    """The authorisation of the professional, and the place, where the bundle tells them; the first of several.

    Raises Refused for an entry of another shape.
    """
    found: dict[str, Any] = {}
    for actor in actors:
        if authorisation := _authorisation(entries, actor):
            found.setdefault("authorisation", authorisation)
        elif place := _place(entries, actor):
            found.setdefault("place", place)
    return found


def _authorisation(entries: Entries, actor: shapes.Reference) -> str:
    """The authorisation of whom this names, as herself, as one who works somewhere, or by her number alone."""
    if actor.identifier is not None and actor.identifier.system == AUTHORISATION:
        return actor.identifier.value
    for url, resource in entries.named("PractitionerRole", actor.reference):
        works = shaped(resource, Role, url).practitioner
        return _authorisation(entries, works) if works is not None and works.reference != actor.reference else ""
    for url, resource in entries.named("Practitioner", actor.reference):
        numbers = shaped(resource, Numbered, url).identifier
        return next((item.value for item in numbers if item.system == AUTHORISATION), "")
    return ""


def _place(entries: Entries, actor: shapes.Reference) -> dict[str, str]:
    """The columns of the place that this names; one without a name is none."""
    for url, resource in entries.named("Location", actor.reference):
        place = shaped(resource, Place, url)
        lies = place.address or Address()
        if place.name:
            street = ", ".join(lies.line)
            columns = {"name": place.name, "street": street, "postal_code": lies.postalCode, "city": lies.city}
            longest = {"postal_code": 10, "city": 100}
            return {name: text[: longest.get(name, 200)] for name, text in columns.items()}
    return {}


class Registers:
    """The rows behind what bundles tell. A professional whom no register knows is not made up; a place is."""

    def __init__(self, authorisations: set[str]) -> None:
        """Look up the professionals: one statement, none where nobody is named."""
        known = Professional.objects.filter(authorisation_id__in=authorisations) if authorisations else ()
        self.professionals = {one.authorisation_id: one.pk for one in known}
        self.places: dict[tuple[UUID, str], UUID] = {}

    def columns(self, more: dict[str, Any], unit_id: UUID, now: Any) -> dict[str, UUID | None]:
        """Who and where, as columns of an appointment at this unit. A new place takes three statements."""
        place = more.get("place")
        return {
            "performer_id": self.professionals.get(more.get("authorisation", "")),
            "location_id": self._place(place, unit_id, now) if place else None,
        }

    def _place(self, place: dict[str, str], unit_id: UUID, now: Any) -> UUID:
        """The unit's place of this name."""
        key = unit_id, place["name"]
        if key not in self.places:
            named = Location.objects.filter(organisation_id=unit_id, name=place["name"]).order_by("pk")
            row = named.first() or Location.objects.create(organisation_id=unit_id, updated_at=now, **place)
            self.places[key] = row.pk
        return self.places[key]
