"""Python: regions, contexts and scopes of a module, in its canonical view."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tree_sitter import Node

from misspawn.model import Language
from misspawn.regex import Regex
from misspawn.regions import grammar
from misspawn.regions.bindings import SCOPES
from misspawn.regions.branches import Branches
from misspawn.regions.document import Document, Region, Spans
from misspawn.regions.lexical import Lexed, Quotes, comments, lex
from misspawn.regions.names import Import, imports, own_level, substitutions
from misspawn.regions.offsets import Edit, OffsetMap, rewrite
from misspawn.regions.shadows import Shadows
from misspawn.regions.syntax import Step, Syntax
from misspawn.regions.view import blank

_ASYNC = re.compile(rb"\basync[\s\\]+def\b")
_LOOP = re.compile(rb"\b(?:for|while)\b")
_ROOT = re.compile(rb"(?<![\w.])([A-Za-z_]\w*)(?=\s*[.(])")


class PythonDocument(Document):
    """A Python module. `words`: the identifiers that any detector mentions; imports of other modules keep quiet."""

    language = Language.PYTHON
    has_comments = True
    kinds = tuple(grammar.KINDS)
    contexts = (
        "async-function",
        "sync-function",
        "function",
        "class",
        "module",
        "main-guard",
        *grammar.CONTEXTS,
    )

    def __init__(self, data: bytes, words: frozenset[bytes], *, whole: bool = False) -> None:
        self._data = data
        self._quotes = Quotes(data)
        self._imports: list[Import] = []
        edits = self._spelled_out(words)
        self._offsets = OffsetMap(edits)
        self._edits = {edit.start: edit for edit in edits}
        self._edited = list(self._edits)
        self.text = rewrite(data, edits)
        self._syntax = Syntax(data, self._quotes, whole=whole)
        self._texts: dict[tuple[object, ...], bytes] = {}
        self._branches = Branches(data)
        self._shadows = Shadows(data, self._syntax, self._imports, self._edits)

    @classmethod
    def open(cls, data: bytes, words: frozenset[bytes], *, whole: bool) -> PythonDocument:
        return cls(data, words, whole=whole)

    def _spelled_out(self, words: frozenset[bytes]) -> list[Edit]:
        if not words:
            return []
        every = imports(self._data, self._quotes, words)
        found = [item for item in every if item.target.partition(b".")[0] in words]
        self._imports = [item for item in found if item.name != item.target]
        aliases = {item.name: item.target for item in reversed(self._imports)}
        skip = [(item.start, item.end) for item in found]
        return substitutions(self._data, aliases, skip, self._quotes)

    def unlike_file(self, around: int) -> bytes | None:
        places = self._offsets.rewritten()
        return b"\n".join(self.text[max(at - around, 0) : end + around] for at, end in places)

    def locate(self, start: int, end: int) -> tuple[int, int]:
        return self._offsets.original(start, end)

    # -- which hits count ----------------------------------------------------

    def dismissal(self, start: int, end: int, named: Spans = ()) -> str:
        at, stop = self.locate(start, end)
        if at == stop:
            return "the hit is empty"
        first = self.text[start : start + 1]
        if (first.isalnum() or first == b"_") and self.text[start - 1 : start] == b".":
            return "the hit starts in the middle of a dotted name"
        if place := self._syntax.not_code(at):
            return f"the hit starts inside a {place}"
        path = self._syntax.path(at, stop)
        if self._branches.never_run(path):
            return "the hit is in a branch that never runs"
        for root in _ROOT.finditer(self.text, start, end + 1):
            if any(low <= root.start() < high for low, high in named):
                continue
            name_at = self.locate(root.start(), root.end())[0]
            if reason := self._shadows.reason(name_at, path, first=root.start() == start):
                return reason
        return ""

    def syntax(self) -> Node:
        """The root of the tree of the whole file."""
        return self._syntax.whole().root_node

    @property
    def parsed(self) -> Syntax:
        """The tree of the file, parsed where somebody looks."""
        return self._syntax

    def nodes(self, start: int, end: int) -> list[Node]:
        """The nodes around a stretch of the file, outermost first."""
        return [step.node for step in self._syntax.path(start, end)]

    @property
    def source(self) -> bytes:
        """The file as it is, which original offsets count."""
        return self._data

    def comments(self, word: bytes) -> Iterator[tuple[int, int]]:
        spans = comments(self._data)
        return ((start, end) for start, end in spans if word in self._data[start:end])

    def without_comments(self, text: bytes) -> bytes:
        return lex(text).text

    def is_code(self, text: bytes, offset: int) -> bool:
        return not _lexed(text).string_around(offset)

    # -- regions and scopes ----------------------------------------------------

    def region(self, kind: str, at: str, start: int, end: int) -> Region | None:
        begin, stop = self.locate(start, end)
        types = grammar.KINDS[kind]
        for step in reversed(self._syntax.path(begin, stop, wide=kind == "class")):
            node = step.node
            if node.type == "decorated_definition" and kind in ("function", "class"):
                node = node.child_by_field_name("definition") or node
            if node.type in types:
                return self._region(kind, node)
        return None

    def _region(self, kind: str, node: Node) -> Region:
        outer = grammar.with_decorators(node)
        start, end = (
            (0, len(self._data)) if kind == "module" else (outer.start_byte, outer.end_byte)
        )
        if kind == "statement":
            end = grammar.header_end(node)
        deep = self._canonical(start, end)
        return Region(kind, start, end, own_level(self._own(kind, node, start, end)), deep)

    def _own(self, kind: str, node: Node, start: int, end: int) -> bytes:
        if kind in ("class", "module"):
            holder = (
                self._syntax.whole().root_node
                if kind == "module"
                else node.child_by_field_name("body")
            )
            return self._canonical(start, end, grammar.inner_bodies(holder))
        return self._canonical(start, grammar.header_end(node))

    def scope(self, name: str, start: int, end: int) -> bytes:
        if name == "file":
            return self._canonical(0, len(self._data))
        node = self._nearest(name, *self.locate(start, end))
        if node is None:
            return b"" if name == "class" else self._canonical(0, len(self._data))
        outer = grammar.with_decorators(node)
        return self._canonical(outer.start_byte, outer.end_byte)

    def holders(self, start: int, end: int) -> Iterator[bytes]:
        path = self._syntax.path(*self.locate(start, end))
        found = (grammar.innermost(name, path) for name in ("class", "function"))
        yield from (grammar.name_of(node).encode() for node in found if node is not None)

    def _nearest(self, name: str, begin: int, stop: int) -> Node | None:
        return grammar.innermost(name, self._syntax.path(begin, stop, wide=name == "class"))

    # -- contexts ----------------------------------------------------------------

    def cannot_be_within(self, context: str, start: int) -> bool:
        if context not in ("async-function", "loop", "module"):
            return False
        at = self.locate(start, start)[0]
        if context == "loop":
            block = self._syntax.outline.definition(at, (0, len(self._data)))[0]
            return _LOOP.search(self._data, block, at) is None
        function = self._syntax.outline.function(at)
        if context == "module":
            return function >= 0
        return _ASYNC.search(self._data, max(function, 0), at) is None

    def within(self, context: str, header: Regex, start: int, end: int) -> bool:
        path = self._syntax.path(*self.locate(start, end))
        if context in ("async-function", "sync-function", "function", "module"):
            return self._within_function(context, header, path)
        if context == "class":
            return any(
                self._matches(header, s.node) for s, b in grammar.holders(path, grammar.CLASSES)
            )
        if context == "main-guard":
            return any(
                s.node.type == "if_statement" and b"__name__" in self._header(s.node) for s in path
            )
        return self._within_block(context, header, path)

    def _within_function(self, context: str, header: Regex, path: list[Step]) -> bool:
        wanted = grammar.FUNCTIONS if context == "function" else SCOPES
        holder = next((step for step, _ in grammar.holders(path, wanted)), None)
        if holder is None or context == "module":
            return holder is None and context == "module"
        is_async = grammar.is_async(holder.node)
        if (context == "async-function" and not is_async) or (
            context == "sync-function" and is_async
        ):
            return False
        return self._matches(header, holder.node)

    def _within_block(self, context: str, header: Regex, path: list[Step]) -> bool:
        types = grammar.CONTEXTS[context]
        for index in range(len(path) - 2, -1, -1):
            step, below = path[index], path[index + 1]
            found = step.node.type in types and grammar.is_inside(context, step.node, below)
            if found and self._matches(header, step.node):
                return True
            if grammar.holds(step, below):
                return False
        return False

    def _matches(self, header: Regex, node: Node) -> bool:
        return header.search(self._header(node)) is not None

    def _header(self, node: Node) -> bytes:
        return b"\n".join(self._canonical(*stretch) for stretch in grammar.header(node))

    # -- offsets -----------------------------------------------------------------

    def _canonical(self, start: int, end: int, holes: Sequence[tuple[int, int]] = ()) -> bytes:
        """The text of a stretch that begins in code: comments and holes blanked, names spelled out."""
        key = (start, end, *holes)
        if key not in self._texts:
            self._texts[key] = self._clean(start, end, holes)
        return self._texts[key]

    def _clean(self, start: int, end: int, holes: Sequence[tuple[int, int]]) -> bytes:
        text = lex(self._data[start:end]).text
        if holes:
            text = blank(text, ((a - start, b - start) for a, b in holes))
        first, last = bisect_left(self._edited, start), bisect_left(self._edited, end)
        edits = [self._edits[at] for at in self._edited[first:last]]
        kept = (edit for edit in edits if not any(a <= edit.start < b for a, b in holes))
        return rewrite(
            text, [Edit(edit.start - start, edit.end - start, edit.text) for edit in kept]
        )


@lru_cache(maxsize=8)
def _lexed(text: bytes) -> Lexed:
    return lex(text)
