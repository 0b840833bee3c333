"""What a function's syntax tree tells of it: its kind, what it returns, what it makes of others."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from misspawn.index import nodes
from misspawn.index.decorators import wrapped
from misspawn.index.definitions import ABSTRACT, Definition
from misspawn.index.model import Kind

_ABSTRACT = ABSTRACT.encode()


def function(node: Node, name: Node, decorators: tuple[str, ...], *, typing: bool) -> Definition:
    """What a function is, as far as its own tree tells."""
    is_async = node.children[0].type == "async"
    body = node.child_by_field_name("body")
    yields, returned = _body(body) if body is not None else (False, ())
    if is_async:
        kind = Kind.ASYNC_GENERATOR if yields else Kind.COROUTINE_FUNCTION
    else:
        kind = Kind.GENERATOR if yields else Kind.FUNCTION
    wraps, makes = wrapped(node)
    return Definition(
        nodes.text(name),
        nodes.line(name),
        kind,
        typing=typing,
        decorators=decorators,
        returns=_returns(node),
        called=returned,
        wraps=wraps,
        makes=makes,
    )


def _returns(function: Node) -> str:
    """Its annotation; `Self` of `def f(self: T) -> T` and `def f(cls: type[T]) -> T`, as it was spelled before 3.11."""
    returns = nodes.annotation(function.child_by_field_name("return_type"))
    parameters = function.child_by_field_name("parameters")
    first = parameters.named_children[0] if parameters and parameters.named_children else None
    if (
        first is None
        or first.type != "typed_parameter"
        or nodes.text(first.named_children[0]) not in ("self", "cls")
    ):
        return returns
    own = nodes.annotation(first.child_by_field_name("type"))
    return "Self" if own in (returns, f"type[{returns}]", f"Type[{returns}]") else returns


def _body(body: Node) -> tuple[bool, tuple[str, ...]]:
    """Whether a function's body yields, and the callees of what it returns."""
    yields = False
    returned: list[str] = []
    stack = [body]
    while stack:
        node = stack.pop()
        if node.type in ("function_definition", "class_definition", "lambda"):
            continue
        text = node.text or b""
        if node.type == "yield":
            yields = True
        elif node.type == "return_statement":
            returned += _returned(node.named_children[0]) if node.named_children else ["None"]
        elif node.type == "raise_statement" and _ABSTRACT in text:
            returned.append(ABSTRACT)  # what overrides it gives something else
        if b"yield" in text or b"return" in text or _ABSTRACT in text:
            stack += node.named_children
    if returned and _falls_through(body):
        returned.append("None")
    return yields, tuple(dict.fromkeys(returned))


def _falls_through(block: Node) -> bool:
    """Whether the end of a block may be reached."""
    last = next((node for node in reversed(block.named_children) if node.type != "comment"), None)
    if last is None:
        return True
    if last.type in ("return_statement", "raise_statement", "while_statement", "match_statement"):
        return False
    if last.type in ("with_statement", "try_statement"):
        return any(_falls_through(node) for node in last.named_children if node.type == "block")
    branches = [node.child_by_field_name("consequence") or node.child_by_field_name("body")
        for node in (last, *last.named_children) if node.type in ("if_statement", "elif_clause", "else_clause")]  # fmt: skip
    whole = any(node.type == "else_clause" for node in last.named_children)
    return not whole or any(branch is None or _falls_through(branch) for branch in branches)


_PLAIN = frozenset({
    "none", "true", "false", "integer", "float", "string", "concatenated_string", "tuple", "list",
    "dictionary", "set", "list_comprehension", "dictionary_comprehension", "set_comprehension",
    "comparison_operator", "not_operator", "binary_operator", "unary_operator", "expression_list",
    "lambda", "await",
})  # fmt: skip


def _returned(value: Node) -> Iterator[str]:
    """What a returned expression is a call of; '' when nothing plain, `None` when it is no awaitable."""
    if value.type == "call":
        yield nodes.dotted(value.child_by_field_name("function"))
    elif value.type == "conditional_expression":
        yield from _returned(value.named_children[0])
        yield from _returned(value.named_children[-1])
    elif value.type == "parenthesized_expression" and value.named_children:
        yield from _returned(value.named_children[0])
    else:
        yield "None" if value.type in _PLAIN else ""
