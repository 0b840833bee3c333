"""What the mere text of a file rules out, before anything of it is parsed.

Many calls of a name that is somewhere a coroutine function have an imported library as receiver, or
are of a name that the file does not bind. Nothing can be told of these, so no tree is needed to say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from misspawn.regions.names import imports

_ROOT = re.compile(rb"\w+")
_BASES = re.compile(rb"^[ \t]*class[ \t]+\w+[ \t]*\(([^)]*)\)", re.MULTILINE)


class Hints:
    """Of one file. `first_party`: whether a top-level name is a module of the project."""

    def __init__(self, data: bytes, first_party: Callable[[str], bool]) -> None:
        self._data = data
        self._first_party = first_party

    def plausible(self, callee: bytes, *, asynchronous: bool) -> bool:
        """Whether the callee may resolve. `asynchronous`: to an `async def`."""
        root = _ROOT.match(callee)
        if root is None:
            return False
        if root[0] in self._imports:
            return self._imported(root[0])
        name = callee.rpartition(b".")[2]
        if root[0] == callee:
            return self._stars or self._defines(name, asynchronous=asynchronous)
        if callee == b"self." + name:
            return self._inherits or self._defines(name, asynchronous=asynchronous)
        return True

    def _defines(self, name: bytes, *, asynchronous: bool) -> bool:
        before = b"async def " if asynchronous else b"def "
        return before + name in self._data

    def _imported(self, name: bytes) -> bool:
        """Whether the name is imported from the project."""
        targets = self._imports.get(name, ())
        return any(
            not target or self._first_party(target.partition(b".")[0].decode())
            for target in targets
        )

    @cached_property
    def _inherits(self) -> bool:
        """Whether a class of the file has a base."""
        return _BASES.search(self._data) is not None

    @cached_property
    def _stars(self) -> bool:
        return b"import *" in self._data

    @cached_property
    def _imports(self) -> dict[bytes, list[bytes]]:
        found: dict[bytes, list[bytes]] = {}
        for item in imports(self._data):
            plain = item.target or (item.name if self._is_plain(item.start) else b"")
            found.setdefault(item.name, []).append(plain)
        return found

    def _is_plain(self, start: int) -> bool:
        """Whether the statement is `import x`, and no relative one."""
        return self._data.startswith(b"import", start)
