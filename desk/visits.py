"""A visit: one professional at one citizen's overview, from the launch until it is closed or left alone.

The session holds who asks about whom, as a token would say it, and nothing that was shown.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest

from access.actors import Actor
from access.service import log
from access.vocabulary import HEALTH_SIDE, Purpose
from fhir.ids import new_key
from identity import assertions, tickets, tokens
from identity.models import Ticket
from identity.revocation import watch

# However busy it is, a visit is asked for anew after this: a record system vouches for the work at hand.
LONGEST = timedelta(hours=1)
TREATMENT, AGREES = "treatment", "agrees"
SHORTEST_REASON, LONGEST_REASON = 10, 300


@dataclass(frozen=True)
class Visit:
    """One visit. `ground` is what the professional said in the consent window, empty before that."""

    actor: Actor
    citizen_id: UUID
    professional_id: UUID
    unit_id: UUID
    ground: str

    @property
    def choices(self) -> tuple[str, ...]:
        """The grounds that may be chosen: current treatment only by who acts under the health act and treats."""
        is_treating = self.actor.acting_as in HEALTH_SIDE and self.actor.purpose == Purpose.TREATMENT
        return (TREATMENT, AGREES) if is_treating else (AGREES,)


def begin(request: HttpRequest, secret: str) -> bool:
    """Use up a launch and begin its visit, in a session of its own; false for a launch that opens nothing."""
    ticket = tickets.redeem(Ticket.Kind.PAGE, secret)
    if ticket is None:
        return False
    request.session.flush()
    request.session["visit"] = {
        "facts": ticket.facts,
        "id": uuid4().hex,
        "began_at": datetime.now(UTC).timestamp(),
        "ground": "",
    }
    return True


def current(request: HttpRequest) -> Visit | None:
    """The visit that the browser has open, if whoever opened it may still be there. Two statements."""
    held: dict[str, Any] | None = request.session.get("visit")
    if held is None:
        return None
    now = datetime.now(UTC)
    actor = tokens.actor_of(held["facts"], now, token_id=held["id"], request_id=new_key().hex)
    who, unit, citizen = (UUID(held["facts"][name]) for name in ("pro", "unit", "pat"))
    is_over = now.timestamp() - held["began_at"] > LONGEST.total_seconds()
    if is_over or watch.is_revoked(actor.token_id, actor.client_id) or not assertions.is_still_employed(who, unit):
        request.session.flush()
        return None
    return Visit(actor, citizen, who, unit, held["ground"])


def state_ground(request: HttpRequest, visit: Visit, choice: str, reason: str) -> str:
    """Note what the professional says in the consent window; return what is wrong with it, or nothing. One statement.

    It is written to the log, which the citizen sees, and decides nothing: no rule asks it, since neither a spoken yes
    nor a click is one of the law's grounds for what the rules refuse.
    """
    reason = " ".join(reason.split())
    if choice not in visit.choices:
        return "error_choice"
    is_needed = choice == TREATMENT or bool(reason)
    if is_needed and not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        return "error_reason"
    told = f"{choice}: {reason}" if reason else choice
    log(visit.actor, "consent-window", "Patient", citizen_id=visit.citizen_id, outcome="permit", query=told)
    held = request.session["visit"]
    request.session["visit"] = {**held, "ground": choice}
    return ""
