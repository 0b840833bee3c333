"""What the names of one scope of a Python file are bound to, read off its syntax tree."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from tree_sitter import Node

from misspawn.index import Symbol, Unknown
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
    UNKNOWN = "unknown"


class Bound(NamedTuple):
    """One binding. `node`: the definition, assignment or parameter; `target`: what an import names.

    The target is as written: leading dots stand for a relative import.
    """

    how: How
    node: Node
    target: str = ""


Names = dict[str, list[Bound]]
_TRANSPARENT = ("block", "decorated_definition", "parenthesized_expression", "expression_list")
_PATTERNS = (
    "pattern_list",
    "tuple_pattern",
    "list_pattern",
    "list_splat_pattern",
    "as_pattern_target",
)


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
    stack = (
        [scope.child_by_field_name("body") or scope] if scope.type in SCOPES | CLASSES else [scope]
    )
    while stack:
        node = stack.pop()
        yield from _bound_by(node)
        if node.type in SCOPES | CLASSES:
            continue
        stack.extend(child for child in node.named_children if _may_bind(child))


def _may_bind(node: Node) -> bool:
    return (
        node.type in _TRANSPARENT
        or node.type.endswith(("_statement", "_clause", "_definition"))
        or node.type
        in (
            "assignment",
            "named_expression",
            "augmented_assignment",
            "case_pattern",
            "with_item",
            "as_pattern",
        )
        or node.type
        in ("boolean_operator", "comparison_operator", "not_operator", "call", "argument_list")
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
    if kind in FUNCTIONS | CLASSES:
        yield text(node.child_by_field_name("name")), Bound(How.DEFINITION, node)
    elif kind in ("assignment", "named_expression"):
        left = node.child_by_field_name("left") or node.child_by_field_name("name")
        plain = left is not None and left.type == "identifier"
        yield from (
            (name, Bound(How.VALUE if plain else How.UNKNOWN, node)) for name in _targets(left)
        )
    elif kind in ("import_statement", "import_from_statement"):
        yield from _imported(node)
    elif kind in ("augmented_assignment", "for_statement"):
        yield from _unknown(node, node.child_by_field_name("left"))
    elif kind == "as_pattern":
        how = How.CONTEXT if _is_context(node) else How.UNKNOWN
        alias = node.child_by_field_name("alias")
        yield from ((name, Bound(how, node)) for name in _targets(alias))
    elif kind in ("global_statement", "nonlocal_statement", "delete_statement", "case_pattern"):
        yield from _unknown(node, node)


def _is_context(node: Node) -> bool:
    """Whether `x as y` stands in a `with`, and y is one name."""
    alias = node.child_by_field_name("alias")
    plain = text(alias).isidentifier()
    return plain and node.parent is not None and node.parent.type == "with_item"


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


def local_kind(function: Node, path: str) -> Symbol | Unknown:
    """What a function inside a function is; of a decorated one nothing is said."""
    name = text(function.child_by_field_name("name"))
    if function.parent is not None and function.parent.type == "decorated_definition":
        return Unknown(f"`{name}` is decorated")
    if not is_async(function):
        return Unknown(f"`{name}` is a plain function inside a function")
    kind = SymbolKind.ASYNC_GENERATOR if _yields(function) else SymbolKind.COROUTINE_FUNCTION
    return Symbol(name, kind, path, function.start_point.row + 1)


def _yields(function: Node) -> bool:
    stack = [function.child_by_field_name("body")]
    while stack:
        node = stack.pop()
        if node is not None and node.type == "yield":
            return True
        if node is not None and node.type not in SCOPES | CLASSES:
            stack.extend(node.named_children)
    return False
