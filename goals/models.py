"""Goals: the citizen's life goals, overall goals and the sub-goals of each discipline."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from access.elements import Element, element_constraints
from access.vocabulary import Category
from fhir.ids import new_key


class Goal(Element):
    """A goal (mål): a life goal in the citizen's words, an overall goal, or a disease-specific or functional sub-goal.

    `words` is the citizen's own text for a life goal and the short text of others. A disease goal has a measure with
    a value and a date; a functional goal a severity now and expected (0-4, or 9 for not relevant). `sharing` is asked
    of a citizen's own life goals only. Dates are days in Denmark.
    """

    class Kind(models.TextChoices):
        """The levels of the goal model."""

        LIFE = "life"
        OVERALL = "overall"
        DISEASE = "disease"
        FUNCTIONAL = "functional"

    class Status(models.TextChoices):
        """FHIR's lifecycle status."""

        PROPOSED = "proposed"
        PLANNED = "planned"
        ACCEPTED = "accepted"
        ACTIVE = "active"
        ON_HOLD = "on-hold"
        COMPLETED = "completed"
        CANCELLED = "cancelled"
        ENTERED_IN_ERROR = "entered-in-error"
        REJECTED = "rejected"

    class Sharing(models.TextChoices):
        """With whom the citizen shares her own life goal."""

        ALL = "all"
        HEALTH = "health"
        NAMED = "named"
        PRIVATE = "private"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACTIVE)
    achievement = models.CharField(max_length=20, blank=True, default="")
    words = models.TextField(blank=True, default="")
    code_system = models.CharField(max_length=100, blank=True, default="")
    code = models.CharField(max_length=64, blank=True, default="")
    informer = models.CharField(max_length=64, blank=True, default="")
    priority = models.PositiveSmallIntegerField(null=True)
    start_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    measure_system = models.CharField(max_length=100, blank=True, default="")
    measure_code = models.CharField(max_length=64, blank=True, default="")
    target_value = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    target_comparator = models.CharField(max_length=2, blank=True, default="")
    target_unit = models.CharField(max_length=40, blank=True, default="")
    severity_now = models.PositiveSmallIntegerField(null=True)
    severity_expected = models.PositiveSmallIntegerField(null=True)
    sharing = models.CharField(max_length=8, choices=Sharing.choices, blank=True, default="")
    shared_with = ArrayField(models.UUIDField(), default=list, blank=True)
    is_agreed = models.BooleanField(null=True)
    citizen_comment = models.TextField(blank=True, default="")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")

    class Meta:
        constraints = [
            *element_constraints("goal", [Category.GOAL_LIFE, Category.GOAL_SUL, Category.GOAL_SOC]),
            models.CheckConstraint(
                condition=~Q(category=Category.GOAL_LIFE.value)
                | Q(kind="life", author_kind="citizen")
                | Q(kind="life", author_kind="relative"),
                name="goal_life_is_the_citizens",
            ),
            models.CheckConstraint(
                condition=~Q(kind="life") | Q(target_value__isnull=True, severity_expected__isnull=True),
                name="goal_life_has_no_target",
            ),
            models.CheckConstraint(
                condition=~Q(kind="disease") | (~Q(measure_code="") & Q(due_on__isnull=False)),
                name="goal_disease_has_measure_and_date",
            ),
            models.CheckConstraint(
                condition=~Q(kind="functional") | Q(severity_expected__in=[0, 1, 2, 3, 4, 9]),
                name="goal_functional_has_severity",
            ),
            models.CheckConstraint(
                condition=(Q(category=Category.GOAL_LIFE.value) & ~Q(sharing=""))
                | (~Q(category=Category.GOAL_LIFE.value) & Q(sharing="")),
                name="goal_sharing_of_life_goals",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="goal_not_its_own_parent"
            ),
        ]
        indexes = [models.Index(fields=["citizen", "updated_at", "id"], name="goal_citizen")]


class GoalLink(models.Model):
    """A link between two goals: which larger goal a smaller one serves, or that two stand against each other."""

    class Kind(models.TextChoices):
        """What the link says."""

        SERVES = "serves"
        CONFLICTS = "conflicts"

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    source = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="links")
    target = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="linked_from")
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "kind"], name="goal_link_unique"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="goal_link_two_goals"),
        ]

    def __str__(self) -> str:
        return f"GoalLink {self.pk}"


class GoalCondition(models.Model):
    """That a goal addresses a condition; rank 1 is the main one."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="addresses")
    condition = models.ForeignKey("careplans.Condition", on_delete=models.PROTECT, related_name="addressed_by")
    rank = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["goal", "condition"], name="goal_condition_unique")]

    def __str__(self) -> str:
        return f"GoalCondition {self.pk}"


class Evaluation(Element):
    """An evaluation of a goal: how far it is reached, by staff or in the citizen's own rating (1-5)."""

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="evaluations")
    achievement = models.CharField(max_length=20)
    rating = models.PositiveSmallIntegerField(null=True)
    text = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            *element_constraints("evaluation", [Category.GOAL_LIFE, Category.GOAL_SUL, Category.GOAL_SOC]),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__range=(1, 5)), name="evaluation_rating"
            ),
        ]


class Dialogue(Element):
    """The dialogue about goals (dialog om mål): when it was held and with whom, or that nobody has asked yet.

    One row for each citizen and conversation; a citizen without any is in the state "no dialogue yet", which a row
    with `is_held` false states outright.
    """

    is_held = models.BooleanField(default=True)
    participants = models.TextField(blank=True, default="")
    summary = models.TextField(blank=True, default="")

    class Meta:
        constraints = element_constraints("dialogue", [Category.GOAL_LIFE, Category.GOAL_SUL, Category.GOAL_SOC])
        indexes = [models.Index(fields=["citizen", "occurred_at"], name="dialogue_citizen")]
