"""Writing plans: by whom and under which act, what may stand in them, and what a writer cannot take away."""

from typing import Any
from uuid import uuid4

import pytest

from access.vocabulary import Category, Law
from careplans.models import CarePlan, PlanElement
from tests import factories
from tests.careplans.asking import written
from tests.cast import Cast

pytestmark = pytest.mark.django_db

KIND = "https://patientoverblik.dk/fhir/CodeSystem/plan-kind"
LAW = "http://ehealth.sundhed.dk/cs/jurisdiction"
LEGAL_BASIS = "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-legalBasis"


def law_of(code: str) -> list[dict[str, Any]]:
    return [{"url": LEGAL_BASIS, "valueCodeableConcept": {"coding": [{"system": LAW, "code": code}]}}]


def category(kind: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": KIND, "code": kind}]}]


def to(kind: str, key: Any) -> dict[str, str]:
    return {"reference": f"{kind}/{getattr(key, 'pk', key)}"}


def body(cast: Cast, kind: str = "course-plan", **more: Any) -> dict[str, Any]:
    made = {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "category": category(kind),
        "title": "Plan for KOL",
        "subject": to("Patient", cast.citizen.person),
        "period": {"start": "2026-03-01"},
        **more,
    }
    return {name: value for name, value in made.items() if value is not None}


def agreement(cast: Cast, **more: Any) -> dict[str, Any]:
    parties = [to("Organization", unit) for unit in (cast.units.social_psychiatry, cast.units.practice)]
    return body(cast, "discharge-agreement", **{"contributor": parties, **more})


def test_a_plan_is_created_with_its_parts(cast: Cast, ask: Any) -> None:
    ward = {"citizen": cast.citizen.person, "origin": cast.units.ward}
    copd, goal, team = factories.diagnosis(**ward), factories.disease_goal(**ward), factories.care_team(**ward)
    measuring, visit, whole = (
        factories.intervention(**ward),
        factories.appointment(**ward),
        factories.active_care_plan(**ward),
    )

    answer = ask.doctor.post(
        "CarePlan",
        body(
            cast,
            addresses=[to("Condition", copd)],
            goal=[to("Goal", goal)],
            activity=[
                {"reference": to("ServiceRequest", measuring)},
                {"reference": to("Appointment", visit)},
            ],
            careTeam=[to("CareTeam", team)],
            partOf=[to("CarePlan", whole)],
            period={"start": "2026-03-01", "end": "2026-09-01"},
        ),
    )

    plan = CarePlan.objects.get(pk=answer.body["id"])
    assert answer.status == 201
    assert (plan.category, plan.recorded_under, plan.kind) == (Category.PLAN_SUL, Law.HEALTH, "course-plan")
    assert (plan.origin_id, plan.author_id) == (cast.units.ward.pk, cast.doctor.person.pk)
    assert answer.body["period"] == {"start": "2026-02-28T23:00:00.000Z", "end": "2026-09-01T21:59:59.000Z"}
    assert ask.citizen.get(f"CarePlan/{plan.pk}").body == answer.body
    assert answer.body["addresses"] == [to("Condition", copd)]
    assert answer.body["partOf"] == [to("CarePlan", whole)]
    assert answer.statements <= 4 + 4 + 2


def test_a_plan_without_parts_costs_three_statements(cast: Cast, ask: Any) -> None:
    assert ask.doctor.post("CarePlan", body(cast)).statements <= 4


@pytest.mark.parametrize(
    ("who", "kind", "stated", "category", "law"),
    [
        ("gp", "course-plan", "", Category.PLAN_SUL, Law.HEALTH),
        ("municipal_nurse", "municipal-plan", "healthcare-act", Category.PLAN_SUL, Law.HEALTH),
        ("home_helper", "municipal-plan", "service-act", Category.PLAN_SOC, Law.SERVICE),
        ("caseworker", "municipal-plan", "elderly-act", Category.PLAN_SOC, Law.ELDERLY),
        ("delegated_home_helper", "rehabilitation-plan", "", Category.PLAN_SUL, Law.HEALTH),
    ],
)
def test_the_act_is_the_writers_or_stated(
    cast: Cast, ask: Any, who: str, kind: str, stated: str, category: str, law: str
) -> None:
    more = {"extension": law_of(stated)} if stated else {}

    answer = getattr(ask, who).post("CarePlan", body(cast, kind, **more))

    plan = CarePlan.objects.get(pk=answer.body["id"])
    assert (answer.status, plan.category, plan.recorded_under) == (201, category, law)


def test_an_agreement_stands_under_psychiatry_law_with_its_owner_as_party(cast: Cast, ask: Any) -> None:
    answer = ask.doctor.post("CarePlan", agreement(cast))

    plan = CarePlan.objects.get(pk=answer.body["id"])
    units = cast.units
    assert (plan.category, plan.recorded_under) == (Category.PLAN_PSY, Law.PSYCHIATRY)
    assert {party.unit_id for party in plan.parties.all()} == {
        units.ward.pk,
        units.social_psychiatry.pk,
        units.practice.pk,
    }
    assert answer.body["contributor"][0] == to("Organization", units.ward)
    assert ask.social_psychiatry_worker.get(f"CarePlan/{plan.pk}").body == answer.body


@pytest.mark.parametrize(
    ("who", "kind", "stated"),
    [
        ("stranger", "course-plan", ""),
        ("home_helper", "course-plan", "healthcare-act"),
        ("doctor", "municipal-plan", "service-act"),
        ("caseworker", "coordination-plan", ""),
        ("clerk", "course-plan", ""),
        ("student", "course-plan", ""),
        ("citizen", "course-plan", ""),
        ("daughter", "course-plan", ""),
    ],
)
def test_who_may_not_create_is_refused_and_nothing_is_written(
    cast: Cast, ask: Any, who: str, kind: str, stated: str
) -> None:
    before = written()
    made = agreement(cast, category=category(kind)) if kind == "coordination-plan" else body(cast, kind)

    answer = getattr(ask, who).post("CarePlan", {**made, "extension": law_of(stated) if stated else []})

    assert (answer.status, answer.code) == (403, "forbidden")
    assert CarePlan.objects.count() == 0
    assert written() == before


BROKEN: dict[str, tuple[dict[str, Any], int, str]] = {
    "no kind": ({"category": []}, 422, "unknown-code"),
    "unknown kind": ({"category": category("wish-list")}, 422, "unknown-code"),
    "unknown status": ({"status": "done"}, 422, "unknown-code"),
    "begins completed": ({"status": "completed"}, 422, "rule-broken"),
    "an order": ({"intent": "order"}, 422, "unknown-code"),
    "no start": ({"period": None}, 422, "rule-broken"),
    "ends before it starts": ({"period": {"start": "2026-03-01", "end": "2026-02-01"}}, 422, "rule-broken"),
    "no such time": ({"period": {"start": "2026-13-01"}}, 400, "wrong-shape"),
    "parties of a course plan": ({"contributor": [to("Organization", uuid4())]}, 422, "rule-broken"),
    "two teams": ({"careTeam": [to("CareTeam", uuid4()), to("CareTeam", uuid4())]}, 422, "rule-broken"),
    "missing team": ({"careTeam": [to("CareTeam", uuid4())]}, 422, "dangling-reference"),
    "missing parent": ({"partOf": [to("CarePlan", uuid4())]}, 422, "dangling-reference"),
    "missing condition": ({"addresses": [to("Condition", uuid4())]}, 422, "dangling-reference"),
    "missing goal": ({"goal": [to("Goal", uuid4())]}, 422, "dangling-reference"),
    "goal as condition": ({"addresses": [to("Goal", uuid4())]}, 422, "dangling-reference"),
    "activity of another type": ({"activity": [{"reference": to("Task", uuid4())}]}, 422, "dangling-reference"),
    "activity in line": ({"activity": [{"detail": {"status": "scheduled"}}]}, 400, "wrong-shape"),
    "long title": ({"title": "x" * 201}, 400, "wrong-shape"),
    "act unknown": ({"extension": law_of("tax-act")}, 422, "unknown-code"),
    "two acts": ({"extension": law_of("service-act") + law_of("elderly-act")}, 422, "rule-broken"),
    "reduced copy": ({"meta": {"tag": [{"code": "SUBSETTED"}]}}, 422, "reduced-copy"),
}


@pytest.mark.parametrize(("changes", "status", "code"), BROKEN.values(), ids=BROKEN)
def test_what_breaks_a_rule_is_refused_and_nothing_is_written(
    cast: Cast, ask: Any, changes: dict[str, Any], status: int, code: str
) -> None:
    before = written()

    answer = ask.doctor.post("CarePlan", body(cast, **changes))

    assert (answer.status, answer.code) == (status, code)
    assert CarePlan.objects.count() == 0
    assert written() == before


def test_social_staff_must_state_the_act(cast: Cast, ask: Any) -> None:
    answer = ask.caseworker.post("CarePlan", body(cast, "municipal-plan"))

    assert (answer.status, answer.code) == (422, "rule-broken")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"contributor": []}, "rule-broken"),
        ({"contributor": [to("Organization", uuid4())]}, "dangling-reference"),
        ({"extension": law_of("service-act")}, "rule-broken"),
    ],
)
def test_an_agreement_has_parties_that_exist_and_no_other_act(
    cast: Cast, ask: Any, changes: dict[str, Any], code: str
) -> None:
    answer = ask.doctor.post("CarePlan", agreement(cast, **changes))

    assert (answer.status, answer.code) == (422, code)
    assert CarePlan.objects.count() == 0


@pytest.mark.parametrize("whose", ["another citizen's", "hidden from the writer"])
def test_only_what_is_the_citizens_and_seen_can_stand_in_a_plan(cast: Cast, ask: Any, whose: str) -> None:
    other = factories.treatment_relation(origin=cast.units.ward).citizen
    row = (
        factories.diagnosis(citizen=other, origin=cast.units.ward)
        if whose == "another citizen's"
        else factories.home_care_condition(citizen=cast.citizen.person, origin=cast.units.home_care)
    )

    answer = ask.doctor.post("CarePlan", body(cast, addresses=[to("Condition", row)]))

    assert (answer.status, answer.code) == (422, "dangling-reference")
    assert CarePlan.objects.count() == 0


def test_a_change_keeps_what_the_writer_may_not_see_and_takes_out_what_she_sees(cast: Cast, ask: Any) -> None:
    ward = {"citizen": cast.citizen.person, "origin": cast.units.ward}
    home = {"citizen": cast.citizen.person, "origin": cast.units.home_care}
    gone, stays, new = (factories.diagnosis(**ward) for _ in range(3))
    washing, hygiene = factories.home_care_condition(**home), factories.home_care_intervention(**home)
    hidden_team = factories.care_team(**home, recorded_under=Law.SERVICE)
    plan = factories.active_care_plan(**ward, team=hidden_team)
    for thing in (gone, washing, stays, hygiene):
        factories.plan_element(plan, thing)
    told = ask.doctor.get(f"CarePlan/{plan.pk}").body

    answer = ask.doctor.put({**told, "addresses": [to("Condition", new), to("Condition", stays)], "title": "Ny"})

    assert answer.status == 200
    assert answer.body["addresses"] == [to("Condition", new), to("Condition", stays)]
    left = PlanElement.objects.filter(plan=plan)
    assert {row.condition_id or row.intervention_id for row in left} == {new.pk, stays.pk, washing.pk, hygiene.pk}
    plan.refresh_from_db()
    assert (plan.team, plan.title, plan.version) == (hidden_team, "Ny", 2)
    assert "careTeam" not in answer.body
    assert len(ask.citizen.get(f"CarePlan/{plan.pk}").body["addresses"]) == 3


def test_what_was_read_can_be_written_back_unchanged(cast: Cast, ask: Any) -> None:
    ward = {"citizen": cast.citizen.person, "origin": cast.units.ward}
    copd, team = factories.diagnosis(**ward), factories.care_team(**ward)
    made = ask.doctor.post(
        "CarePlan", agreement(cast, addresses=[to("Condition", copd)], careTeam=[to("CareTeam", team)])
    )

    again = ask.hospital_nurse.put(made.body)

    assert again.status == 200
    assert {**again.body, "meta": None} == {**made.body, "meta": None}


def test_a_visible_team_is_taken_off_and_parties_change(cast: Cast, ask: Any) -> None:
    team = factories.care_team(citizen=cast.citizen.person, origin=cast.units.ward)
    made = ask.doctor.post("CarePlan", agreement(cast, careTeam=[to("CareTeam", team)])).body
    made.pop("careTeam")

    answer = ask.doctor.put({**made, "contributor": [to("Organization", cast.units.nursing)]})

    plan = CarePlan.objects.get()
    assert answer.status == 200
    assert plan.team is None
    assert {party.unit_id for party in plan.parties.all()} == {cast.units.ward.pk, cast.units.nursing.pk}


@pytest.mark.parametrize(
    ("who", "version", "changes", "status", "code"),
    [
        ("doctor", None, {"meta": {}}, 400, "missing-if-match"),
        ("doctor", 2, {}, 412, "version-conflict"),
        ("gp", 1, {}, 403, "forbidden"),
        ("municipal_nurse", 1, {}, 403, "forbidden"),
        ("stranger", 1, {}, 403, "forbidden"),
        ("home_helper", 1, {"extension": []}, 403, "forbidden"),
        ("citizen", 1, {}, 403, "forbidden"),
        ("blocked_doctor", 1, {}, 404, "not-found"),
        ("doctor", 1, {"category": category("municipal-plan")}, 422, "rule-broken"),
        ("doctor", 1, {"subject": to("Patient", uuid4())}, 422, "rule-broken"),
        ("doctor", 1, {"extension": law_of("elderly-act")}, 422, "rule-broken"),
        ("doctor", 1, {"status": "draft"}, 422, "rule-broken"),
        ("doctor", 1, {"goal": [to("Goal", uuid4())]}, 422, "dangling-reference"),
        ("doctor", 1, {"partOf": "itself"}, 422, "rule-broken"),
    ],
)
def test_a_change_that_may_not_be_changes_nothing(
    cast: Cast, ask: Any, who: str, version: int | None, changes: dict[str, Any], status: int, code: str
) -> None:
    made = ask.doctor.post("CarePlan", body(cast)).body
    if changes.get("partOf"):
        changes = {"partOf": [to("CarePlan", made["id"])]}
    before = written()

    answer = getattr(ask, who).put({**made, **changes}, version)

    assert (answer.status, answer.code) == (status, code)
    assert written() == before
    assert CarePlan.objects.get().version == 1


def test_a_plan_goes_its_way_and_ends(cast: Cast, ask: Any) -> None:
    told = ask.doctor.post("CarePlan", body(cast, status="draft")).body

    for version, status in enumerate(("active", "on-hold", "active", "completed"), start=1):
        told = ask.doctor.put({**told, "status": status}, version).body
        assert told["status"] == status

    assert ask.doctor.put({**told, "status": "active"}, 5).code == "rule-broken"
    history = ask.citizen.get(f"CarePlan/{told['id']}/_history")
    assert [found["status"] for found in history.resources] == ["completed", "active", "on-hold", "active", "draft"]


def test_a_reduced_copy_is_refused_as_a_change(cast: Cast, ask: Any) -> None:
    plan = factories.municipal_plan(citizen=cast.citizen.person, origin=cast.units.ward)
    copd = factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.ward)
    factories.plan_element(plan, copd)
    told = ask.doctor.get(f"CarePlan/{plan.pk}").body

    answer = ask.doctor.put({**told, "category": category("municipal-plan"), "period": {"start": "2026-01-01"}})

    assert told["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert (answer.status, answer.code) == (422, "reduced-copy")


class TestEarlierVersions:
    """History and vread are read under the stricter of then and now."""

    def test_a_reader_of_parts_gets_containers(self, cast: Cast, ask: Any) -> None:
        made = ask.doctor.post("CarePlan", body(cast)).body
        washing = factories.home_care_condition(citizen=cast.citizen.person, origin=cast.units.home_care)
        factories.plan_element(CarePlan.objects.get(), washing)

        history = ask.home_helper.get(f"CarePlan/{made['id']}/_history")
        first = ask.home_helper.get(f"CarePlan/{made['id']}/_history/1")

        assert [set(found) & {"title", "period", "category"} for found in history.resources] == [set()]
        assert "title" not in first.body
        assert "title" in ask.gp.get(f"CarePlan/{made['id']}/_history/1").body

    def test_a_party_reads_them_and_others_do_not(self, cast: Cast, ask: Any) -> None:
        made = ask.doctor.post("CarePlan", agreement(cast)).body

        assert ask.social_psychiatry_worker.get(f"CarePlan/{made['id']}/_history/1").status == 200
        assert ask.home_helper.get(f"CarePlan/{made['id']}/_history/1").status == 403
        assert ask.stranger.get(f"CarePlan/{made['id']}/_history").status == 403

    def test_a_team_that_is_hidden_today_is_hidden_in_them(self, cast: Cast, ask: Any) -> None:
        team = factories.care_team(citizen=cast.citizen.person, origin=cast.units.ward)
        made = ask.doctor.post("CarePlan", body(cast, careTeam=[to("CareTeam", team)])).body
        assert "careTeam" in ask.gp.get(f"CarePlan/{made['id']}/_history/1").body

        team.category, team.recorded_under = Category.PLAN_SOC, Law.SERVICE
        team.save()

        assert "careTeam" not in ask.gp.get(f"CarePlan/{made['id']}/_history/1").body
