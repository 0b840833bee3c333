"""What a decorator of the project makes of the function that it is given, told from its body."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from misspawn.index.annotations import Annotation, keeps, options, parsed, written

SAME = "same"  # the function, or one that calls it and is async where it is
COROUTINE = "coroutine"  # a coroutine function
PLAIN = "plain"  # a plain function
_HOLDERS = frozenset({"cast", "update_wrapper", "wraps"})
_Inner = dict[bytes, list[Node]]


def wrapped(function: Node) -> tuple[str, str]:
    """What `@function` makes of what it decorates, and what `@function(...)` does; '' when not known."""
    body = function.child_by_field_name("body")
    if body is None:
        return "", ""
    if typed := annotated(function):
        return typed
    shown = body.text or b""
    if b"def " not in shown and not any(
        b"return " + (p or b"?") in shown for p in _parameters(function)
    ):
        return "", ""
    inner: _Inner = {}
    for node in _own(body, "function_definition"):
        name = node.child_by_field_name("name")
        inner.setdefault((name.text if name is not None else b"") or b"", []).append(node)
    returned = [node for node in _own(body, "return_statement") if node.named_children]
    values = [node.named_children[0] for node in returned]
    own = function.child_by_field_name("name")
    partial = [value for value in values if own is not None and _is_partial(value, own)]
    told = {_made(value, inner, function) for value in values if value not in partial}
    wraps = _only(told, body)
    made = {wrapped(node)[0] for value in values for node in inner.get(_held(value, inner), ())}
    makes = made.pop() if len(made) == 1 else ""
    return wraps, makes or (wraps if partial else "")


def annotated(function: Node) -> tuple[str, str] | None:
    """The same as far as the annotations tell; with `if` and the names that have to be aliases of Callable."""
    returns = function.child_by_field_name("return_type")
    if returns is None:
        return None
    made = parsed(written(returns.text or b""))
    given = next(_annotations(function), None)
    if given and keeps(given, made):
        return _same_if(given, made), ""
    inner = made.arguments[0].arguments if made.last == "Callable" and made.arguments else ()
    if inner and keeps(inner[0], made.arguments[-1]):
        return "", _same_if(inner[0], made.arguments[-1])
    return None


def _same_if(given: Annotation, made: Annotation) -> str:
    types = (*options(given), *options(made))
    aliases = {one.name for one in types if one.arguments and one.last != "Callable"}
    return " if ".join([SAME, *sorted(aliases)])


def _annotations(function: Node) -> Iterator[Annotation]:
    parameters = function.child_by_field_name("parameters")
    for node in parameters.named_children if parameters is not None else ():
        if (annotation := node.child_by_field_name("type")) is not None:
            yield parsed(written(annotation.text or b""))
            return


def _only(told: set[str], body: Node) -> str:
    if len(told) == 1 and told != {PLAIN}:
        return told.pop()
    decides = b"iscoroutinefunction" in (body.text or b"")
    return SAME if decides and COROUTINE in told and told <= {COROUTINE, PLAIN, SAME} else ""


def _made(value: Node, inner: _Inner, function: Node) -> str:
    if value.type == "identifier" and value.text in _parameters(function):
        return SAME
    kinds = {_kind(node, function) for node in inner.get(_held(value, inner), ())}
    if kinds in ({COROUTINE, PLAIN}, {COROUTINE, SAME}):
        return SAME if b"iscoroutinefunction" in (function.text or b"") else ""
    return kinds.pop() if len(kinds) == 1 else ""


def _kind(wrapper: Node, function: Node) -> str:
    """What an inner function is that stands in for the decorated one."""
    body = wrapper.child_by_field_name("body")
    if body is None or next(_own(body, "yield"), None) is not None or _is_changed(wrapper):
        return ""
    if wrapper.children[0].type == "async":
        return COROUTINE
    values = [
        node.named_children[0] for node in _own(body, "return_statement") if node.named_children
    ]
    given = _parameters(function)
    called = [node.child_by_field_name("function") for node in values if node.type == "call"]
    if (
        values
        and len(called) == len(values)
        and all(node and node.text in given for node in called)
    ):
        return SAME
    return PLAIN


def _is_changed(wrapper: Node) -> bool:
    """Whether a wrapper is itself decorated by something else than `wraps`."""
    above = wrapper.parent
    if above is None or above.type != "decorated_definition":
        return False
    decorators = (node for node in above.named_children if node.type == "decorator")
    return any(b"wraps" not in (node.text or b"") for node in decorators)


def _held(value: Node, inner: _Inner) -> bytes:
    """The inner function that is returned, also where something like `cast` is around it."""
    if value.type == "identifier":
        return value.text or b""
    arguments = value.child_by_field_name("arguments") if value.type == "call" else None
    callee = value.child_by_field_name("function")
    last = ((callee.text or b"") if callee is not None else b"").partition(b"(")[0]
    if arguments is None or last.rpartition(b".")[2].decode("utf-8", "replace") not in _HOLDERS:
        return b""
    names = (node.text or b"" for node in arguments.named_children if node.type == "identifier")
    return next((name for name in names if name in inner), b"")


def _is_partial(value: Node, own: Node) -> bool:
    """Whether `partial(decorator, ...)` is returned, which waits for the function."""
    text = (value.text or b"").partition(b",")[0]
    return text.endswith(b"partial(" + (own.text or b""))


def _parameters(function: Node) -> set[bytes | None]:
    parameters = function.child_by_field_name("parameters")
    found: set[bytes | None] = set()
    for node in parameters.named_children if parameters is not None else ():
        inner = node.child_by_field_name("name") or next(iter(node.named_children), node)
        found.add(inner.text)
    return found


def _own(body: Node, kind: str) -> Iterator[Node]:
    """The nodes of a kind in a body, without those inside inner functions and classes."""
    stack = [body]
    while stack:
        node = stack.pop()
        if node.type == kind:
            yield node
        if node.type not in ("function_definition", "class_definition", "lambda"):
            stack += node.named_children
