"""The elements of the citizens: conditions, interventions, goals, appointments and plans.

They are written in the order in which the years bring them, one of each citizen after the other, and not citizen by
citizen: what belongs to one citizen lies scattered over the table, as it does in life.
"""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model

from access.vocabulary import Category, Law
from appointments.models import Appointment
from bench.copying import NULL, Sheet, instant_text
from bench.land import Kind, Land
from bench.plan import (
    APPOINTMENTS,
    CONDITIONS,
    DAY_SECONDS,
    INTERVENTIONS,
    MANY_GOALS,
)
from careplans.models import CarePlan, Condition, Intervention, PlanElement
from goals.models import Goal, GoalCondition
from terminology.lookup import choices_of
from terminology.systems import FSIII, ICPC2, NPU

ELEMENT = ("id", "citizen_id", "category", "recorded_under", "origin_id", "author_id")
TIMES = ("occurred_at", "created_at", "updated_at")
# Which nth of a citizen's elements is of the municipality's social acts; the rest is of the health act.
SOCIAL_CONDITIONS, SOCIAL_INTERVENTIONS = 7, 5
HBA1C = (NPU, "NPU27300")


class Elements:
    """The rows of each table of elements."""

    def __init__(self, land: Land) -> None:
        """Look up units, staff and codes once."""
        self.land, self.plan = land, land.plan
        self.departments = [land.unit_key(unit) for unit in land.departments]
        self.sections = [land.unit_key(unit) for unit in land.sections]
        self.practices = [land.unit_key(unit) for unit in land.practices]
        self.home_care = [land.unit_key(unit) for unit in land.municipal[Kind.HOME_CARE]]
        self.staff = [land.staff_key(member.number) for member in land.staff]
        self.staff_of = {
            unit: [land.staff_key(member.number) for member in members] for unit, members in land.staff_of.items()
        }
        self.diagnoses = _codes("diagnosis", ICPC2)
        self.functions = _codes("home-care-condition", FSIII)
        self.nursing = _codes("nursing-intervention", FSIII)
        self.home = _codes("home-care-intervention", FSIII)

    def _health(self, citizen: int, nth: int, category: Category) -> tuple[str, ...]:
        """Category, act, origin and author of something of the health act: by the department or the practice."""
        plan, land = self.plan, self.land
        if nth % 3 == 2:
            number = plan.practice_of(citizen)
            unit, origin = land.practices[number], self.practices[number]
        else:
            number = plan.department_of(citizen)
            unit, origin = land.departments[number], self.departments[number]
        staff = self.staff_of[unit]
        return category.value, Law.HEALTH.value, origin, staff[(citizen + nth) % len(staff)]

    def _social(self, citizen: int, nth: int, category: Category) -> tuple[str, ...]:
        """The same of something of the service act: by the home care."""
        number = self.plan.municipality_of(citizen)
        staff = self.staff_of[self.land.municipal[Kind.HOME_CARE][number]]
        return category.value, Law.SERVICE.value, self.home_care[number], staff[(citizen + nth) % len(staff)]

    def _each(self, table: str, of: int) -> Iterator[tuple[int, int, float, str, str]]:
        """Each citizen's nth element, the years passing once: citizen, nth, instant, key and the citizen's key."""
        plan = self.plan
        for nth in range(of):
            for citizen in range(plan.citizens):
                at = plan.written_at(citizen, nth, of)
                yield citizen, nth, at, plan.element_key(table, citizen, nth, of), plan.citizen_key(citizen)

    def conditions(self) -> tuple[Sheet, Iterator[tuple[Any, ...]]]:
        """Diagnoses and, for the last three, functional conditions."""
        sheet = _sheet(Condition, "code_system", "code", "display", "severity", "recorded_on", verification="confirmed")

        def rows() -> Iterator[tuple[Any, ...]]:
            for citizen, nth, at, own, whose in self._each("condition", CONDITIONS):
                when = instant_text(at)
                if nth >= SOCIAL_CONDITIONS:
                    place = self._social(citizen, nth, Category.COND_SOC)
                    code, severity = self.functions[(citizen + nth) % len(self.functions)], str(nth % 4)
                else:
                    place = self._health(citizen, nth, Category.DIAG)
                    code, severity = self.diagnoses[(citizen + nth) % len(self.diagnoses)], NULL
                yield own, whose, *place, when, when, when, *code, severity, when[:10]

        return sheet, rows()

    def interventions(self) -> tuple[Sheet, Iterator[tuple[Any, ...]]]:
        """Nursing and, for the last three, home care."""
        sheet = _sheet(Intervention, "code_system", "code", "display", "paragraph", "start", "authored_at")

        def rows() -> Iterator[tuple[Any, ...]]:
            for citizen, nth, at, own, whose in self._each("intervention", INTERVENTIONS):
                when = instant_text(at)
                if nth >= SOCIAL_INTERVENTIONS:
                    place = self._social(citizen, nth, Category.INT_SOC)
                    code, paragraph = self.home[(citizen + nth) % len(self.home)], "SEL § 83"
                else:
                    place = self._health(citizen, nth, Category.INT_SUL)
                    code, paragraph = self.nursing[(citizen + nth) % len(self.nursing)], "SUL § 138"
                yield own, whose, *place, when, when, when, *code, paragraph, when, when

        return sheet, rows()

    def goals(self) -> tuple[Sheet, Iterator[tuple[Any, ...]]]:
        """A life goal kept private, a functional goal, and two or ten goals of the health act."""
        sheet = _sheet(
            Goal,
            *("author_kind", "kind", "words", "measure_system", "measure_code", "target_value", "target_unit"),
            *("due_on", "severity_expected", "sharing"),
        )
        due = instant_text(self.plan.now + 180 * DAY_SECONDS)[:10]
        empty = ("", "", NULL, "", NULL)

        def rows() -> Iterator[tuple[Any, ...]]:
            for citizen, nth, at, own, whose in self._each("goal", MANY_GOALS):
                if nth >= self.plan.goals_of(citizen):
                    continue
                when = instant_text(at)
                if nth == 0:
                    place: tuple[str, ...] = (Category.GOAL_LIFE.value, Law.CITIZEN.value, NULL, NULL)
                    rest = ("citizen", "life", "Jeg vil kunne gå til købmanden selv", *empty, NULL, "private")
                elif nth == 1:
                    place = self._social(citizen, nth, Category.GOAL_SOC)
                    rest = ("professional", "functional", "Klarer bad med støtte", *empty, "1", "")
                else:
                    place = self._health(citizen, nth, Category.GOAL_SUL)
                    measure = (*HBA1C, str(48 + (citizen + nth) % 15), "mmol/mol", due)
                    rest = ("professional", "disease", f"Langtidsblodsukker {nth}", *measure, NULL, "")
                yield own, whose, *place, when, when, when, *rest

        return sheet, rows()

    def goal_links(self) -> tuple[Sheet, Iterator[tuple[Any, ...]]]:
        """What functional goals and every second of the others address."""
        plan = self.plan
        sheet = Sheet(GoalCondition, "goal_id", "condition_id")
        rows = (
            (
                plan.element_key("goal", citizen, nth, MANY_GOALS),
                plan.element_key("condition", citizen, SOCIAL_CONDITIONS if nth == 1 else nth % 5, CONDITIONS),
            )
            for citizen in range(plan.citizens)
            for nth in range(1, plan.goals_of(citizen))
            if nth % 2
        )
        return sheet, rows

    def appointments(self) -> tuple[Sheet, Iterator[tuple[Any, ...]]]:
        """Three at the hospital, one at the practice, a time of home help and one more of the service act."""
        sheet = Sheet(
            Appointment,
            *ELEMENT,
            *TIMES,
            *("sector", "start", "end", "performer_unit_id", "performer_id", "responsible_id", "location_id"),
            *("paragraph", "description"),
        )

        def rows() -> Iterator[tuple[Any, ...]]:
            for citizen, nth, at, own, whose in self._each("appointment", APPOINTMENTS):
                begin = self._starts(citizen, nth)
                place, sector, unit, spot, paragraph, text = self._booked(citizen, nth)
                when, start, end = instant_text(at), instant_text(begin), instant_text(begin + 1200)
                yield (
                    *(own, whose, *place, start, when, when, sector, start, end),
                    *(unit, place[-1], unit, spot, paragraph, text),
                )

        return sheet, rows()

    def _starts(self, citizen: int, nth: int) -> float:
        """When: a working day of one of the weeks, between 7 and 15 UTC."""
        slot = citizen * 7 + nth * 3
        week, day, quarter = self.plan.week_of(citizen, nth), slot % 5, slot // 5 % 32
        return self.plan.first_day + week * 7 * DAY_SECONDS + day * DAY_SECONDS + 7 * 3600 + quarter * 900

    def _booked(self, citizen: int, nth: int) -> tuple[tuple[str, ...], str, str, str, str, str]:
        """Category with act, unit and author; sector, performing unit, place, paragraph and text."""
        if nth < 3:
            section = self.plan.section_of(citizen, nth)
            place = self._health(citizen, 0, Category.APPT_SUL)
            return place, "regional", self.sections[section], self.land.place_key(section), "", "Ambulant kontrol"
        if nth == 3:
            place = self._health(citizen, 2, Category.APPT_SUL)
            return place, "practitioner", place[2], NULL, "", "Årskontrol"
        category, paragraph, text = (
            (Category.APPT_SEL_W, "SEL § 83", "Personlig pleje")
            if nth == 4
            else (Category.APPT_SEL_X, "SEL § 85", "Støtte i hjemmet")
        )
        place = self._social(citizen, nth, category)
        return place, "municipality", place[2], NULL, paragraph, text

    def plans(self) -> tuple[Sheet, Iterator[tuple[Any, ...]]]:
        """A course plan for everybody, and a municipal plan for every fifth."""
        sheet = _sheet(CarePlan, "kind", "title", "start", description="Fælles plan for forløbet")

        def rows() -> Iterator[tuple[Any, ...]]:
            for citizen, nth, at, own, whose in self._each("plan", 2):
                when = instant_text(at)
                if nth == 0:
                    place = self._health(citizen, nth, Category.PLAN_SUL)
                    yield own, whose, *place, when, when, when, "course-plan", "Forløbsplan", when
                elif citizen % 5 == 1:
                    place = self._social(citizen, nth, Category.PLAN_SOC)
                    yield own, whose, *place, when, when, when, "municipal-plan", "Kommunal plan", when

        return sheet, rows()

    def plan_elements(self) -> tuple[Sheet, Iterator[tuple[Any, ...]]]:
        """What stands in the course plans: eight elements, of both acts."""
        plan = self.plan
        sheet = Sheet(PlanElement, "plan_id", "condition_id", "goal_id", "intervention_id", "appointment_id", "rank")

        def rows() -> Iterator[tuple[Any, ...]]:
            for citizen in range(plan.citizens):
                of = plan.element_key("plan", citizen, 0, 2)
                conditions = [plan.element_key("condition", citizen, nth, CONDITIONS) for nth in (0, 1)]
                goals = [plan.element_key("goal", citizen, nth, MANY_GOALS) for nth in (2, 3)]
                done = [plan.element_key("intervention", citizen, nth, INTERVENTIONS) for nth in (0, 1, 5)]
                booked = plan.element_key("appointment", citizen, 0, APPOINTMENTS)
                rank = 0
                for place, keys in enumerate((conditions, goals, done, [booked])):
                    for key in keys:
                        rank += 1
                        found = [NULL, NULL, NULL, NULL]
                        found[place] = key
                        yield of, *found, rank

        return sheet, rows()


def _codes(branch: str, system: str) -> list[tuple[str, str, str]]:
    """The system, code and title of some codes of a branch."""
    found = [(row.system, row.code, row.display_da) for row in choices_of(branch) if row.system == system][:40]
    if not found:
        raise ValueError(f"no codes of {branch} in {system}: load_codes first")
    return found


def _sheet(model: type[Model], *varying: str, **same: Any) -> Sheet:
    """A sheet of elements."""
    return Sheet(model, *ELEMENT, *TIMES, *varying, **same)
