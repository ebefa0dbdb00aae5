"""Everything of one machine in one terminal: database, schema, codes, demo, web server, worker and clock."""

import fcntl
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import get_commands
from django.core.management.base import BaseCommand, CommandError

from config import embedded, web, worker
from config.celery import app
from config.postgres import Cluster
from config.postgres_home import PostgresUnavailable
from config.supervisor import Child, ChildDied, Interrupted, Supervisor, say


class Command(BaseCommand):
    """Start everything, print where it is, and stop everything on Ctrl-C."""

    help = "Start database, web server and worker; Ctrl-C stops them all and loses nothing."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until asked to stop (exit 0) or until a part dies (exit 1); in either case nothing is left running."""
        port = int(os.environ.get("PORT", "8000"))
        host = os.environ.get("HOST_ADDRESS", embedded.HOST)
        with _only_one():
            if not embedded.port_is_free(port, host):
                raise CommandError(f"Port {port} is taken; try: PORT={port + 1000} make run")
            cluster = None if os.environ.get("DATABASE_URL") else Cluster(settings.DATA_DIR)
            supervisor = Supervisor()
            supervisor.listen()
            try:
                self._run(supervisor, cluster, host, port)
            except Interrupted:
                say("")
            except (ChildDied, PostgresUnavailable) as error:
                raise CommandError(f"{error} Everything has been stopped.") from error
            finally:
                supervisor.stop()
                if cluster:
                    say("Stopping PostgreSQL ...")
                    cluster.stop()
            say("Stopped; nothing is lost.")

    def _run(self, supervisor: Supervisor, cluster: Cluster | None, host: str, port: int) -> None:
        """Start one part after the other and watch them."""
        if cluster:
            say("Starting PostgreSQL ...")
            cluster.start()
        for step in _steps():
            say(f"Running {step[0]} ...")
            supervisor.run(step[0], _manage(*step))
        supervisor.start(Child("web server", web.command(port, host)))
        supervisor.start(Child("worker", worker.command(), worker.environment(settings.DATA_DIR)))
        if app.conf.beat_schedule:
            supervisor.start(Child("clock", worker.clock_command(settings.DATA_DIR)))
        _wait_for_web(supervisor, f"http://{host}:{port}/")
        say("")
        if settings.DEMO_MODE:
            supervisor.run("token", _manage("token", "--list"))
        supervisor.run("welcome", _manage("welcome"))
        say("\nEverything runs. Ctrl-C stops it.")
        supervisor.watch(*([lambda: _check(cluster)] if cluster else []))


def _steps() -> Iterator[list[str]]:
    """Yield what must have happened before the web server starts; every step may be repeated."""
    yield ["migrate", "--no-input", "--verbosity", "0"]
    for name in ("load_codes", "load_demo") if settings.DEMO_MODE else ("load_codes",):
        if name in get_commands():
            yield [name, "--verbosity", "1" if name == "load_demo" else "0"]


def _manage(*words: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]


def _check(cluster: Cluster) -> None:
    if not cluster.status().running:
        raise ChildDied("PostgreSQL ended by itself.")


def _wait_for_web(supervisor: Supervisor, address: str) -> None:
    """Wait until the web server answers anything at all."""
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own address
        except urllib.error.HTTPError as answer:
            answer.close()
            return
        except OSError:
            supervisor.rest(0.2)
        else:
            return
    raise ChildDied("The web server does not answer.")


@contextmanager
def _only_one() -> Iterator[None]:
    """Refuse a second run of one checkout: it would share the database and stop it under the first."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError("It runs already, in another terminal.") from error
        yield
