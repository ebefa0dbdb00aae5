"""The worker with the file-system broker of one machine: what it keeps, and what only the outbox keeps."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from kombu import Connection

from config import worker

ROOT = Path(__file__).resolve().parents[2]
SEND = "import sys; from tests.config.worker_app import note; note.delay(sys.argv[1], float(sys.argv[2]))"


class Workers:
    """Worker processes on a broker folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        """Begin without a worker."""
        given = {name: value for name, value in os.environ.items() if name != "CELERY_BROKER_URL"}
        self.queue = folder / "broker" / "queue"
        self.environment = given | {"DATA_DIR": str(folder)} | worker.environment(folder)
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self) -> "subprocess.Popen[bytes]":
        """Start a worker as `make run` does, in a session of its own."""
        command = [word.replace("config.celery", "tests.config.worker_app") for word in worker.command()]
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True)
        self.started.append(process)
        return process

    def send(self, path: Path, seconds: float) -> None:
        """Send one task through the broker."""
        command = [sys.executable, "-c", SEND, str(path), str(seconds)]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """Kill a worker and its children without a word."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    """Workers on an empty broker; none is left afterwards."""
    made = Workers(tmp_path / "data")
    yield made
    for process in made.started:
        if process.poll() is None:
            made.kill(process)


def appears(path: Path, seconds: float = 20.0) -> bool:
    """Wait for a file."""
    end = time.monotonic() + seconds
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return path.exists()


def test_task_sent_before_the_worker_starts_is_done(workers: Workers, tmp_path: Path) -> None:
    workers.send(tmp_path / "done", 0)

    workers.start()

    assert appears(tmp_path / "done")
    assert list(workers.queue.iterdir()) == []


def test_worker_that_stops_finishes_what_it_began_and_puts_back_the_rest(workers: Workers, tmp_path: Path) -> None:
    for name in ("first", "second", "third"):
        workers.send(tmp_path / name, 1.0)
    process = workers.start()
    assert appears(tmp_path / "first.began")

    process.terminate()
    process.wait(20)

    assert (tmp_path / "first").exists()
    workers.start()
    assert appears(tmp_path / "third")


def test_killed_worker_loses_what_it_had_taken_and_nothing_that_waits(workers: Workers, tmp_path: Path) -> None:
    workers.send(tmp_path / "taken", 60.0)
    process = workers.start()
    assert appears(tmp_path / "taken.began")
    workers.kill(process)
    workers.send(tmp_path / "waiting", 0)

    (tmp_path / "taken.began").unlink()
    workers.start()

    assert appears(tmp_path / "waiting")
    assert not appears(tmp_path / "taken.began", 1.0)  # the reason why the outbox is the truth


def test_message_cannot_be_taken_before_it_is_whole(tmp_path: Path) -> None:
    class Slow:
        """Part of a message that looks, while it is written, at what a worker could take."""

        seen: list[Path] = []

        def __json__(self) -> str:
            self.seen += tmp_path.glob("*.msg")
            return "written"

    folders = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(tmp_path))
    transport = settings.CELERY_BROKER_TRANSPORT
    with Connection("filesystem://localhost", transport=transport, transport_options=folders) as connection:
        connection.default_channel._put("celery", {"body": Slow()})
        assert Slow.seen == []
        assert connection.default_channel._get("celery") == {"body": "written"}
