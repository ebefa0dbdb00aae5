"""`python -m tests.mutants`: run the mutants on a test database of their own and print the table and the score."""

import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.exit(pytest.main([str(Path(__file__).with_name("run.py")), "-s", "-p", "no:xdist", *sys.argv[1:]]))
