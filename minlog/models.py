"""The log as it is read: the table of `audit.Entry` with names joined to its ids; and what citizens ask about it.

The log itself has no foreign keys, so that it outlives what it names. Here they are there for reading only: a name
that is gone is left out, never the row.
"""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from access.policies import PermittedQuerySet
from fhir.ids import new_key

# How long a unit has to answer a question. No paragraph of ours says it; the longest that a reader is kept waiting.
TIME_TO_ANSWER = timedelta(days=14)


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
    client_address = models.CharField(max_length=45)
    purpose = models.CharField(max_length=12)
    interaction = models.CharField(max_length=20)
    resource_type = models.CharField(max_length=40)
    resource_ids = ArrayField(models.UUIDField())
    families = ArrayField(models.CharField(max_length=16))
    laws = ArrayField(models.CharField(max_length=16))
    outcome = models.CharField(max_length=6)
    reason = models.CharField(max_length=20)
    rules = ArrayField(models.CharField(max_length=40))
    facts = ArrayField(models.UUIDField())
    override = _named("consents.Override")
    will_reason = models.CharField(max_length=500)
    query = models.TextField()

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(PermittedQuerySet)()

    class Meta:
        managed = False
        db_table = "audit_entry"
        default_permissions = ()

    def __str__(self) -> str:
        return f"LookUp {self.pk}"


class Question(models.Model):
    """A citizen's question about an entry of her log (spørgsmål til loggen): a case with the unit that looked.

    `answer_by` is `TIME_TO_ANSWER` after `asked_at`; past it an unanswered question is overdue. The citizen may close
    it, answered or not. Aware UTC instants. `entry_id` is the entry's; the log has no foreign keys.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, related_name="+", db_index=False)
    entry_id = models.UUIDField()
    entry_at = models.DateTimeField()
    unit = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        "organisations.Professional", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    answer = models.TextField(blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(PermittedQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text__regex=r"^\s*$"), name="question_text"),
            models.CheckConstraint(condition=Q(answer_by__gt=F("asked_at")), name="question_deadline"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer__regex=r"^\s*$")),
                name="question_answer",
            ),
            models.UniqueConstraint(
                fields=["entry_id"],
                condition=Q(answered_at__isnull=True, closed_at__isnull=True),
                name="question_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"Question {self.pk}"
