"""What a run has left on the engine, and its removal."""

from __future__ import annotations

import re
import time
from typing import NamedTuple

from misspawn.engine.client import LABEL, Client, Refused
from misspawn.model import Remnant

COMPOSE = "com.docker.compose"
STATES = ("created", "running", "paused", "restarting", "exited", "dead")
SETTLING = 1.0
"""Seconds that the engine is given for what it removes on its own after the command has ended."""
_ANONYMOUS = re.compile(r"^[0-9a-f]{64}$")


class Thing(NamedTuple):
    """A container, volume or network: how the engine calls it, and what people call it."""

    kind: str
    key: str
    name: str


class Remains:
    """What is new since this object was made, and belongs to the owner that the label names."""

    def __init__(self, client: Client, owner: str) -> None:
        self._client = client
        self._owner = f"label={LABEL}={owner}"
        self._volumes_before = set(client.lines("volume", "ls", "--quiet"))

    def settled(self) -> tuple[Remnant, ...]:
        """What stays, as remnants."""
        deadline = time.monotonic() + SETTLING
        while (found := self.found()) and time.monotonic() < deadline:
            time.sleep(0.2)
        return tuple(sorted((Remnant(kind=thing.kind, name=thing.name) for thing in found), key=str))

    def found(self) -> list[Thing]:
        """Everything there is now."""
        return [*self._containers(), *self._volumes(), *self._networks()]

    def remove(self) -> None:
        """Remove everything. Raises `Refused` when something stays."""
        self._remove("rm", [thing.key for thing in self._containers()])
        self._remove("volume rm", [thing.key for thing in self._volumes()])
        self._remove("network rm", [thing.key for thing in self._networks()])
        images = self._client.lines("images", "--quiet", "--filter", self._owner)
        self._remove("rmi", sorted(set(images)))
        if left := self.found():
            raise Refused(f"not removed: {', '.join(f'{thing.kind} {thing.key}' for thing in left)}")

    def _remove(self, command: str, keys: list[str]) -> None:
        options = {"rm": ("--force", "--volumes"), "network rm": ()}.get(command, ("--force",))
        if keys:
            self._client.ask(*command.split(), *options, *keys)

    def _containers(self) -> list[Thing]:
        states = [option for state in STATES for option in ("--filter", f"status={state}")]
        listed = ("ps", "--all", "--no-trunc", "--filter", self._owner, *states)
        shown = f'{{{{.ID}}}}\t{{{{.Label "{COMPOSE}.service"}}}}\t{{{{.Image}}}}'
        return self._listed("container", *listed, "--format", shown)

    def _networks(self) -> list[Thing]:
        listed = ("network", "ls", "--no-trunc", "--filter", self._owner)
        shown = f'{{{{.ID}}}}\t{{{{.Label "{COMPOSE}.network"}}}}\t{{{{.Name}}}}'
        return self._listed("network", *listed, "--format", shown)

    def _volumes(self) -> list[Thing]:
        """Those with our label, and new ones without a name that no container has any more."""
        shown = f'{{{{.Name}}}}\t{{{{.Label "{COMPOSE}.volume"}}}}\t{{{{.Name}}}}'
        listed = ("volume", "ls", "--format", shown)
        ours = self._listed("volume", *listed, "--filter", self._owner)
        unused = self._listed("volume", *listed, "--filter", "dangling=true")
        for thing in unused:
            if _ANONYMOUS.match(thing.key) and thing.key not in self._volumes_before:
                ours.append(thing._replace(name="without a name"))
        return ours

    def _listed(self, kind: str, *arguments: str) -> list[Thing]:
        """From lines of key, name (may be empty), second choice of a name."""
        fields = (line.split("\t") for line in self._client.lines(*arguments))
        return [Thing(kind, key, name or other) for key, name, other in fields]
