"""The embedded PostgreSQL on its own, for real: made, killed, started again, never lost and never open."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from config import embedded
from config.postgres import Cluster
from config.postgres_home import Home, PostgresUnavailable

ROOT = Path(__file__).resolve().parents[2]
START = "import sys, pathlib; from config.postgres import Cluster; print(Cluster(pathlib.Path(sys.argv[1])).start())"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster that has never been started, and is gone afterwards."""
    made = Cluster(tmp_path / "data")
    yield made
    made.remove()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running cluster for tests that only look at it."""
    made = Cluster(tmp_path_factory.mktemp("running") / "data")
    made.start()
    yield made
    made.remove()


def ask(cluster: Cluster, statement: str) -> Any:
    """Run one statement as the application and return the first value of its answer."""
    with psycopg.connect(cluster.url) as connection:
        answer = connection.execute(statement)
        row = answer.fetchone() if answer.description else None
        return row[0] if row else None


def pid_of(cluster: Cluster) -> int:
    """Return the running server's process."""
    pid = cluster.status().pid
    assert pid is not None
    return pid


def test_starting_and_stopping_may_be_said_twice(cluster: Cluster) -> None:
    answers = [cluster.start(), cluster.start(), cluster.stop(), cluster.stop()]

    assert answers == [True, False, True, False]
    assert not cluster.status().running


def test_server_is_durable_utf8_and_on_utc(running: Cluster) -> None:
    wanted = {"fsync": "on", "synchronous_commit": "on", "server_encoding": "UTF8", "TimeZone": "UTC"}
    assert {name: ask(running, f"SHOW {name}") for name in wanted} == wanted
    assert ask(running, "SELECT lower('ÆØÅ')") == "æøå"
    assert ask(running, "SHOW listen_addresses") == "127.0.0.1"


def test_application_role_makes_databases_but_is_no_superuser(running: Cluster) -> None:
    with psycopg.connect(running.url) as connection:
        role = connection.execute("SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = 'samlet'")
        assert role.fetchone() == (False, False, True)


@pytest.mark.parametrize("role", ["samlet", "postgres"])
@pytest.mark.parametrize("password", ["", "wrong"])
def test_nobody_enters_without_the_password(running: Cluster, role: str, password: str) -> None:
    port = running.status().port

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host="127.0.0.1", port=port, user=role, password=password, dbname="samlet")


def test_secrets_are_readable_by_their_owner_only(running: Cluster) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in running.folder.glob("postgres-*")}
    assert modes == {"postgres-samlet": 0o600, "postgres-superuser": 0o600}
    assert running.home.data.stat().st_mode & 0o777 == 0o700


def test_committed_row_survives_a_killed_server_that_starts_at_once(cluster: Cluster) -> None:
    cluster.start()
    ask(cluster, "CREATE TABLE kept (what text)")
    ask(cluster, "INSERT INTO kept VALUES ('committed')")

    os.kill(pid_of(cluster), signal.SIGKILL)
    cluster.start()

    assert ask(cluster, "SELECT what FROM kept") == "committed"


def test_starters_at_the_same_time_make_one_server(cluster: Cluster) -> None:
    command = [sys.executable, "-c", START, str(cluster.folder)]
    starters = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]

    answers = sorted(starter.communicate(timeout=60)[0].strip() for starter in starters)

    assert answers == ["False", "False", "True"]
    assert cluster.status().running


def test_port_taken_by_a_stranger_is_given_up(cluster: Cluster) -> None:
    port = embedded.database_port(cluster.folder)
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", port))
        stranger.listen()

        cluster.start()

    assert cluster.status().port != port
    assert ask(cluster, "SELECT 1") == 1


def test_stranger_with_the_number_of_a_dead_server_is_not_taken_for_it(cluster: Cluster) -> None:
    cluster.start()
    note = cluster.home.data / "postmaster.pid"
    text = note.read_text().replace(str(pid_of(cluster)), str(os.getppid()), 1)
    cluster.stop()
    note.write_text(text)
    cluster.home.user.own(note)

    assert not cluster.status().running
    assert cluster.start()


def test_interrupted_initdb_leaves_nothing_that_looks_whole(cluster: Cluster) -> None:
    cluster.home.settle()
    draft = cluster.home.data.with_name("cluster.draft")
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18")

    cluster.start()

    assert ask(cluster, "SELECT 1") == 1
    assert not draft.exists()


def test_copied_checkout_gets_data_of_its_own(cluster: Cluster, tmp_path: Path) -> None:
    cluster.folder.mkdir()
    elsewhere = tmp_path / f"samlet-{cluster.home.mark}-x"
    elsewhere.mkdir()
    (cluster.folder / "postgres.place").write_text(str(elsewhere))
    copy = tmp_path / "copy"
    shutil.copytree(cluster.folder, copy)

    assert Home(cluster.folder).place == elsewhere
    assert Home(copy).place is None


def test_missing_data_are_said_and_not_replaced(cluster: Cluster, tmp_path: Path) -> None:
    cluster.folder.mkdir()
    (cluster.folder / "postgres.place").write_text(str(tmp_path / f"samlet-{cluster.home.mark}-gone"))

    with pytest.raises(PostgresUnavailable, match="is gone"):
        cluster.start()

    (cluster.folder / "postgres.place").unlink()


def test_lost_secret_is_said(cluster: Cluster) -> None:
    cluster.start()
    secret = cluster.folder / "postgres-superuser"
    kept = secret.read_text()
    secret.write_text("other")

    with pytest.raises(PostgresUnavailable, match="secrets"):
        cluster.start()

    secret.write_text(kept)


def test_command_tells_what_runs(tmp_path: Path, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.DATA_DIR = tmp_path / "data"
    try:
        call_command("db", "start")
        call_command("db", "status")
        call_command("db", "url")
        call_command("db", "stop")
    finally:
        Cluster(settings.DATA_DIR).remove()

    told = capsys.readouterr().out
    assert "PostgreSQL started on port" in told
    assert "running: yes" in told
    assert "postgresql://samlet:" in told
    assert "PostgreSQL stopped." in told


def test_status_of_a_stopped_server_is_an_error_for_scripts(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path

    with pytest.raises(CommandError) as caught:
        call_command("db", "status")

    assert caught.value.returncode == 3
