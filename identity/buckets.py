"""Buckets of requests by key, in a small file that every process of the machine has in its memory.

A bucket holds so many requests at once and fills again by so many each second; it begins full. The file is a table of
rows of eight: a key's digest says which row, and the bucket that was used longest ago makes place. Nothing is read from
the disk or waited for; a lock of the system on the row's bytes lets one process in at a time, and is gone with it.
"""

import fcntl
import mmap
import os
import struct
import threading
import time
from hashlib import blake2b
from pathlib import Path

BUCKET = struct.Struct("<8sdd")  # digest of the key, requests held, when that was (seconds of the machine's clock)
IN_A_ROW, ROWS = 8, 4096
ROW_BYTES = BUCKET.size * IN_A_ROW


class Buckets:
    """Buckets of this process alone, or of all that name the same file. Costs some microseconds and no statement."""

    def __init__(self, file: Path | None = None) -> None:
        """Begin with what the file holds; without one with full buckets."""
        self._lock = threading.Lock()
        self._file = -1
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.ftruncate(self._file, ROW_BYTES * ROWS)
        self._held = mmap.mmap(self._file, ROW_BYTES * ROWS)

    def take(self, key: str, rate: float, burst: float) -> float:
        """Take one request; return 0, or the seconds until there is one again. A rate of 0 sets no limit.

        `rate` is in requests per second, `burst` in requests.
        """
        if not rate:
            return 0.0
        digest = blake2b(key.encode(), digest_size=8).digest()
        row = int.from_bytes(digest, "little") % ROWS * ROW_BYTES
        with self._lock:
            if self._file >= 0:
                fcntl.lockf(self._file, fcntl.LOCK_EX, ROW_BYTES, row)
            try:
                return self._take(digest, row, rate, burst)
            finally:
                if self._file >= 0:
                    fcntl.lockf(self._file, fcntl.LOCK_UN, ROW_BYTES, row)

    def _take(self, digest: bytes, row: int, rate: float, burst: float) -> float:
        """Take from the bucket of this row, or from a full one in the place of that used longest ago."""
        now, held, end = time.monotonic(), burst, row + ROW_BYTES
        place = self._held.find(digest, row, end)
        while place >= 0 and (place - row) % BUCKET.size:  # numbers that happen to look like the key
            place = self._held.find(digest, place + 1, end)
        if place < 0:
            ages = [at for _digest, _held, at in BUCKET.iter_unpack(self._held[row:end])]
            place = row + ages.index(min(ages)) * BUCKET.size
        else:
            _digest, was, at = BUCKET.unpack_from(self._held, place)
            # An instant to come is of a time before the machine began anew.
            held = min(burst, was + (now - at) * rate) if at <= now else burst
        if held < 1:
            return (1 - held) / rate
        BUCKET.pack_into(self._held, place, digest, held - 1, now)
        return 0.0
