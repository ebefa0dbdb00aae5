"""What the database itself refuses, whoever writes: the bad input that the services refuse with a text of their own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests import factories

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def by_herself(who: Any) -> Any:
    """A consent that somebody gives for herself."""
    return factories.consent(citizen=who, given_by=who)


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "consent without recipient": (lambda: factories.consent(recipient_unit=None), "consent_recipient"),
    "consent without purpose": (lambda: factories.consent(purpose=""), "consent_purpose"),
    "consent for what no consent opens": (lambda: factories.consent(purpose="audit"), "consent_purpose"),
    "consent over its longest term": (
        lambda: factories.disclosure_consent(end=factories.ago(days=30) + 366 * DAY),
        "consent_lapses_within_a_year",
    ),
    "consent in a stranger's name": (lambda: factories.consent(given_by=factories.citizen()), "consent_given_by"),
    "consent by a child": (lambda: by_herself(factories.child()), "consent_given_by"),
    "block in a stranger's name": (lambda: factories.block(given_by=factories.citizen()), "block_given_by"),
    "block on nothing": (lambda: factories.block(is_everything=False), "block_what"),
    "block of nobody": (lambda: factories.block(is_everyone=False, unit=None), "block_who"),
    "override without reason": (lambda: factories.override(reason=" \n"), "override_reason"),
    "override for a reason of no law": (lambda: factories.override(reason_code="curious"), "override_reason_code"),
    "override over a day": (
        lambda: factories.override(end=factories.ago(hours=1) + timedelta(hours=25)),
        "override_within_a_day",
    ),
    "override by an assistant alone": (
        lambda: factories.override(professional=factories.helper()),
        "override_authorised",
    ),
    "override by an assistant under another": (
        lambda: factories.override(professional=factories.helper(), responsible=factories.helper()),
        "override_authorised",
    ),
    "relation that ends before it begins": (
        lambda: factories.treatment_relation(start=factories.ago(days=3), end=factories.ago(days=4)),
        "relation_period",
    ),
}


@pytest.mark.law("self-determination")
@pytest.mark.parametrize(("make", "constraint"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_by_name_and_leaves_nothing(make: Callable[[], Any], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=r"\S") as error, transaction.atomic():
        make()

    told = error.value.__cause__
    assert told is not None
    assert told.diag.constraint_name == constraint  # type: ignore[attr-defined]


def given(citizen: Any, by: Any) -> bool:
    """Whether the database takes a consent about a citizen in somebody's name."""
    try:
        with transaction.atomic():
            factories.consent(citizen=citizen, given_by=by)
    except IntegrityError:
        return False
    return True


@pytest.mark.law("custody", "guardianship", "self-determination")
def test_who_may_decide_for_another_may_as_long_as_the_mandate_held_when_it_began() -> None:
    child, young, ward, principal = factories.child(), factories.aged(14), factories.aged(50), factories.aged(50)
    young_for_long = factories.sixteen_year_old()
    someone = factories.aged(40)

    assert given(young_for_long, young_for_long)
    assert not given(young, young)
    assert given(child, factories.custody(child=child).parent)
    assert not given(child, factories.ended_custody(child=child, end=factories.ago(days=31)).parent)
    assert not given(young_for_long, factories.custody(child=young_for_long).parent)
    assert given(ward, factories.guardianship(ward=ward).guardian)
    assert not given(ward, factories.economic_guardianship(ward=ward).guardian)
    assert given(principal, factories.power_of_attorney(principal=principal).attorney)
    assert not given(principal, factories.power_of_attorney(principal=principal, may_write=False).attorney)
    assert not given(principal, someone)


def test_an_assistant_overrides_under_an_authorised_professional() -> None:
    assert factories.override(professional=factories.helper(), responsible=factories.nurse()).pk
