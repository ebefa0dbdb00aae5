"""Who is around a citizen: the units that treat or help her, or did, with what shows it, and what she has decided."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from access import service
from access.actors import Actor
from access.shielding import Deed
from access.statements import Row, Source
from access.vocabulary import ActingAs, Purpose
from consents.fhir.blocks import BLOCK_SOURCE
from consents.fhir.permits import CONSENT_SOURCE
from consents.sight import Place
from organisations.models import Organisation, TreatmentRelation
from portal.visitors import Visitor

MOST = 200
Kind = Organisation.Kind
RELATION_SOURCE = Source(
    "EpisodeOfCare",
    TreatmentRelation,
    {
        **{
            name: name
            for name in (
                "id",
                "citizen_id",
                "category",
                "recorded_under",
                "origin_id",
                "professional_id",
                "basis",
                "status",
                "evidence_source",
                "start",
                "end",
                "follow_up_by",
                "version",
                "updated_at",
            )
        },
        "given_name": "professional__given_name",
        "family_name": "professional__family_name",
    },
    people={"professional_id": Deed("origin_id")},
)
# In what capacity those work who help by a grant, by the kind of their unit; all others care.
HELPERS = {
    Kind.CASEWORK: (ActingAs.CASE, Purpose.CASE),
    Kind.SOCIAL_PSYCHIATRY: (ActingAs.SOC_PSY, Purpose.CARE),
}


@dataclass(frozen=True)
class Unit:
    """A unit with the relations that a citizen has, or had, to it; none for one above such a unit."""

    row: Organisation
    relations: list[Row] = field(default_factory=list)

    @property
    def pk(self) -> UUID:
        """Its id."""
        return self.row.pk

    @property
    def name(self) -> str:
        """Its name."""
        return self.row.name

    def in_force(self, moment: datetime) -> list[Row]:
        """The relations that hold."""
        return [each for each in self.relations if holds(each, moment)]


def holds(relation: Row, moment: datetime) -> bool:
    """Whether a relation gives access at an instant (`organisations.conditions.in_treatment`)."""
    is_confirmed = relation["status"] == "verified"
    is_claimed = relation["status"] == "claimed" and relation["follow_up_by"] > moment
    runs = relation["start"] <= moment and (relation["end"] is None or relation["end"] > moment)
    return (is_confirmed or is_claimed) and runs


@dataclass(frozen=True)
class Around:
    """The units by id, those above them too, and the citizen's consents and blocks, the newest first."""

    units: dict[UUID, Unit]
    consents: list[Row]
    blocks: list[Row]

    def places(self, unit: Unit, moment: datetime) -> list[Place]:
        """The capacities in which those at a unit have to do with the citizen."""
        found: dict[tuple[ActingAs, Purpose], list[Row]] = {}
        for relation in unit.relations:
            found.setdefault(role_of(relation["basis"], unit.row.kind), []).append(relation)
        return [_place(unit, role, relations, moment) for role, relations in found.items()]

    def above(self, unit: Unit) -> list[Unit]:
        """The units above one, the nearest first."""
        found: list[Unit] = []
        parent = unit.row.parent_id
        while parent in self.units:
            found.append(self.units[parent])
            parent = found[-1].row.parent_id
        return found

    def house(self, unit: Unit) -> Unit:
        """The hospital or the municipality to which a unit belongs, or itself."""
        line = [unit, *self.above(unit)]
        hospital = next((each for each in line if each.row.kind == Kind.HOSPITAL), None)
        return hospital or line[-1]

    def treating(self) -> list[Unit]:
        """The units with relations, by the house and name."""
        known = [unit for unit in self.units.values() if unit.relations]
        return sorted(known, key=lambda unit: (self.house(unit).name, unit.name))


def role_of(basis: str, kind: str) -> tuple[ActingAs, Purpose]:
    """In what capacity those work who have a relation on this basis at a unit of this kind."""
    if basis != TreatmentRelation.Basis.CARE_GRANT:
        return ActingAs.HP, Purpose.TREATMENT
    return HELPERS.get(Kind(kind), (ActingAs.CARE, Purpose.CARE))


def _place(unit: Unit, role: tuple[ActingAs, Purpose], relations: list[Row], moment: datetime) -> Place:
    """Anybody at the unit, or the one professional whom the relations that hold name."""
    running = [each for each in relations if holds(each, moment)]
    named = {each["professional_id"] for each in running}
    return Place(unit.pk, *role, professional_id=None if None in named else next(iter(named), None))


def around(visitor: Visitor) -> Around:
    """Look up who is around the visitor's subject. Six statements; what the visitor may not see is not there."""
    sources: list[tuple[Source, str]] = [
        (RELATION_SOURCE, "citizen_id"),
        (CONSENT_SOURCE, "citizen_id"),
        (BLOCK_SOURCE, "citizen_id"),
    ]
    relations, consents, blocks = service.overview(sources, visitor.actor, visitor.citizen_id, MOST)
    by_unit: dict[UUID, list[Row]] = {}
    for relation in sorted(relations, key=lambda row: (row["start"], row["id"]), reverse=True):
        by_unit.setdefault(relation["origin_id"], []).append(relation)
    units = {row.pk: Unit(row, by_unit.get(row.pk, [])) for row in with_those_above(by_unit)}
    return Around(units, consents, blocks)


def with_those_above(keys: Iterable[UUID]) -> list[Organisation]:
    """These units and all above them; units stand in a public register. One statement."""
    return list(Organisation.objects.filter(below__descendant_id__in=list(keys)).distinct())


def in_force(row: Row, actor: Actor) -> bool:
    """Whether a consent or block holds."""
    return row["withdrawn_at"] is None and (row["end"] is None or row["end"] > actor.moment)
