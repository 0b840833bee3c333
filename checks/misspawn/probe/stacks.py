"""Writing the stacks of all threads to a file when a signal asks for it."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # what `signal` is made of, and always loaded
import faulthandler
import os

SIGNAL: int | None = _signal.SIGRTMIN + 7 if hasattr(_signal, "SIGRTMIN") else None
"""One that no program uses. macOS and Windows have none to spare."""

DESCRIPTOR = (
    199  # out of the way, so that the example's own files have the numbers they always have
)


def listen(path: str) -> None:
    """Dump the stacks into the file at `path` on each signal, without Python code being run."""
    if SIGNAL is not None:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        descriptor = os.dup2(opened, DESCRIPTOR, inheritable=False)
        os.close(opened)
        faulthandler.register(SIGNAL, file=descriptor, all_threads=True)
