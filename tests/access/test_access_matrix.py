"""What an asker may see of a citizen, kind by kind: what the table says is what is then decided of each thing."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from access.access_matrix import Line, access_matrix
from access.decisions import decide
from access.policies import policy_of
from access.vocabulary import Action, Category, Law
from fhir.ids import new_key
from tests import factories
from tests.asking import Asking, logged
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def table(cast: Cast, who: str) -> dict[tuple[Category, Law | None], Line]:
    lines = access_matrix(getattr(cast, who).actor, cast.citizen.person.pk)
    return {(line.category, line.law): line for line in lines}


def things(cast: Cast) -> list[Any]:
    """One thing of many kinds, recorded at the general practice or in the home care."""
    tove, practice, care = cast.citizen.person, cast.units.practice, cast.units.home_care
    return [
        factories.diagnosis(citizen=tove, origin=practice),
        factories.nursing_condition(citizen=tove, origin=cast.units.nursing),
        factories.home_care_condition(citizen=tove, origin=care),
        factories.home_care_condition(citizen=tove, origin=care, recorded_under=Law.ELDERLY),
        factories.appointment(citizen=tove, origin=practice),
        factories.care_plan(citizen=tove, origin=practice),
    ]


@pytest.mark.parametrize(
    "who", ["doctor", "gp", "home_helper", "caseworker", "delegated_home_helper", "stranger", "clerk", "student"]
)
def test_the_table_says_what_is_decided_of_each_thing(cast: Cast, who: str) -> None:
    factories.consent(citizen=cast.citizen.person, recipient_unit=cast.units.ward, laws=[Law.SERVICE])
    actor = getattr(cast, who).actor
    lines = table(cast, who)

    for thing in things(cast):
        line = lines[Category(thing.category), Law(thing.recorded_under)]
        is_own = thing.origin_id == actor.unit_id
        told = line.told_of_own if is_own and line.told_of_own is not None else line.told
        decision = decide(policy_of(type(thing)), actor, Action.READ, thing.pk)
        assert decision is not None
        own_authority = thing.origin.authority_id == getattr(cast, who).unit.authority_id
        if not own_authority or is_own:
            assert (told["verdict"] == "permit") == decision.permitted, (who, thing.category, told)


@pytest.mark.law("social-disclosure")
def test_a_consent_for_one_act_opens_that_act_only(cast: Cast) -> None:
    factories.consent(citizen=cast.citizen.person, recipient_unit=cast.units.ward, laws=[Law.SERVICE])

    lines = table(cast, "doctor")

    assert lines[Category.COND_SOC, Law.SERVICE].told["verdict"] == "permit"
    assert lines[Category.COND_SOC, Law.ELDERLY].told["reason"] == "needs_consent"


@pytest.mark.law("own-service")
def test_what_the_own_unit_recorded_is_told_apart(cast: Cast) -> None:
    line = table(cast, "home_helper")[Category.COND_SOC, Law.SERVICE]

    assert line.told["reason"] == "needs_consent"
    assert line.told_of_own is not None
    assert [rule["rule"] for rule in line.told_of_own["rules"]] == ["own-service"]


def test_a_stranger_is_told_of_nothing_but_the_missing_relation(cast: Cast) -> None:
    lines = access_matrix(cast.stranger.actor, cast.citizen.person.pk)
    of_nobody = access_matrix(cast.stranger.actor, new_key())

    assert {line.told["verdict"] for line in lines} == {"deny"}
    assert {line.told["reason"] for line in lines if line.category not in (Category.LOG,)} <= {
        "no_relation",
        "law_gate",
        "sector",
    }
    assert {line.told["verdict"] for line in of_nobody} == {"deny"}


ASKERS = ("doctor", "gp", "delegated_home_helper", "student", "clerk", "municipal_nurse", "home_helper", "daughter")


def told_to(cast: Cast, who: str) -> str:
    """What the table says to one asker, as text."""
    answer = Asking(getattr(cast, who).actor).get(f"Patient/{cast.citizen.person.pk}/$access-matrix")
    assert answer.status == 200
    return answer.text


@pytest.mark.law("treatment-lookup", "appointment-times")
def test_it_tells_nobody_that_the_citizen_has_blocked_everything(cast: Cast) -> None:
    tove = cast.citizen.person
    hidden = factories.diagnosis(citizen=tove, origin=cast.units.practice)
    before = {who: told_to(cast, who) for who in ASKERS}
    assert Asking(cast.doctor.actor).get(f"Condition/{hidden.pk}").status == 200

    factories.block(citizen=tove)
    factories.private_marking(hidden)

    assert Asking(cast.doctor.actor).get(f"Condition/{hidden.pk}").status == 404
    assert {who: told_to(cast, who) for who in ASKERS} == before


@pytest.mark.parametrize(
    ("who", "is_told"), [("doctor", True), ("student", False), ("stranger", False), ("citizen", False)]
)
def test_who_may_override_is_told_that_something_may_be_restricted_whatever_there_is(
    cast: Cast, who: str, is_told: bool
) -> None:
    assert ('"valueCode":"override"' in told_to(cast, who)) == is_told


def test_the_question_is_in_the_log_once(cast: Cast) -> None:
    answer = Asking(cast.doctor.actor).get(f"Patient/{cast.citizen.person.pk}/$access-matrix")

    assert answer.status == 200
    assert [(row.outcome, row.citizen_id) for row in logged(interaction="access-matrix")] == [
        ("permit", cast.citizen.person.pk)
    ]


def test_the_command_refuses_who_is_no_persona(settings: Any) -> None:
    settings.DEMO_MODE = True
    with pytest.raises(CommandError, match="no persona"):
        call_command("explain", "--as", "somebody", "--citizen", "Lars", stdout=StringIO())
    settings.DEMO_MODE = False
    with pytest.raises(CommandError, match="demo mode"):
        call_command("explain", "--as", "doctor", "--citizen", "Lars", stdout=StringIO())
