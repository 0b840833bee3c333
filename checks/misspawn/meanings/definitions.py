"""The names that a tree defines, by one pass over its text: what a scan has to look for at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from functools import cached_property
from typing import NamedTuple

import msgspec

from misspawn.index.store import Store, key
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


class Summary(msgspec.Struct, frozen=True, array_like=True):
    """What one file defines by `async def`, `def` and `class`.

    `yielding`: async functions before whose successor there is a `yield`. `bases`: what each class
    has in its brackets.
    """

    coroutines: frozenset[bytes]
    functions: frozenset[bytes]
    classes: frozenset[bytes]
    yielding: frozenset[bytes]
    bases: tuple[tuple[bytes, bytes], ...]


class Found(NamedTuple):
    """In which files there is an `async def`, a plain `def`, a class of a name; the rest as in a summary."""

    coroutines: Places
    functions: Places
    classes: Places
    yielding: set[bytes]
    bases: list[tuple[bytes, str, bytes]]


class Definitions:
    """What the Python files of a tree define, told from their text and without regard to where.

    Test functions are left out: nobody calls them.
    """

    def __init__(self, tree: Tree, store: Store | None = None) -> None:
        self._tree = tree
        self._store = store

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
                _collect(path, self._summary(data), found)
        return found

    def _summary(self, data: bytes) -> Summary:
        if self._store is None:
            return _summary(data)
        known = key("summary", data)
        if kept := self._store.get(known):
            with suppress(msgspec.MsgspecError):
                return msgspec.msgpack.decode(kept, type=Summary)
        summary = _summary(data)
        self._store.put(known, msgspec.msgpack.encode(summary))
        return summary


def _summary(data: bytes) -> Summary:
    classes = _CLASS.findall(data)
    asynchronous = Counter(_ASYNC_DEF.findall(data))
    yields = asynchronous and b"yield" in data
    return Summary(
        frozenset(asynchronous),
        frozenset(Counter(_DEF.findall(data)) - asynchronous),
        frozenset(name for name, _ in classes),
        frozenset(_yielding(data)) if yields else frozenset(),
        tuple((name, bases) for name, bases in classes if bases),
    )


def _collect(path: str, summary: Summary, found: Found) -> None:
    for places, names in (
        (found.coroutines, summary.coroutines),
        (found.functions, summary.functions),
        (found.classes, summary.classes),
    ):
        for name in names:
            places.setdefault(name, set()).add(path)
    found.yielding.update(summary.yielding)
    found.bases.extend((name, path, bases) for name, bases in summary.bases)


def _yielding(data: bytes) -> Iterator[bytes]:
    for piece in data.split(b"async def ")[1:]:
        if b"yield" in piece and (name := _WORD.match(piece)):
            yield name[0]
