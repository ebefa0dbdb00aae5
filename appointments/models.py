"""Appointments of region, general practice and municipality, and the calendars that citizens have of theirs."""

from django.db import models
from django.db.models import F, Q

from access.elements import Element, element_constraints
from access.vocabulary import Category
from fhir.ids import new_key


class Series(models.Model):
    """A series of repeated appointments, joined by one id."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return f"Series {self.pk}"


class CalendarFeed(models.Model):
    """A citizen's appointments as a calendar on one device (kalender-abonnement), at an address that is its own secret.

    Of the secret a digest alone is kept. It holds until she ends it: `revoked_at`. `device` is her own name for it.
    `fetched_at` is when the device last came for it, to the hour.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    with_place = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["citizen", "created_at"], name="calendar_feed_citizen")]

    def __str__(self) -> str:
        return f"CalendarFeed {self.pk}"


class Appointment(Element):
    """An appointment (aftale): when, where, with whom, and under which act and paragraph.

    `start` and `end` are aware UTC instants; `is_approximate` marks a guided interval. `paragraph` is the service's
    paragraph for those of the municipality. `occurred_at` equals `start`. `cancelled_at` is when it was cancelled, and
    `cancellation_reason` why, in FHIR's codes, also for one that nobody came to.
    """

    class Sector(models.TextChoices):
        """The categories of the national appointment document."""

        REGION = "regional"
        MUNICIPALITY = "municipality"
        PRACTICE = "practitioner"

    class Status(models.TextChoices):
        """FHIR's appointment status."""

        PROPOSED = "proposed"
        PENDING = "pending"
        BOOKED = "booked"
        ARRIVED = "arrived"
        FULFILLED = "fulfilled"
        CANCELLED = "cancelled"
        NO_SHOW = "noshow"
        ENTERED_IN_ERROR = "entered-in-error"
        CHECKED_IN = "checked-in"
        WAITLIST = "waitlist"

    sector = models.CharField(max_length=12, choices=Sector.choices)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.BOOKED)
    appointment_type = models.CharField(max_length=12, default="ROUTINE")
    service_type = models.CharField(max_length=20, default="regular")
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)
    is_approximate = models.BooleanField(default=False)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, null=True, related_name="appointments")
    paragraph = models.CharField(max_length=60, blank=True, default="")
    responsible = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    requester = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    performer_unit = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    performer = models.ForeignKey(
        "organisations.Professional", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    location = models.ForeignKey("organisations.Location", on_delete=models.PROTECT, null=True, related_name="+")
    description = models.CharField(max_length=300, blank=True, default="")
    reason_system = models.CharField(max_length=100, blank=True, default="")
    reason_code = models.CharField(max_length=64, blank=True, default="")
    reason_text = models.CharField(max_length=300, blank=True, default="")
    cancelled_at = models.DateTimeField(null=True)
    cancellation_reason = models.CharField(max_length=20, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            *element_constraints(
                "appointment",
                [Category.APPT_SUL, Category.APPT_SEL_W, Category.APPT_SEL_X, Category.APPT_AEL],
            ),
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gt=F("start")), name="appointment_period"),
            models.CheckConstraint(condition=Q(occurred_at=F("start")), name="appointment_occurs_at_start"),
            models.CheckConstraint(condition=Q(origin__isnull=False), name="appointment_origin"),
            models.CheckConstraint(
                condition=Q(cancellation_reason="") | Q(status__in=["cancelled", "noshow"]),
                name="appointment_cancelled_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["citizen", "start", "id"], name="appointment_citizen"),
            models.Index(fields=["performer_unit", "start", "id"], name="appointment_unit"),
            models.Index(fields=["performer", "start"], name="appointment_performer"),
        ]
