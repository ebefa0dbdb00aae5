"""How the web server is started: the same for `make run`, for the bench and for tests that need a real server."""

import os
import sys

WORKERS = 2
BLOCKING_THREADS = 4  # each holds one database connection: workers x threads must stay below the server's limit


def command(port: int, host: str = "127.0.0.1", application: str = "config.wsgi:application") -> list[str]:
    """Return the command of the web server; WEB_WORKERS and WEB_THREADS change its size."""
    return [
        sys.executable,
        *("-m", "granian", application, "--interface", "wsgi", "--http", "1", "--no-ws"),
        *("--host", host, "--port", str(port)),
        *("--workers", os.environ.get("WEB_WORKERS", str(WORKERS))),
        *("--blocking-threads", os.environ.get("WEB_THREADS", str(BLOCKING_THREADS))),
        # A thread that ends takes its database connection and the plans prepared there with it: let it live.
        *("--blocking-threads-idle-timeout", "600"),
        *("--workers-kill-timeout", "10", "--log-level", "warning"),
    ]
