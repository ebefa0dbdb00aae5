"""Log-ins of citizens (log-ind): each is one browser's, can be seen by who it is of, and can be ended from another."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from access import service
from access.actors import Actor
from access.vocabulary import ActingAs, Purpose
from citizens.models import Citizen
from identity.models import LoginSession

CLIENT = "portal"
# However busy it is, somebody logs in anew after this.
LONGEST = timedelta(hours=8)
# Whoever begins something that must not be done by another proved who she is so lately.
PROVED = timedelta(minutes=10)
# So many log-ins of one citizen can be used at a time; the one left alone longest makes room.
MOST = 5
# A log-in is noted as used no oftener than this.
NOTED_EVERY = timedelta(minutes=1)
# Of those that are over, so many days are told.
KEPT = timedelta(days=30)
_BROWSERS = (("Edg", "edge"), ("OPR", "opera"), ("Firefox", "firefox"), ("Chrom", "chrome"), ("Safari", "safari"))


@transaction.atomic
def begin(
    citizen: Citizen, moment: datetime, *, address: str, agent: str, proved_at: datetime
) -> tuple[LoginSession, int]:
    """Note that a citizen logged in, and log it; return the log-in, and how many others had to make room for it.

    Five statements, two more where others make room.
    """
    Citizen.objects.select_for_update(of=("self",), no_key=True).get(pk=citizen.pk)  # one log-in of hers at a time
    made = LoginSession.objects.create(
        citizen=citizen,
        began_at=moment,
        seen_at=moment,
        proved_at=proved_at,
        network=network_of(address),
        browser=browser_of(agent),
        device=device_of(agent),
    )
    by = actor_of(citizen.pk, made.pk, moment)
    service.log(by, "login", "Session", citizen_id=citizen.pk, outcome="permit")
    usable = in_force(moment).filter(citizen=citizen, seen_at__gt=moment - idle()).exclude(pk=made.pk)
    over = list(usable.order_by("-seen_at", "-pk").values_list("pk", flat=True)[MOST - 1 :])
    return made, end(by, over) if over else 0


def refuse(moment: datetime, why: str) -> None:
    """Log that somebody could not log in. One statement."""
    nobody = Actor(ActingAs.CITIZEN, Purpose.OWN, moment, client_id=CLIENT)
    service.log(nobody, "login", "Session", citizen_id=None, outcome="refuse", reason="auth", query=why)


def actor_of(citizen_id: UUID, key: UUID, moment: datetime) -> Actor:
    """The citizen as herself, in this log-in."""
    return Actor(ActingAs.CITIZEN, Purpose.OWN, moment, citizen_id=citizen_id, client_id=CLIENT, token_id=key.hex)


def in_force(moment: datetime) -> QuerySet[LoginSession]:
    """Log-ins that can be used: not ended, begun not too long ago, and of a citizen who may log in."""
    begun = LoginSession.objects.filter(ended_at__isnull=True, began_at__gt=moment - LONGEST)
    living = begun.filter(citizen__died_at__isnull=True, citizen__replaced_by__isnull=True)
    return living.exclude(citizen__user__is_active=False)


def idle() -> timedelta:
    """How long a log-in may stand still and still be of use; a minute more, since use is noted once a minute."""
    return timedelta(seconds=settings.SESSION_COOKIE_AGE) + NOTED_EVERY


def is_proved(found: LoginSession, moment: datetime, *, began: bool = False) -> bool:
    """Whether she proved lately who she is. `began`: for an act begun in time, as long as its page can be open."""
    return found.proved_at is not None and found.proved_at > moment - PROVED - (idle() if began else timedelta(0))


def seen(found: LoginSession, moment: datetime) -> None:
    """Note that a log-in is used. One statement a minute at most."""
    if moment - found.seen_at > NOTED_EVERY:
        LoginSession.objects.filter(pk=found.pk).update(seen_at=moment)


def of_citizen(citizen_id: UUID, limit: int = 50) -> list[LoginSession]:
    """Her log-ins, the one last used first. One statement."""
    return list(LoginSession.objects.filter(citizen_id=citizen_id).order_by("-seen_at", "-pk")[:limit])


def is_open(found: LoginSession, moment: datetime) -> bool:
    """Whether a log-in can still be used: one that stood still for too long has run out in the browser as well."""
    return found.ended_at is None and found.began_at > moment - LONGEST and found.seen_at > moment - idle()


def end(by: Actor, keys: list[UUID]) -> int:
    """End log-ins of one's own, and log it; return how many. Each is of no use from then on. Two statements."""
    ended = _open_of(by).filter(pk__in=keys).update(ended_at=by.moment)
    if ended:
        service.log(by, "logout", "Session", citizen_id=by.citizen_id, outcome="permit", resource_ids=keys)
    return ended


def end_others(by: Actor, kept: UUID) -> int:
    """End all log-ins of one's own but this one; return how many. Three statements."""
    return end(by, list(_open_of(by).exclude(pk=kept).values_list("pk", flat=True)))


def end_all(moment: datetime, citizen_id: UUID | None = None) -> int:
    """End every log-in, or every one of a citizen, by who runs the service; return how many. Two statements, logged."""
    found = LoginSession.objects.filter(ended_at__isnull=True)
    ended = (found if citizen_id is None else found.filter(citizen_id=citizen_id)).update(ended_at=moment)
    by = Actor(ActingAs.ADMIN, Purpose.SUPPORT, moment, client_id="manage")
    service.log(by, "logout", "Session", citizen_id=citizen_id, outcome="permit")
    return ended


def _open_of(by: Actor) -> QuerySet[LoginSession]:
    """The actor's own that were not ended."""
    if by.citizen_id is None:
        return LoginSession.objects.none()
    return LoginSession.objects.filter(citizen_id=by.citizen_id, ended_at__isnull=True)


def network_of(address: str) -> str:
    """The network of an address, by which one knows where it was: never the whole address. Empty for none."""
    if ":" in address:
        return ":".join(address.split(":")[:3]) + ":x"
    return f"{address.rpartition('.')[0]}.x" if "." in address else ""


def browser_of(agent: str) -> str:
    """The kind of browser that a browser says it is; empty for others."""
    return next((kind for sign, kind in _BROWSERS if sign in agent), "")


def device_of(agent: str) -> str:
    """The kind of device: phone, tablet or computer."""
    if re.search(r"iPad|Tablet", agent) or ("Android" in agent and "Mobile" not in agent):
        return "tablet"
    return "phone" if "Mobile" in agent else "computer"
