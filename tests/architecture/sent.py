"""What is sent to be created or changed: the thing as its reader got it, or for some types a body right in itself."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from access.rest import represent
from access.search import key_search
from access.statements import fetch
from fhir.registry import Resource
from tests.architecture.personas import Persona, Stage
from tests.consents.bodies import noted, permit
from tests.writing.bodies import WRITTEN, document_reference

# What a reader is told and a writer may not say.
READ_ONLY = {"CarePlan": ("contributor",), "Encounter": ("serviceProvider",)}


def body(stage: Stage, entry: Resource, route: str, persona: Persona, key: str) -> dict[str, Any]:
    """The body of a create or an update by this persona."""
    made = OF_TYPE.get((entry.type, route))
    if made is not None:
        found = made(stage, persona)
    else:
        found = _as_read(stage, entry, key)
        for name in READ_ONLY.get(entry.type, ()):
            found.pop(name, None)
    if (entry.type, route) in ENDED:
        found["status"] = ENDED[entry.type, route]
    return {**found, "id": key}


ENDED = {("Consent", "update"): "inactive", ("EpisodeOfCare", "update"): "finished"}


def changed(kind: str) -> dict[str, Any]:
    """A part that is changed by a patch of this type; by one that changes nothing, nothing would be tried."""
    if kind in WRITTEN:
        return WRITTEN[kind][2]
    return {"status": "inactive"} if kind == "Consent" else {"id": None}


def _as_read(stage: Stage, entry: Resource, key: str) -> dict[str, Any]:
    for reader in stage.readers:
        rows = fetch(entry.source, reader, key_search(UUID(key)), interaction="read", logged=False)
        if rows:
            return represent(entry, rows[0], reader)
    return {"resourceType": entry.type}


def _consent(stage: Stage, persona: Persona) -> dict[str, Any]:
    """To home care, by herself or noted by who received it."""
    patient = {"reference": f"Patient/{persona.about.pk}"}
    if persona.is_professional:
        return noted(stage.cast, "written", "sul43", patient=patient)
    return permit(stage.cast, patient=patient)


KINDS = {
    "overall": {"coding": [{"code": "overall"}]},
    "life": {"coding": [{"code": "ffb9886b-d04e-46b1-9165-a400f91f822b"}]},
}


def _goal(stage: Stage, persona: Persona) -> dict[str, Any]:
    """A life goal by the citizen's side, an overall goal by professionals."""
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "category": [KINDS["overall" if persona.is_professional else "life"]],
        "description": {"text": "Gå en tur hver dag"},
        "subject": {"reference": f"Patient/{persona.about.pk}"},
    }


def _episode(stage: Stage, persona: Persona) -> dict[str, Any]:
    """A claim of a relation."""
    patient = {"reference": f"Patient/{persona.about.pk}"}
    return {"resourceType": "EpisodeOfCare", "status": "active", "patient": patient}


def _document(stage: Stage, persona: Persona) -> dict[str, Any]:
    """A discharge summary, with the content that a reader is not told with it."""
    return document_reference(stage.cast, subject={"reference": f"Patient/{persona.about.pk}"})


OF_TYPE: dict[tuple[str, str], Callable[[Stage, Persona], dict[str, Any]]] = {
    ("Consent", "create"): _consent,
    ("DocumentReference", "create"): _document,
    ("EpisodeOfCare", "create"): _episode,
    ("Goal", "create"): _goal,
}
