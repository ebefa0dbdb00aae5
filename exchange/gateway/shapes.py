"""The resources of a delivery report as we read them: what the format allows and we keep, strictly typed.

What we do not read (notes, narrative, names) is dropped here and never stored: no free text leaves a municipality.
"""

from typing import Annotated

from msgspec import Meta, Struct

Url = Annotated[str, Meta(max_length=400)]
Code = Annotated[str, Meta(max_length=100)]
Text = Annotated[str, Meta(max_length=1000)]
Time = Annotated[str, Meta(max_length=40)]
Link = Annotated[str, Meta(max_length=400)]


class Shape(Struct, frozen=True, omit_defaults=True):
    """A part of a resource; unknown members are dropped."""


class Coding(Shape, frozen=True, omit_defaults=True):
    """A coding; its text is kept only for a code that we do not hold."""

    system: Url = ""
    code: Code = ""
    display: Text = ""


class Concept(Shape, frozen=True, omit_defaults=True):
    """A CodeableConcept without its text."""

    coding: tuple[Coding, ...] = ()


class Identifier(Shape, frozen=True, omit_defaults=True):
    """An identifier."""

    system: Url = ""
    value: Code = ""


class Reference(Shape, frozen=True, omit_defaults=True):
    """A reference, literal or by identifier."""

    reference: Link = ""
    identifier: Identifier | None = None


class Period(Shape, frozen=True, omit_defaults=True):
    """A period."""

    start: Time | None = None
    end: Time | None = None


class Profiles(Shape, frozen=True, omit_defaults=True):
    """The profiles that a resource claims."""

    profile: tuple[Url, ...] = ()


class Extension(Shape, frozen=True, omit_defaults=True):
    """An extension that points somewhere; other extensions are read by their address alone."""

    url: Url
    valueReference: Reference | None = None  # noqa: N815 - FHIR's names throughout


class Resource(Shape, frozen=True, omit_defaults=True, kw_only=True):
    """What every resource has."""

    id: Annotated[str, Meta(min_length=1, max_length=64)]
    meta: Profiles = Profiles()
    extension: tuple[Extension, ...] = ()


class About(Resource, frozen=True, omit_defaults=True, kw_only=True):
    """A resource about the citizen."""

    subject: Reference


class Patient(Resource, frozen=True, omit_defaults=True, kw_only=True):
    """The citizen: a CPR number, the unit that answers for the record, and whether she lives."""

    identifier: tuple[Identifier, ...]
    managingOrganization: Reference | None = None  # noqa: N815
    deceasedBoolean: bool | None = None  # noqa: N815
    deceasedDateTime: Time | None = None  # noqa: N815


class Organization(Resource, frozen=True, omit_defaults=True, kw_only=True):
    """A unit that performs or refers."""

    identifier: tuple[Identifier, ...] = ()
    name: Text = ""


class Condition(About, frozen=True, omit_defaults=True, kw_only=True):
    """A condition of FSIII or a diagnosis."""

    code: Concept
    clinicalStatus: Concept | None = None  # noqa: N815
    verificationStatus: Concept | None = None  # noqa: N815
    severity: Concept | None = None
    recordedDate: Time | None = None  # noqa: N815


class Target(Shape, frozen=True, omit_defaults=True):
    """What a goal aims at."""

    measure: Concept
    detailCodeableConcept: Concept  # noqa: N815


class Goal(About, frozen=True, omit_defaults=True, kw_only=True):
    """The expected state of one home-care condition."""

    lifecycleStatus: Code  # noqa: N815
    category: tuple[Concept, ...]
    description: Concept
    target: Annotated[tuple[Target, ...], Meta(min_length=1, max_length=1)]
    addresses: tuple[Reference, ...]
    startDate: Time  # noqa: N815


class Detail(Shape, frozen=True, omit_defaults=True):
    """What is to be done."""

    status: Code
    code: Concept | None = None
    reasonReference: tuple[Reference, ...] = ()  # noqa: N815


class Activity(Shape, frozen=True, omit_defaults=True):
    """The one activity of a planned intervention or of a course."""

    detail: Detail


class CarePlan(About, frozen=True, omit_defaults=True, kw_only=True):
    """A planned intervention, or the course that holds several."""

    status: Code
    intent: Code
    period: Period
    activity: Annotated[tuple[Activity, ...], Meta(min_length=1, max_length=1)]
    category: tuple[Concept, ...] = ()
    basedOn: tuple[Reference, ...] = ()  # noqa: N815


class ServiceRequest(About, frozen=True, omit_defaults=True, kw_only=True):
    """A referral or a rehabilitation plan from the hospital (GGOP)."""

    status: Code
    intent: Code
    code: Concept
    authoredOn: Time | None = None  # noqa: N815
    requester: Reference | None = None
    occurrencePeriod: Period | None = None  # noqa: N815
    reasonReference: tuple[Reference, ...] = ()  # noqa: N815


class Procedure(About, frozen=True, omit_defaults=True, kw_only=True):
    """An intervention that was carried out without a plan."""

    status: Code
    code: Concept
    performedDateTime: Time  # noqa: N815
    reasonReference: tuple[Reference, ...] = ()  # noqa: N815


class Encounter(About, frozen=True, omit_defaults=True, kw_only=True, rename={"class_": "class"}):
    """A contact, planned or held."""

    status: Code
    class_: Coding
    period: Period
    type: tuple[Concept, ...] = ()
    reasonReference: tuple[Reference, ...] = ()  # noqa: N815


class Observation(About, frozen=True, omit_defaults=True, kw_only=True):
    """The result of a follow-up, or (until withdrawn) the citizen's own view or an area of interest."""

    status: Code
    code: Concept
    effectiveDateTime: Time  # noqa: N815
    focus: tuple[Reference, ...] = ()
    valueCodeableConcept: Concept | None = None  # noqa: N815


SHAPES: dict[str, type[Resource]] = {
    shape.__name__: shape
    for shape in (Patient, Organization, Condition, Goal, CarePlan, ServiceRequest, Procedure, Encounter, Observation)
}
