"""Typed entries of the stamkort, registrations and their content."""

from datetime import timedelta
from typing import Any

from access.vocabulary import Category
from stamkort.models import REFUSAL_DELAY, Entry, Registration, RegistrationContent
from tests.factories.base import ago, element, now
from tests.factories.citizens import aged

Kind = Registration.Kind


def entry(**given: Any) -> Entry:
    """The citizen's typed language."""
    fields = {"kind": Entry.Kind.LANGUAGE, "value": {"language": "da", "interpreter": False}}
    return Entry.objects.create(**{**fields, **element(given, Category.SK_TYPED)})


def registration(**given: Any) -> Registration:
    """That there is a treatment will, in force."""
    moment = given.get("registered_at", ago(days=200))
    delay = REFUSAL_DELAY if given.get("kind") == Kind.RESUSCITATION_REFUSAL else timedelta(0)
    times = {"registered_at": moment, "effective_at": moment + delay}
    fields = {"kind": Kind.TREATMENT_WILL, "author_kind": "register", **times}
    given.setdefault("origin", None)
    return Registration.objects.create(**{**element(given, Category.SK_FLAG), **fields, **given})


def resuscitation_refusal(**given: Any) -> Registration:
    """A refusal of resuscitation by a citizen of seventy-two, long in effect."""
    if "citizen" not in given:
        given["citizen"] = aged(72)
    return registration(**{"kind": Kind.RESUSCITATION_REFUSAL, **given})


def pending_resuscitation_refusal(**given: Any) -> Registration:
    """A refusal of resuscitation made yesterday, in effect in six days."""
    moment = now() - timedelta(days=1)
    times = {"registered_at": moment, "effective_at": moment + timedelta(days=7)}
    return resuscitation_refusal(**{**times, **given})


def revoked_registration(**given: Any) -> Registration:
    """A registration that the citizen called back."""
    return registration(**{"revoked_at": ago(days=3), **given})


def will_content(**given: Any) -> RegistrationContent:
    """What a treatment will says."""
    statements = {"noLifeProlongingIfDying": True, "noForcedTreatmentIfIncapable": True}
    return _content(given, Kind.TREATMENT_WILL, Category.WILL_CONTENT, statements)


def donor_content(**given: Any) -> RegistrationContent:
    """What an organ donor registration says."""
    statements = {"permission": "LIMITED", "organs": ["heart", "kidneys"], "requiresRelativeAcceptance": False}
    return _content(given, Kind.ORGAN_DONOR, Category.ODR_CONTENT, statements)


def _content(given: dict[str, Any], kind: str, category: Category, statements: dict[str, Any]) -> RegistrationContent:
    if "registration" not in given:
        own = {"citizen": given["citizen"]} if "citizen" in given else {}
        given["registration"] = registration(kind=kind, **own)
    given.setdefault("citizen", given["registration"].citizen)
    given.setdefault("origin", None)
    fields = {"kind": kind, "statements": statements, "author_kind": "register"}
    return RegistrationContent.objects.create(**{**element(given, category), **fields, **given})
