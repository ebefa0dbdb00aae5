"""Writing conditions: the act and category by the code, the severity by the branch."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from access.actors import DENMARK, Actor
from access.authoring import change_element, create_element, same
from access.statements import Row, Source
from access.vocabulary import SOCIAL_LAWS, SOCIAL_SIDE, Category, Law
from careplans import states
from careplans.models import Condition, Contact
from careplans.services.law import social, stated_or_writers, wrong_law
from careplans.services.links import kept, seen
from fhir.identifiers import NO_KEY, BusinessKey
from fhir.outcomes import FhirError, broken
from terminology import branches, lookup
from terminology.rows import CodeRow
from terminology.systems import FSIII, ICPC2, MUNICIPAL_TERMS, SKS, SKS_DIAGNOSES, SNOMED

FFB = "urn:oid:1.2.208.176.2.22"
HELD_WHOLE = frozenset({FSIII, MUNICIPAL_TERMS})
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_SKS = re.compile(r"D[A-Z]\d{2}[A-Z0-9]{0,6}(\+[A-Z][A-Z0-9]{1,9})*", re.ASCII)
SHAPES = {
    SKS_DIAGNOSES: _SKS,
    SKS: _SKS,
    ICPC2: re.compile(r"[ABDFHKLNPRSTUWXYZ]\d{2}", re.ASCII),
    SNOMED: re.compile(r"[1-9]\d{5,17}", re.ASCII),
    FFB: _UUID,
}
DIAGNOSES = frozenset({SKS_DIAGNOSES, SKS, ICPC2})
USES = frozenset({"problem-list-item", "encounter-diagnosis"})

# The columns that a writer sets.
WRITTEN = (
    "code_system",
    "code",
    "display",
    "clinical_status",
    "verification",
    "use",
    "severity",
    "onset_on",
    "abated_on",
)


@dataclass(frozen=True)
class ConditionInput:
    """What a condition is to be, as its writer says. `law` is the act that she states, if any."""

    citizen_id: UUID
    code_system: str
    code: str
    display: str = ""
    clinical_status: str = "active"
    verification: str = ""
    use: str = "problem-list-item"
    severity: int | None = None
    recorded_on: date | None = None
    onset_on: date | None = None
    abated_on: date | None = None
    contact_id: UUID | None = None
    law: str = ""
    identifier: BusinessKey = NO_KEY


def create_condition(*, by: Actor, source: Source, condition: ConditionInput) -> Row:
    """Record a condition and return its row.

    Raises FhirError: 403 without a right to record it, 422 for an unknown code, a broken rule or a contact that is
    another citizen's or not seen. One statement, one more for a contact. Law: grounds.OWN_RECORDING; the act follows
    from the code, or is stated where the grant decides it.
    """
    known = find(condition)
    category, law = place_of(by, condition, known)
    check(condition, known, by)
    recorded_on = condition.recorded_on or by.moment.astimezone(DENMARK).date()

    def values() -> dict[str, Any]:
        _at(by, condition)
        return {**_values(condition, known), "recorded_on": recorded_on, "contact_id": condition.contact_id}

    return create_element(
        by=by,
        source=source,
        citizen_id=condition.citizen_id,
        identifier=condition.identifier,
        category=category,
        law=law,
        values=values,
        occurred_at=_instant(recorded_on, by.moment),
    )


def update_condition(*, by: Actor, source: Source, key: UUID, condition: ConditionInput, if_match: int | None) -> Row:
    """Change a condition, the caller having its current version, and return its row.

    Raises FhirError: 404, 403, 400 or 412 for the version, 422 as for recording. The citizen, the category and the act
    never change; a contact that the writer may not see stays.
    """

    def change(current: Condition) -> dict[str, Any]:
        same(current, citizen_id=condition.citizen_id)
        known = find(condition)
        place = (Category(current.category), Law(current.recorded_under))
        if place_of(by, condition, known, recorded=place[1]) != place:
            raise wrong_law()
        check(condition, known, by)
        states.move(states.VERIFICATION, current.verification, condition.verification, "Condition.verificationStatus")
        if condition.contact_id != current.contact_id:
            _at(by, condition)
        return {
            **_values(condition, known),
            "recorded_on": condition.recorded_on or current.recorded_on,
            "contact_id": kept(by, Contact, current.contact_id, condition.contact_id),
        }

    return change_element(
        by=by, source=source, key=key, identifier=condition.identifier, if_match=if_match, change=change
    )


def _at(by: Actor, condition: ConditionInput) -> None:
    """The contact is the citizen's and seen by the writer. Raises FhirError (422). One statement if there is one."""
    keys = [condition.contact_id] if condition.contact_id else []
    seen(by, Contact, keys, condition.citizen_id, "Condition.encounter")


def find(condition: ConditionInput) -> CodeRow | None:
    """The code where its system is held whole, or None where only its shape can be checked. Raises FhirError (422)."""
    if condition.code_system in HELD_WHOLE:
        known = lookup.find(condition.code_system, condition.code)
        if known is None or known.branch not in branches.CONDITIONS or known.is_group:
            raise _unknown(condition.code)
        return known
    shape = SHAPES.get(condition.code_system)
    if shape is None or not shape.fullmatch(condition.code):
        raise _unknown(condition.code)
    return None


def _unknown(code: str) -> FhirError:
    """The code is none of a condition."""
    return FhirError("unknown-code", code[:64], expression="Condition.code")


def place_of(
    by: Actor, condition: ConditionInput, known: CodeRow | None, recorded: Law | None = None
) -> tuple[Category, Law]:
    """The category and the act: by the code, else as stated, else the one `recorded` before or the writer's.

    Raises FhirError (422) for an act that the code does not stand under, or that is missing.
    """
    stated = condition.law or (recorded.value if recorded else "")
    told = lookup.law_of(known) if known else Law.HEALTH.value if condition.code_system in DIAGNOSES else None
    if told:
        if stated not in ("", told):
            raise wrong_law()
        return (Category.COND_SUL if known else Category.DIAG), Law(told)
    if known is not None or condition.code_system == FFB or by.acting_as in SOCIAL_SIDE:
        return Category.COND_SOC, social(stated)
    law = stated_or_writers(by, stated)
    return (Category.COND_SOC if law in SOCIAL_LAWS else Category.DIAG), law


def check(condition: ConditionInput, known: CodeRow | None, by: Actor) -> None:
    """Hold a condition against FHIR's rules (con-3 to con-5) and those of its branch. Raises FhirError (422)."""
    for is_broken, rule, da, en, place in (*_of_fhir(condition), *_of_branch(condition, known, by)):
        if is_broken:
            raise broken(rule, da, en, f"Condition.{place}")


Broken = tuple[bool, str, str, str, str]


def _of_fhir(condition: ConditionInput) -> list[Broken]:
    """FHIR's own rules: whether each is broken, its code, the texts and the place."""
    in_error = condition.verification == Condition.Verification.ENTERED_IN_ERROR
    begun, over = condition.onset_on, condition.abated_on
    return [
        (
            in_error and bool(condition.clinical_status),
            "condition-status-in-error",
            "En fejlregistrering har ingen klinisk status.",
            "What was entered in error has no clinical status.",
            "clinicalStatus",
        ),
        (
            not in_error and not condition.clinical_status,
            "condition-status-missing",
            "Klinisk status mangler.",
            "The clinical status is missing.",
            "clinicalStatus",
        ),
        (
            over is not None and condition.clinical_status in states.NOT_OVER,
            "condition-abated",
            "En tilstand, der er ophørt, er ikke aktiv.",
            "A condition that has abated is not active.",
            "abatement",
        ),
        (
            begun is not None and over is not None and over < begun,
            "condition-abated-before-onset",
            "Ophør kan ikke ligge før begyndelse.",
            "It cannot abate before its onset.",
            "abatement",
        ),
    ]


def _of_branch(condition: ConditionInput, known: CodeRow | None, by: Actor) -> list[Broken]:
    """The rules of the municipal record, and that nothing is recorded ahead of time."""
    branch = known.branch if known else ""
    today = by.moment.astimezone(DENMARK).date()
    is_active = condition.clinical_status in states.NOT_OVER
    return [
        (
            condition.recorded_on is not None and condition.recorded_on > today,
            "condition-recorded-ahead",
            "Datoen ligger i fremtiden.",
            "The date lies in the future.",
            "recordedDate",
        ),
        (
            branch == branches.HOME_CARE_CONDITION and is_active and condition.severity is None,
            "severity-required",
            "En aktiv funktionsevnetilstand har en sværhedsgrad.",
            "An active function state has a severity.",
            "severity",
        ),
        (
            condition.severity is not None and branch in ("", branches.NURSING_CONDITION),
            "severity-forbidden",
            "Kun tilstande fra FSIII, og ikke sygeplejetilstande, har en sværhedsgrad.",
            "Only FSIII conditions other than nursing conditions have a severity.",
            "severity",
        ),
    ]


def _values(condition: ConditionInput, known: CodeRow | None) -> dict[str, Any]:
    """The columns that a writer sets; the title of a code that we hold is ours."""
    values = {name: getattr(condition, name) for name in WRITTEN}
    return values | {"display": known.display_da} if known else values


def _instant(day: date, moment: datetime) -> datetime:
    """When it was recorded: now if today, else the first instant of the day in Denmark."""
    return min(moment, datetime.combine(day, time(), DENMARK)) if day != moment.astimezone(DENMARK).date() else moment
