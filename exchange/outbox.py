"""What must happen after a commit: rows written with their cause, carried out at least once by a worker.

A handler is registered for a topic and must be safe to repeat: it may run again after it has done its work, when the
worker died before it could say so. One that must not run again, since the world outside has no way back, is registered
as `once`: where a worker died in the midst of it, it is left. What fails is tried again later and later, and never
given up.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from access.events import Event, listen
from exchange.models import OutboxMessage

Handler = Callable[[OutboxMessage], None]

_HANDLERS: dict[str, Handler] = {}
_ONCE: set[str] = set()
# Stands as the error of a message that is being carried out once; whoever finds it after this died in the midst of it.
_BEGUN = "begun"
_LEFT = "left"
_MIDST = timedelta(minutes=10)
_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(hours=1)
log = structlog.get_logger(__name__)


class UnknownTopic(Exception):
    """Nobody handles this topic."""


def handles(topic: str, *, once: bool = False) -> Callable[[Handler], Handler]:
    """Make the function the handler of a topic; `once` for one that is not run again when nobody knows how it ended."""

    def keep(handler: Handler) -> Handler:
        _HANDLERS[topic] = handler
        if once:
            _ONCE.add(topic)
        return handler

    return keep


def topics() -> frozenset[str]:
    """Every topic that is handled."""
    return frozenset(_HANDLERS)


def enqueue(
    topic: str, citizen_id: UUID | None = None, payload: dict[str, object] | None = None, *, at: datetime | None = None
) -> UUID:
    """Note that something must happen, in the caller's transaction: it happens if and only if that is committed.

    `at` is the earliest instant. The payload holds ids and codes, never content or a CPR number. Raises UnknownTopic.
    """
    message = _message(topic, citizen_id, payload or {}, at)
    message.save(force_insert=True)
    return message.pk


def enqueue_all(messages: Iterable[tuple[str, UUID | None, dict[str, object]]]) -> None:
    """The same for several at once: topic, citizen and payload of each. One statement."""
    OutboxMessage.objects.bulk_create([_message(topic, whose, told) for topic, whose, told in messages])


def _message(
    topic: str, citizen_id: UUID | None, payload: dict[str, object], at: datetime | None = None
) -> OutboxMessage:
    """Make a message. Raises UnknownTopic."""
    if topic not in _HANDLERS:
        raise UnknownTopic(topic)
    now = timezone.now()
    return OutboxMessage(topic=topic, citizen_id=citizen_id, payload=payload, created_at=now, next_attempt_at=at or now)


def wait_after(attempts: int) -> timedelta:
    """How long to wait after this many failures: twice as long each time, an hour at most."""
    return min(_FIRST_WAIT * (1 << min(attempts - 1, 20)), _LONGEST_WAIT)


def dispatch(limit: int = 100) -> int:
    """Carry out what is due, oldest first; return how many were done. Several workers share the rows between them."""
    done = 0
    for _number in range(limit):
        outcome = _next()
        if outcome is None:
            break
        done += outcome
    return done


def _next() -> bool | None:
    """Carry out one message in its own transaction; None when none is due, else whether it was done.

    The message is marked in the transaction of its handler, so what the handler writes here stands with the mark. One
    that is carried out once is marked as begun first, and that is committed.
    """
    with transaction.atomic():
        due = OutboxMessage.objects.filter(done_at__isnull=True, next_attempt_at__lte=timezone.now())
        message = due.order_by("next_attempt_at", "id").select_for_update(skip_locked=True).first()
        if message is None:
            return None
        if message.topic not in _ONCE:
            return _carried_out(message)
        if message.error == _BEGUN:
            log.warning("outbox message left", message=str(message.pk), topic=message.topic)
            message.error, message.done_at = _LEFT, timezone.now()
            message.save(update_fields=["error", "done_at"])
            return True
        message.error, message.next_attempt_at = _BEGUN, timezone.now() + _MIDST
        message.save(update_fields=["error", "next_attempt_at"])
    return _carried_out(message)


def _carried_out(message: OutboxMessage) -> bool:
    """Carry out a message and mark it; what fails is tried again later."""
    message.attempts += 1
    try:
        with transaction.atomic():
            _handler(message.topic)(message)
    except Exception as error:
        log.warning("outbox message failed", message=str(message.pk), topic=message.topic, error=type(error).__name__)
        message.error = type(error).__name__
        message.next_attempt_at = timezone.now() + wait_after(message.attempts)
        message.save(update_fields=["attempts", "error", "next_attempt_at"])
        return False
    message.done_at = timezone.now()
    message.error = ""
    message.save(update_fields=["attempts", "error", "done_at"])
    return True


def _handler(topic: str) -> Handler:
    try:
        return _HANDLERS[topic]
    except KeyError as error:
        raise UnknownTopic(topic) from error


@handles("delivery-taken")
def _delivery_taken(message: OutboxMessage) -> None:
    """A delivery was taken: the event is on record; who is to be told of it subscribes later."""


@handles("claim-unconfirmed")
def _claim_unconfirmed(message: OutboxMessage) -> None:
    """Nothing confirmed a claimed relation by its deadline: the event is on record for the unit that it names."""


@handles("social-emergency")
def _social_emergency(message: OutboxMessage) -> None:
    """Social data were opened in an emergency: the event is on record, and the override awaits its review."""


@handles("log-question")
def _log_question(message: OutboxMessage) -> None:
    """A citizen asked about a look: the event is on record for the unit that it names (`manage.py log_questions`)."""


@handles("log-question-answered")
def _log_question_answered(message: OutboxMessage) -> None:
    """A question about a look was answered: the event is on record, and who asked finds the answer in her pages."""


@listen
def _announced(event: Event) -> None:
    """Note what lower apps announce, if somebody handles it."""
    if event.topic in _HANDLERS:
        enqueue(event.topic, event.citizen_id, event.payload)
