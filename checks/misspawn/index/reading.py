"""What the statements of a block bind, told from their syntax tree: names, kinds, what they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace
from tree_sitter import Node

from misspawn.index import nodes
from misspawn.index.classes import attributes, bases, may_change
from misspawn.index.decorators import annotated
from misspawn.index.definitions import Definition
from misspawn.index.functions import function
from misspawn.index.imports import Imported, imported
from misspawn.index.model import Kind

_TYPING = re.compile(rb"\bTYPE_CHECKING\b")
_BLOCKS = frozenset({
    "if_statement", "elif_clause", "else_clause", "try_statement", "except_clause", "finally_clause",
    "except_group_clause", "with_statement", "for_statement", "while_statement", "match_statement",
    "case_clause", "block",
})  # fmt: skip


class Reader:
    """Collects the definitions of one block and of those nested in it that share its names."""

    def __init__(self, module: str, *, package: bool) -> None:
        self.names: dict[str, list[Definition]] = {}
        self.stars: list[str] = []
        self._module = module
        self._package = package
        self._overloads: dict[str, tuple[str, str]] = {}

    def add(self, definition: Definition) -> None:
        """Take a definition in, behind others of its name."""
        self.names.setdefault(definition.name, []).append(definition)

    def block(self, holder: Node, *, typing: bool = False) -> None:
        """Everything that the statements of a block bind."""
        for node in holder.named_children:
            if node.type in ("import_statement", "import_from_statement"):
                self._import(node, typing=typing)
            elif node.type == "decorated_definition" or node.type in (
                "function_definition",
                "class_definition",
            ):
                self._definition(node, typing=typing)
            elif node.type in _BLOCKS:
                self._bound(node, typing=typing)
                self.block(node, typing=typing or _is_typing(node))
            else:
                self._bound(node, typing=typing)

    def _import(self, node: Node, *, typing: bool) -> None:
        for item in imported(node, self._module, package=self._package):
            if item.name == "*":
                self.stars.append(item.module)
            elif item.bound:
                self.add(_of_import(item, typing=typing))

    def _definition(self, node: Node, *, typing: bool) -> None:
        inner = node.child_by_field_name("definition") or node
        decorators = tuple(
            nodes.decorator(child) for child in node.named_children if child.type == "decorator"
        )
        name = inner.child_by_field_name("name")
        if any(decorator.rpartition(".")[2] == "overload" for decorator in decorators):
            if name is not None and (typed := annotated(inner)):
                self._overloads[nodes.text(name)] = typed
            return
        if name is not None and inner.type == "function_definition":
            found = function(inner, name, decorators, typing=typing)
            wraps, makes = self._overloads.get(found.name, ("", ""))
            self.add(replace(found, wraps=found.wraps or wraps, makes=found.makes or makes))
        elif name is not None:
            self.add(self._class(inner, name, decorators, typing=typing))

    def _class(
        self, node: Node, name: Node, decorators: tuple[str, ...], *, typing: bool
    ) -> Definition:
        body = node.child_by_field_name("body")
        return Definition(
            nodes.text(name),
            nodes.line(name),
            Kind.CLASS,
            typing=typing,
            decorators=decorators,
            bases=bases(node),
            members=_members(body, self._module) if body is not None else {},
        )

    def _bound(self, node: Node, *, typing: bool) -> None:
        """Assignments, loop variables, `as` targets, walrus: what a statement itself binds."""
        for child in _shallow(node):
            if child.type == "assignment":
                self._assignment(child, typing=typing)
            elif child.type in (
                "named_expression",
                "as_pattern",
                "for_statement",
                "type_alias_statement",
            ):
                self._targets(child, typing=typing)
            elif child.type in ("case_pattern", "splat_pattern"):
                self._values(child, typing=typing)

    def _targets(self, node: Node, *, typing: bool) -> None:
        field_name = {"named_expression": "name", "as_pattern": "alias"}.get(node.type, "left")
        if target := node.child_by_field_name(field_name):
            self._values(target, typing=typing)

    def _assignment(self, node: Node, *, typing: bool) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and left.type == "identifier":
            self.add(_value(left, right, node.child_by_field_name("type"), typing=typing))
        elif left is not None:
            self._values(left, typing=typing)

    def _values(self, target: Node, *, typing: bool) -> None:
        """All names of a target, of whose values nothing is told."""
        for name in nodes.names(target):
            self.add(Definition(nodes.text(name), nodes.line(name), Kind.VALUE, typing=typing))


def _members(body: Node, module: str) -> dict[str, tuple[Definition, ...]]:
    """The members of a class, and the attributes that its methods give to instances."""
    reader = Reader(module, package=False)
    reader.block(body)
    own = {name for name, items in reader.names.items() if not may_change(items)}
    for child in body.named_children:
        function = child.child_by_field_name("definition") or child
        if function.type == "function_definition":
            for attribute in attributes(function):
                if attribute.name not in own:
                    reader.add(attribute)
    return {name: tuple(items) for name, items in reader.names.items()}


def _shallow(node: Node) -> Iterator[Node]:
    """The node and what lies in it, but not in its blocks, lambdas and comprehensions."""
    stack = [node]
    while stack:
        item = stack.pop()
        yield item
        if item.type not in ("lambda", "call", "string", "dictionary", "list"):
            stack += [child for child in item.named_children if child.type not in _BLOCKS]


def _value(left: Node, right: Node | None, annotation: Node | None, *, typing: bool) -> Definition:
    """`x = y` stands for y; of `x = y()` and `x: y` the class of the value is told."""
    name, line = nodes.text(left), nodes.line(left)
    if (
        right is not None
        and right.type in ("identifier", "attribute")
        and (alias := nodes.dotted(right))
    ):
        return Definition(name, line, None, alias=alias, typing=typing)
    if right is not None and right.type == "subscript" and (alias := _generic(right)):
        return Definition(name, line, None, alias=alias, typing=typing)
    called = (
        (nodes.dotted(right.child_by_field_name("function")),)
        if right is not None and right.type == "call"
        else ()
    )
    returns = "None" if right is not None and right.type == "none" else ""
    returns = nodes.annotation(annotation) or returns
    return Definition(name, line, Kind.VALUE, returns=returns, called=called, typing=typing)


def _generic(node: Node) -> str:
    """The class of `C[X]`, as far as the letters tell a class from a container; `Callable` only of `[..., R]`."""
    name = nodes.dotted(node.child_by_field_name("value"))
    last = name.rpartition(".")[2]
    gives = node.children_by_field_name("subscript")
    wraps = last == "Callable" and bool(gives) and gives[-1].type != "identifier"
    return name if last[:1].isupper() and not wraps else ""


def _of_import(item: Imported, *, typing: bool) -> Definition:
    return Definition(item.bound, item.line, None, target=item.target, typing=typing)


def _is_typing(node: Node) -> bool:
    condition = node.child_by_field_name("condition") if node.type == "if_statement" else None
    return condition is not None and bool(_TYPING.search(condition.text or b""))
