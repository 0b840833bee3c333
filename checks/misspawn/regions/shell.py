"""Shell scripts: whole files, and scripts in the strings of other files."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from tree_sitter import Node

from misspawn.model import Language
from misspawn.regex import Regex
from misspawn.regions import bash, chains
from misspawn.regions.document import Document, Region, Spans
from misspawn.regions.scripts import may_run_scripts, name_of, script_of
from misspawn.regions.view import View, blank

_STRINGS = {"string", "raw_string", "ansi_c_string", "heredoc_body"}
_LOOPS = {"for_statement", "c_style_for_statement", "while_statement"}
_CONTINUATION = re.compile(rb"(?<!\\)(?:\\\\)*\\\r?\n")
_BACKGROUND = re.compile(rb"[ \t]*&(?!&)")


class Around(NamedTuple):
    """A context that a hit lies in, and its header."""

    context: str
    header: bytes


class ShellDocument(Document):
    """A shell script. `around`: the contexts of the place that it is embedded in."""

    language = Language.SHELL
    kinds = ("command", "pipeline", "list", "script")
    contexts = ("function", "if", "loop", "subshell", "trap")

    def __init__(self, view: View, around: tuple[Around, ...] = ()) -> None:
        self._view = view
        self._around = around
        self._root = bash.parse(view.data)
        found = bash.sought(self._root)
        self._comments = _spans(found.get("comment", []))
        self._nested = _spans(found.get("nested", []))
        self._calls = found.get("command", [])
        self.text = _canonical(view.data, self._comments, _spans(found.get("verbatim", [])))

    @classmethod
    def open(cls, data: bytes, words: frozenset[bytes], *, whole: bool) -> ShellDocument:
        return cls(View(data))

    def locate(self, start: int, end: int) -> tuple[int, int]:
        return self._view.locate(start, end)

    def dismissal(self, start: int, end: int, named: Spans = ()) -> str:
        if not self.text[start:end].strip():
            return "the hit is empty (a comment was blanked there)"
        for node in reversed(self._path(start, start + 1)):
            if node.type in bash.NESTED:
                return ""
            if node.type in _STRINGS and (node.start_byte < start or node.type == "heredoc_body"):
                return "the hit starts inside a string"
        return ""

    def is_code(self, text: bytes, offset: int) -> bool:
        return not _document(text).dismissal(offset, len(text))

    def region(self, kind: str, at: str, start: int, end: int) -> Region | None:
        span = (0, len(self.text)) if kind == "script" else self._span(kind, start, end)
        if span is None:
            return None
        first = bisect_left(self._nested, span)
        last = bisect_left(self._nested, (span[1], 0))
        inner = [(s - span[0], e - span[0]) for s, e in self._nested[first:last] if (s, e) != span]
        deep = self.text[slice(*span)]
        return Region(kind, *self.locate(*span), blank(deep, inner), deep)

    def _span(self, kind: str, start: int, end: int) -> tuple[int, int] | None:
        top = chains.around(self._path(start, end))
        if top is None:
            return None
        whole = top.start_byte, self._end(top)
        bounds = chains.part(top, kind, (start, end), whole)
        return None if bounds is None else _trim(self.text, *bounds)

    def _end(self, node: Node) -> int:
        background = _BACKGROUND.match(self.text, node.end_byte)
        return background.end() if background else node.end_byte

    def scope(self, name: str, start: int, end: int) -> bytes:
        if name == "class":
            return b""
        node = chains.around(self._path(start, end)) if name == "statement" else None
        if name == "function":
            path = self._path(start, end)
            node = next((n for n in reversed(path) if n.type == "function_definition"), None)
        return self.text if node is None else self.text[node.start_byte : self._end(node)]

    def within(self, context: str, header: Regex, start: int, end: int) -> bool:
        around = self._contexts(start, end)
        return any(c.context == context and header.search(c.header) is not None for c in around)

    def _contexts(self, start: int, end: int) -> tuple[Around, ...]:
        found = (_context(node, self.text) for node in self._path(start, end))
        return (*self._around, *(context for context in found if context is not None))

    def comments(self, word: bytes) -> Iterator[tuple[int, int]]:
        for start, end in self._comments:
            if word in self._view.data[start:end]:
                yield self.locate(start, end)

    def embedded(self) -> Iterator[Document]:
        """The scripts of `sh -c '...'` and `trap '...'`."""
        for call in self._calls if may_run_scripts(self.text) else ():
            script = script_of(call, self._view)
            if script is not None:
                yield ShellDocument(script, self._contexts(call.start_byte, call.end_byte))

    def syntax(self) -> Node:
        """The root of the syntax tree."""
        return self._root

    def _path(self, start: int, end: int) -> list[Node]:
        return bash.path(self._root, start, end)


@lru_cache(maxsize=8)
def _document(text: bytes) -> ShellDocument:
    return ShellDocument(View(text))


def _spans(nodes: list[Node]) -> list[tuple[int, int]]:
    return sorted((node.start_byte, node.end_byte) for node in nodes)


def _canonical(
    data: bytes, comments: list[tuple[int, int]], verbatim: list[tuple[int, int]]
) -> bytes:
    """The script without comments (the `#!` line stays) and with continued lines joined."""
    text = blank(data, (span for span in comments if span[0] or not data.startswith(b"#!")))
    joints = (joint.span() for joint in _CONTINUATION.finditer(text))
    return blank(text, (joint for joint in joints if not _holds(verbatim, joint[0])))


def _holds(spans: list[tuple[int, int]], offset: int) -> bool:
    index = bisect_left(spans, (offset + 1, 0)) - 1
    return index >= 0 and offset < spans[index][1]


def _trim(text: bytes, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return end - len(part.lstrip()), start + len(part.rstrip())


def _context(node: Node, text: bytes) -> Around | None:
    if node.type == "function_definition":
        name = node.child_by_field_name("name")
        return Around("function", name.text or b"" if name is not None else b"")
    if node.type in _LOOPS:
        return Around("loop", _header(node, "do_group", text))
    if node.type == "if_statement":
        return Around("if", _header(node, "then", text))
    if node.type in bash.NESTED:
        return Around("subshell", node.children[0].text or b"")
    if node.type == "command" and name_of(node) == b"trap":
        return Around("trap", text[node.start_byte : node.end_byte])
    return None


def _header(node: Node, until: str, text: bytes) -> bytes:
    end = next((child.start_byte for child in node.children if child.type == until), node.end_byte)
    return text[node.start_byte : end].rstrip()
