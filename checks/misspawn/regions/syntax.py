"""Python's syntax tree, parsed only where somebody looks.

A file is cut into blocks at its top-level definitions; a hit parses the block around it and no
more (tree-sitter's `included_ranges` keep the offsets of the file). Where a block does not parse
by itself, the whole file is parsed instead, so both ways see the same tree around a hit.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Point, Range, Tree

_DEFINES = rb"(?P<definition>@|(?:async[ \t]+)?def\b|class\b)"
_TOP_LEVEL = re.compile(rb"^(?:" + _DEFINES + rb"|[^\s)\]}#])", re.M)
_CLASS_HEADER = re.compile(rb"(?:@[^\n]*\n(?:[ \t)\]}][^\n]*\n|\n)*)*class\b[^:#\n]*:[ \t]*\r?\n")
_TRIPLE = (b'"""', b"'''")
_FIRST_MEMBER = re.compile(rb"^[ \t]+(?=[^\s#])", re.M)


class Step(NamedTuple):
    """A node on the way down to a hit, and the field of its parent in which it lies."""

    node: Node
    field: str


class Block(NamedTuple):
    """A stretch that is parsed by itself, behind the header of the class that it belongs to."""

    start: int
    end: int
    header: tuple[int, int] | None = None


class Syntax:
    """The lazily parsed tree of one file. `whole=True` turns the cutting into blocks off."""

    def __init__(self, data: bytes, *, whole: bool = False) -> None:
        self._data = data
        self._cut_up = not whole
        self._trees: dict[Block, Tree] = {}
        self._members: dict[int, list[Block]] = {}

    def path(self, start: int, end: int, *, wide: bool = False) -> list[Step]:
        """The nodes around a stretch, outermost first. `wide`: with classes in their full extent."""
        cursor = self._tree(start, end, wide).walk()
        path: list[Step] = []
        while (node := cursor.node) is not None and node.start_byte <= start and end <= node.end_byte:
            path.append(Step(node, cursor.field_name or ""))
            if cursor.goto_first_child_for_byte(start) is None:
                break
        return path

    def block_start(self, offset: int) -> int:
        """Where the smallest block around an offset begins."""
        return next(self._around(offset, offset, wide=False), Block(0, 0)).start

    def whole(self) -> Tree:
        """The tree of the whole file."""
        return self._parse(Block(0, len(self._data)))

    def _tree(self, start: int, end: int, wide: bool) -> Tree:
        """The tree of the smallest block around the stretch that parses without errors."""
        for block in self._around(start, end, wide=wide):
            tree = self._parse(block)
            if not tree.root_node.has_error:
                return tree
        return self.whole()

    def _around(self, start: int, end: int, *, wide: bool) -> Iterator[Block]:
        if not self._cut_up:
            return
        top = _holding(self._blocks, start)
        if top is None or end > top.end:
            return
        if not wide:
            if top.start not in self._members:
                self._members[top.start] = list(_cut_class(self._data, top))
            member = _holding(self._members[top.start], start)
            if member is not None and end <= member.end:
                yield member
        yield top

    @cached_property
    def _blocks(self) -> list[Block]:
        return list(_cut(self._data, _TOP_LEVEL.finditer(self._data), len(self._data)))

    def _parse(self, block: Block) -> Tree:
        tree = self._trees.get(block)
        if tree is None:
            text = self._data
            spans = [(block.start, block.end)] if block.header is None else [block.header, (block.start, block.end)]
            ranges = None if spans == [(0, len(text))] else [_range(text, *span) for span in spans]
            parser = _parser() if ranges is None else Parser(_language(), included_ranges=ranges)
            tree = self._trees[block] = parser.parse(text)
        return tree


@lru_cache(maxsize=1)
def _language() -> Language:
    return Language(tree_sitter_python.language())


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(_language())


def _range(text: bytes, start: int, end: int) -> Range:
    row = text.count(b"\n", 0, start)
    stop = Point(row + text.count(b"\n", start, end), end - text.rfind(b"\n", 0, end) - 1)
    return Range(Point(row, start - text.rfind(b"\n", 0, start) - 1), stop, start, end)


def _holding(blocks: list[Block], offset: int) -> Block | None:
    index = bisect_right(blocks, (offset, sys.maxsize)) - 1
    if index < 0 or offset >= blocks[index].end:
        return None
    return blocks[index]


def _cut(
    data: bytes, lines: Iterable[re.Match[bytes]], end: int, header: tuple[int, int] | None = None
) -> Iterator[Block]:
    """Blocks of sibling statements: each definition with its decorators is one, what lies between is one.

    A line behind an odd number of triple quotes may lie in a string, and begins no block.
    """
    start, counted, odd = -1, header[0] if header else 0, [0, 0]
    decorated = definition = False
    for line in lines:
        for index, quotes in enumerate(_TRIPLE):
            odd[index] ^= data.count(quotes, counted, line.start()) & 1
        counted = line.start()
        if any(odd):
            continue
        defines = line["definition"] is not None
        if start >= 0 and ((defines and not decorated) or (definition and not defines)):
            yield Block(start, line.start(), header)
            start = -1
        start = line.start() if start < 0 else start
        decorated = defines and line["definition"] == b"@"
        definition = defines
    if start >= 0:
        yield Block(start, end, header)


def _cut_class(data: bytes, top: Block) -> Iterator[Block]:
    """The members of a class, each to be parsed behind the class's header."""
    header = _CLASS_HEADER.match(data, top.start, top.end)
    if header is None or (first := _FIRST_MEMBER.search(data, header.end(), top.end)) is None:
        return
    members = _members(first[0]).finditer(data, header.end(), top.end)
    yield from _cut(data, members, top.end, header.span())


@lru_cache(maxsize=16)
def _members(indent: bytes) -> re.Pattern[bytes]:
    """Finds the lines that begin a statement at this indentation."""
    return re.compile(rb"^" + re.escape(indent) + rb"(?:" + _DEFINES + rb"|[^\s)\]}#])", re.M)
