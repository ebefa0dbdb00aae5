"""What the resources of acts share: the parameters they are searched by, and the pieces they are read from."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model

from access.columns import PointsAt
from careplans.act_codes import stored_code
from careplans.fhir.reading import typed_key
from fhir.outcomes import FhirError, broken
from fhir.registry import SearchParameter
from fhir.structs import Reference, key_of


def whose(what: str) -> tuple[SearchParameter, SearchParameter]:
    """The two parameters that name the citizen."""
    return (
        SearchParameter(
            "patient", "reference", ("citizen_id",), f"Whose {what}", targets=("Patient",), element="subject"
        ),
        SearchParameter(
            "subject", "reference", ("citizen_id",), f"Whose {what}", targets=("Patient",), element="subject"
        ),
    )


def coded(name: str, column: str, description: str) -> SearchParameter:
    """A parameter over a code with its system; a legacy code finds what stands under the code that took its place."""
    systems = f"{column.removesuffix('code')}system" if column != "code" else "code_system"
    return SearchParameter(name, "token", (column,), description, systems=systems, values=stored_code)


def listed(name: str, column: str, values: Sequence[str], system: str, description: str) -> SearchParameter:
    """A parameter over a column whose values are FHIR's own codes."""
    codes = {value: {column: value} for value in values}
    return SearchParameter(name, "token", (column,), description, codes=codes, fixed_system=system)


def pointing(name: str, column: str, model: type[Model], kind: str, description: str, element: str) -> SearchParameter:
    """A parameter over a link; who may not see what is linked does not find anything by it."""
    where = PointsAt(column, model)
    return SearchParameter(
        name, "reference", (f"{column}_id",), description, targets=(kind,), where=where, element=element
    )


def keys_of(items: Sequence[Reference], kind: str, expression: str) -> tuple[UUID, ...]:
    """Read literal references to this type. Raises FhirError (422)."""
    return tuple(key_of(item, kind, expression) for item in items)


def key_among(items: Sequence[Reference], kinds: tuple[str, ...], expression: str) -> dict[str, UUID]:
    """Read literal references to any of these types, at most one of each. Raises FhirError (422)."""
    found: dict[str, UUID] = {}
    for item in items:
        kind, key = typed_key(item, kinds, expression)
        if found.setdefault(kind, key) != key:
            raise broken(
                "one-reference",
                f"Der kan kun henvises til én {kind} her.",
                f"Only one {kind} can be referred to here.",
                expression=expression,
            )
    return found


def one_of(value: str, allowed: Sequence[str], expression: str) -> str:
    """A code of a required value set. Raises FhirError (422)."""
    if value not in allowed:
        raise FhirError("unknown-code", value[:40], expression=expression)
    return value


def of_unit(item: Reference | None, unit_id: Any, expression: str) -> None:
    """A unit that the server sets is the one it will set. Raises FhirError (422)."""
    if item is not None and key_among((item,), ("Organization",), expression) != {"Organization": unit_id}:
        raise broken(
            "unit-is-own",
            "Enheden er altid den, der skriver.",
            "The unit is always the one that writes.",
            expression=expression,
        )
