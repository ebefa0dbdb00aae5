"""The log as rows: what is read of an entry, and the one way for pages to read a citizen's log."""

from typing import Any
from uuid import UUID

from django.db.models import Case, F, IntegerField, Q, Value, When

from access import service
from access.actors import Actor
from access.search import citizen_search
from access.shielding import Deed
from access.statements import Row, Source
from minlog.models import LookUp
from minlog.words import MinLogEntry, entry_of

_SAME = (
    "id citizen_id acting_as professional_id profession unit_id responsible_id actor_citizen_id client_id token_id "
    "request_id purpose interaction resource_type resource_ids families laws outcome reason override_id query"
)


def _is_override(_actor: Actor | None) -> Any:
    """An override of this citizen's blocks by this professional was named."""
    fits = Q(override__citizen_id=F("citizen_id"), override__professional_id=F("professional_id"))
    return Case(When(fits, then=Value(True)), default=Value(False))


LOG_SOURCE = Source(
    "AuditEvent",
    LookUp,
    {
        **{name: name for name in _SAME.split()},
        "updated_at": "recorded_at",
        "version": lambda _actor: Value(1, output_field=IntegerField()),
        "held": "rules",
        "given_name": "professional__given_name",
        "family_name": "professional__family_name",
        "authorisation_id": "professional__authorisation_id",
        "unit_name": "unit__name",
        "unit_sor": "unit__sor",
        "responsible_given_name": "responsible__given_name",
        "responsible_family_name": "responsible__family_name",
        "responsible_authorisation_id": "responsible__authorisation_id",
        "actor_given_name": "actor_citizen__given_name",
        "actor_family_name": "actor_citizen__family_name",
        "citizen_given_name": "citizen__given_name",
        "citizen_family_name": "citizen__family_name",
        "is_override": _is_override,
        "override_code": "override__reason_code",
        "override_reason": "override__reason",
    },
    is_long=True,
    people={"professional_id": Deed("unit_id"), "responsible_id": Deed("unit_id")},
)


def read_log(*, by: Actor, citizen_id: UUID, limit: int = 100, english: bool = False) -> list[MinLogEntry]:
    """Return a citizen's log in plain words, the newest first; the reading is itself logged.

    Raises FhirError (403) for who may not read it. One statement, three when there is nothing.
    Law: grounds.LOG_ACCESS.
    """
    return [entry_of(row, english=english) for row in rows_of(by, citizen_id, limit)]


def rows_of(by: Actor, citizen_id: UUID, limit: int) -> list[Row]:
    """The rows of a citizen's log."""
    wanted = citizen_search(LOG_SOURCE, citizen_id, "citizen_id", limit)
    return service.search(LOG_SOURCE, by, wanted, query=f"AuditEvent?patient=Patient/{citizen_id}")
