"""citizens.Relative ↔ RelatedPerson: the relatives and contacts that stand typed on the stamkort."""

import re
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Case, Value, When

from access.actors import Actor
from access.columns import ELEMENT
from access.statements import Row, Source
from citizens.models import Relative
from fhir.contacts import ContactPoint, HumanName, telecom
from fhir.datatypes import BASE, clean, coding, legal_basis, meta, reference
from fhir.identifiers import IDENTIFIER, business_key, identifiers
from fhir.outcomes import FhirError, broken
from fhir.registry import WRITTEN, Resource, SearchParameter, register
from fhir.structs import Body, CodeableConcept, Reference, convert, key_of
from stamkort import services
from stamkort.fhir.typed import typed
from terminology import lookup
from terminology.systems import DANISH_RELATIONS, RELATIONS, STAMKORT_RELATIONS

PROFILE = "http://hl7.dk/fhir/core/StructureDefinition/dk-core-related-person"
NOTE = f"{BASE}/StructureDefinition/related-person-note"
RANK = f"{BASE}/StructureDefinition/related-person-rank"
# The stamkort document's own relations, as the codes that FHIR has for them.
OF_STAMKORT = {"mor": "MTH", "far": "FTH", "uspec_paaroerende": "FAMMEMB"}
_ROLE = re.compile(r"[A-Z]{2,10}\Z", re.ASCII)
PHONES = {"home": "home_phone", "mobile": "mobile_phone", "work": "work_phone", "": "mobile_phone"}


def _has_cpr(_actor: Actor | None) -> Any:
    """Whether the citizen has a CPR number, without telling it."""
    return Case(When(citizen__cpr__isnull=False, then=Value(True)), default=Value(False), output_field=BooleanField())


RELATIVE_SOURCE = Source(
    "RelatedPerson",
    Relative,
    {**ELEMENT, **{name: name for name in services.WRITTEN}, "deleted_at": "deleted_at", "has_cpr": _has_cpr},
    deleted="deleted_at",
)


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the RelatedPerson of a row; the profile asks that the citizen has a number."""
    return clean(
        {
            "resourceType": "RelatedPerson",
            "id": str(row["id"]),
            "meta": meta(row, profile=PROFILE if row["has_cpr"] else ""),
            "extension": [
                *legal_basis(row),
                *typed(row["author_kind"], row["occurred_at"]),
                {"url": RANK, "valuePositiveInt": max(row["rank"], 1)},
                *([{"url": NOTE, "valueString": row["note"]}] if row["note"] else []),
            ],
            "identifier": identifiers(row),
            "active": row["is_active"],
            "patient": reference("Patient", row["citizen_id"]),
            "relationship": _relationship(row["relationship"]),
            "name": [{"text": row["name"]}],
            "telecom": [
                *telecom("phone", row["home_phone"], "home"),
                *telecom("phone", row["mobile_phone"], "mobile"),
                *telecom("phone", row["work_phone"], "work"),
                *telecom("email", row["email"]),
            ],
        }
    )


def _relationship(code: str) -> list[dict[str, Any]]:
    """The relation; three Danish ones have a system of their own."""
    if not code:
        return []
    danish = lookup.find(DANISH_RELATIONS, code)
    known = danish or lookup.find(RELATIONS, code)
    system = DANISH_RELATIONS if danish else RELATIONS
    return [{"coding": [coding(system, code, known.display_da if known else "")]}]


class RelatedPersonBody(Body, kw_only=True):
    """RelatedPerson as we take it."""

    patient: Reference
    active: bool = True
    relationship: list[CodeableConcept] = []
    name: list[HumanName] = []
    telecom: list[ContactPoint] = []


def parse(body: dict[str, Any]) -> services.RelativeInput:
    """Read a RelatedPerson. Raises FhirError: 400 for its shape, 422 for codes and for more than the stamkort holds."""
    person = convert(body, RelatedPersonBody)
    return services.RelativeInput(
        citizen_id=key_of(person.patient, "Patient", "RelatedPerson.patient"),
        name=person.name[0].whole if person.name else "",
        relationship=_relation(person),
        note=str(_extended(person, NOTE, "valueString", str) or ""),
        rank=int(_extended(person, RANK, "valuePositiveInt", int) or 1),
        is_active=person.active,
        identifier=business_key(person),
        **_contact(person),
    )


def _relation(person: RelatedPersonBody) -> str:
    """The relation by the first code of a system that we know. Raises FhirError (422)."""
    for item in (item for concept in person.relationship for item in concept.coding):
        if item.system == STAMKORT_RELATIONS and item.code in OF_STAMKORT:
            return OF_STAMKORT[item.code]
        if item.system == DANISH_RELATIONS and lookup.find(DANISH_RELATIONS, item.code) is not None:
            return item.code
        if item.system == RELATIONS and _ROLE.match(item.code):
            return item.code
    raise FhirError("unknown-code", "RelatedPerson.relationship", expression="RelatedPerson.relationship")


def _contact(person: RelatedPersonBody) -> dict[str, str]:
    """One number of each kind and one e-mail. Raises FhirError (422) for more, or another way of contact."""
    found: dict[str, str] = {}
    for point in person.telecom:
        name = "email" if point.system == "email" else PHONES.get(point.use) if point.system == "phone" else None
        if name is None or name in found:
            raise broken(
                "relative-contact",
                "Stamkortet har ét nummer hjemme, mobil og på arbejde og én e-mail.",
                "The stamkort has one number at home, mobile and at work, and one e-mail.",
                expression="RelatedPerson.telecom",
            )
        found[name] = point.value
    return found


def _extended(person: RelatedPersonBody, url: str, name: str, kind: type) -> Any:
    """The value of an extension. Raises FhirError (400) for one of another type."""
    value = next((item.get(name, "") for item in person.extension if item.get("url") == url), None)
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise FhirError("wrong-shape", name, expression="RelatedPerson.extension")
    return value


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Create a relative from a RelatedPerson; returns its row."""
    return services.create_relative(by=by, source=RELATIVE_SOURCE, relative=parse(body))


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """Change a relative by a RelatedPerson; returns its row."""
    return services.update_relative(by=by, source=RELATIVE_SOURCE, key=key, relative=parse(body), if_match=if_match)


def delete(*, by: Actor, key: UUID, if_match: int | None) -> Row:
    """Take a relative off the stamkort; returns its row."""
    return services.delete_relative(by=by, source=RELATIVE_SOURCE, key=key, if_match=if_match)


RELATED_PERSON = register(
    Resource(
        "RelatedPerson",
        RELATIVE_SOURCE,
        to_fhir,
        (
            IDENTIFIER,
            SearchParameter(
                "patient", "reference", ("citizen_id",), "Whose relative", targets=("Patient",), element="patient"
            ),
            SearchParameter("name", "string", ("name",), "The name"),
            SearchParameter("relationship", "token", ("relationship",), "The relation", fixed_system=RELATIONS),
            SearchParameter(
                "active",
                "token",
                ("is_active",),
                "Whether still wanted",
                codes={"true": {"is_active": True}, "false": {"is_active": False}},
            ),
        ),
        (*WRITTEN, "delete"),
        create=create,
        update=update,
        delete=delete,
        profile=PROFILE,
        sorts={"rank": "rank", "name": "name"},
        description="Relatives and contacts on the stamkort: contact data, never an authorisation.",
    )
)
