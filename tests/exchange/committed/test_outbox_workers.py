"""The outbox with several workers, and with a real worker and clock."""

import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from django.db import connection, connections

from config import worker
from exchange import outbox
from exchange.models import OutboxMessage
from tests.exchange.test_outbox import carried

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


def test_real_worker_and_clock_carry_out_a_taken_delivery(tmp_path: Path) -> None:
    key = outbox.enqueue("delivery-taken")
    given = {name: value for name, value in os.environ.items() if name != "CELERY_BROKER_URL"}
    folder = tmp_path / "data"
    environment = given | {"DATA_DIR": str(folder), "DATABASE_URL": address()} | worker.environment(folder)
    commands = [worker.command(), worker.clock_command(folder)]
    started = [subprocess.Popen(words, cwd=ROOT, env=environment, start_new_session=True) for words in commands]
    try:
        end = time.monotonic() + 40
        while OutboxMessage.objects.filter(pk=key, done_at__isnull=True).exists() and time.monotonic() < end:
            time.sleep(0.2)
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGTERM)
        for process in started:
            process.wait(20)

    assert OutboxMessage.objects.get(pk=key).attempts == 1
    assert OutboxMessage.objects.get(pk=key).done_at is not None
