"""Documents: what a unit wrote about the citizen as a whole, kept as it was written."""

from django.db import models
from django.db.models import F, Q

from access.elements import Element, element_constraints
from access.vocabulary import Category

LARGEST = 3_000_000  # bytes; in base64 it fits into the largest body


class Document(Element):
    """A document (dokument): a discharge summary, a status or a note, of one type, with its content as it was sent.

    All of it stands under one act. `start` and `end` tell the time that it is about, `written_at` when it was written;
    `size` is in bytes and `digest` the SHA-1 of the content in base64, as FHIR has it. The content never changes: a
    document that is wrong is set to `entered-in-error`, and one that another took the place of to `superseded`.
    """

    class Status(models.TextChoices):
        """FHIR's document reference status."""

        CURRENT = "current"
        SUPERSEDED = "superseded"
        ENTERED_IN_ERROR = "entered-in-error"

    class Completion(models.TextChoices):
        """FHIR's composition status: how finished it is."""

        PRELIMINARY = "preliminary"
        FINAL = "final"
        AMENDED = "amended"
        ENTERED_IN_ERROR = "entered-in-error"

    class Media(models.TextChoices):
        """What the content may be: nothing that a browser would run."""

        TEXT = "text/plain"
        PDF = "application/pdf"

    status = models.CharField(max_length=16, choices=Status.choices, default=Status.CURRENT)
    completion = models.CharField(max_length=16, choices=Completion.choices, blank=True, default="")
    type_system = models.CharField(max_length=100)
    type_code = models.CharField(max_length=64)
    type_display = models.CharField(max_length=300, blank=True, default="")
    class_system = models.CharField(max_length=100, blank=True, default="")
    class_code = models.CharField(max_length=64, blank=True, default="")
    title = models.CharField(max_length=200, blank=True, default="")
    description = models.CharField(max_length=500, blank=True, default="")
    language = models.CharField(max_length=20, blank=True, default="")
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)
    contact = models.ForeignKey("careplans.Contact", on_delete=models.PROTECT, null=True, related_name="documents")
    content_type = models.CharField(max_length=20, choices=Media.choices)
    content = models.BinaryField(default=b"")
    size = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=28, blank=True, default="")

    class Meta:
        constraints = [
            *element_constraints("document", [Category.DOC_SUL, Category.DOC_SOC]),
            models.CheckConstraint(
                condition=Q(end__isnull=True) | Q(start__isnull=True) | Q(end__gte=F("start")), name="document_period"
            ),
            models.CheckConstraint(condition=Q(size__lte=LARGEST), name="document_size"),
        ]
        indexes = [models.Index(fields=["citizen", "updated_at", "id"], name="document_citizen")]
