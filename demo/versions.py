"""The first version of everything that the demo wrote, and the log row of its writing, as a service leaves them."""

from collections import defaultdict
from uuid import UUID

from django.db.models import Model

from access.actors import Actor
from access.policies import all_policies
from access.vocabulary import ActingAs, Purpose
from access.writing import record
from citizens.models import Citizen
from demo.book import Book, key
from fhir.registry import all_resources
from stamkort.services import ENTRY_SOURCE


def record_all(book: Book) -> int:
    """Write a version of each row that is served, as delivered by the demo's system; return how many. In a transaction.

    One statement for each citizen and kind of resource.
    """
    unit = key("unit region")
    system = Actor(ActingAs.SYSTEM, Purpose.DELIVERY, book.now, unit_id=unit, client_id="epj-demo")
    sources = [*(item.source for item in all_resources()), ENTRY_SOURCE]
    served = {(source.name, source.model): source for source in sources}
    count = 0
    for source in served.values():
        if source.model not in all_policies():
            continue
        for citizen_id, ids in _by_citizen(book.of(source.model)).items():
            count += len(record(system, source, ids, "create", citizen_id=citizen_id))
    return count


def _by_citizen(rows: list[Model]) -> dict[UUID | None, list[UUID]]:
    """The keys of rows by whose they are; what is about nobody stands under None."""
    found: dict[UUID | None, list[UUID]] = defaultdict(list)
    for row in rows:
        found[row.pk if isinstance(row, Citizen) else getattr(row, "citizen_id", None)].append(row.pk)
    return found
