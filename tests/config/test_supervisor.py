"""The supervisor: one Ctrl-C stops every process in order, and one death stops all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHILD = """
import signal, sys, time
name, log = sys.argv[1:]
def end(number, frame):
    open(log, "a").write(f"{name} {signal.Signals(number).name}\\n"); sys.exit(0)
signal.signal(signal.SIGTERM, end); signal.signal(signal.SIGINT, end)
open(log, "a").write(f"{name} up\\n")
time.sleep(60)
"""
PARENT = """
import sys
from config.supervisor import Child, ChildDied, Interrupted, Supervisor
child, log = sys.argv[1:]
supervisor = Supervisor()
supervisor.listen()
try:
    for name in ("web", "worker"):
        supervisor.start(Child(name, [sys.executable, "-c", child, name, log]))
    supervisor.watch()
except Interrupted:
    pass
except ChildDied as error:
    print(error)
    sys.exit(1)
finally:
    supervisor.stop()
"""


class Run:
    """A supervisor of two children that write down what happens to them."""

    def __init__(self, log: Path) -> None:
        """Start them and wait until both are up."""
        self.log = log
        command = [sys.executable, "-c", PARENT, CHILD, str(log)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.wait_for("web up", "worker up")

    def wait_for(self, *lines: str) -> None:
        """Wait until the children have written these lines."""
        end = time.monotonic() + 20
        while not (self.log.exists() and set(lines) <= set(self.log.read_text().splitlines())):
            assert time.monotonic() < end, self.log.read_text() if self.log.exists() else "nothing"
            time.sleep(0.02)

    def wait(self) -> int:
        """Wait for the supervisor's end and return its exit code."""
        self.said, _ = self.process.communicate(timeout=20)
        return self.process.returncode

    def ends(self) -> list[str]:
        """Return what the children were told at their end, in order."""
        return [line for line in self.log.read_text().splitlines() if not line.endswith(" up")]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_children_are_told_once_and_in_order(tmp_path: Path, number: signal.Signals) -> None:
    run = Run(tmp_path / "log")

    os.killpg(run.process.pid, number)

    assert run.wait() == 0
    assert run.ends() == ["web SIGTERM", "worker SIGTERM"]


def test_death_of_a_child_is_said_and_stops_the_others(tmp_path: Path) -> None:
    run = Run(tmp_path / "log")
    web = next(
        int(pid) for pid in _children(run.process.pid) if b"\0web\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )

    os.kill(web, signal.SIGKILL)

    assert run.wait() == 1
    assert "web ended by itself with exit code -9" in run.said
    assert run.ends() == ["worker SIGTERM"]


def test_killed_supervisor_leaves_no_child_behind(tmp_path: Path) -> None:
    run = Run(tmp_path / "log")

    run.process.kill()

    run.wait()
    run.wait_for("web SIGTERM", "worker SIGTERM")


def _children(pid: int) -> list[str]:
    """Return the processes that a process has started."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
