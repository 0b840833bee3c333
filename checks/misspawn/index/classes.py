"""What a class's syntax tree tells beside the statements of its body: bases, and attributes of instances."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from misspawn.index import nodes
from misspawn.index.annotations import written
from misspawn.index.definitions import Definition
from misspawn.index.model import Kind

_SELF = re.compile(
    rb"^[ \t]+self\.(\w+)[ \t]*(?::([^=\n]+))?(?:=(?!=)[ \t]*([^\n]*))?$", re.MULTILINE
)
_CALL = re.compile(rb"([A-Za-z_]\w*(?:\.\w+)*)(?:\[[^\]\n]*\])?\(")
_PARAMETER = re.compile(rb"(\w+)(?:[ \t]+or\b.*)?")


def bases(node: Node) -> tuple[str, ...]:
    """The bases of a class as it writes them."""
    found = node.child_by_field_name("superclasses")
    return tuple(map(_base, found.named_children)) if found is not None else ()


def _base(node: Node) -> str:
    """A base class; a keyword other than `metaclass` says nothing, and what is not plain is ''."""
    if node.type == "keyword_argument":
        key = node.child_by_field_name("name")
        return "object" if key is not None and key.text != b"metaclass" else ""
    if node.type == "subscript":
        return nodes.dotted(node.child_by_field_name("value"))
    return nodes.dotted(node)


def attributes(function: Node) -> Iterator[Definition]:
    """What a method gives its instance: `self.x = C(...)`, `self.x: C`, `self.x = y`."""
    text = function.text or b""
    for found in _SELF.finditer(text) if b"self." in text else ():
        if found[2] or found[3]:
            line = nodes.line(function) + text.count(b"\n", 0, found.start())
            yield _attribute(found[1].decode("ascii", "replace"), line, found, function)


def may_change(items: Iterable[Definition]) -> bool:
    """Whether instances may get something else under a name: a method, and what the class sets to None."""
    return all(map(_may_change, items))


def _may_change(item: Definition) -> bool:
    if item.kind is Kind.VALUE:
        return item.returns == "None"
    return item.kind is not Kind.CLASS and not item.decorators


def _attribute(name: str, line: int, found: re.Match[bytes], function: Node) -> Definition:
    returns, value = written(found[2] or b""), found[3] or b""
    call = _CALL.match(value)
    called = (call[1].decode(),) if call else ()
    if not returns and (given := _PARAMETER.fullmatch(value)):
        returns = _parameter(function, given[1])
    if not returns and value == b"None":
        returns = "None"
    return Definition(name, line, Kind.VALUE, returns=returns, called=called)


def _parameter(function: Node, name: bytes) -> str:
    """The annotation of a function's parameter."""
    parameters = function.child_by_field_name("parameters")
    for node in parameters.named_children if parameters is not None else ():
        inner = node.child_by_field_name("name") or next(iter(node.named_children), None)
        if inner is not None and inner.text == name:
            return nodes.annotation(node.child_by_field_name("type"))
    return ""
