"""The container engine of this machine, for examples that need one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from misspawn.model import Run


class Watch:
    """What an engine held before a run, to tell what the run has left there."""

    def told(self, run: Run) -> Run:
        """The run with what it left in the engine."""
        return run


def environment() -> Mapping[str, str] | None:
    """The variables with which an example reaches the engine (DOCKER_HOST, DOCKER_CONFIG); None without one."""
    return None


@contextmanager
def watched() -> Iterator[Watch]:
    """Around a run: afterwards everything that it left in the engine is removed, and told by the watch."""
    yield Watch()
