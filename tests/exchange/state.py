"""The tables that deliveries fill, as plain values: to compare two ways of getting there."""

from typing import Any

from django.db.models import Model

from audit.models import Entry, Version
from careplans.models import (
    CarePlan,
    CompletedIntervention,
    Condition,
    Contact,
    FollowUp,
    Intervention,
    InterventionCondition,
    PlanElement,
)
from citizens.models import Citizen
from exchange.models import Delivered, Delivery, OutboxMessage, Quarantined
from goals.models import Goal, GoalCondition
from organisations.models import Organisation, TreatmentRelation

ELEMENTS = (Condition, Goal, Intervention, CompletedIntervention, Contact, FollowUp, CarePlan, TreatmentRelation)
OTHERS = (Citizen, Organisation, Delivered, Delivery, Quarantined, OutboxMessage, GoalCondition, InterventionCondition)
_PASSING = {"id", "created_at", "updated_at", "version", "received_at", "report", "elements", "waits_for"}


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table as it stands, versions and instants too."""
    models: tuple[type[Model], ...] = (*ELEMENTS, *OTHERS, PlanElement, Entry, Version)
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def meaning() -> dict[str, list[str]]:
    """What the tables say, whatever order it came in: keys by their source, without versions and instants."""
    names: dict[Any, str] = {row.pk: f"citizen {row.cpr}" for row in Citizen.objects.all()}
    names |= {row.pk: f"unit {row.sor}" for row in Organisation.objects.all()}
    for model in ELEMENTS:
        names |= {row.pk: f"{model.__name__} {row.source_id}" for row in model.objects.all()}
    names = {key: _plain(name, names) for key, name in names.items()}
    found = {}
    for model in (*ELEMENTS, GoalCondition, InterventionCondition, PlanElement, Citizen, Delivered):
        rows = [_row(row, names) for row in model._default_manager.values()]
        found[model.__name__] = sorted(rows)
    return found


def difference(one: dict[str, list[str]], other: dict[str, list[str]]) -> dict[str, tuple[set[str], set[str]]]:
    """What only the one says and what only the other says, by table."""
    found = {name: (set(rows) - set(other[name]), set(other[name]) - set(rows)) for name, rows in one.items()}
    return {name: pair for name, pair in found.items() if any(pair) or len(one[name]) != len(other[name])}


def _row(row: dict[str, Any], names: dict[Any, str]) -> str:
    return repr(
        {
            key: _plain(names.get(value, value), names) if _named(value) else value
            for key, value in sorted(row.items())
            if key not in _PASSING
        }
    )


def _named(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return value is not None


def _plain(value: Any, names: dict[Any, str]) -> Any:
    """Write keys of rows inside a text by their names."""
    if isinstance(value, str):
        for key, name in names.items():
            if str(key) in value and not isinstance(key, (str, bool)):
                value = value.replace(str(key), name)
    return value
