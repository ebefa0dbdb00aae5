"""A citizen asks about an entry of her log, the unit answers, she closes the case; each versioned and logged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from access import service
from access.actors import Actor
from access.authoring import change_element, save
from access.events import Event, announce
from access.search import citizen_search
from access.shielding import Deed
from access.statements import Row, Search, Source
from access.vocabulary import CITIZEN_SIDE, UNDER_RESPONSIBILITY, ActingAs, Category, Reason
from access.writing import record
from fhir.outcomes import FhirError, broken
from minlog.log import LOG_SOURCE
from minlog.models import TIME_TO_ANSWER, Question

SHORTEST, LONGEST = 10, 2_000
MOST = 100
_SAME = (
    "id citizen_id asked_by_id entry_id entry_at unit_id text asked_at answer_by answered_at answered_by_id answer "
    "closed_at version updated_at"
)
QUESTION_SOURCE = Source(
    "Communication",
    Question,
    {
        **{name: name for name in _SAME.split()},
        "unit_name": "unit__name",
        "answered_given": "answered_by__given_name",
        "answered_family": "answered_by__family_name",
    },
    order=("-asked_at", "-id"),
    people={"answered_by_id": Deed("unit_id")},
)


@dataclass(frozen=True)
class Happened:
    """Something that she is told of: an answer to a question of hers, and when it came."""

    question_id: UUID
    unit_name: str
    at: datetime


def ask_about_entry(*, by: Actor, entry_id: UUID, text: str) -> Row:
    """Open a case with the unit that looked, and return its row; the unit is told and has `TIME_TO_ANSWER`.

    Raises FhirError: 404 for an entry that the asker may not see, 403 for who may not ask on the citizen's behalf, 422
    for a look by no unit, a text too short or long, or an entry about which an open case stands. Five statements.
    Law: grounds.LOG_ACCESS.
    """
    words = text.strip()
    _check_text(words, "payload")
    entry = service.read(LOG_SOURCE, by, entry_id)
    if entry["unit_id"] is None or entry["citizen_id"] is None:
        raise broken("log-question-unit", "Intet sted kan svare på det opslag.", "No place can answer for that look.")
    citizen_id = entry["citizen_id"]
    with service.writing():
        rules = service.permit_create(QUESTION_SOURCE, by, citizen_id, Category.LOG)
        made = Question(
            citizen_id=citizen_id,
            asked_by_id=by.citizen_id or citizen_id,
            entry_id=entry_id,
            entry_at=entry["updated_at"],
            unit_id=entry["unit_id"],
            text=words,
            asked_at=by.moment,
            answer_by=by.moment + TIME_TO_ANSWER,
            updated_at=by.moment,
        )
        if Question.objects.filter(entry_id=entry_id, answered_at__isnull=True, closed_at__isnull=True).exists():
            raise broken("log-question-open", "Du har allerede spurgt om det.", "You have asked about it already.")
        save(made, force_insert=True)
        row = record(by, QUESTION_SOURCE, [made.pk], "create", citizen_id=citizen_id, rules=rules)[0]
        announce(Event("log-question", citizen_id, {"question": str(made.pk), "unit": str(made.unit_id)}))
    return row


def answer_question(*, by: Actor, key: UUID, text: str, if_match: int | None) -> Row:
    """Answer for the unit that was asked, and return the row; she who asked is told.

    Who works there answers, on her own responsibility. Raises FhirError: 404, 403, 400 or 412 for the version, 422 for
    an answer too short or long, and for a case that is answered or closed.
    """
    words = text.strip()
    _check_text(words, "payload")
    if by.professional_id is None or by.acting_as in UNDER_RESPONSIBILITY or by.acting_as == ActingAs.HP_PERMIT:
        raise _not_theirs(by, key)

    def change(current: Any) -> Mapping[str, Any]:
        _check_open(current)
        if current.answered_at is not None:
            raise broken("log-question-answered", "Spørgsmålet er besvaret.", "The question has been answered.")
        return {"answer": words, "answered_at": by.moment, "answered_by_id": by.professional_id}

    def told(current: Any) -> None:
        announce(Event("log-question-answered", current.citizen_id, {"question": str(current.pk)}))

    return change_element(by=by, source=QUESTION_SOURCE, key=key, if_match=if_match, change=change, after=told)


def close_question(*, by: Actor, key: UUID, if_match: int | None) -> Row:
    """Close a case, answered or not, and return its row: she asks no more.

    Raises FhirError: 404, 403 for who does not act for the citizen, 400 or 412 for the version, 422 when it is closed.
    """
    if by.acting_as not in CITIZEN_SIDE:
        raise _not_theirs(by, key)

    def change(current: Any) -> Mapping[str, Any]:
        _check_open(current)
        return {"closed_at": by.moment}

    return change_element(by=by, source=QUESTION_SOURCE, key=key, if_match=if_match, change=change)


def questions_of(*, by: Actor, citizen_id: UUID) -> list[Row]:
    """A citizen's questions, the newest first, at most `MOST`. Raises FhirError (403). One statement, or three."""
    wanted = citizen_search(QUESTION_SOURCE, citizen_id, "citizen_id", MOST)
    return service.search(QUESTION_SOURCE, by, wanted, query=f"Communication?patient=Patient/{citizen_id}")


def open_questions(*, by: Actor) -> list[Row]:
    """The questions that await an answer of the professional's unit, the first due first. One statement."""
    where = Q(answered_at__isnull=True, closed_at__isnull=True)
    wanted = Search(("open",), where, limit=MOST, order=("answer_by", "id"))
    return service.search(QUESTION_SOURCE, by, wanted, query="Communication?status=in-progress")


def answers_to(rows: list[Row]) -> list[Happened]:
    """What happened to questions (`questions_of`) that she should be told of: each answer, the newest first."""
    answered = [row for row in rows if row["answered_at"] is not None]
    found = [Happened(row["id"], row["unit_name"], row["answered_at"]) for row in answered]
    return sorted(found, key=lambda one: one.at, reverse=True)


def state_of(row: Row, now: datetime) -> str:
    """How a case stands: asked, overdue, answered or closed."""
    if row["closed_at"] is not None:
        return "closed"
    if row["answered_at"] is not None:
        return "answered"
    return "overdue" if row["answer_by"] <= now else "asked"


def _check_text(text: str, expression: str) -> None:
    """It says something, and not a book. Raises FhirError (422)."""
    if len(text) < SHORTEST:
        raise broken("log-question-text", "Skriv det med ord.", "Say it in words.", f"Communication.{expression}")
    if len(text) > LONGEST:
        too_long = (f"Skriv højst {LONGEST} tegn.", f"Write at most {LONGEST} characters.")
        raise broken("log-question-text", *too_long, f"Communication.{expression}")


def _check_open(current: Any) -> None:
    """The case is not closed. Raises FhirError (422)."""
    if current.closed_at is not None:
        raise broken("log-question-closed", "Sagen er lukket.", "The case is closed.")


def _not_theirs(by: Actor, key: UUID) -> FhirError:
    """The refusal of who may see the case, or not even that, and may not do this to it; logged."""
    row = service.read(QUESTION_SOURCE, by, key)
    error = service.refused_as(by, "update", QUESTION_SOURCE.name, row["citizen_id"], Reason.LAW_GATE)
    error.note()
    return error
