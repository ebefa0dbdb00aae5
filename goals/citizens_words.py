"""What the citizen says of a goal ↔ FHIR: with whom she shares it, whether she agrees, and her comment."""

from typing import Any
from uuid import UUID

from access.actors import Actor
from access.statements import Row
from access.vocabulary import ActingAs
from fhir.datatypes import BASE, reference
from fhir.outcomes import FhirError
from fhir.structs import Annotation, Body, Reference, extended, key_of
from goals.models import Goal

SHARING = f"{BASE}/StructureDefinition/goal-sharing"
SHARED_WITH = f"{BASE}/StructureDefinition/goal-shared-with"
ACCEPTANCE = "http://hl7.org/fhir/StructureDefinition/goal-acceptance"
AGREEMENT = {True: "agree", False: "disagree", None: "pending"}


def sharing_of(row: Row, actor: Actor) -> list[dict[str, Any]]:
    """The extensions that tell the choice of sharing; which units she named is told to herself alone."""
    if not row["sharing"]:
        return []
    named = row["shared_with"] if actor.acting_as == ActingAs.CITIZEN else ()
    units = [{"url": SHARED_WITH, "valueReference": reference("Organization", key)} for key in named]
    return [{"url": SHARING, "valueCode": row["sharing"]}, *units]


def acceptance_of(row: Row) -> list[dict[str, Any]]:
    """The extension that tells whether the citizen agrees: where she has said, or is asked by a proposal."""
    if row["is_agreed"] is None and row["status"] != Goal.Status.PROPOSED:
        return []
    parts = [
        {"url": "individual", "valueReference": reference("Patient", row["citizen_id"])},
        {"url": "status", "valueCode": AGREEMENT[row["is_agreed"]]},
    ]
    return [{"url": ACCEPTANCE, "extension": parts}]


def note_of(row: Row) -> list[dict[str, Any]]:
    """Her comment on a goal, as the one note."""
    text = row["citizen_comment"]
    return [{"authorReference": reference("Patient", row["citizen_id"]), "text": text}] if text else []


def sharing_in(goal: Body) -> str:
    """The choice of sharing of a body; empty when it makes none."""
    return str(extended(goal, SHARING, "valueCode") or "")


def shared_with_in(goal: Body) -> list[UUID]:
    """The units that a body names. Raises FhirError: 400 for what is no reference, 422 for one to something else."""
    found = [item.get("valueReference") for item in goal.extension if item.get("url") == SHARED_WITH]
    if any(not isinstance(item, dict) for item in found):
        raise FhirError("wrong-shape", "valueReference", expression="Goal.extension")
    named = [Reference(reference=str(item.get("reference", ""))) for item in found if item is not None]
    return [key_of(item, "Organization", "Goal.extension") for item in named]


def comment_in(notes: list[Annotation]) -> str:
    """Her comment as a body says it: the texts of its notes."""
    return "\n".join(note.text for note in notes if note.text)
