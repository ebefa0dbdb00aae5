"""The branches of the code systems, and the law that a branch carries when the exact code is unknown.

Law and branch follow from the code or from the profile that it was delivered in, never from the text: the same title
stands in several branches under different law.
"""

import re
from types import MappingProxyType
from typing import NamedTuple

from terminology.laws import HEALTH_ACT, SERVICE_ACT

NURSING_CONDITION = "nursing-condition"
NURSING_INTERVENTION = "nursing-intervention"
HOME_CARE_CONDITION = "home-care-condition"
HOME_CARE_INTERVENTION = "home-care-intervention"
REHAB_CONDITION = "rehab-condition"
REHAB_INTERVENTION = "rehab-intervention"
PREVENTION_CONDITION = "prevention-condition"
PREVENTION_INTERVENTION = "prevention-intervention"
AIDS_CONDITION = "aids-condition"
AIDS_INTERVENTION = "aids-intervention"
GENERAL_INFORMATION = "general-information"
SCALE = "scale"
PERFORMANCE = "performance"
EXPERIENCED_LIMITATION = "experienced-limitation"
FOLLOW_UP_RESULT = "follow-up-result"
GOAL_KIND = "goal-kind"
GOAL_CATEGORY = "goal-category"
GOAL_MEASURE = "goal-measure"
INFORMER = "informer"
ENCOUNTER_TYPE = "encounter-type"
ENCOUNTER_CLASS = "encounter-class"
MUNICIPAL_AREA = "municipal-area"
PLAN_CATEGORY = "plan-category"
REHAB_LEVEL = "rehab-level"
DELIVERY_FORM = "delivery-form"
DIAGNOSIS = "diagnosis"
DIAGNOSIS_ADDITION = "diagnosis-addition"
DIAGNOSIS_ROLE = "diagnosis-role"
CONDITION_STATE = "condition-state"
MEASUREMENT = "measurement"
OBSERVATION = "observation"
DOCUMENT_TYPE = "document-type"
DOCUMENT_SECTION = "document-section"
PROFESSION = "profession"
RELATION = "relation"
LANGUAGE = "language"
MARITAL_STATUS = "marital-status"
MUNICIPALITY = "municipality"
REGION = "region"
JURISDICTION = "jurisdiction"
CONSENT_CATEGORY = "consent-category"
MESSAGE_MEDIUM = "message-medium"

CONDITIONS = (NURSING_CONDITION, HOME_CARE_CONDITION, REHAB_CONDITION, PREVENTION_CONDITION, AIDS_CONDITION)
INTERVENTIONS = (
    NURSING_INTERVENTION, HOME_CARE_INTERVENTION, REHAB_INTERVENTION, PREVENTION_INTERVENTION, AIDS_INTERVENTION,
)  # fmt: skip
OTHERS = (
    GENERAL_INFORMATION, SCALE, PERFORMANCE, EXPERIENCED_LIMITATION, FOLLOW_UP_RESULT, GOAL_KIND, GOAL_CATEGORY,
    GOAL_MEASURE, INFORMER, ENCOUNTER_TYPE, ENCOUNTER_CLASS, MUNICIPAL_AREA, PLAN_CATEGORY, REHAB_LEVEL, DELIVERY_FORM,
    DIAGNOSIS, DIAGNOSIS_ADDITION, DIAGNOSIS_ROLE, CONDITION_STATE, MEASUREMENT, OBSERVATION, DOCUMENT_TYPE,
    DOCUMENT_SECTION, PROFESSION, RELATION, LANGUAGE, MARITAL_STATUS, MUNICIPALITY, REGION, JURISDICTION,
    CONSENT_CATEGORY, MESSAGE_MEDIUM,
)  # fmt: skip
SLUGS = frozenset((*CONDITIONS, *INTERVENTIONS, *OTHERS))


class Branch(NamedTuple):
    """Where a code belongs, and the law and paragraph that follow; blank law means that the grant decides."""

    slug: str
    law: str = ""
    paragraph: str = ""


_NURSING = (HEALTH_ACT, "SUL § 138")
_REHAB = (HEALTH_ACT, "SUL § 140")
_PREVENTION = (HEALTH_ACT, "SUL § 119")

_BY_LETTER = MappingProxyType(
    {
        "B": Branch(SCALE),
        "C": Branch(PERFORMANCE),
        "D": Branch(EXPERIENCED_LIMITATION),
        "E": Branch(FOLLOW_UP_RESULT),
        "F": Branch(GENERAL_INFORMATION),
        "G": Branch(NURSING_INTERVENTION, *_NURSING),
        "H": Branch(HOME_CARE_INTERVENTION, SERVICE_ACT),
        "I": Branch(NURSING_CONDITION, *_NURSING),
        "J": Branch(HOME_CARE_CONDITION),
    }
)
_PARAGRAPH_OF_H = MappingProxyType(
    {
        "1": "SEL § 83, stk. 1",
        "2": "SEL § 83 a",
        "3": "SEL § 84, stk. 1",
        "4": "SEL § 84, stk. 2",
        "5": "SEL § 86, stk. 1",
        "6": "SEL § 86, stk. 2",
    }
)
_LEGACY = re.compile(r"([B-J])([0-9]{1,2})?(?:\.[0-9]{1,2}){0,3}", re.ASCII)

_BY_PROFILE = MappingProxyType(
    {
        "klgateway-140-condition": Branch(REHAB_CONDITION, *_REHAB),
        "klgateway-140-planned-intervention": Branch(REHAB_INTERVENTION, *_REHAB),
        "klgateway-119-condition": Branch(PREVENTION_CONDITION, *_PREVENTION),
        "klgateway-119-planned-intervention": Branch(PREVENTION_INTERVENTION, *_PREVENTION),
        "klgateway-140-focus-condition": Branch(DIAGNOSIS, HEALTH_ACT),
        "klgateway-119-focus-condition": Branch(DIAGNOSIS, HEALTH_ACT),
    }
)

_BY_TOP = MappingProxyType(
    {
        "0fa991ef": Branch(PREVENTION_CONDITION, *_PREVENTION),
        "102ea764": Branch(PREVENTION_INTERVENTION, *_PREVENTION),
        "94db6c71": Branch(REHAB_CONDITION, *_REHAB),
        "7deb81de": Branch(REHAB_INTERVENTION, *_REHAB),
        "9faf9d59": Branch(AIDS_CONDITION),
        "370e6178": Branch(GENERAL_INFORMATION),
    }
)


def branch_of_letter(code: str) -> Branch | None:
    """Return the branch that the letter and group of a legacy FSIII code tell, known code or not.

    The paragraph of an H code is as exact as its group: group 1 holds numbers 1 to 3 of § 83, so it says no number.
    None for what does not have the form of a legacy code.
    """
    match = _LEGACY.fullmatch(code)
    if match is None or (match[2] is None and len(code) > 1):
        return None
    branch = _BY_LETTER[match[1]]
    return branch._replace(paragraph=_PARAGRAPH_OF_H.get(match[2] or "", "")) if match[1] == "H" else branch


def branch_of_profile(profile: str, *, has_severity: bool | None = None) -> Branch | None:
    """Return the branch that the profile of a delivered resource tells when its code is unknown.

    Home care demands a severity of a condition and nursing forbids it, so `has_severity` separates the two; None
    (not asked) leaves a care condition undecided. A care intervention is never decided by its profile.
    """
    name = _name(profile)
    if name == "klgateway-care-condition" and has_severity is not None:
        return _BY_LETTER["J"] if has_severity else _BY_LETTER["I"]
    return _BY_PROFILE.get(name)


def law_of_profile(profile: str) -> str | None:
    """Return the law of everything delivered in a profile family, whatever its kind; None where the code must tell."""
    return HEALTH_ACT if _name(profile).startswith(("klgateway-140-", "klgateway-119-")) else None


def branch_of_top(code: str) -> Branch | None:
    """Return the branch below a top concept of FSIII that is itself no code of our files, by its first eight digits."""
    return _BY_TOP.get(code.split("-", 1)[0])


def _name(profile: str) -> str:
    """Return the last part of a profile's canonical address, without its version."""
    return profile.split("|", 1)[0].rsplit("/", 1)[-1]
