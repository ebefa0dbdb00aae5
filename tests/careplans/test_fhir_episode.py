"""EpisodeOfCare: treatment relations, who sees them, who may claim one, and that people only end them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from access.vocabulary import Category, Law
from organisations.models import TreatmentRelation
from tests import factories
from tests.careplans.asking import Asker, written
from tests.careplans.test_fhir_careplan_write import law_of, to
from tests.cast import Cast

pytestmark = pytest.mark.django_db

BASIS = "https://patientoverblik.dk/fhir/CodeSystem/relation-basis"
AREAS = "http://fhir.kl.dk/term/CodeSystem/CareSocialCodes"


def basis(code: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": BASIS, "code": code}]}]


def body(cast: Cast, **more: Any) -> dict[str, Any]:
    return {"resourceType": "EpisodeOfCare", "status": "active", "patient": to("Patient", cast.citizen.person), **more}


def extension(told: dict[str, Any], name: str) -> Any:
    """The value of one of our extensions."""
    return next(
        (
            value
            for item in told["extension"]
            if item["url"].endswith(name)
            for key, value in item.items()
            if key != "url"
        ),
        None,
    )


def relation_at(cast: Cast, unit: Any) -> TreatmentRelation:
    return TreatmentRelation.objects.get(citizen=cast.citizen.person, origin=unit)


def test_a_relation_is_shown_with_what_shows_it(cast: Cast, ask: Any) -> None:
    row = relation_at(cast, cast.units.nursing)

    answer = ask.doctor.get(f"EpisodeOfCare/{row.pk}")

    told = answer.body
    assert answer.statements <= 2
    assert told["status"] == "active"
    assert told["statusHistory"] == [{"status": "active", "period": told["period"]}]
    assert [item["coding"][0]["code"] for item in told["type"]] == [
        "sul138-grant",
        "490ab7be-ddb1-4a54-baf1-009fe6e8a83b",
    ]
    assert told["managingOrganization"] == to("Organization", cast.units.nursing)
    assert extension(told, "relation-status") == "verified"
    assert "careManager" not in told


@pytest.mark.parametrize(
    ("status", "more", "told"),
    [
        ("claimed", {"basis": "self-claimed"}, "active"),
        ("verified", {}, "active"),
        ("refuted", {}, "cancelled"),
        ("ended", {"end": "2026-11-01T08:00Z", "start": "2026-10-01T08:00Z"}, "finished"),
    ],
)
def test_every_status_has_a_word_of_fhir(cast: Cast, ask: Any, status: str, more: dict[str, Any], told: str) -> None:
    row = factories.treatment_relation(
        citizen=cast.citizen.person,
        origin=cast.units.psychiatric_ward,
        status=status,
        follow_up_by=factories.ahead(days=3) if status == "claimed" else None,
        **more,
    )

    found = ask.citizen.get(f"EpisodeOfCare/{row.pk}").body

    assert (found["status"], extension(found, "relation-status")) == (told, status)
    assert (extension(found, "relation-follow-up-by") is not None) is (status == "claimed")
    assert str(row.pk) in ask.citizen.get(f"EpisodeOfCare?patient={row.citizen_id}&status={told}").ids


@pytest.mark.parametrize(
    ("who", "hospital", "home_care"),
    [
        ("doctor", 200, 403),
        ("gp", 200, 403),
        ("home_helper", 403, 200),
        ("caseworker", 403, 403),  # of another department than home care
        ("citizen", 200, 200),
        ("daughter", 200, 200),
        ("stranger", 403, 403),
        ("blocked_doctor", 404, 403),
    ],
)
def test_each_sees_the_relations_of_her_side(cast: Cast, ask: Any, who: str, hospital: int, home_care: int) -> None:
    rows = [relation_at(cast, unit) for unit in (cast.units.ward, cast.units.home_care)]

    answers = [getattr(ask, who).get(f"EpisodeOfCare/{row.pk}") for row in rows]

    assert [answer.status for answer in answers] == [hospital, home_care]
    assert all(answer.statements <= (2 if answer.status == 200 else 7) for answer in answers)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("organization=Organization/{ward}", {"ward"}),
        ("organization=Organization/{ward},Organization/{practice}&status=active", {"ward", "practice"}),
        ("status=http://hl7.org/fhir/episode-of-care-status|finished", {"ended"}),
        ("status=planned", set()),
        ("type=assigned-gp", {"practice"}),
        (f"type={BASIS}|sul138-grant", {"nursing"}),
        (f"type={AREAS}|490ab7be-ddb1-4a54-baf1-009fe6e8a83b", {"nursing"}),
        ("care-manager=Practitioner/{doctor}", {"ended"}),
        ("date=lt2021-01-01", {"ended"}),
        ("_id={ended}", {"ended"}),
    ],
)
def test_a_search_finds_what_was_asked_for(cast: Cast, ask: Any, query: str, found: set[str]) -> None:
    units = cast.units
    rows = {name: relation_at(cast, getattr(units, name)) for name in ("ward", "practice", "nursing")}
    rows["ended"] = factories.ended_relation(
        citizen=cast.citizen.person,
        origin=units.psychiatric_ward,
        professional=cast.doctor.person,
        start="2020-01-01T08:00Z",
        end="2020-02-01T08:00Z",
    )
    names = {"ward": units.ward.pk, "practice": units.practice.pk, "doctor": cast.doctor.person.pk}

    wanted = query.format(**names, ended=rows["ended"].pk)
    answer = ask.doctor.get(f"EpisodeOfCare?patient={cast.citizen.person.pk}&{wanted}")

    assert answer.ids == {str(rows[name].pk) for name in found}
    assert answer.statements <= (2 if found else 4)


def test_pages_go_by_date(cast: Cast, ask: Any) -> None:
    seen: list[str] = []
    address = f"EpisodeOfCare?patient={cast.citizen.person.pk}&_count=3&_sort=date"
    while address:
        page = ask.citizen.get(address)
        seen += [found["id"] for found in page.resources]
        address = page.next

    assert len(seen) == len(set(seen)) == TreatmentRelation.objects.filter(citizen=cast.citizen.person).count()


def test_a_doctor_without_relation_claims_one_and_is_let_in(cast: Cast, ask: Any) -> None:
    copd = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)
    assert ask.stranger.get(f"Condition/{copd.pk}").status == 403

    answer = ask.stranger.post("EpisodeOfCare", body(cast, type=basis("self-claimed")))

    row = TreatmentRelation.objects.get(pk=answer.body["id"])
    assert answer.status == 201
    assert answer.statements <= 5
    assert (row.status, row.basis, row.evidence_source) == ("claimed", "self-claimed", "manual")
    assert (row.category, row.recorded_under) == (Category.PLAN_SUL, Law.HEALTH)
    assert (row.origin, row.professional) == (cast.units.other_ward, cast.stranger.person)
    assert timedelta(days=13, hours=23) < row.follow_up_by - factories.now() <= timedelta(days=14)
    assert datetime.fromisoformat(extension(answer.body, "relation-follow-up-by")) <= row.follow_up_by
    assert answer.body["careManager"] == to("Practitioner", cast.stranger.person)
    assert ask.stranger.get(f"Condition/{copd.pk}").status == 200
    assert ask.citizen.get(f"EpisodeOfCare/{row.pk}").body == answer.body


def test_a_claim_lets_in_nobody_else_and_no_longer_than_its_follow_up(cast: Cast, ask: Any) -> None:
    copd = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)
    ask.stranger.post("EpisodeOfCare", body(cast))
    colleague = factories.nurse()

    other = Asker(cast.stranger.asking(professional_id=colleague.pk))

    assert other.get(f"Condition/{copd.pk}").status == 403
    TreatmentRelation.objects.filter(professional=cast.stranger.person).update(follow_up_by=factories.ago(hours=1))
    assert ask.stranger.get(f"Condition/{copd.pk}").status == 403


def test_a_claim_opens_no_block(cast: Cast, ask: Any) -> None:
    copd = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)

    assert ask.blocked_doctor.post("EpisodeOfCare", body(cast)).status == 201
    assert ask.blocked_doctor.get(f"Condition/{copd.pk}").status == 404


def test_a_second_claim_waits_for_the_first(cast: Cast, ask: Any) -> None:
    ask.stranger.post("EpisodeOfCare", body(cast))
    before = written()

    again = ask.stranger.post("EpisodeOfCare", body(cast))

    assert (again.status, again.code) == (409, "already-exists")
    assert written() == before
    TreatmentRelation.objects.filter(professional=cast.stranger.person).update(follow_up_by=factories.ago(hours=1))
    assert ask.stranger.post("EpisodeOfCare", body(cast)).status == 201


def about(condition: dict[str, str]) -> dict[str, Any]:
    return {"diagnosis": [{"condition": condition}]}


BACKWARDS = {"start": "2026-02-01", "end": "2026-01-01"}
REFUSED: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "home helper": ("home_helper", {}, 403, "forbidden"),
    "caseworker": ("caseworker", {}, 403, "forbidden"),
    "assistant": ("delegated_home_helper", {}, 403, "forbidden"),
    "clerk": ("clerk", {}, 403, "forbidden"),
    "student": ("student", {}, 403, "forbidden"),
    "citizen": ("citizen", {}, 403, "forbidden"),
    "daughter": ("daughter", {}, 403, "forbidden"),
    "unknown citizen": ("stranger", {"patient": to("Patient", uuid4())}, 403, "forbidden"),
    "admission by hand": ("stranger", {"type": basis("admission")}, 422, "rule-broken"),
    "grant by hand": ("home_helper", {"type": basis("care-grant")}, 422, "rule-broken"),
    "unknown evidence": ("stranger", {"type": basis("rumour")}, 422, "unknown-code"),
    "two kinds of evidence": ("stranger", {"type": basis("admission") + basis("referral")}, 422, "rule-broken"),
    "begins finished": ("stranger", {"status": "finished"}, 422, "rule-broken"),
    "planned": ("stranger", {"status": "planned"}, 422, "unknown-code"),
    "another unit": ("stranger", {"managingOrganization": to("Organization", uuid4())}, 422, "rule-broken"),
    "for another": ("stranger", {"careManager": to("Practitioner", uuid4())}, 422, "rule-broken"),
    "ends before it starts": ("stranger", {"period": BACKWARDS}, 422, "relation-period"),
    "under service law": ("stranger", {"extension": law_of("service-act")}, 422, "rule-broken"),
    "unknown team": ("stranger", {"team": [to("CareTeam", uuid4())]}, 422, "dangling-reference"),
    "unknown diagnosis": (
        "stranger",
        {"diagnosis": [{"condition": to("Condition", uuid4())}]},
        422,
        "dangling-reference",
    ),
    "diagnosis without one": ("stranger", {"diagnosis": [{"rank": 1}]}, 400, "wrong-shape"),
}


@pytest.mark.parametrize(("who", "changes", "status", "code"), REFUSED.values(), ids=REFUSED)
def test_what_may_not_be_claimed_is_refused_and_nothing_is_written(
    cast: Cast, ask: Any, who: str, changes: dict[str, Any], status: int, code: str
) -> None:
    before = (*written(), TreatmentRelation.objects.count())

    answer = getattr(ask, who).post("EpisodeOfCare", body(cast, **changes))

    assert (answer.status, answer.code) == (status, code)
    assert (*written(), TreatmentRelation.objects.count()) == before


def test_nobody_claims_a_relation_to_the_dead(cast: Cast, ask: Any) -> None:
    dead = factories.dead_citizen()

    answer = ask.stranger.post("EpisodeOfCare", body(cast, patient=to("Patient", dead)))

    assert (answer.status, answer.reason) == (403, "no_relation")


def test_a_relation_is_ended_by_its_unit_and_lets_in_no_more(cast: Cast, ask: Any) -> None:
    copd = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.practice)
    made = ask.stranger.post("EpisodeOfCare", body(cast)).body

    answer = ask.stranger.put({**made, "status": "finished"})

    row = TreatmentRelation.objects.get(pk=made["id"])
    assert (answer.status, answer.body["status"], row.status) == (200, "finished", "ended")
    assert answer.statements <= 6  # one for what is linked, which is nothing
    assert answer.body["period"]["end"]
    assert ask.stranger.get(f"Condition/{copd.pk}").status == 403
    history = ask.citizen.get(f"EpisodeOfCare/{row.pk}/_history")
    assert [found["status"] for found in history.resources] == ["finished", "active"]
    assert "end" not in ask.citizen.get(f"EpisodeOfCare/{row.pk}/_history/1").body["period"]


@pytest.mark.parametrize(
    ("who", "version", "changes", "status", "code"),
    [
        ("doctor", None, {"meta": {}}, 400, "missing-if-match"),
        ("doctor", 2, {}, 412, "version-conflict"),
        ("gp", 1, {}, 403, "forbidden"),
        ("home_helper", 1, {}, 403, "forbidden"),
        ("stranger", 1, {}, 403, "forbidden"),
        ("citizen", 1, {}, 403, "forbidden"),
        ("doctor", 1, {"status": "active"}, 422, "rule-broken"),
        ("doctor", 1, {"type": basis("referral")}, 422, "rule-broken"),
        ("doctor", 1, {"patient": to("Patient", uuid4())}, 422, "rule-broken"),
        ("doctor", 1, {"period": {"start": "2020-01-01"}}, 422, "rule-broken"),
        ("doctor", 1, {"period": {"end": "2150-01-01"}}, 422, "relation-period"),
        ("doctor", 1, {"period": {"end": "2000-01-01"}}, 422, "relation-period"),
        ("doctor", 1, {"extension": law_of("elderly-act")}, 422, "rule-broken"),
    ],
)
def test_nothing_but_its_end_is_changed_by_hand(
    cast: Cast, ask: Any, who: str, version: int | None, changes: dict[str, Any], status: int, code: str
) -> None:
    row = relation_at(cast, cast.units.ward)
    told = ask.citizen.get(f"EpisodeOfCare/{row.pk}").body
    before = written()

    answer = getattr(ask, who).put({**told, "status": "finished", **changes}, version)

    assert (answer.status, answer.code) == (status, code)
    assert written() == before
    row.refresh_from_db()
    assert (row.status, row.version) == ("verified", 1)
