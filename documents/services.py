"""Every write of documents: one transaction, decided inside, with its version and its log row."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1
from typing import Any
from uuid import UUID

from access.actors import Actor
from access.authoring import act_of, change_element, create_element, missing, same, seen
from access.statements import Row, Source
from access.vocabulary import SOCIAL_LAWS, Category, Law
from careplans.act_codes import Coded
from careplans.models import Contact
from careplans.services.act_rules import in_order, keep_act, keep_error
from documents.models import Document
from fhir.datatypes import instant
from fhir.identifiers import NO_KEY, BusinessKey
from fhir.outcomes import broken

NO_CODE = Coded("", "")
PLACE = "DocumentReference.content"


@dataclass(frozen=True)
class DocumentInput:
    """What a document is to be, as its writer says; a change that does not bring the content along has None there."""

    citizen_id: UUID
    status: str
    coded: Coded
    content_type: str
    content: bytes | None
    digest: str = ""
    completion: str = ""
    document_class: Coded = NO_CODE
    title: str = ""
    description: str = ""
    language: str = ""
    start: datetime | None = None
    end: datetime | None = None
    written_at: datetime | None = None
    law: str = ""
    contact: UUID | None = None
    identifier: BusinessKey = NO_KEY


def create_document(*, by: Actor, source: Source, given: DocumentInput) -> Row:
    """Create a document and return its row; it stands under the act of the contact that it was written at.

    Raises FhirError: 403 without a right to record it, 422 for an act that is not told, a contact that is not the
    citizen's or that the writer may not see, or content that is not what is said of it. Law: grounds.OWN_RECORDING.
    """
    contacts = seen(by, Contact, [given.contact] if given.contact else [], given.citizen_id)
    law = act_of(by, {Law(found.recorded_under) for found in contacts.values()}, given.law)

    def values() -> Mapping[str, Any]:
        if given.contact is not None and given.contact not in contacts:
            raise missing("Encounter", "DocumentReference.context.encounter")
        if given.status != Document.Status.CURRENT:
            raise broken(
                "document-new",
                "Et nyt dokument er gældende.",
                "A new document is current.",
                expression="DocumentReference.status",
            )
        return _told(given) | _content(given)

    return create_element(
        by=by,
        source=source,
        citizen_id=given.citizen_id,
        identifier=given.identifier,
        category=Category.DOC_SOC if law in SOCIAL_LAWS else Category.DOC_SUL,
        law=law,
        values=values,
        occurred_at=given.start or given.written_at,
    )


def update_document(*, by: Actor, source: Source, key: UUID, given: DocumentInput, if_match: int | None) -> Row:
    """Say how a document stands (its status, how finished it is), and return its row; nothing else of it changes.

    Raises FhirError: 404, 403, 400 or 412 for the version, 422 for any other change.
    """

    def change(current: Document) -> Mapping[str, Any]:
        keep_error(current.status, given.status)
        keep_act(by, Law(current.recorded_under), (), given.law)
        held = given.contact if given.contact is not None else current.contact_id
        fixed = _told(given) | {"citizen_id": given.citizen_id, "contact_id": held}
        fixed = {name: value for name, value in fixed.items() if name not in ("status", "completion")}
        same(current, **{name: value for name, value in fixed.items() if _told_anew(getattr(current, name), value)})
        digests = {given.digest, "" if given.content is None else _digest(given.content)} - {""}
        if digests - {current.digest}:
            raise broken(
                "document-content-fixed",
                "Et dokuments indhold kan ikke ændres; opret et nyt.",
                "The content of a document cannot be changed; create a new one.",
                expression=PLACE,
            )
        return {"status": given.status, "completion": given.completion}

    return change_element(by=by, source=source, key=key, identifier=given.identifier, if_match=if_match, change=change)


def _told_anew(held: Any, given: Any) -> bool:
    """Whether another value is given than the one held; instants are told to the millisecond."""
    return (instant(held) != instant(given)) if isinstance(held, datetime) else held != given


def _told(given: DocumentInput) -> dict[str, Any]:
    """The columns beside the content. Raises FhirError (422)."""
    in_order(given.start, given.end, "DocumentReference.context.period")
    return {
        "status": given.status,
        "completion": given.completion,
        "type_system": given.coded.system,
        "type_code": given.coded.code,
        "type_display": given.coded.display,
        "class_system": given.document_class.system,
        "class_code": given.document_class.code,
        "title": given.title,
        "description": given.description,
        "language": given.language,
        "start": given.start,
        "end": given.end,
        "written_at": given.written_at,
        "contact_id": given.contact,
        "content_type": given.content_type,
    }


def _content(given: DocumentInput) -> dict[str, Any]:
    """The columns of the content. Raises FhirError (422) where there is none, or not what is said of it."""
    if not given.content:
        raise broken(
            "document-content",
            "Et dokument har sit indhold med (attachment.data).",
            "A document brings its content along (attachment.data).",
            expression=PLACE,
        )
    digest = _digest(given.content)
    if given.digest not in ("", digest) or not _is_of(given.content_type, given.content):
        raise broken(
            "document-content-other",
            "Indholdet er ikke det, der er angivet (contentType, hash).",
            "The content is not what is stated (contentType, hash).",
            expression=PLACE,
        )
    return {"content": given.content, "size": len(given.content), "digest": digest}


def _is_of(content_type: str, content: bytes) -> bool:
    """Whether the content is of the type that is stated: text in UTF-8, or a PDF by its first bytes."""
    if content_type == Document.Media.PDF:
        return content.startswith(b"%PDF-")
    try:
        return "\x00" not in content.decode()
    except UnicodeDecodeError:
        return False


def _digest(content: bytes) -> str:
    """The hash that FHIR asks for; it finds what was broken on the way and proves nothing more."""
    return b64encode(sha1(content, usedforsecurity=False).digest()).decode()
