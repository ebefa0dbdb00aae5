"""stamkort.RegistrationContent → Consent: what a will says, a disclosure of its own, after a stated reason.

A doctor or nurse who states a reason (`X-Will-Reason`) sees all of a will; a dentist only the wish about force (law
study 2.8); the citizen all that is hers. The reason is kept in the log.
"""

from typing import Any

from access.actors import Actor
from access.columns import ELEMENT
from access.statements import Row, Source
from access.vocabulary import HEALTH_SIDE, Profession
from consents.fhir import SORTS
from fhir.datatypes import clean, coding
from fhir.definitions import code_system
from fhir.registry import VERSIONED, Resource, add_face
from stamkort.fhir import registrations
from stamkort.models import Registration, RegistrationContent

Kind = Registration.Kind
ABOUT_FORCE = "noForcedTreatmentIfIncapable"
STATEMENTS = {
    Kind.TREATMENT_WILL: code_system("treatment-will", "Ønsker i behandlingstestamentet", {}, is_complete=False),
    Kind.LIVING_WILL: code_system("living-will", "Ønsker i livstestamentet", {}, is_complete=False),
    Kind.ORGAN_DONOR: code_system("organ-donation", "Ønsker om organdonation", {}, is_complete=False),
}

CONTENT_SOURCE = Source(
    "Consent",
    RegistrationContent,
    {
        **ELEMENT,
        "kind": "kind",
        "statements": "statements",
        "decided_at": "registration__registered_at",
        "effective_at": "registration__effective_at",
        "revoked_at": "registration__revoked_at",
    },
)


def statements_of(row: Row, actor: Actor) -> dict[str, Any]:
    """What the asker is told of a will; a dentist only of the wish about force."""
    stated = row["statements"] if isinstance(row["statements"], dict) else dict.fromkeys(row["statements"], True)
    is_dentist = actor.acting_as in HEALTH_SIDE and actor.profession == Profession.DENTIST
    return {name: value for name, value in stated.items() if name == ABOUT_FORCE or not is_dentist}


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Consent of what a registration says: each wish a rule of its own."""
    system = STATEMENTS[Kind(row["kind"])]
    told = registrations.to_fhir(row, actor)
    rules = []
    for name, value in sorted(statements_of(row, actor).items()):
        codes = [name] if value is True else value if isinstance(value, list) else [value] if value else []
        concepts = [{"coding": [coding(system, str(code))], "text": name} for code in codes]
        rules += [{"type": "deny" if value is True else "permit", "code": concepts}] if concepts else []
    return clean({**told, "provision": {"type": "permit", "provision": rules}})


CONTENT = add_face(
    Resource("Consent", CONTENT_SOURCE, to_fhir, registrations.parameters("registration__"), VERSIONED, sorts=SORTS)
)
