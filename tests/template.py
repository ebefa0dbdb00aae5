"""The tests' PostgreSQL, and in it a database with every table and no row of any test, which whoever needs one copies.

Eighty migrations take longer than most folders of tests. The template is kept for the next run, under a name that hangs
on every file that a migration might read; whoever changes one of them pays for the migrations once.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import psycopg
from django.apps import apps
from django.conf import settings

from config.postgres import Cluster

PREFIX = "template_of_tests_"
DRAFT = "draft_of_tests"
LOCK = 7_003_201


@contextmanager
def server_of_tests() -> Iterator[str]:
    """The address of the tests' PostgreSQL: the one that DATABASE_URL names, else one of this checkout's own.

    That is started by the first process that needs it and stopped by the last that leaves.
    """
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    folder = Path(settings.DATA_DIR) / "test"
    folder.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(folder, durable=False)
    with (folder / "users.lock").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        cluster.start()
        try:
            yield cluster.url
        finally:
            fcntl.flock(users, fcntl.LOCK_UN)
            with suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                cluster.stop()


def template(url: str) -> str:
    """Return the name of the template; the first process that needs it makes it, while the others wait."""
    name = PREFIX + fingerprint()
    with _administered(url) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        found = {row[0] for row in server.execute("SELECT datname FROM pg_database").fetchall()}
        if name not in found:
            for old in (each for each in found if each.startswith((PREFIX, DRAFT))):
                server.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{DRAFT}"')
            command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
            environment = os.environ | {"DATABASE_URL": _address(url, DRAFT)}
            subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True)
            server.execute(f'ALTER DATABASE "{DRAFT}" RENAME TO "{name}"')  # what was interrupted is never copied
    return name


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """The address of a database of this name with every table, for a service of its own; it is gone afterwards."""
    source = template(url)
    with _administered(url) as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
    try:
        yield _address(url, name)
    finally:
        with _administered(url) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _administered(url: str) -> "psycopg.Connection[tuple[Any, ...]]":
    """A connection from which databases are made."""
    return psycopg.connect(_address(url, "postgres"), autocommit=True)


def _address(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def fingerprint() -> str:
    """What tables may hang on: every module of the applications and of the settings, and Django itself."""
    root = Path(settings.BASE_DIR)
    folders = [path for app in apps.get_app_configs() if (path := Path(app.path)).parent == root]
    found = sha256(django.__version__.encode())
    for path in sorted(path for folder in (*folders, root / "config") for path in folder.rglob("*.py")):
        found.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]
