"""Where an expression stands: the scopes around it, and the class that a method belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from misspawn.meanings.scopes import Bound, How, text
from misspawn.regions.bindings import SCOPES
from misspawn.regions.grammar import CLASSES

COMPREHENSIONS = (
    "list_comprehension",
    "set_comprehension",
    "dictionary_comprehension",
    "generator_expression",
)


def visible(node: Node) -> Iterator[Node]:
    """The scopes whose names are visible at a node, innermost first, without the module."""
    below, current, first = node, node.parent, True
    while current is not None:
        if current.type in COMPREHENSIONS or (current.type in SCOPES and _is_body(current, below)):
            yield current
            first = False
        elif current.type in CLASSES and _is_body(current, below):
            if first:
                yield current
            first = False
        below, current = current, current.parent


def same_import(bound: list[Bound]) -> bool:
    """Whether all bindings import one thing."""
    return (
        all(item.how is How.IMPORT for item in bound) and len({item.target for item in bound}) == 1
    )


def _is_body(scope: Node, below: Node) -> bool:
    body = scope.child_by_field_name("body")
    return body is not None and body.id == below.id


def loops(comprehension: Node) -> set[str]:
    """The variables of a comprehension."""
    clauses = (child for child in comprehension.named_children if child.type == "for_in_clause")
    return {
        word
        for clause in clauses
        for word in re.findall(r"\w+", text(clause.child_by_field_name("left")))
    }


def class_of(function: Node) -> Node | None:
    """The class in whose body a function stands."""
    outer = function.parent
    if outer is not None and outer.type == "decorated_definition":
        outer = outer.parent
    owner = outer.parent if outer is not None else None
    return owner if owner is not None and owner.type in CLASSES else None


def is_receiver(parameter: Node, function: Node) -> bool:
    """Whether a parameter is the `self` or `cls` of a method."""
    if class_of(function) is None or text(parameter) not in ("self", "cls", "mcs"):
        return False
    parameters = function.child_by_field_name("parameters")
    return parameters is not None and parameters.named_children[0].id == parameter.id


def tests(root: Node) -> Iterator[Node]:
    """The test functions of a file, with their decorators."""
    for node in root.named_children:
        inner = node.child_by_field_name("definition") or node
        if inner.type in CLASSES and (body := inner.child_by_field_name("body")):
            yield from tests(body)
        elif text(inner.child_by_field_name("name")).startswith("test"):
            yield node


def short(node: Node) -> str:
    """The source of a node on one line, cut to 40 characters."""
    shown = " ".join(text(node).split())
    return shown if len(shown) <= 40 else shown[:37] + "..."


def above(node: Node) -> Iterator[Node]:
    """The nodes around a node, innermost first."""
    while node.parent is not None:
        node = node.parent
        yield node
