"""Lookups for detectors: a stretch of a document in, the symbol that is named there out."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from itertools import chain
from pathlib import Path

from msgspec.structs import replace

from misspawn.index import Index, Symbol, Unknown
from misspawn.meanings.definitions import ASYNCHRONOUS, Definitions
from misspawn.meanings.expressions import Expressions, Thing
from misspawn.meanings.hints import Hints
from misspawn.meanings.narrow import narrowed
from misspawn.meanings.scopes import local_kind
from misspawn.model import Detector, SymbolKind
from misspawn.regions.document import Document
from misspawn.regions.python import PythonDocument
from misspawn.trees import Tree, WorkingTree

_OWNER = re.compile(r"(?s)(.+?)\s*,\s*[\"'](\w+)")
_ENVIRONMENTS = (".venv", "venv")
_ASSIGNED = re.compile(rb"\.(\w+)[ \t]*(?::[^=\n]+)?=(?!=)")
_QUOTED = re.compile(rb"[\"'](?:[\w.]*\.)?(\w+)[\"']")
_QUOTES = (b"'", b'"')
_STRINGS = ("string", "string_content", "string_start")


class Meanings:
    """The index of one tree and what detectors ask of it. Made once, shared by all files."""

    def __init__(self, tree: Tree, *, libraries: tuple[Path, ...] = ()) -> None:
        self.index = Index(tree, libraries=libraries)
        self.definitions = Definitions(tree)

    @classmethod
    def on_disk(cls, root: Path) -> Meanings:
        """Those of the project below a folder, with the packages of its own virtual environment."""
        found = (sorted(root.glob(f"{name}/lib/python3*/site-packages")) for name in _ENVIRONMENTS)
        return cls(WorkingTree(str(root)), libraries=tuple(chain.from_iterable(found)))

    def narrowed(self, detector: Detector) -> Detector:
        """The detector with only those names as callees that the project defines with such a kind."""
        return replace(detector, match=narrowed(detector, self._names(detector)))

    def _names(self, detector: Detector) -> Callable[[str], frozenset[bytes]]:
        return lambda group: self.definitions.named(detector.where[group].wanted)

    def of(self, path: str, document: Document) -> FileLookup:
        """The lookup for one document of the file at a path of the tree."""
        return FileLookup(self, path, document)

    def overridden(self, symbol: Symbol) -> str:
        """The file in which a subclass may define the member otherwise, '' if there is none."""
        owner, _, name = symbol.name.rpartition(".")
        other = (
            self.definitions.found.functions
            if symbol.kind in ASYNCHRONOUS
            else self.definitions.found.coroutines
        )
        rivals = other.get(name.encode(), set()) - {symbol.path}
        heirs = self.definitions.heirs(owner.rpartition(".")[2].encode())
        return next((path for path in heirs if path in rivals), "")


class FileLookup:
    """Answers for one file; its tree is only parsed when something is asked."""

    def __init__(self, meanings: Meanings, path: str, document: Document) -> None:
        self._meanings = meanings
        self._path = path
        self._document = document
        self._answers: dict[tuple[int, int], Symbol | Unknown] = {}

    def plausible(self, start: int, end: int, kinds: frozenset[SymbolKind]) -> bool:
        """Whether the file's text allows that something of these kinds is named at the stretch."""
        if not isinstance(self._document, PythonDocument):
            return False
        begin, stop = self._document.locate(start, end)
        written = self._document.source[begin:stop]
        if self._document.source[begin - 1 : begin] in _QUOTES or b"," in written:
            return True
        return self._hints.plausible(written, asynchronous=kinds <= ASYNCHRONOUS)

    @cached_property
    def _hints(self) -> Hints:
        index, path = self._meanings.index, self._path
        known = lru_cache(maxsize=None)(lambda top: index.first_party(top, path))
        assert isinstance(self._document, PythonDocument)
        return Hints(self._document.source, known)

    def __call__(self, start: int, end: int) -> Symbol | Unknown:
        """What is named at a canonical stretch: an expression, `owner, "name"`, or the text of a string."""
        if (start, end) not in self._answers:
            self._answers[start, end] = self._answer(start, end)
        return self._answers[start, end]

    def _answer(self, start: int, end: int) -> Symbol | Unknown:
        expressions = self._expressions
        if isinstance(expressions, Unknown):
            return expressions
        assert isinstance(self._document, PythonDocument)
        begin, stop = self._document.locate(start, end)
        node = self._document.syntax().named_descendant_for_byte_range(begin, stop)
        if node is None:
            return Unknown("there is no expression")
        written = self._document.source[begin:stop].decode("utf-8", "replace")
        if node.type in _STRINGS:
            return self._meanings.index.resolve(written, self._path)
        if owner := _OWNER.fullmatch(written):
            return self._member(expressions, begin, owner[1], owner[2])
        if (node.start_byte, node.end_byte) != (begin, stop):
            return Unknown(f"`{written}` is no expression of its own")
        replaced = node.parent is not None and node.parent.child_by_field_name("left") == node
        return self._own(expressions.thing(node), written, replaced=replaced)

    def _member(
        self, expressions: Expressions, begin: int, owner: str, name: str
    ) -> Symbol | Unknown:
        assert isinstance(self._document, PythonDocument)
        root = self._document.syntax()
        node = root.named_descendant_for_byte_range(begin, begin + len(owner.encode()))
        found = expressions.thing(node) if node is not None else Unknown("there is no owner")
        if isinstance(found, Unknown) or found.local is not None:
            return found if isinstance(found, Unknown) else Unknown(f"`{owner}` is a function")
        return self._meanings.index.resolve(f"{found.dotted}.{name}", self._path)

    def _own(  # noqa: PLR0911  one for each reason to say nothing
        self, found: Thing | Unknown, written: str, *, replaced: bool
    ) -> Symbol | Unknown:
        """The symbol of an expression, if it is the project's and nothing puts another in its place.

        `replaced`: the expression is itself what is assigned to.
        """
        if isinstance(found, Unknown):
            return found
        if found.local is not None:
            return local_kind(found.local, self._path)
        if found.instance:
            return Unknown(f"`{written}` is an instance of `{found.dotted}`")
        symbol = self._meanings.index.resolve(found.dotted, self._path)
        if isinstance(symbol, Unknown):
            return symbol
        if not self._meanings.index.first_party(symbol.name, self._path):
            return Unknown(f"`{symbol.name}` is not of this project")
        name = found.dotted.rpartition(".")[2]
        if not replaced and name in self._replaced:
            return Unknown(f"this file puts something else in the place of `{name}`")
        if (
            symbol.kind not in ASYNCHRONOUS
            and name.encode() in self._meanings.definitions.found.coroutines
        ):
            return Unknown(f"another `{name}` of this project is async")
        if found.open and (path := self._meanings.overridden(symbol)):
            return Unknown(f"a subclass in {path} may define `{name}` otherwise")
        return symbol

    @cached_property
    def _replaced(self) -> frozenset[str]:
        """The attributes that the file assigns to, and what it may patch by name."""
        assert isinstance(self._document, PythonDocument)
        data = self._document.source
        found = set(_ASSIGNED.findall(data))
        if b"patch" in data or b"setattr" in data:
            found.update(_QUOTED.findall(data))
        return frozenset(name.decode("utf-8", "replace") for name in found)

    @cached_property
    def _expressions(self) -> Expressions | Unknown:
        if not isinstance(self._document, PythonDocument):
            return Unknown("only Python's names are looked up")
        modules = self._meanings.index.modules(self._path)
        if not modules:
            return Unknown(f"{self._path} cannot be imported by any name")
        package = self._path.rpartition("/")[2].startswith("__init__.")
        return Expressions(
            self._document.syntax(),
            modules[0],
            path=self._path,
            package=package,
            index=self._meanings.index,
        )
