"""A citizen's plans and goals as her pages tell them: one look for a whole page, joined here by their ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from uuid import UUID

from access import service
from access.actors import Actor
from access.columns import ELEMENT
from access.search import keys_search
from access.statements import Column, Row, Source
from careplans.fhir.careplan import PLAN_SOURCE
from careplans.fhir.condition import CONDITION_SOURCE
from careplans.fhir.episode import EPISODE_SOURCE
from careplans.fhir.observation import OBSERVATION_SOURCE
from careplans.fhir.service_request import SERVICE_REQUEST_SOURCE
from careplans.models import CarePlan
from citizens.models import Citizen
from fhir.outcomes import FhirError
from goals.fhir import GOAL_SOURCE
from goals.models import Dialogue, Evaluation, Goal
from organisations.models import TreatmentRelation
from portal import appointments

MOST = 500
Status = Goal.Status
# Goals that are no longer worked on.
OVER = frozenset({Status.COMPLETED, Status.CANCELLED, Status.REJECTED, Status.ENTERED_IN_ERROR})
PLAN_OVER = frozenset({CarePlan.Status.COMPLETED, CarePlan.Status.REVOKED, CarePlan.Status.ENTERED_IN_ERROR})
# What is written of an admission in the days around it belongs to it.
AROUND = timedelta(days=3)

_WHO: dict[str, Column] = {
    "origin_name": "origin__name",
    "origin_phone": "origin__phone",
    "author_given_name": "author__given_name",
    "author_family_name": "author__family_name",
}


def _with_names(source: Source) -> Source:
    """The source with the name of the unit that wrote, and of who did."""
    columns = {**source.columns, **_WHO}
    return Source(source.name, source.model, columns, source.order, told=source.told, people=source.people)


PLANS, GOALS, INTERVENTIONS = (_with_names(each) for each in (PLAN_SOURCE, GOAL_SOURCE, SERVICE_REQUEST_SOURCE))
EPISODES, OBSERVATIONS = _with_names(EPISODE_SOURCE), OBSERVATION_SOURCE
EVALUATIONS = Source(
    "Goal", Evaluation, {**ELEMENT, **_WHO, **{name: name for name in ("goal_id", "achievement", "rating", "text")}}
)
DIALOGUES = Source(
    "Goal", Dialogue, {**ELEMENT, **_WHO, **{name: name for name in ("is_held", "participants", "summary")}}
)
# That she is there at all, so that who has no plan yet is not taken for somebody without a right to see.
HERSELF = Source("Patient", Citizen, {"id": "id", "version": "version", "updated_at": "updated_at"})
_SOURCES = (PLANS, GOALS, INTERVENTIONS, CONDITION_SOURCE, EPISODES, EVALUATIONS, DIALOGUES, OBSERVATIONS)


@dataclass(frozen=True)
class Told:
    """All that one page looked at, by kind, the newest first."""

    plans: list[Row]
    goals: list[Row]
    interventions: list[Row]
    conditions: list[Row]
    episodes: list[Row]
    evaluations: list[Row]
    dialogues: list[Row]
    observations: list[Row]

    @cached_property
    def by_id(self) -> dict[UUID, Row]:
        """Goals, interventions, conditions and plans by their ids."""
        return {
            row["id"]: row for rows in (self.plans, self.goals, self.interventions, self.conditions) for row in rows
        }

    def found(self, keys: Sequence[UUID] | None) -> list[Row]:
        """The rows with these ids, in their order, as far as she may see them."""
        return [self.by_id[key] for key in keys or () if key in self.by_id]

    @property
    def life_goals(self) -> list[Row]:
        """Her own goals that she still has, in her order."""
        rows = [row for row in self.goals if row["kind"] == Goal.Kind.LIFE and row["status"] not in OVER]
        return sorted(rows, key=lambda row: (row["priority"] or MOST, row["created_at"], row["id"]))

    @property
    def proposed(self) -> list[Row]:
        """Goals that wait for her answer."""
        return [row for row in self.goals if row["kind"] != Goal.Kind.LIFE and row["status"] == Status.PROPOSED]

    @property
    def agreed(self) -> list[Row]:
        """The goals of her treatment and care that are worked on, the overall ones first."""
        rows = [row for row in self.goals if row["kind"] != Goal.Kind.LIFE]
        rows = [row for row in rows if row["status"] not in OVER | {Status.PROPOSED}]
        return sorted(rows, key=lambda row: row["kind"] != Goal.Kind.OVERALL)

    @property
    def ended(self) -> list[Row]:
        """Goals that are over, reached or not."""
        return [row for row in self.goals if row["status"] in OVER - {Status.ENTERED_IN_ERROR}]

    @property
    def running(self) -> list[Row]:
        """Plans that hold."""
        return [row for row in self.plans if row["status"] not in PLAN_OVER]

    @property
    def over(self) -> list[Row]:
        """Plans that are over."""
        return [row for row in self.plans if row["status"] in PLAN_OVER - {CarePlan.Status.ENTERED_IN_ERROR}]

    @property
    def talks(self) -> list[Row]:
        """The conversations about her goals, the newest first; none when nobody has asked yet."""
        return sorted(
            (row for row in self.dialogues if row["is_held"]), key=lambda row: row["occurred_at"], reverse=True
        )

    @property
    def admission(self) -> Row | None:
        """Her last admission."""
        basis, refuted = TreatmentRelation.Basis.ADMISSION, TreatmentRelation.Status.REFUTED
        rows = [row for row in self.episodes if row["basis"] == basis and row["status"] != refuted]
        return max(rows, key=lambda row: row["start"], default=None)

    @property
    def of_admission(self) -> list[Row]:
        """The plans that the ward made during that admission or as it ended."""
        stay = self.admission
        if stay is None:
            return []
        until = (stay["end"] or stay["start"].max.replace(tzinfo=stay["start"].tzinfo) - AROUND) + AROUND
        rows = [row for row in self.plans if row["origin_id"] == stay["origin_id"] and row["status"] not in PLAN_OVER]
        return [row for row in rows if stay["start"] - AROUND <= row["start"] <= until]

    def evaluations_of(self, goal: Row) -> list[Row]:
        """How far a goal was found to be, the newest first."""
        rows = (row for row in self.evaluations if row["goal_id"] == goal["id"])
        return sorted(rows, key=lambda row: row["occurred_at"], reverse=True)

    def measured(self, goal: Row) -> list[Row]:
        """What was measured of what a goal is about, the oldest first."""
        code = goal["measure_system"], goal["measure_code"]
        rows = (row for row in self.observations if (row["code_system"], row["code"]) == code and code[1])
        counted = (row for row in rows if row["value_quantity"] is not None and row["status"] not in _NOT_COUNTED)
        return sorted(counted, key=lambda row: row["occurred_at"])

    def serving(self, goal: Row) -> list[Row]:
        """The interventions whose purpose a goal is."""
        return [row for row in self.interventions if row["purpose_goal"] == goal["id"]]


_NOT_COUNTED = frozenset({"cancelled", "entered-in-error"})


def told(actor: Actor, citizen_id: UUID) -> Told:
    """Look at the plans and goals of a citizen, with what belongs to them. A statement for each kind, sent together."""
    sources = [(HERSELF, "id"), *((source, "citizen_id") for source in _SOURCES)]
    _herself, *rows = service.overview(sources, actor, citizen_id, MOST)
    return Told(*rows)


def plan_in(found: Told, key: UUID) -> Row:
    """The plan of this id. Raises FhirError (404)."""
    return _one(found.plans, key)


def goal_in(found: Told, key: UUID) -> Row:
    """The goal of this id. Raises FhirError (404)."""
    return _one(found.goals, key)


def _one(rows: list[Row], key: UUID) -> Row:
    row = next((row for row in rows if row["id"] == key), None)
    if row is None:
        raise FhirError("not-found")
    return row


def meetings(actor: Actor, citizen_id: UUID, keys: Sequence[UUID] | None, home: str) -> list[appointments.Line]:
    """The appointments that stand in a plan, in their order. One statement if there are any."""
    if not keys:
        return []
    wanted = keys_search(appointments.SEEN, keys, citizen_id)
    rows = service.search(appointments.SEEN, actor, wanted, query=f"Appointment?patient=Patient/{citizen_id}")
    return [appointments.Line(row) for row in rows]


def agreements(plan: Row) -> list[str]:
    """What was agreed, a line each."""
    text: str = plan["description"] or ""
    return [line.strip(" -•*") for line in text.splitlines() if line.strip(" -•*")]


def who_of(row: Row) -> str:
    """Who is responsible: the unit, else nobody."""
    return str(row.get("origin_name") or "")
