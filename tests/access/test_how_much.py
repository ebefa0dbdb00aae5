"""How an answer is told: parts of it, a summary, nothing new, its head alone, packed, and as which kind of JSON."""

import gzip
from typing import Any

import orjson
import pytest
from django.test import Client

from access.vocabulary import Category
from audit.models import Entry
from fhir import elements
from fhir.registry import all_resources
from tests import factories
from tests.access.worlds_of_reading import Everything
from tests.cast import Cast, make_cast
from tests.conformance import get_fhir_model_class
from tests.rest import Rest


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def goal(cast: Cast) -> Any:
    return factories.overall_goal(
        citizen=cast.citizen.person, origin=cast.units.ward, category=Category.GOAL_SUL, words="Gå en tur"
    )


def asked(cast: Cast, path: str, method: str = "GET", **headers: str) -> Any:
    """Ask as the doctor, with these headers."""
    return Client().generic(method, f"/fhir/{path}", headers={**Rest(cast.doctor).headers, **headers})


def test_only_what_was_asked_for_is_told_and_what_it_cannot_be_without(cast: Cast, goal: Any) -> None:
    ask = Rest(cast.doctor)

    by_search = ask.get(f"Goal?patient={cast.citizen.person.pk}&_elements=category,resourceType").rows[0]
    by_read = ask.get(f"Goal/{goal.pk}?_elements=category").body

    assert by_search == by_read
    assert set(by_read) == {
        *("resourceType", "id", "meta", "category"),
        *("lifecycleStatus", "description", "subject"),
    }
    assert by_read["meta"]["tag"] == [elements.SUBSETTED]
    assert by_read["meta"]["security"]


def test_a_part_is_no_base_for_an_update(cast: Cast, goal: Any) -> None:
    ask = Rest(cast.doctor)
    part = ask.get(f"Goal/{goal.pk}?_elements=category").body

    answer = ask.put(part)

    assert (answer.status, answer.error) == (422, "reduced-copy")
    assert type(goal).objects.get(pk=goal.pk).version == 1


@pytest.mark.parametrize(
    ("wish", "is_whole"), [("true", False), ("false", True), ("data", True)], ids=["true", "false", "data"]
)
def test_a_summary_leaves_out_what_is_in_no_summary(cast: Cast, goal: Any, wish: str, is_whole: bool) -> None:
    found = Rest(cast.doctor).get(f"Goal?patient={cast.citizen.person.pk}&_summary={wish}").rows[0]

    assert ("extension" in found) == is_whole
    assert (elements.SUBSETTED in found["meta"].get("tag", [])) != is_whole


@pytest.mark.parametrize(
    "wish",
    ["_summary=text", "_summary=maybe", "_elements=a.b", "_elements=", "_summary=true&_elements=category"],
)
def test_a_wish_for_a_part_that_is_not_understood_is_refused(cast: Cast, goal: Any, wish: str) -> None:
    ask = Rest(cast.doctor)

    assert ask.get(f"Goal?patient={cast.citizen.person.pk}&{wish}").error == "bad-parameter"
    assert ask.get(f"Goal/{goal.pk}?{wish}").error == "bad-parameter"


def test_a_read_knows_no_other_parameters(cast: Cast, goal: Any) -> None:
    assert Rest(cast.doctor).get(f"Goal/{goal.pk}?_count=1").error == "unknown-parameter"


@pytest.mark.django_db
def test_every_type_can_be_told_in_summary_and_stays_what_it_is() -> None:
    made = Everything()
    ask = Rest(made.cast.doctor)

    for entry in (each for each in all_resources() if "search-type" in each.interactions):
        found = ask.get(f"{entry.type}?{made.asked(entry)}&_summary=true")  # held against FHIR by the client
        assert found.status == 200, entry.type
        assert all(elements.SUBSETTED in row["meta"]["tag"] for row in found.rows), entry.type


def test_what_stays_is_what_fhir_asks_for() -> None:
    for entry in all_resources():
        model = get_fhir_model_class(entry.type)
        needed = {
            field.alias or name
            for name, field in model.model_fields.items()
            if field.is_required() or (field.json_schema_extra or {}).get("element_required")
        }
        summary = {*model.summary_elements_sequence()} | elements.KEPT[entry.type]
        assert needed <= elements.KEPT[entry.type], entry.type
        assert elements.SUMMARY[entry.type] <= summary, entry.type


def test_who_has_the_version_is_told_that_there_is_no_newer_and_it_is_logged(cast: Cast, goal: Any) -> None:
    first = asked(cast, f"Goal/{goal.pk}")

    again = asked(cast, f"Goal/{goal.pk}", **{"If-None-Match": first["ETag"]})
    since = asked(cast, f"Goal/{goal.pk}", **{"If-Modified-Since": first["Last-Modified"]})
    other = asked(cast, f"Goal/{goal.pk}", **{"If-None-Match": 'W/"7"'})

    assert [one.status_code for one in (first, again, since, other)] == [200, 304, 304, 200]
    assert (again.content, again["ETag"]) == (b"", first["ETag"])
    assert Entry.objects.filter(interaction="read", outcome="permit").count() == 4


def test_who_may_not_see_it_is_not_told_whether_it_has_changed(cast: Cast, goal: Any) -> None:
    headers = {**Rest(cast.stranger).headers, "If-None-Match": 'W/"1"'}

    assert Client().get(f"/fhir/Goal/{goal.pk}", headers=headers).status_code == 403


@pytest.mark.parametrize("path", ["metadata", "Goal/{goal}", "Goal?patient={tove}", "Goal/{goal}/_history"])
def test_the_head_of_an_answer_can_be_asked_for_alone(cast: Cast, goal: Any, path: str) -> None:
    address = path.format(goal=goal.pk, tove=cast.citizen.person.pk)

    head, whole = asked(cast, address, "HEAD"), asked(cast, address)

    assert (head.status_code, head.content) == (200, b"")
    assert head.get("ETag") == whole.get("ETag")


def test_an_answer_is_packed_for_who_can_unpack_it(cast: Cast, goal: Any) -> None:
    path = f"Goal?patient={cast.citizen.person.pk}"
    packed = Client().get(f"/fhir/{path}", headers={**Rest(cast.doctor).headers, "Accept-Encoding": "gzip"})

    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert orjson.loads(gzip.decompress(packed.content))["entry"][0]["resource"]["id"] == str(goal.pk)
    assert "Content-Encoding" not in asked(cast, path)


@pytest.mark.parametrize(
    ("accept", "path", "status", "told"),
    [
        ("application/fhir+json", "", 200, "application/fhir+json"),
        ("application/json", "", 200, "application/json"),
        ("application/fhir+json, */*; q=0.1", "", 200, "application/fhir+json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "", 200, "application/fhir+json"),
        ("application/fhir+xml", "", 406, "application/fhir+json"),
        ("*/*", "?_format=json", 200, "application/fhir+json"),
        ("*/*", "?_format=application/fhir+json", 200, "application/fhir+json"),
        ("*/*", "?_format=xml", 406, "application/fhir+json"),
        ("application/fhir+xml", "?_format=application/json", 200, "application/json"),
    ],
)
def test_json_is_named_as_it_was_asked_for(
    cast: Cast, goal: Any, accept: str, path: str, status: int, told: str
) -> None:
    answer = asked(cast, f"Goal/{goal.pk}{path}", Accept=accept)

    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (status, told)
