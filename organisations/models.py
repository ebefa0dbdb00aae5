"""Units (SOR), professionals, employments, permits, shields, and treatment relations with their evidence."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from access.elements import Element, element_constraints
from access.vocabulary import Category, Profession
from fhir.ids import new_key

# A shield for one citizen lasts no longer; a renewal is a new decision and a new row.
LONGEST_PERSONAL_SHIELD = timedelta(days=90)
# A code has a figure, which no name has.
SHIELD_CODE = r"^[A-ZÆØÅ0-9][A-ZÆØÅ0-9-]*$"


class Organisation(models.Model):
    """A unit of the health or social sector (SOR-enhed): region, hospital, ward, municipality, home care, practice.

    The tree is by `parent`; the authority that answers for data is the root. `UnitLink` holds its closure.
    """

    class Kind(models.TextChoices):
        """What kind of unit."""

        REGION = "region"
        HOSPITAL = "hospital"
        DEPARTMENT = "department"
        PRACTICE = "practice"
        MUNICIPALITY = "municipality"
        NURSING = "nursing"
        HOME_CARE = "home-care"
        CASEWORK = "casework"
        REHABILITATION = "rehabilitation"
        SOCIAL_PSYCHIATRY = "social-psychiatry"
        NURSING_HOME = "nursing-home"
        PRIVATE = "private"
        OTHER = "other"

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    sor = models.CharField(max_length=18, unique=True, null=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.OTHER)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    authority = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+")
    provider_number = models.CharField(max_length=6, unique=True, null=True)
    cvr = models.CharField(max_length=8, blank=True, default="")
    gln = models.CharField(max_length=13, blank=True, default="")
    municipality_code = models.CharField(max_length=4, blank=True, default="")
    phone = models.CharField(max_length=30, blank=True, default="")
    street = models.CharField(max_length=200, blank=True, default="")
    postal_code = models.CharField(max_length=10, blank=True, default="")
    city = models.CharField(max_length=100, blank=True, default="")
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(sor__isnull=True) | Q(sor__regex=r"^\d{11,18}$"), name="organisation_sor"
            ),
            models.CheckConstraint(
                condition=Q(provider_number__isnull=True) | Q(provider_number__regex=r"^\d{6}$"),
                name="organisation_provider_number",
            ),
            models.CheckConstraint(condition=Q(cvr="") | Q(cvr__regex=r"^\d{8}$"), name="organisation_cvr"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="organisation_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UnitLink(models.Model):
    """The closure of the unit tree: every unit with itself and each unit above it. Kept by a database trigger."""

    pk = models.CompositePrimaryKey("descendant_id", "ancestor_id")
    ancestor = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="below")
    descendant = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="above", db_index=False)

    class Meta:
        db_table = "organisations_unitlink"

    def __str__(self) -> str:
        return f"{self.descendant_id} below {self.ancestor_id}"


class Location(models.Model):
    """A place where something happens (lokation), of one organisation; some have a SOR id of their own."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    sor = models.CharField(max_length=18, unique=True, null=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="locations")
    name = models.CharField(max_length=200)
    street = models.CharField(max_length=200, blank=True, default="")
    postal_code = models.CharField(max_length=10, blank=True, default="")
    city = models.CharField(max_length=100, blank=True, default="")
    phone = models.CharField(max_length=30, blank=True, default="")
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sor__isnull=True) | Q(sor__regex=r"^\d{11,18}$"), name="location_sor"),
        ]

    def __str__(self) -> str:
        return self.name


class Professional(models.Model):
    """A person at work (fagperson), authorised or not. `authorisation_id` is the five characters of the register."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    authorisation_id = models.CharField(max_length=5, unique=True, null=True)
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    profession = models.CharField(max_length=20, choices=Profession.choices)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(authorisation_id__isnull=True)
                | Q(authorisation_id__regex=r"^[0-9BCDFGHJKLMNPQRSTVWXYZ]{5}$"),
                name="professional_authorisation_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def is_authorised(self) -> bool:
        """Whether the person has an authorisation (autorisation)."""
        return self.authorisation_id is not None


class Employment(models.Model):
    """A professional's place of work; one may act for a unit only while employed there."""

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="employments")
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="employments")
    title = models.CharField(max_length=100, blank=True, default="")
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gt=F("start")), name="employment_period"),
        ]

    def __str__(self) -> str:
        return f"Employment {self.pk}"


class Permit(models.Model):
    """The management's permission for a member of staff to look up (tilladelse efter § 42 a, stk. 4, eller § 42 d)."""

    class Kind(models.TextChoices):
        """What it is for."""

        STAFF = "staff"
        QUALITY = "quality"

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="permits")
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.STAFF)
    given_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gt=F("start")), name="permit_period"),
        ]

    def __str__(self) -> str:
        return f"Permit {self.pk}"


class Shield(models.Model):
    """That the names of staff are kept from citizens (sløring); a code is shown instead. The log keeps the name.

    The scope is one of three: a `unit`, from everybody and for as long as is decided; a `unit` or one `professional`
    from one `citizen` and those who act for her, for 90 days at most. It takes effect when the citizen reads. `start`
    is inclusive and `end` exclusive, aware UTC instants; a shield is never changed but by setting its end.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    with_sub_units = models.BooleanField(default=False)
    professional = models.ForeignKey(Professional, on_delete=models.PROTECT, null=True, related_name="+")
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=20)
    reason = models.TextField()
    decided_by = models.ForeignKey(Professional, on_delete=models.PROTECT, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)
    renews = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="renewed_as")
    ended_by = models.ForeignKey(Professional, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(unit__isnull=False, professional__isnull=True)
                | Q(unit__isnull=True, professional__isnull=False, citizen__isnull=False, with_sub_units=False),
                name="shield_one_scope",
            ),
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gt=F("start")), name="shield_period"),
            models.CheckConstraint(
                condition=Q(citizen__isnull=True) | Q(end__isnull=False, end__lte=F("start") + LONGEST_PERSONAL_SHIELD),
                name="shield_personal_90_days",
            ),
            models.CheckConstraint(condition=Q(code__regex=SHIELD_CODE) & Q(code__regex=r"[0-9]"), name="shield_code"),
            models.CheckConstraint(condition=~Q(reason__regex=r"^\s*$"), name="shield_reason"),
        ]

    def __str__(self) -> str:
        return f"Shield {self.pk}"


class TreatmentRelation(Element):
    """That a citizen is treated, cared for or has a case at a unit (behandlingsrelation), and what shows it.

    `origin` is the unit; `professional` narrows the relation to one person. A claimed relation gives access until its
    `follow_up_by`; `followed_up_at` is when that was looked into, and `follow_up_result` what it came to. `start` is
    inclusive and `end` exclusive, aware UTC instants.
    """

    class Basis(models.TextChoices):
        """The evidence."""

        ADMISSION = "admission"
        OUTPATIENT = "outpatient"
        REFERRAL = "referral"
        ASSIGNED_GP = "assigned-gp"
        NURSING_GRANT = "sul138-grant"
        REHABILITATION_PLAN = "gop140"
        CARE_GRANT = "care-grant"
        SELF_CLAIMED = "self-claimed"

    class Status(models.TextChoices):
        """How far the relation is confirmed."""

        CLAIMED = "claimed"
        VERIFIED = "verified"
        REFUTED = "refuted"
        ENDED = "ended"

    class Result(models.TextChoices):
        """What the follow-up of a claim came to; one that nothing confirms waits for its unit."""

        CONFIRMED = "confirmed"
        REFUTED = "refuted"
        UNCONFIRMED = "unconfirmed"

    class Source(models.TextChoices):
        """Where the evidence comes from."""

        BRS = "brs"
        EOJ = "eoj"
        EPJ = "epj"
        MANUAL = "manual"

    professional = models.ForeignKey(
        Professional, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    basis = models.CharField(max_length=16, choices=Basis.choices)
    status = models.CharField(max_length=10, choices=Status.choices)
    evidence = models.CharField(max_length=200, blank=True, default="")
    evidence_source = models.CharField(max_length=8, choices=Source.choices, default=Source.MANUAL)
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)
    follow_up_by = models.DateTimeField(null=True)
    followed_up_at = models.DateTimeField(null=True)
    follow_up_result = models.CharField(max_length=12, choices=Result.choices, blank=True, default="", db_default="")

    class Meta:
        constraints = [
            *element_constraints("relation", [Category.PLAN_SUL, Category.PLAN_SOC]),
            models.CheckConstraint(condition=Q(origin__isnull=False), name="relation_unit"),
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gte=F("start")), name="relation_period"),
            models.CheckConstraint(
                condition=~Q(status="claimed") | Q(follow_up_by__isnull=False), name="relation_claim_followed_up"
            ),
            models.CheckConstraint(condition=~Q(status="ended") | Q(end__isnull=False), name="relation_ended_when"),
            models.CheckConstraint(
                condition=Q(followed_up_at__isnull=True, follow_up_result="")
                | (Q(followed_up_at__isnull=False) & ~Q(follow_up_result="")),
                name="relation_followed_up",
            ),
            models.CheckConstraint(
                condition=Q(basis="care-grant", category=Category.PLAN_SOC.value)
                | (~Q(basis="care-grant") & Q(category=Category.PLAN_SUL.value)),
                name="relation_basis_category",
            ),
        ]
        indexes = [
            models.Index(fields=["citizen", "origin"], name="relation_citizen"),
            models.Index(fields=["origin", "citizen"], name="relation_unit_citizens"),
            models.Index(
                fields=["follow_up_by"],
                condition=Q(status="claimed", followed_up_at__isnull=True),
                name="relation_to_follow_up",
            ),
        ]
