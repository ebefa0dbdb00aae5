"""Subscription ↔ FHIR, both ways, as the R4 backport of topic-based subscriptions has it: rest-hook, ids only."""

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from access.actors import Actor
from access.events import follow
from access.statements import Row
from exchange.models import Happening, Subscription
from exchange.subscriptions import services
from exchange.subscriptions.services import SUBSCRIPTION_SOURCE, Wish
from exchange.subscriptions.topics import by_model, topic_at, topics
from fhir.datatypes import BASE, clean, instant, parse_instant, parse_reference
from fhir.outcomes import FhirError, broken
from fhir.registry import Resource, SearchParameter, register
from fhir.structs import Body, Part, convert

IG = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
PROFILE = f"{IG}/backport-subscription"
FILTER = f"{IG}/backport-filter-criteria"
CONTENT = f"{IG}/backport-payload-content"
NUMBERS = {
    f"{IG}/backport-heartbeat-period": "heartbeat",
    f"{IG}/backport-timeout": "timeout",
    f"{IG}/backport-max-count": "most",
}
BOUNDS = {"heartbeat": (30, 86_400), "timeout": (1, 20), "most": (1, 100)}
USUAL = {"heartbeat": None, "timeout": 10, "most": 20}
SECRET = f"{BASE}/StructureDefinition/signing-secret"
STATUS_SYSTEM = "http://hl7.org/fhir/subscription-status"
JSON = ("application/fhir+json", "application/json")


def to_fhir(row: Row, actor: Actor) -> dict[str, Any]:
    """Make the Subscription of a row; the secret is in it only where the row has just been made."""
    asked = (
        f"patient=Patient/{row['citizen_id']}" if row["citizen_id"] else f"organization=Organization/{row['unit_id']}"
    )
    given = {"heartbeat": row["heartbeat"], "timeout": row["timeout"], "most": row["most"]}
    kinds = {"heartbeat": "valueUnsignedInt", "timeout": "valueUnsignedInt", "most": "valuePositiveInt"}
    return clean(
        {
            "resourceType": "Subscription",
            "id": str(row["id"]),
            "meta": {
                "versionId": str(row["version"]),
                "lastUpdated": instant(row["updated_at"]),
                "profile": [PROFILE],
            },
            "extension": [{"url": SECRET, "valueString": row["secret"]}] if row["secret"] else [],
            "status": row["status"],
            "end": instant(row["end"]),
            "reason": row["reason"],
            "criteria": topics()[row["topic"]].url,
            "_criteria": {"extension": [{"url": FILTER, "valueString": asked}]},
            "error": row["error"],
            "channel": {
                "extension": [{"url": url, kinds[n]: given[n]} for url, n in NUMBERS.items() if given[n] is not None],
                "type": "rest-hook",
                "endpoint": row["endpoint"],
                "payload": JSON[0],
                "_payload": {"extension": [{"url": CONTENT, "valueCode": "id-only"}]},
            },
        }
    )


class Channel(Part, rename={"more": "_payload"}):
    """Where and how to tell."""

    type: str
    endpoint: str
    payload: str = ""
    more: dict[str, Any] = {}
    header: list[str] = []
    extension: list[dict[str, Any]] = []


class SubscriptionBody(Body, kw_only=True, rename={"more": "_criteria"}):
    """Subscription as we take it; `error` is ours to write."""

    status: str
    reason: str
    criteria: str
    channel: Channel
    more: dict[str, Any] = {}
    end: str = ""
    error: str = ""
    contact: list[dict[str, Any]] = []


def parse(body: dict[str, Any]) -> Wish:
    """Read a Subscription. Raises FhirError: 400 for its shape, 422 for what is not offered."""
    given = convert(body, SubscriptionBody)
    topic = topic_at(given.criteria)
    if topic is None:
        raise FhirError("unknown-code", given.criteria[:100], expression="Subscription.criteria")
    if given.status not in Subscription.Status.values:
        raise FhirError("unknown-code", given.status[:40], expression="Subscription.status")
    if not 1 <= len(given.reason.strip()) <= 300:
        raise FhirError("wrong-shape", "reason", expression="Subscription.reason")
    citizen_id, unit_id = _filter(given.more)
    numbers = _channel(given.channel)
    try:
        end = parse_instant(given.end) if given.end else None
    except ValueError as error:
        raise FhirError("wrong-shape", "end", expression="Subscription.end") from error
    return Wish(
        topic=topic,
        citizen_id=citizen_id,
        unit_id=unit_id,
        endpoint=given.channel.endpoint,
        reason=given.reason.strip(),
        status=Subscription.Status(given.status),
        end=end,
        **numbers,
    )


def _filter(more: dict[str, Any]) -> tuple[UUID | None, UUID | None]:
    """The citizen or the unit that the one filter names, as `patient=Patient/…` or `organization=Organization/…`."""
    found = [item.get("valueString") for item in _extensions(more) if item.get("url") == FILTER]
    if not found:
        return None, None
    if len(found) > 1 or not isinstance(found[0], str):
        raise _unfit("subscription-one-filter", "Ét filter kan gives.", "One filter can be given.", "criteria")
    pairs = parse_qsl(found[0].rpartition("?")[2], keep_blank_values=True)
    names = {"patient": "Patient", "organization": "Organization"}
    if len(pairs) != 1 or pairs[0][0] not in names:
        raise _unfit(
            "subscription-filter",
            "Filteret er patient eller organization.",
            "The filter is patient or organization.",
            "criteria",
        )
    name, value = pairs[0]
    try:
        key = parse_reference(value, (names[name],))[1]
    except ValueError as error:
        raise FhirError("dangling-reference", names[name], expression="Subscription.criteria") from error
    return (key, None) if name == "patient" else (None, key)


def _extensions(more: dict[str, Any]) -> list[dict[str, Any]]:
    """The extensions beside a primitive. Raises FhirError (400)."""
    found = more.get("extension", [])
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise FhirError("wrong-shape", "extension", expression="Subscription")
    return found


def _channel(channel: Channel) -> dict[str, Any]:
    """The numbers of a channel that is of the one kind offered. Raises FhirError (422)."""
    if channel.type != "rest-hook":
        raise _unfit("subscription-channel", "Kun rest-hook tilbydes.", "Only rest-hook is offered.", "channel.type")
    if channel.payload.partition(";")[0] not in JSON:
        raise _unfit("subscription-json", "Kun JSON tilbydes.", "Only JSON is offered.", "channel.payload")
    content = [item.get("valueCode") for item in _extensions(channel.more) if item.get("url") == CONTENT]
    if content != ["id-only"]:
        raise _unfit(
            "subscription-content",
            "Kun indholdet id-only tilbydes.",
            "Only the content id-only is offered.",
            "channel.payload",
        )
    if channel.header:
        raise _unfit(
            "subscription-header",
            "Egne headere tages ikke imod, da de ofte er hemmelige; hver besked er underskrevet.",
            "Headers of your own are not taken, since they are often secret; every message is signed.",
            "channel.header",
        )
    numbers: dict[str, Any] = dict(USUAL)
    for item in channel.extension:
        name = NUMBERS.get(str(item.get("url")))
        value = next((given for key, given in item.items() if key.startswith("value")), None)
        if name is None or type(value) is not int or not BOUNDS[name][0] <= value <= BOUNDS[name][1]:
            raise FhirError("bad-parameter", name or "extension", expression="Subscription.channel.extension")
        numbers[name] = value
    return numbers


def _unfit(rule: str, da: str, en: str, place: str) -> FhirError:
    """What is asked for is not offered."""
    return broken(rule, da, en, f"Subscription.{place}")


def create(*, by: Actor, body: dict[str, Any]) -> Row:
    """Subscribe by a Subscription; returns its row, with the secret this once."""
    return services.subscribe(by=by, wish=parse(body))


def update(*, by: Actor, key: UUID, body: dict[str, Any], if_match: int | None) -> Row:
    """Change a subscription by a Subscription, or turn it off; returns its row."""
    return services.change(by=by, key=key, wish=parse(body), if_match=if_match)


for _label in by_model():
    follow(_label, Happening._meta.db_table)

SUBSCRIPTION = register(
    Resource(
        "Subscription",
        SUBSCRIPTION_SOURCE,
        to_fhir,
        (
            SearchParameter(
                "status",
                "token",
                ("status",),
                "Whether it is in use",
                codes={code: {"status": code} for code in Subscription.Status.values},
                fixed_system=STATUS_SYSTEM,
            ),
            SearchParameter("url", "string", ("endpoint",), "Where it is told"),
            SearchParameter("patient", "reference", ("citizen_id",), "About whom", targets=("Patient",)),
        ),
        ("read", "search-type", "create", "update"),
        create=create,
        update=update,
        citizen_parameter=None,
        profile=PROFILE,
        in_overview=False,
        operations=("status", "events"),
        topics=tuple(topic.url for topic in topics().values()),
        description="Subscriptions to topics (R4 backport): who is told, with ids only, when something happens.",
    )
)
