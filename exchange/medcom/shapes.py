"""The resources of a hospital notification as we read them."""

from typing import Annotated

from msgspec import Meta

from exchange.gateway.shapes import Code, Coding, Identifier, Period, Reference, Shape, Text, Time


class Named(Shape, frozen=True, kw_only=True):
    """What every resource has."""

    id: Annotated[str, Meta(min_length=1, max_length=64)]


class MessageHeader(Named, frozen=True, kw_only=True):
    """What kind of message, who sends it, and what it is about."""

    eventCoding: Coding  # noqa: N815 - FHIR's names throughout
    sender: Reference
    focus: Annotated[tuple[Reference, ...], Meta(min_length=1, max_length=1)]


class Patient(Named, frozen=True, kw_only=True):
    """The citizen."""

    identifier: tuple[Identifier, ...]
    deceasedBoolean: bool | None = None  # noqa: N815
    deceasedDateTime: Time | None = None  # noqa: N815


class Episode(Shape, frozen=True, kw_only=True):
    """The whole stay at the hospital, by identifier."""

    identifier: Identifier


class Encounter(Named, frozen=True, kw_only=True, rename={"class_": "class"}):
    """The stay as it is now."""

    status: Code
    class_: Coding
    subject: Reference
    episodeOfCare: Annotated[tuple[Episode, ...], Meta(min_length=1)]  # noqa: N815
    period: Period
    serviceProvider: Reference  # noqa: N815


class Organization(Named, frozen=True, kw_only=True):
    """A sender, a receiver or the unit of the stay."""

    identifier: tuple[Identifier, ...]
    name: Text = ""


class Activity(Shape, frozen=True, kw_only=True):
    """What happened."""

    coding: Annotated[tuple[Coding, ...], Meta(min_length=1)]


class Provenance(Named, frozen=True, kw_only=True):
    """What happened and when, of this message and of those before it."""

    target: tuple[Reference, ...]
    activity: Activity
    occurredDateTime: Time | None = None  # noqa: N815
    recorded: Time | None = None


SHAPES: dict[str, type[Named]] = {
    shape.__name__: shape for shape in (MessageHeader, Patient, Encounter, Organization, Provenance)
}
