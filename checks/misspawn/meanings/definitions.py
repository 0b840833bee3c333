"""The names that a tree defines, by one pass over its text: what a scan has to look for at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from functools import cache, cached_property
from typing import NamedTuple

from misspawn.model import SymbolKind
from misspawn.trees import Tree

ASYNCHRONOUS = frozenset(
    {SymbolKind.COROUTINE_FUNCTION, SymbolKind.ASYNC_GENERATOR, SymbolKind.ASYNC_CONTEXT_MANAGER}
)
_ASYNC_DEF = re.compile(rb"async def ((?!test_)\w+)")
_DEF = re.compile(rb"def ((?!test_)\w+)")
_CLASS = re.compile(rb"class (\w+)(?:\(([^)]*)\))?")
_WORD = re.compile(rb"\w+")
_MANAGED = re.compile(rb"@(?:contextlib\.)?asynccontextmanager\s+\Z")
_DECORATOR = 100  # bytes

Places = dict[bytes, set[str]]


class Found(NamedTuple):
    """In which files there is an `async def`, a plain `def`, a class of a name.

    `managers`: what `asynccontextmanager` decorates; `coroutines`: other async functions; `generators`:
    those of these that seem to `yield`. `owners`: the classes with an async method of a name. `bases`:
    classes with their files and what they have in brackets.
    """

    asynchronous: Places
    functions: Places
    classes: Places
    managers: set[bytes]
    coroutines: set[bytes]
    generators: set[bytes]
    owners: dict[bytes, set[bytes]]
    bases: list[tuple[bytes, str, bytes]]


class Definitions:
    """What the Python files of a tree define, told from their text and without regard to where.

    Test functions are left out: nobody calls them.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._having: dict[bytes, set[bytes]] = {}

    def named(self, kinds: Collection[SymbolKind]) -> frozenset[bytes]:
        """The names that something of these kinds can have.

        A plain function that has an async one for a namesake is left out: too many objects that can
        be either go by such names.
        """
        found = self.found
        names: set[bytes] = set()
        if SymbolKind.COROUTINE_FUNCTION in kinds:
            names |= found.coroutines
        if SymbolKind.ASYNC_GENERATOR in kinds:
            names |= found.generators
        if SymbolKind.ASYNC_CONTEXT_MANAGER in kinds:
            names |= found.managers | found.generators
        if SymbolKind.CLASS in kinds:
            names |= found.classes.keys()
        if not set(kinds) <= ASYNCHRONOUS | {SymbolKind.CLASS}:
            names |= found.functions.keys() - found.asynchronous.keys()
        return frozenset(names)

    def can_have(self, owner: bytes, name: bytes) -> bool:
        """Whether what goes by a word can be a class with an async method of this name."""
        if owner not in self.found.classes:
            return True
        if name not in self._having:
            owners = self.found.owners.get(name, set())
            heirs = (heir for one in owners for heir, _ in self._below(one))
            self._having[name] = owners.union(heirs)
        return owner in self._having[name]

    def heirs(self, name: bytes) -> Iterator[str]:
        """The files with classes that may inherit from a class of this name, by the names of bases."""
        return (path for _, path in self._below(name))

    def _below(self, name: bytes) -> Iterator[tuple[bytes, str]]:
        todo, seen = [name], {name}
        while todo:
            for heir, path in self._heirs.get(todo.pop(), ()):
                yield heir, path
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
        found = Found({}, {}, {}, set(), set(), set(), {}, [])
        for path in self._tree.paths():
            if path.endswith((".py", ".pyi")) and (data := self._tree.read(path)):
                _collect(path, data, found)
        return found


def _collect(path: str, data: bytes, found: Found) -> None:
    asynchronous = Counter[bytes]()
    for definition in _ASYNC_DEF.finditer(data):
        name = definition[1]
        asynchronous[name] += 1
        _note(found.asynchronous, name, path)
        if owner := _owner(data, definition.start()):
            found.owners.setdefault(name, set()).add(owner)
        if _MANAGED.search(data, max(definition.start() - _DECORATOR, 0), definition.start()):
            found.managers.add(name)
            continue
        found.coroutines.add(name)
        if _yields(data, definition):
            found.generators.add(name)
    for name in Counter(_DEF.findall(data)) - asynchronous:
        _note(found.functions, name, path)
    for name, bases in _CLASS.findall(data):
        _note(found.classes, name, path)
        if bases:
            found.bases.append((name, path, bases))


def _note(places: Places, name: bytes, path: str) -> None:
    places.setdefault(name, set()).add(path)


def _owner(data: bytes, at: int) -> bytes:
    """The nearest class above that is less indented than a definition: if it is a method, the class it is in."""
    indent = at - data.rfind(b"\n", 0, at) - 1
    while indent and (at := data.rfind(b"class ", 0, at)) >= 0:
        line = data.rfind(b"\n", 0, at) + 1
        if at - line < indent and not data[line:at].strip() and (named := _CLASS.match(data, at)):
            return named[1]
    return b""


def _yields(data: bytes, definition: re.Match[bytes]) -> bool:
    """Whether there is a `yield` before the next definition that is not inside of this one."""
    if (at := data.find(b"yield", definition.end())) < 0:
        return False
    indent = definition.start() - data.rfind(b"\n", 0, definition.start()) - 1
    return _beside(indent).search(data, definition.end(), at) is None


@cache
def _beside(indent: int) -> re.Pattern[bytes]:
    """Finds a definition that is indented by no more than so much."""
    return re.compile(rb"\n[ \t]{0,%d}(?:def |class |async |@)" % indent)
