"""What the names of one scope of a Python file are bound to, read off its syntax tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import NamedTuple

from tree_sitter import Node

from misspawn.index.model import Symbol
from misspawn.model import SymbolKind
from misspawn.regions.bindings import SCOPES
from misspawn.regions.grammar import CLASSES, FUNCTIONS, is_async


class How(Enum):
    """The ways to bind a name of which something follows; `UNKNOWN` is any other."""

    IMPORT = "import"
    DEFINITION = "definition"
    VALUE = "assignment"
    PARAMETER = "parameter"
    CONTEXT = "with"
    LOOP = "for"
    GLOBAL = "global"
    UNKNOWN = "unknown"


class Bound(NamedTuple):
    """One binding. `node`: the definition, assignment or parameter; `target`: what an import names.

    The target is as written: leading dots stand for a relative import. `at`: which of several names at
    once it is, -1 when it is alone.
    """

    how: How
    node: Node
    target: str = ""
    at: int = -1


Names = dict[str, list[Bound]]
_BODIES = SCOPES | CLASSES
_DEFINED = FUNCTIONS | CLASSES
_TRANSPARENT = ("block", "decorated_definition", "parenthesized_expression", "expression_list")
_BINDING = frozenset({
    "assignment", "named_expression", "augmented_assignment", "case_pattern", "with_item", "as_pattern",
})  # fmt: skip
_WITH_WALRUS = frozenset({
    "boolean_operator", "comparison_operator", "not_operator", "call", "argument_list",
})  # fmt: skip


def names(scope: Node) -> Names:
    """All bindings in a module, function or class, without those in the scopes inside it."""
    found: Names = {}
    for name, bound in _bindings(scope):
        found.setdefault(name, []).append(bound)
    return found


def text(node: Node | None) -> str:
    """The source of a node, '' when there is none."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def _bindings(scope: Node) -> Iterator[tuple[str, Bound]]:
    if parameters := scope.child_by_field_name("parameters"):
        yield from _parameters(parameters)
    walrus = b":=" in (scope.text or b"")  # few scopes have one: calls need no look
    stack = [scope.child_by_field_name("body") or scope] if scope.type in _BODIES else [scope]
    while stack:
        node = stack.pop()
        yield from _bound_by(node)
        if node.type in _BODIES:
            continue
        stack.extend(child for child in node.named_children if _may_bind(child.type, walrus))


@cache
def _may_bind(kind: str, walrus: bool) -> bool:
    """Whether a node of this kind may have a binding in it, outside of functions and classes."""
    return (
        kind in _TRANSPARENT
        or kind in _BINDING
        or (walrus and kind in _WITH_WALRUS)
        or kind.endswith(("_statement", "_clause", "_definition"))
    )


def _parameters(parameters: Node) -> Iterator[tuple[str, Bound]]:
    for node in parameters.named_children:
        name = node.child_by_field_name("name") or next(
            (child for child in (node, *node.named_children) if child.type == "identifier"), None
        )
        splat = any(child.type.endswith("splat_pattern") for child in (node, *node.named_children))
        if splat:
            name = next(
                (
                    c
                    for n in (node, *node.named_children)
                    for c in n.named_children
                    if c.type == "identifier"
                ),
                None,
            )
        if name is not None:
            yield text(name), Bound(How.UNKNOWN if splat else How.PARAMETER, node)


def _bound_by(node: Node) -> Iterator[tuple[str, Bound]]:
    kind = node.type
    if kind in _DEFINED:
        yield text(node.child_by_field_name("name")), Bound(How.DEFINITION, node)
    elif kind in ("assignment", "named_expression"):
        left = node.child_by_field_name("left") or node.child_by_field_name("name")
        yield from _each(How.VALUE, node, left)
    elif kind in ("import_statement", "import_from_statement"):
        yield from _imported(node)
    elif kind == "for_statement":
        yield from _each(How.LOOP, node, node.child_by_field_name("left"))
    elif kind == "augmented_assignment":
        yield from _unknown(node, node.child_by_field_name("left"))
    elif kind == "as_pattern":
        entered = node.parent is not None and node.parent.type == "with_item"
        alias = node.child_by_field_name("alias")
        target = alias.named_children[0] if alias is not None and alias.named_children else alias
        yield from _each(How.CONTEXT if entered else How.UNKNOWN, node, target)
    elif kind == "global_statement":
        yield from ((name, Bound(How.GLOBAL, node)) for name in _targets(node))
    elif kind in ("nonlocal_statement", "delete_statement", "case_pattern"):
        yield from _unknown(node, node)


_SEVERAL = ("pattern_list", "tuple_pattern", "list_pattern", "tuple", "list", "expression_list")


def _each(how: How, node: Node, target: Node | None) -> Iterator[tuple[str, Bound]]:
    """The names of a target: one, or several that each get a part."""
    if target is None:
        return
    while target.type == "parenthesized_expression" and target.named_children:
        target = target.named_children[0]
    if target.type == "identifier":
        yield text(target), Bound(how, node)
    elif target.type in _SEVERAL:
        starred = any(child.type.startswith("list_splat") for child in target.named_children)
        for at, child in enumerate(target.named_children):
            if child.type == "identifier" and not starred:
                yield text(child), Bound(how, node, at=at)
            else:
                yield from _unknown(node, child)
    else:
        yield from _unknown(node, target)


def _unknown(node: Node, target: Node | None) -> Iterator[tuple[str, Bound]]:
    yield from ((name, Bound(How.UNKNOWN, node)) for name in _targets(target))


def _targets(node: Node | None) -> Iterator[str]:
    """The plain names in the target of an assignment."""
    if node is None:
        return
    if node.type == "identifier":
        yield text(node)
    elif node.type not in ("attribute", "subscript", "call"):
        for child in node.named_children:
            yield from _targets(child)


def _imported(node: Node) -> Iterator[tuple[str, Bound]]:
    module = text(node.child_by_field_name("module_name"))
    for item in node.children_by_field_name("name"):
        name, alias = item.child_by_field_name("name"), item.child_by_field_name("alias")
        dotted = text(name if name is not None else item)
        if module:
            joined = module + dotted if module.endswith(".") else f"{module}.{dotted}"
            yield text(alias) or dotted, Bound(How.IMPORT, node, joined)
        elif alias is not None:
            yield text(alias), Bound(How.IMPORT, node, dotted)
        else:
            top = dotted.partition(".")[0]
            yield top, Bound(How.IMPORT, node, top)


def local_kind(function: Node, path: str) -> Symbol:
    """What a function inside a function is without its decorators."""
    name = text(function.child_by_field_name("name"))
    line = function.start_point.row + 1
    yields = _yields(function)
    if is_async(function):
        kind = SymbolKind.ASYNC_GENERATOR if yields else SymbolKind.COROUTINE_FUNCTION
    else:
        kind = SymbolKind.GENERATOR if yields else SymbolKind.FUNCTION
    return Symbol(name, kind, path, line)


def decorators(function: Node) -> Iterator[str]:
    """The decorators of a function as names, with `()` behind one that is called; '' for what is no plain name."""
    above = function.parent
    for node in above.named_children if above is not None else ():
        if node.type == "decorator":
            written = "".join(text(node).removeprefix("@").split())
            found = re.fullmatch(r"([\w.]+)(\(.*\))?", written)
            yield f"{found[1]}{'()' if found[2] else ''}" if found else ""


def _yields(function: Node) -> bool:
    stack = [function.child_by_field_name("body")]
    while stack:
        node = stack.pop()
        if node is not None and node.type == "yield":
            return True
        if node is not None and node.type not in _BODIES:
            stack.extend(node.named_children)
    return False


def is_global(bound: list[Bound]) -> bool:
    """Whether a scope declares the name `global`."""
    return any(item.how is How.GLOBAL for item in bound)


def is_none(item: Bound) -> bool:
    """Whether a binding is `x = None`, until there is something."""
    value = item.node.child_by_field_name("right") if item.how is How.VALUE else None
    return (
        value is not None and value.type == "none" and item.node.child_by_field_name("type") is None
    )


def results(function: Node) -> Iterator[Node]:
    """What a function yields, or where it does not yield, what it returns."""
    yields: list[Node] = []
    returned: list[Node] = []
    stack = [function.child_by_field_name("body")]
    while stack:
        node = stack.pop()
        if node is None or node.type in _BODIES:
            continue
        if node.type in ("yield", "return_statement") and node.named_children:
            value = node.named_children[0]
            if value.type != "none":
                (yields if node.type == "yield" else returned).append(value)
        stack += node.named_children
    return iter(yields or returned)
