"""A visitor: who is logged in, and whom she acts for. The session holds ids alone, and the rules decide every look."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest

from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from citizens.capacities import Capacity, capacities_of
from citizens.models import Citizen
from fhir.ids import new_key

CLIENT = "portal"
# However busy it is, somebody logs in anew after this.
LONGEST = timedelta(hours=8)


@dataclass(frozen=True)
class Visitor:
    """One who is logged in. `subject` is the citizen whose data the pages show: herself, or whom she acts for."""

    actor: Actor
    me: Citizen
    subject: Citizen
    capacities: tuple[Capacity, ...]

    @property
    def citizen_id(self) -> UUID:
        """The citizen whose data the pages show."""
        return self.subject.pk

    @property
    def is_acting(self) -> bool:
        """Whether she acts for another."""
        return self.subject.pk != self.me.pk


def begin(request: HttpRequest, citizen_id: UUID) -> None:
    """Log a citizen in, in a session of her own."""
    request.session.flush()
    request.session["visitor"] = {
        "citizen": str(citizen_id),
        "for": "",
        "id": uuid4().hex,
        "began_at": datetime.now(UTC).timestamp(),
    }


def act_for(request: HttpRequest, visitor: Visitor, citizen_id: UUID) -> bool:
    """Act for another, or for herself again; false where no capacity of hers allows it."""
    is_self = citizen_id == visitor.me.pk
    if not is_self and citizen_id not in {each.citizen.pk for each in visitor.capacities}:
        return False
    request.session.cycle_key()
    request.session["visitor"] = {**request.session["visitor"], "for": "" if is_self else str(citizen_id)}
    return True


def current(request: HttpRequest) -> Visitor | None:
    """Who is logged in in this browser; a capacity that has ended leads back to herself. Four statements."""
    held: dict[str, Any] | None = request.session.get("visitor")
    if held is None:
        return None
    now = datetime.now(UTC)
    me = Citizen.objects.filter(pk=UUID(held["citizen"])).first()
    if me is None or now.timestamp() - held["began_at"] > LONGEST.total_seconds():
        request.session.flush()
        return None
    capacities = capacities_of(me.pk, now)
    acting = next((each for each in capacities if str(each.citizen.pk) == held["for"]), None)
    actor = Actor(
        acting.acting_as if acting else ActingAs.CITIZEN,
        Purpose.OWN,
        now,
        citizen_id=me.pk,
        on_behalf_of=acting.citizen.pk if acting else None,
        client_id=CLIENT,
        token_id=held["id"],
        request_id=new_key().hex,
    )
    return Visitor(actor, me, acting.citizen if acting else me, capacities)
