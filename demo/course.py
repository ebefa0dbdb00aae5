"""A citizen's course while it is told: conditions, plans, interventions, goals and appointments.

The act of a coded thing follows from its code, or is told where the code leaves it to the grant.
"""

from base64 import b64encode
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha1
from secrets import token_urlsafe
from typing import Any

from access.vocabulary import Category, Law
from appointments.feeds import digest_of
from appointments.models import Appointment, CalendarFeed, Series
from careplans.models import (
    CarePlan,
    CareTeam,
    CompletedIntervention,
    Condition,
    Contact,
    FollowUp,
    Intervention,
    InterventionCondition,
    PlanElement,
    PlanParty,
    RelationElement,
    TeamMember,
)
from demo.record import Record
from documents.models import Document
from goals.models import Dialogue, Evaluation, Goal, GoalCondition, GoalLink
from organisations.models import TreatmentRelation
from terminology import files
from terminology.paragraphs import is_rsl13
from terminology.rows import CodeRow
from terminology.systems import (
    CARE_SOCIAL,
    ENCOUNTER_CLASS,
    FSIII,
    ICPC2,
    LOINC,
    MUNICIPAL_TERMS,
    NPU,
    SKS_DIAGNOSES,
    SNOMED,
)

SOCIAL = (Law.SERVICE, Law.ELDERLY)
SECTORS = {"region": "regional", "municipality": "municipality", "practice": "practitioner"}
FOLLOW_UP = "9f03dfbb-7a97-45a5-94db-d4c3501714a9"
FUNCTIONING_LEVEL = "66959f77-6e2a-4574-8423-3ff097f8b9fa"
RESULTS = {"continues": "E1", "changed": "E2", "ended": "E3", "reassess": "E4"}
Sharing = Goal.Sharing


@cache
def codes() -> dict[tuple[str, str], CodeRow]:
    """Every code of the files by its system and each name that it answers to."""
    rows = [row for found in files.read_all().values() for row in found]
    names = {(row.system, row.legacy_code): row for row in rows if row.legacy_code}
    return names | {(row.system, row.code): row for row in rows}


def code(name: str, system: str = FSIII) -> CodeRow:
    """Find a code, or a title of the municipal codes. Raises LookupError."""
    if name.startswith(("prevention-", "rehab-")):
        system = MUNICIPAL_TERMS
    found = codes().get((system, name))
    if found is None:
        found = next((row for row in codes().values() if row.system == system and row.display_da == name), None)
    if found is None:
        raise LookupError(f"{system}|{name}")
    return found


class Course(Record):
    """A record with everything that is done and aimed at."""

    @classmethod
    def of(cls, record: Record) -> "Course":
        """Go on with a record that was opened."""
        return cls(record.world, record.name, record.citizen)

    # conditions

    def diagnosis(self, name: str, by: str, days: int, **more: Any) -> Condition:
        """Note a diagnosis: ICPC-2 when it has three characters, SKS when it begins with D and has more."""
        found = code(name, ICPC2 if len(name) == 3 else SKS_DIAGNOSES)
        return self._condition(found, Category.DIAG, Law.HEALTH, by, days, more)

    def nursing_condition(self, name: str, by: str, days: int, **more: Any) -> Condition:
        """Note a health condition of nursing, rehabilitation or prevention; it has no severity."""
        return self._condition(code(name), Category.COND_SUL, Law.HEALTH, by, days, more)

    def function(self, name: str, severity: int, by: str, days: int, law: Law = Law.SERVICE, **more: Any) -> Condition:
        """Note a function state of home care with its severity."""
        return self._condition(code(name), Category.COND_SOC, law, by, days, {"severity": severity, **more})

    def _condition(
        self, found: CodeRow, category: Category, law: Law, by: str, days: int, more: dict[str, Any]
    ) -> Condition:
        day = self.book.day(days)
        fields = {"onset_on": day, "verification": "confirmed", **more}
        row = Condition(**self.element(category, law, by, days), recorded_on=day, **fields)
        row.code_system, row.code, row.display = found.system, found.code, found.display_da
        return self.book.add(row)

    def about(self, relation: TreatmentRelation, *things: Condition | CareTeam) -> None:
        """Say what a treatment relation is about and which teams are at work in it."""
        for rank, thing in enumerate(things, start=1):
            kind = "condition" if isinstance(thing, Condition) else "team"
            self.book.add(RelationElement(relation=relation, rank=rank, **{kind: thing}))

    # plans

    def plan(self, kind: CarePlan.Kind, title: str, text: str, by: str, days: int, **more: Any) -> CarePlan:
        """Note an active plan under the health act, unless another act is told."""
        law = more.pop("law", Law.HEALTH)
        category = {Law.HEALTH: Category.PLAN_SUL, Law.PSYCHIATRY: Category.PLAN_PSY}.get(law, Category.PLAN_SOC)
        fields = {"start": self.book.at(days), "end": self.book.at(days + 365), **more}
        row = CarePlan(**self.element(category, law, by, days), kind=kind, title=title, description=text, **fields)
        return self.book.add(row)

    def contains(self, plan: CarePlan, *things: Condition | Goal | Intervention | Appointment) -> None:
        """Put elements into a plan, in this order."""
        for rank, thing in enumerate(things, start=1):
            self.book.add(PlanElement(plan=plan, rank=rank, **{type(thing).__name__.lower(): thing}))

    def parties(self, plan: CarePlan, *units: str) -> None:
        """Name the parties of an agreement."""
        for unit in units:
            self.book.add(PlanParty(plan=plan, unit=self.unit(unit)))

    def team(self, name: str, by: str, days: int, members: Sequence[str], law: Law = Law.HEALTH) -> CareTeam:
        """Note a team of members of staff and units."""
        category = {Law.HEALTH: Category.PLAN_SUL, Law.PSYCHIATRY: Category.PLAN_PSY}.get(law, Category.PLAN_SOC)
        row = CareTeam(**self.element(category, law, by, days), name=name, start=self.book.at(days))
        self.book.add(row)
        for member in members:
            if member in self.world.staff:
                who: dict[str, Any] = {"professional": self.world.staff[member], "unit": self.world.home_of(member)}
            else:
                who = {"unit": self.unit(member)}
            self.book.add(TeamMember(team=row, **who))
        return row

    # interventions, contacts and follow-up

    def intervention(self, name: str, by: str, days: int, *reasons: Condition, **more: Any) -> Intervention:
        """Note a planned intervention with the conditions that are its reason."""
        found = code(name)
        law = more.pop("law", None) or Law(found.law)
        category = Category.INT_SOC if law in SOCIAL else Category.INT_SUL
        fields = {"start": self.book.at(days), "paragraph": found.paragraph, **more}
        row = Intervention(**self.element(category, law, by, days), authored_at=self.book.at(days - 1), **fields)
        row.code_system, row.code, row.display = found.system, found.code, found.display_da
        self.book.add(row)
        for reason in reasons:
            self.book.add(InterventionCondition(intervention=row, condition=reason))
        return row

    def done(self, planned: Intervention, by: str, *days: int) -> None:
        """Note that an intervention was carried out on these days."""
        for day in days:
            fields = self.element(Category(planned.category), Law(planned.recorded_under), by, day, "09:30")
            row = CompletedIntervention(**fields, intervention=planned, performed_at=fields["occurred_at"])
            row.code_system, row.code, row.display = planned.code_system, planned.code, planned.display
            self.book.add(row)

    def contact(self, by: str, days: int, law: Law, *reasons: Condition, place: str = "HH") -> Contact:
        """Note a contact: held when in the past, planned when to come."""
        category = Category.INT_SOC if law in SOCIAL else Category.INT_SUL
        held = days <= 0
        row = Contact(
            **self.element(category, law, by, days, "09:00"),
            status="finished" if held else "planned",
            class_system=ENCOUNTER_CLASS,
            class_code=place,
            type_system=CARE_SOCIAL,
            type_code=FOLLOW_UP,
            start=self.book.at(days, "09:00"),
            end=self.book.at(days, "09:30") if held else None,
        )
        self.book.add(row)
        for reason in reasons:
            self.book.add(InterventionCondition(contact=row, condition=reason))
        return row

    def follow_up(
        self, about: Condition | Intervention, by: str, days: int, result: str, contact: Contact | None = None
    ) -> FollowUp:
        """Note how a condition or an intervention was found at follow-up."""
        value = code(RESULTS[result])
        row = FollowUp(**self.element(Category(about.category), Law(about.recorded_under), by, days), contact=contact)
        row.code_system, row.code = SNOMED, "712744002"
        row.value_system, row.value_code = value.system, value.code
        setattr(row, type(about).__name__.lower(), about)
        return self.book.add(row)

    # documents

    def document(self, kind: str, title: str, text: str, by: str, days: int, **more: Any) -> Document:
        """Note a document of text, of this type (LOINC), written on the day that its period ends; of the health act."""
        law = more.pop("law", Law.HEALTH)
        content = text.encode()
        row = Document(
            **self.element(Category.DOC_SOC if law in SOCIAL else Category.DOC_SUL, law, by, days),
            type_system=LOINC,
            type_code=kind,
            class_system="urn:oid:1.2.208.184.100.9",
            class_code="001",
            title=title,
            written_at=self.book.at(days),
            content_type=Document.Media.TEXT,
            content=content,
            size=len(content),
            digest=b64encode(sha1(content, usedforsecurity=False).digest()).decode(),
            **{"end": self.book.at(days), "completion": Document.Completion.FINAL, **more},
        )
        return self.book.add(row)

    # goals

    def life_goal(
        self, words: str, sharing: str = Sharing.ALL, *, days: int = -40, named: Sequence[str] = (), **more: Any
    ) -> Goal:
        """Note a life goal in the citizen's own words, and whom she shares it with."""
        fields = self.element(Category.GOAL_LIFE, Law.CITIZEN, more.pop("by", "citizen"), days)
        units = [self.unit(name).pk for name in named]
        return self._goal(fields, days, kind="life", words=words, sharing=sharing, shared_with=units, **more)

    def overall_goal(self, words: str, by: str, days: int, parent: Goal | None = None, **more: Any) -> Goal:
        """Note an overall goal that was agreed on with the citizen."""
        fields = self._law_of_goal(by, days, more)
        return self._goal(fields, days, kind="overall", words=words, parent=parent, **{"is_agreed": True, **more})

    def disease_goal(
        self, words: str, measure: str, target: str, by: str, days: int, parent: Goal | None = None, **more: Any
    ) -> Goal:
        """Note a disease-specific goal; `target` is comparator, value and unit, as in "< 53 mmol/mol"."""
        comparator, value, unit = target.split()
        fields = self._law_of_goal(by, days, more)
        fields.update(measure_system=NPU, measure_code=measure, due_on=self.book.day(more.pop("due", 180)))
        fields.update(target_comparator=comparator, target_value=value, target_unit=unit)
        return self._goal(fields, days, kind="disease", words=words, parent=parent, **more)

    def functional_goal(self, about: Condition, expected: int, by: str, days: int, **more: Any) -> Goal:
        """Note what a function state is expected to become; under the act of the state."""
        fields = self.element(Category.GOAL_SOC, Law(about.recorded_under), by, days)
        fields.update(measure_system=CARE_SOCIAL, measure_code=FUNCTIONING_LEVEL)
        fields.update(severity_now=about.severity, severity_expected=expected)
        words = more.pop("words", about.display)
        goal = self._goal(fields, days, kind="functional", words=words, **more)
        self.addresses(goal, about)
        return goal

    def _law_of_goal(self, by: str, days: int, more: dict[str, Any]) -> dict[str, Any]:
        law = more.pop("law", Law.HEALTH)
        return self.element(Category.GOAL_SOC if law in SOCIAL else Category.GOAL_SUL, law, by, days)

    def _goal(self, fields: dict[str, Any], days: int, **more: Any) -> Goal:
        return self.book.add(Goal(**fields, start_on=self.book.day(days), **more))

    def addresses(self, goal: Goal, *conditions: Condition) -> None:
        """Say which conditions a goal is about; the first is the main one."""
        for rank, item in enumerate(conditions, start=1):
            self.book.add(GoalCondition(goal=goal, condition=item, rank=rank))

    def serves(self, smaller: Goal, *larger: Goal) -> None:
        """Say which larger goals one serves besides the one above it."""
        for goal in larger:
            self.book.add(GoalLink(source=smaller, target=goal, kind=GoalLink.Kind.SERVES))

    def conflict(self, one: Goal, other: Goal) -> None:
        """Say that two goals stand against each other."""
        self.book.add(GoalLink(source=one, target=other, kind=GoalLink.Kind.CONFLICTS))

    def evaluate(self, goal: Goal, by: str, days: int, achievement: str, text: str = "", **more: Any) -> Evaluation:
        """Note an evaluation by staff, or the citizen's own rating."""
        fields = self.element(Category(goal.category), Law(goal.recorded_under), by, days)
        return self.book.add(Evaluation(**fields, goal=goal, achievement=achievement, text=text, **more))

    def dialogue(self, by: str, days: int, who: str, summary: str, law: Law = Law.HEALTH) -> Dialogue:
        """Note a dialogue about goals."""
        category = Category.GOAL_SOC if law in SOCIAL else Category.GOAL_SUL
        return self.book.add(Dialogue(**self.element(category, law, by, days), participants=who, summary=summary))

    def no_dialogue(self, by: str, days: int, law: Law = Law.HEALTH) -> Dialogue:
        """Note that nobody has asked yet."""
        category = Category.GOAL_SOC if law in SOCIAL else Category.GOAL_SUL
        return self.book.add(Dialogue(**self.element(category, law, by, days), is_held=False))

    # appointments

    def appointment(
        self, by: str, days: int, clock: str, text: str, paragraph: str = "", *, minutes: int = 30, **more: Any
    ) -> Appointment:
        """Note an appointment with a member of staff or at a unit; kept if in the past. The paragraph tells its act."""
        unit = self.world.home_of(by) if by in self.world.staff else self.unit(by)
        act = {"SEL": Law.SERVICE, "ÆL": Law.ELDERLY}.get(paragraph.partition(" ")[0], Law.HEALTH)
        category = {Law.HEALTH: Category.APPT_SUL, Law.ELDERLY: Category.APPT_AEL}.get(act, Category.APPT_SEL_X)
        if act == Law.SERVICE and is_rsl13(paragraph, self.book.today):
            category = Category.APPT_SEL_W
        at_weekends = unit.authority.kind == "municipality" or more.pop("at_weekends", False)
        start = self.book.at(days, clock, on_weekday=not at_weekends)
        past = start < self.book.now
        fields = {
            **self.element(category, act, by, min(days, 0) - 10),
            "occurred_at": start,
            "start": start,
            "end": start + timedelta(minutes=minutes),
            "status": "fulfilled" if past else "booked",
            "sector": SECTORS[unit.authority.kind],
            "description": text,
            "paragraph": paragraph or ("SUL § 138" if unit.kind == "nursing" else ""),
            "responsible": unit,
            "performer_unit": unit,
            "performer": self.world.staff.get(by),
            "location": next((room for name, room in self.world.rooms.items() if self.unit(name) == unit), None),
            **more,
        }
        return self.book.add(Appointment(**fields))

    def visits(self, by: str, days: Sequence[int], clock: str, text: str, paragraph: str = "", **more: Any) -> Series:
        """Note a series of visits at an approximate time."""
        series = self.book.add(Series(citizen=self.citizen, title=text))
        for day in days:
            self.appointment(by, day, clock, text, paragraph, is_approximate=True, series=series, **more)
        return series

    def calendar(self, device: str, days: int) -> CalendarFeed:
        """Note a calendar on a device, at an address that nobody knows."""
        digest = digest_of(token_urlsafe())
        return self.book.add(
            CalendarFeed(citizen=self.citizen, device=device, digest=digest, created_at=self.book.at(days))
        )

    def measured(self, code: str, unit: str, values: dict[int, float], about: Condition, by: str) -> None:
        """Note what was measured, by the day; each value counts as a follow-up of the condition."""
        for day, value in values.items():
            fields = self.element(Category(about.category), Law(about.recorded_under), by, day, "09:10")
            row = FollowUp(**fields, condition=about, code_system=NPU, code=code, value_unit=unit)
            row.value_quantity = Decimal(str(value))
            self.book.add(row)
