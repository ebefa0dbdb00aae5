"""What the codes of interventions, contacts and observations are, and the law, paragraph and area that follow.

A code is looked up by system and code, never by its text: "Personlig pleje" stands in several branches under
different law. Systems that we hold whole know all their codes; of the others the shape is checked.
"""

import re
from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import NamedTuple

from access.vocabulary import Law
from fhir.definitions import Includes
from fhir.outcomes import FhirError, broken
from fhir.structs import Coding
from terminology import branches, lookup
from terminology.rows import CodeRow
from terminology.systems import (
    CARE_SOCIAL,
    ENCOUNTER_CLASS,
    FSIII,
    ICPC2,
    LOCAL_INTERVENTIONS,
    LOINC,
    MUNICIPAL_TERMS,
    NPU,
    SKS,
    SKS_DIAGNOSES,
    SNOMED,
)

HELD_WHOLE = frozenset({FSIII, CARE_SOCIAL, MUNICIPAL_TERMS, ENCOUNTER_CLASS})
SHAPES = MappingProxyType(
    {
        SKS: re.compile(r"[A-Z][0-9A-Z]{1,11}", re.ASCII),
        SKS_DIAGNOSES: re.compile(r"D[A-Z][0-9]{2}[0-9A-Z]{0,6}", re.ASCII),
        ICPC2: re.compile(r"[A-Z][0-9]{2}", re.ASCII),
        SNOMED: re.compile(r"[0-9]{6,18}", re.ASCII),
        NPU: re.compile(r"NPU[0-9]{5}", re.ASCII),
        LOINC: re.compile(r"[0-9]{1,7}-[0-9]", re.ASCII),
    }
)
# The municipal area that an intervention of a branch belongs to, where the sender does not name one.
AREAS = MappingProxyType(
    {
        branches.NURSING_INTERVENTION: "490ab7be-ddb1-4a54-baf1-009fe6e8a83b",
        branches.HOME_CARE_INTERVENTION: "ad865929-7363-4b2d-a271-01993181fbaf",
        branches.PREVENTION_INTERVENTION: "a71921ea-fe83-441d-933b-cc21d0b3c8c3",
        branches.REHAB_INTERVENTION: "7fc66c15-0cb3-4c89-9e18-f3a01e6a6592",
    }
)
INTERVENTION_BRANCHES = frozenset({*branches.INTERVENTIONS, branches.MUNICIPAL_AREA})
FOLLOW_UP_RESULT = "712744002"


class Coded(NamedTuple):
    """A code with what follows from it; its law is blank where the code alone does not tell."""

    system: str
    code: str
    display: str = ""
    branch: str = ""
    law: str = ""
    paragraph: str = ""
    local_code: str = ""

    @property
    def implied(self) -> tuple[Law, ...]:
        """The act that the code implies, if any."""
        return (Law(self.law),) if self.law else ()


def unknown(code: str, expression: str) -> FhirError:
    """The error for a code that we do not know or that does not belong here."""
    return FhirError("unknown-code", code[:64] or expression, expression=expression)


def code_of(codings: Sequence[Coding], expression: str, allowed: frozenset[str] = branches.SLUGS) -> Coded:
    """Return the one code that these codings name, of one of these branches where we hold its system whole.

    Several codings may name it by several names. Raises FhirError (422).
    """
    found = {_code_of(coding, expression, allowed) for coding in codings}
    if len(found) != 1:
        raise unknown("", expression)
    return found.pop()


def _code_of(coding: Coding, expression: str, allowed: frozenset[str]) -> Coded:
    """Return what one coding names. Raises FhirError (422)."""
    row = lookup.find(coding.system, coding.code)
    if coding.system in HELD_WHOLE:
        if row is None or row.branch not in allowed or _is_top(row):
            raise unknown(coding.code, expression)
        return Coded(row.system, row.code, row.display_da, row.branch, row.law, row.paragraph)
    shape = SHAPES.get(coding.system)
    if shape is None or not shape.fullmatch(coding.code):
        raise unknown(coding.code, expression)
    return Coded(coding.system, coding.code, row.display_da if row else coding.display[:300])


def taken(
    *allowed: str, held: frozenset[str] = HELD_WHOLE, shaped: Iterable[str] = SHAPES, with_groups: bool = True
) -> Includes:
    """The codes that may be chosen of these branches, and the systems of which every code is taken, for a value set."""

    def includes() -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {system: {} for system in shaped}
        for row in set(lookup.table().values()):
            if (
                row.system in held
                and row.branch in allowed
                and row.is_active
                and not (_is_top(row) or (row.is_group and not with_groups))
            ):
                found.setdefault(row.system, {})[row.code] = row.display_da
        return found

    return includes


def _is_top(row: CodeRow) -> bool:
    """Whether the code only groups interventions; nobody carries out a group."""
    return row.is_group and row.branch in branches.INTERVENTIONS


def intervention_code(codings: Sequence[Coding], expression: str) -> Coded:
    """Return the code of an intervention, with the municipality's own finer code if one stands beside it.

    Raises FhirError (422): the national code is what law and paragraph follow from, so it may not be absent.
    """
    local = [coding for coding in codings if coding.system == LOCAL_INTERVENTIONS]
    if len(local) > 1 or any(not 0 < len(coding.code) <= 100 for coding in local):
        raise unknown("", expression)
    national = [coding for coding in codings if coding.system != LOCAL_INTERVENTIONS]
    found = code_of(national, expression, INTERVENTION_BRANCHES)
    return found._replace(local_code=local[0].code) if local else found


def area_of(coded: Coded, stated: Coded | None, expression: str) -> str:
    """Return the municipal area of an intervention: as stated, else that of its branch. Raises FhirError (422)."""
    own = coded.code if coded.branch == branches.MUNICIPAL_AREA else AREAS.get(coded.branch, "")
    if stated is None:
        return own
    if own and stated.code != own:
        raise unknown(stated.code, expression)
    return stated.code


def paragraph_of(coded: Coded, stated: str, expression: str) -> str:
    """Return the paragraph of an intervention: that of its code, else the one that is stated.

    Raises FhirError (422) for what is no citation of an act that interventions are recorded under, or for another
    section or act than the code's.
    """
    if not stated:
        return coded.paragraph
    law = lookup.law_of_citation(stated)
    if law is None:
        raise unknown(stated, expression)
    same_section = not coded.paragraph or lookup.written(stated, section_only=True) == lookup.written(
        coded.paragraph, section_only=True
    )
    if (coded.law and law != coded.law) or not same_section:
        raise broken(
            "paragraph-other",
            "Paragraffen passer ikke til koden.",
            "The paragraph does not fit the code.",
            expression=expression,
        )
    return coded.paragraph or lookup.written(stated)


def stored_code(system: str, code: str) -> str:
    """The name by which a code stands in our tables; a legacy name finds its code."""
    row = lookup.find(system or FSIII, code)
    return row.code if row else code
