"""Decisions about switches, also such as were made in the past."""

from datetime import date, datetime

from django.db import connection

from access import switches
from access.open_questions import SERVICE_NAMES
from law.models import LEAD, SwitchPosition
from tests.factories.base import ago

LONG_AGO = date(2000, 1, 1)


def switch_position(
    code: str = SERVICE_NAMES,
    *,
    is_on: bool = True,
    start: date = LONG_AGO,
    end: date | None = None,
    decided_at: datetime | None = None,
) -> SwitchPosition:
    """A decision of long ago, or of any instant; the database's own dating is put aside for it."""
    decided_at = decided_at or ago(days=3650)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE law_switchposition DISABLE TRIGGER position_dated")
        made = SwitchPosition.objects.create(
            code=code,
            is_on=is_on,
            start=start,
            end=end,
            decided_by="Test Jurist",
            reason="Prøves (test).",
            decided_at=decided_at,
            known_from=decided_at + LEAD,
        )
        cursor.execute("ALTER TABLE law_switchposition ENABLE TRIGGER position_dated")
    switches.forget()
    return made
