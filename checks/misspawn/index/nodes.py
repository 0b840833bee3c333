"""What short pieces of Python's syntax tree say: names, lines, annotations, decorators."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from misspawn.index.annotations import written

_DOTTED = re.compile(rb"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


def text(node: Node) -> str:
    """The source of a node."""
    return (node.text or b"").decode("utf-8", "replace")


def line(node: Node) -> int:
    """The line of a node, counted from 1."""
    return node.start_point.row + 1


def annotation(node: Node | None) -> str:
    """The source of an annotation, '' when there is none."""
    return written(node.text or b"") if node is not None else ""


def decorator(node: Node) -> str:
    """The name of a decorator, with `()` behind it when it is called first; '' when it is no plain one."""
    inner = node.named_children[0] if node.named_children else None
    name = dotted(inner)
    return f"{name}()" if name and inner is not None and inner.type == "call" else name


def dotted(node: Node | None) -> str:
    """The text of a plain dotted name, of a call its callee; else ''."""
    if node is not None and node.type == "subscript":
        node = node.child_by_field_name("value")
    if node is not None and node.type == "call":
        node = node.child_by_field_name("function")
    source = (node.text or b"") if node is not None else b""
    return source.decode() if _DOTTED.fullmatch(source) else ""


def names(target: Node) -> Iterator[Node]:
    """The plain names in the target of an assignment."""
    if target.type == "identifier":
        yield target
    elif target.type not in ("attribute", "subscript"):
        for child in target.named_children:
            yield from names(child)
