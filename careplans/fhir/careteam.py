"""Team ↔ FHIR CareTeam, both ways. A relative whom the reader may not see is no participant to her."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

import orjson
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, F, OuterRef, Q, TextField, When
from django.db.models.functions import Cast, Coalesce, JSONObject
from msgspec import Meta

from access import shielding
from access.actors import Actor
from access.columns import ELEMENT
from access.conditions import conj, disj, exists, negate
from access.sql import IsIn
from access.statements import Row, Source
from access.vocabulary import Category
from careplans import states
from careplans.fhir.reading import one, one_coding, period_of, typed_key
from careplans.models import CareTeam, TeamMember
from careplans.services import teams as services
from fhir.datatypes import clean, coding, legal_basis, meta, period, reference
from fhir.definitions import code_system
from fhir.identifiers import IDENTIFIER, business_key, identifiers
from fhir.outcomes import FhirError, broken
from fhir.registry import WRITTEN, Resource, SearchParameter, register
from fhir.structs import Body, CodeableConcept, Part, Period, Reference, convert, key_of, stated_law

STATUS_SYSTEM = "http://hl7.org/fhir/care-team-status"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
PSYCHIATRY = "psychiatry-network"
TEAM_KIND = code_system("care-team-kind", "Teamets art", {PSYCHIATRY: "Netværk efter psykiatriloven"})
ROLES = frozenset(
    {"PPRF", "SPRF", "PRF", "ATND", "CON", "REF", "REFB", "REFT", "RESP", "INF", "AUT", "CST", "IRCP", "PART"}
)
MEMBERS = ("Practitioner", "PractitionerRole", "Organization", "RelatedPerson")


def _members(actor: Actor | None) -> Any:
    """The members whom the actor may see, each as JSON text; without an actor, all of them.

    One whose name is kept from the actor stands there by her shield alone.
    """
    rows = TeamMember.objects.filter(services.shown(actor) if actor is not None else Q(), team_id=OuterRef("pk"))
    named = JSONObject(professional=F("professional_id"), unit=F("unit_id"), relative=F("relative_id"), role=F("role"))
    member: Any = Cast(named, TextField())
    if actor is not None and shielding.meets_shields(actor):
        rows = rows.annotate(at=Coalesce("unit_id", "team__origin_id"))
        rows = rows.annotate(shield=shielding.tell(actor, "professional_id", "at"))
        kept = JSONObject(shield=F("shield"), unit=F("unit_id"), role=F("role"))
        member = Case(When(shield__isnull=True, then=member), default=Cast(kept, TextField()))
    return ArraySubquery(rows.order_by("pk").values_list(member))


OWN_COLUMNS = ("name", "status", "start", "end")
TEAM_SOURCE = Source("CareTeam", CareTeam, {**ELEMENT, **{name: name for name in OWN_COLUMNS}, "members": _members})


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the CareTeam of a row."""
    of_psychiatry = row["category"] == Category.PLAN_PSY
    return clean(
        {
            "resourceType": "CareTeam",
            "id": str(row["id"]),
            "meta": meta(row),
            "extension": legal_basis(row),
            "identifier": identifiers(row),
            "status": row["status"],
            "category": [{"coding": [coding(TEAM_KIND, PSYCHIATRY, "Netværk efter psykiatriloven")]}]
            if of_psychiatry
            else [],
            "name": row["name"],
            "subject": reference("Patient", row["citizen_id"]),
            "period": period(row["start"], row["end"]),
            "participant": [_participant(orjson.loads(member)) for member in row["members"] or ()],
            "managingOrganization": [reference("Organization", row["origin_id"])] if row["origin_id"] else [],
        }
    )


def _participant(member: dict[str, str | None]) -> dict[str, Any]:
    """One member: a professional at her unit, a relative, or a unit."""
    unit = reference("Organization", member["unit"])
    if shield := member.get("shield"):
        who: dict[str, Any] = {"member": shielding.shown(*shielding.read(shield)), "onBehalfOf": unit}
    elif member["professional"]:
        who = {"member": reference("Practitioner", member["professional"]), "onBehalfOf": unit}
    elif member["relative"]:
        who = {"member": reference("RelatedPerson", member["relative"])}
    else:
        who = {"member": unit}
    role = member["role"] or ""
    told = {"coding": [coding(PARTICIPATION, role)]} if role in ROLES else {"text": role}
    return clean({"role": [told] if role else [], **who})


class Participant(Part):
    """CareTeam.participant as we take it."""

    member: Reference
    role: list[CodeableConcept] = []
    onBehalfOf: Reference | None = None  # noqa: N815


class TeamBody(Body, kw_only=True):
    """CareTeam as we take it."""

    subject: Reference
    name: Annotated[str, Meta(max_length=200)] = ""
    status: str = "active"
    category: list[CodeableConcept] = []
    period: Period | None = None
    participant: list[Participant] = []
    managingOrganization: list[Reference] = []  # noqa: N815


def parse(body: dict[str, Any]) -> services.TeamInput:
    """Read a CareTeam. Raises FhirError: 400 for its shape, 422 for codes and references."""
    given = convert(body, TeamBody)
    if given.status not in states.TEAM:
        raise FhirError("unknown-code", given.status[:40], expression="CareTeam.status")
    kinds = [item.code for concept in given.category for item in concept.coding if item.system == TEAM_KIND]
    if any(kind != PSYCHIATRY for kind in kinds):
        raise FhirError("unknown-code", "CareTeam.category", expression="CareTeam.category")
    start, end = period_of(given.period, "CareTeam.period")
    return services.TeamInput(
        citizen_id=key_of(given.subject, "Patient", "CareTeam.subject"),
        name=given.name,
        status=given.status,
        start=start,
        end=end,
        members=[_member(item) for item in given.participant],
        is_of_psychiatry=bool(kinds),
        law=stated_law(given),
        identifier=business_key(given),
    )


def _member(given: Participant) -> services.MemberInput:
    """One member. Raises FhirError (422)."""
    kind, key = typed_key(given.member, MEMBERS, services.MEMBER)
    column = {
        "Practitioner": "professional_id",
        "PractitionerRole": "employment_id",
        "Organization": "unit_id",
        "RelatedPerson": "relative_id",
    }[kind]
    found: dict[str, Any] = {column: key, "role": _role(given)}
    if given.onBehalfOf is not None:
        if kind != "Practitioner":
            text = (
                "member-on-behalf",
                "Kun fagpersoner handler for en enhed.",
                "Only professionals act on behalf of a unit.",
            )
            raise broken(*text, "CareTeam.participant.onBehalfOf")
        found["unit_id"] = key_of(given.onBehalfOf, "Organization", "CareTeam.participant.onBehalfOf")
    return services.MemberInput(**found)


def _role(given: Participant) -> str:
    """The role: a code of participation, or a short text. Raises FhirError (422)."""
    expression = "CareTeam.participant.role"
    role = one(given.role, expression)
    if role is None:
        return ""
    coded = one_coding(role, expression)
    if coded is not None and (coded.system != PARTICIPATION or coded.code not in ROLES):
        raise FhirError("unknown-code", coded.code[:40], expression=expression)
    if len(role.text) > 40:
        raise FhirError("wrong-shape", expression, expression=expression)
    return coded.code if coded else role.text


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Create a team from a CareTeam; returns its row."""
    return services.create_team(by=by, source=TEAM_SOURCE, team=parse(body))


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """Change a team by a CareTeam; returns its row."""
    return services.update_team(by=by, source=TEAM_SOURCE, key=key, team=parse(body), if_match=if_match)


class _HasMember:
    """The team has a member of this id, whom the actor may see."""

    columns: ClassVar = {"Practitioner": "professional_id", "Organization": "unit_id", "RelatedPerson": "relative_id"}

    def __call__(self, actor: Actor, key: Any, kind: str) -> Q:
        """It is this one."""
        return self._exists(actor, kind, Q(**{self.columns[kind]: key}))

    def among(self, actor: Actor, keys: Any, kind: str) -> Q:
        """It is one of these."""
        return self._exists(actor, kind, Q(IsIn(F(self.columns[kind]), keys)))

    def _exists(self, actor: Actor, kind: str, who: Q) -> Q:
        """A member like that is in the team."""
        alone = {"professional__isnull": True} if kind == "Organization" else {}
        seen = conj([services.shown(actor), who])
        if kind == "Practitioner":
            seen = conj([seen, _named(actor)])
        return exists(TeamMember, seen, team_id=OuterRef("pk"), **alone)


def _named(actor: Actor) -> Q:
    """A member's name is not kept from the actor."""
    by_team = conj([Q(unit__isnull=True), shielding.keeps(actor, "professional_id", "team__origin_id")])
    return negate(disj([shielding.keeps(actor, "professional_id", "unit_id"), by_team]))


def _has_role(actor: Actor, role: Any, _kind: str) -> Q:
    """The team has a member in this role, whom the actor may see."""
    return exists(TeamMember, services.shown(actor), team_id=OuterRef("pk"), role=role)


PARAMETERS = (
    IDENTIFIER,
    SearchParameter("patient", "reference", ("citizen_id",), "Around whom", targets=("Patient",), element="subject"),
    SearchParameter("subject", "reference", ("citizen_id",), "Around whom", targets=("Patient",), element="subject"),
    SearchParameter(
        "status",
        "token",
        ("status",),
        "Whether the team is at work",
        codes={status: {"status": status} for status in states.TEAM},
        fixed_system=STATUS_SYSTEM,
    ),
    SearchParameter(
        "participant",
        "reference",
        (),
        "A professional, unit or relative in the team",
        targets=("Practitioner", "Organization", "RelatedPerson"),
        where=_HasMember(),
        element="participant.member",
    ),
    SearchParameter("role", "token", (), "The role of a member", fixed_system=PARTICIPATION, where=_has_role),
    SearchParameter("date", "date", ("start", "end"), "When the team is at work"),
)

TEAM = register(
    Resource(
        "CareTeam",
        TEAM_SOURCE,
        to_fhir,
        PARAMETERS,
        WRITTEN,
        create=create,
        update=update,
        sorts={"status": "status", "date": "start"},
        description="The people and units around a citizen.",
    )
)
