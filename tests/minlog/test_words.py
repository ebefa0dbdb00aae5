"""MinLog's words: everything that can stand in the log has a plain sentence."""

from typing import Any

import pytest

from access.explanations import REASON_TEXTS
from access.policies import all_policies
from access.vocabulary import ActingAs, Profession, Reason
from fhir.registry import all_resources
from minlog import words
from minlog.log import read_log
from tests import factories
from tests.cast import Cast
from tests.minlog.test_audit_event_shape import row


def test_every_reason_is_told_to_the_citizen_in_both_languages() -> None:
    assert set(words.REFUSALS) == set(Reason) == set(REASON_TEXTS)
    assert all(all(texts) for texts in words.REFUSALS.values())


def test_every_rule_has_a_sentence_for_the_citizen() -> None:
    codes = {rule.code for policy in all_policies().values() for rule in policy.rules}

    for code in codes:
        assert words.reason_of(row(held=[code])) not in ("", words.NOTHING_SHOWN[0])
        assert words.reason_of(row(held=[code]), english=True) != words.reason_of(row(held=[code]))


def test_every_kind_of_data_about_a_citizen_has_a_name() -> None:
    about_citizens = {entry.type for entry in all_resources() if entry.parameter("patient")}

    assert about_citizens <= set(words.THINGS)


@pytest.mark.parametrize(
    ("changes", "danish", "english"),
    [
        ({}, "Så dine diagnoser og tilstande", "Looked at your diagnoses and conditions"),
        ({"interaction": "search", "resource_type": "Goal"}, "Søgte i dine mål", "Searched your goals"),
        ({"interaction": "search-type", "resource_type": "Goal"}, "Søgte i dine mål", "Searched your goals"),
        ({"interaction": "new", "resource_type": "New"}, "Brugte andre oplysninger", "Used other data"),
    ],
)
def test_activities(changes: dict[str, Any], danish: str, english: str) -> None:
    assert words.activity_of(row(**changes)) == danish
    assert words.activity_of(row(**changes), english=True) == english


def test_several_grounds_are_each_told_once() -> None:
    told = words.reason_of(row(held=["treatment-look-up", "consented-disclosure", "treatment-look-up"]))

    assert told.count("Du har givet samtykke") == told.count("behandlingen kræver") == 1


def test_nothing_found_is_not_called_lawful() -> None:
    assert words.reason_of(row(held=[])) == "Der blev ikke vist noget."


@pytest.mark.django_db
def test_pages_read_the_log_in_plain_words(cast: Cast) -> None:
    actor = cast.doctor.actor
    factories.log_entry(
        citizen_id=cast.citizen.person.pk,
        professional_id=actor.professional_id,
        profession=actor.profession,
        unit_id=actor.unit_id,
        request_id="r-1",
    )

    [line] = read_log(by=cast.citizen.actor, citizen_id=cast.citizen.person.pk)

    assert line.person == str(cast.doctor.person)
    assert (line.organisation, line.role) == ("Lungemedicinsk afdeling (test)", "læge")
    assert (line.is_refused, line.is_override, line.on_behalf_of, line.correlation) == (False, False, "", "r-1")
    assert line.activity == "Søgte i dine diagnoser og tilstande"


def test_every_capacity_and_profession_is_told_in_both_languages() -> None:
    assert {each: danish for each, (danish, _english) in words.CAPACITIES.items()} == {
        each: each.label for each in ActingAs
    }
    assert {each: danish for each, (danish, _english) in words.PROFESSIONS.items()} == {
        each: each.label for each in Profession
    }
    nurse = row(acting_as="hp-student", profession="5166")
    assert words.role_of(nurse) == "sygeplejerske (studerende i behandlingen)"
    assert words.role_of(nurse, english=True) == "nurse (student in treatment)"
