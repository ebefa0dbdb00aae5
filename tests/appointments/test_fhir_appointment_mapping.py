"""Appointment: what a row becomes, whole and for its time alone; no database is asked."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from access.actors import Actor
from access.open_questions import SERVICE_NAMES
from access.vocabulary import ActingAs, Purpose
from appointments.fhir import mapping
from tests.conformance import assert_valid
from tests.rest import instant

SNOMED = "http://snomed.info/sct"
READER = Actor(ActingAs.HP, Purpose.TREATMENT, datetime(2026, 3, 2, tzinfo=UTC), regime=frozenset())


def extensions(resource: dict[str, Any]) -> dict[str, Any]:
    """The values of the extensions, by the last part of their addresses."""
    return {
        item["url"].rsplit("/", 1)[-1]: value
        for item in resource.get("extension", [])
        for name, value in item.items()
        if name != "url"
    }


def row(**more: Any) -> dict[str, Any]:
    """A row with everything in it."""
    return {
        "id": UUID(int=1),
        "citizen_id": UUID(int=2),
        "recorded_under": "service-act",
        "version": 3,
        "updated_at": instant(2026, 3, 1),
        "created_at": instant(2026, 2, 1),
        "source": "eoj",
        "source_id": "77",
        "sector": "municipality",
        "status": "booked",
        "appointment_type": "FOLLOWUP",
        "service_type": "regular",
        "start": instant(2026, 3, 5),
        "end": instant(2026, 3, 5, 10),
        "is_approximate": True,
        "series_id": UUID(int=3),
        "paragraph": "SEL § 83, stk. 1, nr. 1",
        "responsible_id": UUID(int=4),
        "requester_id": UUID(int=5),
        "performer_unit_id": UUID(int=6),
        "performer_id": UUID(int=7),
        "location_id": UUID(int=8),
        "description": "Bad og påklædning",
        "reason_system": SNOMED,
        "reason_code": "238131007",
        "reason_text": "Overvægt",
        "cancellation_reason": "",
        "rules": ["own-service"],
        **more,
    }


def test_a_row_becomes_an_appointment() -> None:
    made = mapping.to_fhir(row(), READER)

    assert_valid(made)
    assert extensions(made) == {
        "ehealth-legalBasis": {
            "coding": [{"system": "http://ehealth.sundhed.dk/cs/jurisdiction", "code": "service-act"}]
        },
        "service-paragraph": "SEL § 83, stk. 1, nr. 1",
        "appointment-sector": "municipality",
        "appointment-approximate": True,
        "ehealth-responsible-organization": {"reference": f"Organization/{UUID(int=4)}"},
        "ehealth-performing-organization": {"reference": f"Organization/{UUID(int=6)}"},
        "appointment-requester": {"reference": f"Organization/{UUID(int=5)}"},
        "ehealth-group-id": str(UUID(int=3)),
    }
    assert [part["actor"]["reference"] for part in made["participant"]] == [
        f"Patient/{UUID(int=2)}",
        f"Practitioner/{UUID(int=7)}",
        f"Location/{UUID(int=8)}",
    ]
    assert made["reasonCode"] == [{"coding": [{"system": SNOMED, "code": "238131007"}], "text": "Overvægt"}]
    assert (made["start"], made["end"]) == ("2026-03-05T09:00:00.000Z", "2026-03-05T10:00:00.000Z")


@pytest.mark.parametrize("rules", [["appointment-times"], []])
def test_of_time_alone_nothing_else_is_told(rules: list[str]) -> None:
    made = mapping.to_fhir(row(rules=rules), READER)

    assert_valid(made)
    assert set(made) == {
        "resourceType", "id", "meta", "extension", "status", "start", "end", "participant",
    }  # fmt: skip
    assert set(extensions(made)) == {"ehealth-legalBasis", "appointment-sector", "appointment-approximate"}
    assert made["participant"] == [{"actor": {"reference": f"Patient/{UUID(int=2)}"}, "status": "accepted"}]
    assert made["meta"]["security"][-1]["code"] == "REDACTED"


@pytest.mark.parametrize("rule", ["social-disclosure", "own-service", "own-record", "power-of-attorney"])
def test_one_more_rule_than_time_tells_the_whole(rule: str) -> None:
    made = mapping.to_fhir(row(rules=["appointment-times", rule]), READER)

    assert made["description"] == "Bad og påklædning"


@pytest.mark.parametrize(
    ("paragraph", "section", "family"),
    [
        ("SEL § 79 a", "SEL § 79 a", "Forebyggende hjemmebesøg"),
        ("SEL § 83, stk. 1, nr. 3", "SEL § 83", "Hjemmehjælp"),
        ("SEL § 83 a", "SEL § 83 a", "Rehabiliteringsforløb"),
        ("SEL § 84, stk. 2", "SEL § 84", "Afløsning, aflastning og midlertidigt ophold"),
        ("SEL § 86, stk. 1", "SEL § 86", "Genoptræning og vedligeholdelsestræning"),
    ],
)
def test_the_family_of_a_service_is_told_by_its_switch_and_is_that_of_its_section(
    paragraph: str, section: str, family: str
) -> None:
    given = row(paragraph=paragraph, rules=["appointment-times"])
    made = mapping.to_fhir(given, replace(READER, regime=frozenset({SERVICE_NAMES})))

    assert "description" not in mapping.to_fhir(given, READER)

    assert (extensions(made)["service-paragraph"], made["description"]) == (section, family)


def test_an_end_that_nobody_knows_is_said_to_be_unknown() -> None:
    for rules in (["own-record"], ["appointment-times"]):
        made = mapping.to_fhir(row(end=None, rules=rules), READER)

        assert_valid(made)
        assert "end" not in made
        assert made["_end"]["extension"][0]["valueCode"] == "unknown"
