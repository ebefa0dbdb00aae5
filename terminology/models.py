"""The table of codes that the service knows."""

from django.db import models
from django.db.models import F, Q

from terminology.laws import CODE_LAWS


class Code(models.Model):
    """A concept of a code system (kode), with the law that it implies.

    Reference data: filled by `load_codes` from files, never edited by hand and never deleted, because old elements
    keep pointing at retired codes (`is_active` off). Other tables store system and code, which is why the key is a
    plain serial one.
    """

    system = models.CharField(max_length=120)
    code = models.CharField(max_length=80)
    legacy_code = models.CharField(max_length=20, blank=True, default="")
    display_da = models.CharField(max_length=200)
    display_en = models.CharField(max_length=200, blank=True, default="")
    area = models.CharField(max_length=200, blank=True, default="")
    branch = models.CharField(max_length=40)
    law = models.CharField(max_length=20, blank=True, default="")
    paragraph = models.CharField(max_length=40, blank=True, default="")
    parent_code = models.CharField(max_length=80, blank=True, default="")
    is_group = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "code"], name="code_once_per_system"),
            models.UniqueConstraint(
                fields=["system", "legacy_code"], condition=~Q(legacy_code=""), name="legacy_code_once_per_system"
            ),
            models.CheckConstraint(condition=Q(law__in=("", *CODE_LAWS)), name="code_law_is_known"),
            models.CheckConstraint(
                condition=~Q(system="") & ~Q(code="") & ~Q(display_da="") & ~Q(branch=""), name="code_says_what_it_is"
            ),
            models.CheckConstraint(condition=~Q(parent_code=F("code")), name="code_is_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        """Name the code as FHIR search does."""
        return f"{self.system}|{self.code}"
