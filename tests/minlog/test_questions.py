"""Questions about the log: who may ask, who may answer, how a case goes on, and that shielded names stay so."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from access.actors import Actor
from access.vocabulary import ActingAs, Category, Purpose
from audit.models import Entry, Version
from citizens.models import PowerOfAttorney
from exchange.models import OutboxMessage
from fhir.outcomes import FhirError
from minlog import services
from minlog.models import Question
from tests import factories
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db
WHY = "Hvorfor så I mine diagnoser den dag?"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def entry(cast: Cast) -> Entry:
    """A look of the municipal nurse."""
    nurse = cast.municipal_nurse
    assert nurse.unit is not None
    ids = {"professional_id": nurse.person.pk, "unit_id": nurse.unit.pk}
    return factories.log_entry(citizen_id=cast.citizen.person.pk, **ids)


def asked(by: Actor, entry: Entry, text: str = WHY) -> dict[str, Any]:
    return services.ask_about_entry(by=by, entry_id=entry.id, text=text)


def refused(act: Any) -> FhirError:
    with pytest.raises(FhirError) as error:
        act()
    return error.value


def rule_of(error: FhirError) -> str:
    return str(error.extra[0]["code"]) if error.extra else error.code


def test_she_asks_the_unit_has_a_fortnight_it_answers_and_she_closes(cast: Cast, entry: Entry) -> None:
    case = asked(cast.citizen.actor, entry)
    waiting = services.open_questions(by=cast.municipal_nurse.actor)
    states = [services.state_of(case, cast.moment), services.state_of(case, cast.moment + timedelta(days=14))]
    text = "Jeg skulle besøge dig samme dag."
    answered = services.answer_question(by=cast.municipal_nurse.actor, key=case["id"], text=text, if_match=1)
    closed = services.close_question(by=cast.citizen.actor, key=case["id"], if_match=2)

    assert (case["unit_id"], case["answer_by"] - case["asked_at"]) == (cast.units.nursing.pk, timedelta(days=14))
    assert [row["id"] for row in waiting] == [case["id"]]
    assert [*states, *(services.state_of(row, cast.moment) for row in (answered, closed))] == [
        "asked",
        "overdue",
        "answered",
        "closed",
    ]
    found = services.questions_of(by=cast.citizen.actor, citizen_id=cast.citizen.person.pk)
    assert [(row["answer"], row["answered_given"]) for row in found] == [(text, cast.municipal_nurse.person.given_name)]
    assert [told.question_id for told in services.answers_to(found)] == [case["id"]]
    assert services.open_questions(by=cast.municipal_nurse.actor) == []
    assert Version.objects.filter(resource_id=case["id"]).count() == 3
    topics = set(OutboxMessage.objects.values_list("topic", flat=True))
    assert {"log-question", "log-question-answered"} <= topics


def test_relatives_ask_where_they_may_write_and_read_the_log(cast: Cast, entry: Entry) -> None:
    daughter, tove = cast.daughter, cast.citizen.person
    powers = PowerOfAttorney.objects.filter(attorney=daughter.person)
    powers.update(may_write=False)
    only_reads = refused(lambda: asked(daughter.actor, entry))
    powers.update(may_write=True)
    case = asked(daughter.actor, entry)
    seen = services.questions_of(by=daughter.actor, citizen_id=tove.pk)
    powers.update(families=[Category.DIAG])
    without_log = refused(lambda: services.close_question(by=daughter.actor, key=case["id"], if_match=1))

    assert (only_reads.kind.status, without_log.kind.status) == (403, 403)
    assert [(row["id"], row["asked_by_id"]) for row in seen] == [(case["id"], daughter.person.pk)]
    assert Question.objects.get().closed_at is None


@pytest.mark.parametrize("who", ["doctor", "stranger", "home_helper", "municipal_nurse"])
def test_nobody_else_asks(who: str, cast: Cast, entry: Entry) -> None:
    assert refused(lambda: asked(getattr(cast, who).actor, entry)).kind.status in (403, 404)
    assert not Question.objects.exists()


def test_nobody_asks_about_the_log_of_another(cast: Cast) -> None:
    other = factories.log_entry(citizen_id=factories.citizen().pk, unit_id=cast.units.nursing.pk)

    assert refused(lambda: asked(cast.citizen.actor, other)).kind.status in (403, 404)


@pytest.mark.parametrize("who", ["doctor", "gp", "stranger", "home_helper", "delegated_home_helper", "clerk"])
def test_only_the_unit_that_was_asked_answers(who: str, cast: Cast, entry: Entry) -> None:
    case = asked(cast.citizen.actor, entry)
    actor = getattr(cast, who).actor

    def answer() -> None:
        services.answer_question(by=actor, key=case["id"], text="Det ved jeg ikke noget om.", if_match=1)

    assert refused(answer).kind.status in (403, 404)
    assert Question.objects.get().answered_at is None
    if actor.unit_id != cast.units.nursing.pk:
        assert services.open_questions(by=actor) == []


def test_unit_does_not_close_and_she_does_not_answer(cast: Cast, entry: Entry) -> None:
    case = asked(cast.citizen.actor, entry)
    nurse, tove = cast.municipal_nurse.actor, cast.citizen.actor

    for act in (
        lambda: services.close_question(by=nurse, key=case["id"], if_match=1),
        lambda: services.answer_question(by=tove, key=case["id"], text="Jeg svarer selv.", if_match=1),
    ):
        assert refused(act).kind.status == 403
    assert Entry.objects.filter(outcome="refuse", interaction="update").count() == 2


def test_what_is_wrong_is_said_and_nothing_is_written(cast: Cast, entry: Entry) -> None:
    tove, nurse = cast.citizen.actor, cast.municipal_nurse.actor
    by_system = factories.log_entry(citizen_id=cast.citizen.person.pk, acting_as="system")

    assert rule_of(refused(lambda: asked(tove, entry, "Hvorfor?"))) == "log-question-text"
    assert rule_of(refused(lambda: asked(tove, entry, "x" * 2_001))) == "log-question-text"
    assert rule_of(refused(lambda: asked(tove, by_system))) == "log-question-unit"
    assert not Question.objects.exists()
    case = asked(tove, entry)
    assert rule_of(refused(lambda: asked(tove, entry))) == "log-question-open"
    old = refused(lambda: services.close_question(by=tove, key=case["id"], if_match=7))
    assert old.code == "version-conflict"
    services.answer_question(by=nurse, key=case["id"], text="Jeg besøgte dig den dag.", if_match=1)
    again = refused(lambda: services.answer_question(by=nurse, key=case["id"], text="Og nu igen et svar.", if_match=2))
    assert rule_of(again) == "log-question-answered"
    services.close_question(by=tove, key=case["id"], if_match=2)
    assert (
        rule_of(refused(lambda: services.close_question(by=tove, key=case["id"], if_match=3))) == "log-question-closed"
    )


def test_name_of_who_answers_is_kept_where_it_is_shielded(cast: Cast, entry: Entry) -> None:
    factories.unit_shield(unit=cast.units.nursing, code="VEST-7")
    case = asked(cast.citizen.actor, entry)
    nurse = cast.municipal_nurse
    services.answer_question(by=nurse.actor, key=case["id"], text="Vi besøgte dig den dag.", if_match=1)

    found = services.questions_of(by=cast.citizen.actor, citizen_id=cast.citizen.person.pk)[0]

    assert (found["answered_by_id"], found["answered_given"]) == (None, None)
    assert "VEST-7" in found["shields"]["answered_by_id"]


def test_command_lists_what_is_due_and_answers_for_who_works_there(cast: Cast, entry: Entry) -> None:
    case = asked(cast.citizen.actor, entry)
    nurse, stranger = cast.municipal_nurse.person, cast.stranger.person

    def run(*args: str) -> str:
        out = StringIO()
        call_command("log_questions", *args, stdout=out, no_color=True)
        return out.getvalue()

    listed = run()
    with pytest.raises(CommandError, match="works at the unit"):
        run("answer", str(case["id"]), "Jeg ved det ikke rigtigt.", "--by", str(stranger.pk))
    with pytest.raises(CommandError, match="Say it in words"):
        run("answer", str(case["id"]), "Nej", "--by", str(nurse.pk))
    said = run("answer", str(case["id"]), "Jeg besøgte dig den dag.", "--by", nurse.authorisation_id)

    assert str(case["id"]) in listed
    assert str(cast.citizen.person.cpr) not in listed
    assert "Answered" in said
    assert "Nothing awaits" in run()
    assert Question.objects.get().answered_by == nurse


def test_a_parent_asks_for_a_child_and_the_child_does_not() -> None:
    custody = factories.custody()
    entry = factories.log_entry(citizen_id=custody.child.pk, unit_id=factories.ward().pk)
    moment = factories.now()
    mother = Actor(ActingAs.PARENT, Purpose.OWN, moment, citizen_id=custody.parent.pk, on_behalf_of=custody.child.pk)
    child = Actor(ActingAs.CITIZEN, Purpose.OWN, moment, citizen_id=custody.child.pk)

    assert refused(lambda: asked(child, entry)).kind.status in (403, 404)
    assert asked(mother, entry)["asked_by_id"] == custody.parent.pk
