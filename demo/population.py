"""The population of the demo: some thirty test persons with believable courses, told anew for each day of loading."""

from datetime import UTC, datetime

from django.contrib.auth.models import Permission
from django.db import connection, transaction

from careplans.models import CarePlan, CarePlanGrant
from demo import lately, places, systems, versions
from demo.book import Book, first, key
from demo.people import chronic, families, lars, looks, municipal, seeds
from demo.places import World
from identity.models import System, User

GROUPS = (lars, seeds, families, chronic, municipal, looks)
_LOCK = 760_201


def is_loaded() -> bool:
    """Whether the demo is in the database."""
    return System.objects.filter(pk=key("system epj-demo")).exists()


def load(now: datetime | None = None) -> dict[str, int]:
    """Write the whole population in one transaction; return how many rows of each table, or nothing if it was there."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        if is_loaded():
            return {}
        book = tell(now or datetime.now(UTC)).book
        counts = book.write()
        counts["Version"] = versions.record_all(book)
        lately.tell(book)
        return counts


def tell(now: datetime) -> World:
    """Tell everything without writing it."""
    world = places.build(Book(now))
    systems.tell(world)
    for group in GROUPS:
        group.tell(world)
    _users(world)
    return world


def _users(world: World) -> None:
    """Two who may log in to the pages, and a colleague added to one plan by name."""
    book = world.book
    book.add(_user("lars", citizen=world.citizens["lars"]))
    colleague = book.add(_user("stranger", professional=world.staff["stranger"]))
    plan = first(book.of(CarePlan), citizen=world.citizens["hans"], kind=CarePlan.Kind.COURSE)
    permission = Permission.objects.get(codename="follow_plan", content_type__app_label="careplans")
    book.add(CarePlanGrant(user=colleague, permission=permission, content_object=plan))


def _user(name: str, **person: object) -> User:
    """A user without a password; the demo logs in by its page of personas."""
    user = User(username=f"demo-{name}", **person)
    user.set_unusable_password()
    return user
