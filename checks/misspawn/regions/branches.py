"""Branches that never run: of `if False:`, and of a private constant that the module never changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise

from tree_sitter import Node

from misspawn.regions.syntax import Step

_CONSTANT = re.compile(rb"^(_[A-Z][A-Z\d_]*)[ \t]*=[ \t]*(False|True)\b", re.MULTILINE)
_BINDS = rb"\b%b[ \t]*(?::[^=\n]+)?[-+|&^]?=(?!=)|\bglobal[ \t][^\n]*\b%b\b|\bas[ \t]+%b\b"
_DEEPEST = 20  # conditions in one another, beyond which nothing is told
_VALUES = {b"False": False, b"0": False, b"True": True, b"1": True}


class Branches:
    """Those of one module."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def never_run(self, path: Sequence[Step]) -> bool:
        """Whether the innermost of the nodes on the way down to a place lies where nothing gets to."""
        return any(
            self._is_dead(step.node, below)
            for step, below in pairwise(path)
            if step.node.type in ("if_statement", "elif_clause")
        )

    def _is_dead(self, branch: Node, below: Step) -> bool:
        if below.field == "consequence":
            return self._value(branch) is False
        before = [node for node in branch.children_by_field_name("alternative")
            if node.type == "elif_clause" and node.end_byte <= below.node.start_byte]  # fmt: skip
        return below.field == "alternative" and any(map(self._value, (branch, *before)))

    def _value(self, branch: Node) -> bool | None:
        """What the condition of a branch always is, None when that depends."""
        condition = branch.child_by_field_name("condition")
        return None if condition is None else self._constant(condition)

    def _constant(self, condition: Node, depth: int = 0) -> bool | None:
        inner = condition.named_children if depth < _DEEPEST else []
        if condition.type == "parenthesized_expression" and inner:
            return self._constant(inner[0], depth + 1)
        if condition.type == "not_operator" and inner:
            value = self._constant(inner[0], depth + 1)
            return None if value is None else not value
        if condition.type == "boolean_operator":
            decides = condition.child_by_field_name("operator")
            decisive = decides is not None and decides.type == "or"
            return (
                decisive
                if decisive in (self._constant(node, depth + 1) for node in inner)
                else None
            )
        text = condition.text or b""
        return self._constants.get(text) if text.startswith(b"_") else _VALUES.get(text)

    @cached_property
    def _constants(self) -> dict[bytes, bool]:
        """The private constants that are bound once: nobody else is meant to set these."""
        found = {name: _VALUES[value] for name, value in _CONSTANT.findall(self._data)}
        return {
            name: value
            for name, value in found.items()
            if len(re.findall(_BINDS % (name, name, name), self._data)) == 1
        }
