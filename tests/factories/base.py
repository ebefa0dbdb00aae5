"""What every factory shares: the clock, counters, and which category stands under which law."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from access.vocabulary import Category, Law

numbers = count(10_000)
"""Counts up for every unique number; the demo's own stay below."""


def now() -> datetime:
    """The instant from which factories count; an aware UTC instant."""
    return timezone.now()


def ago(**duration: float) -> datetime:
    """An instant in the past: `ago(days=3)`."""
    return now() - timedelta(**duration)


def ahead(**duration: float) -> datetime:
    """An instant in the future: `ahead(hours=2)`."""
    return now() + timedelta(**duration)


LAW_OF = {
    Category.APPT_SUL: Law.HEALTH,
    Category.APPT_SEL_W: Law.SERVICE,
    Category.APPT_SEL_X: Law.SERVICE,
    Category.APPT_AEL: Law.ELDERLY,
    Category.SK_TYPED: Law.CITIZEN,
    Category.SK_FLAG: Law.HEALTH,
    Category.WILL_CONTENT: Law.HEALTH,
    Category.ODR_CONTENT: Law.HEALTH,
    Category.DIAG: Law.HEALTH,
    Category.COND_SUL: Law.HEALTH,
    Category.COND_SOC: Law.SERVICE,
    Category.INT_SUL: Law.HEALTH,
    Category.INT_SOC: Law.SERVICE,
    Category.PLAN_SUL: Law.HEALTH,
    Category.PLAN_SOC: Law.SERVICE,
    Category.PLAN_PSY: Law.PSYCHIATRY,
    Category.GOAL_LIFE: Law.CITIZEN,
    Category.GOAL_SUL: Law.HEALTH,
    Category.GOAL_SOC: Law.SERVICE,
    Category.DOC_SUL: Law.HEALTH,
    Category.DOC_SOC: Law.SERVICE,
}


def category_and_law(given: dict[str, Any], choices: Iterable[Category]) -> tuple[Category, Law]:
    """Return category and law of an element: as given, else the first of the choices that fits what is given.

    A law alone finds its category (`recorded_under=Law.ELDERLY` the social one) and a category its law.
    """
    choices = list(choices)
    law = Law(given["recorded_under"]) if given.get("recorded_under") else None
    if given.get("category"):
        category = Category(given["category"])
    else:
        fits = [choice for choice in choices if law is None or _stands_under(choice, law)]
        category = fits[0]
    return category, law or LAW_OF[category]


def _stands_under(category: Category, law: Law) -> bool:
    social = category.value.endswith("soc")
    return law in (Law.SERVICE, Law.ELDERLY) if social else LAW_OF[category] == law


def element(given: dict[str, Any], *choices: Category) -> dict[str, Any]:
    """Return the fields that every shared element has; a citizen and a recording unit are made when none is given.

    What the citizen says herself has no unit. The element is from yesterday.
    """
    from tests.factories.citizens import citizen
    from tests.factories.organisations import unit_under

    category, law = category_and_law(given, choices)
    moment = now()
    own = law == Law.CITIZEN
    made: dict[str, Any] = {
        "category": category,
        "recorded_under": law,
        "author_kind": "citizen" if own else "professional",
        "occurred_at": moment - timedelta(days=1),
        "created_at": moment - timedelta(days=1),
        "updated_at": moment - timedelta(days=1),
        **{name: value for name, value in given.items() if name not in ("category", "recorded_under")},
    }
    if "citizen" not in made and "citizen_id" not in made:
        made["citizen"] = citizen()
    if not own and "origin" not in made and "origin_id" not in made:
        made["origin"] = unit_under(law)
    return made
