"""The units of the population and who works there: hospitals, practices and municipalities."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from access.vocabulary import Profession
from bench.copying import NULL, Sheet, copy, instant_text
from bench.plan import Plan, authorisation_id, key
from organisations.models import Employment, Location, Organisation, Professional

Kind = Organisation.Kind
MUNICIPAL = (Kind.HOME_CARE, Kind.NURSING, Kind.CASEWORK, Kind.REHABILITATION)
DOCTOR, NURSE = Profession.DOCTOR, Profession.NURSE
STAFF = {
    Kind.DEPARTMENT: (DOCTOR, NURSE, DOCTOR, NURSE, DOCTOR, NURSE),
    Kind.PRACTICE: (DOCTOR, DOCTOR, DOCTOR, NURSE),
    Kind.HOME_CARE: (Profession.CARE_HELPER,) * 4,
    Kind.NURSING: (NURSE,) * 4,
    Kind.CASEWORK: (Profession.CASEWORKER,) * 2,
    Kind.REHABILITATION: (Profession.PHYSIOTHERAPIST,) * 2,
}
GIVEN = ("Anne", "Bo", "Cecilie", "Dan", "Else", "Finn", "Grete", "Hans", "Ida", "Jens", "Karen", "Lars", "Mette")
FAMILY = ("Prøve", "Afprøvning", "Testesen", "Måling", "Forsøgsen", "Eksempel", "Øvelse")


@dataclass(frozen=True)
class Unit:
    """A unit: its number gives its key."""

    number: int
    kind: Kind
    name: str
    parent: int | None
    authority: int


@dataclass(frozen=True)
class Member:
    """A member of staff: number, profession and unit."""

    number: int
    profession: Profession
    unit: int


class Land:
    """Every unit and member of staff of a plan, and where to find them."""

    def __init__(self, plan: Plan) -> None:
        """Lay out the units: what stands above comes first."""
        self.plan = plan
        self.units: list[Unit] = []
        region = self._add(Kind.REGION, "Region Prøve", None)
        hospitals = [
            self._add(Kind.HOSPITAL, f"Prøvehospital {number + 1}", region)
            for number in range((plan.departments + 5) // 6)
        ]
        self.departments = [
            self._add(Kind.DEPARTMENT, f"Afdeling {number + 1}", hospitals[number // 6])
            for number in range(plan.departments)
        ]
        self.sections = [
            self._add(Kind.OTHER, f"Ambulatorium {number + 1}", department)
            for department in self.departments
            for number in range(plan.sections)
        ]
        self.practices = [self._add(Kind.PRACTICE, f"Lægehus {number + 1}", None) for number in range(plan.practices)]
        self.municipal: dict[Kind, list[int]] = {kind: [] for kind in MUNICIPAL}
        for number in range(plan.municipalities):
            top = self._add(Kind.MUNICIPALITY, f"Prøvekommune {number + 1}", None)
            for kind in MUNICIPAL:
                self.municipal[kind].append(self._add(kind, f"{kind.label} {number + 1}", top))
        self.staff = [
            Member(number, profession, unit.number)
            for number, (profession, unit) in enumerate(
                (profession, unit) for unit in self.units for profession in STAFF.get(unit.kind, ())
            )
        ]
        self.staff_of: dict[int, list[Member]] = {}
        for member in self.staff:
            self.staff_of.setdefault(member.unit, []).append(member)

    def _add(self, kind: Kind, name: str, parent: int | None) -> int:
        number = len(self.units)
        authority = number if parent is None else self.units[parent].authority
        self.units.append(Unit(number, kind, name, parent, authority))
        return number

    def unit_key(self, number: int | None) -> str:
        """The key of a unit."""
        return NULL if number is None else key("unit", number, self.plan.since())

    def staff_key(self, number: int) -> str:
        """The key of a member of staff."""
        return key("staff", number, self.plan.since())

    def hospital_of(self, citizen: int) -> int:
        """The hospital of a citizen's department."""
        found = self.units[self.departments[self.plan.department_of(citizen)]].parent
        assert found is not None  # noqa: S101  a department stands under a hospital
        return found

    def askers_of(self, citizen: int) -> list[Member]:
        """Who of the health side treats a citizen: the staff of her department and of her practice."""
        units = (
            self.departments[self.plan.department_of(citizen)],
            self.practices[self.plan.practice_of(citizen)],
        )
        return [member for unit in units for member in self.staff_of[unit]]

    def write(self, connection: "psycopg.Connection[Any]") -> int:
        """Copy the units, the places and the staff."""
        since = instant_text(self.plan.since())
        unit = Sheet(
            Organisation, "id", "sor", "name", "kind", "parent_id", "authority_id", "provider_number", updated_at=since
        )
        place = Sheet(Location, "id", "organisation_id", "name", updated_at=since)
        person = Sheet(
            Professional, "id", "authorisation_id", "given_name", "family_name", "profession", updated_at=since
        )
        work = Sheet(Employment, "id", "professional_id", "unit_id", start=since, updated_at=since)
        count = copy(connection, unit, self._unit_rows())
        count += copy(connection, place, self._place_rows())
        count += copy(connection, person, self._staff_rows())
        rows = (
            (key("employment", m.number, self.plan.since()), self.staff_key(m.number), self.unit_key(m.unit))
            for m in self.staff
        )
        return count + copy(connection, work, rows)

    def _unit_rows(self) -> Iterator[tuple[Any, ...]]:
        for unit in self.units:
            number = f"{990_000 + unit.number % 10_000}" if unit.kind == Kind.PRACTICE else NULL
            keys = [self.unit_key(found) for found in (unit.number, unit.parent, unit.authority)]
            yield keys[0], f"98{unit.number:09d}16009", unit.name, str(unit.kind), keys[1], keys[2], number

    def _place_rows(self) -> Iterator[tuple[Any, ...]]:
        for number, section in enumerate(self.sections):
            yield self.place_key(number), self.unit_key(section), self.units[section].name

    def place_key(self, number: int) -> str:
        """The key of the place of a section."""
        return key("place", number, self.plan.since())

    def _staff_rows(self) -> Iterator[tuple[Any, ...]]:
        for member in self.staff:
            names = GIVEN[member.number % len(GIVEN)], FAMILY[member.number % len(FAMILY)]
            authorised = member.profession in (DOCTOR, NURSE, Profession.PHYSIOTHERAPIST)
            yield (
                self.staff_key(member.number),
                authorisation_id(member.number) if authorised else NULL,
                *names,
                str(member.profession),
            )
