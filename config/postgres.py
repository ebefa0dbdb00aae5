"""The embedded PostgreSQL: a real server of this checkout's own, for development, tests and the demo.

Only the server's programs are called, never the helpers of the wheel that brings them. Starting and stopping may be
said twice; a file lock lets one process at a time do either. Everybody proves a password, on the loopback only.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from config import embedded
from config.postgres_home import Home, PostgresUnavailable

PATIENCE_SECONDS = 15.0  # after a kill -9 the server's last children need some seconds to notice
SETTINGS = {
    "listen_addresses": embedded.HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "fsync": "on",
    "synchronous_commit": "on",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


@dataclass(frozen=True)
class Status:
    """What is known of the server without asking it."""

    running: bool
    pid: int | None
    port: int
    place: Path | None


class Cluster:
    """One embedded PostgreSQL whose secrets, port and (where its user reaches them) data lie in `folder`."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """Name the cluster; `durable=False` trades safety against a power cut for speed, for tests."""
        self.folder = folder.resolve()
        self.home = Home(self.folder)
        self.settings = SETTINGS if durable else SETTINGS | FORGETFUL

    @property
    def url(self) -> str:
        """The address for the application's role."""
        return embedded.database_url(self.folder)

    def status(self) -> Status:
        """Tell whether the server runs, and where."""
        pid = self._pid()
        return Status(pid is not None, pid, embedded.database_port(self.folder), self.home.place)

    def start(self) -> bool:
        """Make the cluster where there is none and start it; False when it ran already.

        Raises PostgresUnavailable with the server's last words.
        """
        with self._alone():
            if self._pid() is not None and self._answers():
                return False
            self.home.settle()
            if not self.home.data.exists():
                self._create()
            self._start()
            self._ensure_role_and_database()
            return True

    def stop(self, mode: str = "fast") -> bool:
        """Stop the server; `fast` ends open transactions and loses nothing committed. False when it did not run."""
        with self._alone():
            if self._pid() is None:
                return False
            control = self.home.binary("pg_ctl")
            done = self.home.user.run(control, "stop", "-D", self.home.data, "-m", mode, "-w", "-t", "60")
            if done.returncode != 0 and self._pid() is not None:
                raise PostgresUnavailable(f"PostgreSQL does not stop: {done.stderr or done.stdout}")
            return True

    def remove(self) -> None:
        """Stop the server and delete its data and secrets."""
        self.stop("immediate")
        place = self.home.place
        if place:
            shutil.rmtree(place, ignore_errors=True)
        for path in self.folder.glob("postgres.*"):
            path.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other starters and stoppers of this cluster out; the lock ends with the process that holds it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _create(self) -> None:
        """Make the cluster under a draft name, so that an interrupted initdb leaves none that looks whole."""
        data, user = self.home.data, self.home.user
        draft = data.with_name("cluster.draft")
        shutil.rmtree(draft, ignore_errors=True)
        password = data.with_name("password")
        password.touch(mode=0o600)
        user.own(password)
        password.write_text(embedded.local_secret(self.folder, "postgres-superuser"))
        words = ["-A", "scram-sha-256", "-U", embedded.SUPERUSER, "--encoding=UTF8", "--locale=C", "--no-instructions"]
        if self.settings["fsync"] != "on":
            words.append("--no-sync")
        try:
            initdb = self.home.binary("initdb")
            unicode = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if self._knows_unicode(initdb) else []
            made = user.run(initdb, "-D", draft, f"--pwfile={password}", *words, *unicode)
        finally:
            password.unlink()
        if made.returncode != 0:
            raise PostgresUnavailable(f"initdb failed: {made.stderr or made.stdout}")
        draft.replace(data)

    def _knows_unicode(self, initdb: Path) -> bool:
        """Tell whether this release has case and character classes of its own (PostgreSQL 17), whatever the system."""
        return "--builtin-locale" in self.home.user.run(initdb, "--help").stdout

    def _start(self) -> None:
        """Start the server, again and again while what a killed one left behind still goes away."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            self._forget_the_dead()
            if self._pid() is None and not embedded.port_is_free(embedded.database_port(self.folder)):
                embedded.choose_database_port(self.folder)
            options = " ".join(f"-c {name}='{value}'" for name, value in self.settings.items())
            options += f" -c port={embedded.database_port(self.folder)}"
            control, data = self.home.binary("pg_ctl"), self.home.data
            words = ("start", "-D", data, "-l", self.home.log, "-o", options, "-w", "-t", "60", "-s")
            done = self.home.user.run(control, *words)
            if self._pid() is not None and self._answers():
                return
            if time.monotonic() > deadline:
                raise PostgresUnavailable(f"PostgreSQL does not start: {done.stderr}\n{self._last_words()}")
            time.sleep(0.25)

    def _last_words(self) -> str:
        """Return the end of the server's log."""
        return "\n".join(self.home.log.read_text().splitlines()[-12:]) if self.home.log.exists() else ""

    def _noted_pid(self) -> int | None:
        """Return the process that the cluster's own note names, alive or not."""
        try:
            return int((self.home.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _pid(self) -> int | None:
        """Return the running server's process, or None; a process that merely got its number does not count."""
        pid = self._noted_pid()
        return pid if pid is not None and _works_in(pid, self.home.data) else None

    def _forget_the_dead(self) -> None:
        """Delete the note of a server that is gone when a stranger has its number: PostgreSQL would wait for him.

        Only when no process at all works in the cluster; otherwise PostgreSQL's own check of shared memory decides.
        """
        pid = self._noted_pid()
        if pid is None or not _alive(pid) or not Path("/proc/self").exists():
            return
        others = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        if not any(_works_in(other, self.home.data) for other in others):
            (self.home.data / "postmaster.pid").unlink(missing_ok=True)

    def _superuser(self, database: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(
            host=embedded.HOST,
            port=embedded.database_port(self.folder),
            user=embedded.SUPERUSER,
            password=embedded.local_secret(self.folder, "postgres-superuser"),
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def _answers(self) -> bool:
        """Tell whether the server lets the superuser in; False while it starts, stops or recovers.

        Raises PostgresUnavailable when it refuses the password.
        """
        try:
            self._superuser("postgres").close()
        except psycopg.OperationalError as error:
            if "authentication failed" in str(error):
                raise PostgresUnavailable(f"The secrets in {self.folder} are not those of {self.home.data}.") from error
            return False
        return True

    def _ensure_role_and_database(self) -> None:
        """Give the application its role (no superuser; may create test databases) and its database."""
        role, database = sql.Identifier(embedded.ROLE), sql.Identifier(embedded.DATABASE)
        password = sql.Literal(embedded.local_secret(self.folder, "postgres-samlet"))
        with self._superuser("postgres") as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [embedded.ROLE]).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            options = sql.SQL("LOGIN CREATEDB NOSUPERUSER NOCREATEROLE PASSWORD")
            connection.execute(sql.SQL("{} ROLE {} {} {}").format(verb, role, options, password))
            made = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [embedded.DATABASE]).fetchone()
            if not made:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))


def _alive(pid: int) -> bool:
    """Tell whether a process of this number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _works_in(pid: int, data: Path) -> bool:
    """Tell whether a process works in a cluster, as every process of its server does; a guess without /proc."""
    if not Path("/proc/self").exists():
        return _alive(pid)
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == data
    except OSError:
        return False
