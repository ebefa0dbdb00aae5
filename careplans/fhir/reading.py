"""Small readers that the mappers of this app share: days, periods, single items, references of several types."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from fhir.datatypes import DENMARK, parse_reference
from fhir.outcomes import FhirError, broken
from fhir.structs import CodeableConcept, Coding, Period, Reference, instant_of

T = TypeVar("T")
FIRST_YEAR, LAST_YEAR = 1850, 2200


def moment_of(text: str, expression: str) -> datetime | None:
    """Read an instant of a year that a citizen's record can be about. Raises FhirError (400)."""
    found = instant_of(text, expression)
    if found is not None and not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise FhirError("wrong-shape", expression, expression=expression)
    return found


def date_of(text: str, expression: str) -> date | None:
    """Read the day in Denmark of a FHIR date or time. Raises FhirError (400)."""
    found = moment_of(text, expression)
    return None if found is None else found.astimezone(DENMARK).date()


def period_of(given: Period | None, expression: str) -> tuple[datetime | None, datetime | None]:
    """Read a period; a day as its end is meant with all its hours. Raises FhirError (400)."""
    if given is None:
        return None, None
    end = moment_of(given.end, f"{expression}.end")
    if end is not None and "T" not in given.end:
        end = datetime.combine(end.date(), time(), DENMARK) + timedelta(days=1, seconds=-1)
    return moment_of(given.start, f"{expression}.start"), end


def one(items: Sequence[T], expression: str) -> T | None:
    """The only item, if any. Raises FhirError (422) for several, which we could not keep."""
    if len(items) > 1:
        raise broken("only-one", "Her kan kun stå én.", "Only one can stand here.", expression)
    return items[0] if items else None


def one_coding(concept: CodeableConcept | None, expression: str) -> Coding | None:
    """The only code of a concept, if any. Raises FhirError (422) for several."""
    return one(concept.coding, expression) if concept is not None else None


def code_in(known: Iterable[str], concept: CodeableConcept | None, expression: str) -> str:
    """The code of a concept, one of those known; empty when there is none. Raises FhirError (422)."""
    found = one_coding(concept, expression)
    if found is None:
        return ""
    if found.code not in known:
        raise FhirError("unknown-code", found.code[:40], expression=expression)
    return found.code


def typed_key(item: Reference, kinds: tuple[str, ...], expression: str) -> tuple[str, UUID]:
    """Read a literal reference to one of these types. Raises FhirError (422)."""
    try:
        return parse_reference(item.reference, kinds)
    except ValueError as error:
        raise FhirError("dangling-reference", " / ".join(kinds), expression=expression) from error
