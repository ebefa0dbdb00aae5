"""The load on the server: wrk where it is installed, else our own client; both send the same bytes."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.workload import Ask

SCRIPT = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True)
class Measured:
    """What one run of one line gave."""

    requests: int
    seconds: float
    p50_ms: float
    p95_ms: float
    refused: int
    broken: int
    web_cpu_ms: float = 0.0
    database_cpu_ms: float = 0.0

    @property
    def per_second(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds

    @property
    def failed(self) -> int:
        """Answers that were not 2xx, and requests without an answer."""
        return self.refused + self.broken


def generator() -> str:
    """The name of the load generator that will be used."""
    return "wrk" if shutil.which("wrk") else "our own client"


@contextmanager
def written(asks: Sequence[Ask], host: str) -> Iterator[Path]:
    """The requests in a file, as both generators read it."""
    with tempfile.NamedTemporaryFile(prefix="bench-", suffix=".requests") as file:
        for ask in asks:
            raw = ask.raw(host)
            file.write(b"%d\n%b\n" % (len(raw), raw))
        file.flush()
        yield Path(file.name)


def run(file: Path, port: int, clients: int, seconds: float, *, first: int = 0, own: bool = False) -> Measured:
    """Ask with so many clients for so long, beginning with the request of this number.

    Raises ChildProcessError when the load generator fails.
    """
    if own or not shutil.which("wrk"):
        command = [sys.executable, "-m", "bench.client", str(file), "127.0.0.1", str(port), str(clients)]
        command += [str(seconds), str(first)]
    else:
        command = ["wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--timeout", "30s", "-s", str(SCRIPT)]
        command += [f"http://127.0.0.1:{port}", "--", str(file), str(first)]
    done = subprocess.run(  # noqa: S603 - our own words
        command, capture_output=True, text=True, cwd=SCRIPT.parent.parent, check=False
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode != 0 or not lines:
        raise ChildProcessError(f"{command[0]} failed: {done.stderr or done.stdout}")
    return Measured(**json.loads(lines[-1]))
