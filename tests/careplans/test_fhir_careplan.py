"""CarePlan: who sees which plan and which of its parts, what a search finds and does not betray."""

from typing import Any

import pytest

from access.vocabulary import Law
from careplans.fhir.careplan import KINDS, PLAN_SOURCE, to_fhir
from careplans.models import CarePlan
from tests import factories
from tests.careplans.asking import Asker
from tests.cast import Cast
from tests.conformance import assert_valid

pytestmark = pytest.mark.django_db


class Mixed:
    """A hospital's plan for the citizen with parts of two acts."""

    def __init__(self, cast: Cast) -> None:
        tove, units = cast.citizen.person, cast.units
        ward = {"citizen": tove, "origin": units.ward}
        home = {"citizen": tove, "origin": units.home_care}
        self.team = factories.care_team(**ward)
        self.whole = factories.active_care_plan(**ward)
        self.plan = factories.active_care_plan(**ward, author=cast.doctor.person, team=self.team, part_of=self.whole)
        self.copd, self.washing = factories.diagnosis(**ward), factories.home_care_condition(**home)
        self.goal = factories.disease_goal(**ward)
        self.measuring = factories.intervention(citizen=tove, origin=units.nursing)
        self.hygiene = factories.home_care_intervention(**home)
        self.visit = factories.appointment(**ward)
        for rank, thing in enumerate(
            (self.washing, self.copd, self.goal, self.hygiene, self.measuring, self.visit), start=1
        ):
            factories.plan_element(self.plan, thing, rank=rank)


def references(*keys: Any) -> list[dict[str, str]]:
    return [{"reference": f"{kind}/{row.pk}"} for kind, row in keys]


def test_a_plan_is_shown_with_the_parts_that_the_reader_may_see(cast: Cast, ask: Any) -> None:
    mixed = Mixed(cast)

    answer = ask.doctor.get(f"CarePlan/{mixed.plan.pk}")

    told = answer.body
    assert answer.statements <= 2
    assert told["addresses"] == references(("Condition", mixed.copd))
    assert told["goal"] == references(("Goal", mixed.goal))
    assert [item["reference"] for item in told["activity"]] == references(
        ("ServiceRequest", mixed.measuring), ("Appointment", mixed.visit)
    )
    assert told["careTeam"] == references(("CareTeam", mixed.team))
    assert told["partOf"] == references(("CarePlan", mixed.whole))
    assert told["title"] == mixed.plan.title
    assert (told["status"], told["intent"]) == ("active", "plan")
    assert told["author"] == {"reference": f"Practitioner/{cast.doctor.person.pk}"}
    assert told["contributor"] == references(("Organization", cast.units.ward))
    assert told["period"]["start"]
    codes = [coding["code"] for coding in told["category"][0]["coding"]]
    assert codes == ["734163000", "course-plan"]


def test_the_citizen_sees_all_parts_in_their_order(cast: Cast, ask: Any) -> None:
    mixed = Mixed(cast)

    told = ask.citizen.get(f"CarePlan/{mixed.plan.pk}").body

    assert told["addresses"] == references(("Condition", mixed.washing), ("Condition", mixed.copd))
    assert len(told["activity"]) == 3


@pytest.mark.parametrize(
    ("who", "status", "is_whole"),
    [
        ("doctor", 200, True),
        ("hospital_nurse", 200, True),
        ("gp", 200, True),
        ("municipal_nurse", 200, True),
        ("clerk", 200, True),
        ("citizen", 200, True),
        ("daughter", 200, True),
        ("home_helper", 200, False),
        ("caseworker", 403, None),  # of another department than home care
        ("stranger", 403, None),
        ("blocked_doctor", 404, None),
    ],
)
def test_each_sees_the_plan_or_the_container_of_her_parts_or_nothing(
    cast: Cast, ask: Any, who: str, status: int, is_whole: bool | None
) -> None:
    answer = getattr(ask, who).get(f"CarePlan/{Mixed(cast).plan.pk}")

    assert answer.status == status
    assert answer.statements <= (2 if status == 200 else 7)
    if status == 200:
        assert ("title" in answer.body) is is_whole


def test_the_container_tells_nothing_but_its_visible_parts(cast: Cast, ask: Any) -> None:
    mixed = Mixed(cast)

    told = ask.home_helper.get(f"CarePlan/{mixed.plan.pk}").body

    assert set(told) == {"resourceType", "id", "meta", "status", "intent", "subject", "addresses", "activity"}
    assert set(told["meta"]) == {"versionId", "lastUpdated", "tag"}
    assert told["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert told["addresses"] == references(("Condition", mixed.washing))
    assert [item["reference"] for item in told["activity"]] == references(("ServiceRequest", mixed.hygiene))


def test_a_plan_without_a_part_for_her_is_refused_with_the_reason(cast: Cast, ask: Any) -> None:
    plan = factories.active_care_plan(citizen=cast.citizen.person, origin=cast.units.ward)
    factories.plan_element(plan, factories.diagnosis(citizen=cast.citizen.person, origin=cast.units.ward))

    helper, stranger = (who.get(f"CarePlan/{plan.pk}") for who in (ask.home_helper, ask.stranger))

    assert (helper.status, helper.reason) == (403, "needs_consent")
    assert (stranger.status, stranger.reason) == (403, "no_relation")


def test_a_hidden_team_and_a_hidden_parent_are_not_told(cast: Cast, ask: Any) -> None:
    tove, units = cast.citizen.person, cast.units
    social = {"citizen": tove, "origin": units.home_care, "recorded_under": Law.SERVICE}
    team, parent = factories.care_team(**social), factories.municipal_plan(citizen=tove, origin=units.home_care)
    plan = factories.active_care_plan(citizen=tove, origin=units.ward, team=team, part_of=parent)

    told = ask.doctor.get(f"CarePlan/{plan.pk}").body

    assert "careTeam" not in told
    assert "partOf" not in told
    assert "careTeam" in ask.citizen.get(f"CarePlan/{plan.pk}").body


def test_an_agreement_names_its_parties_who_may_read_it(cast: Cast, ask: Any) -> None:
    units = cast.units
    agreement = factories.discharge_agreement(
        units.social_psychiatry, units.practice, citizen=cast.citizen.person, origin=units.ward
    )

    for who in (ask.social_psychiatry_worker, ask.gp, ask.doctor, ask.citizen):
        told = who.get(f"CarePlan/{agreement.pk}").body
        assert told["contributor"] == references(
            *(("Organization", unit) for unit in (units.ward, units.social_psychiatry, units.practice))
        )
    assert ask.home_helper.get(f"CarePlan/{agreement.pk}").status == 403


@pytest.mark.parametrize("kind", CarePlan.Kind.values)
def test_every_kind_has_a_title_and_is_valid(cast: Cast, kind: str) -> None:
    plan = factories.active_care_plan(citizen=cast.citizen.person, origin=cast.units.ward)
    names = [name for name, column in PLAN_SOURCE.columns.items() if isinstance(column, str)]
    row = {name: getattr(plan, name) for name in names} | dict.fromkeys(set(PLAN_SOURCE.columns) - set(names))

    told = to_fhir({**row, "kind": kind, "rules": ["own-record"]}, cast.citizen.actor)

    assert_valid(told)
    assert told["category"][0]["coding"][1]["display"] == KINDS[kind]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"plan", "whole", "done"}),
        ("&status=active", {"plan", "whole"}),
        ("&status=http://hl7.org/fhir/request-status|completed", {"done"}),
        ("&category=rehabilitation-plan", {"done"}),
        ("&category=http://snomed.info/sct|734163000", {"plan", "whole", "done"}),
        ("&category=734163000&status=completed", {"done"}),
        ("&date=ge2025-01-01", {"plan", "whole"}),
        ("&date=lt2020-01-01", {"done"}),
        ("&condition=Condition/{copd}", {"plan"}),
        ("&condition={copd},{washing}", {"plan"}),
        ("&condition={copd}&goal=Goal/{goal}", {"plan"}),
        ("&condition={washing}", set()),
        ("&activity-reference=ServiceRequest/{measuring},Appointment/{visit}", {"plan"}),
        ("&activity-reference:ServiceRequest={measuring}", {"plan"}),
        ("&activity-reference=ServiceRequest/{hygiene}", set()),
        ("&care-team=CareTeam/{team}", {"plan"}),
        ("&part-of=CarePlan/{whole}", {"plan"}),
    ],
)
def test_a_search_finds_what_was_asked_for_once(cast: Cast, ask: Any, query: str, found: set[str]) -> None:
    mixed = Mixed(cast)
    rows = vars(mixed) | {
        "done": factories.rehabilitation_plan(
            citizen=cast.citizen.person,
            origin=cast.units.ward,
            status="completed",
            start="2019-01-01T08:00Z",
            end="2019-06-01T08:00Z",
        )
    }

    wanted = query.format(**{name: row.pk for name, row in rows.items()})
    answer = ask.doctor.get(f"CarePlan?patient={cast.citizen.person.pk}{wanted}")

    assert answer.status == 200
    assert sorted(item["id"] for item in answer.resources) == sorted(str(rows[name].pk) for name in found)
    assert answer.statements <= (2 if found else 4)


@pytest.mark.parametrize(
    "query",
    [
        "category=course-plan",
        "date=ge2000-01-01",
        "care-team={team}",
        "part-of={whole}",
        "condition={copd}",
        "goal={goal}",
        "activity-reference=Appointment/{visit}",
    ],
)
def test_a_reader_of_parts_cannot_search_by_what_she_is_not_shown(cast: Cast, ask: Any, query: str) -> None:
    mixed = Mixed(cast)
    wanted = query.format(**{name: row.pk for name, row in vars(mixed).items()})
    patient = f"CarePlan?patient={cast.citizen.person.pk}"

    assert ask.home_helper.get(patient).ids == {str(mixed.plan.pk)}
    assert ask.home_helper.get(f"{patient}&condition={mixed.washing.pk}").ids == {str(mixed.plan.pk)}
    assert ask.home_helper.get(f"{patient}&{wanted}").ids == set()
    assert str(mixed.plan.pk) in ask.citizen.get(f"{patient}&{wanted}").ids


def test_a_stranger_who_searches_is_told_that_she_has_no_relation(cast: Cast, ask: Any) -> None:
    answer = ask.stranger.get(f"CarePlan?patient={Mixed(cast).plan.citizen_id}")

    assert (answer.status, answer.reason) == (403, "no_relation")


def test_who_sees_plans_under_no_rule_finds_none_by_any_parameter(cast: Cast) -> None:
    auditor = Asker(cast.doctor.asking(acting_as="audit", purpose="audit"))
    mixed = Mixed(cast)

    answer = auditor.get(f"CarePlan?patient={mixed.plan.citizen_id}&goal={mixed.goal.pk}&category=course-plan")

    assert (answer.status, answer.code) == (403, "forbidden")


@pytest.mark.parametrize("query", ["_include=CarePlan:title", "title=x", "date:missing=true", "_sort=date"])
def test_what_is_not_offered_is_refused(cast: Cast, ask: Any, query: str) -> None:
    answer = ask.doctor.get(f"CarePlan?patient={cast.citizen.person.pk}&{query}")

    assert answer.status == 400


def test_pages_hold_each_plan_once_and_cost_the_same(cast: Cast, ask: Any) -> None:
    plans = {str(factories.active_care_plan(citizen=cast.citizen.person, origin=cast.units.ward).pk) for _ in range(5)}

    seen: list[str] = []
    address = f"CarePlan?patient={cast.citizen.person.pk}&category=course-plan&_count=2"
    while address:
        page = ask.doctor.get(address)
        assert page.statements <= 2
        seen += [found["id"] for found in page.resources]
        address = page.next

    assert sorted(seen) == sorted(plans)
