"""A load generator of our own, for where wrk is not installed: one process for each client, one connection each.

Run as `python -m bench.client FILE HOST PORT CLIENTS SECONDS FIRST`; prints the figures as one line of JSON. It imports
nothing of the service, so that it starts at once and costs little beside the server that it shares the machine with.
"""

import json
import multiprocessing
import socket
import sys
import time
from pathlib import Path
from typing import Any

Figures = tuple[list[float], int, int]


def requests_of(path: str) -> list[bytes]:
    """The requests of a file: for each its length on a line and then its bytes."""
    data, found, at = Path(path).read_bytes(), [], 0
    while at < len(data):
        line = data.index(b"\n", at)
        length = int(data[at:line])
        found.append(data[line + 1 : line + 1 + length])
        at = line + 1 + length + 1
    return found


def answer(connection: socket.socket) -> int:
    """Read one answer to its end; returns its status. Raises OSError when the other side hangs up."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        data += _more(connection)
    head = data[:end].lower()
    place = head.index(b"content-length:") + 15
    left = int(head[place:].split(b"\r\n", 1)[0]) - (len(data) - end - 4)
    while left > 0:
        left -= len(_more(connection))
    return int(data[9:12])


def _more(connection: socket.socket) -> bytes:
    found = connection.recv(262_144)
    if not found:
        raise ConnectionError("the server hung up")
    return found


def client(asks: list[bytes], address: tuple[str, int], seconds: float, first: int, step: int) -> Figures:
    """Ask one after the other until the time is over: the times in seconds, and how many were refused or broken."""
    times: list[float] = []
    refused = broken = 0
    nth = first
    connection = _open(address)
    end = time.perf_counter() + seconds
    while (begun := time.perf_counter()) < end:
        try:
            connection.sendall(asks[nth % len(asks)])
            status = answer(connection)
        except (OSError, ValueError):
            broken += 1
            connection.close()
            connection = _open(address)
        else:
            times.append(time.perf_counter() - begun)
            refused += not 200 <= status < 300
        nth += step
    connection.close()
    return times, refused, broken


def _open(address: tuple[str, int]) -> socket.socket:
    connection = socket.create_connection(address, timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def figures(found: list[Figures], seconds: float) -> dict[str, Any]:
    """The clients' figures together."""
    times = sorted(item for one in found for item in one[0])
    if not times:
        return {"requests": 0, "seconds": seconds, "p50_ms": 0, "p95_ms": 0, "refused": 0, "broken": 1}
    return {
        "requests": len(times),
        "seconds": seconds,
        "p50_ms": times[len(times) // 2] * 1000,
        "p95_ms": times[min(len(times) - 1, len(times) * 95 // 100)] * 1000,
        "refused": sum(one[1] for one in found),
        "broken": sum(one[2] for one in found),
    }


def main(path: str, host: str, port: str, clients: str, seconds: str, first: str) -> None:
    """Load the file and ask with so many clients."""
    asks, many = requests_of(path), int(clients)
    given = [(asks, (host, int(port)), float(seconds), int(first) + nth, many) for nth in range(many)]
    with multiprocessing.get_context("fork").Pool(many) as pool:
        found = pool.starmap(client, given)
    print(json.dumps(figures(found, float(seconds))))


if __name__ == "__main__":
    main(*sys.argv[1:])
