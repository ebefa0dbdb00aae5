"""What the services of powers and of offers share: what is asked for, who may, and how a refusal is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Model

from access import decisions, service
from access.actors import Actor
from access.policies import policy_of
from access.vocabulary import Action, Category, Reason
from citizens.conditions import NEVER_BY_OTHERS
from fhir.outcomes import FhirError, broken

# The only period that the law study names for a delegation (2.9); a power may be given anew.
LONGEST = timedelta(days=730)
NAME = "PowerOfAttorney"
FAMILIES = tuple(category for category in Category if category not in NEVER_BY_OTHERS)
ONLY_HERSELF = (
    "Kun borgeren selv kan se, give og ændre fuldmagter.",
    "Only the citizen herself can see, give and change powers of attorney.",
)
WHY_NOT = {
    Reason.NO_RELATION: ONLY_HERSELF,
    Reason.AGE: ("Man skal være fyldt 15 år for selv at give fuldmagt.", "One must be 15 to give a power of attorney."),
    Reason.LAW_GATE: (
        "Den, der har en værge, kan ikke give fuldmagt her.",
        "Who has a guardian cannot give a power of attorney here.",
    ),
}
TOO_YOUNG_TO_TAKE = ("Man skal være 18 år for at få fuldmagt.", "One must be 18 to be given a power of attorney.")


@dataclass(frozen=True)
class PowerInput:
    """What a power of attorney covers, and until when. `end` is an aware UTC instant, exclusive."""

    families: Sequence[str]
    may_write: bool
    end: datetime


def checked(power: PowerInput, moment: datetime) -> None:
    """What it covers can be covered, and not for too long. Raises FhirError (422)."""
    if not power.families:
        raise broken("power-families", "Vælg mindst én slags.", "Choose at least one kind.", "families")
    if not set(power.families) <= {str(each) for each in FAMILIES}:
        raise FhirError("unknown-code", "families")
    if power.end <= moment:
        raise broken("power-over", "Vælg en dag, der kommer.", "Choose a day to come.", "end")
    if power.end > moment + LONGEST:
        raise broken("power-too-long", "Højst to år ad gangen.", "Two years at a time at most.", "end")


def me(by: Actor) -> UUID:
    """The citizen who asks: only the citizens' side comes here."""
    assert by.citizen_id is not None  # noqa: S101
    return by.citizen_id


def permitted_as_such(by: Actor, model: type[Model], action: Action, interaction: str) -> tuple[UUID, list[str]]:
    """Whose powers they are, if the rules let the actor act on them as such, and the rules that do. One statement.

    Raises FhirError (403), which `writing` logs.
    """
    whose = by.on_behalf_of or me(by)
    decision = decisions.decide(service.of_the_citizen(policy_of(model), Category.LOG), by, action, whose)
    if decision is None or not decision.permitted:
        raise refusal(by, interaction, (decision and decision.reason) or Reason.NO_RELATION, whose)
    return whose, [rule.code for rule in decision.held]


def permitted(
    by: Actor, found: Model, action: Action, interaction: str, whose: UUID, young: tuple[str, str] | None = None
) -> list[str]:
    """The rules that let the actor act on this row. One statement.

    Raises FhirError (403), which `writing` logs; with the texts `young` for who is too young.
    """
    decision = decisions.decide(policy_of(type(found)), by, action, found.pk)
    if decision is None or not decision.permitted:
        reason = (decision and decision.reason) or Reason.NO_RELATION
        raise refusal(by, interaction, reason, whose, young if reason == Reason.AGE else None)
    return [rule.code for rule in decision.held]


def refusal(by: Actor, interaction: str, reason: Reason, whose: UUID, told: tuple[str, str] | None = None) -> FhirError:
    """The refusal in plain words; `writing` logs it."""
    da, en = told or WHY_NOT.get(reason, ONLY_HERSELF)
    return replace(service.refused_as(by, interaction, NAME, whose, reason), detail_da=da, detail_en=en)


def log(by: Actor, interaction: str, whose: UUID, key: UUID, rules: Sequence[str]) -> None:
    """Log a change, with the rules that let it be made."""
    service.log(by, interaction, NAME, citizen_id=whose, outcome="permit", resource_ids=[key], rules=rules)
