"""YAML as a tree of nodes that know where they stand, built from libyaml's events.

Not from tree-sitter-yaml: 0.7.2 overruns a buffer and crashes the process on 300 nested lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_DEPTH = 200  # libyaml's time is quadratic in the depth of flow collections
_ASCII = bytes(byte if byte in b"\t\n\r" or 32 <= byte < 127 else ord("x") for byte in range(256))
_PROPERTIES = re.compile(rb"(?:[&!]\S*\s+)*")
_COMMENT = re.compile(rb"#[^\r\n]*")


class Node(NamedTuple):
    """A value and where it stands, without its anchor and tag.

    `text`: what a scalar says (bytes outside ASCII read `x`), or the name that an alias refers to.
    """

    kind: Literal["mapping", "sequence", "scalar", "alias"]
    start: int
    end: int
    text: bytes = b""
    style: str = ""
    entries: tuple[Entry, ...] = ()

    def find(self, path: bytes) -> Node | None:
        """The value at a dotted path of mapping keys."""
        node: Node | None = self
        for key in path.split(b"."):
            node = next((e.node for e in node.entries if e.key == key), None) if node else None
        return node


class Entry(NamedTuple):
    """A key of a mapping, or an index of a sequence, and its value. `start`: where the key begins."""

    key: bytes
    start: int
    node: Node


class Tree(NamedTuple):
    """The documents of a file, what its anchors name, and the stretches of its scalars in order."""

    roots: list[Node]
    anchors: dict[bytes, Node]
    scalars: list[tuple[int, int]]


def parse(data: bytes) -> Tree:
    """The tree of a file; of a malformed one, the documents before the error."""
    tree = Tree([], {}, [])
    opened: list[tuple[Any, list[Node]]] = []
    for event in _events(data):
        if isinstance(event, yaml.CollectionStartEvent):
            opened.append((event, []))
            if len(opened) > _MAX_DEPTH:
                break
        elif isinstance(event, yaml.CollectionEndEvent):
            start, children = opened.pop()
            _add(_collection(start, event, children, data), start.anchor, tree, opened)
        elif isinstance(event, yaml.NodeEvent):
            node = _leaf(event, data)
            tree.scalars.append((node.start, node.end))
            _add(node, event.anchor if node.kind == "scalar" else None, tree, opened)
    return tree


def comments(data: bytes, scalars: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The comments of a file: every `#` between scalars starts one."""
    done = 0
    for start, end in (*scalars, (len(data), len(data))):
        for comment in _COMMENT.finditer(data, done, start):
            yield comment.span()
        done = end


def _events(data: bytes) -> Iterator[Any]:
    """The events until the end or the first error. Their marks count bytes: all text is ASCII."""
    try:
        yield from yaml.parse(data.translate(_ASCII).decode("ascii"), Loader=_LOADER)
    except yaml.YAMLError:
        return


def _add(node: Node, anchor: str | None, tree: Tree, opened: list[tuple[Any, list[Node]]]) -> None:
    if anchor:
        tree.anchors[anchor.encode()] = node
    siblings = opened[-1][1] if opened else tree.roots
    siblings.append(node)


def _leaf(event: Any, data: bytes) -> Node:
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, yaml.AliasEvent):
        return Node("alias", start, end, (event.anchor or "").encode())
    start = _without_properties(start, end, data)
    end = start + len(data[start:end].rstrip())
    return Node("scalar", start, end, event.value.encode(), event.style or "")


def _collection(opening: Any, closing: Any, children: list[Node], data: bytes) -> Node:
    start, end = opening.start_mark.index, closing.end_mark.index
    start = _without_properties(start, end, data)
    if not opening.flow_style and children:
        start, end = children[0].start, children[-1].end
    if isinstance(opening, yaml.SequenceStartEvent):
        items = (Entry(b"%d" % index, child.start, child) for index, child in enumerate(children))
        return Node("sequence", start, end, entries=tuple(items))
    pairs = zip(children[::2], children[1::2], strict=True)
    entries = (Entry(key.text, key.start, value) for key, value in pairs)
    return Node("mapping", start, end, entries=tuple(entries))


def _without_properties(start: int, end: int, data: bytes) -> int:
    properties = _PROPERTIES.match(data, start, end)
    return properties.end() if properties else start
