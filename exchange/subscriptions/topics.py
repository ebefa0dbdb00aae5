"""What can be subscribed to: topics as data, and the rows whose changes are events of each."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from access.statements import Source
from appointments.fhir.mapping import APPOINTMENT_SOURCE
from careplans.fhir.careplan import PLAN_SOURCE
from careplans.fhir.episode import EPISODE_SOURCE
from careplans.fhir.procedure import PROCEDURE_SOURCE
from careplans.fhir.service_request import SERVICE_REQUEST_SOURCE
from fhir.datatypes import BASE
from goals.fhir import GOAL_SOURCE
from organisations.models import TreatmentRelation
from stamkort.fhir.patient import PATIENT_SOURCE
from stamkort.fhir.registrations import REGISTRATION_SOURCE
from stamkort.fhir.related import RELATIVE_SOURCE
from stamkort.services import ENTRY_SOURCE

NEW = frozenset({"create"})
ANY = frozenset({"create", "update"})


@dataclass(frozen=True)
class Followed:
    """The rows of one table: the source that decides who sees them, and which changes count.

    `focus` is the resource type that a subscriber is pointed to, by the row's id, or by the citizen's for what is shown
    in the Patient alone. An update counts only where the row's `status` is among `ending`, if that is given.
    """

    source: Source
    changes: frozenset[str] = NEW
    focus: str = ""
    ending: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """What the table's model is called."""
        return self.source.model._meta.label

    @property
    def kind(self) -> str:
        """The resource type that a subscriber is pointed to."""
        return self.focus or self.source.name


@dataclass(frozen=True)
class Topic:
    """Something that can be subscribed to."""

    code: str
    da: str
    en: str
    followed: tuple[Followed, ...]

    @property
    def url(self) -> str:
        """The canonical address that a subscription names."""
        return f"{BASE}/SubscriptionTopic/{self.code}"


_OVER = frozenset({TreatmentRelation.Status.ENDED.value, TreatmentRelation.Status.REFUTED.value})
_TOPICS = (
    Topic("new-appointment", "Ny aftale", "A new appointment", (Followed(APPOINTMENT_SOURCE),)),
    Topic("new-plan", "Ny plan", "A new plan", (Followed(PLAN_SOURCE),)),
    Topic("new-goal", "Nyt mål", "A new goal", (Followed(GOAL_SOURCE),)),
    Topic(
        "new-intervention",
        "Ny indsats",
        "A new intervention",
        (Followed(SERVICE_REQUEST_SOURCE), Followed(PROCEDURE_SOURCE)),
    ),
    Topic(
        "stamkort-changed",
        "Ændret stamkort",
        "A changed stamkort",
        (
            Followed(PATIENT_SOURCE, ANY),
            Followed(ENTRY_SOURCE, ANY, focus="Patient"),
            Followed(RELATIVE_SOURCE, ANY),
            Followed(REGISTRATION_SOURCE, ANY),
        ),
    ),
    Topic(
        "relation-changed",
        "Åbnet eller lukket behandlingsrelation",
        "An opened or closed treatment relation",
        (Followed(EPISODE_SOURCE, ANY, ending=_OVER),),
    ),
)


@cache
def topics() -> Mapping[str, Topic]:
    """Every topic by its code."""
    return {topic.code: topic for topic in _TOPICS}


@cache
def by_model() -> Mapping[str, tuple[Topic, Followed]]:
    """The topic that changes of each followed table belong to."""
    return {item.label: (topic, item) for topic in _TOPICS for item in topic.followed}


def topic_at(url: str) -> Topic | None:
    """The topic at a canonical address."""
    return next((topic for topic in _TOPICS if topic.url == url), None)
