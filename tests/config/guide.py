"""A guide of docs/ run as it is written: its bash blocks, one after the other, in one shell."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def blocks(name: str) -> list[str]:
    """The bash of a guide, block by block."""
    return re.findall(r"^```bash\n(.*?)^```$", (ROOT / "docs" / name).read_text(), re.DOTALL | re.MULTILINE)


def run(name: str, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Run a guide from the project's folder; it stops at the first command that fails."""
    script = "set -euo pipefail\n" + "\n".join(blocks(name))
    command = ["bash", "-c", script]
    return subprocess.run(
        command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, timeout=300, check=False
    )
