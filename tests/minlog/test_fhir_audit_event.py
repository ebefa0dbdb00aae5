"""The log through the API: who may see which entries, what a search gives, and that reading it is itself logged."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.actors import Actor
from access.vocabulary import ActingAs, Category, Purpose
from audit.models import Entry
from identity import tokens
from tests import factories
from tests.cast import Cast
from tests.minlog.conftest import Ask, found

pytestmark = pytest.mark.django_db


def logged(cast: Cast, who: str = "doctor", **given: Any) -> Entry:
    """An entry about the citizen, by one of the cast."""
    member = getattr(cast, who)
    entry = {
        "citizen_id": cast.citizen.person.pk,
        "professional_id": member.actor.professional_id,
        "actor_citizen_id": member.actor.citizen_id,
        "profession": member.actor.profession,
        "unit_id": member.actor.unit_id,
        "responsible_id": member.actor.responsible_id,
        "acting_as": member.actor.acting_as,
        "interaction": "read",
        "client_id": "epj-test",
        "request_id": "76d148b6",
    }
    return factories.log_entry(**{**entry, **given})


def ids(bundle: dict[str, Any]) -> set[str]:
    return {resource["id"] for resource in found(bundle)}


def about(cast: Cast) -> str:
    return f"AuditEvent?patient=Patient/{cast.citizen.person.pk}"


def parent_of(child: Any, **custody: Any) -> Actor:
    made = factories.custody(child=child, **custody)
    return Actor(
        ActingAs.PARENT, Purpose.OWN, factories.now(), citizen_id=made.parent_id, on_behalf_of=child.pk, client_id="t"
    )


@pytest.mark.law("log-access")
def test_citizen_sees_who_looked_and_who_was_refused(cast: Cast, ask: Ask) -> None:
    seen, refused = logged(cast), logged(cast, "stranger", outcome="refuse", reason="no_relation", rules=[])
    logged(cast, citizen_id=factories.citizen().pk)

    status, bundle = ask(cast.citizen.actor, about(cast))

    assert status == 200
    assert ids(bundle) == {str(seen.id), str(refused.id)}
    by_id = {resource["id"]: resource for resource in found(bundle)}
    assert (by_id[str(seen.id)]["outcome"], by_id[str(refused.id)]["outcome"]) == ("0", "4")
    assert "behandlingen kræver" in by_id[str(seen.id)]["outcomeDesc"]
    assert by_id[str(refused.id)]["outcomeDesc"].startswith("Opslaget blev afvist.")


def test_reading_the_log_is_logged_and_seen_at_the_next_reading(cast: Cast, ask: Ask) -> None:
    entry = logged(cast)

    ask(cast.citizen.actor, about(cast))
    _status, bundle = ask(cast.citizen.actor, about(cast))

    reading = Entry.objects.filter(resource_type="AuditEvent", citizen_id=cast.citizen.person.pk).earliest(
        "recorded_at"
    )
    assert reading.interaction == "search"
    assert reading.families == ["log"]
    assert reading.rules == ["own-log"]
    assert ids(bundle) == {str(entry.id), str(reading.id)}


@pytest.mark.law("log-access")
def test_doctor_sees_her_own_look_ups_and_her_assistants_and_no_others(cast: Cast, ask: Ask) -> None:
    own, assistants = logged(cast), logged(cast, "student")
    logged(cast, "hospital_nurse")

    _status, bundle = ask(cast.doctor.actor, about(cast))

    assert ids(bundle) == {str(own.id), str(assistants.id)}


@pytest.mark.parametrize("who", ["home_helper", "caseworker", "student", "clerk", "social_psychiatry_worker"])
def test_those_who_are_not_health_professionals_see_no_log(cast: Cast, ask: Ask, who: str) -> None:
    entry = logged(cast, who)

    status, bundle = ask(getattr(cast, who).actor, about(cast))
    refused, outcome = ask(getattr(cast, who).actor, f"AuditEvent/{entry.id}")

    assert (status, ids(bundle)) == (200, set())
    assert refused == 403
    assert {code["code"] for code in outcome["issue"][0]["details"]["coding"]} >= {"law_gate"}


@pytest.mark.parametrize("who", ["stranger", "hospital_nurse", "gp"])
def test_a_professional_may_not_see_anothers_look_up(cast: Cast, ask: Ask, who: str) -> None:
    entry = logged(cast)

    status, _outcome = ask(getattr(cast, who).actor, f"AuditEvent/{entry.id}")

    assert status == 403
    row = Entry.objects.filter(resource_type="AuditEvent", outcome="refuse").get()
    assert (row.reason, row.citizen_id) == ("law_gate", cast.citizen.person.pk)


def test_own_log_of_a_professional_does_not_tell_blocked_from_missing(cast: Cast, ask: Ask) -> None:
    goal = factories.disease_goal(citizen=cast.citizen.person, origin=cast.units.ward)
    actor = cast.blocked_doctor.actor
    ask(actor, f"Goal/{goal.pk}")
    ask(actor, f"Goal/{factories.log_entry().id}")

    _status, own = ask(actor, "AuditEvent")
    _status, of_her = ask(actor, about(cast))
    _status, hers = ask(cast.citizen.actor, f"{about(cast)}&outcome=4")

    assert (ids(own), ids(of_her)) == (set(), set())
    assert [event["outcomeDesc"] for event in found(hers)] == ["Opslaget blev afvist. Du har spærret for det."]


def test_own_log_does_not_tell_a_blocked_thing_by_a_refused_change(cast: Cast, ask: Ask, client: Any) -> None:
    goal = factories.disease_goal(citizen=cast.citizen.person, origin=cast.units.ward)
    actor = cast.blocked_doctor.actor
    body = {"resourceType": "Goal", "id": str(goal.pk), "lifecycleStatus": "active", "description": {"text": "x"}}
    body |= {"subject": {"reference": f"Patient/{cast.citizen.person.pk}"}}
    body["category"] = [{"coding": [{"code": "overall"}]}]
    answer = client.put(
        f"/fhir/Goal/{goal.pk}",
        body,
        content_type="application/fhir+json",
        headers={"Authorization": f"Bearer {tokens.issue(actor)[0]}", "If-Match": 'W/"1"'},
    )

    _status, own = ask(actor, "AuditEvent")

    assert answer.status_code == 404
    assert Entry.objects.get(interaction="update").reason == "blocked"
    assert ids(own) == set()


def test_look_ups_about_the_dead_are_out_of_the_professionals_sight(cast: Cast, ask: Ask) -> None:
    entry = logged(cast, citizen_id=factories.dead_citizen().pk)

    _status, bundle = ask(cast.doctor.actor, "AuditEvent")

    assert str(entry.id) not in ids(bundle)


@pytest.mark.law("power-of-attorney")
def test_proxy_sees_the_log_only_as_far_as_the_power_reaches(cast: Cast, ask: Ask) -> None:
    covered, beyond = logged(cast, families=["goal-sul"]), logged(cast, families=["goal-sul", "will-content"])
    lise = factories.citizen()
    factories.power_of_attorney(
        principal=cast.citizen.person, attorney=lise, families=[Category.LOG, Category.GOAL_SUL]
    )
    actor = cast.daughter.asking(citizen_id=lise.pk)

    status, bundle = ask(actor, about(cast))

    assert (status, ids(bundle)) == (200, {str(covered.id)})
    assert ask(actor, f"AuditEvent/{beyond.id}")[0] == 403


@pytest.mark.parametrize(
    ("power", "searching"),
    [
        ({"families": [Category.GOAL_SUL]}, 200),
        ({"revoked_at": factories.ago(days=1)}, 403),
        ({"end": factories.ago(days=1)}, 403),
    ],
)
def test_proxy_without_a_power_over_the_log_sees_none_of_it(
    cast: Cast, ask: Ask, power: dict[str, Any], searching: int
) -> None:
    entry = logged(cast)
    lise = factories.citizen()
    factories.power_of_attorney(principal=cast.citizen.person, attorney=lise, **power)
    actor = cast.daughter.asking(citizen_id=lise.pk)

    status, answer = ask(actor, about(cast))

    assert (status, found(answer)) == (searching, [])
    assert ask(actor, f"AuditEvent/{entry.id}")[0] == 403


@pytest.mark.law("custody")
def test_parent_sees_the_log_until_the_child_is_fifteen(cast: Cast, ask: Ask) -> None:
    child, young = factories.child(), factories.sixteen_year_old()
    entry, hidden = logged(cast, citizen_id=child.pk), logged(cast, citizen_id=young.pk)

    assert ask(parent_of(child), f"AuditEvent/{entry.id}")[0] == 200
    assert ask(parent_of(young), f"AuditEvent/{hidden.id}")[0] == 403
    assert ask(parent_of(child, end=factories.ago(days=1)), f"AuditEvent/{entry.id}")[0] == 403


def test_child_under_fifteen_does_not_see_her_own_log_and_a_young_person_does(cast: Cast, ask: Ask) -> None:
    for citizen, status in ((factories.child(), 403), (factories.sixteen_year_old(), 200)):
        entry = logged(cast, citizen_id=citizen.pk)
        actor = cast.citizen.asking(citizen_id=citizen.pk)

        assert ask(actor, f"AuditEvent/{entry.id}")[0] == status


@pytest.mark.law("guardianship")
def test_guardian_in_personal_matters_sees_the_log_and_one_of_money_does_not(cast: Cast, ask: Ask) -> None:
    entry = logged(cast)
    for make, status in ((factories.guardianship, 200), (factories.economic_guardianship, 403)):
        decree = make(ward=cast.citizen.person)
        actor = cast.daughter.asking(acting_as=ActingAs.GUARDIAN, citizen_id=decree.guardian_id)

        assert ask(actor, f"AuditEvent/{entry.id}")[0] == status


def test_a_stranger_does_not_learn_whose_log_there_is(cast: Cast, ask: Ask) -> None:
    stranger = cast.citizen.asking(citizen_id=factories.citizen().pk)
    entry = logged(cast)

    assert ask(stranger, about(cast))[0] == 403
    assert ask(stranger, f"AuditEvent?patient=Patient/{entry.id}")[0] == 403


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("&action=R", {"read", "vread"}),
        ("&action=E", {"search", "overview", "refused"}),
        ("&action=C,U", {"create", "update"}),
        ("&outcome=4", {"refused"}),
        ("&outcome=0&action=R", {"read", "vread"}),
        ("&date=lt{day}", set()),
        ("&date=ge{day}", {"read", "vread", "search", "overview", "create", "update", "refused"}),
        ("&_lastUpdated=ge{day}", {"read", "vread", "search", "overview", "create", "update", "refused"}),
        ("&agent=Practitioner/{doctor}", {"read", "vread", "search", "overview", "create", "update"}),
        ("&agent=Organization/{other}", {"refused"}),
        ("&_id={read}", {"read"}),
    ],
)
def test_search_parameters(cast: Cast, ask: Ask, query: str, expected: set[str]) -> None:
    names = ("read", "vread", "search", "overview", "create", "update")
    entries = {name: logged(cast, interaction=name) for name in names}
    entries["refused"] = logged(cast, "stranger", interaction="search", outcome="refuse", reason="no_relation")
    filled = query.format(
        day=(factories.now() - timedelta(days=2)).date().isoformat(),
        doctor=cast.doctor.person.pk,
        other=cast.units.other_ward.pk,
        read=entries["read"].id,
    )

    status, bundle = ask(cast.citizen.actor, about(cast) + filled)

    assert status == 200
    assert ids(bundle) == {str(entries[name].id) for name in expected}


@pytest.mark.parametrize(
    "query", ["&action=X", "&outcome=9", "&agent=Device/1", "&date=yesterday", "&entity=x", "&x=1"]
)
def test_wrong_parameters_are_refused(cast: Cast, ask: Ask, query: str) -> None:
    status, outcome = ask(cast.citizen.actor, about(cast) + query)

    assert status in (400, 422)
    assert outcome["resourceType"] == "OperationOutcome"


def test_pages_go_through_the_whole_log_newest_first(cast: Cast, ask: Ask) -> None:
    made = [logged(cast, recorded_at=factories.ago(hours=hours)) for hours in (5, 3, 4, 1, 2)]
    expected = [str(entry.id) for entry in sorted(made, key=lambda entry: entry.recorded_at, reverse=True)]

    path, pages = f"{about(cast)}&_count=2&date=lt{factories.ago(minutes=30):%Y-%m-%dT%H:%M:%SZ}", []
    while path:
        _status, bundle = ask(cast.citizen.actor, path)
        pages.append([resource["id"] for resource in found(bundle)])
        links = {link["relation"]: link["url"] for link in bundle["link"]}
        path = links.get("next", "").partition("/fhir/")[2]

    assert [key for page in pages for key in page] == expected
    assert [len(page) for page in pages] == [2, 2, 1]


def test_nothing_of_the_log_can_be_written(cast: Cast, ask: Ask, client: Any) -> None:
    header = {"Authorization": f"Bearer {tokens.issue(cast.citizen.actor)[0]}"}
    entry = logged(cast)
    for answer in (
        client.post("/fhir/AuditEvent", {}, content_type="application/fhir+json", headers=header),
        client.put(f"/fhir/AuditEvent/{entry.id}", {}, content_type="application/fhir+json", headers=header),
        client.delete(f"/fhir/AuditEvent/{entry.id}", headers=header),
        client.get(f"/fhir/AuditEvent/{entry.id}/_history", headers=header),
    ):
        assert answer.status_code == 405


def test_read_and_search_take_one_statement_each(cast: Cast, ask: Ask) -> None:
    entry = logged(cast)
    for path in (f"AuditEvent/{entry.id}", about(cast)):
        ask(cast.citizen.actor, path)
        with CaptureQueriesContext(connection) as statements:
            assert ask(cast.citizen.actor, path)[0] == 200

        assert len(statements) == 1


def test_explain_names_the_ground_of_the_log(cast: Cast, ask: Ask) -> None:
    entry = logged(cast)

    _status, told = ask(cast.citizen.actor, f"AuditEvent/{entry.id}/$explain-access")
    _status, refused = ask(cast.stranger.actor, f"AuditEvent/{entry.id}/$explain-access")

    assert "§ 193 b" in str(told)
    assert {"name": "reason", "valueCode": "law_gate"} in refused["parameter"]
