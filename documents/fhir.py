"""Document ↔ FHIR DocumentReference, both ways, and its content → FHIR Binary."""

import re
from base64 import b64decode, b64encode
from binascii import Error
from typing import Any
from uuid import UUID

from access.actors import Actor
from access.columns import ELEMENT, link
from access.shielding import practitioner
from access.statements import Row, Source
from careplans.act_codes import Coded, code_of, taken
from careplans.fhir.act_parameters import coded, key_among, listed, of_unit, one_of, pointing, whose
from careplans.fhir.reading import moment_of, one, period_of
from careplans.models import Contact
from documents import services
from documents.models import LARGEST, Document
from fhir.datatypes import clean, concept, instant, legal_basis, meta, period, reference
from fhir.definitions import value_set
from fhir.identifiers import IDENTIFIER, business_key, identifiers
from fhir.outcomes import FhirError, broken
from fhir.registry import WRITTEN, Resource, SearchParameter, register
from fhir.structs import Body, CodeableConcept, Part, Period, Reference, convert, key_of, stated_law
from terminology.branches import DOCUMENT_TYPE
from terminology.systems import LOINC

STATUS = "http://hl7.org/fhir/document-reference-status"
CLASSES = "urn:oid:1.2.208.184.100.9"  # MedCom's classes of documents
value_set("document-type", "Dokumentets art", taken(held=frozenset(), shaped=(LOINC,)))
_CLASS = re.compile(r"[0-9]{3}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?", re.ASCII)
OWN_COLUMNS = (
    *("status", "completion", "type_system", "type_code", "type_display", "class_system", "class_code", "title"),
    *("description", "language", "start", "end", "written_at", "content_type", "size", "digest"),
)
DOCUMENT_SOURCE = Source(
    "DocumentReference",
    Document,
    {**ELEMENT, **{name: name for name in OWN_COLUMNS}, "contact": link("contact", Contact)},
)
# The content is asked for by itself: pages of documents stay small.
BINARY_SOURCE = Source("Binary", Document, {**ELEMENT, "content_type": "content_type", "content": "content"})


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the DocumentReference of a row; its content is fetched at the address of the attachment."""
    author = practitioner(row, "author_id")
    context = {
        "encounter": [reference("Encounter", row["contact"])] if row["contact"] else [],
        "period": period(row["start"], row["end"]),
    }
    attachment = {
        "contentType": row["content_type"],
        "language": row["language"],
        "url": f"Binary/{row['id']}",
        "size": row["size"],
        "hash": row["digest"],
        "title": row["title"],
        "creation": instant(row["written_at"]),
    }
    kind = concept(row["class_system"], row["class_code"])
    return clean(
        {
            "resourceType": "DocumentReference",
            "id": str(row["id"]),
            "meta": meta(row),
            "extension": legal_basis(row),
            "identifier": identifiers(row),
            "status": row["status"],
            "docStatus": row["completion"],
            "type": concept(row["type_system"], row["type_code"], row["type_display"]),
            "category": [kind] if kind else [],
            "subject": reference("Patient", row["citizen_id"]),
            "date": instant(row["created_at"]),
            "author": [author] if author else [],
            "custodian": reference("Organization", row["origin_id"]),
            "description": row["description"],
            "content": [{"attachment": clean(attachment)}],
            "context": clean(context),
        }
    )


def binary_to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Binary of a row: who may see the document may see its content, and nobody else."""
    return {
        "resourceType": "Binary",
        "id": str(row["id"]),
        "meta": meta(row),
        "contentType": row["content_type"],
        "securityContext": reference("DocumentReference", row["id"]),
        "data": b64encode(row["content"]).decode(),
    }


class Attachment(Part):
    """Attachment as we take it: `data` with the document; `url` and `size` are ours to tell."""

    contentType: str = ""  # noqa: N815
    language: str = ""
    data: str = ""
    url: str = ""
    size: int | None = None
    hash: str = ""
    title: str = ""
    creation: str = ""


class Content(Part):
    """DocumentReference.content as we take it."""

    attachment: Attachment


class Context(Part):
    """DocumentReference.context as we take it."""

    encounter: list[Reference] = []
    period: Period | None = None


class DocumentBody(Body, kw_only=True):
    """DocumentReference as we take it; `date`, `author` and `custodian` are always those of who writes."""

    status: str
    type: CodeableConcept
    subject: Reference
    content: list[Content]
    docStatus: str = ""  # noqa: N815
    category: list[CodeableConcept] = []
    date: str = ""
    author: list[Reference] = []
    custodian: Reference | None = None
    description: str = ""
    context: Context | None = None


def parse(body: dict[str, Any], by: Actor, *, is_new: bool) -> services.DocumentInput:
    """Read a DocumentReference. Raises FhirError: 400 for its shape, 413 for its size, 422 for codes and references."""
    document = convert(body, DocumentBody)
    held = one(document.content, "DocumentReference.content")
    if held is None:
        raise FhirError("wrong-shape", "DocumentReference.content", expression="DocumentReference.content")
    context = document.context or Context()
    start, end = period_of(context.period, "DocumentReference.context.period")
    if is_new:
        of_unit(document.custodian, by.unit_id, "DocumentReference.custodian")
    encounters = key_among(context.encounter, ("Encounter",), "DocumentReference.context.encounter")
    completions = ("", *Document.Completion.values)
    return services.DocumentInput(
        citizen_id=key_of(document.subject, "Patient", "DocumentReference.subject"),
        status=one_of(document.status, Document.Status.values, "DocumentReference.status"),
        completion=one_of(document.docStatus, completions, "DocumentReference.docStatus"),
        coded=_type(document.type),
        document_class=_class(document.category),
        description=_short(document.description, 500, "DocumentReference.description"),
        start=start,
        end=end,
        law=stated_law(document),
        contact=encounters.get("Encounter"),
        identifier=business_key(document),
        **_attached(held.attachment),
    )


def _type(given: CodeableConcept) -> Coded:
    """What kind of document it is, by LOINC. Raises FhirError (422)."""
    found = code_of(given.coding, "DocumentReference.type", frozenset({DOCUMENT_TYPE}))
    if found.system != LOINC:
        raise FhirError("unknown-code", found.code, expression="DocumentReference.type")
    return found


def _class(given: list[CodeableConcept]) -> Coded:
    """The class of document, by MedCom's three digits. Raises FhirError (422)."""
    kind = one(given, "DocumentReference.category")
    found = one(kind.coding, "DocumentReference.category") if kind else None
    if found is None:
        return services.NO_CODE
    if found.system != CLASSES or not _CLASS.fullmatch(found.code):
        raise FhirError("unknown-code", found.code[:40], expression="DocumentReference.category")
    return Coded(found.system, found.code)


def _attached(given: Attachment) -> dict[str, Any]:
    """The content and what is said of it. Raises FhirError (400, 413 or 422)."""
    place = "DocumentReference.content.attachment"
    if given.language and not _LANGUAGE.fullmatch(given.language):
        raise FhirError("unknown-code", given.language[:40], expression=f"{place}.language")
    if len(given.data) > LARGEST // 3 * 4 + 4:
        raise FhirError("too-large", expression=f"{place}.data")
    try:
        content = b64decode(given.data, validate=True) if given.data else None
    except (Error, ValueError) as error:
        raise FhirError("wrong-shape", "base64", expression=f"{place}.data") from error
    if content is not None and len(content) > LARGEST:
        raise FhirError("too-large", expression=f"{place}.data")
    return {
        "content_type": one_of(given.contentType, Document.Media.values, f"{place}.contentType"),
        "content": content,
        "digest": given.hash,
        "title": _short(given.title, 200, f"{place}.title"),
        "language": given.language,
        "written_at": moment_of(given.creation, f"{place}.creation"),
    }


def _short(text: str, longest: int, expression: str) -> str:
    """A text that we can keep whole. Raises FhirError (422)."""
    if len(text) > longest or "\x00" in text:
        raise broken(
            "text-too-long",
            f"Teksten har højst {longest} tegn.",
            f"The text has at most {longest} characters.",
            expression=expression,
        )
    return text


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Create a document from a DocumentReference; returns its row."""
    return services.create_document(by=by, source=DOCUMENT_SOURCE, given=parse(body, by, is_new=True))


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """Say by a DocumentReference how a document stands; returns its row."""
    given = parse(body, by, is_new=False)
    return services.update_document(by=by, source=DOCUMENT_SOURCE, key=key, given=given, if_match=if_match)


DOCUMENT = register(
    Resource(
        "DocumentReference",
        DOCUMENT_SOURCE,
        to_fhir,
        (
            *whose("document"),
            coded("type", "type_code", "Discharge summary, status or note"),
            coded("category", "class_code", "The class of document"),
            listed("status", "status", Document.Status.values, STATUS, "Whether it still holds"),
            SearchParameter("date", "date", ("created_at",), "When it was recorded here"),
            SearchParameter("period", "date", ("start", "end"), "The time that it is about"),
            SearchParameter(
                "custodian",
                "reference",
                ("origin_id",),
                "The unit that wrote it",
                targets=("Organization",),
                element="custodian",
            ),
            pointing(
                "encounter", "contact", Contact, "Encounter", "The contact it was written at", "context.encounter"
            ),
            IDENTIFIER,
        ),
        WRITTEN,
        create=create,
        update=update,
        sorts={"date": "created_at", "status": "status", "type": "type_code"},
        description="Documents as they were written: discharge summaries and notes. Their content is a Binary.",
    )
)
BINARY = register(
    Resource(
        "Binary",
        BINARY_SOURCE,
        binary_to_fhir,
        (),
        ("read",),
        citizen_parameter=None,
        in_overview=False,
        description="The content of a document, for who may see the document.",
    )
)
