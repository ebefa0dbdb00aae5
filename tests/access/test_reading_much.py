"""Much at once: the history of a type, a compartment, and everything of a citizen; never more than by one and one."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from access.vocabulary import Category, Law
from access.writing import record
from audit.models import Entry
from careplans.fhir.condition import CONDITION
from goals.fhir import GOAL_SOURCE
from tests import factories
from tests.access.worlds_of_reading import Everything
from tests.cast import Cast, make_cast
from tests.rest import Answer, Rest


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def goal_of_versions(cast: Cast, *words: str, **given: Any) -> Any:
    """A goal whose words were these, one version after another."""
    made = factories.overall_goal(
        citizen=cast.citizen.person, **{"origin": cast.units.ward, "category": Category.GOAL_SUL, **given}
    )
    for number, text in enumerate(words, 1):
        type(made).objects.filter(pk=made.pk).update(words=text, version=number)
        record(
            cast.doctor.asking(moment=next(MOMENTS)),
            GOAL_SOURCE,
            [made.pk],
            "create" if number == 1 else "update",
            citizen_id=made.citizen_id,
        )
    return made


# Each version is written a minute after the one before.
MOMENTS = (factories.ago(days=1) + timedelta(minutes=number) for number in count())


def walked(ask: Rest, address: str) -> list[Answer]:
    """All pages."""
    found, link = [], address
    while link:
        found.append(ask.get(link))
        assert found[-1].status == 200, found[-1].body
        link = found[-1].next or ""
    return found


def words(answers: list[Answer]) -> list[str]:
    return [row["description"]["text"] for answer in answers for row in answer.rows]


def test_the_history_of_a_type_goes_over_all_things_of_the_citizen_newest_first(cast: Cast) -> None:
    goal_of_versions(cast, "gå", "gå hver dag")
    goal_of_versions(cast, "sove")
    ask, address = Rest(cast.doctor), f"Goal/_history?patient={cast.citizen.person.pk}"

    whole = ask.get(address)

    assert words([whole]) == ["sove", "gå hver dag", "gå"]
    assert [entry["request"]["method"] for entry in whole.body["entry"]] == ["POST", "PUT", "POST"]
    assert words(walked(ask, f"{address}&_count=2")) == words([whole])
    assert words(walked(ask, f"{address}&_since={whole.body['entry'][1]['response']['lastModified']}")) == [
        "sove",
        "gå hver dag",
    ]


def test_the_history_of_a_type_holds_each_version_to_the_law_it_stood_under(cast: Cast) -> None:
    """A goal that once was the municipality's of the social act is told to the doctor from when it was not."""
    moved = goal_of_versions(cast, "hjælp til bad", origin=cast.units.home_care, category=Category.GOAL_SOC)
    type(moved).objects.filter(pk=moved.pk).update(
        category=Category.GOAL_SUL, recorded_under=Law.HEALTH, origin=cast.units.ward, words="genoptræning", version=2
    )
    record(cast.doctor.actor, GOAL_SOURCE, [moved.pk], "update", citizen_id=moved.citizen_id)
    kept = goal_of_versions(cast, "rengøring", origin=cast.units.home_care, category=Category.GOAL_SOC)

    found = Rest(cast.doctor).get(f"Goal/_history?patient={cast.citizen.person.pk}")

    assert words([found]) == ["genoptræning"]
    entry = Entry.objects.get(interaction="history-type")
    assert (set(entry.resource_ids), entry.laws) == ({moved.pk}, ["health-act"])
    assert str(kept.pk) not in str(found.body)


@pytest.mark.parametrize("path", ["Goal/_history?patient={}", "Patient/{}/$everything", "Patient/{}/Goal"])
def test_a_stranger_is_refused_and_a_blocked_one_finds_nothing(cast: Cast, path: str) -> None:
    goal_of_versions(cast, "gå")
    address = path.format(cast.citizen.person.pk)

    refused, hidden = Rest(cast.stranger).get(address), Rest(cast.blocked_doctor).get(address)

    assert refused.status == 403
    assert (hidden.status, [row for row in hidden.rows if row["resourceType"] == "Goal"]) == (200, [])
    assert set(Entry.objects.values_list("outcome", flat=True)) == {"refuse", "permit"}


@pytest.mark.parametrize(
    ("address", "error"),
    [
        ("Goal/_history", "search-too-broad"),
        ("Goal/_history?patient={}&status=active", "unknown-parameter"),
        ("Goal/_history?patient={}&_since=yesterday", "bad-parameter"),
        ("Goal/_history?patient={}&_count=0", "bad-parameter"),
        ("Goal/_history?patient={}&_cursor=x", "bad-cursor"),
        ("Patient/{}/$everything?_type=Practitioner", "bad-parameter"),
        ("Patient/{}/$everything?start=2026-01-01", "unknown-parameter"),
        ("Patient/{}/$everything?_table=3", "unknown-parameter"),
        ("Patient/{}/Goal?colour=red", "unknown-parameter"),
    ],
)
def test_what_is_not_offered_is_refused(cast: Cast, address: str, error: str) -> None:
    answer = Rest(cast.doctor).get(address.format(cast.citizen.person.pk))

    assert (answer.status, answer.error) == (400, error)


def test_a_cursor_goes_on_with_its_own_search_only(cast: Cast) -> None:
    for _ in range(2):
        goal_of_versions(cast, "gå")
    ask, whose = Rest(cast.doctor), f"patient={cast.citizen.person.pk}&_count=1"
    cursors = [ask.get(f"{path}?{whose}").next for path in ("Goal", "Goal/_history")]
    foreign = [f"Condition?{(cursors[0] or '').partition('?')[2]}", f"Goal?{(cursors[1] or '').partition('?')[2]}"]

    assert [ask.get(address).error for address in foreign] == ["bad-cursor", "bad-cursor"]


def test_the_history_of_one_thing_has_pages_and_a_beginning(cast: Cast) -> None:
    goal = goal_of_versions(cast, "gå", "gå hver dag", "løbe")
    ask, address = Rest(cast.doctor), f"Goal/{goal.pk}/_history"

    answers = walked(ask, f"{address}?_count=2")

    assert words(answers) == ["løbe", "gå hver dag", "gå"]
    assert [answer.body["total"] for answer in answers] == [3, 3]
    since = ask.get(address).body["entry"][0]["response"]["lastModified"]
    assert words([ask.get(f"{address}?_since={since}")]) == ["løbe"]


def test_a_compartment_is_a_search_for_that_citizen(cast: Cast) -> None:
    mine = goal_of_versions(cast, "gå")
    other = factories.overall_goal(origin=cast.units.ward, category=Category.GOAL_SUL)
    factories.treatment_relation(citizen=other.citizen, origin=cast.units.ward)
    ask = Rest(cast.doctor)

    found = ask.get(f"Patient/{cast.citizen.person.pk}/Goal?lifecycle-status=active")

    assert found.ids == [str(mine.pk)]
    assert ask.get(f"Patient/{cast.citizen.person.pk}/Goal?patient={other.citizen_id}").rows == []
    assert ask.get(f"Patient/{cast.citizen.person.pk}/Practitioner").status == 404


def test_everything_is_what_one_sees_type_by_type_the_citizen_first(db: None) -> None:
    made = Everything()
    for _ in range(3):
        factories.diagnosis(citizen=made.cast.citizen.person, origin=made.cast.units.ward)
    factories.home_care_condition(citizen=made.cast.citizen.person, origin=made.cast.units.home_care)
    ask, path = Rest(made.cast.doctor), f"Patient/{made.cast.citizen.person.pk}/$everything"

    whole = ask.get(path)
    by_pages = walked(ask, f"{path}?_count=4")
    overview = ask.get(f"Patient/{made.cast.citizen.person.pk}/$overview")

    assert whole.rows[0]["resourceType"] == "Patient"
    assert [row for answer in by_pages for row in answer.rows] == whole.rows
    assert sorted(whole.ids) == sorted(overview.ids)
    logged = Entry.objects.filter(interaction="everything", outcome="permit").order_by("recorded_at", "id")
    assert [len(entry.resource_ids) for entry in logged] == [len(whole.rows), *(len(page.rows) for page in by_pages)]


def test_everything_can_be_narrowed_to_types_and_to_what_is_new(db: None) -> None:
    made = Everything()
    tove, ask = made.cast.citizen.person, Rest(made.cast.doctor)
    record(made.cast.doctor.actor, CONDITION.source, [made.things["Condition"].pk], "create", citizen_id=tove.pk)
    path = f"Patient/{tove.pk}/$everything"

    assert {row["resourceType"] for row in ask.get(f"{path}?_type=Goal,Condition").rows} == {"Goal", "Condition"}
    assert {row["resourceType"] for row in ask.get(f"{path}?_type=Provenance").rows} == {"Provenance"}
    assert ask.get(f"{path}?_since=2999-01-01T00:00:00Z").rows == []
