"""What is asked in the bench: for each line some thousands of requests about different citizens by different askers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Max

from appointments.models import Appointment
from bench.askers import Askers
from bench.elements import HBA1C
from bench.land import Land
from bench.plan import DAY_SECONDS, WEEK_ROWS
from fhir.registry import resource_of

READS, WRITES = 4000, 40_000
SLOT = timedelta(minutes=10)
KIND_OF_GOAL = "https://patientoverblik.dk/fhir/CodeSystem/goal-kind"


@dataclass(frozen=True)
class Ask:
    """One request."""

    path: str
    token: str
    body: bytes | None = None

    @property
    def method(self) -> str:
        """POST with a body, else GET."""
        return "GET" if self.body is None else "POST"

    def raw(self, host: str) -> bytes:
        """The request as it stands on the wire."""
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {self.token}\r\n"
        if self.body is None:
            return head.encode() + b"\r\n"
        more = f"Content-Type: application/fhir+json\r\nContent-Length: {len(self.body)}\r\n\r\n"
        return head.encode() + more.encode() + self.body


@dataclass(frozen=True)
class Line:
    """One line of the table: its name and what is asked for it; `rows` that a search should find, when it is one."""

    name: str
    title: str
    asks: Callable[["Workload"], Iterator[Ask]]
    rows: int | None = None

    def requests(self, workload: "Workload") -> list[Ask]:
        """Some thousands of requests."""
        found = list(islice(self.asks(workload), WRITES if self.name.startswith("create") else READS))
        if not found:
            raise ValueError(f"the population holds nothing to ask for: {self.title}")
        return found


class Workload:
    """The requests about a population."""

    def __init__(self, land: Land) -> None:
        """Begin with fresh tokens."""
        self.land, self.plan = land, land.plan
        self.askers = Askers(land)

    def followed(self) -> Iterator[int]:
        """The citizens who are asked for, far from each other in the tables."""
        step = max(5, self.plan.citizens // 5 // 617 * 5)
        for first in range(0, step, 5):
            yield from range(first, self.plan.citizens, step)

    def written_about(self) -> Iterator[int]:
        """The citizens about whom is written: others, so that what is read does not grow from run to run."""
        yield from range(2, self.plan.citizens, 5)

    def citizen(self, number: int) -> UUID:
        """The id of a citizen."""
        return UUID(self.plan.citizen_key(number))

    def read_plan(self) -> Iterator[Ask]:
        """The course plan of each."""
        for number in self.followed():
            plan = UUID(self.plan.element_key("plan", number, 0, 2))
            yield Ask(f"/fhir/CarePlan/{plan}", self.askers.for_citizen(number))

    def goals(self) -> Iterator[Ask]:
        """The goals of each."""
        for number in self.followed():
            yield Ask(f"/fhir/Goal?patient={self.citizen(number)}", self.askers.for_citizen(number))

    def month(self) -> Iterator[Ask]:
        """The appointments of each in the month of her first."""
        for number in self.followed():
            begin = self.plan.first_day + self.plan.week_of(number, 0) * 7 * DAY_SECONDS
            period = _period(begin, begin + 30 * DAY_SECONDS)
            yield Ask(f"/fhir/Appointment?patient={self.citizen(number)}{period}", self.askers.for_citizen(number))

    def week(self) -> Iterator[Ask]:
        """The first twenty appointments of each section in each week in which it has as many."""
        resource = resource_of("Appointment")
        parameter = resource.unit_parameters[0] if resource else ""
        for nth, (section, week) in enumerate(self._full_weeks()):
            begin = self.plan.first_day + week * 7 * DAY_SECONDS
            unit = UUID(self.land.unit_key(self.land.sections[section]))
            query = f"{parameter}=Organization/{unit}{_period(begin, begin + 7 * DAY_SECONDS)}&_count={WEEK_ROWS}"
            department = self.land.departments[section // self.plan.sections]
            yield Ask(f"/fhir/Appointment?{query}", self.askers.for_unit(department, nth))

    def _full_weeks(self) -> list[tuple[int, int]]:
        """Sections and weeks with at least twenty appointments that nobody has blocked."""
        plan = self.plan
        counted: dict[tuple[int, int], int] = {}
        for number in range(plan.citizens):
            if not plan.is_blocking(number):
                for nth in range(3):
                    cell = plan.section_of(number, nth), plan.week_of(number, nth)
                    counted[cell] = counted.get(cell, 0) + 1
        full = sorted(cell for cell, count in counted.items() if count >= WEEK_ROWS)
        return sorted(full, key=lambda cell: (cell[0] * 31 + cell[1] * 17) % 101)

    def overview(self) -> Iterator[Ask]:
        """All of each."""
        for number in self.followed():
            yield Ask(f"/fhir/Patient/{self.citizen(number)}/$overview", self.askers.for_citizen(number))

    def create_goal(self) -> Iterator[Ask]:
        """A disease goal for one after the other, again and again."""
        while True:
            for nth, number in enumerate(self.written_about()):
                body = goal_body(self.citizen(number), 48 + nth % 20, self.plan.anchor)
                yield Ask("/fhir/Goal", self.askers.for_citizen(number), orjson.dumps(body))

    def create_appointment(self) -> Iterator[Ask]:
        """One practitioner's slots, one after the other, each for another of her patients."""
        land, plan = self.land, self.plan
        patients = [number for number in self.written_about() if plan.practice_of(number) == 0]
        practice = land.practices[0]
        member = land.staff_of[practice][0]
        token, slot = self.askers.token(member), 0
        last = Appointment.objects.filter(performer_id=UUID(land.staff_key(member.number))).aggregate(
            last=Max("start")
        )["last"]
        begin = (last or plan.anchor).astimezone(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
        while True:
            for number in patients:
                start = begin + slot * SLOT
                slot += 1
                body = appointment_body(
                    self.citizen(number),
                    UUID(land.staff_key(member.number)),
                    UUID(land.unit_key(practice)),
                    start,
                    start + SLOT,
                )
                yield Ask("/fhir/Appointment", token, orjson.dumps(body))


LINES = (
    Line("read-plan", "read a plan", Workload.read_plan),
    Line("goals", "goals of a patient, 10 rows", Workload.goals, rows=10),
    Line("month", "appointments of a patient in a month", Workload.month),
    Line("week", "appointments of a unit in a week, 20 rows", Workload.week, rows=WEEK_ROWS),
    Line("overview", "$overview of a patient", Workload.overview),
    Line("create-goal", "create a goal", Workload.create_goal),
    Line("create-appointment", "create an appointment", Workload.create_appointment),
)


def _period(begin: float, end: float) -> str:
    """A search from one instant to another."""
    first, last = (datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for at in (begin, end))
    return f"&date=ge{first}&date=lt{last}"


def goal_body(citizen: UUID, value: int, anchor: datetime) -> dict[str, Any]:
    """A disease goal with its measure."""
    system, code = HBA1C
    return {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "category": [{"coding": [{"system": KIND_OF_GOAL, "code": "disease"}]}],
        "description": {"text": "Langtidsblodsukker ned"},
        "subject": {"reference": f"Patient/{citizen}"},
        "startDate": anchor.date().isoformat(),
        "target": [
            {
                "measure": {"coding": [{"system": system, "code": code}]},
                "detailQuantity": {"value": value, "unit": "mmol/mol", "code": "mmol/mol"},
                "dueDate": (anchor.date() + timedelta(days=180)).isoformat(),
            }
        ],
    }


def appointment_body(citizen: UUID, practitioner: UUID, unit: UUID, start: datetime, end: datetime) -> dict[str, Any]:
    """An appointment of a patient with a practitioner of a practice."""
    actors = (f"Patient/{citizen}", f"Practitioner/{practitioner}", f"Organization/{unit}")
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "start": start.isoformat(),
        "end": end.isoformat(),
        "participant": [{"actor": {"reference": actor}, "status": "accepted"} for actor in actors],
    }
