"""What clients send, as strict structures: an unknown field, a wrong type or a null is refused with its place."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from fhir.datatypes import JURISDICTION, LEGAL_BASIS, parse_instant, parse_reference
from fhir.outcomes import FhirError, broken

LAW_OF_CODE = {"healthcare-act": "health-act", "service-act": "service-act", "elderly-act": "elderly-act"}


class Part(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The base of every structure."""


class Coding(Part):
    """A code of a system."""

    code: str
    system: str = ""
    display: str = ""
    version: str = ""
    userSelected: bool = False  # noqa: N815  FHIR's name


class CodeableConcept(Part):
    """A concept: codings, or text."""

    coding: list[Coding] = []
    text: str = ""


class Identifier(Part):
    """A business identifier."""

    value: str = ""
    system: str = ""
    use: str = ""
    type: CodeableConcept | None = None


class Reference(Part):
    """A reference, literal or by identifier."""

    reference: str = ""
    type: str = ""
    identifier: Identifier | None = None
    display: str = ""


class Period(Part):
    """A period."""

    start: str = ""
    end: str = ""


class Quantity(Part):
    """A measured amount."""

    value: float | None = None
    comparator: str = ""
    unit: str = ""
    system: str = ""
    code: str = ""


class Annotation(Part):
    """A text with its author."""

    text: str
    time: str = ""
    authorString: str = ""  # noqa: N815
    authorReference: Reference | None = None  # noqa: N815


class Body(Part, kw_only=True):
    """What every resource may carry; `meta`, `text` and `id` of a client are read but not kept."""

    resourceType: str  # noqa: N815
    id: str = ""
    meta: dict[str, Any] = {}
    language: str = ""
    text: dict[str, Any] = {}
    extension: list[dict[str, Any]] = []
    identifier: list[Identifier] = []


B = TypeVar("B", bound=Body)


def convert(body: dict[str, Any], kind: type[B]) -> B:
    """Read a body as this structure. Raises FhirError (400) with the place of the first fault."""
    name = body.get("resourceType", "")
    try:
        found = msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        text, _, place = str(error).partition(" - at `$")
        raise FhirError("wrong-shape", text.split(" - ")[0], expression=f"{name}{place.rstrip('`')}") from error
    for number, item in enumerate(found.extension):
        if not isinstance(item.get("url"), str) or not item["url"]:
            raise FhirError("wrong-shape", "url", expression=f"{name}.extension[{number}]")
    return found


def key_of(item: Reference, kind: str, expression: str) -> UUID:
    """Read a literal reference to this type. Raises FhirError (422)."""
    try:
        return parse_reference(item.reference, (kind,))[1]
    except ValueError as error:
        raise FhirError("dangling-reference", kind, expression=expression) from error


def day_of(text: str, expression: str) -> date | None:
    """Read a day. Raises FhirError (400)."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise FhirError("wrong-shape", expression, expression=expression) from error


def instant_of(text: str, expression: str) -> datetime | None:
    """Read an instant; a day, or a time without a zone, is of Danish time. Raises FhirError (400)."""
    if not text:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise FhirError("wrong-shape", expression, expression=expression) from error


def extended(body: Body, url: str, name: str) -> Any:
    """The value of the extension with this address, under this name (`valueString`), or None.

    Raises FhirError (400) for one that stands there twice or has no such value.
    """
    found = [extension for extension in body.extension if extension.get("url") == url]
    if not found:
        return None
    if len(found) > 1 or name not in found[0]:
        raise FhirError("wrong-shape", name, expression=f"{body.resourceType}.extension")
    return found[0][name]


def stated_law(body: Body) -> str:
    """The act that the body states (our code), by legal-basis extension or label; empty when it states none.

    Raises FhirError (422) for an act that is unknown, or two that differ.
    """
    stated = {code for code in _stated(body) if code}
    for code in stated:
        if code not in LAW_OF_CODE:
            raise FhirError("unknown-code", code[:40], expression="extension")
    if len(stated) > 1:
        raise broken("act-stated-twice", "Der er angivet to love.", "Two acts are stated.", expression="extension")
    return LAW_OF_CODE[stated.pop()] if stated else ""


def _stated(body: Body) -> Iterator[str]:
    """The codes of acts in the extension and among the labels; what has another shape states nothing."""
    concepts = [item.get("valueCodeableConcept") for item in body.extension if item.get("url") == LEGAL_BASIS]
    lists = [concept.get("coding") for concept in concepts if isinstance(concept, dict)]
    codings = [coding for found in lists if isinstance(found, list) for coding in found]
    labels = body.meta.get("security")
    labels = [label for label in labels if isinstance(label, dict)] if isinstance(labels, list) else []
    codings += [label for label in labels if label.get("system") == JURISDICTION]
    yield from (str(coding.get("code") or "") for coding in codings if isinstance(coding, dict))
