"""Consents, blocks, private markings, positive registrations and overrides: dated facts, never deleted.

And what was worked out beforehand about a switch, for the whole population.
"""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from access.policies import PermittedQuerySet
from access.vocabulary import ActingAs, Category, Law, Purpose
from fhir.ids import new_key

LONGEST_DISCLOSURE = timedelta(days=365)
LONGEST_OVERRIDE = timedelta(hours=24)


class Decision(models.Model):
    """What is common to a citizen's decision about her data: who made it, how, and how long it holds.

    `start` inclusive, `end` exclusive, aware UTC instants. A withdrawn decision stays, with the instant.
    `given_by` is the person who decided: the citizen herself from 15 years on, or who may decide for her, which a
    trigger asks (migration 0006).
    """

    class Form(models.TextChoices):
        """How it was given."""

        DIGITAL = "digital"
        WRITTEN = "written"
        ORAL = "oral"

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, related_name="+", db_index=False)
    given_by = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, related_name="+")
    form = models.CharField(max_length=8, choices=Form.choices, default=Form.DIGITAL)
    received_by = models.ForeignKey("organisations.Professional", on_delete=models.PROTECT, null=True, related_name="+")
    journal_reference = models.CharField(max_length=200, blank=True, default="")
    start = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(PermittedQuerySet)()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.object_name} {self.pk}"


class Consent(Decision):
    """A consent (samtykke): these families, from this source or any, to this recipient, for this purpose, until then.

    `families` empty means every family of the kind's law, `laws` empty every act of it. `recipient_unit` covers units
    below it when `recipient_sub_units`. Consents of SUL § 43 and FVL § 28 lapse at the latest one year after `start`.
    Both are in writing; one of FVL § 28 may be oral while the switch says so, which a trigger asks (migration 0004).
    """

    class Kind(models.TextChoices):
        """The legal kind."""

        SUL41 = "sul41"
        SUL42A3 = "sul42a3"
        SUL43 = "sul43"
        FVL28 = "fvl28"
        CITIZEN_SHARE = "citizen-share"

    kind = models.CharField(max_length=15, choices=Kind.choices)
    families = ArrayField(models.CharField(max_length=16, choices=Category.choices), default=list, blank=True)
    laws = ArrayField(models.CharField(max_length=16, choices=Law.choices), default=list, db_default=[], blank=True)
    source_unit = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    source_sub_units = models.BooleanField(default=True)
    recipient_unit = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, null=True, related_name="+"
    )
    recipient_sub_units = models.BooleanField(default=True)
    recipient_professional = models.ForeignKey(
        "organisations.Professional", on_delete=models.PROTECT, null=True, related_name="+"
    )
    recipient_acting_as = models.CharField(max_length=12, choices=ActingAs.choices, blank=True, default="")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    end = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="consent_period"),
            models.CheckConstraint(
                condition=Q(recipient_unit__isnull=False) | Q(recipient_professional__isnull=False),
                name="consent_recipient",
            ),
            models.CheckConstraint(condition=Q(purpose__in=["treatment", "care", "case"]), name="consent_purpose"),
            models.CheckConstraint(condition=~Q(form="oral") | ~Q(kind="sul43"), name="consent_written_where_law_asks"),
            models.CheckConstraint(
                condition=~Q(kind__in=["sul43", "fvl28"]) | Q(end__lte=F("start") + LONGEST_DISCLOSURE),
                name="consent_lapses_within_a_year",
            ),
        ]
        indexes = [models.Index(fields=["citizen"], name="consent_citizen")]


class Block(Decision):
    """A block (spærring), a private marking of one item, or a positive registration that beats blocks.

    Who is stopped: everyone, a unit (with those below it) or one professional. What is stopped: everything, a data
    period, an origin (with units below it), both together, or one item.
    `period_start` inclusive, `period_end` exclusive.
    """

    class Effect(models.TextChoices):
        """What the registration does."""

        DENY = "deny"
        PERMIT = "permit"

    class Channel(models.TextChoices):
        """Where it was made."""

        WEB = "web"
        PHONE = "phone"
        PAPER = "paper"

    effect = models.CharField(max_length=6, choices=Effect.choices, default=Effect.DENY)
    is_everyone = models.BooleanField(default=False)
    unit = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    unit_sub_units = models.BooleanField(default=True)
    professional = models.ForeignKey(
        "organisations.Professional", on_delete=models.PROTECT, null=True, related_name="+"
    )
    is_everything = models.BooleanField(default=False)
    period_start = models.DateTimeField(null=True)
    period_end = models.DateTimeField(null=True)
    origin = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    origin_sub_units = models.BooleanField(default=True)
    item_id = models.UUIDField(null=True)
    item_type = models.CharField(max_length=40, blank=True, default="")
    channel = models.CharField(max_length=6, choices=Channel.choices, default=Channel.WEB)
    end = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__isnull=True) | Q(end__gt=F("start")), name="block_period"),
            models.CheckConstraint(
                condition=Q(is_everyone=True, unit__isnull=True, professional__isnull=True)
                | Q(is_everyone=False, unit__isnull=False, professional__isnull=True)
                | Q(is_everyone=False, unit__isnull=True, professional__isnull=False),
                name="block_who",
            ),
            models.CheckConstraint(
                condition=Q(is_everything=True, period_start__isnull=True, origin__isnull=True, item_id__isnull=True)
                | (
                    Q(is_everything=False, item_id__isnull=True)
                    & (Q(period_start__isnull=False) | Q(origin__isnull=False))
                )
                | Q(is_everything=False, item_id__isnull=False, period_start__isnull=True, origin__isnull=True),
                name="block_what",
            ),
            models.CheckConstraint(
                condition=Q(period_start__isnull=True, period_end__isnull=True)
                | Q(period_start__isnull=False, period_end__isnull=False, period_end__gt=F("period_start")),
                name="block_data_period",
            ),
        ]
        indexes = [models.Index(fields=["citizen"], name="block_citizen")]


class Override(models.Model):
    """An override of a block (værdispring): one professional, one citizen, some hours, a reason that is reviewed.

    `social_reason` says, in an emergency, why just the social data are needed; it opens them only by its switch. Who
    declares it is authorised, or the responsible professional is, which a trigger asks (migration 0006).
    """

    class ReasonCode(models.TextChoices):
        """Why the block gives way."""

        PATIENT_CONSENTS_NOW = "patient_consents_now"
        UNREACHABLE_OR_INCAPACITATED = "unreachable_or_incapacitated"
        STATUTORY_CONSIDERATION = "statutory_consideration"

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, related_name="+", db_index=False)
    professional = models.ForeignKey("organisations.Professional", on_delete=models.PROTECT, related_name="+")
    responsible = models.ForeignKey("organisations.Professional", on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey("organisations.Organisation", on_delete=models.PROTECT, related_name="+")
    reason_code = models.CharField(max_length=30, choices=ReasonCode.choices)
    reason = models.TextField()
    social_reason = models.TextField(blank=True, default="", db_default="")
    start = models.DateTimeField()
    end = models.DateTimeField()
    reviewed_by = models.ForeignKey("organisations.Professional", on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    review_outcome = models.CharField(max_length=10, blank=True, default="")
    citizen_informed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="override_period"),
            models.CheckConstraint(condition=Q(end__lte=F("start") + LONGEST_OVERRIDE), name="override_within_a_day"),
            models.CheckConstraint(condition=~Q(reason__regex=r"^\s*$"), name="override_reason"),
            models.CheckConstraint(
                condition=Q(
                    reason_code__in=["patient_consents_now", "unreachable_or_incapacitated", "statutory_consideration"]
                ),
                name="override_reason_code",
            ),
        ]
        indexes = [models.Index(fields=["citizen", "professional"], name="override_citizen")]

    def __str__(self) -> str:
        return f"Override {self.pk}"


class DryRun(models.Model):
    """What turning a switch would change for the whole population, worked out chunk by chunk as of one instant.

    `is_on` is the position asked about. No citizen is named: the chunks hold bounds of keys and counts.
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    code = models.CharField(max_length=40)
    is_on = models.BooleanField()
    moment = models.DateTimeField()
    citizens = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"DryRun {self.pk}"


class DryRunChunk(models.Model):
    """One range of citizens by key, both ends included, and what would change for them once it is done.

    `result` has a list for each difference: unit, capacity, purpose, family, professional and responsible where they
    are meant by name, how many things more, how many fewer.
    """

    run = models.ForeignKey(DryRun, on_delete=models.CASCADE, related_name="chunks")
    first = models.UUIDField()
    last = models.UUIDField()
    citizens = models.PositiveIntegerField()
    result = models.JSONField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "first"], name="dryrun_chunk_once"),
            models.CheckConstraint(
                condition=Q(result__isnull=True, done_at__isnull=True) | Q(result__isnull=False, done_at__isnull=False),
                name="dryrun_chunk_done_with_result",
            ),
        ]

    def __str__(self) -> str:
        return f"DryRunChunk {self.pk}"
