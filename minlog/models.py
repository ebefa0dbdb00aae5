"""The log as it is read: the table of `audit.Entry` with names joined to its ids.

The log itself has no foreign keys, so that it outlives what it names. Here they are there for reading only: a name
that is gone is left out, never the row.
"""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from access.policies import PermittedQuerySet


def _named(model: str) -> Any:
    """A column of the log that names a row of another table, if that is still there."""
    return models.ForeignKey(
        model, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )


class LookUp(models.Model):
    """One entry of the log (opslag) for its readers; written by the engine only, through `audit.Entry`.

    `recorded_at` is an aware UTC instant. The table's key is (recorded_at, id), since it is partitioned by month; the
    id alone is unique as well, and is what readers know.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    recorded_at = models.DateTimeField()
    citizen = _named("citizens.Citizen")
    acting_as = models.CharField(max_length=12)
    professional = _named("organisations.Professional")
    profession = models.CharField(max_length=20)
    unit = _named("organisations.Organisation")
    responsible = _named("organisations.Professional")
    actor_citizen = _named("citizens.Citizen")
    client_id = models.CharField(max_length=100)
    token_id = models.CharField(max_length=64)
    request_id = models.CharField(max_length=64)
    purpose = models.CharField(max_length=12)
    interaction = models.CharField(max_length=20)
    resource_type = models.CharField(max_length=40)
    resource_ids = ArrayField(models.UUIDField())
    families = ArrayField(models.CharField(max_length=16))
    laws = ArrayField(models.CharField(max_length=16))
    outcome = models.CharField(max_length=6)
    reason = models.CharField(max_length=20)
    rules = ArrayField(models.CharField(max_length=40))
    override = _named("consents.Override")
    query = models.TextField()

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(PermittedQuerySet)()

    class Meta:
        managed = False
        db_table = "audit_entry"
        default_permissions = ()

    def __str__(self) -> str:
        return f"LookUp {self.pk}"
