"""Python: regions, contexts and scopes of a module, in its canonical view."""

from __future__ import annotations

import builtins
import re
import sys
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tree_sitter import Node

from misspawn.model import Language
from misspawn.regex import Regex
from misspawn.regions import grammar
from misspawn.regions.bindings import (
    SCOPES,
    bare,
    binding,
    defined,
    import_of,
    scope_text,
    word_at,
)
from misspawn.regions.document import Document, Region, Spans
from misspawn.regions.lexical import Lexed, Quotes, comments, lex
from misspawn.regions.names import Import, imports, own_level, substitutions
from misspawn.regions.offsets import Edit, OffsetMap, rewrite
from misspawn.regions.syntax import Step, Syntax
from misspawn.regions.view import blank

_GLOBAL_MEANING = frozenset(
    name.encode() for name in (*sys.stdlib_module_names, *dir(builtins)) if not name.startswith("_")
)
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
        self._paths: dict[tuple[int, int], list[Step]] = {}
        self._imported: dict[bytes, str] = {}
        self._bindings: dict[tuple[int, bytes], str] = {}

    @classmethod
    def open(cls, data: bytes, words: frozenset[bytes], *, whole: bool) -> PythonDocument:
        return cls(data, words, whole=whole)

    def _spelled_out(self, words: frozenset[bytes]) -> list[Edit]:
        every = imports(self._data, self._quotes, words)
        found = [item for item in every if item.target.partition(b".")[0] in words]
        self._imports = [item for item in found if item.name != item.target]
        aliases = {item.name: item.target for item in reversed(self._imports)}
        skip = [(item.start, item.end) for item in found]
        return substitutions(self._data, aliases, skip, self._quotes)

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
        if place := self._not_code(at):
            return f"the hit starts inside a {place}"
        for root in _ROOT.finditer(self.text, start, end + 1):
            if any(low <= root.start() < high for low, high in named):
                continue
            name_at = self.locate(root.start(), root.end())[0]
            if reason := self._shadow(name_at, self._path(at, stop), first=root.start() == start):
                return reason
        return ""

    def syntax(self) -> Node:
        """The root of the tree of the whole file."""
        return self._syntax.whole().root_node

    def nodes(self, start: int, end: int) -> list[Node]:
        """The nodes around a stretch of the file, outermost first."""
        return [step.node for step in self._path(start, end)]

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

    def _not_code(self, at: int) -> str:
        """`comment` or `string` if the offset lies inside one."""
        for step in reversed(self._path(at, at + 1)):
            if step.node.type == "comment":
                return "comment"
            if step.node.type == "interpolation":
                return ""
            if step.node.type == "string":
                opening = step.node.child(0)
                return "string" if opening is not None and at >= opening.end_byte else ""
        return ""

    def _shadow(self, at: int, path: list[Step], *, first: bool) -> str:
        """Why the name at the offset is not the imported one ('' when it is).

        What a hit begins with may also be a module or built-in that the file does not import.
        """
        edit = self._edits.get(at)
        name = self._data[at : edit.end] if edit else word_at(self._data, at)
        if not edit:
            imported = self._import_of(name)
            if not imported and not (first and name in _GLOBAL_MEANING):
                return ""
            if imported == "other":
                return f"`{name.decode()}` is imported from elsewhere"
        for step in grammar.enclosing(path):
            kind = self._binding(step.node, name)
            if kind == "local":
                return f"`{name.decode()}` is shadowed in `{grammar.name_of(step.node)}`"
            if kind == "import":
                return ""
        return (
            self._shadowed_in_module(name)
            if not edit
            else self._unreached(name) or self._shadowed_in_module(name)
        )

    def _import_of(self, name: bytes) -> str:
        if name not in self._imported:
            self._imported[name] = import_of(self._data, name)
        return self._imported[name]

    def _unreached(self, name: bytes) -> str:
        bound = [item for item in self._imports if item.name == name]
        if all(
            item.indented and grammar.enclosing(self._path(item.end - 1, item.end))
            for item in bound
        ):
            return f"`{name.decode()}` is imported in another function only"
        return ""

    def _binding(self, function: Node, name: bytes) -> str:
        key = (function.id, name)
        if key not in self._bindings:
            found = ""
            if bare(name).search(self._data, function.start_byte, function.end_byte):
                found = binding(scope_text(self._data, function), name)
            self._bindings[key] = found
        return self._bindings[key]

    def _shadowed_in_module(self, name: bytes) -> str:
        key = (-1, name)
        if key not in self._bindings:
            real = any(not self._not_code(at) for at in defined(self._data, name))
            self._bindings[key] = "local" if real else ""
        return f"`{name.decode()}` is redefined at module level" if self._bindings[key] else ""

    # -- regions and scopes ----------------------------------------------------

    def region(self, kind: str, at: str, start: int, end: int) -> Region | None:
        begin, stop = self.locate(start, end)
        types = grammar.KINDS[kind]
        path = (
            self._syntax.path(begin, stop, wide=True)
            if kind == "class"
            else self._path(begin, stop)
        )
        for step in reversed(path):
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
        path = self._path(*self.locate(start, end))
        found = (_innermost(name, path) for name in ("class", "function"))
        yield from (grammar.name_of(node).encode() for node in found if node is not None)

    def _nearest(self, name: str, begin: int, stop: int) -> Node | None:
        path = (
            self._syntax.path(begin, stop, wide=True)
            if name == "class"
            else self._path(begin, stop)
        )
        return _innermost(name, path)

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
        path = self._path(*self.locate(start, end))
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
        if node.type == "call" and (callee := node.child_by_field_name("function")):
            return self._canonical(callee.start_byte, callee.end_byte)
        if node.type in grammar.KINDS["assignment"] and (
            target := node.child_by_field_name("left")
        ):
            return self._canonical(target.start_byte, target.end_byte)
        if node.type == "try_statement":
            clauses = (c for c in node.children if c.type.startswith(("except", "finally")))
            return b"\n".join(self._canonical(c.start_byte, grammar.header_end(c)) for c in clauses)
        return self._canonical(grammar.with_decorators(node).start_byte, grammar.header_end(node))

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

    def _path(self, start: int, end: int) -> list[Step]:
        key = (start, end)
        if key not in self._paths:
            self._paths[key] = self._syntax.path(start, end)
        return self._paths[key]


def _innermost(name: str, path: list[Step]) -> Node | None:
    """The last node of this kind of scope on a path that has the rest of it in its body."""
    for step, below in zip(path[::-1], [None, *path[:0:-1]], strict=True):
        if step.node.type in grammar.KINDS[name] and (
            name == "statement" or below is None or below.field == "body"
        ):
            return step.node
    return None


@lru_cache(maxsize=8)
def _lexed(text: bytes) -> Lexed:
    return lex(text)
