"""Old decisions taken again: whatever changed since, the answer is what it was; and a false log row is found."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from access.replay import Replayed, replay
from audit.models import Entry
from citizens.models import Citizen
from consents.models import Block, Consent
from fhir.ids import new_key
from organisations.models import Organisation, TreatmentRelation
from tests import factories
from tests.asking import Asking, moment
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def asked(cast: Cast) -> dict[str, Any]:
    """Many looks and a write, permitted and refused, by many kinds of askers."""
    tove = cast.citizen.person
    diagnosis = factories.diagnosis(citizen=tove, origin=cast.units.practice)
    state = factories.home_care_condition(citizen=tove, origin=cast.units.home_care)
    consent = factories.consent(citizen=tove, recipient_unit=cast.units.ward)
    for who in ("doctor", "gp", "home_helper", "caseworker", "stranger", "blocked_doctor", "citizen", "daughter"):
        asking = Asking(getattr(cast, who).actor)
        for thing in (diagnosis, state):
            asking.get(f"Condition/{thing.pk}")
            asking.get(f"Condition/{thing.pk}/$explain-access")
        asking.get("Condition", patient=f"Patient/{tove.pk}")
        asking.get(f"Patient/{tove.pk}/$overview")
        asking.get(f"Patient/{tove.pk}/$everything")
        asking.get("Condition/_history", patient=f"Patient/{tove.pk}")
        asking.get("Condition", patient=f"Patient/{tove.pk}", _include="Condition:patient")
    goal = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "Jeg vil gå i haven (test)"},
        "subject": {"reference": f"Patient/{tove.pk}"},
    }
    Asking(cast.citizen.actor).post("Goal", goal)
    return {"diagnosis": diagnosis, "state": state, "consent": consent}


def replayed() -> Replayed:
    *_, found = replay(moment() - timedelta(minutes=10), moment() + timedelta(seconds=1))
    return found


def test_nothing_differs_when_nothing_has_changed(asked: dict[str, Any]) -> None:
    found = replayed()

    assert found.differences == []
    assert {
        "read permit",
        "read refuse",
        "search permit",
        "search refuse",
        "overview permit",
        "explain refuse",
        "everything permit",
        "everything refuse",
    } <= set(found.decided)


CHANGES: dict[str, Callable[[Cast, dict[str, Any]], Any]] = {
    "the consent is withdrawn, as if it always had been": lambda cast, asked: Consent.objects.update(
        withdrawn_at=cast.moment - timedelta(days=1)
    ),
    "every relation is refuted": lambda cast, asked: TreatmentRelation.objects.update(status="refuted"),
    "a stranger's unit gets a relation from long ago": lambda cast, asked: factories.treatment_relation(
        citizen=cast.citizen.person, origin=cast.units.other_ward, start=cast.moment - timedelta(days=99)
    ),
    "the block is lifted": lambda cast, asked: Block.objects.update(
        withdrawn_at=cast.moment - timedelta(days=1), start=cast.moment - timedelta(days=2)
    ),
    "the diagnosis turns out to be a social one": lambda cast, asked: (
        type(asked["diagnosis"])
        .objects.filter(pk=asked["diagnosis"].pk)
        .update(category="cond-soc", recorded_under="service-act")
    ),
    "the ward moves to another hospital": lambda cast, asked: Organisation.objects.filter(pk=cast.units.ward.pk).update(
        parent=factories.hospital()
    ),
    "the citizen turns out to have died": lambda cast, asked: Citizen.objects.filter(pk=cast.citizen.person.pk).update(
        died_at=cast.moment - timedelta(days=30)
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_changed_afterwards_changes_no_old_decision(
    cast: Cast, asked: dict[str, Any], change: Callable[[Cast, dict[str, Any]], Any]
) -> None:
    change(cast, asked)

    assert replayed().differences == []


def forge(**false: Any) -> None:
    """Write a log row that says what was not so."""
    row = Entry.objects.filter(interaction="read", outcome="permit").values().first()
    assert row is not None
    Entry.objects.create(**{**row, "id": new_key(), **false})


@pytest.mark.parametrize(
    "false",
    [
        {"rules": ["own-record"]},
        {"outcome": "refuse", "reason": "no_relation", "rules": []},
        {"professional_id": None, "unit_id": None},
    ],
    ids=["another ground", "a refusal that was none", "another asker"],
)
def test_a_row_that_tells_what_was_not_so_is_found(asked: dict[str, Any], false: dict[str, Any]) -> None:
    forge(**false)

    found = replayed()

    assert len(found.differences) == 1
    with pytest.raises(CommandError, match="1 decisions"):
        call_command("replay", stdout=StringIO())


def test_replay_writes_nothing(cast: Cast, asked: dict[str, Any]) -> None:
    before = Entry.objects.count()
    replayed()

    assert Entry.objects.count() == before
    assert Asking(cast.doctor.actor).get(f"Condition/{asked['diagnosis'].pk}").status == 200
