"""Deliveries in files: found, put in the order they were sent, and read one bundle at a time."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import msgspec

from exchange.errors import Refused
from exchange.values import instant

STANDARD_INPUT = "-"
_SUFFIXES = frozenset({".json", ".ndjson", ".jsonl"})


class _Head(msgspec.Struct):
    """What of a bundle tells its place in time."""

    timestamp: str | None = None


def found(names: list[str]) -> list[str]:
    """Return the files that are named, and those in the folders that are named. Raises FileNotFoundError."""
    files: list[str] = []
    for name in names:
        path = Path(name)
        if name == STANDARD_INPUT:
            files.append(name)
        elif path.is_dir():
            files.extend(sorted(str(item) for item in path.rglob("*") if item.suffix in _SUFFIXES and item.is_file()))
        elif path.is_file():
            files.append(name)
        else:
            raise FileNotFoundError(name)
    return list(dict.fromkeys(files))


def in_order(files: list[str]) -> list[str]:
    """Return the files by the timestamp of their first bundle; what has none comes last. Reads each file once."""
    if len(files) < 2:
        return files
    return sorted(files, key=lambda name: (sent_at(name), name))


def sent_at(name: str) -> float:
    """When the first bundle of a file was sent, as seconds since 1970."""
    if name == STANDARD_INPUT:
        return float("inf")
    with Path(name).open("rb") as stream:
        first = next(bundles(stream), b"")
    try:
        timestamp = msgspec.json.decode(first, type=_Head).timestamp
        return instant(timestamp).timestamp() if timestamp else float("inf")
    except (msgspec.MsgspecError, Refused, UnicodeDecodeError):
        return float("inf")


def bundles(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield each bundle: the whole stream, or one for each line when its first line is a bundle by itself.

    Lines are read one at a time, so that memory does not grow with their number.
    """
    first = b""
    while first.strip() == b"":
        first = stream.readline()
        if not first:
            return
    if not _is_whole(first):
        yield first + stream.read()
        return
    yield first
    for line in stream:
        if line.strip():
            yield line


def _is_whole(line: bytes) -> bool:
    """Whether the line is a JSON object by itself."""
    try:
        msgspec.json.decode(line, type=_Head)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False
    return True


def opened(name: str) -> IO[bytes]:
    """Open a file, or standard input."""
    return sys.stdin.buffer if name == STANDARD_INPUT else Path(name).open("rb")
