"""Shell scripts, read with tree-sitter-bash: whole files, and scripts in the strings of other files."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import tree_sitter_bash
from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser

from misspawn.model import Language
from misspawn.regex import Regex
from misspawn.regions.document import Document, Region, Spans
from misspawn.regions.scripts import may_run_scripts, name_of, script_of
from misspawn.regions.view import View, blank

_COMMANDS = {
    "command",
    "declaration_command",
    "test_command",
    "unset_command",
    "variable_assignment",
    "variable_assignments",
}
_CHAIN = {
    "list",
    "pipeline",
    "redirected_statement",
    "heredoc_redirect",
    "negated_command",
    *_COMMANDS,
}
_STRINGS = {"string", "raw_string", "ansi_c_string", "heredoc_body"}
_NESTED = {"command_substitution", "process_substitution", "subshell"}
_LOOPS = {"for_statement", "c_style_for_statement", "while_statement"}
_SOUGHT = {
    "comment": "comment",
    "raw_string": "verbatim",
    "heredoc_body": "verbatim",
    "command": "command",
    **dict.fromkeys(_NESTED, "nested"),
}
_SEPARATORS = {
    "list": frozenset[str](),
    "pipeline": frozenset({"&&", "||"}),
    "command": frozenset({"&&", "||", "|", "|&"}),
}
_JOINED_BY = {"list": {"&&", "||"}, "pipeline": {"|", "|&"}}
_MAX_DEPTH = 1000  # deeper nesting is an attack, and each hit walks down to its depth
_CHUNK = 1 << 16  # bytes that the parser asks for at a time
_CONTINUATION = re.compile(rb"(?<!\\)(?:\\\\)*\\\r?\n")
_BACKGROUND = re.compile(rb"[ \t]*&(?!&)")


class Around(NamedTuple):
    """A context that a hit lies in, and its header."""

    context: str
    header: bytes


class Operator(NamedTuple):
    """What joins two commands, such as `&&` or `|`."""

    symbol: str
    start: int
    end: int


class ShellDocument(Document):
    """A shell script. `around`: the contexts of the place that it is embedded in."""

    language = Language.SHELL
    kinds = ("command", "pipeline", "list", "script")
    contexts = ("function", "if", "loop", "subshell", "trap")

    def __init__(self, view: View, around: tuple[Around, ...] = ()) -> None:
        self._view = view
        self._around = around
        self._root = _parse(view.data)
        found: dict[str, list[Node]] = {}
        for node in _descend(self._root):
            found.setdefault(_SOUGHT[node.type], []).append(node)
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
            if node.type in _NESTED:
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
        top = self._chain(start, end)
        if top is None:
            return None
        operators = _operators(top)
        bounds = _between(
            operators, _SEPARATORS[kind], start, end, (top.start_byte, self._end(top))
        )
        if bounds is None:
            return None
        inner = {o.symbol for o in operators if bounds[0] <= o.start < bounds[1]}
        if kind in _JOINED_BY and not inner & _JOINED_BY[kind]:
            return None
        return _trim(self.text, *bounds)

    def _chain(self, start: int, end: int) -> Node | None:
        """The whole of what `|`, `&&` and `||` join around a stretch."""
        path = self._path(start, end)
        while path and path[-1].type not in _CHAIN:
            path.pop()
        while len(path) > 1 and path[-2].type in _CHAIN:
            path.pop()
        return path[-1] if path else None

    def _end(self, node: Node) -> int:
        background = _BACKGROUND.match(self.text, node.end_byte)
        return background.end() if background else node.end_byte

    def scope(self, name: str, start: int, end: int) -> bytes:
        if name == "class":
            return b""
        node = self._chain(start, end) if name == "statement" else None
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
        """The nodes around a stretch, outermost first; none where the nesting is absurd."""
        cursor = self._root.walk()
        path: list[Node] = []
        while (
            (node := cursor.node) is not None and node.start_byte <= start and end <= node.end_byte
        ):
            path.append(node)
            if len(path) > _MAX_DEPTH:
                return []
            if cursor.goto_first_child_for_byte(start) is None:
                break
        return path


@lru_cache(maxsize=1)
def _grammar() -> Grammar:
    return Grammar(tree_sitter_bash.language())


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(_grammar())


def _parse(data: bytes) -> Node:
    """The root of the syntax tree; an empty one when parsing takes absurdly long.

    tree-sitter's recovery from errors is quadratic: 40 kB of `a | a | ...` without an end take 14 s.
    It reports progress at most once per 160 bytes of real scripts, and far more often in recovery.
    """
    left = iter(range(100 + len(data) // 50))
    try:
        return (
            _parser()
            .parse(
                lambda at, _: data[at : at + _CHUNK],
                progress_callback=lambda *_: next(left, None) is None,
            )
            .root_node
        )
    except ValueError:
        _parser().reset()
        return _parser().parse(b"").root_node


@lru_cache(maxsize=8)
def _document(text: bytes) -> ShellDocument:
    return ShellDocument(View(text))


def _descend(root: Node) -> Iterator[Node]:
    """All nodes that are sought. Not by a query: its time is quadratic in the children of a node."""
    cursor = root.walk()
    while True:
        node = cursor.node
        if node is not None and node.type in _SOUGHT:
            yield node
        if cursor.goto_first_child():
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return


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


def _operators(top: Node) -> list[Operator]:
    found: list[Operator] = []
    pending = [top]
    while pending:
        for child in pending.pop().children:
            if child.type in _SEPARATORS["command"]:
                found.append(Operator(child.type, child.start_byte, child.end_byte))
            elif child.type in _CHAIN:
                pending.append(child)
    return found


def _between(
    operators: list[Operator], symbols: frozenset[str], start: int, end: int, whole: tuple[int, int]
) -> tuple[int, int] | None:
    """The part of a chain between two separators; None when one lies within the hit."""
    first, last = whole
    for operator in operators:
        if operator.symbol in symbols:
            if operator.end <= start:
                first = max(first, operator.end)
            elif operator.start >= end:
                last = min(last, operator.start)
            else:
                return None
    return first, last


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
    if node.type in _NESTED:
        return Around("subshell", node.children[0].text or b"")
    if node.type == "command" and name_of(node) == b"trap":
        return Around("trap", text[node.start_byte : node.end_byte])
    return None


def _header(node: Node, until: str, text: bytes) -> bytes:
    end = next((child.start_byte for child in node.children if child.type == until), node.end_byte)
    return text[node.start_byte : end].rstrip()
