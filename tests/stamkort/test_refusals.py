"""Refusing resuscitation: by herself, from sixty, in force after seven days; the service and the database agree."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from fhir.outcomes import FhirError
from stamkort.fhir.registrations import REGISTRATION_SOURCE as SOURCE
from stamkort.models import Registration
from stamkort.services import refuse_resuscitation, revoke_refusal
from tests import factories
from tests.asking import logged, nothing_written

pytestmark = [pytest.mark.django_db, pytest.mark.law("resuscitation-refusal")]
Kind = Registration.Kind


def herself(years: int = 70) -> Actor:
    """A citizen of this age, asking for herself."""
    return Actor(ActingAs.CITIZEN, Purpose.OWN, factories.now(), citizen_id=factories.aged(years).pk)


def refuse(by: Actor, citizen_id: Any = None) -> dict[str, Any]:
    """Refuse resuscitation, mostly one's own."""
    return refuse_resuscitation(by=by, source=SOURCE, citizen_id=citizen_id or by.citizen_id)


def refused(by: Actor, citizen_id: Any = None) -> str:
    """The code of the error, and nothing written."""
    with nothing_written(Registration), pytest.raises(FhirError) as error:
        refuse(by, citizen_id)
    return error.value.code


def test_she_refuses_and_takes_it_back() -> None:
    by = herself()

    row = refuse(by)

    assert row["effective_at"] - row["decided_at"] == timedelta(days=7)
    assert (row["category"], row["author_kind"]) == ("sk-flag", "citizen")
    assert refused(by) == "already-exists"
    back = revoke_refusal(by=by, source=SOURCE, key=row["id"], if_match=1)
    assert (back["version"], back["revoked_at"]) == (2, by.moment)
    assert refuse(replace(by, moment=by.moment + timedelta(seconds=1)))["id"] != row["id"]
    assert [entry.rules for entry in logged(outcome="permit")] == [["own-refusal"]] * 3


def test_nobody_else_does() -> None:
    old, other = herself(), factories.aged(45)
    factories.power_of_attorney(principal_id=old.citizen_id, attorney=other, may_write=True)
    factories.guardianship(ward_id=old.citizen_id, guardian=other)
    for acting_as in (ActingAs.PROXY, ActingAs.GUARDIAN, ActingAs.PARENT):
        by = replace(old, acting_as=acting_as, citizen_id=other.pk, on_behalf_of=old.citizen_id)
        assert refused(by, old.citizen_id) == "refusal-is-personal"
    assert refused(herself(), old.citizen_id) == "refusal-is-personal"
    assert refused(old) == "refusal-is-personal"  # she has a guardian in personal matters now


def test_one_younger_than_sixty_does_not() -> None:
    assert refused(herself(59)) == "refusal-from-sixty"
    assert [(entry.outcome, entry.reason) for entry in logged()] == [("refuse", "age")]


@pytest.mark.parametrize("kind", [Kind.TREATMENT_WILL, Kind.LIVING_WILL, Kind.ORGAN_DONOR])
def test_other_registrations_are_not_taken_back_here(kind: str) -> None:
    by = herself()
    will = factories.registration(citizen_id=by.citizen_id, kind=kind)

    with pytest.raises(FhirError) as error:
        revoke_refusal(by=by, source=SOURCE, key=will.pk, if_match=1)

    assert error.value.code == "rule-broken"


def test_the_version_and_whose_it_is_are_asked_and_it_is_taken_back_once() -> None:
    by = herself()
    key = refuse(by)["id"]

    def code(asker: Actor, if_match: int | None) -> str:
        with pytest.raises(FhirError) as error:
            revoke_refusal(by=asker, source=SOURCE, key=key, if_match=if_match)
        return error.value.code

    assert (code(by, None), code(by, 7), code(herself(), 1)) == (
        "missing-if-match",
        "version-conflict",
        "refusal-is-personal",
    )
    revoke_refusal(by=by, source=SOURCE, key=key, if_match=1)
    assert code(by, 2) == "rule-broken"


@pytest.mark.parametrize(
    ("years", "changes", "constraint"),
    [
        (59, {}, "refusal_from_sixty"),
        (70, {"effective_at": factories.ago(days=193, seconds=1)}, "refusal_after_seven_days"),
        (70, {"author_kind": "professional"}, "refusal_by_herself"),
        (70, {"author_kind": "relative"}, "refusal_by_herself"),
    ],
)
def test_the_database_refuses_any_other(years: int, changes: dict[str, Any], constraint: str) -> None:
    given = {"citizen": factories.aged(years), "registered_at": factories.ago(days=200), **changes}

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        factories.resuscitation_refusal(**given)

    assert error.value.__cause__.diag.constraint_name == constraint  # type: ignore[union-attr]
    assert not Registration.objects.exists()


def test_a_will_of_one_who_is_younger_is_stored() -> None:
    assert factories.registration(citizen=factories.aged(20)).kind == Kind.TREATMENT_WILL
