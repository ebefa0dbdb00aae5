"""The demo, loaded into the test's own database and folder."""

from pathlib import Path
from typing import Any

import pytest

from demo import population


@pytest.fixture
def demo_mode(settings: Any, tmp_path: Path) -> None:
    """Demo mode, with private keys in a folder of the test's own."""
    settings.DEMO_MODE = True
    settings.DATA_DIR = tmp_path


@pytest.fixture
def demo(db: None, demo_mode: None) -> dict[str, int]:
    """The whole population; how many rows of each table."""
    return population.load()
