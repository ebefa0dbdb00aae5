"""Professional → Practitioner and Employment → PractitionerRole, read-only."""

from typing import Any

from django.db.models import DateTimeField, Q

from access.actors import Actor
from access.sql import Param
from access.statements import Row, Source
from access.vocabulary import Profession
from fhir.contacts import human_name, identifier
from fhir.datatypes import AUTHORISATION, PROFESSION, clean, concept, period, reference
from fhir.definitions import code_system
from fhir.registry import READ_ONLY, Resource, SearchParameter, register
from organisations.fhir.units import YES_NO, meta
from organisations.models import Employment, Professional

PRACTITIONER_PROFILE = "http://hl7.dk/fhir/core/StructureDefinition/dk-core-practitioner"
ROLE_PROFILE = "http://hl7.dk/fhir/core/StructureDefinition/dk-core-practitioner-role"
OTHER_STAFF = code_system(
    "staff-group",
    "Personalegrupper uden autorisation",
    {code.value: str(code.label) for code in Profession if not code.value.isdigit()},
)

PROFESSIONAL_SOURCE = Source(
    "Practitioner",
    Professional,
    {
        name: name
        for name in (
            "id",
            "authorisation_id",
            "given_name",
            "family_name",
            "profession",
            "is_active",
            "version",
            "updated_at",
        )
    },
    logged=False,
)
EMPLOYMENT_SOURCE = Source(
    "PractitionerRole",
    Employment,
    {
        **{
            name: name
            for name in ("id", "professional_id", "unit_id", "title", "start", "end", "version", "updated_at")
        },
        "profession": "professional__profession",
        "unit_name": "unit__name",
        "unit_sor": "unit__sor",
    },
    logged=False,
)


def group(profession: str) -> dict[str, Any] | None:
    """The profession: a national group code for those that are authorised, else a code of ours."""
    system = PROFESSION if profession.isdigit() else OTHER_STAFF
    known = profession in Profession.values
    return concept(system, profession, str(Profession(profession).label).capitalize() if known else "")


def practitioner(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Practitioner of a row. The authorisation id stands as identifier and on the qualification it shows."""
    numbers = identifier(AUTHORISATION, row["authorisation_id"])
    return clean(
        {
            "resourceType": "Practitioner",
            "id": str(row["id"]),
            "meta": meta(row, PRACTITIONER_PROFILE),
            "identifier": numbers,
            "active": row["is_active"],
            "name": human_name(row["given_name"], row["family_name"]),
            "qualification": [clean({"identifier": numbers, "code": group(row["profession"])})],
        }
    )


def role(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the PractitionerRole of a row; active while the employment lasts."""
    lasts = row["start"] <= actor.moment and (row["end"] is None or row["end"] > actor.moment)
    return clean(
        {
            "resourceType": "PractitionerRole",
            "id": str(row["id"]),
            "meta": meta(row, ROLE_PROFILE if row["unit_sor"] else ""),
            "active": lasts,
            "period": period(row["start"], row["end"]),
            "practitioner": reference("Practitioner", row["professional_id"]),
            "organization": reference("Organization", row["unit_id"], row["unit_name"]),
            "code": [(group(row["profession"]) or {}) | ({"text": row["title"]} if row["title"] else {})],
        }
    )


NOW = Param("moment", DateTimeField())
LASTS = Q(start__lte=NOW) & (Q(end__isnull=True) | Q(end__gt=NOW))

PRACTITIONER = register(
    Resource(
        "Practitioner",
        PROFESSIONAL_SOURCE,
        practitioner,
        (
            SearchParameter(
                "identifier", "token", ("authorisation_id",), "The authorisation id", fixed_system=AUTHORISATION
            ),
            SearchParameter("name", "string", ("given_name", "family_name"), "Any part of the name"),
            SearchParameter("family", "string", ("family_name",), "The family name"),
            SearchParameter("given", "string", ("given_name",), "The given name"),
            SearchParameter("active", "token", ("is_active",), "Whether in the register", codes=YES_NO),
        ),
        READ_ONLY,
        citizen_parameter=None,
        profile=PRACTITIONER_PROFILE,
        in_overview=False,
        sorts={"family": "family_name", "given": "given_name"},
        description="Professionals, authorised or not.",
    )
)
PRACTITIONER_ROLE = register(
    Resource(
        "PractitionerRole",
        EMPLOYMENT_SOURCE,
        role,
        (
            SearchParameter(
                "practitioner",
                "reference",
                ("professional_id",),
                "Who",
                targets=("Practitioner",),
                element="practitioner",
            ),
            SearchParameter(
                "organization", "reference", ("unit_id",), "Where", targets=("Organization",), element="organization"
            ),
            SearchParameter(
                "active", "token", ("end",), "Whether it lasts now", codes={"true": LASTS, "false": ~LASTS}
            ),
            SearchParameter("date", "date", ("start", "end"), "When"),
        ),
        READ_ONLY,
        citizen_parameter=None,
        profile=ROLE_PROFILE,
        in_overview=False,
        description="Employments: who works where and as what.",
    )
)
