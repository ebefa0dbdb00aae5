"""Rows of the log, as the statements of the hot path write them."""

from typing import Any

from audit.models import Entry
from minlog.models import TIME_TO_ANSWER, Question
from tests.factories.base import ago, now
from tests.factories.citizens import citizen
from tests.factories.organisations import ward


def log_entry(**given: Any) -> Entry:
    """A permitted reading of conditions an hour ago; give `citizen_id`, `professional_id` and so on."""
    fields = {
        "recorded_at": ago(hours=1),
        "acting_as": "hp",
        "purpose": "treatment",
        "interaction": "search-type",
        "resource_type": "Condition",
        "outcome": Entry.Outcome.PERMIT,
        "rules": ["treatment-look-up"],
        "families": ["diag"],
        "laws": ["health-act"],
    }
    return Entry.objects.create(**{**fields, **given})


def refused_entry(**given: Any) -> Entry:
    """A refused reading."""
    refused = {"outcome": Entry.Outcome.REFUSE, "reason": "no_relation", "rules": [], "families": [], "laws": []}
    return log_entry(**{**refused, **given})


def log_question(**given: Any) -> Question:
    """A question asked yesterday about an entry of the log, not answered yet."""
    if "citizen" not in given:
        given["citizen"] = citizen()
    if "unit" not in given and "unit_id" not in given:
        given["unit"] = ward()
    asked_at = given.get("asked_at", ago(days=1))
    fields = {
        "asked_by": given["citizen"],
        "entry_at": ago(days=2),
        "text": "Hvorfor så I mine diagnoser? (test)",
        "asked_at": asked_at,
        "answer_by": asked_at + TIME_TO_ANSWER,
        "updated_at": now(),
    }
    if "entry_id" not in given:
        entry = log_entry(
            citizen_id=given["citizen"].pk, unit_id=given["unit"].pk if "unit" in given else given["unit_id"]
        )
        given["entry_id"] = entry.id
    return Question.objects.create(**{**fields, **given})
