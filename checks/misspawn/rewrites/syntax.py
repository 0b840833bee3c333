"""The edits that need Python's syntax: a further argument of a call, an operator in front of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from misspawn.regions.bindings import SCOPES
from misspawn.regions.grammar import is_async
from misspawn.regions.python import PythonDocument
from misspawn.rewrites.inapplicable import Inapplicable
from misspawn.rewrites.places import Place

_ASKED = {"attribute": "object", "subscript": "value", "call": "function"}
"""What asks something of an expression, and the field in which it holds that."""
Edited = tuple[int, int, str]


def with_argument(place: Place, text: str) -> Iterator[Edited]:
    """A further argument, set as the last one is: on its line, or on one of its own with a trailing comma."""
    data, brackets = place.source.data, _call(place)[-1].child_by_field_name("arguments")
    if brackets is None or brackets.type != "argument_list" or brackets.children[-1].type != ")":
        raise Inapplicable
    given = [child for child in brackets.named_children if child.type != "comment"]
    if not given:
        yield brackets.start_byte + 1, brackets.start_byte + 1, text
        return
    last, closing = given[-1], brackets.children[-1]
    comma = next(
        (c for c in brackets.children if c.type == "," and c.start_byte >= last.end_byte), None
    )
    end = comma.end_byte if comma else last.end_byte
    alone = b"\n" in data[end : closing.start_byte] and _begins_line(data, last)
    if not alone:
        yield end, end, f" {text}" if comma else f", {text}"
        return
    stop = line_end(data, end)
    line = f"{place.newline}{_indent(data, last)}{text}{',' if comma else ''}"
    if comma or stop == end:
        yield stop, stop, line if comma else f",{line}"
    else:  # a comment stands between
        yield end, end, ","
        yield stop, stop, line


def with_operator(place: Place, text: str) -> Iterator[Edited]:
    """An operator such as `await`, with brackets where something is asked of the call's result."""
    *around, call = _call(place)
    if text == "await" and not _may_await(around):
        raise Inapplicable
    field = _ASKED.get(around[-1].type) if around else None
    if field and around[-1].child_by_field_name(field) == call:
        yield call.start_byte, call.start_byte, f"({text} "
        yield call.end_byte, call.end_byte, ")"
    else:
        yield call.start_byte, call.start_byte, f"{text} "


def _may_await(around: Sequence[Node]) -> bool:
    """Whether an `await` can stand here: in an async function, and in no generator, whose reader it would break."""
    for node in reversed(around):
        if node.type in SCOPES:
            return is_async(node)
        if node.type == "generator_expression":
            return False
    return False


def line_end(data: bytes, offset: int) -> int:
    """Where the line of an offset ends, before its line break."""
    end = data.find(b"\n", offset)
    end = len(data) if end < 0 else end
    return end - (data[end - 1 : end] == b"\r" and end > offset)


def _call(place: Place) -> list[Node]:
    """The call of which the place is the callee, behind the nodes around it, outermost first."""
    assert isinstance(place.document, PythonDocument)
    path = place.document.nodes(place.start, place.end)
    while path:
        callee = path[-1].child_by_field_name("function") if path[-1].type == "call" else None
        if callee and (callee.start_byte, callee.end_byte) == (place.start, place.end):
            return path
        path.pop()
    raise Inapplicable


def _begins_line(data: bytes, node: Node) -> bool:
    return not data[data.rfind(b"\n", 0, node.start_byte) + 1 : node.start_byte].strip()


def _indent(data: bytes, node: Node) -> str:
    return data[data.rfind(b"\n", 0, node.start_byte) + 1 : node.start_byte].decode()
