"""The server under load: the command, the settings and the size of production, in a process group of its own."""

import http.client
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from config import embedded, web
from config.supervisor import Child

SERVICE, BARE = "config.wsgi:application", "bench.bare:application"


@dataclass(frozen=True)
class Server:
    """A running server."""

    child: Child
    port: int

    @property
    def host(self) -> str:
        """What clients call it."""
        return f"127.0.0.1:{self.port}"

    def memory_mb(self) -> list[float]:
        """The resident memory of each worker, in megabytes; empty where the system does not tell."""
        assert self.child.process is not None  # noqa: S101  it was started
        found = []
        for pid in _children(self.child.process.pid):
            status = Path(f"/proc/{pid}/status")
            fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            found.append(int(fields["VmRSS"].split()[0]) / 1024)
        return [size for size in found if size > 20]  # what is smaller runs no Django

    def cpu_seconds(self) -> float:
        """The processor time of the workers so far; zero where the system does not tell."""
        assert self.child.process is not None  # noqa: S101  it was started
        return sum(cpu_seconds_of(pid) for pid in _children(self.child.process.pid))


def database_cpu_seconds() -> float:
    """The processor time so far of the sessions of the bench's database, when its server is on this machine."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return sum(cpu_seconds_of(pid) for (pid,) in cursor.fetchall())


def _children(parent: int) -> list[int]:
    """The processes that a process started."""
    try:
        return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    except OSError:
        return []


def processes_of(parent: int) -> list[int]:
    """A process and all that it and they started."""
    return [parent, *(pid for child in _children(parent) for pid in processes_of(child))]


def cpu_seconds_of(pid: int, *, with_ended: bool = False) -> float:
    """The processor time of a process, its own and the system's for it; if wanted, with its children that ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return sum(int(field) for field in fields[11 : 15 if with_ended else 13]) / os.sysconf("SC_CLK_TCK")


def database_url() -> str:
    """The address of the database that Django is pointed at."""
    given = connection.settings_dict
    password = quote(given["PASSWORD"], safe="")
    return f"postgresql://{given['USER']}:{password}@{given['HOST']}:{given['PORT'] or 5432}/{quote(given['NAME'])}"


@contextmanager
def running(application: str = SERVICE) -> Iterator[Server]:
    """Start the server on a free port, wait until it answers, and stop it in the end."""
    port = embedded.free_port()
    environment = {
        "DATABASE_URL": database_url(),
        "DATA_DIR": str(settings.DATA_DIR),
        "SECRET_KEY": settings.SECRET_KEY,
        "DEBUG": "0",
        "DEMO_MODE": "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        # The few askers of the bench are many people: their requests are counted as others are, and never too many.
        **dict.fromkeys(("RATE_PER_SYSTEM", "RATE_PER_USER", "RATE_PER_ADDRESS"), "1000000/1000000"),
    }
    server = Server(Child("server", web.command(port, application=application), environment), port)
    server.child.start()
    try:
        _wait(server)
        yield server
    finally:
        server.child.stop()


def _wait(server: Server) -> None:
    """Wait until the server answers. Raises ChildProcessError when it does not."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.child.process is None or server.child.process.poll() is not None:
            raise ChildProcessError("the server ended by itself")
        found = http.client.HTTPConnection(server.host, timeout=10)
        try:
            found.request("GET", "/fhir/metadata")
            if found.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            found.close()
    raise ChildProcessError("the server does not answer")
