"""Imports point one way, down, as pyproject.toml says."""

import subprocess
import sys
import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def test_imports_point_one_way() -> None:
    program = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([program, "--no-cache"], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_app_of_ours_stands_in_the_layers() -> None:
    ours = {config.name for config in apps.get_app_configs() if Path(config.path).parent == ROOT}
    layers = {
        name.strip() for layer in SETTINGS["contracts"][0]["layers"] for name in layer.replace("|", ":").split(":")
    }

    assert ours == set(SETTINGS["root_packages"]) == layers
