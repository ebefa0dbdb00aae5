"""The typed part of the stamkort, and the registrations: whether there is one, and apart, what it says."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from access.elements import Element, element_constraints
from access.vocabulary import Category

# How long after its registration a refusal of resuscitation takes effect (SUL § 25 a).
REFUSAL_DELAY = timedelta(days=7)


class Entry(Element):
    """One typed field group of the stamkort; at most one current of each kind for a citizen.

    `value` holds the fields of the kind (stamkort/values.py); `occurred_at` is when it was typed.
    """

    class Kind(models.TextChoices):
        """The field groups."""

        LANGUAGE = "language"
        TEMPORARY_ADDRESS = "temporary-address"
        DENTIST = "dentist"
        CONTACT = "contact"
        COMMENT = "comment"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    value = models.JSONField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints = [
            *element_constraints("entry", [Category.SK_TYPED]),
            models.UniqueConstraint(fields=["citizen", "kind"], condition=Q(is_current=True), name="entry_one_current"),
        ]
        verbose_name_plural = "entries"


class Registration(Element):
    """That a citizen has registered a will, a refusal of resuscitation or a position on organ donation: the flag.

    A refusal of resuscitation takes effect seven days after it was registered, by a citizen of 60 or older, herself;
    the database refuses any other (a trigger asks for the age). Aware UTC instants. The content is
    `RegistrationContent`, a disclosure of its own.
    """

    class Kind(models.TextChoices):
        """The four registers."""

        TREATMENT_WILL = "treatment-will"
        LIVING_WILL = "living-will"
        RESUSCITATION_REFUSAL = "resuscitation-refusal"
        ORGAN_DONOR = "organ-donor"

    kind = models.CharField(max_length=22, choices=Kind.choices)
    registered_at = models.DateTimeField()
    effective_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *element_constraints("registration", [Category.SK_FLAG]),
            models.UniqueConstraint(
                fields=["citizen", "kind"], condition=Q(revoked_at__isnull=True), name="registration_one_current"
            ),
            models.CheckConstraint(condition=Q(effective_at__gte=F("registered_at")), name="registration_effect"),
            models.CheckConstraint(
                condition=~Q(kind="resuscitation-refusal") | Q(effective_at__gte=F("registered_at") + REFUSAL_DELAY),
                name="refusal_after_seven_days",
            ),
            models.CheckConstraint(
                condition=~Q(kind="resuscitation-refusal") | Q(author_kind__in=["citizen", "register"]),
                name="refusal_by_herself",
            ),
        ]


class RegistrationContent(Element):
    """What a registration says: the statements of a will, or of the organ donor registration."""

    registration = models.OneToOneField(Registration, on_delete=models.PROTECT, related_name="content")
    kind = models.CharField(max_length=22, choices=Registration.Kind.choices)
    statements = models.JSONField()

    class Meta:
        constraints = element_constraints("content", [Category.WILL_CONTENT, Category.ODR_CONTENT])
        indexes = [models.Index(fields=["citizen"], name="content_citizen")]
