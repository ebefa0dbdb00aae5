"""Asking to be told, changing what was asked, and asking no more."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import TextField, Value

from access import service
from access.actors import Actor
from access.authoring import check_version
from access.statements import Row, Source
from access.vocabulary import HEALTH_SIDE, SOCIAL_SIDE, Reason
from access.writing import record
from exchange.models import Subscription
from exchange.subscriptions import signing
from exchange.subscriptions.sending import check_endpoint
from exchange.subscriptions.topics import Topic
from fhir.outcomes import FhirError, broken
from identity.models import System
from stamkort.fhir.patient import PATIENT_SOURCE

Status = Subscription.Status
_COLUMNS = (
    "id client_id unit_id professional_id topic citizen_id endpoint reason end most heartbeat timeout status error "
    "version created_at updated_at last_number"
)

# The secret is no column: it is worked out anew for each message, and told in the answer to the one who asks first.
SUBSCRIPTION_SOURCE = Source(
    "Subscription",
    Subscription,
    {**{name: name for name in _COLUMNS.split()}, "secret": lambda _actor: Value("", output_field=TextField())},
    logged=False,
)


@dataclass(frozen=True)
class Wish:
    """What a subscriber asks for. `citizen_id` None: of those in treatment or care at the unit."""

    topic: Topic
    citizen_id: UUID | None
    unit_id: UUID | None
    endpoint: str
    reason: str
    status: Status
    end: datetime | None
    most: int
    heartbeat: int | None
    timeout: int

    def columns(self) -> dict[str, object]:
        """What of it may be changed later."""
        names = ("endpoint", "reason", "end", "most", "heartbeat", "timeout")
        return {name: getattr(self, name) for name in names}


def subscribe(*, by: Actor, wish: Wish) -> Row:
    """Note what a system asks for its unit, and return the row with the secret that messages are signed with.

    The system is asked to confirm its address by a handshake before anything is told. Raises FhirError: 403 for who is
    not staff in a registered system, or may not see the citizen who is named; 422 for an address that is not allowed.
    """
    if by.unit_id is None or by.professional_id is None or not _is_staff_in_a_system(by):
        service.log(by, "create", "Subscription", citizen_id=None, outcome="refuse", reason=Reason.LAW_GATE)
        raise FhirError(
            "forbidden",
            "Kun en fagperson i et registreret system kan bede om besked for sin enhed.",
            "Only staff, in a registered system, can ask to be told for their unit.",
        )
    if wish.unit_id not in (None, by.unit_id):
        raise broken(
            "subscription-unit",
            "Enheden skal være din egen.",
            "The unit must be your own.",
            expression="Subscription.criteria",
        )
    if wish.citizen_id is not None:
        service.read(PATIENT_SOURCE, by, wish.citizen_id)
    check_endpoint(wish.endpoint)
    with service.writing():
        made = Subscription.objects.create(
            **wish.columns(),
            client_id=by.client_id,
            unit_id=by.unit_id,
            professional_id=by.professional_id,
            responsible_id=by.responsible_id,
            acting_as=by.acting_as,
            purpose=by.purpose,
            scopes=sorted(by.scopes),
            in_context=by.in_context,
            topic=wish.topic.code,
            citizen_id=wish.citizen_id,
            created_at=by.moment,
            updated_at=by.moment,
            next_attempt_at=by.moment,
        )
        row = _recorded(by, made, "create")
    return row | {"secret": signing.secret_of(made.pk)}


def _is_staff_in_a_system(by: Actor) -> bool:
    """Whether somebody at work asks, through a system that is registered."""
    is_staff = by.acting_as in HEALTH_SIDE | SOCIAL_SIDE
    return is_staff and System.objects.filter(client_id=by.client_id, is_active=True).exists()


def change(*, by: Actor, key: UUID, wish: Wish, if_match: int | None) -> Row:
    """Change a subscription, turn it off (`off`) or on again (`requested`); return its row.

    Its topic and its filter stay. A new address is greeted anew. What waited when it was turned off is not told.
    Raises FhirError: 404, 403, 400 or 412 for the version, 422 for what may not change.
    """
    with service.writing():
        rules = service.permit_update(SUBSCRIPTION_SOURCE, by, key)
        current = Subscription.objects.select_for_update().get(pk=key)
        check_version(current.version, if_match)
        if (wish.topic.code, wish.citizen_id) != (current.topic, current.citizen_id):
            raise broken(
                "subscription-unchanged",
                "Emne og filter kan ikke ændres; opret et nyt abonnement.",
                "Topic and filter cannot be changed; make a new subscription.",
                expression="Subscription.criteria",
            )
        check_endpoint(wish.endpoint)
        if wish.status == Status.OFF:
            turn_off(current)
        elif current.status == Status.OFF or wish.endpoint != current.endpoint:
            current.status, current.error, current.attempts = Status.REQUESTED, "", 0
            current.next_attempt_at = by.moment
        for name, value in wish.columns().items():
            setattr(current, name, value)
        current.version += 1
        current.updated_at = by.moment
        current.save()
        return _recorded(by, current, "update", rules)


def turn_off(subscription: Subscription, error: str = "") -> None:
    """Stop telling, and let go of what waits; the caller saves."""
    subscription.status, subscription.error = Status.OFF, error
    subscription.notifications.filter(sent_at__isnull=True).delete()


def unsubscribe(*, by: Actor, key: UUID) -> None:
    """Take a subscription away with what waits and what could be replayed. Raises FhirError (404, 403)."""
    with service.writing():
        rules = service.permit_update(SUBSCRIPTION_SOURCE, by, key)
        gone = Subscription.objects.select_for_update().get(pk=key)
        service.log(
            by,
            "delete",
            "Subscription",
            citizen_id=gone.citizen_id,
            outcome="permit",
            resource_ids=[key],
            rules=rules,
        )
        gone.delete()


def _recorded(by: Actor, made: Subscription, change_made: str, rules: list[str] | None = None) -> Row:
    """Keep the version, with the citizen if one is named."""
    asked = replace(by, will_reason="")
    given = rules or ["own-subscription"]
    return record(asked, SUBSCRIPTION_SOURCE, [made.pk], change_made, citizen_id=made.citizen_id, rules=given)[0]
