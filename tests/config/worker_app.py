"""The project's Celery application with one task more, for a worker process that a test starts."""

import time
from pathlib import Path

from config.celery import app


@app.task(name="tests.note")
def note(path: str, seconds: float = 0.0) -> None:
    """Say in a file that the task began, and after a while that it ended."""
    Path(path + ".began").touch()
    time.sleep(seconds)
    Path(path).touch()
