"""Organisation → Organization and Location → Location, read-only."""

from collections.abc import Callable
from typing import Any

from django.db.models import Q, TextField

from access.actors import Actor
from access.conditions import disj
from access.statements import Row, Source
from fhir.contacts import MUNICIPALITY, address, identifier, telecom
from fhir.datatypes import CVR, PROVIDER_NUMBER, SOR, clean, coding, instant, reference
from fhir.definitions import code_system
from fhir.registry import READ_ONLY, Resource, SearchParameter, register
from organisations.models import Location, Organisation

GLN = "http://www.gs1.org/gln"
ORGANISATION_PROFILE = "http://hl7.dk/fhir/core/StructureDefinition/dk-core-organization"
LOCATION_PROFILE = "http://hl7.dk/fhir/core/StructureDefinition/dk-core-location"
KIND_NAMES = {
    "region": "Region",
    "hospital": "Sygehus",
    "department": "Afdeling",
    "practice": "Almen praksis",
    "municipality": "Kommune",
    "nursing": "Hjemmesygepleje",
    "home-care": "Hjemmepleje",
    "casework": "Visitation",
    "rehabilitation": "Genoptræning",
    "social-psychiatry": "Socialpsykiatri",
    "nursing-home": "Plejehjem",
    "private": "Privat leverandør",
    "other": "Anden enhed",
}
KIND = code_system("organisation-kind", "Enhedens art", KIND_NAMES)
COLUMN_OF_SYSTEM = {SOR: "sor", PROVIDER_NUMBER: "provider_number", CVR: "cvr", GLN: "gln"}

ORGANISATION_SOURCE = Source(
    "Organization",
    Organisation,
    {
        name: name
        for name in (
            "id",
            "sor",
            "name",
            "kind",
            "parent_id",
            "provider_number",
            "cvr",
            "gln",
            "municipality_code",
            "phone",
            "street",
            "postal_code",
            "city",
            "is_active",
            "version",
            "updated_at",
        )
    },
    logged=False,
)
LOCATION_SOURCE = Source(
    "Location",
    Location,
    {
        **{
            name: name
            for name in (
                "id",
                "sor",
                "name",
                "street",
                "postal_code",
                "city",
                "phone",
                "is_active",
                "version",
                "updated_at",
            )
        },
        "organisation_id": "organisation_id",
        "organisation_name": "organisation__name",
        "organisation_sor": "organisation__sor",
    },
    logged=False,
)


def meta(row: Row, profile: str = "") -> dict[str, Any]:
    """Build Meta of a register row; it is public, so it has no label."""
    return clean(
        {
            "versionId": str(row["version"]),
            "lastUpdated": instant(row["updated_at"]),
            "profile": [profile] if profile else [],
        }
    )


def organisation(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Organization of a row; the Danish core profile asks for a SOR id."""
    is_municipality = row["kind"] == Organisation.Kind.MUNICIPALITY
    return clean(
        {
            "resourceType": "Organization",
            "id": str(row["id"]),
            "meta": meta(row, ORGANISATION_PROFILE if row["sor"] else ""),
            "identifier": [
                *identifier(SOR, row["sor"], "official"),
                *identifier(PROVIDER_NUMBER, row["provider_number"]),
                *identifier(CVR, row["cvr"]),
                *identifier(GLN, row["gln"]),
                *(identifier(MUNICIPALITY, row["municipality_code"]) if is_municipality else []),
            ],
            "active": row["is_active"],
            "type": [{"coding": [coding(KIND, row["kind"], KIND_NAMES[row["kind"]])]}],
            "name": row["name"],
            "telecom": telecom("phone", row["phone"], "work"),
            "address": address([row["street"]], row["postal_code"], row["city"], use="work"),
            "partOf": reference("Organization", row["parent_id"]),
        }
    )


def location(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Location of a row."""
    places = address([row["street"]], row["postal_code"], row["city"], use="work")
    return clean(
        {
            "resourceType": "Location",
            "id": str(row["id"]),
            "meta": meta(row, LOCATION_PROFILE if row["organisation_sor"] else ""),
            "identifier": identifier(SOR, row["sor"], "official"),
            "status": "active" if row["is_active"] else "inactive",
            "name": row["name"],
            "telecom": telecom("phone", row["phone"], "work"),
            "address": places[0] if places else None,
            "managingOrganization": reference("Organization", row["organisation_id"], row["organisation_name"]),
        }
    )


def numbered(system: str, code: str, slot: Callable[[Any, Any], Any]) -> Q:
    """A unit by a number of the named register, or of any when none is named. Raises ValueError."""
    if not system:
        return disj(Q(**{column: slot(code, TextField())}) for column in COLUMN_OF_SYSTEM.values())
    if system == MUNICIPALITY:
        return Q(kind=Organisation.Kind.MUNICIPALITY, municipality_code=slot(code, TextField()))
    if system not in COLUMN_OF_SYSTEM:
        raise ValueError(system)
    return Q(**{COLUMN_OF_SYSTEM[system]: slot(code, TextField())})


YES_NO = {"true": {"is_active": True}, "false": {"is_active": False}}
ORGANIZATION = register(
    Resource(
        "Organization",
        ORGANISATION_SOURCE,
        organisation,
        (
            SearchParameter(
                "identifier", "token", ("sor",), "SOR id, provider number, CVR, GLN, municipality", condition=numbered
            ),
            SearchParameter("name", "string", ("name",), "The name"),
            SearchParameter("active", "token", ("is_active",), "Whether it is in use", codes=YES_NO),
            SearchParameter(
                "partof", "reference", ("parent_id",), "The unit above it", targets=("Organization",), element="partOf"
            ),
            SearchParameter(
                "type",
                "token",
                ("kind",),
                "What kind of unit",
                codes={kind: {"kind": kind} for kind in KIND_NAMES},
                fixed_system=KIND,
            ),
        ),
        READ_ONLY,
        citizen_parameter=None,
        profile=ORGANISATION_PROFILE,
        in_overview=False,
        sorts={"name": "name"},
        description="Units of the health and social sectors, from SOR.",
    )
)
LOCATION = register(
    Resource(
        "Location",
        LOCATION_SOURCE,
        location,
        (
            SearchParameter("identifier", "token", ("sor",), "SOR id", fixed_system=SOR),
            SearchParameter("name", "string", ("name",), "The name"),
            SearchParameter(
                "organization",
                "reference",
                ("organisation_id",),
                "Whose",
                targets=("Organization",),
                element="managingOrganization",
            ),
            SearchParameter(
                "status",
                "token",
                ("is_active",),
                "Whether it is in use",
                codes={"active": YES_NO["true"], "inactive": YES_NO["false"]},
                fixed_system="http://hl7.org/fhir/location-status",
            ),
        ),
        READ_ONLY,
        citizen_parameter=None,
        profile=LOCATION_PROFILE,
        in_overview=False,
        sorts={"name": "name"},
        description="Places where something happens, each of one organisation.",
    )
)
