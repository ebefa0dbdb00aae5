"""Plans across sectors with their conditions, interventions, contacts, follow-up, teams and parties."""

from django.db import models
from django.db.models import F, Q
from guardian.models import UserObjectPermissionBase

from access.elements import Element, element_constraints
from access.vocabulary import Category


class Condition(Element):
    """A condition (tilstand eller diagnose): ICPC-2, SKS or FSIII code. `severity` is FSIII 0-4, or 9 for not relevant.

    `contact` is the one at which it was found, if any.
    Severity is required for home-care conditions and forbidden for nursing conditions while active.
    """

    class ClinicalStatus(models.TextChoices):
        """FHIR's clinical status."""

        ACTIVE = "active"
        RECURRENCE = "recurrence"
        RELAPSE = "relapse"
        INACTIVE = "inactive"
        REMISSION = "remission"
        RESOLVED = "resolved"

    class Verification(models.TextChoices):
        """FHIR's verification status."""

        UNCONFIRMED = "unconfirmed"
        PROVISIONAL = "provisional"
        DIFFERENTIAL = "differential"
        CONFIRMED = "confirmed"
        REFUTED = "refuted"
        ENTERED_IN_ERROR = "entered-in-error"

    clinical_status = models.CharField(max_length=12, choices=ClinicalStatus.choices, blank=True, default="active")
    verification = models.CharField(max_length=16, choices=Verification.choices, blank=True, default="")
    code_system = models.CharField(max_length=100)
    code = models.CharField(max_length=64)
    display = models.CharField(max_length=300, blank=True, default="")
    use = models.CharField(max_length=20, blank=True, default="problem-list-item")
    severity = models.PositiveSmallIntegerField(null=True)
    recorded_on = models.DateField()
    onset_on = models.DateField(null=True)
    abated_on = models.DateField(null=True)
    contact = models.ForeignKey(
        "Contact", on_delete=models.PROTECT, null=True, related_name="conditions", db_index=False
    )

    class Meta:
        constraints = [
            *element_constraints("condition", [Category.DIAG, Category.COND_SUL, Category.COND_SOC]),
            models.CheckConstraint(
                condition=Q(severity__isnull=True) | Q(severity__in=[0, 1, 2, 3, 4, 9]), name="condition_severity"
            ),
            models.CheckConstraint(
                condition=~Q(verification="entered-in-error") | Q(clinical_status=""),
                name="condition_error_has_no_status",
            ),
        ]
        indexes = [
            models.Index(fields=["citizen", "updated_at", "id"], name="condition_citizen"),
            models.Index(fields=["contact"], condition=Q(contact__isnull=False), name="condition_contact"),
        ]


class CareTeam(Element):
    """The people and units around a citizen (team)."""

    name = models.CharField(max_length=200)
    status = models.CharField(max_length=16, default="active")
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)

    class Meta:
        constraints = element_constraints("team", [Category.PLAN_SUL, Category.PLAN_SOC, Category.PLAN_PSY])
        indexes = [models.Index(fields=["citizen", "updated_at", "id"], name="team_citizen")]


class TeamMember(models.Model):
    """One member of a team: a professional at a unit, a unit, or a relative."""

    team = models.ForeignKey(CareTeam, on_delete=models.PROTECT, related_name="members")
    professional = models.ForeignKey(
        "organisations.Professional", on_delete=models.PROTECT, null=True, related_name="+"
    )
    unit = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    relative = models.ForeignKey("citizens.Relative", on_delete=models.PROTECT, null=True, related_name="+")
    role = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(professional__isnull=False) | Q(unit__isnull=False) | Q(relative__isnull=False),
                name="team_member_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"TeamMember {self.pk}"


class CarePlan(Element):
    """A plan (plan): a course plan, rehabilitation plan, municipal plan, discharge agreement or coordination plan.

    `origin` owns it. A reader who may see only some of its elements gets those and none of the plan's own text.
    """

    class Kind(models.TextChoices):
        """The kinds of plan."""

        COURSE = "course-plan"
        REHABILITATION = "rehabilitation-plan"
        MUNICIPAL = "municipal-plan"
        DISCHARGE_AGREEMENT = "discharge-agreement"
        COORDINATION = "coordination-plan"

    class Status(models.TextChoices):
        """FHIR's request status."""

        DRAFT = "draft"
        ACTIVE = "active"
        ON_HOLD = "on-hold"
        REVOKED = "revoked"
        COMPLETED = "completed"
        ENTERED_IN_ERROR = "entered-in-error"
        UNKNOWN = "unknown"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACTIVE)
    title = models.CharField(max_length=200, blank=True, default="")
    description = models.TextField(blank=True, default="")
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)
    team = models.ForeignKey(CareTeam, on_delete=models.PROTECT, null=True, related_name="plans")
    part_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")

    class Meta:
        constraints = [
            *element_constraints("plan", [Category.PLAN_SUL, Category.PLAN_SOC, Category.PLAN_PSY]),
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gte=F("start")), name="plan_period"),
            models.CheckConstraint(
                condition=(
                    Q(category=Category.PLAN_PSY.value) & Q(kind__in=["discharge-agreement", "coordination-plan"])
                )
                | (~Q(category=Category.PLAN_PSY.value) & ~Q(kind__in=["discharge-agreement", "coordination-plan"])),
                name="plan_psychiatry_kind",
            ),
        ]
        indexes = [models.Index(fields=["citizen", "updated_at", "id"], name="plan_citizen")]
        permissions = [("follow_plan", "Follow this plan as a named colleague")]


class CarePlanGrant(UserObjectPermissionBase):
    """A named colleague who follows a plan; a row of django-guardian, by direct key. It opens nothing (ADR 12)."""

    content_object = models.ForeignKey(CarePlan, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False

    def __str__(self) -> str:
        return f"CarePlanGrant {self.pk}"


class PlanParty(models.Model):
    """A named party of a discharge agreement or coordination plan (part i aftalen)."""

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="parties")
    unit = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "unit"], name="plan_party_unique")]
        verbose_name_plural = "plan parties"

    def __str__(self) -> str:
        return f"PlanParty {self.pk}"


class Intervention(Element):
    """A planned intervention (indsats). Its act follows from the branch of its code, or is stated."""

    class Status(models.TextChoices):
        """FHIR's request status."""

        DRAFT = "draft"
        ACTIVE = "active"
        ON_HOLD = "on-hold"
        REVOKED = "revoked"
        COMPLETED = "completed"
        ENTERED_IN_ERROR = "entered-in-error"
        UNKNOWN = "unknown"

    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACTIVE)
    intent = models.CharField(max_length=20, default="plan")
    code_system = models.CharField(max_length=100)
    code = models.CharField(max_length=64)
    local_code = models.CharField(max_length=100, blank=True, default="")
    display = models.CharField(max_length=300, blank=True, default="")
    paragraph = models.CharField(max_length=60, blank=True, default="")
    area = models.CharField(max_length=64, blank=True, default="")
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    authored_at = models.DateTimeField(null=True)
    requester = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    purpose_goal = models.ForeignKey("goals.Goal", on_delete=models.PROTECT, null=True, related_name="interventions")
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")

    class Meta:
        constraints = [
            *element_constraints("intervention", [Category.INT_SUL, Category.INT_SOC]),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(start__isnull=True) | Q(end__gte=F("start")),
                name="intervention_period",
            ),
        ]
        indexes = [models.Index(fields=["citizen", "updated_at", "id"], name="intervention_citizen")]


class CompletedIntervention(Element):
    """An intervention that was carried out (udført indsats)."""

    status = models.CharField(max_length=16, default="completed")
    code_system = models.CharField(max_length=100)
    code = models.CharField(max_length=64)
    display = models.CharField(max_length=300, blank=True, default="")
    performed_at = models.DateTimeField()
    intervention = models.ForeignKey(Intervention, on_delete=models.PROTECT, null=True, related_name="completions")

    class Meta:
        constraints = element_constraints("completed", [Category.INT_SUL, Category.INT_SOC])
        indexes = [models.Index(fields=["citizen", "updated_at", "id"], name="completed_citizen")]


class Contact(Element):
    """A contact with the citizen (kontakt): a visit, a call, a follow-up, planned or held."""

    status = models.CharField(max_length=16, default="planned")
    class_system = models.CharField(max_length=100, blank=True, default="")
    class_code = models.CharField(max_length=64)
    type_system = models.CharField(max_length=100, blank=True, default="")
    type_code = models.CharField(max_length=64, blank=True, default="")
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            *element_constraints("contact", [Category.INT_SUL, Category.INT_SOC]),
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gte=F("start")), name="contact_period"),
        ]
        indexes = [models.Index(fields=["citizen", "updated_at", "id"], name="contact_citizen")]


class FollowUp(Element):
    """A follow-up of a condition or intervention (opfølgning), or the citizen's own observation about one."""

    status = models.CharField(max_length=16, default="final")
    code_system = models.CharField(max_length=100)
    code = models.CharField(max_length=64)
    value_system = models.CharField(max_length=100, blank=True, default="")
    value_code = models.CharField(max_length=64, blank=True, default="")
    value_quantity = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    value_unit = models.CharField(max_length=40, blank=True, default="")
    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, null=True, related_name="follow_ups")
    intervention = models.ForeignKey(Intervention, on_delete=models.PROTECT, null=True, related_name="follow_ups")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="follow_ups")

    class Meta:
        constraints = element_constraints(
            "follow_up", [Category.COND_SUL, Category.COND_SOC, Category.INT_SUL, Category.INT_SOC, Category.DIAG]
        )
        indexes = [models.Index(fields=["citizen", "updated_at", "id"], name="follow_up_citizen")]


class InterventionCondition(models.Model):
    """The condition that is the reason of an intervention or contact."""

    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, related_name="+")
    intervention = models.ForeignKey(Intervention, on_delete=models.PROTECT, null=True, related_name="reasons")
    completed = models.ForeignKey(CompletedIntervention, on_delete=models.PROTECT, null=True, related_name="reasons")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, null=True, related_name="reasons")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(intervention__isnull=False, completed__isnull=True, contact__isnull=True)
                | Q(intervention__isnull=True, completed__isnull=False, contact__isnull=True)
                | Q(intervention__isnull=True, completed__isnull=True, contact__isnull=False),
                name="reason_of_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return f"InterventionCondition {self.pk}"


class RelationElement(models.Model):
    """That a team is at work in a treatment relation, or that a condition is what it is about: exactly one.

    It is told, and opens nothing: who may see what never follows from it.
    """

    relation = models.ForeignKey(
        "organisations.TreatmentRelation", on_delete=models.PROTECT, related_name="elements", db_index=False
    )
    team = models.ForeignKey(CareTeam, on_delete=models.PROTECT, null=True, related_name="in_relations")
    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, null=True, related_name="in_relations")
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(team__isnull=False, condition__isnull=True) | Q(team__isnull=True, condition__isnull=False),
                name="relation_element_exactly_one",
            ),
            models.UniqueConstraint(
                fields=["relation", "team", "condition"], nulls_distinct=False, name="relation_element_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"RelationElement {self.pk}"


class PlanElement(models.Model):
    """That an element stands in a plan: a condition, a goal, an intervention or an appointment, exactly one."""

    plan = models.ForeignKey(CarePlan, on_delete=models.PROTECT, related_name="elements")
    condition = models.ForeignKey(Condition, on_delete=models.PROTECT, null=True, related_name="in_plans")
    goal = models.ForeignKey("goals.Goal", on_delete=models.PROTECT, null=True, related_name="in_plans")
    intervention = models.ForeignKey(Intervention, on_delete=models.PROTECT, null=True, related_name="in_plans")
    appointment = models.ForeignKey(
        "appointments.Appointment", on_delete=models.PROTECT, null=True, related_name="in_plans"
    )
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    condition__isnull=False, goal__isnull=True, intervention__isnull=True, appointment__isnull=True
                )
                | Q(condition__isnull=True, goal__isnull=False, intervention__isnull=True, appointment__isnull=True)
                | Q(condition__isnull=True, goal__isnull=True, intervention__isnull=False, appointment__isnull=True)
                | Q(condition__isnull=True, goal__isnull=True, intervention__isnull=True, appointment__isnull=False),
                name="plan_element_exactly_one",
            ),
            models.UniqueConstraint(
                fields=["plan", "condition", "goal", "intervention", "appointment"],
                nulls_distinct=False,
                name="plan_element_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"PlanElement {self.pk}"
