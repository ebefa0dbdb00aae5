"""What every shared element about a citizen has, whatever it is."""

from typing import Any, ClassVar

from django.db import models

from access.policies import PermittedQuerySet
from access.vocabulary import AuthorKind, Category, Law, laws_of
from fhir.ids import new_key


class Element(models.Model):
    """A shared element: about one citizen, of one category, recorded under one act by one organisation.

    `recorded_under` and `category` are set at writing and change only by an audited correction. `origin` is the
    recording organisation; a citizen's own words have none. `occurred_at` is the instant the element is about, which a
    block of a period is held against. `version` counts from 1. (`source`, `source_id`) is its business
    identifier: a system and a value, or a sender and its own key (`fhir.identifiers`).
    """

    id = models.UUIDField(primary_key=True, default=new_key, editable=False)
    citizen = models.ForeignKey("citizens.Citizen", on_delete=models.PROTECT, related_name="+", db_index=False)
    category = models.CharField(max_length=16, choices=Category.choices)
    recorded_under = models.CharField(max_length=16, choices=Law.choices)
    origin = models.ForeignKey(
        "organisations.Organisation", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    author = models.ForeignKey(
        "organisations.Professional", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    author_kind = models.CharField(max_length=16, choices=AuthorKind.choices, default=AuthorKind.PROFESSIONAL)
    occurred_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    source = models.CharField(max_length=200, default="", blank=True)
    source_id = models.CharField(max_length=200, default="", blank=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(PermittedQuerySet)()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.object_name} {self.pk}"


def element_constraints(name: str, categories: list[Category]) -> list[models.BaseConstraint]:
    """Return the constraints of an element table: its categories, and the act each category stands under."""
    allowed = models.Q(pk__in=[])
    for category in categories:
        part = models.Q(category=category.value, recorded_under__in=[law.value for law in laws_of(category)])
        allowed = part if allowed == models.Q(pk__in=[]) else allowed | part
    return [
        models.CheckConstraint(condition=allowed, name=f"{name}_category_law"),
        models.CheckConstraint(condition=models.Q(version__gte=1), name=f"{name}_version"),
        models.UniqueConstraint(
            fields=["source", "source_id"], condition=~models.Q(source_id=""), name=f"{name}_source_key"
        ),
    ]
