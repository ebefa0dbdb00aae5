"""What other systems deliver and receive: deliveries with their elements' last state, the outbox, subscriptions."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from access.vocabulary import ActingAs, Purpose
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


class Happening(models.Model):
    """That elements of one table were written, noted by the statement that wrote their versions (`access.writing`).

    The worker makes notifications of it and takes it away; `model` is the label of the table's model, `change`
    "create" or "update".
    """

    model = models.CharField(max_length=60)
    change = models.CharField(max_length=6)
    citizen_id = models.UUIDField(null=True)
    resource_ids = ArrayField(models.UUIDField())
    occurred_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Happening {self.pk}"


class Subscription(models.Model):
    """That a system of a unit is told when something of a topic happens, by a POST of ids to its `endpoint`.

    `client_id` is the system; what may be told is decided at each delivery for `professional` at `unit`, in the
    capacity in which she asked for it. `citizen` narrows it to one; without, it is about those who are in treatment or
    care at the unit. `last_number` is that of the last event that was told. A worker who tells has it until
    `leased_until`.
    """

    class Status(models.TextChoices):
        """FHIR's words: not yet greeted, in use, failing (and still tried), or over."""

        REQUESTED = "requested"
        ACTIVE = "active"
        ERROR = "error"
        OFF = "off"

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    client_id = models.CharField(max_length=100)
    unit = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    professional = models.ForeignKey("organisations.Professional", on_delete=models.PROTECT, related_name="+")
    responsible = models.ForeignKey("organisations.Professional", on_delete=models.PROTECT, null=True, related_name="+")
    acting_as = models.CharField(max_length=12, choices=ActingAs.choices)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    scopes = ArrayField(models.CharField(max_length=200), default=list)
    in_context = models.UUIDField(null=True)
    topic = models.CharField(max_length=40)
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, null=True, related_name="+")
    endpoint = models.URLField(max_length=500)
    reason = models.CharField(max_length=300)
    end = models.DateTimeField(null=True)
    most = models.PositiveSmallIntegerField(default=20)
    heartbeat = models.PositiveIntegerField(null=True)
    timeout = models.PositiveSmallIntegerField(default=10)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.REQUESTED)
    error = models.CharField(max_length=60, blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    last_number = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_sent_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(client_id=""), name="subscription_of_a_system"),
            models.CheckConstraint(condition=Q(most__gte=1, most__lte=100), name="subscription_most"),
            models.CheckConstraint(condition=Q(timeout__gte=1, timeout__lte=20), name="subscription_timeout"),
            models.CheckConstraint(
                condition=Q(heartbeat__isnull=True) | Q(heartbeat__gte=30), name="subscription_heartbeat"
            ),
        ]
        indexes = [
            models.Index(fields=["client_id", "unit"], name="subscription_owner"),
            models.Index(fields=["next_attempt_at"], condition=~Q(status="off"), name="subscription_due"),
        ]

    def __str__(self) -> str:
        return f"Subscription {self.pk}"


class Notification(models.Model):
    """One event that a subscriber may have to be told of, in the order in which they became known.

    It has a `number` from when it is first sent; while that is not certain to have failed, the number is its own.
    `logged` says that the look stands in the citizen's log. What the subscriber may no longer see is taken away, or
    `withdrawn` where its number may have been told.
    """

    subscription = models.ForeignKey(
        Subscription, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )
    number = models.PositiveBigIntegerField(null=True)
    model = models.CharField(max_length=60)
    resource_id = models.UUIDField()
    citizen_id = models.UUIDField()
    occurred_at = models.DateTimeField()
    logged = models.BooleanField(default=False)
    withdrawn = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscription", "number"], name="notification_number")]
        indexes = [
            models.Index(fields=["subscription", "id"], condition=Q(sent_at__isnull=True), name="notification_due"),
        ]

    def __str__(self) -> str:
        return f"Notification {self.pk}"


class Notice(models.Model):
    """A message to a citizen (besked): that something happened, of a kind (`exchange.notices.KINDS`), about one thing.

    `about` tells one such happening from another, and is never shown. `at` and `read_at` are aware UTC instants.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=120)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["citizen", "kind", "about"], name="notice_once")]
        indexes = [
            models.Index(fields=["citizen", "id"], name="notice_citizen"),
            models.Index(fields=["citizen"], condition=Q(read_at__isnull=True), name="notice_new"),
        ]

    def __str__(self) -> str:
        return f"Notice {self.pk}"


class NoticeAddress(models.Model):
    """Whether a citizen is told by e-mail that there is a message, and where: empty is the e-mail on her stamkort."""

    citizen = models.OneToOneField("citizens.Citizen", on_delete=models.PROTECT, primary_key=True, related_name="+")
    wants_email = models.BooleanField(default=True)
    email = models.EmailField(blank=True, default="")

    class Meta:
        verbose_name_plural = "notice addresses"

    def __str__(self) -> str:
        return f"NoticeAddress {self.pk}"
