"""Lookups for detectors: a stretch of a document in, the symbol that is named there out."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from pathlib import Path

from misspawn.index import Index, Symbol, Unknown
from misspawn.meanings import fixtures
from misspawn.meanings.definitions import ASYNCHRONOUS, Definitions
from misspawn.meanings.expressions import Expressions
from misspawn.meanings.file import File, imported
from misspawn.meanings.fixtures import Fixture
from misspawn.meanings.hints import Hints
from misspawn.meanings.surroundings import tests
from misspawn.meanings.things import Thing
from misspawn.model import SymbolKind
from misspawn.regions.document import Document
from misspawn.regions.python import PythonDocument
from misspawn.regions.syntax import Syntax
from misspawn.source import decode
from misspawn.trees import Tree, WorkingTree, libraries

_OWNER = re.compile(r"(?s)(.+?)\s*,\s*[\"'](\w+)")
_ASSIGNED = re.compile(rb"\b(?!self\.)\w[\w.\[\]()]*\.(\w+)[ \t]*(?::[^=\n]+)?=(?!=)")
_PATCHED = re.compile(
    rb"\b(?:patch(?:\.\w+)*|[sd]etattr)\(\s*(?:[^\"'()=]*(?:\([^()]*\)[^\"'()=]*)?,\s*)?[\"'](?:[\w.]*\.)?(\w+)[\"']"
)
_QUOTES = (b"'", b'"')
_MOST = 12  # files whose trees are kept for what others ask of them
_STRINGS = ("string", "string_content", "string_start")


class Meanings:
    """The index of one tree and what detectors ask of it. Made once, shared by all files."""

    def __init__(self, tree: Tree, *, libraries: tuple[Path, ...] = ()) -> None:
        self.index = Index(tree, libraries=libraries)
        self.definitions = Definitions(tree)
        self._hints: tuple[bytes, Hints] | None = None
        self._given: dict[Fixture | None, Thing | Unknown] = {}
        self._files: dict[str, Expressions | None] = {}

    @classmethod
    def on_disk(cls, root: Path) -> Meanings:
        """Those of the project below a folder, with the packages of its own virtual environment."""
        installed = tuple(map(Path, libraries(str(root))))
        return cls(WorkingTree(str(root)), libraries=installed)

    def of(self, path: str, document: Document) -> FileLookup:
        """The lookup for one document of the file at a path of the tree."""
        return FileLookup(self, path, document)

    def expressions(self, path: str, syntax: Syntax) -> Expressions | None:
        """The lookup of expressions in a file with this syntax tree."""
        modules = self.index.modules(path)
        if not modules:
            return None
        return Expressions(File(syntax, modules[0], path, self.index), self._of_tree)

    def _of_tree(self, path: str) -> Expressions | None:
        """The lookup in a file of the tree as it is there."""
        if path not in self._files:
            data = self.index.tree.read(path) if path in self.index.tree.paths() else None
            while len(self._files) >= _MOST:
                self._files.pop(next(iter(self._files)))
            self._files[path] = self.expressions(path, Syntax(decode(data))) if data else None
        return self._files[path]

    def hints(self, path: str, data: bytes) -> Hints:
        """What the text of a file rules out. Asked many times of one, then of the next."""
        if self._hints is None or self._hints[0] is not data:
            self._hints = data, Hints(data, Around(self, path))
        return self._hints[1]

    def given(self, path: str, fixture: str) -> Thing | Unknown:
        """What a fixture gives to the tests of a file."""
        found = fixtures.fixture(self.index, path, fixture)
        if found not in self._given:
            other = self._of_tree(found.path) if found else None
            none = Unknown(f"there is no fixture `{fixture}`")
            self._given[found] = (
                other.result(found.line, 1, yields=True) if other and found else none
            )
        return self._given[found]

    def overridden(self, symbol: Symbol) -> str:
        """The file in which a subclass may define the member otherwise, '' if there is none."""
        owner, _, name = symbol.name.rpartition(".")
        other = (
            self.definitions.found.functions
            if symbol.kind in ASYNCHRONOUS
            else self.definitions.found.asynchronous
        )
        rivals = other.get(name.encode(), set()) - {symbol.path}
        heirs = self.definitions.heirs(owner.rpartition(".")[2].encode())
        return next((path for path in heirs if path in rivals), "")


class Around:
    """What is known of the project around one file, without a look at it."""

    def __init__(self, meanings: Meanings, path: str) -> None:
        self._meanings = meanings
        self._path = path
        self._module = next(iter(meanings.index.modules(path)), "")
        self.first_party = lru_cache(maxsize=None)(self._first_party)
        self.can_have = meanings.definitions.can_have

    def _first_party(self, name: str) -> bool:
        return self._meanings.index.first_party(name, self._path)

    def fixture_can_have(self, fixture: str, method: str, kinds: frozenset[SymbolKind]) -> bool:
        """Whether a fixture gives something that has, or when its name is empty may have, such a method."""
        given = self._meanings.given(self._path, fixture)
        if isinstance(given, Unknown) or not method:
            return not isinstance(given, Unknown)
        found = self._meanings.index.resolve(f"{given.dotted}.{method}", self._path)
        return isinstance(found, Symbol) and found.kind in kinds

    def can_be(self, target: str, attributes: str, kinds: frozenset[SymbolKind]) -> bool:
        """Whether attributes of what an import statement names may be of one of these kinds."""
        index = self._meanings.index
        dotted = imported(target, self._module, self._path)
        for attribute in filter(None, attributes.split(".")):
            found = index.resolve(dotted, self._path) if isinstance(dotted, str) else dotted
            if isinstance(found, Unknown):
                return False
            if found.kind is SymbolKind.VALUE:
                return True  # it holds something that may have the attribute
            dotted = f"{dotted}.{attribute}"
        found = index.resolve(dotted, self._path) if isinstance(dotted, str) else dotted
        return isinstance(found, Symbol) and found.kind in kinds


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
        if not self._meanings.index.modules(self._path):
            return False
        begin, stop = self._document.locate(start, end)
        written = self._document.source[begin:stop]
        if self._document.source[begin - 1 : begin] in _QUOTES:
            named = self._meanings.index.resolve(written.decode("utf-8", "replace"), self._path)
            return isinstance(named, Symbol) and named.kind in kinds
        if b"," in written:
            return True
        if kinds.isdisjoint(ASYNCHRONOUS) and self._is_async(written.rpartition(b".")[2]):
            return False
        return self._hints.plausible(written, begin, kinds)

    def _is_async(self, name: bytes) -> bool:
        """Whether anything of the name is async: then plain ones by it are not told apart."""
        return name in self._meanings.definitions.found.asynchronous

    @property
    def _hints(self) -> Hints:
        assert isinstance(self._document, PythonDocument)
        return self._meanings.hints(self._path, self._document.source)

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
        node = self._document.parsed.named(begin, stop)
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
        return self._own(expressions.thing(node), written, begin, replaced=replaced)

    def _member(
        self, expressions: Expressions, begin: int, owner: str, name: str
    ) -> Symbol | Unknown:
        assert isinstance(self._document, PythonDocument)
        node = self._document.parsed.named(begin, begin + len(owner.encode()))
        found = expressions.thing(node) if node is not None else Unknown("there is no owner")
        if isinstance(found, Unknown) or found.local is not None:
            return found if isinstance(found, Unknown) else Unknown(f"`{owner}` is a function")
        return self._meanings.index.resolve(f"{found.dotted}.{name}", self._path)

    def _own(  # noqa: PLR0911  one for each reason to say nothing
        self, found: Thing | Unknown, written: str, at: int, *, replaced: bool
    ) -> Symbol | Unknown:
        """The symbol of an expression, if it is the project's and nothing puts another in its place.

        `at`: where it stands. `replaced`: the expression is itself what is assigned to.
        """
        if isinstance(found, Unknown):
            return found
        if found.local is not None:
            local = self._expressions
            assert isinstance(local, Expressions)
            kind = local.local(found.local)
            plain = isinstance(kind, Symbol) and kind.kind not in ASYNCHRONOUS
            return Unknown(f"`{written}` is a plain function inside a function") if plain else kind
        if found.instance:
            return Unknown(f"`{written}` is an instance of `{found.dotted}`")
        symbol = self._meanings.index.resolve(found.dotted, self._path)
        if isinstance(symbol, Unknown):
            return symbol
        if not self._meanings.index.first_party(symbol.name, self._path):
            return Unknown(f"`{symbol.name}` is not of this project")
        name = found.dotted.rpartition(".")[2]
        if not replaced and self._is_replaced(name, at):
            return Unknown(f"this file puts something else in the place of `{name}`")
        if symbol.kind not in ASYNCHRONOUS and self._is_async(name.encode()):
            return Unknown(f"another `{name}` of this project is async")
        if found.open and (path := self._meanings.overridden(symbol)):
            return Unknown(f"a subclass in {path} may define `{name}` otherwise")
        return symbol

    def _is_replaced(self, name: str, at: int) -> bool:
        """Whether the file puts something else under an attribute's name, in other code than other tests."""
        assert isinstance(self._document, PythonDocument)
        if name not in self._replaced:
            return False
        tests = [span for span in self._tests if not span[0] <= at < span[1]]
        return any(
            not any(start <= place < end for start, end in tests) for place in self._replaced[name]
        )

    @cached_property
    def _replaced(self) -> dict[str, list[int]]:
        """The attributes that the file assigns to or patches by name, and where.

        What a class does to `self` is known to the index.
        """
        assert isinstance(self._document, PythonDocument)
        data = self._document.source
        found: dict[str, list[int]] = {}
        for search in (_ASSIGNED, _PATCHED):
            for match in search.finditer(data):
                name = match[match.lastindex or 0].decode("utf-8", "replace")
                found.setdefault(name, []).append(match.start())
        return found

    @cached_property
    def _tests(self) -> list[tuple[int, int]]:
        """Where the test functions of the file are."""
        assert isinstance(self._document, PythonDocument)
        return [(node.start_byte, node.end_byte) for node in tests(self._document.syntax())]

    @cached_property
    def _expressions(self) -> Expressions | Unknown:
        if not isinstance(self._document, PythonDocument):
            return Unknown("only Python's names are looked up")
        found = self._meanings.expressions(self._path, self._document.parsed)
        return found or Unknown(f"{self._path} cannot be imported by any name")
