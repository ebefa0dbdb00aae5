"""Several processes as one: started in order, watched, and stopped in the order given, whatever happens.

Each child leads a session of its own, so that Ctrl-C in the terminal reaches the supervisor only, and each is told to
stop exactly once. When the supervisor itself is killed, the system tells the children (on Linux).
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1


class ChildDied(Exception):
    """A process that should run has ended."""


class Interrupted(Exception):
    """Somebody asked for the end."""


@dataclass
class Child:
    """A process that runs as long as the supervisor does."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    grace_seconds: float = 20.0
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start the process in a session of its own."""
        self.process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
            list(self.command),
            env=os.environ | dict(self.environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )

    def stop(self) -> None:
        """Ask the process to end, wait, and end by force whatever is left of its session."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(self.grace_seconds)
            except subprocess.TimeoutExpired:
                say(f"{self.name} does not stop by itself.")
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Supervisor:
    """The processes of one machine, from the first start to the last stop."""

    def __init__(self) -> None:
        """Begin without children."""
        self.children: list[Child] = []
        self._asked = threading.Event()

    def listen(self) -> None:
        """Take Ctrl-C, a polite kill and the end of the terminal as the wish to stop."""
        for number in SIGNALS:
            signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self._asked.set()

    def run(self, name: str, command: Sequence[str]) -> None:
        """Run a step to its end. Raises ChildDied when it fails, Interrupted when the end is asked for."""
        step = Child(name, command)
        step.start()
        try:
            while step.process is not None and step.process.poll() is None:
                self.rest(0.05)
        finally:
            step.stop()
        if step.process is not None and step.process.returncode != 0:
            raise ChildDied(f"{name} failed with exit code {step.process.returncode}.")

    def start(self, child: Child) -> None:
        """Start a child that stays."""
        self.children.append(child)
        child.start()

    def rest(self, seconds: float) -> None:
        """Wait a little. Raises Interrupted when the end is asked for, ChildDied when a child has ended."""
        if self._asked.wait(seconds):
            raise Interrupted
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                raise ChildDied(f"{child.name} ended by itself with exit code {child.process.returncode}.")

    def watch(self, *still_alive: Callable[[], None]) -> None:
        """Wait for the end: asked for (Interrupted) or a death (ChildDied), of a child or as `still_alive` raises."""
        while True:
            self.rest(1.0)
            for check in still_alive:
                check()

    def stop(self) -> None:
        """Stop the children in the order in which they were started; a second Ctrl-C changes nothing."""
        for child in self.children:
            say(f"Stopping {child.name} ...")
            child.stop()


def say(text: str) -> None:
    """Tell the person at the terminal; nobody may be there any more."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


def _die_with_parent() -> None:
    """Ask the system to end this process politely when its parent is gone."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
