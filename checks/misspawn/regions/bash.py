"""Shell scripts as trees: tree-sitter-bash, kept linear whatever the script holds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

NESTED = {"command_substitution", "process_substitution", "subshell"}
_SOUGHT = {
    "comment": "comment",
    "raw_string": "verbatim",
    "heredoc_body": "verbatim",
    "command": "command",
    **dict.fromkeys(NESTED, "nested"),
}
_MAX_DEPTH = 1000  # deeper nesting is an attack, and each hit walks down to its depth
_CHUNK = 1 << 16  # bytes that the parser asks for at a time


@lru_cache(maxsize=1)
def _grammar() -> Language:
    return Language(tree_sitter_bash.language())


@lru_cache(maxsize=1)
def _parser() -> Parser:
    return Parser(_grammar())


def parse(data: bytes) -> Node:
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


def sought(root: Node) -> dict[str, list[Node]]:
    """The comments, texts that stand as they are, commands and nested scripts in a tree, by what they are."""
    found: dict[str, list[Node]] = {}
    for node in _descend(root):
        found.setdefault(_SOUGHT[node.type], []).append(node)
    return found


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


def path(root: Node, start: int, end: int) -> list[Node]:
    """The nodes around a stretch, outermost first; none where the nesting is absurd."""
    cursor = root.walk()
    nodes: list[Node] = []
    while (node := cursor.node) is not None and node.start_byte <= start and end <= node.end_byte:
        nodes.append(node)
        if len(nodes) > _MAX_DEPTH:
            return []
        if cursor.goto_first_child_for_byte(start) is None:
            break
    return nodes
