"""The versions and log rows of a delivery, through the one door that every write passes."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple
from uuid import UUID

from django.db.models import Model

from access.actors import Actor
from access.statements import Source
from access.writing import record, record_several
from citizens.models import Citizen
from fhir.registry import all_resources

DELIVERY_RULE = "delivery"
_ABOUT = (Citizen,)


class Change(NamedTuple):
    """Rows of one table that were written: "create" or "update"."""

    model: type[Model]
    change: str
    ids: list[UUID]


@cache
def _sources() -> dict[type[Model], Source]:
    """What each table is served as."""
    found: dict[type[Model], Source] = {}
    for resource in all_resources():
        found.setdefault(resource.source.model, resource.source)
    return found


def record_all(by: Actor, changes: Iterable[Change]) -> None:
    """Write a version of each changed row, and for each citizen one log row for each table and change.

    A statement for each table and change. A row that was written twice has the version of its first change.
    """
    sources = _sources()
    seen: set[UUID] = set()
    for model, change, every in changes:
        ids = [key for key in every if key not in seen]
        seen.update(ids)
        if ids and (source := sources.get(model)) is not None:
            if model in _ABOUT or hasattr(model, "citizen"):
                record_several(by, source, ids, change, rules=(DELIVERY_RULE,))
            else:
                record(by, source, ids, change, citizen_id=None, rules=(DELIVERY_RULE,))
