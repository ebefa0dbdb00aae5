"""AuditEvent and Provenance in the registry: read and search, nothing else; the service itself writes both."""

from typing import Any

from django.db.models import F, Q

from access.actors import Actor
from access.conditions import conj, disj
from access.sql import IsIn
from fhir.registry import READ_ONLY, Resource, SearchParameter, register
from minlog import audit_event, provenance
from minlog.log import LOG_SOURCE

_NAMED = [name for known in audit_event.ACTIONS.values() for name in known]
_OF_INTERACTIONS = {code: {"interaction__in": list(known)} for code, known in audit_event.ACTIONS.items()} | {
    "E": ~Q(interaction__in=_NAMED)
}

NAMES = sorted(audit_event.NAMES_ITS_THING)


def _names(actor: Actor, key: Any, kind: str) -> Q:
    """The entry names this thing, or is about this citizen."""
    named = conj([Q(resource_type=kind, interaction__in=NAMES), Q(IsIn(key, F("resource_ids")))])
    return disj([Q(citizen_id=key), named]) if kind == "Patient" else named


AUDIT_EVENT = register(
    Resource(
        "AuditEvent",
        LOG_SOURCE,
        audit_event.to_fhir,
        (
            SearchParameter(
                "patient",
                "reference",
                ("citizen_id",),
                "Whose data were asked for",
                targets=("Patient",),
                element="entity.what",
            ),
            SearchParameter("date", "date", ("recorded_at",), "When"),
            SearchParameter(
                "agent",
                "reference",
                ("professional_id", "unit_id"),
                "Who asked, or for which unit",
                targets=("Practitioner", "Organization"),
                element="agent.who",
            ),
            SearchParameter(
                "entity",
                "reference",
                (),
                "The thing that was asked for or written, or whose data were",
                targets=provenance.TARGETS,
                where=_names,
                element="entity.what",
            ),
            SearchParameter("action", "token", ("interaction",), "C, R, U or E", codes=_OF_INTERACTIONS),
            SearchParameter(
                "outcome",
                "token",
                ("outcome",),
                "0 for permitted, 4 for refused, 8 for a fault of the service",
                codes={code: {"outcome": value} for code, value in audit_event.OUTCOMES.items()},
                fixed_system=f"{audit_event.THO}/audit-event-outcome",
            ),
        ),
        READ_ONLY,
        in_overview=False,
        sorts={"date": "updated_at"},
        description="The log of look-ups: a citizen's own, and a health professional's own look-ups. Read only.",
    )
)

PROVENANCE = register(
    Resource(
        "Provenance",
        provenance.VERSION_SOURCE,
        provenance.to_fhir,
        (
            SearchParameter(
                "target",
                "reference",
                ("resource_id",),
                "What was written",
                systems="resource_type",
                targets=provenance.TARGETS,
                element="target",
            ),
            SearchParameter(
                "patient", "reference", ("citizen_id",), "About whom", targets=("Patient",), element="target"
            ),
            SearchParameter("recorded", "date", ("recorded_at",), "When"),
            SearchParameter(
                "agent",
                "reference",
                ("professional_id", "unit_id"),
                "Who wrote, or for which unit",
                targets=("Practitioner", "Organization"),
                element="agent.who",
            ),
        ),
        READ_ONLY,
        in_overview=False,
        sorts={"recorded": "updated_at"},
        description="Who wrote a version, for which unit, under which act and from what evidence. Read only.",
    )
)
