"""What a delivered code is: its exact name, and the law that follows from it. Never decided by a text."""

import re
from typing import NamedTuple

from exchange.errors import Refused
from exchange.gateway.shapes import Coding, Concept
from terminology import branches, lookup
from terminology.systems import CARE_SOCIAL, ENCOUNTER_CLASS, FSIII, ICPC2, SKS, SKS_DIAGNOSES, SNOMED

LOCAL_SYSTEMS = frozenset(
    {
        "http://fhir.kl.dk/gateway/CodeSystem/LocallyDefinedInterventions",
        "http://gateway.kl.dk/1.0/CodeSystem/LocallyDefinedInterventions",
    }
)
FOLLOW_UP = "712744002"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.ASCII)
_DIAGNOSES = {
    SKS: re.compile(r"D[A-Z][0-9]{2}[0-9A-Z]{0,6}\Z", re.ASCII),
    SKS_DIAGNOSES: re.compile(r"D[A-Z][0-9]{2}[0-9A-Z]{0,6}\Z", re.ASCII),
    ICPC2: re.compile(r"[A-Z][0-9]{2}\Z", re.ASCII),
}


class Coded(NamedTuple):
    """A code with its place: blank law means that the grant decides."""

    system: str
    code: str
    display: str
    branch: str
    law: str
    paragraph: str
    local: str = ""


def only(concept: Concept, *systems: str) -> Coding:
    """Return the one coding of these systems. Raises Refused."""
    found = [coding for coding in concept.coding if coding.system in systems]
    if len(found) != 1 or not found[0].code:
        raise Refused("unknown-code")
    return found[0]


def fsiii(concept: Concept, profile: str, allowed: tuple[str, ...], *, has_severity: bool | None = None) -> Coded:
    """Return an FSIII code of one of these branches. Raises Refused.

    A legacy code below a known one counts; a code that we do not hold counts where its profile alone tells the branch,
    since our files hold rehabilitation and prevention by title only.
    """
    return _fsiii(only(concept, FSIII), profile, allowed, has_severity)


def _fsiii(coding: Coding, profile: str, allowed: tuple[str, ...], has_severity: bool | None) -> Coded:
    row = lookup.find(FSIII, coding.code)
    if row is not None:
        branch = branches.Branch(row.branch, row.law, row.paragraph)
        name, display = row.code, row.display_da
    else:
        told = _below(coding.code)
        if told is None and _UUID.match(coding.code) and lookup.law_of_profile(profile):
            told = lookup.branch_of_profile(profile, has_severity=has_severity)
        if told is None:
            raise Refused("unknown-code", detail=coding.code)
        branch, name, display = told, coding.code, coding.display[:300]
    if branch.slug not in allowed:
        raise Refused("unknown-code", detail=coding.code)
    return Coded(FSIII, name, display, branch.slug, branch.law, branch.paragraph)


def _below(code: str) -> branches.Branch | None:
    """The branch of a municipality's own code below one that can be chosen, such as H1.1.1 below H1.1."""
    above = lookup.find(FSIII, code.rpartition(".")[0])
    return lookup.branch_of_legacy(code) if above is not None and not above.is_group else None


def intervention(concept: Concept, profile: str) -> Coded:
    """Return the code of an intervention: the national one of level 2, and the local one of level 3 beside it."""
    local = [coding for coding in concept.coding if coding.system in LOCAL_SYSTEMS]
    national = [coding for coding in concept.coding if coding.system == FSIII]
    if len(local) > 1 or len(national) > 1 or len(local) + len(national) != len(concept.coding):
        raise Refused("unknown-code")
    if national:
        coded = _fsiii(national[0], profile, branches.INTERVENTIONS, None)
        return coded._replace(local=local[0].code if local else "")
    branch = lookup.branch_of_profile(profile)
    if not local or not local[0].code or branch is None:
        raise Refused("unknown-code")
    code = local[0].code
    return Coded(local[0].system, code, local[0].display[:300], branch.slug, branch.law, branch.paragraph, code)


def diagnosis(concept: Concept) -> Coded:
    """Return a diagnosis of SKS or ICPC-2, checked by shape: the registers hold more than our files. Raises Refused."""
    for system in (SKS_DIAGNOSES, SKS, ICPC2):
        for coding in concept.coding:
            if coding.system == system and _DIAGNOSES[system].match(coding.code):
                row = lookup.find(system, coding.code)
                display = row.display_da if row else coding.display[:300]
                return Coded(system, coding.code, display, branches.DIAGNOSIS, "health-act", "")
    raise Refused("unknown-code")


def is_diagnosis(concept: Concept) -> bool:
    """Whether the concept is of a diagnosis register."""
    return any(coding.system in _DIAGNOSES for coding in concept.coding)


def severity(concept: Concept | None) -> int | None:
    """Return the level of a severity, or None when there is none. Raises Refused."""
    if concept is None:
        return None
    coding = only(concept, FSIII)
    row = lookup.find(FSIII, coding.code)
    level = lookup.severity_level(row) if row else None
    if level is None:
        raise Refused("unknown-code", detail=coding.code)
    return level


def area(concept: Concept) -> Coded:
    """Return the municipal area that a referral asks for. Raises Refused."""
    coding = only(concept, CARE_SOCIAL)
    row = lookup.find(CARE_SOCIAL, coding.code)
    if row is None or row.branch != branches.MUNICIPAL_AREA:
        raise Refused("unknown-code", detail=coding.code)
    return Coded(CARE_SOCIAL, row.code, row.display_da, row.branch, row.law, row.paragraph)


def exactly(concept: Concept, system: str, branch: str) -> Coded:
    """Return a code that must be one of ours in this branch. Raises Refused."""
    coding = only(concept, system)
    row = lookup.find(system, coding.code)
    if row is None or row.branch != branch:
        raise Refused("unknown-code", detail=coding.code)
    return Coded(system, row.code, row.display_da, row.branch, row.law, row.paragraph)


def plan_category(concept: Concept, profile: str) -> Coded:
    """Return the category of a course; an unknown one counts where the profile tells its law. Raises Refused."""
    coding = only(concept, CARE_SOCIAL)
    law = lookup.law_of_profile(profile)
    if lookup.find(CARE_SOCIAL, coding.code) is not None or law is None or not _UUID.match(coding.code):
        return exactly(concept, CARE_SOCIAL, branches.PLAN_CATEGORY)
    paragraph = "SUL § 140" if "klgateway-140-" in profile else "SUL § 119"
    return Coded(CARE_SOCIAL, coding.code, coding.display[:300], branches.PLAN_CATEGORY, law, paragraph)


def contact_class(coding: Coding) -> tuple[str, str]:
    """Return the class of a contact: known, or a UUID of the municipal classes. Raises Refused."""
    known = lookup.find(coding.system, coding.code)
    if coding.system == ENCOUNTER_CLASS and known is not None and known.branch == branches.ENCOUNTER_CLASS:
        return coding.system, known.code
    if coding.system == CARE_SOCIAL and (
        _UUID.match(coding.code) and (known is None or known.branch == branches.ENCOUNTER_CLASS)
    ):
        return coding.system, coding.code
    raise Refused("unknown-code", detail=coding.code)


def contact_type(concept: Concept) -> tuple[str, str]:
    """Return the type of a contact: known, or a UUID of the municipal types. Raises Refused."""
    coding = only(concept, CARE_SOCIAL)
    known = lookup.find(CARE_SOCIAL, coding.code)
    if (known is None and not _UUID.match(coding.code)) or (known and known.branch != branches.ENCOUNTER_TYPE):
        raise Refused("unknown-code", detail=coding.code)
    return CARE_SOCIAL, coding.code


def observed(concept: Concept) -> Coded:
    """Return what an observation is of: a follow-up, the citizen's view, or an area of interest. Raises Refused."""
    if any(coding.system == SNOMED for coding in concept.coding):
        if only(concept, SNOMED).code != FOLLOW_UP:
            raise Refused("unknown-code")
        row = lookup.find(SNOMED, FOLLOW_UP)
        return Coded(SNOMED, FOLLOW_UP, row.display_da if row else "", branches.OBSERVATION, "", "")
    coding = only(concept, FSIII)
    row = lookup.find(FSIII, coding.code)
    if row is None:
        told = lookup.branch_of_legacy(coding.code)
        if told is None and not _UUID.match(coding.code):
            raise Refused("unknown-code", detail=coding.code)
        slug, law, paragraph = told or branches.Branch(branches.GENERAL_INFORMATION)
        return Coded(FSIII, coding.code, coding.display[:300], slug, law, paragraph)
    return Coded(FSIII, row.code, row.display_da, row.branch, row.law, row.paragraph)
