"""How far a long command is: one line that rewrites itself on a terminal, nothing elsewhere."""

from __future__ import annotations

import time
from typing import TextIO


class Progress:
    """Counts steps of a known total and shows them with the time that is probably left."""

    def __init__(self, total: int, out: TextIO) -> None:
        self._total = total
        self._out = out
        self._done = self._failed = 0
        self._start = time.monotonic()
        self._shown = out.isatty()

    def step(self, *, failed: bool = False) -> None:
        """One more is done."""
        self._done += 1
        self._failed += failed
        left = self._total - self._done
        rest = (time.monotonic() - self._start) / self._done * left
        trouble = f", {self._failed} failed" if self._failed else ""
        self._show(f"{self._done}/{self._total}{trouble}, {_clock(rest)} left" if left else "")

    def say(self, text: str) -> None:
        """What takes long before the first step."""
        self._show(text)

    def clear(self) -> None:
        """Make room for other output."""
        self._show("")

    def _show(self, text: str) -> None:
        if self._shown:
            self._out.write(f"\r\x1b[K{text}")
            self._out.flush()


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
