"""What a condition and a treatment relation are linked to: told to who may see it, and opening nothing."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.vocabulary import Law
from audit.models import Entry
from careplans.models import Condition, RelationElement
from organisations.models import TreatmentRelation
from tests import factories
from tests.access.test_including import brought, named
from tests.cast import Cast, make_cast
from tests.rest import Rest, written

pytestmark = pytest.mark.django_db

WHO = ("doctor", "gp", "municipal_nurse", "home_helper", "caseworker", "stranger", "blocked_doctor", "citizen")


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def to(kind: str, thing: Any) -> dict[str, str]:
    return {"reference": f"{kind}/{thing.pk}"}


def relation_at(cast: Cast, unit: Any) -> TreatmentRelation:
    return TreatmentRelation.objects.get(citizen=cast.citizen.person, origin=unit)


def visits(cast: Cast) -> tuple[Any, Any]:
    """A visit of nursing, under the health act, and one of home care, which no doctor is told of."""
    tove, units = cast.citizen.person, cast.units
    nursing = factories.contact(citizen=tove, origin=units.nursing)
    return nursing, factories.contact(citizen=tove, origin=units.home_care, recorded_under=Law.SERVICE)


def diagnosis(cast: Cast, **more: Any) -> dict[str, Any]:
    code = {"coding": [{"system": "urn:oid:1.2.208.176.2.4.12", "code": "DJ449"}]}
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    subject = to("Patient", cast.citizen.person)
    return {"resourceType": "Condition", "code": code, "clinicalStatus": active, "subject": subject, **more}


def test_where_a_condition_was_found_is_told_to_who_sees_the_contact(cast: Cast) -> None:
    nursing, home = visits(cast)
    tove = cast.citizen.person
    told = factories.diagnosis(citizen=tove, origin=cast.units.ward, contact=nursing)
    kept = factories.diagnosis(citizen=tove, origin=cast.units.ward, contact=home)
    doctor, citizen = Rest(cast.doctor), Rest(cast.citizen)

    assert doctor.get(f"Condition/{told.pk}").body["encounter"] == to("Encounter", nursing)
    assert "encounter" not in doctor.get(f"Condition/{kept.pk}").body
    assert citizen.get(f"Condition/{kept.pk}").body["encounter"] == to("Encounter", home)
    for contact, found in ((nursing, [str(told.pk)]), (home, [])):
        assert doctor.get(f"Condition?patient={tove.pk}&encounter=Encounter/{contact.pk}").ids == found
    both = doctor.get(f"Condition?patient={tove.pk}&_include=Condition:encounter")
    assert {("Encounter", str(nursing.pk))} == brought(both)
    back = doctor.get(f"Encounter?patient={tove.pk}&_revinclude=Condition:encounter")
    assert (str(home.pk) in back.ids, brought(back)) == (False, named(told))


def test_a_contact_of_a_condition_is_written_changed_and_kept_in_its_history(cast: Cast) -> None:
    nursing, home = visits(cast)
    doctor = Rest(cast.doctor)

    made = doctor.post("Condition", diagnosis(cast, encounter=to("Encounter", nursing)))
    without = doctor.put({name: value for name, value in made.body.items() if name != "encounter"})
    again = doctor.patch(
        f"Condition/{made.body['id']}", [{"op": "add", "path": "/encounter", "value": to("Encounter", nursing)}]
    )

    assert (made.status, made.body["encounter"]) == (201, to("Encounter", nursing))
    assert "encounter" not in without.body
    assert again.body["encounter"] == to("Encounter", nursing)
    first = doctor.get(f"Condition/{made.body['id']}/_history/1")
    assert first.body["encounter"] == to("Encounter", nursing)
    # What she does not see, she neither takes away nor learns of by any version.
    Condition.objects.filter(pk=made.body["id"]).update(contact=home)
    kept = doctor.put({**without.body, "onsetDateTime": "2026-01-02"}, 3)
    assert (kept.status, "encounter" in kept.body) == (200, False)
    assert Condition.objects.get(pk=made.body["id"]).contact == home
    history = doctor.get(f"Condition/{made.body['id']}/_history")
    assert not any("encounter" in row for row in history.rows)


def test_a_condition_points_to_no_contact_that_its_writer_does_not_see(cast: Cast) -> None:
    _nursing, home = visits(cast)
    before = (*written(), Condition.objects.count())
    answers = [
        Rest(cast.doctor).post("Condition", diagnosis(cast, encounter=given))
        for given in (
            to("Encounter", home),
            to("Encounter", factories.contact()),
            {"reference": f"Encounter/{cast.citizen.person.pk}"},
            to("Patient", cast.citizen.person),
            {"reference": "Encounter/x"},
        )
    ]

    assert {(answer.status, answer.error) for answer in answers} == {(422, "dangling-reference")}
    assert len({str(answer.body["issue"]) for answer in answers[:3]}) == 1
    assert (*written(), Condition.objects.count()) == before


def linked(cast: Cast, unit: Any) -> tuple[TreatmentRelation, list[Any], list[Any]]:
    """A relation with a team and a diagnosis of the health act, and a team and a condition of home care."""
    tove, units, relation = cast.citizen.person, cast.units, relation_at(cast, unit)
    health = [factories.care_team(citizen=tove, origin=units.ward), factories.diagnosis(citizen=tove)]
    social = [
        factories.care_team(citizen=tove, origin=units.home_care, recorded_under=Law.SERVICE),
        factories.home_care_condition(citizen=tove, origin=units.home_care),
    ]
    for team, condition in (health, social):
        factories.relation_element(relation=relation, team=team)
        factories.relation_element(relation=relation, condition=condition)
    return relation, health, social


@pytest.mark.parametrize(("who", "unit"), [("doctor", "ward"), ("home_helper", "home_care")])
def test_a_relation_tells_each_of_the_teams_and_conditions_she_sees(cast: Cast, who: str, unit: str) -> None:
    relation, *sides = linked(cast, getattr(cast.units, unit))
    shown, kept = sides if who == "doctor" else sides[::-1]
    ask, tove = Rest(getattr(cast, who)), cast.citizen.person
    search = f"EpisodeOfCare?patient={tove.pk}"

    found = ask.get(f"EpisodeOfCare/{relation.pk}").body

    assert found["team"] == [to("CareTeam", shown[0])]
    assert found["diagnosis"] == [{"condition": to("Condition", shown[1])}]
    for team, condition in sides:
        hit = [str(relation.pk)] if team is shown[0] else []
        assert ask.get(f"{search}&team=CareTeam/{team.pk}").ids == hit
        assert ask.get(f"{search}&condition={condition.pk}").ids == hit
    along = ask.get(f"{search}&_include=EpisodeOfCare:team&_include=EpisodeOfCare:condition")
    assert brought(along) == {("CareTeam", str(shown[0].pk)), ("Condition", str(shown[1].pk))}
    whole = [ask.get(f"Patient/{tove.pk}/{name}").body for name in ("$everything", "$overview")]
    for told in (found, along.body, *whole):
        assert str(shown[1].pk) in str(told)
        assert not [thing for thing in kept if str(thing.pk) in str(told)]
    for kind, name in (("CareTeam", "team"), ("Condition", "condition")):
        back = ask.get(f"{kind}?patient={tove.pk}&_revinclude=EpisodeOfCare:{name}")
        assert brought(back) == {("EpisodeOfCare", str(relation.pk))}
    looks = Entry.objects.filter(resource_type="EpisodeOfCare", outcome="permit", resource_ids=[relation.pk])
    assert {"read", "search"} <= set(looks.values_list("interaction", flat=True))


def test_what_a_relation_is_linked_to_opens_nothing_to_anybody(cast: Cast) -> None:
    tove = cast.citizen.person
    things = [
        factories.diagnosis(citizen=tove, origin=cast.units.psychiatric_ward),
        factories.home_care_condition(citizen=tove, origin=cast.units.home_care),
    ]

    def seen() -> list[list[int]]:
        return [[Rest(getattr(cast, who)).get(f"Condition/{one.pk}").status for one in things] for who in WHO]

    before = seen()
    for relation in TreatmentRelation.objects.filter(citizen=tove):
        for thing in things:
            factories.relation_element(relation=relation, condition=thing)

    assert seen() == before
    assert {status for statuses in before for status in statuses} == {200, 403, 404}


def test_a_relation_gets_other_teams_and_diagnoses_and_keeps_those_that_are_not_seen(cast: Cast) -> None:
    relation, (team, condition), (hidden, _other) = linked(cast, cast.units.ward)
    doctor, address = Rest(cast.doctor), f"EpisodeOfCare/{relation.pk}"
    more = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.ward)
    factories.treatment_relation(citizen=cast.citizen.person, origin=cast.units.ward)  # goes on when that one ends

    added = doctor.patch(
        address, [{"op": "add", "path": "/diagnosis/-", "value": {"condition": to("Condition", more)}}]
    )
    first = doctor.put({**added.body, "diagnosis": added.body["diagnosis"][::-1], "team": []}, 2)
    same = doctor.put(first.body, 3)
    ended = doctor.put({**first.body, "status": "finished"}, 3)

    both = [{"condition": to("Condition", one)} for one in (condition, more)]
    assert (added.body["diagnosis"], first.body["diagnosis"]) == (both, both[::-1])
    assert (first.status, first.body["status"], "team" in first.body) == (200, "active", False)
    assert (same.status, same.rule) == (422, "relation-claim-only")  # it says that it is verified, and nothing else
    assert (ended.status, ended.body["status"], ended.body["diagnosis"]) == (200, "finished", first.body["diagnosis"])
    assert RelationElement.objects.filter(relation=relation, team=hidden).exists()
    assert not RelationElement.objects.filter(relation=relation, team=team).exists()
    again = doctor.put({**ended.body, "diagnosis": []}, 4)
    assert (again.status, again.rule) == (422, "relation-ended-only")
    history = Rest(cast.doctor).get(f"{address}/_history")
    assert len(history.rows) == 3
    assert str(hidden.pk) not in str(history.body)


@pytest.mark.parametrize(
    ("who", "changes", "status", "error"),
    [
        ("doctor", "hidden", 422, "dangling-reference"),
        ("doctor", "another's", 422, "dangling-reference"),
        ("doctor", "ends otherwise", 422, "rule-broken"),
        ("doctor", "another unit", 422, "rule-broken"),
        ("gp", "seen", 403, "forbidden"),
        ("home_helper", "seen", 403, "forbidden"),
        ("citizen", "seen", 403, "forbidden"),
    ],
)
def test_nothing_else_is_linked_and_by_nobody_else(cast: Cast, who: str, changes: str, status: int, error: str) -> None:
    relation = relation_at(cast, cast.units.ward)
    tove = cast.citizen.person
    things = {
        "hidden": factories.home_care_condition(citizen=tove, origin=cast.units.home_care),
        "another's": factories.diagnosis(),
    }
    thing = things.get(changes) or factories.diagnosis(citizen=tove, origin=cast.units.ward)
    given: dict[str, Any] = {"diagnosis": [{"condition": to("Condition", thing)}]}
    given |= {"period": {"end": "2150-01-01"}} if changes == "ends otherwise" else {}
    given |= {"managingOrganization": to("Organization", cast.units.practice)} if changes == "another unit" else {}
    told = Rest(cast.citizen).get(f"EpisodeOfCare/{relation.pk}").body
    before = written()[0]

    answer = Rest(getattr(cast, who)).put({**told, **given})

    assert (answer.status, answer.error) == (status, error)
    assert (written()[0], RelationElement.objects.count()) == (before, 0)


def test_who_claims_a_relation_says_what_it_is_about(cast: Cast) -> None:
    tove = cast.citizen.person
    copd = factories.diagnosis(citizen=tove, origin=cast.units.practice)
    team = factories.care_team(citizen=tove, origin=cast.units.ward)
    social = factories.home_care_condition(citizen=tove, origin=cast.units.home_care)
    body = {"resourceType": "EpisodeOfCare", "status": "active", "patient": to("Patient", tove)}
    ask = Rest(cast.stranger)

    refused = ask.post("EpisodeOfCare", {**body, "diagnosis": [{"condition": to("Condition", social)}]})
    stands = TreatmentRelation.objects.filter(professional=cast.stranger.person).exists()
    made = ask.post(
        "EpisodeOfCare", {**body, "diagnosis": [{"condition": to("Condition", copd)}], "team": [to("CareTeam", team)]}
    )

    assert (refused.status, refused.error, stands) == (422, "dangling-reference", False)
    assert (made.status, made.body["team"]) == (201, [to("CareTeam", team)])
    assert Rest(cast.citizen).get(f"EpisodeOfCare/{made.body['id']}").body == made.body


def test_links_are_followed_backwards_for_a_statement_however_many_rows(cast: Cast) -> None:
    tove, ward, care = cast.citizen.person, cast.units.ward, cast.units.home_care
    doctor = Rest(cast.doctor)
    address = f"Condition?patient={tove.pk}&_revinclude=CarePlan:condition&_revinclude=Goal:addresses"

    def more() -> tuple[Any, Any]:
        condition = factories.diagnosis(citizen=tove, origin=ward)
        plan = factories.active_care_plan(citizen=tove, origin=ward)
        factories.plan_element(plan, condition)
        goal = factories.overall_goal(citizen=tove, origin=ward)
        goal.addresses.create(condition=condition)
        return plan, goal

    def statements() -> int:
        doctor.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert doctor.get(address).status == 200
        return len(queries)

    made = more()
    hidden = factories.plan_element(
        factories.municipal_plan(citizen=tove, origin=care, recorded_under=Law.SERVICE),
        factories.home_care_condition(citizen=tove, origin=care),
    )
    first = statements()
    found = brought(doctor.get(address))
    made += more() + more()

    assert found == named(*made[:2])
    assert statements() == first
    assert brought(doctor.get(address)) == named(*made)
    assert str(hidden.plan_id) not in str(doctor.get(address).body)
