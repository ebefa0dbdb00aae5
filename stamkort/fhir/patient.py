"""Citizen → Patient, read-only: the register part of the stamkort, with the typed entries that the reader may see."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Subquery, TextField
from django.db.models.functions import JSONObject

from access.actors import Actor
from access.columns import link
from access.conditions import disj
from access.policies import policy_of
from access.statements import Column, Row, Source
from access.vocabulary import Action
from citizens.identifiers import (
    CPR_SYSTEM,
    D_ECPR_REGIONS,
    D_ECPR_SYSTEM,
    X_ECPR_SYSTEM,
    is_cpr,
    is_d_ecpr,
    is_x_ecpr,
)
from citizens.models import Citizen, Identifier
from fhir.contacts import human_name, identifier
from fhir.datatypes import ACT_CODE, BASE, CONFIDENTIALITY, clean, coding, day, instant
from fhir.registry import READ_ONLY, Resource, SearchParameter, register
from stamkort.fhir import entries
from stamkort.models import Entry

PROFILE = "http://hl7.dk/fhir/core/StructureDefinition/dk-core-patient"
COVERAGE_GROUP = f"{BASE}/StructureDefinition/stamkort-coverage-group"
D_ECPR_SYSTEMS = (D_ECPR_SYSTEM, *D_ECPR_REGIONS)


def _numbers(actor: Actor | None) -> Any:
    """The numbers of a citizen besides the CPR."""
    rows = Identifier.objects.filter(citizen_id=OuterRef("pk")).order_by("pk")
    return ArraySubquery(rows.values_list(JSONObject(system="system", value="value")))


def _entries(actor: Actor | None) -> Any:
    """The current typed entries that the actor may see too."""
    rows = Entry.objects.filter(citizen_id=OuterRef("pk"), is_current=True)
    if actor is not None:
        rows = rows.filter(policy_of(Entry).permitted(actor, Action.READ))
    told = JSONObject(kind="kind", value="value", by="author_kind", at="occurred_at")
    return ArraySubquery(rows.order_by("kind").values_list(told))


def _replaces(actor: Actor | None) -> Any:
    """The id of the citizen's row under her former number, if the actor may see that too."""
    rows = Citizen.objects.filter(replaced_by_id=OuterRef("pk"))
    if actor is not None:  # to the law another citizen, who may have decided what this one has not
        asker = replace(actor, asks_of_undecided=False)
        rows = rows.filter(policy_of(Citizen).permitted(asker, Action.READ))
    return Subquery(rows.values("pk")[:1])


COLUMNS: dict[str, Column] = {
    **{
        name: name
        for name in (
            "id",
            "cpr",
            "given_name",
            "family_name",
            "gender",
            "birth_date",
            "street",
            "postal_code",
            "city",
            "municipality_code",
            "is_address_protected",
            "died_at",
            "insurance_group",
            "version",
            "updated_at",
        )
    },
    "practice_id": "general_practice_id",
    "practice_name": "general_practice__name",
    "practice_sor": "general_practice__sor",
    "numbers": _numbers,
    "entries": _entries,
    "replaced_by": link("replaced_by", Citizen),
    "replaces": _replaces,
}
PATIENT_SOURCE = Source("Patient", Citizen, COLUMNS)


def is_withheld(row: Row) -> bool:
    """Whether the address is kept back: from everybody but the citizen herself, while it is protected."""
    return bool(row["is_address_protected"]) and "own-record" not in row["rules"]


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Patient of a citizen."""
    numbers = _identifiers(row)
    told = entries.Told(row["entries"], withheld=is_withheld(row))
    return clean(
        {
            "resourceType": "Patient",
            "id": str(row["id"]),
            "meta": _meta(row, PROFILE if numbers else ""),
            "extension": [
                *([{"url": COVERAGE_GROUP, "valueCode": row["insurance_group"]}] if row["insurance_group"] else []),
                *told.extensions(),
            ],
            "identifier": numbers,
            "name": human_name(row["given_name"], row["family_name"]),
            "telecom": told.telecom(),
            "gender": row["gender"],
            "birthDate": day(row["birth_date"]),
            "deceasedDateTime": instant(row["died_at"]),
            "address": [*entries.home(row, withheld=is_withheld(row)), *told.address()],
            "communication": told.communication(),
            "generalPractitioner": [*entries.practice(row), *told.dentist()],
            "link": [
                *_link("replaced-by", row["replaced_by"]),
                *_link("replaces", row["replaces"]),
            ],
        }
    )


def _meta(row: Row, profile: str) -> dict[str, Any]:
    """Version, and the labels of a protected address for as long as it is protected, whoever reads."""
    labels = [coding(CONFIDENTIALITY, "R"), coding(ACT_CODE, "LOCIS")]
    return clean(
        {
            "versionId": str(row["version"]),
            "lastUpdated": instant(row["updated_at"]),
            "profile": [profile] if profile else [],
            "security": labels if row["is_address_protected"] else [coding(CONFIDENTIALITY, "N")],
        }
    )


def _identifiers(row: Row) -> list[dict[str, str]]:
    """The CPR number, and replacement numbers, which are temporary."""
    others = [entries.loaded(item) for item in row["numbers"] or ()]
    return [
        *identifier(CPR_SYSTEM, row["cpr"], "official"),
        *(found for item in others for found in identifier(item["system"], item["value"], "temp")),
    ]


def _link(kind: str, key: Any) -> list[dict[str, Any]]:
    """A link to the row of the same citizen under another number."""
    return [{"other": {"reference": f"Patient/{key}"}, "type": kind}] if key else []


def numbered(system: str, code: str, slot: Callable[[Any, Any], Any]) -> Q:
    """A citizen by CPR or replacement number, of the named system or of any. Raises ValueError for another shape."""
    fits = {
        CPR_SYSTEM: is_cpr(code),
        X_ECPR_SYSTEM: is_x_ecpr(code),
        **dict.fromkeys(D_ECPR_SYSTEMS, is_d_ecpr(code)),
    }
    if not (fits.get(system, False) if system else any(fits.values())):
        raise ValueError(system)
    value = slot(code, TextField())
    by_cpr = Q(cpr=value)
    others = Identifier.objects.filter(value=value, **({"system": slot(system, TextField())} if system else {}))
    by_other = Q(pk__in=others.values("citizen_id"))
    if system == CPR_SYSTEM:
        return by_cpr
    return by_other if system else disj([by_cpr, by_other])


NAMES = frozenset({"name", "family", "given"})
WITH_BIRTHDATE = frozenset({"birthdate"})
PATIENT = register(
    Resource(
        "Patient",
        PATIENT_SOURCE,
        to_fhir,
        (
            SearchParameter(
                "identifier",
                "token",
                ("cpr",),
                "CPR or replacement number; by POST only",
                condition=numbered,
                secret=True,
            ),
            SearchParameter(
                "name",
                "string",
                ("given_name", "family_name"),
                "Any part of the name, with the day of birth",
                beside=WITH_BIRTHDATE,
            ),
            SearchParameter(
                "family", "string", ("family_name",), "The family name, with the day of birth", beside=WITH_BIRTHDATE
            ),
            SearchParameter(
                "given", "string", ("given_name",), "The given name, with the day of birth", beside=WITH_BIRTHDATE
            ),
            SearchParameter("birthdate", "date", ("birth_date",), "The day of birth, with a name", beside=NAMES),
        ),
        READ_ONLY,
        citizen_parameter="_id",
        profile=PROFILE,
        sorts={"family": "family_name", "given": "given_name", "birthdate": "birth_date"},
        needed=frozenset({"_id", "identifier", *NAMES}),
        description="Citizens as the registers know them, with the typed part of the stamkort.",
    )
)
