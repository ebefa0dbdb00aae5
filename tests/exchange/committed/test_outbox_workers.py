"""The outbox and the subscribers with several workers, and with a real worker and clock."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db import connection, connections
from django.utils import timezone

from config import worker
from exchange import outbox
from exchange.models import Notification, OutboxMessage, Subscription
from tests import factories
from tests.cast import make_cast
from tests.exchange.receiver import receiving
from tests.exchange.test_outbox import carried
from tests.exchange.test_subscriptions import wish, write_goal
from tests.rest import Rest

__all__ = ["carried"]
ROOT = Path(__file__).resolve().parents[3]


def address() -> str:
    """The address of the test database, for a process that a test starts."""
    given = connection.settings_dict
    password = quote(given["PASSWORD"], safe="")
    return f"postgresql://{given['USER']}:{password}@{given['HOST']}:{given['PORT']}/{quote(given['NAME'])}"


def test_workers_share_the_messages_between_them(carried: list[UUID]) -> None:
    keys = {outbox.enqueue("test-topic") for _number in range(30)}

    def work(_number: int) -> int:
        try:
            return outbox.dispatch()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) >= len(keys)

    assert sorted(carried) == sorted(keys)


class Service:
    """A real worker and clock on the test database, with a broker of their own."""

    def __init__(self, folder: Path) -> None:
        given = {name: value for name, value in os.environ.items() if name != "CELERY_BROKER_URL"}
        data = {"DATA_DIR": str(folder), "DATABASE_URL": address(), "DEMO_MODE": "1"}
        self.environment = given | data | worker.environment(folder)
        self.clock = self.start(worker.clock_command(folder))
        self.worker = self.start(worker.command())

    def start(self, words: list[str]) -> "subprocess.Popen[bytes]":
        """Start a process in a session of its own."""
        return subprocess.Popen(words, cwd=ROOT, env=self.environment, start_new_session=True)

    def kill_worker(self) -> None:
        """Kill the worker without a word."""
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.wait()

    def stop(self) -> None:
        """Stop both."""
        for process in (self.clock, self.worker):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in (self.clock, self.worker):
            process.wait(20)


def comes(what: Callable[[], bool], seconds: float = 40.0) -> bool:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not what() and time.monotonic() < end:
        time.sleep(0.1)
    return what()


def test_real_worker_carries_out_a_delivery_and_tells_a_receiver_that_was_down(tmp_path: Path, settings: Any) -> None:
    """The receiver goes down and comes up again, and the worker is killed while it answers: nothing is lost."""
    settings.DEMO_MODE = True
    cast = make_cast()
    system = factories.system(owner=cast.units.region)
    doctor = cast.doctor.asking(client_id=system.client_id)
    key = outbox.enqueue("delivery-taken")
    service = Service(tmp_path / "data")
    try:
        with receiving() as receiver:
            made = Rest(doctor).post("Subscription", wish(address=receiver.address))
            subscription = Subscription.objects.filter(pk=made.body["id"])
            assert comes(lambda: subscription.get().status == "active")
        first = write_goal(cast)
        assert comes(lambda: subscription.get().attempts > 0)

        with receiving(receiver.port) as receiver:
            receiver.hold.set()
            subscription.update(next_attempt_at=timezone.now())
            assert receiver.arrived.wait(40)
            service.kill_worker()
            receiver.hold.clear()
            subscription.update(leased_until=timezone.now())  # as time does
            second = write_goal(cast)
            service.worker = service.start(worker.command())
            assert comes(lambda: (2, second) in receiver.events)
            assert receiver.events == [(1, first), (1, first), (2, second)]
        assert comes(lambda: OutboxMessage.objects.get(pk=key).done_at is not None)
    finally:
        service.stop()

    assert OutboxMessage.objects.get(pk=key).attempts == 1
    assert not Notification.objects.filter(subscription__in=subscription, sent_at__isnull=True).exists()
