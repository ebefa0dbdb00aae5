"""Plans, teams, conditions, treatment relations and what is done, as FHIR: one module for each resource type."""

from careplans.fhir import (
    careplan,
    careteam,
    condition,
    encounter,
    episode,
    observation,
    procedure,
    service_request,
)

__all__ = [
    "careplan",
    "careteam",
    "condition",
    "encounter",
    "episode",
    "observation",
    "procedure",
    "service_request",
]
