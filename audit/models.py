"""The append-only log of decisions and the versions of what was changed.

Rows are never changed or removed: the database refuses by trigger and privilege (migration 0002). There are no foreign
keys, so the log outlives what it names. The tables hold no CPR number.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from fhir.ids import new_key


class Entry(models.Model):
    """One decision about one citizen in one request: who, as what, why, on what, the verdict and its rules.

    `client_address` is the network address of the system that asked; of a citizen's own device none is kept.
    `recorded_at` is an aware UTC instant. A search that touches several citizens has one entry for each.
    """

    class Outcome(models.TextChoices):
        """What the decision was; a fault of the service comes before one, and shows nothing."""

        PERMIT = "permit"
        REFUSE = "refuse"
        FAULT = "fault"

    pk = models.CompositePrimaryKey("recorded_at", "id")
    id = models.UUIDField(default=new_key, editable=False)
    recorded_at = models.DateTimeField()
    citizen_id = models.UUIDField(null=True)
    acting_as = models.CharField(max_length=12)
    professional_id = models.UUIDField(null=True)
    profession = models.CharField(max_length=20, default="")
    unit_id = models.UUIDField(null=True)
    responsible_id = models.UUIDField(null=True)
    actor_citizen_id = models.UUIDField(null=True)
    on_behalf_of = models.UUIDField(null=True)
    client_id = models.CharField(max_length=100, default="")
    token_id = models.CharField(max_length=64, default="")
    request_id = models.CharField(max_length=64, default="")
    client_address = models.CharField(max_length=45, default="", db_default="")
    purpose = models.CharField(max_length=12)
    interaction = models.CharField(max_length=20)
    resource_type = models.CharField(max_length=40)
    resource_ids = ArrayField(models.UUIDField(), default=list)
    families = ArrayField(models.CharField(max_length=16), default=list)
    laws = ArrayField(models.CharField(max_length=16), default=list)
    outcome = models.CharField(max_length=6, choices=Outcome.choices)
    reason = models.CharField(max_length=20, default="")
    rules = ArrayField(models.CharField(max_length=40), default=list)
    facts = ArrayField(models.UUIDField(), default=list)
    override_id = models.UUIDField(null=True)
    will_reason = models.CharField(max_length=500, default="")
    query = models.TextField(default="")

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="entry_id"),
            models.Index(fields=["citizen_id", "recorded_at"], name="entry_citizen"),
            models.Index(fields=["professional_id", "recorded_at"], name="entry_professional"),
            models.Index(
                fields=["responsible_id", "recorded_at"],
                condition=models.Q(responsible_id__isnull=False),
                name="entry_responsible",
            ),
        ]
        verbose_name_plural = "entries"

    def __str__(self) -> str:
        return f"Entry {self.id}"


class Version(models.Model):
    """One version of one shared thing as it was written, with its law then and who wrote it."""

    class Change(models.TextChoices):
        """What was done."""

        CREATE = "create"
        UPDATE = "update"
        DELETE = "delete"

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    resource_type = models.CharField(max_length=40)
    resource_id = models.UUIDField()
    version = models.PositiveIntegerField()
    change = models.CharField(max_length=6, choices=Change.choices)
    citizen_id = models.UUIDField(null=True)
    category = models.CharField(max_length=16, default="")
    recorded_under = models.CharField(max_length=16, default="")
    origin_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()
    acting_as = models.CharField(max_length=12)
    professional_id = models.UUIDField(null=True)
    unit_id = models.UUIDField(null=True)
    actor_citizen_id = models.UUIDField(null=True)
    client_id = models.CharField(max_length=100, default="")
    request_id = models.CharField(max_length=64, default="")
    row = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource_type", "resource_id", "version"], name="version_unique"),
        ]
        indexes = [models.Index(fields=["citizen_id", "recorded_at"], name="version_citizen")]

    def __str__(self) -> str:
        return f"{self.resource_type} {self.resource_id} version {self.version}"


class Past(models.Model):
    """What a row was until an instant, kept by triggers of the database: how the facts stood on any day.

    `row` is null where there was no such row yet. What stands in no `Past` after an instant has not changed since.
    """

    table = models.CharField(max_length=63)
    key = models.TextField()
    row = models.JSONField(null=True)
    until = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["table", "until"], name="past_table"),
            models.Index(fields=["table", "key", "until"], name="past_row"),
        ]
        verbose_name_plural = "past"

    def __str__(self) -> str:
        return f"{self.table} {self.key} until {self.until}"


class Seal(models.Model):
    """A seal over log rows of one day (UTC): their ids in order, their digest, and the hash that chains it to the last.

    `number` counts from 1 within the day; the first seal of a day chains to the last of the day before. A seal is made
    seconds after the rows, by one sealer at a time; no request waits for it. `horizon` is the number that the
    database gave its transaction: what a transaction with a later number wrote was written afterwards.
    """

    day = models.DateField()
    number = models.PositiveIntegerField()
    entry_ids = ArrayField(models.UUIDField())
    digest = models.BinaryField(max_length=32)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()
    horizon = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "number"], name="seal_unique")]
        indexes = [models.Index(fields=["sealed_at"], name="seal_sealed_at")]

    def __str__(self) -> str:
        return f"Seal {self.number} of {self.day}"
