"""Python's syntax tree, parsed only where somebody looks.

A file is cut into blocks at its top-level definitions; a hit parses the block around it and no
more (tree-sitter's `included_ranges` keep the offsets of the file). Where a block does not parse
by itself, the whole file is parsed instead, so both ways see the same tree around a hit.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property, lru_cache
from typing import NamedTuple

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Point, Range, Tree

from misspawn.regions.names import Lexed

_TOP_LEVEL = re.compile(rb"^(?:(?P<definition>@|(?:async[ \t]+)?def\b|class\b)|[^\s)\]}])", re.M)


class Step(NamedTuple):
    """A node on the way down to a hit, and the field of its parent in which it lies."""

    node: Node
    field: str


class Syntax:
    """The lazily parsed tree of one file. `whole=True` turns the cutting into blocks off."""

    def __init__(self, lexed: Lexed, *, whole: bool = False) -> None:
        self._lexed = lexed
        self._cut_up = not whole
        self._trees: dict[int, Tree] = {}

    @cached_property
    def _blocks(self) -> list[int]:
        return _cut(self._lexed) if self._cut_up else [0]

    def path(self, start: int, end: int) -> list[Step]:
        """The nodes around a stretch, outermost first."""
        cursor = self.tree(start, end).walk()
        path: list[Step] = []
        while (node := cursor.node) is not None and node.start_byte <= start and end <= node.end_byte:
            path.append(Step(node, cursor.field_name or ""))
            if cursor.goto_first_child_for_byte(start) is None:
                break
        return path

    def tree(self, start: int, end: int) -> Tree:
        """The tree of the block that holds the stretch, or of the file if the block has errors."""
        index = bisect_right(self._blocks, start) - 1
        block = self._blocks[index]
        stop = self._blocks[index + 1] if index + 1 < len(self._blocks) else len(self._lexed.text)
        if end > stop:
            return self.whole()
        tree = self._trees.get(block)
        if tree is None:
            tree = self._trees[block] = self._parse(block, stop)
        return self.whole() if tree.root_node.has_error else tree

    def whole(self) -> Tree:
        """The tree of the whole file."""
        tree = self._trees.get(-1)
        if tree is None:
            tree = self._trees[-1] = _parser().parse(self._lexed.text)
        return tree

    def _parse(self, start: int, end: int) -> Tree:
        if (start, end) == (0, len(self._lexed.text)):
            return self.whole()
        text = self._lexed.text
        row = text.count(b"\n", 0, start)
        stop = Point(row + text.count(b"\n", start, end), end - text.rfind(b"\n", start, end) - 1)
        block = Range(Point(row, 0), stop, start, end)
        return Parser(_language(), included_ranges=[block]).parse(text)


@lru_cache(maxsize=1)
def _language() -> Language:
    return Language(tree_sitter_python.language())


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(_language())


def _cut(lexed: Lexed) -> list[int]:
    """Offsets at which the blocks begin: each top-level definition is one, what lies between is one."""
    blocks = [0]
    decorated = definition = False
    for line in _TOP_LEVEL.finditer(lexed.text):
        if lexed.string_around(line.start()):
            continue
        defines = line["definition"] is not None
        if (defines and not decorated) or (definition and not defines):
            blocks.append(line.start())
        decorated = defines and line["definition"] == b"@"
        definition = defines
    return blocks if len(blocks) < 2 or blocks[1] > 0 else blocks[1:]
