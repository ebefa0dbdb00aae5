"""Setting, renewing and ending shields (sløring af navne): each a decision by somebody answerable, noted in the log.

The log row of a decision is about the staff and not about a citizen, so it stands in no citizen's log.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q

from access import service
from access.actors import Actor
from access.authoring import save
from access.vocabulary import ActingAs
from fhir.outcomes import FhirError
from organisations.models import (
    LONGEST_PERSONAL_SHIELD,
    SHIELD_CODE,
    Employment,
    Organisation,
    Professional,
    Shield,
    UnitLink,
)

SHORTEST_REASON = 10
SHORTEST_NAME = 3


@dataclass(frozen=True)
class ShieldInput:
    """What a shield is to be. `days` is how long it lasts from now on; None, for a unit from everybody, is for good."""

    code: str
    reason: str
    decided_by: UUID
    unit_id: UUID | None = None
    with_sub_units: bool = False
    professional_id: UUID | None = None
    citizen_id: UUID | None = None
    days: int | None = None


def set_shield(*, by: Actor, shield: ShieldInput) -> Shield:
    """Keep the names of a unit from everybody, or of a unit or one professional from one citizen, from now on.

    Raises FhirError: shield-scope for none or several of the three, shield-period for a personal one without days or
    over 90, shield-code for a code without a figure or with a name in it, shield-reason, shield-decision for who may
    not decide it, already-exists while one of the same scope is in force. Law: study 2.10, 3.9; docs/adr/0007.
    """
    _check_scope(shield)
    _check_reason(shield.reason)
    with service.writing():
        _check_known(shield)
        _check_decision(by, shield.decided_by, shield.unit_id, shield.professional_id)
        _check_code(shield)
        scope = {"unit_id": shield.unit_id, "professional_id": shield.professional_id, "citizen_id": shield.citizen_id}
        if Shield.objects.filter(Q(end__isnull=True) | Q(end__gt=by.moment), **_exactly(scope)).exists():
            raise FhirError("already-exists")
        return _written(
            by,
            Shield(
                **scope,
                with_sub_units=shield.with_sub_units,
                code=shield.code,
                reason=shield.reason.strip(),
                decided_by_id=shield.decided_by,
                start=by.moment,
                end=None if shield.days is None else by.moment + timedelta(days=shield.days),
            ),
        )


def renew_shield(*, by: Actor, key: UUID, decided_by: UUID, reason: str, days: int) -> Shield:
    """Decide once more on a personal shield: a new row for so many days from now, whether the old one is over or not.

    Raises FhirError: not-found, shield-over for one that was ended or renewed, shield-scope for one that lasts for
    good, shield-period, shield-reason, shield-decision.
    """
    _check_reason(reason)
    _check_days(days)
    with service.writing():
        found = _locked(key)
        if found.citizen_id is None:
            raise _broken("shield-scope", "En enheds sløring varer ved.", "The shield of a unit lasts for good.")
        if found.ended_by_id is not None or Shield.objects.filter(renews=found).exists():
            raise FhirError("shield-over")
        _check_decision(by, decided_by, found.unit_id, found.professional_id)
        return _written(
            by,
            Shield(
                unit_id=found.unit_id,
                with_sub_units=found.with_sub_units,
                professional_id=found.professional_id,
                citizen_id=found.citizen_id,
                code=found.code,
                reason=reason.strip(),
                decided_by_id=decided_by,
                start=by.moment,
                end=by.moment + timedelta(days=days),
                renews=found,
            ),
        )


def end_shield(*, by: Actor, key: UUID, decided_by: UUID) -> Shield:
    """End a shield at once: the name is shown again, also for what was done before.

    Raises FhirError: not-found, shield-over, shield-decision.
    """
    with service.writing():
        found = _locked(key)
        if found.end is not None and found.end <= by.moment:
            raise FhirError("shield-over")
        _check_decision(by, decided_by, found.unit_id, found.professional_id)
        found.end, found.ended_by_id = by.moment, decided_by
        save(found)
        _noted(by, found)
    return found


def _written(by: Actor, made: Shield) -> Shield:
    """Save a new shield and note it."""
    save(made, force_insert=True)
    _noted(by, made)
    return made


def _noted(by: Actor, shield: Shield) -> None:
    """One log row, about no citizen."""
    service.log(by, "shield", "Shield", citizen_id=None, outcome="permit", resource_ids=[shield.pk], facts=[shield.pk])


def _locked(key: UUID) -> Shield:
    """The shield, nobody else changing it. Raises FhirError (404)."""
    found = Shield.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise FhirError("not-found")
    return found


def _exactly(scope: dict[str, Any]) -> dict[str, Any]:
    """The same as conditions: what is None is null."""
    return {f"{name}__isnull" if value is None else name: value is None or value for name, value in scope.items()}


def _check_scope(shield: ShieldInput) -> None:
    """One of the three scopes, with a length that fits it. Raises FhirError (422)."""
    if (shield.unit_id is None) == (shield.professional_id is None):
        raise _broken("shield-scope", "Nævn en enhed eller en fagperson.", "Name a unit or a professional.")
    if shield.professional_id is not None and shield.citizen_id is None:
        text = ("En fagperson kan kun sløres for én borger.", "A professional is shielded from one citizen only.")
        raise _broken("shield-scope", *text)
    if shield.professional_id is not None and shield.with_sub_units:
        raise _broken("shield-scope", "En fagperson har ingen underenheder.", "A professional has no sub-units.")
    if shield.citizen_id is not None or shield.days is not None:
        _check_days(shield.days, is_personal=shield.citizen_id is not None)


def _check_days(days: int | None, *, is_personal: bool = True) -> None:
    """A day at least, and of a personal shield 90 at most. Raises FhirError (422)."""
    if days is None or days < 1 or (is_personal and days > LONGEST_PERSONAL_SHIELD.days):
        raise FhirError("shield-period")


def _check_reason(reason: str) -> None:
    """The reason is told in words. Raises FhirError (422)."""
    if len(reason.strip()) < SHORTEST_REASON:
        raise FhirError("shield-reason")


def _check_known(shield: ShieldInput) -> None:
    """The unit, the professional and the citizen exist. Raises FhirError (422)."""
    named: tuple[tuple[type[Model], UUID | None], ...] = (
        (Organisation, shield.unit_id),
        (Professional, shield.professional_id),
        (apps.get_model("citizens", "Citizen"), shield.citizen_id),
    )
    for model, key in named:
        if key is not None and not model._default_manager.filter(pk=key).exists():
            raise FhirError("dangling-reference", model.__name__)


def _check_decision(by: Actor, decided_by: UUID, unit_id: UUID | None, professional_id: UUID | None) -> None:
    """Who decides works at the unit or above it, or where the professional works, and is not the professional herself.

    She writes it down herself, or an administrator does. Raises FhirError (422).
    """
    at_work = Employment.objects.filter(Q(end__isnull=True) | Q(end__gt=by.moment), start__lte=by.moment)
    hers = at_work.filter(Q(professional_id=professional_id)).values("unit_id")
    here = Q(descendant_id=unit_id) if unit_id else Q(descendant_id__in=hers)
    above = UnitLink.objects.filter(here).values("ancestor_id")
    writes = by.professional_id == decided_by or by.acting_as == ActingAs.ADMIN
    answers = at_work.filter(professional_id=decided_by, professional__is_active=True, unit_id__in=above)
    if not writes or decided_by == professional_id or not answers.exists():
        raise FhirError("shield-decision")


def _check_code(shield: ShieldInput) -> None:
    """The code is one, and tells no name or number of those whom it stands for. Raises FhirError (422)."""
    if not re.fullmatch(SHIELD_CODE, shield.code) or not re.search(r"\d", shield.code) or len(shield.code) > 20:
        raise FhirError("shield-code")
    if shield.professional_id is not None:
        stands_for = Professional.objects.filter(pk=shield.professional_id)
    else:
        below = UnitLink.objects.filter(ancestor_id=shield.unit_id).values("descendant_id")
        stands_for = Professional.objects.filter(employments__unit_id__in=below)
    for names in stands_for.values_list("given_name", "family_name", "authorisation_id"):
        words = [word.upper() for name in names if name for word in re.split(r"[\s-]+", name)]
        if any(len(word) >= SHORTEST_NAME and word in shield.code for word in words):
            raise FhirError("shield-code")


def _broken(code: str, da: str, en: str) -> FhirError:
    """The error of this code with what is wrong."""
    return FhirError(code, da, en)
