"""How the Celery worker and its clock are started.

What the file-system broker of one machine does (kombu 5.7): a worker takes a message by moving its file to the
temporary folder and deletes it once read; until the task ends, the message lives in the worker's memory alone. A
worker that stops puts it back; a worker that is killed loses it, late acknowledgement or not. Nothing is lost all the
same: what must happen stands in the outbox, and the clock dispatches again what has not happened. With RabbitMQ or
Redis the broker itself delivers again.

The temporary folder is set to one on the broker's own disk, so that taking a message is one rename (two workers never
both get it) and no message passes through the machine's shared folder.
"""

import sys
from pathlib import Path

# Workers of one machine need not greet each other: each greeting would stay in the broker's folder as a file.
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")

# In a container root is who one is; messages are JSON, which runs nothing.
AS_ROOT = "ignore:You're running the worker with superuser privileges"


def command() -> list[str]:
    """Return the command of the worker."""
    words = ("-W", AS_ROOT, "-m", "celery", "--quiet", "-A", "config.celery", "worker")
    return [sys.executable, *words, "--concurrency", "1", "--loglevel", "WARNING", *QUIET]


def clock_command(folder: Path) -> list[str]:
    """Return the command of the clock that sends the tasks of CELERY_BEAT_SCHEDULE; its memory lies in `folder`."""
    words = ("-m", "celery", "--quiet", "-A", "config.celery", "beat", "--loglevel", "WARNING")
    return [sys.executable, *words, "--pidfile", "", "--schedule", str(folder / "clock")]


def environment(folder: Path) -> dict[str, str]:
    """Return what the worker's environment adds."""
    temporary = folder / "broker" / "taken"
    temporary.mkdir(parents=True, exist_ok=True)
    return {"TMPDIR": str(temporary)}
