"""The service that a command asks: the one that runs, or one started for it and stopped afterwards."""

import fcntl
import io
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config import embedded, web
from config.postgres import Cluster
from config.supervisor import Child
from demo import population
from demo.personas import PERSONAS
from demo.tour.client import Client, Unreachable

PATIENCE_SECONDS = 60.0


@contextmanager
def service(url: str | None) -> Iterator[Client]:
    """Give a client of the service at `url`, else of the one that runs here, else of one started for the tour.

    Raises Unreachable when `url` is given and does not answer as the service of this folder.
    """
    with ExitStack() as stack:
        with _alone() as alone:
            _database(stack)
            if alone:
                _prepare()
        client = Client((url or settings.PUBLIC_URL).rstrip("/"))
        if not population.is_loaded():
            raise Unreachable("The demo is not loaded: manage.py load_demo.")
        if client.answers() and client.knows(PERSONAS["lars"].token()[0], "Patient/-"):
            yield client
        elif url:
            raise Unreachable(f"{url} does not answer as the service of this folder.")
        else:
            yield _web_server(stack)


@contextmanager
def _alone() -> Iterator[bool]:
    """Tell whether nothing of this folder runs, and keep it so while the database is made ready."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with (settings.DATA_DIR / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _database(stack: ExitStack) -> None:
    """Start the embedded PostgreSQL unless it runs or another is named."""
    if os.environ.get("DATABASE_URL"):
        return
    cluster = Cluster(settings.DATA_DIR)
    if cluster.start():
        stack.callback(cluster.stop)
        parts = urlsplit(cluster.url)
        connection.settings_dict.update(PORT=parts.port, PASSWORD=unquote(parts.password or ""))
    stack.callback(connection.close)


def _prepare() -> None:
    """What `make run` does before it serves; each step may be repeated."""
    for name in ("migrate", "load_codes", "load_demo"):
        call_command(name, verbosity=0, stdout=io.StringIO())


def _web_server(stack: ExitStack) -> Client:
    """Start a web server on a free port. Raises Unreachable when it does not come up."""
    port = embedded.free_port()
    client = Client(f"http://127.0.0.1:{port}")
    child = Child("web server", web.command(port), {"PUBLIC_URL": client.base, "WEB_WORKERS": "1"})
    stack.callback(child.stop)
    child.start()
    end = time.monotonic() + PATIENCE_SECONDS
    while not client.answers():
        if time.monotonic() > end or (child.process is not None and child.process.poll() is not None):
            raise Unreachable("The web server did not come up.")
        time.sleep(0.2)
    return client
