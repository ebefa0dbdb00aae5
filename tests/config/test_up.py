"""`manage.py up`, whole: everything starts, answers, and stops without losing anything."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import orjson
import psycopg
import pytest

from config import embedded, web
from config.postgres import Cluster
from tests.config import guide
from tests.config.walk import as_printed

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 180.0


class Service:
    """The processes of one machine, on a port and a data folder of the test's own."""

    def __init__(self, folder: Path) -> None:
        """Choose a port; nothing runs yet."""
        self.folder, self.port = folder, embedded.free_port()
        self.output = folder.with_name("output")
        self.processes: list[subprocess.Popen[bytes]] = []

    def environment(self, *, is_demo: bool) -> dict[str, str]:
        """What its processes are told, and who asks it from another terminal."""
        given = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CELERY_BROKER_URL"}}
        return given | {"DATA_DIR": str(self.folder), "PORT": str(self.port), "DEMO_MODE": str(int(is_demo))}

    def start(self, *, is_demo: bool = False) -> "subprocess.Popen[bytes]":
        """Start everything and wait until it says that it runs, or ends."""
        environment = self.environment(is_demo=is_demo)
        command = [sys.executable, "manage.py", "up"]
        with self.output.open("wb") as output:
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=output, stderr=output, start_new_session=True
            )
        self.processes.append(process)
        end = time.monotonic() + START_SECONDS
        while "Everything runs" not in self.said() and process.poll() is None:
            assert time.monotonic() < end, self.said()
            time.sleep(0.1)
        return process

    def said(self) -> str:
        """Return what the terminal shows."""
        return self.output.read_text()

    def answers(self) -> bool:
        """Tell whether the web server answers, whatever it says."""
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/fhir/metadata", timeout=10).close()
        except urllib.error.HTTPError as error:
            error.close()
            return True
        except OSError:
            return False
        return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder, empty at first, which later tests find as earlier ones left it; it is gone afterwards."""
    made = tmp_path_factory.mktemp("up") / "data"
    yield made
    Cluster(made).remove()


@pytest.fixture
def service(folder: Path) -> Iterator[Service]:
    """A service that does not run yet, and does not run afterwards."""
    made = Service(folder)
    yield made
    for process in made.processes:
        if process.poll() is None:
            process.terminate()
            process.wait(60)


def second_run(service: Service) -> str:
    """Try to run the same checkout a second time, on another port; return what it says."""
    second = Service(service.folder)
    second.output = service.output.with_name("second")
    assert second.start().returncode == 1
    return second.said()


def listening(service: Service) -> int:
    """How many processes of the web server hear of tokens that are called back: each has a connection for it."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE %s AND pid <> pg_backend_pid()"
    with psycopg.connect(Cluster(service.folder).url) as found:
        row = found.execute(asked, ["%FROM identity_revokedtoken WHERE expires_at > now()%"]).fetchone()
    return 0 if row is None else int(row[0])


def a_vendor_gets_in(service: Service) -> None:
    """docs/integrating.md works as written, from the key pair to the first overview."""
    folder = service.folder.with_name("my-epj")

    done = guide.run("integrating.md", service.environment(is_demo=True) | {"WORK": str(folder)})

    assert done.returncode == 0, done.stdout + done.stderr
    overview = orjson.loads((folder / "overview.json").read_bytes())
    assert {"Patient", "Goal", "Appointment"} <= {entry["resource"]["resourceType"] for entry in overview["entry"]}
    version, refusal, verdict, launched, revoked, afterwards = done.stdout.splitlines()[-6:]
    assert (version, verdict, revoked, afterwards) == ("2", "permit", "200", "401")
    assert "aktuel behandling" in refusal
    assert launched == f"303 -> http://localhost:{service.port}/desk/"
    assert "1403500001" not in done.stdout + done.stderr


def test_everything_starts_answers_and_stops_and_starts_again(service: Service) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        process = service.start(is_demo=number == signal.SIGINT)
        assert process.poll() is None, service.said()
        assert service.answers()
        assert "It runs already" in second_run(service)
        assert f"curl http://localhost:{service.port}/fhir/metadata" in service.said()
        if number == signal.SIGINT:
            a_vendor_gets_in(service)
            assert listening(service) == web.WORKERS > 1
            as_printed(guide.run("../README.md", service.environment(is_demo=True)))

        process.send_signal(number)

        assert process.wait(60) == 0, service.said()
        assert not service.answers()
        assert not Cluster(service.folder).status().running
        told = [line for line in service.said().splitlines() if line.startswith("Stopping")]
        assert [line.split()[1] for line in told if "clock" not in line] == ["web", "worker", "PostgreSQL"]


def test_death_of_the_database_stops_everything_and_is_said(service: Service) -> None:
    process = service.start()
    pid = Cluster(service.folder).status().pid
    assert pid is not None, service.said()

    os.kill(pid, signal.SIGKILL)

    assert process.wait(60) == 1
    assert "PostgreSQL ended by itself" in service.said()
    assert not service.answers()
