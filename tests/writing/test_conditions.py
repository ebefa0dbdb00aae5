"""Writes under a condition: created once, whoever asks at once; found if it may be seen; and nothing told otherwise."""

from urllib.parse import quote

import pytest

from audit.models import Entry
from goals.models import Goal
from tests import factories
from tests.cast import Cast
from tests.rest import Rest, written
from tests.writing.bodies import SYSTEM, WRITTEN, appointment, goal, key

CONDITION = f"identifier={SYSTEM}|A-17"


@pytest.mark.parametrize("kind", WRITTEN)
def test_a_conditional_create_creates_once(cast: Cast, kind: str) -> None:
    who, body, _change = WRITTEN[kind]
    asker = Rest(getattr(cast, who))

    made = asker.post(kind, body(cast, identifier=key()), If_None_Exist=CONDITION)
    counts = written()
    again = asker.post(kind, body(cast, identifier=key()), If_None_Exist=CONDITION)

    assert (made.status, again.status) == (201, 200), again.body
    assert again.body == made.body
    assert again.headers["ETag"] == 'W/"1"'
    assert again.headers["Location"] == made.headers["Location"]
    assert written() == (counts[0], counts[1] + 1)  # no version, and one look


@pytest.mark.parametrize(
    ("condition", "status", "code"),
    [
        ("identifier=A-17", 400, "condition-criteria"),
        ("", 400, "condition-criteria"),
        ("patient=Patient/1", 400, "condition-criteria"),
        (f"{CONDITION}&status=active", 400, "condition-criteria"),
        (f"{CONDITION}&{CONDITION}", 400, "condition-criteria"),
        (f"identifier={SYSTEM}|B-1", 422, "condition-not-in-body"),
        ("identifier=urn:oid:1.2.208.176.1.2|2512489996", 422, "identifier-of-person"),
    ],
)
def test_another_condition_is_refused(cast: Cast, condition: str, status: int, code: str) -> None:
    before = written()

    created = Rest(cast.doctor).post("Goal", goal(cast, identifier=key()), If_None_Exist=condition)
    changed = Rest(cast.doctor).put_where(f"Goal?{condition}", goal(cast, identifier=key()))

    assert (created.status, created.error) == (changed.status, changed.error) == (status, code)
    assert written() == before


def test_a_condition_that_something_hidden_meets_is_told_apart_from_nothing_else(cast: Cast) -> None:
    """The doctor may not see the home-care visit: she is told the same as where it is another citizen's."""
    hidden = {"source": SYSTEM, "source_id": "A-17"}
    visit = factories.home_care_visit(citizen=cast.citizen.person, origin=cast.units.home_care, **hidden)
    elsewhere = factories.citizen()
    factories.treatment_relation(citizen=elsewhere, origin=cast.units.ward)
    factories.appointment(citizen=elsewhere, origin=cast.units.ward, source=SYSTEM, source_id="B-1")
    doctor = Rest(cast.doctor)

    answers = [
        doctor.post("Appointment", appointment(cast, identifier=key()), If_None_Exist=CONDITION),
        doctor.post("Appointment", appointment(cast, identifier=key("B-1")), If_None_Exist=f"identifier={SYSTEM}|B-1"),
        doctor.put_where(f"Appointment?{CONDITION}", appointment(cast, identifier=key())),
    ]

    assert {(answer.status, answer.error) for answer in answers} == {(412, "condition-unmet")}
    assert answers[0].body == answers[1].body == answers[2].body
    assert str(visit.pk) not in str(answers[0].body)
    refused = Entry.objects.filter(interaction="create", outcome="refuse", resource_type="Appointment")
    assert [entry.citizen_id for entry in refused] == [cast.citizen.person.pk] * 3


def test_who_may_not_create_is_told_that_and_nothing_of_the_condition(cast: Cast) -> None:
    factories.overall_goal(citizen=cast.citizen.person, origin=cast.units.ward, source=SYSTEM, source_id="A-17")

    there = Rest(cast.stranger).post("Goal", goal(cast, identifier=key()), If_None_Exist=CONDITION)
    nothing = Rest(cast.stranger).post(
        "Goal", goal(cast, identifier=key("B-1")), If_None_Exist=f"identifier={SYSTEM}|B-1"
    )

    assert there.status == nothing.status == 403
    assert there.body == nothing.body


def test_a_conditional_update_creates_then_changes(cast: Cast) -> None:
    doctor = Rest(cast.doctor)
    address = f"Goal?identifier={quote(SYSTEM)}%7CA-17"

    made = doctor.put_where(address, goal(cast, identifier=key()))
    changed = doctor.put_where(
        address, goal(cast, identifier=key(), description={"text": "Gå en tur"}), If_Match='W/"1"'
    )
    stale = doctor.put_where(address, goal(cast, identifier=key()), If_Match='W/"1"')
    unversioned = doctor.put_where(address, goal(cast, identifier=key()))
    other_id = doctor.put_where(address, goal(cast, identifier=key(), id="x"), If_Match='W/"2"')
    not_there = doctor.put_where(f"Goal?identifier={SYSTEM}|B", goal(cast, identifier=key("B"), id="x"))
    stated = doctor.put_where(f"Goal?identifier={SYSTEM}|B", goal(cast, identifier=key("B")), If_Match='W/"1"')

    assert (made.status, changed.status) == (201, 200), changed.body
    assert changed.body["id"] == made.body["id"]
    assert changed.body["description"] == {"text": "Gå en tur"}
    assert (stale.status, stale.error) == (412, "version-conflict")
    assert (unversioned.status, unversioned.error) == (400, "missing-if-match")
    assert (other_id.status, other_id.error) == (not_there.status, not_there.error) == (400, "wrong-id")
    assert (stated.status, stated.error) == (412, "version-conflict")
    assert Goal.objects.count() == 1
