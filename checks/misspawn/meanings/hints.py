"""What the mere text of a file rules out, before anything of it is parsed.

Most calls by the name of some coroutine function have another library's object as receiver, or one of a
class that has no such method. Where the text shows that, no tree is needed to say so; where it is not
plain, the call stays plausible.
"""

from __future__ import annotations

import builtins
import re
from functools import cached_property
from typing import NamedTuple, Protocol

from misspawn.meanings.definitions import ASYNCHRONOUS
from misspawn.meanings.variables import Variables, variables
from misspawn.model import SymbolKind
from misspawn.regions.lexical import Quotes
from misspawn.regions.names import Import, imports, places
from misspawn.regions.outline import Outline

_CHAIN = re.compile(rb"(\w+)((?:\.\w+)*)")
_BASES = re.compile(rb"^[ \t]*class[ \t]+\w+[ \t]*\(([^)]*)\)", re.MULTILINE)
_CLASS = re.compile(rb"class (\w+)")
_BINDING = re.compile(rb"[ \t]*(?::(?!=)|=(?!=)|,[^\n()=]*=(?!=))")  # behind a name
_LISTED = re.compile(rb"[ \t]*[,)]")  # behind a parameter on a line of its own
_VALUE = re.compile(rb"(await[ \t]+)?(?:([A-Za-z_]\w*)((?:\.\w+)*)[ \t]*([(\"'])?|[\[{\d\"'])")
_SELVES = (b"self", b"cls", b"super", b"None")
_NEITHER = (b"lambda", b"not", b"yield", b"True", b"False")  # of nothing that has methods of ours
_BUILTIN = frozenset(name.encode() for name in dir(builtins))
_NAMES = bytes(
    byte if byte < 128 and (chr(byte).isalnum() or chr(byte) in "_.") else 32 for byte in range(256)
)
_DEEPEST = 3  # variables made from variables
Kinds = frozenset[SymbolKind]


class Project(Protocol):
    """What is known of the project around a file."""

    def first_party(self, name: str) -> bool:
        """Whether a top-level name is a module of it."""

    def can_be(self, dotted: str, attributes: str, kinds: Kinds) -> bool:
        """Whether attributes of what an import statement names may be of one of these kinds."""

    def fixture_can_have(self, fixture: str, method: str, kinds: Kinds) -> bool:
        """Whether a fixture gives something that has, or when its name is empty may have, such a method."""

    def can_have(self, owner: bytes, name: bytes) -> bool:
        """Whether what goes by a word can be a class of it with an async method of this name."""


class Wanted(NamedTuple):
    """What a variable has to have: a method of this name and of one of these kinds; anything when it has no name."""

    name: bytes
    kinds: Kinds


_ANYTHING = Wanted(b"", frozenset())


class Hints:
    """Of one file."""

    def __init__(self, data: bytes, project: Project) -> None:
        self._data = data
        self._project = project
        self._quotes = Quotes(data)
        self._outline = Outline(data, self._quotes)
        self._functions: dict[int, Variables | None] = {}
        self._having: dict[tuple[bytes, int, Wanted], bool] = {}
        self._rebound: dict[tuple[bytes, int], bool] = {}
        self._called: dict[tuple[int, Kinds], bool] = {}
        self._said: dict[tuple[int, bytes, Kinds], bool] = {}

    def may_be_called(self, place: int, kinds: Kinds) -> bool:
        """Whether what is called before a bracket, which ends there, may be of one of these kinds."""
        key = place, kinds
        if key not in self._called:
            line = self._data[self._data.rfind(b"\n", 0, place) + 1 : place - 1]
            callee = line.translate(_NAMES).rpartition(b" ")[2]
            is_whole = not line.endswith((b")" + callee, b"]" + callee))
            at = place - 1 - len(callee)
            self._called[key] = not is_whole or self.plausible(callee, at, kinds)
        return self._called[key]

    def plausible(self, callee: bytes, at: int, kinds: Kinds) -> bool:
        """Whether the callee, which begins at an offset, may resolve to one of these kinds."""
        key = at, callee, kinds
        if key not in self._said:
            self._said[key] = self._plausible(callee, at, kinds)
        return self._said[key]

    def _plausible(self, callee: bytes, at: int, kinds: Kinds) -> bool:
        chain = _CHAIN.match(callee)
        if chain is None:
            return False
        asynchronous = kinds <= ASYNCHRONOUS
        root, name = chain[1], callee.rpartition(b".")[2]
        is_plain = chain[0] == callee  # no call is made on the way
        if root in self._imports:
            is_ours = self._is_ours(root)
            is_told = is_ours and is_plain and not self._is_rebound(root, at)
            return self._may_be_of(root, chain[2], kinds) if is_told else is_ours
        if callee in (root, b"self." + name):
            may_come = self._stars if root == callee else self._inherits
            return may_come or self._defines(name, asynchronous=asynchronous)
        if self._is_prose(at):
            return False
        wanted = Wanted(name if callee.count(b".") == 1 else b"", kinds)
        return not is_plain or root in _SELVES or self._may_have(root, at, wanted)

    def _defines(self, name: bytes, *, asynchronous: bool) -> bool:
        before = b"async def " if asynchronous else b"def "
        return before + name in self._data

    # -- variables ---------------------------------------------------------------

    def _is_prose(self, at: int) -> bool:
        """Whether an offset is in a string of several lines, and not in braces there."""
        line = self._data.rfind(b"\n", 0, at) + 1
        return not self._quotes.are_even(0, line) and b"{" not in self._data[line:at]

    def _may_have(self, root: bytes, at: int, wanted: Wanted, depth: int = 0) -> bool:
        """Whether a variable may have a method, as far as one of its bindings tells.

        All bindings have to come to one thing, so one that surely comes to another decides.
        """
        begin = self._outline.function(at)
        key = root, begin, wanted
        if begin < 0 or depth > _DEEPEST:
            return True
        if key not in self._having:
            self._having[key] = True  # where it is made from itself
            self._having[key] = self._has(root, begin, wanted, depth)
        return self._having[key]

    def _has(self, root: bytes, begin: int, wanted: Wanted, depth: int) -> bool:
        if begin not in self._functions:
            self._functions[begin] = variables(self._data, begin)
        if (found := self._functions[begin]) is None:
            return True
        if root in found.parameters:
            return self._may_be_given(found.parameters[root], root, found, wanted)
        for given in found.given.get(root, ()):
            if not given.is_value and self._is_foreign(given.text):
                return False
            if given.is_value and not self._may_be(given.text, given.at, wanted, depth):
                return False
        return True

    def _may_be_given(
        self, annotation: bytes | None, name: bytes, function: Variables, wanted: Wanted
    ) -> bool:
        """Whether a parameter may have a method: by its annotation, else by the fixture of its name."""
        if annotation is None:
            return function.asks and self._project.fixture_can_have(
                name.decode(), wanted.name.decode(), wanted.kinds
            )
        if annotation.count(b"[") != annotation.count(b"]"):
            return True
        written = _CHAIN.findall(annotation)
        return any(self._can_have(word, wanted, attributes) for word, attributes in written)

    def _may_be(self, value: bytes, at: int, wanted: Wanted, depth: int) -> bool:
        """Whether a value may have a method. `at`: where it stands."""
        found = _VALUE.match(value)
        if found is None:
            return True
        awaited, word, rest, after = found.groups()
        if word is None or word in _NEITHER or after in (b'"', b"'"):
            return False
        if word in _SELVES:
            return True
        if word in self._imports or word in self._classes:
            made = not awaited and not rest and after == b"(" and self._is_one_call(value, at)
            return self._can_have(word, wanted) if made else not self._is_foreign(word)
        if self._is_foreign(word):
            return False
        return self._may_have(word, at, _ANYTHING, depth + 1)

    def _is_one_call(self, value: bytes, at: int) -> bool:
        """Whether a value that begins like a call is nothing but this call."""
        value = value.rstrip()
        if not value.endswith(b"("):
            return value.endswith(b")") and value.count(b"(") == 1
        line = self._data[self._data.rfind(b"\n", 0, at) + 1 : at]
        close = b"\n" + line[: len(line) - len(line.lstrip(b" \t"))] + b")"
        end = self._data.find(close, at) + len(close)
        return self._data[end : end + 1] in (b"\n", b"\r")

    def _can_have(self, word: bytes, wanted: Wanted, attributes: bytes = b"") -> bool:
        """Whether what goes by a word, or by attributes of it, can be a class with such a method."""
        if self._is_foreign(word):
            return False
        if not wanted.name or not wanted.kinds <= ASYNCHRONOUS:
            return True
        if attributes:
            return self._project.can_have(attributes.rpartition(b".")[2], wanted.name)
        targets = {item.written.rpartition(b".")[2] for item in self._imports.get(word, ())}
        return any(self._project.can_have(owner, wanted.name) for owner in targets or {word})

    def _is_foreign(self, word: bytes) -> bool:
        """Whether a word surely stands for nothing of the project."""
        if word in self._imports:
            return not self._is_ours(word)
        if word not in _BUILTIN or self._stars:
            return False
        forms = (
            b"class " + word,
            b"def " + word,
            b"for " + word,
            b"as " + word,
            b"\n" + word + b" =",
            b"  " + word + b" =",
        )
        return not any(form in self._data for form in forms)

    @cached_property
    def _classes(self) -> frozenset[bytes]:
        return frozenset(_CLASS.findall(self._data))

    # -- imports -----------------------------------------------------------------

    def _may_be_of(self, root: bytes, attributes: bytes, kinds: Kinds) -> bool:
        """Whether attributes of an import can be of these kinds."""
        targets = {item.written.decode() for item in self._imports[root]}
        return any(self._project.can_be(one, attributes.decode(), kinds) for one in targets)

    def _is_rebound(self, name: bytes, at: int) -> bool:
        """Whether a name may be bound to something else in the definition around an offset."""
        start, end = self._outline.definition(at, (0, len(self._data)))
        key = name, start
        if key not in self._rebound:
            block = self._data[start:end]
            found = places(block, name)
            self._rebound[key] = any(_may_bind(block, at, at + len(name)) for at in found)
        return self._rebound[key]

    def _is_ours(self, name: bytes) -> bool:
        """Whether the name is imported from the project."""
        return any(self._is_of_project(item) for item in self._imports.get(name, ()))

    def _is_of_project(self, item: Import) -> bool:
        top = item.written.partition(b".")[0]
        return not top or self._project.first_party(top.decode())

    @cached_property
    def _inherits(self) -> bool:
        """Whether a class of the file has a base."""
        return _BASES.search(self._data) is not None

    @cached_property
    def _stars(self) -> bool:
        return b"import *" in self._data

    @cached_property
    def _imports(self) -> dict[bytes, list[Import]]:
        found: dict[bytes, list[Import]] = {}
        for item in imports(self._data):
            found.setdefault(item.name, []).append(item)
        return found


def _may_bind(text: bytes, start: int, end: int) -> bool:
    """Whether the name at a stretch may be bound there; rather too often than too seldom."""
    before = text[text.rfind(b"\n", 0, start) + 1 : start]
    if before.endswith((b"for ", b"as ", b"def ", b"class ")) or b"def " in before:
        return True
    if b"import" in before:
        return False
    return bool(_BINDING.match(text, end) or (not before.strip() and _LISTED.match(text, end)))
