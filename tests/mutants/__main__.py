"""`python -m tests.mutants`: remove each gate in turn on a test database of its own and print the table and the score.

`python -m tests.mutants -k finer` plants finer faults as well: parts of conditions left out, boundaries moved.
"""

import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    sys.exit(
        pytest.main(
            [str(Path(__file__).with_name("run.py")), "-s", "-p", "no:xdist", *(sys.argv[1:] or ["-k", "gate"])]
        )
    )
