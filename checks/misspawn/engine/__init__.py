"""A container engine for the examples that need one.

While an example is watched it is the only one that uses the engine, `busybox` and `python:slim` are
images made from this machine, and everything that it makes is labelled, told of, and removed.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from msgspec import structs

from misspawn.engine.client import LABEL, Client
from misspawn.engine.remains import Remains
from misspawn.engine.search import absence, find
from misspawn.errors import UserError
from misspawn.model import Remnant, Run
from misspawn.places import cache_folder

__all__ = ["PROJECT", "Watch", "absence", "find", "watched"]

PROJECT = "example"
"""The compose project of every example, as the folder it runs in is called: so output is always the same."""


class Watch:
    """An example's use of the engine: what it must know, and afterwards, what it has left."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.remnants: tuple[Remnant, ...] = ()

    def told(self, run: Run) -> Run:
        """The run with what it left on the engine."""
        return structs.replace(run, remnants=(*run.remnants, *self.remnants))


@contextmanager
def watched(python: Path) -> Iterator[Watch]:
    """Let an example use the engine, one at a time. Its `python:slim` has the given interpreter."""
    client = find()
    if client is None:
        raise UserError(absence())
    from misspawn.engine.images import lent
    from misspawn.engine.relay import relaying  # neither can be imported on Windows

    owner = hashlib.sha256(cache_folder().encode()).hexdigest()[:12]
    with ExitStack() as stack:
        stack.enter_context(_alone(client))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="misspawn-engine-"))
        remains = Remains(client, owner)
        remains.remove()  # what a run has left that was killed before it could tidy up
        _require_free_project(client)
        stack.enter_context(lent(client, python))
        stack.callback(remains.remove)
        path = os.path.join(folder, "docker.sock")
        stack.enter_context(relaying(path, client.host, {LABEL: owner}, remains.asked_for))
        at_relay = client._replace(host=f"unix://{path}")
        watch = Watch({**at_relay.environment, "COMPOSE_PROJECT_NAME": PROJECT})
        yield watch
        watch.remnants = remains.settled()


def _require_free_project(client: Client) -> None:
    """An example may take down the whole project; it must not be somebody's."""
    label = f"label=com.docker.compose.project={PROJECT}"
    listings = (("ps", "--all"), ("volume", "ls"), ("network", "ls"))
    if any(client.ask(*listing, "--quiet", "--filter", label) for listing in listings):
        raise UserError(
            f"the engine at {client.host} has a compose project called {PROJECT!r}, which examples "
            "would take for theirs; use another engine: set DOCKER_HOST"
        )


@contextmanager
def _alone(client: Client) -> Iterator[None]:
    """Wait until no other process uses the engine; the system frees the lock of one that dies."""
    import fcntl

    name = hashlib.sha256(client.host.encode()).hexdigest()[:12]
    path = os.path.join(cache_folder(), "docker", f"{name}.lock")
    with open(path, "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
