"""Every address of the pages: who may open it, and how many statements it takes at any amount of data.

A new address has to be written in here. `{goal}` and its like stand for ids of the citizen of the cast (`samples`).
"""

from dataclasses import dataclass
from typing import Any

from stamkort.models import Entry, Registration
from stamkort.services import write_entry
from tests import factories
from tests.cast import Cast
from tests.factories import now


@dataclass(frozen=True)
class Row:
    """One address. `is_open` is for anybody; what takes forms or gives a file (`is_form`) has its own test.

    `statements` is the ceiling for the page, all that the session takes counted.
    """

    path: str
    statements: int = 0
    is_open: bool = False
    is_form: bool = False


PAGES: dict[str, Row] = {
    "portal": Row("/portal/", 22),
    "portal-login": Row("/portal/login/", 4, is_open=True),
    "portal-login-start": Row("/portal/login/start/", is_open=True, is_form=True),
    "portal-login-back": Row("/portal/login/back/", is_open=True, is_form=True),
    "portal-logout": Row("/portal/logout/", is_open=True, is_form=True),
    "portal-acting": Row("/portal/acting/", 8),
    "portal-appointments": Row("/portal/appointments/", 11),
    "portal-appointments-earlier": Row("/portal/appointments/earlier/", 11),
    "portal-appointments-week": Row("/portal/appointments/week/", 11),
    "portal-appointments-calendars": Row("/portal/appointments/calendars/", 9),
    "portal-appointments-calendar-end": Row("/portal/appointments/calendars/{feed}/end/", is_form=True),
    "portal-appointment": Row("/portal/appointments/{appointment}/", 9),
    "portal-appointment-private": Row("/portal/appointments/{appointment}/private/", 34),
    "portal-plans": Row("/portal/plans/", 20),
    "portal-plan": Row("/portal/plans/{plan}/", 20),
    "portal-plans-goal-new": Row("/portal/plans/goals/new/", 20),
    "portal-plans-goal": Row("/portal/plans/goals/{goal}/", 20),
    "portal-plans-goal-change": Row("/portal/plans/goals/{life_goal}/change/", 20),
    "portal-stamkort": Row("/portal/stamkort/", 20),
    "portal-stamkort-print": Row("/portal/stamkort/print/", 18),
    "portal-stamkort-wish": Row("/portal/stamkort/wishes/treatment-will/", 10),
    "portal-stamkort-group": Row("/portal/stamkort/typed/comment/", 11),
    "portal-stamkort-group-history": Row("/portal/stamkort/typed/comment/history/", 14),
    "portal-stamkort-relative-new": Row("/portal/stamkort/relatives/new/", 10),
    "portal-stamkort-relative": Row("/portal/stamkort/relatives/{relative}/", 12),
    "portal-stamkort-relative-move": Row("/portal/stamkort/relatives/{relative}/move/", is_form=True),
    "portal-stamkort-relative-remove": Row("/portal/stamkort/relatives/{relative}/remove/", 14),
    "portal-stamkort-relative-history": Row("/portal/stamkort/relatives/{relative}/history/", 12),
    "portal-data": Row("/portal/data/", 8),
    "portal-data-file": Row("/portal/data/file/", is_form=True),
    "portal-data-document": Row("/portal/data/document/", is_form=True),
    "portal-messages": Row("/portal/messages/", 17),
    "portal-relatives": Row("/portal/relatives/", 16),
    "portal-relatives-give": Row("/portal/relatives/give/", 12),
    "portal-relatives-change": Row("/portal/relatives/{power}/", 16),
    "portal-sessions": Row("/portal/sessions/", 9),
    "portal-access": Row("/portal/access/", 22),
    "portal-access-unit": Row("/portal/access/unit/{unit}/", 22),
    "portal-access-block": Row("/portal/access/block/", 20),
    "portal-access-consent": Row("/portal/access/consent/", 20),
    "portal-access-end": Row("/portal/access/end/{consent}/", 34),
    "portal-log": Row("/portal/log/", 22),
    "portal-log-file": Row("/portal/log/file/", is_form=True),
    "portal-log-ask": Row("/portal/log/ask/{entry}/", 12),
    "portal-log-question": Row("/portal/log/question/{question}/", 12),
}


def samples(cast: Cast) -> dict[str, Any]:
    """Make what the addresses name, all of it the citizen's; the ids by name."""
    me = cast.citizen.person
    factories.notice(citizen=me)
    return {
        **of_stamkort(cast),
        **of_access(cast),
        **of_plans(cast),
        "power": factories.power_of_attorney(principal=me).pk,
    }


def of_plans(cast: Cast) -> dict[str, Any]:
    """An appointment, a plan, a goal that others wrote and a life goal that is shared with one unit."""
    hers: dict[str, Any] = {"citizen": cast.citizen.person, "origin": cast.units.ward}
    return {
        "appointment": factories.appointment(**hers).pk,
        "plan": factories.active_care_plan(**hers).pk,
        "goal": factories.disease_goal(**hers).pk,
        "life_goal": factories.named_life_goal(cast.units.ward, citizen=cast.citizen.person).pk,
    }


def of_stamkort(cast: Cast) -> dict[str, Any]:
    """A relative, a comment that staff typed anew, and a will of which only the newest is in force."""
    me, by = cast.citizen.person, cast.doctor.actor
    write_entry(by=by, citizen_id=me.pk, kind=Entry.Kind.COMMENT, value={"text": "Tal langsomt."})
    Registration.objects.filter(citizen_id=me.pk, revoked_at=None).update(revoked_at=now())
    factories.will_content(citizen=me)
    return {"relative": factories.relative(citizen=me, author=cast.doctor.person, origin=cast.units.ward).pk}


def of_access(cast: Cast) -> dict[str, Any]:
    """A look of the nurse, a question about one, a consent, and one more unit with something of hers."""
    tove, nurse = cast.citizen.person, cast.municipal_nurse
    ids = {"citizen_id": tove.pk, "unit_id": cast.units.nursing.pk, "professional_id": nurse.person.pk}
    factories.log_entry(**ids)
    factories.diagnosis(citizen=tove, origin=cast.units.ward)
    factories.treatment_relation(citizen=tove)
    return {
        "unit": cast.units.nursing.pk,
        "consent": factories.consent(citizen=tove, recipient_unit=cast.units.ward).pk,
        "entry": factories.log_entry(**ids).id,
        "question": factories.log_question(citizen=tove, unit=cast.units.nursing).pk,
    }
