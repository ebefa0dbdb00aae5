"""stamkort.RegistrationContent → Consent: what a will says, a disclosure of its own, after a stated reason.

A doctor or nurse who states a reason (`X-Will-Reason`) sees all of a will; a dentist only the wish about force (law
study 2.8); the citizen all that is hers. The reason is kept in the log.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from access.actors import Actor
from access.columns import ELEMENT
from access.statements import Row, Source
from access.vocabulary import HEALTH_SIDE, Profession
from consents.fhir import SORTS
from consents.fhir.parts import extension
from fhir.datatypes import BASE, clean, coding
from fhir.definitions import code_system
from fhir.registry import VERSIONED, Resource, add_face
from stamkort.fhir import registrations
from stamkort.models import Registration, RegistrationContent

Kind = Registration.Kind
ABOUT_FORCE = "noForcedTreatmentIfIncapable"
WISHES = {
    "noLifeProlongingIfDying": "Ingen livsforlængende behandling, hvis jeg er uafvendeligt døende",
    "noLifeProlongingIfSeverelyDegraded": "Ingen livsforlængende behandling, hvis jeg varigt ikke kan klare mig selv",
    "noLifeProlongingIfSeverePain": "Ingen livsforlængende behandling, hvis følgerne er meget lidelsesfulde",
    ABOUT_FORCE: "Ingen behandling med tvang af fysisk sygdom, hvis jeg bliver varigt inhabil",
}
OLDER_WISHES = {
    "dying": "Ingen livsforlængende behandling, hvis jeg er uafvendeligt døende",
    "severelyDegraded": "Ingen livsforlængende behandling, hvis jeg bliver svært invalideret",
}
PERMISSIONS = {
    "FULL": "Fuld tilladelse",
    "FULL_WITH_RESEARCH": "Fuld tilladelse, også til forskning",
    "LIMITED": "Begrænset tilladelse",
    "LIMITED_WITH_RESEARCH": "Begrænset tilladelse, også til forskning",
    "NONE": "Forbud mod organdonation",
    "DONT_KNOW": "Ved ikke",
}
ORGANS = {
    "heart": "hjerte",
    "lungs": "lunger",
    "liver": "lever",
    "pancreas": "bugspytkirtel",
    "kidneys": "nyrer",
    "cornea": "hornhinder",
    "smallIntestine": "tyndtarm",
    "skin": "hud",
}
SYSTEMS = {
    Kind.TREATMENT_WILL: code_system("treatment-will", "Ønsker i behandlingstestamentet", WISHES),
    Kind.LIVING_WILL: code_system("living-will", "Ønsker i livstestamentet", OLDER_WISHES),
    Kind.ORGAN_DONOR: code_system("organ-donation", "Ønsker om organdonation", PERMISSIONS | ORGANS),
}
DISPLAYS = WISHES | OLDER_WISHES | PERMISSIONS | ORGANS
ACCEPTANCE = f"{BASE}/StructureDefinition/acceptance-needed"
# What a register says besides the wishes themselves: whose acceptance a wish needs (relative, guardian, trustedAgent).
NEEDED = "acceptanceNeeded"

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


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Consent of what a registration says: each wish a rule of its own; a dentist is told of force alone."""
    kind, told = Kind(row["kind"]), registrations.to_fhir(row, actor)
    stated = row["statements"] if isinstance(row["statements"], dict) else dict.fromkeys(row["statements"], True)
    if actor.acting_as in HEALTH_SIDE and actor.profession == Profession.DENTIST:
        stated = {name: value for name, value in stated.items() if name in (ABOUT_FORCE, NEEDED)}
    rules = _donation(stated) if kind == Kind.ORGAN_DONOR else _wishes(kind, stated)
    return clean({**told, "provision": clean({"type": "permit", "provision": rules})})


def _wishes(kind: Registration.Kind, stated: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The wishes of a will in the order of its form: what is not to be done, and who must accept that."""
    needed = stated.get(NEEDED) or {}
    named = [name for name in (*DISPLAYS, *sorted(stated.keys() - DISPLAYS.keys())) if stated.get(name) is True]
    return [_rule("deny", kind, [name], needed.get(name)) for name in named]


def _donation(stated: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The position on organ donation, whether the relatives must accept it, and the organs it is limited to."""
    permission = str(stated.get("permission", ""))
    verdict = {"NONE": "deny", "DONT_KNOW": ""}.get(permission, "permit")
    accepting = "relative" if stated.get("requiresRelativeAcceptance") else None
    rules = [_rule(verdict, Kind.ORGAN_DONOR, [permission], accepting)] if permission else []
    organs = [str(organ) for organ in stated.get("organs") or ()]
    return [*rules, *([_rule("permit", Kind.ORGAN_DONOR, organs)] if organs else [])]


def _rule(verdict: str, kind: Registration.Kind, codes: Sequence[str], accepting: str | None = None) -> dict[str, Any]:
    """A rule about these codes."""
    concepts = [{"coding": [coding(SYSTEMS[kind], code, DISPLAYS.get(code, ""))]} for code in codes]
    return clean({"extension": extension(ACCEPTANCE, "Code", accepting), "type": verdict, "code": concepts})


CONTENT = add_face(
    Resource("Consent", CONTENT_SOURCE, to_fhir, registrations.parameters("registration__"), VERSIONED, sorts=SORTS)
)
