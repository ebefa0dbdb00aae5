"""What other systems deliver and receive: deliveries, their elements' last state, quarantine and the outbox."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from fhir.ids import new_key


class Delivery(models.Model):
    """One bundle of one citizen that was taken or put in quarantine, known by its sender and content.

    Delivered again it is the same row. `sent_at` is the sender's timestamp, null when it could not be read.
    """

    class Outcome(models.TextChoices):
        """What came of it."""

        TAKEN = "taken"
        UNCHANGED = "unchanged"
        OUTDATED = "outdated"
        QUARANTINED = "quarantined"

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    source = models.CharField(max_length=200)
    bundle_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, null=True, related_name="+")
    report = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "digest"], name="delivery_once")]
        indexes = [models.Index(fields=["source", "bundle_id"], name="delivery_bundle")]
        verbose_name_plural = "deliveries"

    def __str__(self) -> str:
        return f"Delivery {self.pk}"


class Quarantined(models.Model):
    """A bundle that could not be taken, kept whole with the reason until somebody has looked at it."""

    delivery = models.OneToOneField(Delivery, on_delete=models.CASCADE, related_name="quarantined")
    body = models.BinaryField()
    reason = models.CharField(max_length=40)
    released_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "quarantined"

    def __str__(self) -> str:
        return f"Quarantined {self.pk}"


class Delivered(models.Model):
    """The last delivered state of one resource of a sender, from which its elements here follow.

    `content` is what we read of the resource and no more. `sent_at` is the latest delivery of this content and
    `first_sent_at` the earliest. `elements` are the keys of our rows by their part of the resource. `waits_for` names
    what it points at that has not been delivered yet, as type/id. `bases` are the resources that ever named a contact
    as their follow-up, with their categories; it only grows. A granted intervention has its `grant` with its period,
    the end exclusive, and whether the sender says that it is over.
    """

    class Grant(models.TextChoices):
        """What kind of grant a planned intervention is: what it is evidence of."""

        NURSING = "nursing"
        REHABILITATION = "rehabilitation"
        SERVICE = "service"
        ELDERLY = "elderly"

    source = models.CharField(max_length=200)
    type = models.CharField(max_length=40)
    source_id = models.CharField(max_length=200)
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, related_name="+", db_index=False)
    origin = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False)
    sent_at = models.DateTimeField()
    first_sent_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    content = models.JSONField()
    category = models.CharField(max_length=16, blank=True, default="")
    elements = models.JSONField(default=dict)
    waits_for = ArrayField(models.CharField(max_length=110), default=list)
    bases = models.JSONField(default=dict)
    grant = models.CharField(max_length=16, choices=Grant.choices, blank=True, default="")
    grant_start = models.DateTimeField(null=True)
    grant_end = models.DateTimeField(null=True)
    grant_is_over = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "type", "source_id"], name="delivered_key")]
        indexes = [
            GinIndex(fields=["waits_for"], condition=~Q(waits_for=[]), name="delivered_waits_for"),
            models.Index(fields=["citizen", "origin"], name="delivered_citizen"),
        ]
        verbose_name_plural = "delivered"

    def __str__(self) -> str:
        return f"Delivered {self.pk}"


class OutboxMessage(models.Model):
    """Something that must happen after a commit; written in its transaction, carried out at least once."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    topic = models.CharField(max_length=60)
    citizen_id = models.UUIDField(null=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(done_at__isnull=True), name="outbox_due"),
        ]

    def __str__(self) -> str:
        return f"OutboxMessage {self.pk}"
