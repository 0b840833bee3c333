"""Project facts that are remembered: what was asked for and answered, and the files that this was read from.

To know that nothing has changed, it is enough to read these few files again; to find the facts in
them takes fifty times as long.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import cache

from misspawn.project import Disk, Project, Reader
from misspawn.states import digest

Answers = tuple[tuple[str, bytes], ...]
Sources = dict[str, bytes]
Known = dict[str, dict[str, bytes]]


class Noted:
    """A reader that takes down digests of what it has given. A folder goes by its path with `/` at the end."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.sources: Sources = {}

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None when there is no such file."""
        data = self._reader.read(path)
        self.sources[path] = b"" if data is None else digest(data)
        return data

    def names(self, folder: str) -> Iterable[str]:
        """The names of what a folder holds; '' is the root."""
        names = sorted(self._reader.names(folder))
        self.sources[f"{folder}/"] = digest(os.fsencode("\0".join(names)))
        return names

    def gives(self, sources: Sources) -> bool:
        """Whether it would still give all this."""
        for path in sources:
            self.names(path[:-1]) if path.endswith("/") else self.read(path)
            if self.sources[path] != sources[path]:
                return False
        return True


class Asked:
    """The facts of the project below a folder, and what is kept of them: `known` answers, by folder and fact."""

    def __init__(
        self, root: str, stated: Mapping[str, str], sources: Sources, known: Known
    ) -> None:
        """`sources`: what the known answers were found in; when it has changed they are found anew."""
        self._reader = Noted(Disk(root))
        self._project = Project(self._reader, stated)
        is_as_then = self._reader.gives(sources)
        self._sources = dict(sources) if is_as_then else {}
        self._known = known if is_as_then else {}
        self._reader.sources.clear()
        self._taken: dict[str, str] = {}
        self._torn = False

    def fact(self, key: str, path: str) -> str:
        """The value of a fact for the file at `path`."""
        value = self._taken[key] = self._project.fact(key, path)
        return value

    def taken(self) -> Answers:
        """The answers that were given since the last time."""
        answers = tuple((key, _digest_of(value)) for key, value in self._taken.items())
        self._taken.clear()
        return answers

    def holds(self, answers: Answers, path: str) -> bool:
        """Whether the file at `path` would be given the same answers now."""
        if not answers:
            return True
        known = self._known.setdefault(path.rpartition("/")[0], {})
        for key, _ in answers:
            if key not in known:
                known[key] = _digest_of(self._project.fact(key, path))
        return all(known[key] == answer for key, answer in answers)

    def read(self) -> Sources:
        """What was read since the last time: a process that shares the work tells it to the first one."""
        sources = dict(self._reader.sources)
        self._reader.sources.clear()
        return sources

    def learn(self, path: str, answers: Answers) -> None:
        """Take over answers that another process was given."""
        if answers:
            self._known.setdefault(path.rpartition("/")[0], {}).update(answers)

    def note(self, sources: Sources) -> None:
        """Take over what another process has read. What differs from before has changed meanwhile."""
        if any(self._sources.setdefault(path, given) != given for path, given in sources.items()):
            self._torn = True

    def lasting(self) -> tuple[Sources, Known]:
        """What may be kept; nothing when files changed while they were read."""
        self.note(self.read())
        return ({}, {}) if self._torn else (self._sources, self._known)


@cache
def _digest_of(value: str) -> bytes:
    return digest(value.encode("utf-8", "surrogatepass"))
