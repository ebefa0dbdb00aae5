"""The citizen's log as she gets it: her own AuditEvents, read into lines."""

from dataclasses import dataclass
from datetime import datetime

from access.actors import DENMARK
from demo.tour.client import Client, Json
from fhir.datatypes import instant

MINLOG = "/CodeSystem/minlog"


@dataclass(frozen=True)
class Event:
    """One line: when, who, as what, from where, doing what, and why it was lawful or was not."""

    at: datetime
    who: str
    role: str
    place: str
    activity: str
    reason: str
    is_refused: bool
    interaction: str


def events_of(client: Client, token: str, citizen_id: str, since: datetime) -> list[Event]:
    """Return the citizen's log since an instant, the oldest first."""
    found = client.every(
        "AuditEvent", token, patient=citizen_id, date=f"ge{instant(since)}", _sort="-date", _count="100"
    )
    return sorted((event_of(item) for item in found), key=lambda event: event.at)


def event_of(audit: Json) -> Event:
    """Read one AuditEvent."""
    line: Json = next(
        (item for item in audit.get("entity", ()) if MINLOG in item.get("type", {}).get("system", "")), {}
    )
    told = {item["type"]: item["valueString"] for item in line.get("detail", ())}
    person: Json = next((item for item in audit["agent"] if item.get("requestor")), {})
    return Event(
        at=datetime.fromisoformat(audit["recorded"]).astimezone(DENMARK),
        who=told.get("person") or person.get("who", {}).get("display", ""),
        role=told.get("role", ""),
        place=told.get("organisation", ""),
        activity=line.get("name", ""),
        reason=line.get("description") or audit.get("outcomeDesc", ""),
        is_refused=audit["outcome"] != "0",
        interaction=audit["subtype"][-1]["code"],
    )
