"""Python's syntax tree, parsed only where somebody looks.

A file is cut into blocks at its top-level definitions; a hit parses the block around it and no
more (tree-sitter's `included_ranges` keep the offsets of the file). Where a block does not parse
by itself, the whole file is parsed instead, so both ways see the same tree around a hit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Point, Range, Tree

from misspawn.regions.lexical import Quotes
from misspawn.regions.outline import Outline
from misspawn.regions.statements import Span, Statements, statements

_CLASS_HEADER = re.compile(rb"(?:@[^\n]*\n(?:[ \t)\]}][^\n]*\n|\n)*)*class\b[^:#\n]*:[ \t]*\r?\n")
_FIRST_MEMBER = re.compile(rb"^[ \t]+(?=[^\s#])", re.MULTILINE)
_OUTSIDE = re.compile(rb"^[^\s#)\]}]", re.MULTILINE)  # begins what is no part of a class


class Step(NamedTuple):
    """A node on the way down to a hit, and the field of its parent in which it lies."""

    node: Node
    field: str


class Block(NamedTuple):
    """A stretch that is parsed by itself, behind the header of the class that it belongs to."""

    start: int
    end: int
    header: Span | None = None


class Syntax:
    """The lazily parsed tree of one file. `whole=True` turns the cutting into blocks off."""

    def __init__(self, data: bytes, quotes: Quotes | None = None, *, whole: bool = False) -> None:
        self.quotes = quotes or Quotes(data)
        self.outline = Outline(data, self.quotes)
        self.data = data
        self._data = data
        self._cut_up = not whole
        self._trees: dict[Block, Tree] = {}
        self._stretches: dict[tuple[Span, ...], Tree] = {}
        self._ends: dict[Span, int] = {}
        self._paths: dict[tuple[int, int, bool], list[Step]] = {}

    def path(self, start: int, end: int, *, wide: bool = False) -> list[Step]:
        """The nodes around a stretch, outermost first. `wide`: with classes in their full extent."""
        key = (start, end, wide)
        if key not in self._paths:
            self._paths[key] = self._walk(start, end, wide)
        return self._paths[key]

    def not_code(self, at: int) -> str:
        """`comment` or `string` if the offset lies inside one."""
        for step in reversed(self.path(at, at + 1)):
            if step.node.type == "comment":
                return "comment"
            if step.node.type == "interpolation":
                return ""
            if step.node.type == "string":
                opening = step.node.child(0)
                return "string" if opening is not None and at >= opening.end_byte else ""
        return ""

    def named(self, start: int, end: int) -> Node | None:
        """The smallest named node around a stretch."""
        return self._tree(start, end, wide=False).root_node.named_descendant_for_byte_range(
            start, end
        )

    def over(self, spans: Iterable[Span]) -> Node:
        """The root of what these stretches alone come to; of the whole file where that does not parse."""
        key = tuple(spans)
        if key not in self._stretches:
            found = self._parsed(key)
            self._stretches[key] = self.whole() if found.root_node.has_error else found
        return self._stretches[key].root_node

    @cached_property
    def statements(self) -> Statements:
        """Those of the module."""
        return statements(self._data, self.quotes, (0, len(self._data)))

    def whole(self) -> Tree:
        """The tree of the whole file."""
        return self._parse(Block(0, len(self._data)))

    def _walk(self, start: int, end: int, wide: bool) -> list[Step]:
        cursor = self._tree(start, end, wide=wide).walk()
        path: list[Step] = []
        while (
            (node := cursor.node) is not None and node.start_byte <= start and end <= node.end_byte
        ):
            path.append(Step(node, cursor.field_name or ""))
            if cursor.goto_first_child_for_byte(start) is None:
                break
        return path

    def _tree(self, start: int, end: int, *, wide: bool) -> Tree:
        """The tree of the smallest block around the stretch that parses without errors.

        Where the whole file is parsed already, that is the one.
        """
        if (known := self._trees.get(Block(0, len(self._data)))) is not None:
            return known
        for block in self._around(start, end, wide=wide):
            tree = self._parse(block)
            if not tree.root_node.has_error:
                return tree
        return self.whole()

    def _around(self, start: int, end: int, *, wide: bool) -> Iterator[Block]:
        """The member of a class and the top-level definition that hold the stretch, smallest first."""
        if not self._cut_up:
            return
        top = Block(*self.outline.definition(start, (0, len(self._data))))
        if end > top.end:
            return
        if not wide and (member := self._member(top, start)) and end <= member.end:
            yield member
        yield top

    def _member(self, top: Block, offset: int) -> Block | None:
        header = class_header(self._data, top.start, top.end)
        if header is None or offset < header[1]:
            return None
        within = header[1], top.end
        indent = first_indent(self._data, within)
        if not indent:
            return None
        stop = self._end(within)
        if offset >= stop:
            return None
        start, end = self.outline.definition(offset, within, indent)
        return Block(start, min(end, stop), header)

    def _end(self, within: Span) -> int:
        """Where the body of a class ends, whose stretch goes on up to the next definition."""
        if within not in self._ends:
            found = (line.start() for line in _OUTSIDE.finditer(self._data, *within))
            outside = (at for at in found if self.quotes.are_even(within[0], at))
            self._ends[within] = next(outside, within[1])
        return self._ends[within]

    def _parse(self, block: Block) -> Tree:
        tree = self._trees.get(block)
        if tree is None:
            spans = [(block.start, block.end)]
            tree = self._parsed([block.header, *spans] if block.header else spans)
            self._trees[block] = tree
        return tree

    def _parsed(self, spans: Iterable[Span]) -> Tree:
        text, spans = self._data, [*spans]
        if spans == [(0, len(text))]:
            return _parser().parse(text)
        ranges = [_range(text, *span) for span in spans]
        return Parser(language(), included_ranges=ranges).parse(text)


def class_header(data: bytes, start: int, end: int) -> Span | None:
    """The head of the class that a stretch is, with its decorators; None when it is none, or no simple one."""
    found = _CLASS_HEADER.match(data, start, end)
    return found.span() if found else None


def first_indent(data: bytes, within: Span) -> bytes:
    """The indentation of the first statement of a body, b"" when there is none."""
    found = _FIRST_MEMBER.search(data, *within)
    return found[0] if found else b""


@lru_cache(maxsize=1)
def language() -> Language:
    """tree-sitter's Python."""
    return Language(tree_sitter_python.language())


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(language())


def _range(text: bytes, start: int, end: int) -> Range:
    row = text.count(b"\n", 0, start)
    stop = Point(row + text.count(b"\n", start, end), end - text.rfind(b"\n", 0, end) - 1)
    return Range(Point(row, start - text.rfind(b"\n", 0, start) - 1), stop, start, end)
