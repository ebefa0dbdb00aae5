"""The one write of the law's settings: a decision about a switch. It is made at the command line and nowhere else."""

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from access import switches
from access.open_questions import ALL, SWITCH_OF
from law.models import SwitchPosition


class SwitchRefused(Exception):
    """A decision about a switch that cannot be made; the text says why."""


def set_switch(*, by: str, code: str, is_on: bool, start: date, end: date | None = None, reason: str) -> SwitchPosition:
    """Decide that a switch is on or off from a day in Denmark on, and return the row.

    Opening is decided for tomorrow or later; closing may be for today and then counts ten seconds after it was
    written, in every process at the same instant. What a day that is over had cannot be changed. `by` names who
    decided, in words. Raises SwitchRefused. One statement, in a transaction of its own.
    """
    _check(by, code, is_on, start, end, reason)
    with transaction.atomic(durable=True):
        made = SwitchPosition(
            code=code, is_on=is_on, start=start, end=end, decided_by=by.strip(), reason=reason.strip()
        )
        made.decided_at = made.known_from = timezone.now()  # the database writes its own
        made.save(force_insert=True)
        made.refresh_from_db()
    switches.forget()
    return made


def _check(by: str, code: str, is_on: bool, start: date, end: date | None, reason: str) -> None:
    """Say what is wrong in words; the database holds the same rules but for what code alone knows."""
    today = timezone.localdate()
    if code not in ALL:
        raise SwitchRefused(f"No switch is called {code!r}. There are: {', '.join(SWITCH_OF)}.")
    if code not in SWITCH_OF:
        raise SwitchRefused(f"{code} is the law itself and holds by its date; it is no switch.")
    if not by.strip() or not reason.strip():
        raise SwitchRefused("Say who decided (--by) and why (--reason).")
    if end is not None and end <= start:
        raise SwitchRefused("The period ends before it begins.")
    if is_on and start <= today:
        raise SwitchRefused("Opening a switch is decided for tomorrow or later, so that nobody is surprised by it.")
    if start < today:
        raise SwitchRefused("A day that is over cannot be decided about; the earliest is today.")
    opens = SWITCH_OF[code].valid_from
    if is_on and opens is not None and start < opens:
        raise SwitchRefused(f"{code} cannot be on before {date_format(opens, 'Y-m-d')}.")
