"""The names that a tree defines, by one pass over its text: what a scan has to look for at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import NamedTuple

from misspawn.model import SymbolKind
from misspawn.trees import Tree

ASYNCHRONOUS = frozenset(
    {SymbolKind.COROUTINE_FUNCTION, SymbolKind.ASYNC_GENERATOR, SymbolKind.ASYNC_CONTEXT_MANAGER}
)
_DEF = re.compile(rb"def ((?!test_)\w+)")
_ASYNC_DEF = re.compile(rb"async def ((?!test_)\w+)")
_CLASS = re.compile(rb"class (\w+)(?:\(([^)]*)\))?")
_WORD = re.compile(rb"\w+")

Places = dict[bytes, set[str]]


class Found(NamedTuple):
    """In which files there is an `async def`, a plain `def`, a class of a name.

    `yielding`: async functions before whose successor there is a `yield`. `bases`: what each class
    has in its brackets.
    """

    coroutines: Places
    functions: Places
    classes: Places
    yielding: set[bytes]
    bases: list[tuple[bytes, str, bytes]]


class Definitions:
    """What the Python files of a tree define, told from their text and without regard to where.

    Test functions are left out: nobody calls them.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def named(self, kinds: Collection[SymbolKind]) -> frozenset[bytes]:
        """The names that something of these kinds can have.

        A plain function that has an async one for a namesake is left out: too many objects that can
        be either go by such names.
        """
        names: set[bytes] = set()
        if SymbolKind.COROUTINE_FUNCTION in kinds:
            names |= self.found.coroutines.keys()
        elif not ASYNCHRONOUS.isdisjoint(kinds):
            names |= self.found.yielding
        if SymbolKind.CLASS in kinds:
            names |= self.found.classes.keys()
        if not set(kinds) <= ASYNCHRONOUS | {SymbolKind.CLASS}:
            names |= self.found.functions.keys() - self.found.coroutines.keys()
        return frozenset(names)

    def heirs(self, name: bytes) -> Iterator[str]:
        """The files with classes that may inherit from a class of this name, by the names of bases."""
        todo, seen = [name], {name}
        while todo:
            for heir, path in self._heirs.get(todo.pop(), ()):
                yield path
                if heir not in seen:
                    seen.add(heir)
                    todo.append(heir)

    @cached_property
    def _heirs(self) -> dict[bytes, set[tuple[bytes, str]]]:
        heirs: dict[bytes, set[tuple[bytes, str]]] = {}
        for name, path, bases in self.found.bases:
            for base in _WORD.findall(bases):
                heirs.setdefault(base, set()).add((name, path))
        return heirs

    @cached_property
    def found(self) -> Found:
        """What the pass over the tree found."""
        found = Found({}, {}, {}, set(), [])
        for path in self._tree.paths():
            if path.endswith((".py", ".pyi")) and (data := self._tree.read(path)):
                _collect(path, data, found)
        return found


def _collect(path: str, data: bytes, found: Found) -> None:
    for name, bases in _CLASS.findall(data):
        found.classes.setdefault(name, set()).add(path)
        if bases:
            found.bases.append((name, path, bases))
    asynchronous = Counter(_ASYNC_DEF.findall(data))
    for name in asynchronous:
        found.coroutines.setdefault(name, set()).add(path)
    if asynchronous and b"yield" in data:
        found.yielding.update(_yielding(data))
    for name in Counter(_DEF.findall(data)) - asynchronous:
        found.functions.setdefault(name, set()).add(path)


def _yielding(data: bytes) -> Iterator[bytes]:
    for piece in data.split(b"async def ")[1:]:
        if b"yield" in piece and (name := _WORD.match(piece)):
            yield name[0]
