"""The acts that an element can be recorded under, and their names in FHIR.

Our own names and those of the national code system differ in one word, and two of ours have no national code; so no
mapper may pass a law through unchanged.
"""

from types import MappingProxyType

HEALTH_ACT = "health-act"
SERVICE_ACT = "service-act"
ELDERLY_ACT = "elderly-act"
PSYCHIATRY_ACT = "psychiatry-act"
CITIZEN = "citizen"

RECORDING_LAWS = (HEALTH_ACT, SERVICE_ACT, ELDERLY_ACT, PSYCHIATRY_ACT, CITIZEN)
"""Every value that `recorded_under` can take on a shared element."""

CODE_LAWS = (HEALTH_ACT, SERVICE_ACT, ELDERLY_ACT)
"""The laws that a code alone can imply; a code that implies none leaves it to the grant."""

SOCIAL_LAWS = (SERVICE_ACT, ELDERLY_ACT)
"""The laws that home care can be granted under."""

LAW_SYSTEM = "http://ehealth.sundhed.dk/cs/jurisdiction"

_TO_FHIR = MappingProxyType({HEALTH_ACT: "healthcare-act", SERVICE_ACT: "service-act", ELDERLY_ACT: "elderly-act"})
_FROM_FHIR = MappingProxyType({code: law for law, code in _TO_FHIR.items()})


def to_fhir(law: str) -> str | None:
    """Return the code of `law` in LAW_SYSTEM; None for what the national system has no word for."""
    return _TO_FHIR.get(law)


def from_fhir(code: str) -> str | None:
    """Return our name of a code of LAW_SYSTEM; None for a code that the system does not hold."""
    return _FROM_FHIR.get(code)
