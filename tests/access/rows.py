"""One element of the oracle as a row of the table that holds its category."""

from collections.abc import Iterator
from uuid import UUID, uuid5

from django.db.models import Model

from access.vocabulary import Category, Law
from appointments.models import Appointment
from audit.models import Entry as Logged
from careplans.models import CarePlan, CompletedIntervention, Condition, Contact, FollowUp, Intervention, PlanParty
from citizens.models import Citizen, Relative
from documents.models import Document
from goals.models import Goal
from minlog.models import LookUp
from stamkort.models import Entry, Registration, RegistrationContent
from tests.oracle.world import Element

Row = tuple[type[Model], Model]
LAWS = {
    "SUL": Law.HEALTH,
    "SEL": Law.SERVICE,
    "AEL": Law.ELDERLY,
    "PSY": Law.PSYCHIATRY,
    "ESP": Law.CITIZEN,
    "CITIZEN": Law.CITIZEN,
}
INTERVENTIONS = (Intervention, CompletedIntervention, Contact)
CONDITIONS = (Condition, FollowUp)
TYPED = (Entry, Relative)
CODE = {"code_system": "urn:test", "code": "A1"}


def table_of(category: str, variant: int = 0) -> type[Model]:
    """The table that holds a category."""
    tables = {
        "APPT": Appointment,
        "COND": CONDITIONS[variant % 2],
        "INT": INTERVENTIONS[variant % 3],
        "PLAN": CarePlan,
        "GOAL": Goal,
        "DIAG": CONDITIONS[variant % 2],
        "WILL": RegistrationContent,
        "ODR": RegistrationContent,
        "DOC": Document,
    }
    stamkort = {"LOG": LookUp, "SK_REG": Citizen, "SK_TYPED": TYPED[variant % 2], "SK_FLAG": Registration}
    return stamkort.get(category) or tables[category.split("_")[0]]


def rows_of(element: Element, variant: int) -> Iterator[Row]:
    """The row of the element, and those it cannot be without."""
    category = element.category
    if category == "LOG":
        yield _logged(element)
        return
    common = {
        "id": element.id,
        "citizen_id": element.citizen,
        "category": Category[category],
        "recorded_under": Law.PSYCHIATRY if category == "PLAN_PSY" else LAWS.get(element.recorded_under),
        "origin_id": element.origin,
        "author_kind": "citizen" if element.author_kind == "citizen" else "professional",
        "occurred_at": element.occurred_at,
        "created_at": element.occurred_at,
        "updated_at": element.occurred_at,
    }
    if category.startswith("APPT"):
        yield _appointment(common, "SEL § 83 a" if element.is_doubtful_time else "SEL § 83")
    elif category == "SK_TYPED":
        yield _typed(common, variant)
    elif category == "SK_FLAG":
        yield Registration, _registration(common, "living-will")
    elif category in ("WILL_CONTENT", "ODR_CONTENT"):
        yield from _content(common)
    elif category == "DIAG" or category.startswith("COND"):
        yield _condition(common, variant)
    elif category.startswith("INT"):
        yield _intervention(common, variant)
    elif category.startswith("PLAN"):
        yield from _plan(common, element)
    elif category.startswith("GOAL"):
        yield _goal(common, element)
    elif category.startswith("DOC"):
        yield Document, Document(**common, type_system="urn:test", type_code="A1", content_type="text/plain")


def _logged(element: Element) -> Row:
    """A look that was permitted; written as an entry, read as a look-up."""
    return LookUp, Logged(
        id=element.id,
        citizen_id=element.citizen,
        recorded_at=element.occurred_at,
        acting_as="hp",
        professional_id=element.author,
        responsible_id=element.responsible,
        unit_id=element.origin,
        purpose="treatment",
        interaction="read",
        resource_type="Condition",
        outcome="permit",
    )


def _appointment(common: dict, paragraph: str) -> Row:
    unit, start = common["origin_id"], common["occurred_at"]
    return Appointment, Appointment(
        **common,
        sector="municipality",
        start=start,
        paragraph=paragraph,
        responsible_id=unit,
        performer_unit_id=unit,
    )


def _typed(common: dict, variant: int) -> Row:
    """No longer current, so that a citizen may have any number."""
    if TYPED[variant % 2] is Relative:
        return Relative, Relative(**common, name="N", relationship="mor", is_active=False)
    return Entry, Entry(**common, kind="language", value={}, is_current=False)


def _registration(common: dict, kind: str) -> Registration:
    """Revoked, so that a citizen may have any number."""
    at = common["occurred_at"]
    return Registration(**common, kind=kind, registered_at=at, effective_at=at, revoked_at=at)


def _content(common: dict) -> Iterator[Row]:
    kind = "organ-donor" if common["category"] == Category.ODR_CONTENT else "treatment-will"
    flag = common | {"id": uuid5(UUID(int=2), str(common["id"])), "category": Category.SK_FLAG}
    yield Registration, _registration(flag, kind)
    yield RegistrationContent, RegistrationContent(**common, registration_id=flag["id"], kind=kind, statements=[])


def _condition(common: dict, variant: int) -> Row:
    if CONDITIONS[variant % 2] is FollowUp:
        return FollowUp, FollowUp(**common, **CODE)
    return Condition, Condition(**common, **CODE, recorded_on=common["occurred_at"].date())


def _intervention(common: dict, variant: int) -> Row:
    model = INTERVENTIONS[variant % 3]
    at = common["occurred_at"]
    if model is Contact:
        return Contact, Contact(**common, class_code="HH", start=at)
    return model, model(**common, **CODE, **({} if model is Intervention else {"performed_at": at}))


def _plan(common: dict, element: Element) -> Iterator[Row]:
    kind = "discharge-agreement" if element.category == "PLAN_PSY" else "course-plan"
    yield CarePlan, CarePlan(**common, kind=kind, start=element.occurred_at)
    for unit in set(element.parties):
        yield PlanParty, PlanParty(plan_id=element.id, unit_id=unit)


def _goal(common: dict, element: Element) -> Row:
    is_life = element.category == "GOAL_LIFE"
    return Goal, Goal(
        **common,
        kind="life" if is_life else "overall",
        sharing=element.sharing if is_life else "",
        shared_with=list(element.named_units),
    )
