"""Evidence of where a run hangs: its processes, and the Python stacks of its main one."""

from __future__ import annotations

import os
import time

from misspawn.probe.stacks import SIGNAL
from misspawn.sandbox import processes

PATIENCE = 1.0
PAUSE = 0.05


def ask(pid: int, path: str) -> str:
    """The tree of processes and, when the probe listens, what each thread of `pid` executes."""
    parts = [processes.tree(pid)]
    if SIGNAL is not None and _size(path) is not None:  # without the probe it would be deadly
        os.kill(pid, SIGNAL)
        parts.append(_written(path))
    return "\n\n".join(part for part in parts if part)


def _written(path: str) -> str:
    """The file's text as soon as it does not grow any more."""
    deadline = time.monotonic() + PATIENCE
    size: int | None = 0
    while time.monotonic() < deadline:
        time.sleep(PAUSE)
        if size and size == _size(path):
            break
        size = _size(path)
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read().strip()


def _size(path: str) -> int | None:
    try:
        return os.stat(path).st_size
    except OSError:
        return None
