"""The business identifier of an element: kept, shown, found, its own, and never a person's number."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.datatypes import SOURCE_ID
from fhir.identifiers import BusinessKey, held_key, identifiers, names_person
from fhir.outcomes import FhirError
from tests.cast import Cast
from tests.rest import Rest, written
from tests.writing.bodies import SYSTEM, WRITTEN, goal, key

CPR = "urn:oid:1.2.208.176.1.2"


@pytest.mark.parametrize("kind", WRITTEN)
def test_an_identifier_is_kept_shown_and_found_and_no_other_has_it(cast: Cast, kind: str) -> None:
    who, body, _change = WRITTEN[kind]
    asker, stranger = Rest(getattr(cast, who)), Rest(cast.stranger)

    made = asker.post(kind, body(cast, identifier=key()))
    again = asker.post(kind, body(cast, identifier=key()))

    assert made.status == 201, made.body
    assert made.body["identifier"] == key()
    assert (again.status, again.error) == (409, "already-exists")
    assert asker.get(f"{kind}/{made.body['id']}").body["identifier"] == key()
    assert asker.get(kind, identifier=f"{SYSTEM}|A-17").ids == [made.body["id"]]
    assert asker.get(kind, identifier=f"{SYSTEM}|A-18").ids == []
    assert asker.get(kind, identifier="https://elsewhere.example|A-17").ids == []
    assert stranger.get(kind, identifier=f"{SYSTEM}|A-17").ids == []


@pytest.mark.parametrize(
    ("identifier", "code"),
    [
        ([*key("1"), *key("2")], "identifier-count"),
        (key("1", CPR), "identifier-of-person"),
        (key("1", f"{CPR}.7"), "identifier-of-person"),
        (key("1", "urn:oid:1.2.208.176.1.6.1.3.181"), "identifier-of-person"),
        (key("2512489996", "https://elsewhere.example"), "identifier-of-person"),
        (key("251248-9996"), "identifier-of-person"),
        (key("2512481AB1"), "identifier-of-person"),
        (key("x", "no system"), "identifier-shape"),
        (key("x", ""), "identifier-shape"),
        (key(" x"), "identifier-shape"),
        (key("x" * 201), "identifier-shape"),
        (key("x", f"{SOURCE_ID}/another-sender"), "identifier-of-other"),
    ],
)
def test_what_is_no_identifier_of_an_element_is_refused(cast: Cast, identifier: Any, code: str) -> None:
    before = written()

    answer = Rest(cast.doctor).post("Goal", goal(cast, identifier=identifier))

    assert (answer.status, answer.error) == (422, code)
    assert written() == before


def test_nobody_searches_elements_by_a_persons_number(cast: Cast) -> None:
    answer = Rest(cast.doctor).get("Goal", identifier=f"{CPR}|2512489996")

    assert (answer.status, answer.error) == (422, "identifier-of-person")


def test_an_identifier_may_be_given_later_and_never_changes(cast: Cast) -> None:
    doctor = Rest(cast.doctor)
    made = doctor.post("Goal", goal(cast)).body

    named = doctor.put({**made, "identifier": key()}, 1)
    silent = doctor.put({name: value for name, value in named.body.items() if name != "identifier"}, 2)
    changed = doctor.put({**named.body, "identifier": key("B-1")}, 3)
    taken_away = doctor.patch(f"Goal/{made['id']}", [{"op": "remove", "path": "/identifier"}])

    assert named.body["identifier"] == silent.body["identifier"] == key()
    assert (changed.status, changed.error) == (422, "identifier-fixed")
    assert (taken_away.status, taken_away.error) == (422, "identifier-fixed")


def test_what_another_sender_delivered_keeps_its_key_when_it_is_changed(cast: Cast) -> None:
    doctor = Rest(cast.doctor)
    made = doctor.post("Goal", goal(cast, identifier=key("k", f"{SOURCE_ID}/test"))).body
    other = Rest(cast.doctor.asking(client_id="another"))

    changed = other.put({**made, "description": {"text": "Gå en tur"}}, 1)

    assert changed.status == 200, changed.body
    assert changed.body["identifier"] == made["identifier"]


@given(system=st.text(max_size=60), value=st.text(max_size=40))
def test_whatever_is_taken_is_given_back_as_it_came(system: str, value: str) -> None:
    try:
        held = held_key(system, value)
    except FhirError as error:
        assert error.kind.status == 422
        return

    assert identifiers({"source": held.source, "source_id": held.value}) == [{"system": system, "value": value}]
    assert not names_person(system, value)


@given(tail=st.from_regex(r"[a-z0-9./-]{1,30}", fullmatch=True), value=st.from_regex(r"[!-~]{1,30}", fullmatch=True))
def test_every_key_of_a_system_that_is_no_persons_is_taken(tail: str, value: str) -> None:
    system = f"https://{tail}"
    held = None if names_person(system, value) else held_key(system, value)

    assert held in (None, BusinessKey(system, value))
