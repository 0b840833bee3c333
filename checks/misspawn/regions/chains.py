"""Commands of a shell script that `|`, `&&` and `||` join."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

_COMMANDS = {
    "command",
    "declaration_command",
    "test_command",
    "unset_command",
    "variable_assignment",
    "variable_assignments",
}
_CHAIN = {
    "list",
    "pipeline",
    "redirected_statement",
    "heredoc_redirect",
    "negated_command",
    *_COMMANDS,
}
_SEPARATORS = {
    "list": frozenset[str](),
    "pipeline": frozenset({"&&", "||"}),
    "command": frozenset({"&&", "||", "|", "|&"}),
}
_JOINED_BY = {"list": {"&&", "||"}, "pipeline": {"|", "|&"}}


class Operator(NamedTuple):
    """What joins two commands, such as `&&` or `|`."""

    symbol: str
    start: int
    end: int


def around(path: list[Node]) -> Node | None:
    """The whole of what is joined around the innermost of these nodes."""
    inside = list(path)
    while inside and inside[-1].type not in _CHAIN:
        inside.pop()
    while len(inside) > 1 and inside[-2].type in _CHAIN:
        inside.pop()
    return inside[-1] if inside else None


def part(
    top: Node, kind: str, hit: tuple[int, int], whole: tuple[int, int]
) -> tuple[int, int] | None:
    """The `list`, `pipeline` or `command` of a chain around a hit; None when there is none."""
    operators = _operators(top)
    bounds = _between(operators, _SEPARATORS[kind], *hit, whole)
    if bounds is None:
        return None
    inner = {one.symbol for one in operators if bounds[0] <= one.start < bounds[1]}
    return None if kind in _JOINED_BY and not inner & _JOINED_BY[kind] else bounds


def _operators(top: Node) -> list[Operator]:
    found: list[Operator] = []
    pending = [top]
    while pending:
        for child in pending.pop().children:
            if child.type in _SEPARATORS["command"]:
                found.append(Operator(child.type, child.start_byte, child.end_byte))
            elif child.type in _CHAIN:
                pending.append(child)
    return found


def _between(
    operators: list[Operator], symbols: frozenset[str], start: int, end: int, whole: tuple[int, int]
) -> tuple[int, int] | None:
    """The part of a chain between two separators; None when one lies within the hit."""
    first, last = whole
    for operator in operators:
        if operator.symbol in symbols:
            if operator.end <= start:
                first = max(first, operator.end)
            elif operator.start >= end:
                last = min(last, operator.start)
            else:
                return None
    return first, last
