"""What no client should send and some do: a clear answer each time, nothing ignored, broken or written."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from access.vocabulary import Category
from tests import factories
from tests.cast import Cast, make_cast
from tests.rest import Answer, Rest, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def goal(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "category": [{"coding": [{"code": "overall"}]}],
        "description": {"text": "Gå en tur"},
        "subject": {"reference": f"Patient/{cast.citizen.person.pk}"},
        **more,
    }


def told(answer: Answer) -> tuple[int, str]:
    return answer.status, "" if answer.status < 300 else answer.error


def test_dates_that_are_none_are_refused_wherever_they_stand(cast: Cast) -> None:
    tove = cast.citizen.person
    made = factories.overall_goal(citizen=tove, origin=cast.units.ward, category=Category.GOAL_SUL)
    ask = Rest(cast.doctor)
    wrong = ("x", "ge", "2026-13", "2026-02-30", "T", "2026-01-01T", "2026-01-01 10:00", "2026-W01-1", "20260101")
    beyond = ("0001-01-01T00:00:00+14:00", "9999-12-31", "9999", "２０２６")

    for value in (*wrong, *beyond):
        shown = value.replace("+", "%2B")
        for address, name in (
            (f"Goal?patient={tove.pk}&_lastUpdated={shown}", "_lastUpdated"),
            (f"Goal?patient={tove.pk}&start-date=le{shown}", "start-date"),
            (f"Goal/_history?patient={tove.pk}&_since={shown}", "_since"),
            (f"Goal/{made.pk}/_history?_since={shown}", "_since"),
            (f"Patient/{tove.pk}/$everything?_since={shown}", "_since"),
        ):
            answer = ask.get(address)
            assert told(answer) == (400, "bad-parameter"), (address, answer.body)
            assert name in answer.body["issue"][0]["diagnostics"]


def test_a_date_may_be_told_less_exactly(cast: Cast) -> None:
    kind: dict[str, Any] = {"citizen": cast.citizen.person, "origin": cast.units.ward}
    due = factories.ahead(days=100).date()
    made = factories.overall_goal(due_on=due, category=Category.GOAL_SUL, **kind)
    doctor = Rest(cast.doctor)
    asked = {
        f"ap{due - timedelta(days=8)}": True,  # a tenth of the way from now
        f"ap{due + timedelta(days=9)}": True,
        f"ap{due - timedelta(days=20)}": False,
        f"ap{due + timedelta(days=20)}": False,
        f"{due:%Y-%m}": True,
        f"ge{due}T00:00:00.000%2B01:00": True,
        f"gt{due}": False,
        f"ne{due:%Y}": False,
    }

    found = {
        value: doctor.get(f"Goal?patient={cast.citizen.person.pk}&target-date={value}").ids == [str(made.pk)]
        for value in asked
    }

    assert found == asked


def test_what_is_of_another_server_or_spelt_otherwise_is_nothing_of_ours(cast: Cast) -> None:
    tove = cast.citizen.person
    made = factories.overall_goal(citizen=tove, origin=cast.units.ward, category=Category.GOAL_SUL)
    ask = Rest(cast.doctor)

    for ours in (tove.pk, f"Patient/{tove.pk}", f"http://testserver/fhir/Patient/{tove.pk}"):
        assert ask.get(f"Goal?patient={ours}").ids == [str(made.pk)]
    for other in (f"http://other.example/fhir/Patient/{tove.pk}", f"urn:uuid:{tove.pk}", f"Patient/{{{tove.pk}}}"):
        assert told(ask.get(f"Goal?patient={other}")) == (400, "bad-parameter")
        body = goal(cast, subject={"reference": other})
        assert told(ask.post("Goal", body)) == (422, "dangling-reference")
    for key in (f"urn:uuid:{made.pk}", f"{{{made.pk}}}", made.pk.hex):
        assert told(ask.get(f"Goal/{key}")) == (404, "not-found")
        assert told(ask.get(f"Goal?_id={key}")) == (400, "bad-parameter")


def test_a_write_ignores_no_parameter_and_no_condition(cast: Cast) -> None:
    ask = Rest(cast.doctor)
    made = ask.post("Goal?_format=json&_pretty=true", goal(cast))
    key = made.body["id"]
    before = written()
    patch = {"description": {"text": "Andet"}}

    refused = [
        ask.put_where(f"Goal/{key}?identifier=a|b", made.body, If_Match='W/"1"'),
        ask.patch(f"Goal/{key}?_since=2026", patch, "application/merge-patch+json"),
    ]
    many = [
        ask.put_where("Goal?a=1&b=2&c=3&d=4", goal(cast)),
        ask.post("Goal", goal(cast), If_None_Exist="a=1&b=2&c=3&d=4"),
    ]

    assert made.status == 201
    assert {told(answer) for answer in refused} == {(400, "unknown-parameter")}
    assert {told(answer) for answer in many} == {(400, "condition-criteria")}
    for version in ("*", "", " "):
        unversioned = {name: value for name, value in made.body.items() if name != "meta"}
        assert told(ask.put(unversioned, None, If_Match=version)) == (400, "missing-if-match")
    assert written() == before
    assert ask.put_where(f"Goal/{key}?_format=json", made.body, If_Match='W/"1"').status == 200


@pytest.mark.parametrize(
    ("more", "status", "error"),
    [
        ({"description": {"text": "a\x00b"}}, 422, "cannot-be-kept"),
        ({"target": [{"detailQuantity": {"value": 12345678901234567890}}]}, 422, "cannot-be-kept"),
        ({"target": [{"detailQuantity": {"value": 1e300}}]}, 422, "cannot-be-kept"),
        ({"implicitRules": "http://example.org/rules"}, 400, "wrong-shape"),
        ({"modifierExtension": [{"url": "http://example.org/x", "valueBoolean": True}]}, 400, "wrong-shape"),
        ({"extension": [{}]}, 400, "wrong-shape"),
        ({"extension": [{"url": 1}]}, 400, "wrong-shape"),
    ],
)
def test_what_cannot_be_kept_or_changes_the_meaning_is_refused(
    cast: Cast, more: dict[str, Any], status: int, error: str
) -> None:
    ask = Rest(cast.doctor)
    before = written()

    alone = ask.post("Goal", goal(cast, **more))
    entry = {"request": {"method": "POST", "url": "Goal"}, "resource": goal(cast, **more)}
    good = {"request": {"method": "POST", "url": "Goal"}, "resource": goal(cast)}
    together = ask.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [good, entry]})

    assert told(alone) == told(together) == (status, error)
    assert written() == before


def test_the_next_page_is_asked_for_as_it_stands(cast: Cast) -> None:
    for _number in range(2):
        factories.overall_goal(citizen=cast.citizen.person, origin=cast.units.ward, category=Category.GOAL_SUL)
    ask = Rest(cast.doctor)
    link = str(ask.get(f"Goal?patient={cast.citizen.person.pk}&_count=1").next)

    assert len(ask.get(f"{link}&_count=1000&_format=json").ids) == 1
    assert told(ask.get(f"{link}&lifecycle-status=completed")) == (400, "unknown-parameter")


def test_a_slash_at_the_end_changes_nothing(cast: Cast) -> None:
    tove = cast.citizen.person.pk
    ask = Rest(cast.doctor)
    key = ask.post("Goal/", goal(cast)).body["id"]

    for path, query in ((f"Goal/{key}", ""), ("Goal", f"?patient={tove}"), (f"Patient/{tove}/Goal", "")):
        assert ask.get(f"{path}/{query}").body == ask.get(f"{path}{query}").body
    assert told(ask.get(f"Goal//{key}"))[0] == told(ask.get(f"Goal/{key}//"))[0] == 404


def test_nothing_that_is_asked_for_is_ignored(cast: Cast) -> None:
    tove = cast.citizen.person.pk
    factories.overall_goal(citizen=cast.citizen.person, origin=cast.units.ward, category=Category.GOAL_SUL)
    ask, headers = Rest(cast.doctor), Rest(cast.doctor).headers
    form = "application/x-www-form-urlencoded"
    many = "&".join(["_id=x"] * 1100)

    def posted(body: str, media_type: str) -> tuple[int, str]:
        answer = Client().post("/fhir/Goal/_search", body, content_type=media_type, headers=headers)
        found = answer.json()
        return answer.status_code, found["issue"][0]["details"]["coding"][0]["code"] if "issue" in found else ""

    assert posted(f"patient={tove}", form) == (200, "")
    for media_type in ("text/plain", "application/json", "multipart/form-data"):
        assert posted(f"patient={tove}", media_type) == (415, "form-expected")
    assert posted(many, form) == (400, "bad-parameter")
    assert told(ask.get(f"Goal?{many}")) == (400, "bad-parameter")
    for twice in ("_count=1&_count=2", "_sort=start-date&_sort=-start-date", "_summary=true&_summary=count"):
        assert told(ask.get(f"Goal?patient={tove}&{twice}")) == (400, "bad-parameter")
    assert ask.get(f"Goal?patient={tove}&_count=1&_count=1").status == 200
    for operation in ("$overview", "$access-matrix"):
        assert told(ask.get(f"Patient/{tove}/{operation}?x=y")) == (400, "unknown-parameter")
        assert ask.get(f"Patient/{tove}/{operation}?_format=json").status == 200
