"""What the mere text of a file rules out, before anything of it is parsed.

Most calls of a name that is somewhere a coroutine function have another receiver: an imported
library, an unannotated parameter. Nothing can be told of these, so no tree is needed to say so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from string import ascii_letters, digits

from misspawn.regions.names import imports

_ROOT = re.compile(rb"\w+")
_OWN = frozenset({b"self", b"cls", b"super"})
_DEEPEST = 4  # variables that are made from one another
_INSIDE = frozenset(bytes((byte,)) for byte in f"._{ascii_letters}{digits}".encode())
_MADE = re.compile(
    rb"[ \t]*(?::[ \t]*[\"']?(?:Optional\[)?(\w+)[^=\n,)]*)?"
    rb"(?:=[ \t]*(?:await[ \t]+)?\(?(\w+)[\w.]*\(|[,)=]|\n)"
)  # behind a name: its annotation, and what is called to give it a value
_BASES = re.compile(rb"^[ \t]*class[ \t]+\w+[ \t]*\(([^)]*)\)", re.MULTILINE)
_WORDS = re.compile(rb"[A-Za-z_]\w*")


class Hints:
    """Of one file. `first_party`: whether a top-level name is a module of the project."""

    def __init__(self, data: bytes, first_party: Callable[[str], bool]) -> None:
        self._data = data
        self._first_party = first_party
        self._followed: dict[bytes, bool] = {}

    def plausible(self, callee: bytes, *, asynchronous: bool) -> bool:
        """Whether the callee may resolve. `asynchronous`: to an `async def`."""
        root = _ROOT.match(callee)
        if root is None:
            return False
        name = callee.rpartition(b".")[2]
        if root[0] == callee:
            return self._imported(name) or self._defines(name, asynchronous=asynchronous)
        if root[0] in _OWN:
            return (
                self._defines(name, asynchronous=asynchronous)
                or b"." in callee[5:]
                or self._inherits
            )
        return self._follows(root[0], 0)

    def _defines(self, name: bytes, *, asynchronous: bool) -> bool:
        before = b"async def " if asynchronous else b"def "
        return before + name in self._data

    def _follows(self, root: bytes, depth: int) -> bool:
        """Whether something in the file says what a name is: an import, a definition, a value."""
        if root not in self._followed:
            self._followed[root] = False
            self._followed[root] = depth < _DEEPEST and self._bound(root, depth)
        return self._followed[root]

    def _bound(self, root: bytes, depth: int) -> bool:
        if root in self._imports:
            return self._imported(root)
        if b"class " + root in self._data or b"def " + root in self._data:
            return True
        return any(self._follows(maker, depth + 1) for maker in set(self._makers(root)))

    def _makers(self, root: bytes) -> Iterator[bytes]:
        """What annotates a name, and what is called to give it a value."""
        at = self._data.find(root)
        while at >= 0:
            end = at + len(root)
            if self._data[at - 1 : at] not in _INSIDE and (made := _MADE.match(self._data, end)):
                yield from filter(None, made.groups())
            at = self._data.find(root, end)

    def _imported(self, name: bytes) -> bool:
        """Whether the name is imported from the project."""
        targets = self._imports.get(name, ())
        return any(
            not target or self._first_party(target.partition(b".")[0].decode())
            for target in targets
        )

    @cached_property
    def _inherits(self) -> bool:
        """Whether a class of the file has a base that may be the project's."""
        bases = (word for bases in _BASES.findall(self._data) for word in _WORDS.findall(bases))
        return any(self._follows(base, 0) for base in set(bases))

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
