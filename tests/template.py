"""A database with every table and no row of any test, which each process of a run copies.

Eighty migrations take longer than most folders of tests. The template is kept for the next run, under a name that hangs
on every file that a migration might read; whoever changes one of them pays for the migrations once.
"""

from hashlib import sha256
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

PREFIX = "template_of_tests_"
DRAFT = "draft_of_tests"
LOCK = 7_003_201


def template() -> str:
    """Return the name of the template; the first process that needs it makes it, while the others wait."""
    name = PREFIX + fingerprint()
    with connection._nodb_cursor() as server:
        server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        found = {row[0] for row in server.fetchall()}
        if name not in found:
            for old in (DRAFT, *found):
                server.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{DRAFT}"')
            _migrate(DRAFT)
            server.execute(f'ALTER DATABASE "{DRAFT}" RENAME TO "{name}"')  # what was interrupted is never copied
    return name


def _migrate(name: str) -> None:
    """Make the tables in a database of this name, as pytest-django would in each process's own."""
    known: Any = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False, run_syncdb=True)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = known


def fingerprint() -> str:
    """What tables may hang on: every module of the applications and of the settings, and Django itself."""
    root = Path(settings.BASE_DIR)
    folders = [path for app in apps.get_app_configs() if (path := Path(app.path)).parent == root]
    found = sha256(django.__version__.encode())
    for path in sorted(path for folder in (*folders, root / "config") for path in folder.rglob("*.py")):
        found.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]
