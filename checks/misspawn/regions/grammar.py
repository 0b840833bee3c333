"""Python's grammar as misspawn uses it: what is a region, a context, a scope, and where heads end.

The names of nodes are those of tree-sitter-python.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from misspawn.regions.bindings import SCOPES
from misspawn.regions.syntax import Step

FUNCTIONS = {"function_definition"}
CLASSES = {"class_definition"}
KINDS: dict[str, frozenset[str]] = {
    "call": frozenset({"call"}),
    "await": frozenset({"await"}),
    "assignment": frozenset({"assignment", "augmented_assignment", "named_expression"}),
    "with": frozenset({"with_statement"}),
    "except": frozenset({"except_clause", "except_group_clause"}),
    "try": frozenset({"try_statement"}),
    "loop": frozenset({"for_statement", "while_statement"}),
    "decorator": frozenset({"decorator"}),
    "function": frozenset(FUNCTIONS),
    "class": frozenset(CLASSES),
    "module": frozenset({"module"}),
    "statement": frozenset({
        "expression_statement", "return_statement", "raise_statement", "assert_statement",
        "delete_statement", "import_statement", "import_from_statement", "future_import_statement",
        "global_statement", "nonlocal_statement", "pass_statement", "break_statement",
        "continue_statement", "exec_statement", "print_statement", "type_alias_statement",
        "with_statement", "for_statement", "while_statement", "if_statement", "elif_clause",
        "else_clause", "try_statement", "except_clause", "except_group_clause", "finally_clause",
        "match_statement", "case_clause", "function_definition", "class_definition",
    }),
}  # fmt: skip
CONTEXTS: dict[str, frozenset[str]] = {
    "with": KINDS["with"],
    "try": KINDS["try"],
    "except": KINDS["except"],
    "finally": frozenset({"finally_clause"}),
    "loop": KINDS["loop"],
    "if": frozenset({"if_statement"}),
    "call": KINDS["call"],
    "await": KINDS["await"],
    "lambda": frozenset({"lambda"}),
    "assignment": KINDS["assignment"],
    "return": frozenset({"return_statement"}),
}
BODIES = {"body", "consequence", "arguments", "right"}


def enclosing(path: list[Step]) -> list[Step]:
    """The functions whose bodies hold the end of the path, innermost first."""
    return [
        step for step, below in zip(path[-2::-1], path[:0:-1], strict=True) if holds(step, below)
    ]


def holders(path: list[Step], types: set[str]) -> list[tuple[Step, Step]]:
    """Nodes of the types whose *body* holds what is below, innermost first."""
    pairs = zip(path[-2::-1], path[:0:-1], strict=True)
    return [
        (step, below) for step, below in pairs if step.node.type in types and below.field == "body"
    ]


def innermost(name: str, path: list[Step]) -> Node | None:
    """The last node of this kind of scope on a path that has the rest of it in its body."""
    for step, below in zip(path[::-1], [None, *path[:0:-1]], strict=True):
        if step.node.type in KINDS[name] and (
            name == "statement" or below is None or below.field == "body"
        ):
            return step.node
    return None


def holds(step: Step, below: Step) -> bool:
    """Whether the step is a function in whose body the next one lies."""
    return step.node.type in SCOPES and below.field == "body"


def is_inside(context: str, node: Node, below: Step) -> bool:
    """Whether what is below lies in the part of the node that the context means."""
    if context in ("call", "assignment", "with", "loop", "try", "lambda"):
        return below.field in BODIES
    if context in ("except", "finally"):
        return below.node.type == "block"
    return below.field != "condition"


def is_async(node: Node) -> bool:
    """Whether a function is an `async def`."""
    first = node.child(0)
    return first is not None and first.type == "async"


def with_decorators(node: Node) -> Node:
    """A definition together with its decorators."""
    if node.type in ("function_definition", "class_definition"):
        parent = node.parent
        if parent is not None and parent.type == "decorated_definition":
            return parent
    return node


def header(node: Node) -> Iterator[tuple[int, int]]:
    """What a context is told by: its callee, its target, the heads of a `try`'s clauses, else its head."""
    if node.type == "call" and (callee := node.child_by_field_name("function")):
        yield callee.start_byte, callee.end_byte
    elif node.type in KINDS["assignment"] and (target := node.child_by_field_name("left")):
        yield target.start_byte, target.end_byte
    elif node.type == "try_statement":
        clauses = (one for one in node.children if one.type.startswith(("except", "finally")))
        yield from ((clause.start_byte, header_end(clause)) for clause in clauses)
    else:  # a class that was parsed with one member alone has its body far behind the colon
        colon = next((child.end_byte for child in node.children if child.type == ":"), 0)
        yield with_decorators(node).start_byte, colon or header_end(node)


def header_end(node: Node) -> int:
    """Where the head of a compound statement ends; a simple statement is all head."""
    if node.type in ("call", "await", "assignment", "decorator", "expression_statement"):
        return node.end_byte
    body = node.child_by_field_name("body") or node.child_by_field_name("consequence")
    if body is None:
        body = next((child for child in node.children if child.type == "block"), None)
    return body.start_byte if body is not None else node.end_byte


def inner_bodies(holder: Node | None) -> list[tuple[int, int]]:
    """The bodies of the functions and classes that are direct statements of the holder."""
    holes: list[tuple[int, int]] = []
    for child in holder.children if holder is not None else ():
        inner = (
            child.child_by_field_name("definition")
            if child.type == "decorated_definition"
            else child
        )
        if inner is None or inner.type not in ("function_definition", "class_definition"):
            continue
        if body := inner.child_by_field_name("body"):
            holes.append((body.start_byte, body.end_byte))
    return holes


def name_of(node: Node) -> str:
    """The name of a function."""
    name = node.child_by_field_name("name")
    return name.text.decode() if name is not None and name.text is not None else "lambda"
