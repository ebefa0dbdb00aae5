"""A visitor: who is logged in, and whom she acts for. The session holds ids alone, and the rules decide every look."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from citizens.capacities import Capacity, capacities_of
from citizens.models import Citizen
from exchange import notices
from fhir.ids import new_key
from identity import sessions
from identity.models import LoginSession


@dataclass(frozen=True)
class Visitor:
    """One who is logged in. `subject` is the citizen whose data the pages show: herself, or whom she acts for.

    `unread` is how many new messages there are for herself.
    """

    actor: Actor
    me: Citizen
    subject: Citizen
    capacities: tuple[Capacity, ...]
    login: LoginSession
    unread: int

    @property
    def citizen_id(self) -> UUID:
        """The citizen whose data the pages show."""
        return self.subject.pk

    @property
    def is_acting(self) -> bool:
        """Whether she acts for another."""
        return self.subject.pk != self.me.pk

    @property
    def about(self) -> str:
        """The name of whom the pages are about, where it is another; empty where it is herself."""
        return self.subject.given_name if self.is_acting else ""


def begin(
    request: HttpRequest, citizen: Citizen, *, from_provider: bool = False, proved_at: datetime | None = None
) -> int:
    """Log a citizen in, in a session of her own with a new key; the one before it in this browser is ended.

    Whoever logs in anew acts for whom she acted for. Returns how many of her other log-ins had to make room.
    """
    before: dict[str, Any] = request.session.get("visitor") or {}
    acting_for = before["for"] if before.get("citizen") == str(citizen.pk) else ""
    end(request)
    now = datetime.now(UTC)
    login, ended = sessions.begin(
        citizen,
        now,
        address=request.META.get("REMOTE_ADDR", ""),
        agent=request.META.get("HTTP_USER_AGENT", ""),
        proved_at=proved_at or now,
    )
    request.session["visitor"] = {
        "citizen": str(citizen.pk),
        "for": acting_for,
        "id": login.pk.hex,
        "from_provider": from_provider,
    }
    rotate_token(request)
    return ended


def end(request: HttpRequest) -> bool:
    """Log out: the session is gone and its log-in is of no use; true where it was made at the log-in service."""
    held: dict[str, Any] | None = request.session.get("visitor")
    request.session.flush()
    if held is None:
        return False
    key = UUID(held["id"])
    sessions.end(sessions.actor_of(UUID(held["citizen"]), key, datetime.now(UTC)), [key])
    return bool(held.get("from_provider"))


def act_for(request: HttpRequest, visitor: Visitor, citizen_id: UUID) -> bool:
    """Act for another, or for herself again; false where no capacity of hers allows it."""
    is_self = citizen_id == visitor.me.pk
    if not is_self and citizen_id not in {each.citizen.pk for each in visitor.capacities}:
        return False
    request.session.cycle_key()
    request.session["visitor"] = {**request.session["visitor"], "for": "" if is_self else str(citizen_id)}
    return True


def current(request: HttpRequest) -> Visitor | None:
    """Who is logged in in this browser; a capacity that has ended leads back to herself. Four statements.

    A log-in that was ended elsewhere, or is too old, is none.
    """
    held: dict[str, Any] | None = request.session.get("visitor")
    if held is None:
        return None
    now = datetime.now(UTC)
    held_to = sessions.in_force(now).select_related("citizen").filter(pk=UUID(held["id"]))
    login = held_to.annotate(unread=notices.unread_of("citizen_id")).first()
    if login is None:
        request.session.flush()
        return None
    sessions.seen(login, now)
    me = login.citizen
    capacities = capacities_of(me.pk, now)
    acting = next((each for each in capacities if str(each.citizen.pk) == held["for"]), None)
    actor = Actor(
        acting.acting_as if acting else ActingAs.CITIZEN,
        Purpose.OWN,
        now,
        citizen_id=me.pk,
        on_behalf_of=acting.citizen.pk if acting else None,
        client_id=sessions.CLIENT,
        token_id=held["id"],
        request_id=new_key().hex,
    )
    unread = 0 if acting else login.unread or 0
    return Visitor(actor, me, acting.citizen if acting else me, capacities, login, unread)
