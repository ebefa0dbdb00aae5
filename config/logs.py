"""Log lines as data, one JSON object each, with no number of a person and no values of what failed."""

import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from audit.masking import masked


def without_numbers(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put each number that may be a person's out of sight, in tracebacks too."""
    return {name: masked(value) if isinstance(value, str) else value for name, value in event.items()}


def configure() -> None:
    """Set up logging for the process. A traceback names places, not the values that stood there."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            without_numbers,
            structlog.processors.JSONRenderer(),
        ],
        # Looked up for each line: who takes the stream over for a while (a command, a test) closes what it gave.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
