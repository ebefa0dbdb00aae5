"""ServiceRequest: who sees planned interventions and how they are found, through real HTTP with real tokens."""

from datetime import timedelta
from typing import Any

import pytest

from audit.models import Entry
from careplans.fhir import service_request
from careplans.models import Intervention
from tests import factories
from tests.careplans.requests import (
    CARE_SOCIAL,
    FSIII,
    HEALTH,
    PARAGRAPH,
    PERSONAL_CARE,
    READERS,
    extension,
)
from tests.cast import Cast, make_cast
from tests.conformance import assert_valid
from tests.rest import Rest, codes, instant, written  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("codes")]


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_row_becomes_a_service_request() -> None:
    moment = instant(2026, 3, 1)
    row = {
        "id": "5f0c9d0e-0000-7000-8000-000000000001",
        "citizen_id": "5f0c9d0e-0000-7000-8000-000000000002",
        "recorded_under": "elderly-act",
        "version": 2,
        "updated_at": moment,
        "source": "eoj",
        "source_id": "77",
        "status": "active",
        "intent": "plan",
        "code_system": FSIII,
        "code": PERSONAL_CARE["elderly act"],
        "local_code": "H-lokal",
        "display": "Personlig hjælp og pleje",
        "paragraph": "ÆL § 10",
        "area": "ad865929-7363-4b2d-a271-01993181fbaf",
        "start": moment,
        "end": None,
        "authored_at": moment,
        "requester_id": None,
        "reasons": ["5f0c9d0e-0000-7000-8000-000000000003"],
        "based_on": None,
        "purpose_goal": "5f0c9d0e-0000-7000-8000-000000000004",
        "rules": ["own-service"],
    }

    made = service_request.to_fhir(row, None)  # type: ignore[arg-type]

    assert_valid(made)
    assert [coding["code"] for coding in made["code"]["coding"]] == [PERSONAL_CARE["elderly act"], "H-lokal"]
    assert extension(made, PARAGRAPH) == "ÆL § 10"
    assert made["meta"]["security"][1]["code"] == "elderly-act"
    assert made["reasonReference"] == [{"reference": "Condition/5f0c9d0e-0000-7000-8000-000000000003"}]
    assert made["occurrencePeriod"] == {"start": "2026-03-01T09:00:00.000Z"}
    assert made["identifier"][0]["value"] == "77"


def test_who_sees_nursing_and_who_sees_home_care(cast: Cast) -> None:
    tove = cast.citizen.person
    nursing = factories.intervention(citizen=tove, origin=cast.units.nursing)
    home_care = factories.home_care_intervention(citizen=tove, origin=cast.units.home_care)
    elderly = factories.elderly_care_intervention(citizen=tove, origin=cast.units.home_care)

    def readers(thing: Intervention) -> set[str]:
        asked = {name: Rest(getattr(cast, name)).get(f"ServiceRequest/{thing.pk}").status for name in READERS}
        assert set(asked.values()) <= {200, 403, 404}
        return {name for name, status in asked.items() if status == 200}

    social = {"citizen", "daughter", "home_helper"}
    assert readers(nursing) == HEALTH
    assert readers(home_care) == social
    assert readers(elderly) == social


def test_a_list_shows_what_reads_show(cast: Cast) -> None:
    tove = cast.citizen.person
    nursing = factories.intervention(citizen=tove, origin=cast.units.nursing)
    home_care = factories.home_care_intervention(citizen=tove, origin=cast.units.home_care)
    factories.intervention()

    lists = {name: Rest(getattr(cast, name)).get("ServiceRequest", patient=tove.pk) for name in READERS}

    assert lists["doctor"].ids == [str(nursing.pk)]
    assert lists["home_helper"].ids == [str(home_care.pk)]
    assert set(lists["citizen"].ids) == {str(nursing.pk), str(home_care.pk)}
    assert lists["stranger"].status == 403
    assert lists["blocked_doctor"].ids == []


def test_search_parameters(cast: Cast) -> None:
    tove = cast.citizen.person
    about = {"citizen": tove, "origin": cast.units.nursing}
    old = factories.intervention(
        **about, status="completed", authored_at=instant(2025, 1, 1), start=instant(2025, 1, 2), end=instant(2025, 2, 1)
    )
    new = factories.intervention(
        **about,
        code="76878386-b3d2-4320-828a-a700e8a66234",
        area="490ab7be-ddb1-4a54-baf1-009fe6e8a83b",
        authored_at=instant(2026, 1, 1),
        start=instant(2026, 1, 2),
        intent="order",
        requester=cast.units.practice,
        based_on=old,
        source="eoj",
        source_id="k-1",
    )
    doctor = Rest(cast.doctor)

    def found(**parameters: Any) -> set[str]:
        answer = doctor.get("ServiceRequest", **parameters)
        assert answer.status == 200, answer.body
        return set(answer.ids)

    both = {str(old.pk), str(new.pk)}
    assert found(patient=f"Patient/{tove.pk}") == found(subject=f"Patient/{tove.pk}") == both
    asked: list[tuple[dict[str, str], set[str]]] = [
        ({"_id": str(old.pk)}, {str(old.pk)}),
        ({"status": "active"}, {str(new.pk)}),
        ({"status": "active,completed"}, both),
        ({"intent": "order"}, {str(new.pk)}),
        ({"code": f"{FSIII}|G1.39"}, {str(new.pk)}),
        ({"code": "76878386-b3d2-4320-828a-a700e8a66234"}, {str(new.pk)}),
        ({"category": f"{CARE_SOCIAL}|490ab7be-ddb1-4a54-baf1-009fe6e8a83b"}, {str(new.pk)}),
        ({"authored": "ge2025-06-01"}, {str(new.pk)}),
        ({"authored": "2025"}, {str(old.pk)}),
        ({"occurrence": "lt2025-06-01"}, {str(old.pk)}),
        ({"occurrence": "ge2025-06-01"}, {str(new.pk)}),
        ({"requester": f"Organization/{cast.units.practice.pk}"}, {str(new.pk)}),
        ({"based-on": f"ServiceRequest/{old.pk}"}, {str(new.pk)}),
        ({"identifier": "https://patientoverblik.dk/fhir/identifier/source/eoj|k-1"}, {str(new.pk)}),
        ({"identifier": "https://patientoverblik.dk/fhir/identifier/source/other|k-1"}, set()),
    ]
    for parameters, expected in asked:
        assert found(patient=str(tove.pk), **parameters) == expected, parameters
    assert doctor.get("ServiceRequest", patient=tove.pk, performer="x").error == "unknown-parameter"
    assert doctor.get("ServiceRequest", patient=tove.pk, status="odd").status == 422


def test_a_hidden_plan_is_not_found_by_searching_for_it(cast: Cast) -> None:
    tove = cast.citizen.person
    hidden = factories.home_care_intervention(citizen=tove, origin=cast.units.home_care)
    part = factories.intervention(citizen=tove, origin=cast.units.nursing, based_on=hidden)

    by_doctor = Rest(cast.doctor).get("ServiceRequest", patient=tove.pk, **{"based-on": hidden.pk})
    by_citizen = Rest(cast.citizen).get("ServiceRequest", patient=tove.pk, **{"based-on": hidden.pk})

    assert by_doctor.ids == []
    assert by_citizen.ids == [str(part.pk)]


def test_pages_hold_every_row_once(cast: Cast) -> None:
    tove = cast.citizen.person
    made = [factories.intervention(citizen=tove, origin=cast.units.nursing) for _ in range(5)]
    doctor = Rest(cast.doctor)

    answer = doctor.get("ServiceRequest", patient=tove.pk, _count=2, _sort="-authored")
    found = list(answer.ids)
    while answer.next:
        answer = doctor.get(answer.next)
        found += answer.ids

    assert sorted(found) == sorted(str(item.pk) for item in made)


def test_each_look_is_in_the_log(cast: Cast) -> None:
    thing = factories.intervention(citizen=cast.citizen.person, origin=cast.units.nursing)
    Rest(cast.doctor).get(f"ServiceRequest/{thing.pk}")
    Rest(cast.stranger).get(f"ServiceRequest/{thing.pk}")

    permitted, refused = Entry.objects.order_by("recorded_at")

    assert (permitted.outcome, permitted.families, permitted.laws) == ("permit", ["int-sul"], ["health-act"])
    assert (refused.outcome, refused.reason) == ("refuse", "no_relation")
    assert refused.recorded_at - permitted.recorded_at < timedelta(minutes=1)
