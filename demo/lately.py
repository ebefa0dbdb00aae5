"""What happened since Lars was last on his pages: done by the services, after the population stands.

Everything else is told as it was delivered at once; without this, all of it were new to him.
"""

from datetime import timedelta

from access.actors import DENMARK, Actor
from access.vocabulary import ActingAs, Law, Purpose
from appointments.fhir.mapping import APPOINTMENT_SOURCE
from appointments.services import AppointmentInput, create_appointment
from consents.models import Override
from demo.book import Book, key
from demo.places import STAFF
from exchange import notices
from goals.fhir import GOAL_SOURCE
from goals.models import Goal
from goals.services import GoalInput, create_goal
from identity.models import LoginSession

LARS = key("citizen lars")


def tell(book: Book) -> None:
    """He was last here when everything stood; then his doctor gave him a new time, and a nurse proposed a goal.

    He is told of the doctor who overrode what he keeps to himself, and of a consent that ends soon. In a transaction.
    """
    LoginSession.objects.create(
        citizen_id=LARS, began_at=book.now, seen_at=book.now, ended_at=book.now, browser="safari", device="tablet"
    )
    start = book.at(6, "08:40").astimezone(DENMARK)
    blood = AppointmentInput(
        LARS,
        status="booked",
        start=start,
        end=start + timedelta(minutes=10),
        description="Blodprøve",
        law=Law.HEALTH,
    )
    create_appointment(by=_at_work(book, "gp"), source=APPOINTMENT_SOURCE, given=blood)
    walk = GoalInput(
        LARS,
        kind=Goal.Kind.OVERALL,
        status=Goal.Status.PROPOSED,
        words="Gå en tur på ti minutter hver dag",
    )
    create_goal(by=_at_work(book, "lung-nurse"), source=GOAL_SOURCE, goal=walk)
    notices.tell(LARS, "block-overridden", str(Override.objects.get(pk=key("override of lars")).pk))
    notices.tell_what_ends(book.now)


def _at_work(book: Book, name: str) -> Actor:
    """A member of staff who treats him, a moment after everything stood."""
    unit = key(f"unit {STAFF[name][4][0]}")
    who = key(f"staff {name}")
    return Actor(
        ActingAs.HP,
        Purpose.TREATMENT,
        book.now + timedelta(milliseconds=1),
        professional_id=who,
        profession=STAFF[name][2].value,
        unit_id=unit,
        client_id="epj-demo",
    )
