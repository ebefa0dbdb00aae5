"""Where a version comes from: seen by whoever sees its target now and might have seen it then, and by nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.authoring import change_element, create_element
from access.statements import Row
from access.vocabulary import Category, Law
from audit.models import Entry, Version
from fhir.registry import all_resources
from goals.fhir import GOAL_SOURCE
from goals.models import Goal
from minlog.provenance import TARGETS, to_fhir
from tests import factories
from tests.cast import Cast
from tests.conformance import assert_valid
from tests.minlog.conftest import Ask, found

pytestmark = pytest.mark.django_db


@pytest.fixture
def goal(cast: Cast) -> Row:
    """An overall goal that the doctor wrote and changed once."""
    made = create_element(
        by=cast.doctor.actor,
        source=GOAL_SOURCE,
        citizen_id=cast.citizen.person.pk,
        category=Category.GOAL_SUL,
        law=Law.HEALTH,
        values={"kind": "overall", "words": "Bedre vejrtrækning"},
    )
    later = cast.doctor.asking(moment=cast.moment + timedelta(seconds=1))
    return change_element(
        by=later, source=GOAL_SOURCE, key=made["id"], if_match=1, change=lambda _goal: {"words": "Bedre"}
    )


def targets(bundle: dict[str, Any]) -> list[str]:
    return [resource["target"][0]["reference"] for resource in found(bundle)]


@pytest.mark.law("origin-of-data")
@pytest.mark.parametrize("who", ["doctor", "hospital_nurse", "gp", "municipal_nurse", "citizen", "daughter"])
def test_who_sees_the_goal_sees_who_wrote_it(cast: Cast, ask: Ask, goal: Row, who: str) -> None:
    status, bundle = ask(getattr(cast, who).actor, f"Provenance?target=Goal/{goal['id']}")

    assert status == 200
    assert targets(bundle) == [f"Goal/{goal['id']}"] * 2
    newest, first = found(bundle)
    assert newest["activity"]["coding"][0]["code"] == "UPDATE"
    assert newest["entity"][0]["what"]["reference"] == f"Goal/{goal['id']}/_history/1"
    assert first["activity"]["coding"][0]["code"] == "CREATE"
    assert "entity" not in first
    assert first["policy"] == ["http://ehealth.sundhed.dk/policy/dk/sundhedsloven"]
    assert first["agent"][0]["who"] == {"reference": f"Practitioner/{cast.doctor.person.pk}"}
    assert first["agent"][0]["onBehalfOf"] == {"reference": f"Organization/{cast.units.ward.pk}"}


@pytest.mark.parametrize("who", ["stranger", "home_helper", "caseworker", "blocked_doctor", "social_psychiatry_worker"])
def test_who_does_not_see_the_goal_does_not_see_who_wrote_it(cast: Cast, ask: Ask, goal: Row, who: str) -> None:
    actor = getattr(cast, who).actor
    version = Version.objects.filter(resource_id=goal["id"]).first()
    assert version is not None

    status, bundle = ask(actor, f"Provenance?target=Goal/{goal['id']}")
    of_her, all_hers = ask(actor, f"Provenance?patient=Patient/{cast.citizen.person.pk}")
    read, _outcome = ask(actor, f"Provenance/{version.pk}")

    assert (status, targets(bundle)) == (200, [])
    assert (of_her, targets(all_hers)) == (200, [])
    assert read in (403, 404)


def test_version_that_the_reader_would_not_have_seen_then_stays_hidden(cast: Cast, ask: Ask, goal: Row) -> None:
    Goal.objects.filter(pk=goal["id"]).update(occurred_at=factories.ago(days=400))
    factories.block_of_period(
        citizen=cast.citizen.person,
        unit=cast.units.ward,
        period_start=factories.ago(hours=1),
        period_end=factories.ahead(hours=1),
    )

    _status, bundle = ask(cast.doctor.actor, f"Provenance?target=Goal/{goal['id']}")

    assert ask(cast.doctor.actor, f"Goal/{goal['id']}")[0] == 200
    assert targets(bundle) == []


def test_plan_seen_only_in_part_does_not_tell_where_it_comes_from(cast: Cast, ask: Ask) -> None:
    plan = factories.mixed_plan(citizen=cast.citizen.person, origin=cast.units.home_care)
    Version.objects.create(
        resource_type="CarePlan",
        resource_id=plan.pk,
        version=1,
        change="create",
        citizen_id=plan.citizen_id,
        category=plan.category,
        recorded_under=plan.recorded_under,
        origin_id=plan.origin_id,
        recorded_at=factories.now(),
        acting_as="care",
        row={},
    )

    assert ask(cast.doctor.actor, f"CarePlan/{plan.pk}")[0] == 200
    for who, count in (("doctor", 0), ("home_helper", 1), ("citizen", 1)):
        _status, bundle = ask(getattr(cast, who).actor, f"Provenance?target=CarePlan/{plan.pk}")

        assert len(found(bundle)) == count


def test_read_and_its_log_row(cast: Cast, ask: Ask, goal: Row) -> None:
    version = Version.objects.get(resource_id=goal["id"], version=1)

    status, resource = ask(cast.gp.actor, f"Provenance/{version.pk}")

    assert (status, resource["id"]) == (200, str(version.pk))
    row = Entry.objects.get(resource_type="Provenance")
    assert (row.citizen_id, row.families, row.laws) == (cast.citizen.person.pk, ["goal-sul"], ["health-act"])


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("&recorded=ge2020", 2),
        ("&recorded=lt2020", 0),
        ("&agent=Practitioner/{doctor}", 2),
        ("&agent=Organization/{ward}", 2),
        ("&agent=Practitioner/{ward}", 0),
        ("&target=Goal/{goal}", 2),
        ("&target=Condition/{goal}", 0),
    ],
)
def test_search_parameters(cast: Cast, ask: Ask, goal: Row, query: str, count: int) -> None:
    filled = query.format(doctor=cast.doctor.person.pk, ward=cast.units.ward.pk, goal=goal["id"])

    status, bundle = ask(cast.citizen.actor, f"Provenance?patient=Patient/{cast.citizen.person.pk}{filled}")

    assert (status, len(found(bundle))) == (200, count)


def test_one_statement(cast: Cast, ask: Ask, goal: Row) -> None:
    path = f"Provenance?target=Goal/{goal['id']}"
    ask(cast.doctor.actor, path)

    with CaptureQueriesContext(connection) as statements:
        ask(cast.doctor.actor, path)

    assert len(statements) == 1


def test_targets_are_the_types_of_which_versions_are_kept() -> None:
    versioned = {entry.type for entry in all_resources() if {"create", "vread"} <= {*entry.interactions}}

    assert versioned <= set(TARGETS)


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ({"acting_as": "citizen", "professional_id": None, "actor_citizen_id": 1}, {"reference": "Patient/1"}),
        ({"acting_as": "proxy", "professional_id": None, "actor_citizen_id": 2}, {"display": "pårørende med fuldmagt"}),
        (
            {"acting_as": "system", "professional_id": None, "actor_citizen_id": None},
            {"identifier": {"system": "urn:ietf:rfc:6749#client_id", "value": "eoj-1"}},
        ),
    ],
)
def test_who_wrote(changes: dict[str, Any], who: dict[str, Any]) -> None:
    plain = {
        "id": 5,
        "citizen_id": 1,
        "updated_at": factories.now(),
        "recorded_under": "service-act",
        "resource_type": "EpisodeOfCare",
        "resource_id": 6,
        "of_version": 1,
        "change": "create",
        "unit_id": None,
        "client_id": "eoj-1",
        "evidence": "visitation:2026-0001",
    }

    built = to_fhir({**plain, **changes}, None)  # type: ignore[arg-type]

    assert_valid(built)
    assert built["agent"][0]["who"] == who
    assert built["entity"][0]["what"]["identifier"]["value"] == "visitation:2026-0001"
