"""Deliveries at volume: two nights of the municipal gateway through the command, as it is used.

The first night everything is new, the second night two of ten resources of each citizen have changed. Measured are
resources a second, the processor time of one in our processes and in the database, and the largest process's memory.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from rich.console import Console

from bench import deltas
from bench.server import cpu_seconds_of, database_url, processes_of

ROOT = Path(__file__).resolve().parents[1]
NIGHTS = ("everything new", "two of ten changed")


@dataclass
class Night:
    """What one night cost."""

    title: str
    resources: int
    seconds: float
    ours_ms: float
    database_ms: float
    peak_mb: float

    @property
    def per_second(self) -> float:
        """Resources a second."""
        return self.resources / self.seconds


def measure(citizens: int, workers: int) -> list[Night]:
    """Deliver two nights of so many citizens with so many processes. Raises CalledProcessError."""
    source = f"bench-{time.time_ns()}"
    return [_night(title, citizens, workers, edition, source) for edition, title in enumerate(NIGHTS)]


def _night(title: str, citizens: int, workers: int, edition: int, source: str) -> Night:
    with _written(citizens, edition) as file:
        before, start = _database_seconds(), time.monotonic()
        words = (sys.executable, "manage.py", "deliver", str(file), "--source", source, "--workers", str(workers))
        environment = os.environ | {
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(settings.DATA_DIR),
            "SECRET_KEY": settings.SECRET_KEY,
        }
        process = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603  ours
        ours, peak = 0.0, 0.0
        while process.poll() is None:
            pids = processes_of(process.pid)
            ours = max(ours, sum(map(cpu_seconds_of, pids)))
            peak = max([peak, *map(_memory_mb, pids)])
            time.sleep(0.1)
        seconds = time.monotonic() - start
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, words)
    resources = citizens * deltas.RESOURCES
    per = 1000 / resources
    return Night(title, resources, seconds, ours * per, (_database_seconds() - before) * per, peak)


@contextmanager
def _written(citizens: int, edition: int) -> Iterator[Path]:
    """The file of a night."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"night-{edition}.ndjson"
        with path.open("wb") as stream:
            stream.writelines(deltas.lines(citizens, edition))
        yield path


def _database_seconds() -> float:
    """The processor time of the database server and all its sessions, those that ended too; zero where it is hidden."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        parent = _parent_of(cursor.fetchone()[0])
    if not parent:
        return 0.0
    return cpu_seconds_of(parent, with_ended=True) + sum(map(cpu_seconds_of, processes_of(parent)[1:]))


def _parent_of(pid: int) -> int:
    """The process that started one; zero where the system does not tell."""
    path = Path(f"/proc/{pid}/stat")
    return int(path.read_text().rsplit(")", 1)[1].split()[1]) if path.exists() else 0


def _memory_mb(pid: int) -> float:
    """The most memory that a process has held, in megabytes."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def show(console: Console, nights: list[Night]) -> None:
    """Print the figures."""
    for night in nights:
        console.print(
            f"deliveries, {night.title}: {night.per_second:,.0f} resources/s ({night.resources:,} in "
            f"{night.seconds:.0f} s); CPU ms of one {night.ours_ms:.2f} + {night.database_ms:.2f}; "
            f"largest process {night.peak_mb:.0f} MB",
            highlight=False,
        )


def as_json(nights: list[Night]) -> list[dict[str, Any]]:
    """The figures as data."""
    return [asdict(night) | {"per_second": round(night.per_second, 1)} for night in nights]
