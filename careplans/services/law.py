"""Under which act something is recorded when its code does not tell: as the writer states, or as she works."""

from access.actors import Actor
from access.vocabulary import SOCIAL_LAWS, SOCIAL_SIDE, Law
from fhir.outcomes import FhirError, broken


def stated_or_writers(by: Actor, stated: str) -> Law:
    """The stated act, or the writer's own; whether she may write under it is the policy's question.

    Who works under service or elderly law must say which. Raises FhirError (422).
    """
    if stated:
        return Law(stated)
    if by.acting_as in SOCIAL_SIDE:
        raise unstated()
    return Law.HEALTH


def social(stated: str) -> Law:
    """The stated act of what stands under service or elderly law, the grant decides which. Raises FhirError (422)."""
    if not stated:
        raise unstated()
    law = Law(stated)
    if law not in SOCIAL_LAWS:
        raise wrong_law()
    return law


def unstated() -> FhirError:
    """The act is missing."""
    return broken(
        "act-missing",
        "Angiv, om det er efter serviceloven eller ældreloven.",
        "State whether this is under the service act or the elderly act.",
        "extension",
    )


def wrong_law() -> FhirError:
    """The act that is stated is not the one it stands under."""
    return broken(
        "act-other",
        "Den angivne lov er ikke den, som dette er skrevet under.",
        "The stated act is not the one that this stands under.",
        "extension",
    )


def same_law(current: str, stated: str) -> None:
    """The act never changes; psychiatry law has no code of its own and is stated as health law. Raises FhirError."""
    known = {current, Law.HEALTH.value} if current == Law.PSYCHIATRY else {current}
    if stated and stated not in known:
        raise wrong_law()
