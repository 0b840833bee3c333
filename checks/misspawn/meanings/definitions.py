"""The names that a tree defines, by one pass over its text: what a scan has to look for at all."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cached_property

from misspawn.model import SymbolKind
from misspawn.trees import Tree

_DEF = re.compile(rb"def ((?!test_)\w+)")
_ASYNC_DEF = re.compile(rb"async def ((?!test_)\w+)")
_CLASS = re.compile(rb"class (\w+)(?:\(([^)]*)\))?")
_WORD = re.compile(rb"\w+")
ASYNCHRONOUS = frozenset({SymbolKind.COROUTINE_FUNCTION, SymbolKind.ASYNC_GENERATOR, SymbolKind.ASYNC_CONTEXT_MANAGER})


class Definitions:
    """What the Python files of a tree define, told from their text and without regard to where.

    Test functions are left out: nobody calls them.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def named(self, kinds: Collection[SymbolKind]) -> frozenset[bytes]:
        """The names that something of these kinds can have."""
        found: set[bytes] = set()
        if not ASYNCHRONOUS.isdisjoint(kinds):
            found |= self.coroutines.keys()
        if SymbolKind.CLASS in kinds:
            found |= self.classes.keys()
        if not set(kinds) <= ASYNCHRONOUS | {SymbolKind.CLASS}:
            found |= self.functions.keys()
        return frozenset(found)

    @property
    def coroutines(self) -> dict[bytes, set[str]]:
        """Where there is an `async def` of the name."""
        return self._found[0]

    @property
    def functions(self) -> dict[bytes, set[str]]:
        """Where there is a `def` of the name that is not async."""
        return self._found[1]

    @property
    def classes(self) -> dict[bytes, set[str]]:
        """Where there is a class of the name."""
        return self._found[2]

    def heirs(self, name: bytes) -> Iterator[str]:
        """The files with classes that may inherit from a class of this name, by the names of bases."""
        todo, seen = [name], {name}
        while todo:
            for heir, path in self._bases.get(todo.pop(), ()):
                yield path
                if heir not in seen:
                    seen.add(heir)
                    todo.append(heir)

    @cached_property
    def _bases(self) -> dict[bytes, set[tuple[bytes, str]]]:
        found: dict[bytes, set[tuple[bytes, str]]] = {}
        for name, path, bases in self._inherited:
            for base in _WORD.findall(bases):
                found.setdefault(base, set()).add((name, path))
        return found

    @cached_property
    def _found(self) -> tuple[dict[bytes, set[str]], ...]:
        coroutines: dict[bytes, set[str]] = {}
        functions: dict[bytes, set[str]] = {}
        classes: dict[bytes, set[str]] = {}
        self._inherited: list[tuple[bytes, str, bytes]] = []
        for path in self._tree.paths():
            if path.endswith((".py", ".pyi")) and (data := self._tree.read(path)):
                for name, bases in _CLASS.findall(data):
                    classes.setdefault(name, set()).add(path)
                    if bases:
                        self._inherited.append((name, path, bases))
                asynchronous = _ASYNC_DEF.findall(data)
                for name in asynchronous:
                    coroutines.setdefault(name, set()).add(path)
                for name in _plain(_DEF.findall(data), asynchronous):
                    functions.setdefault(name, set()).add(path)
        return coroutines, functions, classes


def _plain(every: list[bytes], asynchronous: list[bytes]) -> Iterator[bytes]:
    """The names of all functions without those of the async ones, each as often as it occurs."""
    taken = list(asynchronous)
    for name in every:
        if taken and taken[0] == name:
            taken.pop(0)
        else:
            yield name
