"""Reading what a process writes: all of it, so that it never blocks, but keeping only so much."""

from __future__ import annotations

import os
import threading
from typing import IO

CHUNK = 65536


class Drain(threading.Thread):
    """Reads a pipe to its end. `overflowed` when there was more than `cap` bytes."""

    def __init__(self, pipe: IO[bytes], cap: int) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._cap = cap
        self._kept = bytearray()
        self.overflowed = False
        self.start()

    def run(self) -> None:
        """Read until the last writer has closed its end."""
        while chunk := os.read(self._pipe.fileno(), CHUNK):
            room = self._cap - len(self._kept)
            self._kept += chunk[:room]
            self.overflowed |= len(chunk) > room

    def text(self) -> str:
        """What was kept, once everything is read."""
        self.join(timeout=5)
        return bytes(self._kept).decode("utf-8", "replace").replace("\r\n", "\n")
