"""What must happen after a commit happens at least once, also when workers share it or die."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone

from exchange import outbox
from exchange.models import OutboxMessage
from tests.exchange.builders import condition, report
from tests.exchange.conftest import Deliver


@pytest.fixture
def carried() -> Iterator[list[UUID]]:
    """A topic whose handler notes what it carried out, and fails when told to."""
    done: list[UUID] = []

    @outbox.handles("test-topic")
    def note(message: OutboxMessage) -> None:
        done.append(message.pk)
        if message.payload.get("fails", 0) >= message.attempts:
            raise ValueError("1403353332")

    yield done
    outbox._HANDLERS.pop("test-topic")


@pytest.mark.django_db
def test_message_is_carried_out_once(carried: list[UUID]) -> None:
    key = outbox.enqueue("test-topic")

    assert outbox.dispatch() == 1
    assert outbox.dispatch() == 0

    assert carried == [key]
    assert OutboxMessage.objects.get().done_at is not None


@pytest.mark.django_db
def test_message_of_a_transaction_that_fails_never_was(carried: list[UUID]) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        outbox.enqueue("test-topic")
        raise RuntimeError

    assert outbox.dispatch() == 0


@pytest.mark.django_db
def test_failure_is_tried_again_later_and_tells_no_content(carried: list[UUID]) -> None:
    outbox.enqueue("test-topic", payload={"fails": 1})

    assert outbox.dispatch() == 0
    waiting = OutboxMessage.objects.get()
    assert (waiting.attempts, waiting.error) == (1, "ValueError")
    assert waiting.next_attempt_at > timezone.now()

    OutboxMessage.objects.update(next_attempt_at=timezone.now())
    assert outbox.dispatch() == 1
    assert OutboxMessage.objects.get().error == ""


@pytest.mark.django_db
def test_failure_holds_up_nothing_else(carried: list[UUID]) -> None:
    outbox.enqueue("test-topic", payload={"fails": 9})
    outbox.enqueue("test-topic")

    assert outbox.dispatch() == 1


@pytest.mark.django_db
def test_message_waits_for_its_instant(carried: list[UUID]) -> None:
    outbox.enqueue("test-topic", at=timezone.now() + timedelta(hours=1))

    assert outbox.dispatch() == 0


@pytest.mark.django_db
def test_unknown_topic_is_refused_at_once() -> None:
    with pytest.raises(outbox.UnknownTopic):
        outbox.enqueue("nobody")


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 10), (5, 80), (11, 3600), (1000, 3600)])
def test_wait_doubles_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert outbox.wait_after(attempts) == timedelta(seconds=seconds)


@pytest.mark.django_db
def test_delivery_that_is_taken_is_an_event_and_one_that_changes_nothing_is_none(deliver: Deliver) -> None:
    deliver(report(condition("n")))
    deliver(report(condition("n")))

    event = OutboxMessage.objects.get()
    assert (event.topic, list(event.payload)) == ("delivery-taken", ["delivery"])
    assert outbox.dispatch() == 1
