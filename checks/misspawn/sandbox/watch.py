"""Looking after a process that runs: which bound it breaks, and what it leaves."""

from __future__ import annotations

import os
import subprocess
import time

from misspawn.model import Remnant
from misspawn.sandbox import processes
from misspawn.sandbox.limits import MIB, Limits
from misspawn.sandbox.namespaces import SHARED_MEMORY
from misspawn.sandbox.output import Drain
from misspawn.sandbox.processes import Descendant

TICK = 0.05


class Watch:
    """Watches the main process and everything below it."""

    def __init__(self, main: subprocess.Popen[bytes], limits: Limits, drains: list[Drain]) -> None:
        self._main = main
        self._limits = limits
        self._drains = drains
        self._unwaited: set[tuple[int, float]] = set()
        self._zombies: list[str] = []

    def until_end(self, deadline: float) -> str:
        """Wait for the main process; returns the bound that was broken before, if any."""
        while time.monotonic() < deadline:
            broken = self._broken(self._look())
            if broken or self._has_ended():
                return broken
        return ""

    def remnants(self, *, own_files: bool) -> tuple[Remnant, ...]:
        """What is left once processes that are about to end have done so."""
        left = self._settled()
        found = [Remnant(kind="orphan", name=one.command) for one in left]
        found += [Remnant(kind="zombie", name=name) for name in self._zombies]
        if own_files:
            found += [Remnant(kind="file", name=f"{SHARED_MEMORY}/{file}") for file in _shared()]
        return tuple(sorted(found, key=lambda one: (one.kind, one.name)))

    def _has_ended(self) -> bool:
        try:
            self._main.wait(timeout=TICK)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _look(self) -> list[Descendant]:
        """The living descendants; a dead one that nobody waited for and we inherit is a zombie."""
        found = processes.descendants(self._main.pid)
        for one in found:
            key = (one.pid, one.started)
            if one.dead and one.parent != os.getpid():
                self._unwaited.add(key)
            elif one.dead and one.pid != self._main.pid and processes.reap(one.pid):
                self._zombies += [one.name] if key in self._unwaited else []
        return [one for one in found if not one.dead]

    def _broken(self, living: list[Descendant]) -> str:
        if len(living) > self._limits.processes:
            return f"processes: more than {self._limits.processes}"
        if sum(one.memory for one in living) > self._limits.memory:
            return f"memory: more than {self._limits.memory // MIB} MiB"
        return self.overflow()

    def overflow(self) -> str:
        """What to say when more was written than is kept, '' otherwise."""
        if any(drain.overflowed for drain in self._drains):
            return f"output: more than {self._limits.output // MIB} MiB"
        return ""

    def _settled(self) -> list[Descendant]:
        deadline = time.monotonic() + self._limits.settle
        while (left := self._look()) and time.monotonic() < deadline:
            time.sleep(TICK)
        return left


def _shared() -> list[str]:
    return sorted(os.listdir(SHARED_MEMORY))
