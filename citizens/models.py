"""The person: identifiers, address, custody, guardianship, powers of attorney and relatives."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from access.elements import Element, element_constraints
from access.policies import PermittedQuerySet
from access.vocabulary import Category
from citizens.identifiers import IdentifierKind
from fhir.ids import new_key


class Citizen(models.Model):
    """A citizen (borger) as the registers know her.

    `cpr` is checked by shape and date, never by modulus 11; someone without a CPR has a replacement number as an
    `Identifier`. A changed CPR is two citizens, the old one `replaced_by` the new. Address lines are withheld from
    citizens' output to others while `is_address_protected`. `died_at` is an aware UTC instant.
    """

    class Gender(models.TextChoices):
        """Administrative gender, FHIR's codes."""

        MALE = "male"
        FEMALE = "female"
        OTHER = "other"
        UNKNOWN = "unknown"

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    cpr = models.CharField(max_length=10, null=True, unique=True)
    given_name = models.CharField(max_length=200, blank=True, default="")
    family_name = models.CharField(max_length=200, blank=True, default="")
    gender = models.CharField(max_length=8, choices=Gender.choices, default=Gender.UNKNOWN)
    birth_date = models.DateField()
    street = models.CharField(max_length=200, blank=True, default="")
    postal_code = models.CharField(max_length=10, blank=True, default="")
    city = models.CharField(max_length=100, blank=True, default="")
    municipality_code = models.CharField(max_length=4, blank=True, default="")
    is_address_protected = models.BooleanField(default=False)
    died_at = models.DateTimeField(null=True)
    general_practice = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    insurance_group = models.CharField(max_length=1, choices=[("1", "1"), ("2", "2")], default="1")
    replaced_by = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaces")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(PermittedQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cpr__isnull=True) | Q(cpr__regex=r"^\d{10}$"), name="citizen_cpr_shape"),
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=F("id")), name="citizen_not_replaced_by_itself"
            ),
        ]
        indexes = [models.Index(fields=["birth_date"], name="citizen_birth_date")]

    def __str__(self) -> str:
        return f"Citizen {self.pk}"


class Identifier(models.Model):
    """A number of a citizen besides the CPR: a national or regional replacement number."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="identifiers")
    kind = models.CharField(max_length=10, choices=IdentifierKind.choices)
    system = models.CharField(max_length=60)
    value = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "value"], name="identifier_unique")]

    def __str__(self) -> str:
        return f"Identifier {self.pk}"


class Custody(models.Model):
    """A parent's custody of a child (forældremyndighed), from the CPR register. Days in Denmark, end exclusive."""

    child = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="custody_by")
    parent = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="custody_of")
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(child=F("parent")), name="custody_two_persons"),
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gt=F("start")), name="custody_period"),
        ]
        verbose_name_plural = "custodies"

    def __str__(self) -> str:
        return f"Custody {self.pk}"


class Guardianship(models.Model):
    """A guardian (værge); only one for personal matters including health gives access here."""

    class Scope(models.TextChoices):
        """What the decree covers."""

        PERSONAL = "personal"
        ECONOMIC = "economic"

    ward = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="guarded_by")
    guardian = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="guardian_of")
    scope = models.CharField(max_length=10, choices=Scope.choices)
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(ward=F("guardian")), name="guardianship_two_persons"),
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gt=F("start")), name="guardianship_period"),
        ]

    def __str__(self) -> str:
        return f"Guardianship {self.pk}"


class PowerOfAttorney(models.Model):
    """A power of attorney (fuldmagt) from a citizen to another: named families, a period, revocable at once.

    `families` are categories; empty means nothing. `may_write` covers typed stamkort fields, never registrations.
    `version` counts the citizen's changes of it.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    principal = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="attorneys")
    attorney = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="attorney_of")
    families = ArrayField(models.CharField(max_length=16, choices=Category.choices))
    may_write = models.BooleanField(default=False)
    start = models.DateTimeField()
    end = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(principal=F("attorney")), name="attorney_two_persons"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="attorney_period"),
            models.CheckConstraint(condition=Q(families__len__gt=0), name="attorney_families"),
        ]
        verbose_name_plural = "powers of attorney"

    def __str__(self) -> str:
        return f"PowerOfAttorney {self.pk}"


class AttorneyOffer(models.Model):
    """A power of attorney that a citizen offers and that nobody has said yes to yet; it opens nothing.

    Whom it is for is told by the keyed `digest` of a CPR number alone; `called` is what the citizen calls her. What it
    would cover is as in `PowerOfAttorney`. `outcome` is empty while it waits, until `expires_at`.
    """

    class Outcome(models.TextChoices):
        """What came of it."""

        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    principal = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+")
    called = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, db_index=True)
    families = ArrayField(models.CharField(max_length=16, choices=Category.choices))
    may_write = models.BooleanField(default=False)
    end = models.DateTimeField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(families__len__gt=0), name="attorney_offer_families"),
            models.CheckConstraint(condition=Q(end__gt=F("created_at")), name="attorney_offer_period"),
        ]

    def __str__(self) -> str:
        return f"AttorneyOffer {self.pk}"


class Relative(Element):
    """A relative or contact on the stamkort (pårørende): contact data, never an authorisation.

    `deleted_at` is an aware UTC instant; one that is deleted is kept, and is found no more.
    """

    name = models.CharField(max_length=200)
    relationship = models.CharField(max_length=20)
    home_phone = models.CharField(max_length=30, blank=True, default="")
    mobile_phone = models.CharField(max_length=30, blank=True, default="")
    work_phone = models.CharField(max_length=30, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    rank = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = element_constraints("relative", [Category.SK_TYPED])
        indexes = [models.Index(fields=["citizen", "rank"], name="relative_citizen")]
