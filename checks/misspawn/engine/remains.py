"""What a run has left on the engine, and its removal."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from typing import NamedTuple

from misspawn.engine.client import LABEL, Client, Refused
from misspawn.model import Remnant

COMPOSE = "com.docker.compose"
STATES = ("created", "running", "paused", "restarting", "exited", "dead")
REMOVALS = {
    "container": ("rm", "--force", "--volumes"),
    "volume": ("volume", "rm", "--force"),
    "network": ("network", "rm"),
    "image": ("rmi", "--force"),
}
SETTLING, REMOVING, PAUSE = 1.0, 30.0, 0.2
"""Seconds for what the engine removes on its own, for what we remove, and between two looks."""
_NAMELESS = re.compile(r"^[0-9a-f]{64}$")


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
        self.asked_for: set[str] = set()

    def settled(self) -> tuple[Remnant, ...]:
        """What stays, as remnants."""
        deadline = time.monotonic() + SETTLING
        while (found := self.found()) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        return tuple(Remnant(kind=kind, name=name) for kind, _, name in sorted(found))

    def found(self) -> list[Thing]:
        """Everything there is now."""
        return [*self._containers(), *self._volumes(), *self._networks()]

    def remove(self) -> None:
        """Remove everything, also what the engine is still making. Raises `Refused` when it cannot."""
        deadline = time.monotonic() + REMOVING
        while found := self.found():
            if time.monotonic() > deadline:
                raise Refused(f"not removed: {', '.join(f'{one.kind} {one.key}' for one in found)}")
            for kind in REMOVALS:
                self._remove(kind, [thing.key for thing in found if thing.kind == kind])
        self._remove("image", self._client.lines("images", "--quiet", "--filter", self._owner))

    def _remove(self, kind: str, keys: list[str]) -> None:
        """What is no longer there or not yet free is looked at again."""
        if keys:
            with suppress(Refused):
                self._client.ask(*REMOVALS[kind], *sorted(set(keys)))

    def _containers(self) -> list[Thing]:
        states = [option for state in STATES for option in ("--filter", f"status={state}")]
        shown = ("--format", _shown("ID", "service", "Image"))
        listed = ("ps", "--all", "--no-trunc", "--filter", self._owner)
        return self._listed("container", *listed, *states, *shown)

    def _networks(self) -> list[Thing]:
        listed = ("network", "ls", "--no-trunc", "--filter", self._owner)
        shown = _shown("ID", "network", "Name")
        return self._listed("network", *listed, "--format", shown)

    def _volumes(self) -> list[Thing]:
        """Those with our label, and new ones that containers asked for or that none of them has any more."""
        listed = ("volume", "ls", "--format", _shown("Name", "volume", "Name"))
        ours = self._listed("volume", *listed, "--filter", self._owner)
        named = [one for one in self._listed("volume", *listed) if one.key in self.asked_for]
        unused = self._listed("volume", *listed, "--filter", "dangling=true")
        nameless = [
            one._replace(name="without a name") for one in unused if _NAMELESS.match(one.key)
        ]
        new = [one for one in (*named, *nameless) if one.key not in self._volumes_before]
        return list(dict.fromkeys((*ours, *new)))

    def _listed(self, kind: str, *arguments: str) -> list[Thing]:
        """From lines of key, name (may be empty), second choice of a name."""
        fields = (line.split("\t") for line in self._client.lines(*arguments))
        return [Thing(kind, key, name or other) for key, name, other in fields]


def _shown(key: str, label: str, other: str) -> str:
    """A template for a line: key, compose's name, other name."""
    return f'{{{{.{key}}}}}\t{{{{.Label "{COMPOSE}.{label}"}}}}\t{{{{.{other}}}}}'
