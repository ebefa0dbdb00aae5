"""CareTeam: who sees which team and which of its members, and who may put one together."""

from typing import Any
from uuid import uuid4

import pytest

from access.vocabulary import Category, Law
from careplans.models import CareTeam, TeamMember
from tests import factories
from tests.careplans.asking import written
from tests.careplans.test_fhir_careplan_write import law_of, to
from tests.cast import Cast

pytestmark = pytest.mark.django_db

PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
TEAM_KIND = "https://patientoverblik.dk/fhir/CodeSystem/care-team-kind"
PSYCHIATRY = [{"coding": [{"system": TEAM_KIND, "code": "psychiatry-network"}]}]


def role(code: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": PARTICIPATION, "code": code}]}]


def team_of(cast: Cast, **more: Any) -> CareTeam:
    """The hospital's team: the doctor at the ward, the practice, and the daughter as a relative."""
    made = factories.care_team(citizen=cast.citizen.person, origin=cast.units.ward, **more)
    factories.team_member(team=made, professional=cast.doctor.person, unit=cast.units.ward, role="PPRF")
    factories.team_member(team=made, unit=cast.units.practice, role="Egen læge")
    factories.team_member(team=made, relative=factories.relative(citizen=cast.citizen.person))
    return made


def body(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "CareTeam",
        "name": "Lungeteamet",
        "subject": to("Patient", cast.citizen.person),
        "period": {"start": "2026-01-05"},
        **more,
    }


def test_a_team_is_shown_with_its_members(cast: Cast, ask: Any) -> None:
    team = team_of(cast)
    relative = team.members.get(relative__isnull=False).relative

    answer = ask.doctor.get(f"CareTeam/{team.pk}")

    units = cast.units
    assert answer.statements <= 2
    assert answer.body["participant"] == [
        {
            "role": role("PPRF"),
            "member": to("Practitioner", cast.doctor.person),
            "onBehalfOf": to("Organization", units.ward),
        },
        {"role": [{"text": "Egen læge"}], "member": to("Organization", units.practice)},
        {"member": to("RelatedPerson", relative)},
    ]
    assert answer.body["managingOrganization"] == [to("Organization", units.ward)]
    assert (answer.body["status"], answer.body["name"]) == ("active", "Teamet om borgeren")


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("doctor", 200),
        ("gp", 200),
        ("municipal_nurse", 200),
        ("delegated_home_helper", 200),
        ("citizen", 200),
        ("daughter", 200),
        ("home_helper", 403),
        ("caseworker", 403),
        ("stranger", 403),
        ("blocked_doctor", 404),
    ],
)
def test_each_sees_a_hospital_team_or_not(cast: Cast, ask: Any, who: str, status: int) -> None:
    answer = getattr(ask, who).get(f"CareTeam/{team_of(cast).pk}")

    assert answer.status == status
    assert answer.statements <= (2 if status == 200 else 7)


def test_a_relative_whom_the_reader_may_not_see_is_absent(cast: Cast, ask: Any) -> None:
    team = factories.care_team(citizen=cast.citizen.person, origin=cast.units.home_care, recorded_under=Law.SERVICE)
    factories.team_member(team=team, unit=cast.units.home_care)
    relative = factories.relative(citizen=cast.citizen.person)
    factories.team_member(team=team, relative=relative, role="CON")

    helper, citizen = (who.get(f"CareTeam/{team.pk}").body for who in (ask.home_helper, ask.citizen))

    assert [part["member"] for part in helper["participant"]] == [to("Organization", cast.units.home_care)]
    assert len(citizen["participant"]) == 2
    search = f"CareTeam?patient={cast.citizen.person.pk}"
    assert ask.home_helper.get(f"{search}&participant=RelatedPerson/{relative.pk}").ids == set()
    assert ask.home_helper.get(f"{search}&role=CON").ids == set()
    assert ask.citizen.get(f"{search}&role=CON&participant=RelatedPerson/{relative.pk}").ids == {str(team.pk)}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"team", "old"}),
        ("&status=active", {"team"}),
        ("&status=http://hl7.org/fhir/care-team-status|inactive,proposed", {"old"}),
        ("&participant=Practitioner/{doctor}", {"team"}),
        ("&participant:Practitioner={doctor}", {"team"}),
        ("&participant=Organization/{practice},Practitioner/{doctor}", {"team"}),
        ("&participant=Organization/{ward}", set()),
        ("&role=PPRF", {"team"}),
        (f"&role={PARTICIPATION}|PPRF", {"team"}),
        ("&role=SPRF", set()),
        ("&date=lt2020-01-01", {"old"}),
        ("&date=ge2025-01-01", {"team"}),
    ],
)
def test_a_search_finds_what_was_asked_for_once(cast: Cast, ask: Any, query: str, found: set[str]) -> None:
    rows = {
        "team": team_of(cast),
        "old": factories.care_team(
            citizen=cast.citizen.person,
            origin=cast.units.ward,
            status="inactive",
            start="2019-01-01T08:00Z",
            end="2019-02-01T08:00Z",
        ),
    }

    wanted = query.format(doctor=cast.doctor.person.pk, practice=cast.units.practice.pk, ward=cast.units.ward.pk)
    answer = ask.doctor.get(f"CareTeam?patient={cast.citizen.person.pk}{wanted}")

    assert sorted(item["id"] for item in answer.resources) == sorted(str(rows[name].pk) for name in found)
    assert answer.statements <= (2 if found else 4)


def test_a_role_of_another_system_is_refused(cast: Cast, ask: Any) -> None:
    answer = ask.doctor.get(f"CareTeam?patient={cast.citizen.person.pk}&role=urn:x|PPRF")

    assert (answer.status, answer.code) == (400, "bad-parameter")


def test_a_team_is_put_together(cast: Cast, ask: Any) -> None:
    relative = factories.relative(citizen=cast.citizen.person)
    employment = cast.gp.person.employments.get()
    members = [
        {"member": to("Practitioner", cast.doctor.person), "onBehalfOf": to("Organization", cast.units.ward)},
        {"member": to("PractitionerRole", employment), "role": role("SPRF")},
        {"member": to("RelatedPerson", relative), "role": [{"text": "Datter"}]},
        {"member": to("Organization", cast.units.nursing)},
    ]

    answer = ask.doctor.post("CareTeam", body(cast, participant=members))

    team = CareTeam.objects.get(pk=answer.body["id"])
    assert answer.status == 201
    assert answer.statements <= 4 + 4 + 1
    assert (team.category, team.recorded_under, team.status) == (Category.PLAN_SUL, Law.HEALTH, "active")
    assert answer.body["participant"][1] == {
        "member": to("Practitioner", cast.gp.person),
        "onBehalfOf": to("Organization", cast.units.practice),
        "role": role("SPRF"),
    }
    assert ask.citizen.get(f"CareTeam/{team.pk}").body == answer.body


@pytest.mark.parametrize(
    ("who", "more", "category", "law"),
    [
        ("municipal_nurse", {}, Category.PLAN_SUL, Law.HEALTH),
        ("home_helper", {"extension": law_of("elderly-act")}, Category.PLAN_SOC, Law.ELDERLY),
        ("caseworker", {"extension": law_of("service-act")}, Category.PLAN_SOC, Law.SERVICE),
        ("doctor", {"category": PSYCHIATRY}, Category.PLAN_PSY, Law.PSYCHIATRY),
    ],
)
def test_the_act_is_the_writers_or_stated(
    cast: Cast, ask: Any, who: str, more: dict[str, Any], category: str, law: str
) -> None:
    answer = getattr(ask, who).post("CareTeam", body(cast, **more))

    team = CareTeam.objects.get(pk=answer.body["id"])
    assert (team.category, team.recorded_under) == (category, law)
    assert answer.body.get("category", []) == (
        []
        if law != Law.PSYCHIATRY
        else [{"coding": [{**PSYCHIATRY[0]["coding"][0], "display": "Netværk efter psykiatriloven"}]}]
    )


BROKEN: dict[str, tuple[str, dict[str, Any], int, str]] = {
    "stranger": ("stranger", {}, 403, "forbidden"),
    "clerk": ("clerk", {}, 403, "forbidden"),
    "citizen": ("citizen", {}, 403, "forbidden"),
    "home helper under health law": ("home_helper", {"extension": law_of("healthcare-act")}, 403, "forbidden"),
    "home helper without act": ("home_helper", {}, 422, "rule-broken"),
    "caseworker of psychiatry": ("caseworker", {"category": PSYCHIATRY}, 403, "forbidden"),
    "no name": ("doctor", {"name": " "}, 422, "rule-broken"),
    "long name": ("doctor", {"name": "x" * 201}, 400, "wrong-shape"),
    "begins inactive": ("doctor", {"status": "inactive"}, 422, "rule-broken"),
    "unknown status": ("doctor", {"status": "busy"}, 422, "unknown-code"),
    "ends before it starts": ("doctor", {"period": {"start": "2026-02-01", "end": "2026-01-01"}}, 422, "rule-broken"),
    "missing professional": (
        "doctor",
        {"participant": [{"member": to("Practitioner", uuid4())}]},
        422,
        "dangling-reference",
    ),
    "missing unit": ("doctor", {"participant": [{"member": to("Organization", uuid4())}]}, 422, "dangling-reference"),
    "missing employment": (
        "doctor",
        {"participant": [{"member": to("PractitionerRole", uuid4())}]},
        422,
        "dangling-reference",
    ),
    "missing relative": (
        "doctor",
        {"participant": [{"member": to("RelatedPerson", uuid4())}]},
        422,
        "dangling-reference",
    ),
    "member of no kind": ("doctor", {"participant": [{"member": to("Device", uuid4())}]}, 422, "dangling-reference"),
    "unit on behalf of a unit": (
        "doctor",
        {"participant": [{"member": to("Organization", uuid4()), "onBehalfOf": to("Organization", uuid4())}]},
        422,
        "rule-broken",
    ),
    "unknown role": (
        "doctor",
        {"participant": [{"member": to("Practitioner", uuid4()), "role": role("CHIEF")}]},
        422,
        "unknown-code",
    ),
    "unknown kind": (
        "doctor",
        {"category": [{"coding": [{"system": TEAM_KIND, "code": "choir"}]}]},
        422,
        "unknown-code",
    ),
}


@pytest.mark.parametrize(("who", "changes", "status", "code"), BROKEN.values(), ids=BROKEN)
def test_what_may_not_be_is_refused_and_nothing_is_written(
    cast: Cast, ask: Any, who: str, changes: dict[str, Any], status: int, code: str
) -> None:
    before = written()

    answer = getattr(ask, who).post("CareTeam", body(cast, **changes))

    assert (answer.status, answer.code) == (status, code)
    assert (CareTeam.objects.count(), TeamMember.objects.count()) == (0, 0)
    assert written() == before


def test_another_citizens_relative_is_no_member(cast: Cast, ask: Any) -> None:
    other = factories.treatment_relation(origin=cast.units.ward).citizen
    member = {"member": to("RelatedPerson", factories.relative(citizen=other))}

    assert ask.doctor.post("CareTeam", body(cast, participant=[member])).code == "dangling-reference"


def test_a_change_keeps_the_relative_whom_the_writer_may_not_see(cast: Cast, ask: Any) -> None:
    home = {"citizen": cast.citizen.person, "origin": cast.units.home_care, "recorded_under": Law.SERVICE}
    team = factories.care_team(**home)
    relative = factories.relative(citizen=cast.citizen.person)
    factories.team_member(team=team, relative=relative)
    factories.team_member(team=team, unit=cast.units.ward)
    told = ask.home_helper.get(f"CareTeam/{team.pk}").body

    answer = ask.home_helper.put({**told, "participant": [{"member": to("Organization", cast.units.practice)}]})

    assert answer.status == 200
    assert [part["member"] for part in answer.body["participant"]] == [to("Organization", cast.units.practice)]
    members = ask.citizen.get(f"CareTeam/{team.pk}").body["participant"]
    assert [part["member"] for part in members] == [
        to("RelatedPerson", relative),
        to("Organization", cast.units.practice),
    ]


@pytest.mark.parametrize(
    ("who", "version", "changes", "status", "code"),
    [
        ("hospital_nurse", 1, {"status": "suspended"}, 200, ""),
        ("doctor", None, {"meta": {}}, 400, "missing-if-match"),
        ("doctor", 3, {}, 412, "version-conflict"),
        ("gp", 1, {}, 403, "forbidden"),
        ("home_helper", 1, {}, 403, "forbidden"),
        ("citizen", 1, {}, 403, "forbidden"),
        ("blocked_doctor", 1, {}, 404, "not-found"),
        ("doctor", 1, {"status": "proposed"}, 422, "rule-broken"),
        ("doctor", 1, {"extension": law_of("service-act")}, 422, "rule-broken"),
        ("doctor", 1, {"participant": [{"member": to("Organization", uuid4())}]}, 422, "dangling-reference"),
    ],
)
def test_a_team_is_changed_by_its_owner_alone(
    cast: Cast, ask: Any, who: str, version: int | None, changes: dict[str, Any], status: int, code: str
) -> None:
    made = ask.doctor.post("CareTeam", body(cast)).body
    before = written()

    answer = getattr(ask, who).put({**made, **changes}, version)

    assert answer.status == status
    assert status == 200 or answer.code == code
    assert (written() == before) is (status != 200)
    assert CareTeam.objects.get().version == (2 if status == 200 else 1)


def test_earlier_versions_of_a_team_are_kept(cast: Cast, ask: Any) -> None:
    member = {"member": to("Organization", cast.units.practice)}
    made = ask.doctor.post("CareTeam", body(cast, participant=[member])).body
    ask.doctor.put({**made, "name": "Det nye team"})

    history = ask.gp.get(f"CareTeam/{made['id']}/_history")

    assert [found["name"] for found in history.resources] == ["Det nye team", "Lungeteamet"]
    assert all(found["participant"] == [member] for found in history.resources)
