"""Waiting until files change. The system is asked for their states a few times a second.

That costs a few hundredths of a core on thousands of files, works on every file system, shared and
mounted ones too, and misses nothing: a state that has changed stays so until it is seen.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from misspawn import walk
from misspawn.model import Problem
from misspawn.project import tells_facts
from misspawn.regions.kinds import may_hold_any

_SHARE = 0.02  # of a core, at most, while nothing happens
_INTERVAL = 0.3  # seconds between two looks, at least
_REST = 0.1  # seconds without a change: an editor or git has done all it had to
_PATIENCE = 20  # times that this is waited for: a log may be written all the time

States = dict[str, tuple[int, ...] | None]


class Seen(NamedTuple):
    """The states of files, and of the folders in which new ones may come."""

    files: States
    folders: States

    def is_current(self) -> bool:
        """Whether all are as they were."""
        return all(_state(path) == state for states in self for path, state in states.items())


class Watch:
    """The files below a root that a scan depends on.

    `beside`: further files that count, there or not. `own`: those that we write ourselves.
    """

    def __init__(
        self, root: str, beside: Callable[[], Iterable[str]], own: Callable[[str], bool]
    ) -> None:
        self._root = root
        self._beside = beside
        self._own = own

    def changes(self) -> Iterator[None]:
        """Once at the beginning, and again whenever files have changed and come to rest."""
        before: States | None = None
        while True:
            seen = self._at_rest()
            if seen.files != before:
                before = seen.files
                yield
            _wait(seen)

    def _at_rest(self) -> Seen:
        for _ in range(_PATIENCE):
            seen = self._look()
            time.sleep(_REST)
            if seen.is_current():
                break
        return seen

    def _look(self) -> Seen:
        folders = {
            path: _state(path) for path in _folders(self._root)
        }  # first: new files show in them
        found = (path for path in walk.walk([self._root]) if not isinstance(path, Problem))
        files = (path for path in found if _counts(path) and not self._own(path))
        return Seen({path: _state(path) for path in (*files, *self._beside())}, folders)


def _counts(path: str) -> bool:
    return may_hold_any(path) or tells_facts(path) or path.endswith(".gitignore")


def _wait(seen: Seen) -> None:
    cost = 0.0
    while True:
        time.sleep(max(_INTERVAL, cost / _SHARE))
        start = time.process_time()
        if not seen.is_current():
            return
        cost = time.process_time() - start


def _folders(root: str) -> Iterator[str]:
    """The folders below one in which a scan may find something, the ignored ones among them."""
    for folder, below, names in os.walk(root):
        if not walk.MARKERS.isdisjoint(names):
            below.clear()
        below[:] = [name for name in below if name not in walk.SKIPPED]
        yield folder


def _state(path: str) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_mode
