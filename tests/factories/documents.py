"""Documents."""

from base64 import b64encode
from hashlib import sha1
from typing import Any

from access.vocabulary import Category, Law
from documents.models import Document
from tests.factories.base import ago, element
from tests.factories.organisations import home_care

SUMMARY = {
    "type_system": "http://loinc.org",
    "type_code": "18842-5",
    "type_display": "Epikrise",
    "class_system": "urn:oid:1.2.208.184.100.9",
    "class_code": "001",
}
NOTE = SUMMARY | {"type_code": "11506-3", "type_display": "Statusnotat"}


def document(**given: Any) -> Document:
    """A discharge summary of a hospital department."""
    content = given.pop("content", b"Udskrevet i bedring.")
    fields = {
        **SUMMARY,
        "title": "Epikrise",
        "start": ago(days=21),
        "end": ago(days=12),
        "written_at": ago(days=12),
        "content_type": "text/plain",
        "content": content,
        "size": len(content),
        "digest": b64encode(sha1(content, usedforsecurity=False).digest()).decode(),
    }
    return Document.objects.create(**{**fields, **element(given, Category.DOC_SUL, Category.DOC_SOC)})


def home_care_note(**given: Any) -> Document:
    """A note of home care under the service act, or the elderly act if given."""
    if "origin" not in given:
        given["origin"] = home_care()
    return document(**{**NOTE, "title": "Statusnotat", "recorded_under": Law.SERVICE, **given})


def superseded_document(**given: Any) -> Document:
    """A discharge summary that another took the place of."""
    return document(**{"status": Document.Status.SUPERSEDED, **given})
