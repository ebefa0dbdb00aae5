"""What depends on the day: laws that came into force, and named switches for what the law leaves open.

A regime is the law itself and holds from its day. A switch is a reading that a jurist has to confirm; every one ships
off, which is the strict side, and one that is turned on opens what it says from its day on. The conditions know both
only as codes that hold on the day of the request (`Actor.regime`), and `is_on` alone says which.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache


@dataclass(frozen=True)
class Switch:
    """A regime or a switch: its code, where it stands, what it opens, its position, and from which day to which.

    `valid_from` is the first day in Denmark on which it can hold, `valid_to` the first on which it no longer can.
    """

    code: str
    citation: str
    opens: str
    position: bool = False
    valid_from: date | None = None
    valid_to: date | None = None


APPOINTMENT_TIMES_ACT = "appointment-times-act"
STAMKORT_3 = "stamkort-3"
ELDERLY_APPOINTMENTS = "elderly-appointments"
STAMKORT_UNBLOCKABLE = "stamkort-unblockable"
TIMES_OVERRIDABLE = "times-overridable"
CASE_ACROSS_DEPARTMENTS = "case-across-departments"
ASSISTANTS_READ_FLAGS = "assistants-read-flags"
PARTIES_UNBLOCKABLE = "parties-unblockable"

# The law by its dates (law study 2.1).
REGIMES = (
    Switch(
        APPOINTMENT_TIMES_ACT,
        "Retssikkerhedsloven § 13",
        "The health side sees when help under service law is given, without consent.",
        position=True,
        valid_from=date(2022, 1, 1),
    ),
    Switch(
        STAMKORT_3,
        "Fælles Stamkort 3.0",
        "Declining the sharing of the stamkort is no longer offered.",
        position=True,
        valid_from=date(2025, 1, 15),
    ),
)

# The open questions that change an answer (law study 9 and the cells marked with a question).
SWITCHES = (
    Switch(
        ELDERLY_APPOINTMENTS,
        "Ældreloven (paragraph unknown; law study 9.1)",
        "The health side sees when help under elderly law is given, as RSL § 13 says for service law.",
        valid_from=date(2025, 7, 1),
    ),
    Switch(
        STAMKORT_UNBLOCKABLE,
        "Sundhedsloven § 42 a, stk. 5, against Fælles Stamkort 3.0 (law study 9.3)",
        "A block no longer stops typed stamkort data.",
        valid_from=date(2025, 1, 15),
    ),
    Switch(
        TIMES_OVERRIDABLE,
        "Sundhedsloven § 42 a, stk. 2, and retssikkerhedsloven § 13, stk. 2 (law study 3.5)",
        "An authorised professional's override opens blocked times of help.",
    ),
    Switch(
        CASE_ACROSS_DEPARTMENTS,
        "Forvaltningsloven § 28 (law study 3.3, own case)",
        "A caseworker sees social data of every department of her authority as her own case.",
    ),
    Switch(
        ASSISTANTS_READ_FLAGS,
        "Sundhedsloven §§ 25 a and 26 (law study 9.11)",
        "Assistants, students and permitted staff see whether there is a will or a refusal of resuscitation.",
    ),
    Switch(
        PARTIES_UNBLOCKABLE,
        "Psykiatriloven § 13 c (law study 9.7)",
        "A block no longer stops a named party from the plan it is a party to.",
    ),
)

ALL = {switch.code: switch for switch in (*REGIMES, *SWITCHES)}


def is_on(code: str, day: date) -> bool:
    """Whether the regime or switch holds on this day in Denmark. Raises KeyError for a code that does not exist."""
    switch = ALL[code]
    return (
        switch.position
        and (switch.valid_from is None or switch.valid_from <= day)
        and (switch.valid_to is None or day < switch.valid_to)
    )


@lru_cache(maxsize=512)
def regime_on(day: date) -> frozenset[str]:
    """The codes that hold on a day."""
    return frozenset(code for code in ALL if is_on(code, day))
