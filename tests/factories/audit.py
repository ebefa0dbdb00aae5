"""Rows of the log, as the statements of the hot path write them."""

from typing import Any

from audit.models import Entry
from tests.factories.base import ago


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
