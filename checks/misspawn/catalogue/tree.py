"""YAML text to plain data, with the place of every key and item."""

from __future__ import annotations

from typing import Any, Union

import yaml
from yaml.constructor import ConstructorError, SafeConstructor

from misspawn.model import Problem

Keys = tuple[Union[str, int], ...]  # noqa: UP007 - evaluated at run time, also on Python 3.10
_Loader: type[yaml.CSafeLoader | yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
_WORDS = {"bool": "true or false", "null": "nothing", "timestamp": "a date", "merge": "a merge"}
_CONSTRUCTOR = SafeConstructor()
_DEEPEST, _MOST = 20, 20_000  # keys; aliases (`*name`) can nest without end and multiply


class Tree:
    """A record file as plain `data`. `problems` holds what YAML itself makes of it.

    A place is the line and column (from 1) of a mapping's key, a list's item, or a line (by its index)
    of a literal block; `plain` is the text of each unquoted scalar that YAML reads as something other
    than text.
    """

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.places: dict[Keys, tuple[int, int]] = {(): (1, 1)}
        self.plain: dict[Keys, str] = {}
        self.problems: list[Problem] = []
        self.data = self._parse(text)

    def problem(self, at: Keys, message: str) -> Problem:
        """A complaint about the value at these keys, or the nearest one around it that has a place."""
        while at not in self.places:
            at = at[:-1]
        return Problem(self.path, *self.places[at], message)

    def _parse(self, text: str) -> object:
        try:
            _refuse_depth(text)
            node = yaml.compose(text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
            what = ", ".join(part for part in (error.context, error.problem) if part)
            self.problems.append(Problem(self.path, line, column, f"not valid YAML: {what}"))
        except yaml.YAMLError as error:
            reason = " ".join(str(error).split())
            self.problems.append(Problem(self.path, 0, 0, f"not valid YAML: {reason}"))
        else:
            return None if node is None else self._value(node, ())
        return None

    def _complain(self, node: yaml.Node, message: str) -> None:
        mark = node.start_mark
        self.problems.append(Problem(self.path, mark.line + 1, mark.column + 1, message))

    def _value(self, node: yaml.Node, at: Keys) -> object:
        if len(at) > _DEEPEST or len(self.places) > _MOST:
            self._complain(node, "too much: a record has no value that deep, nor that many")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*at, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, at)

    def _mapping(self, node: yaml.MappingNode, at: Keys) -> dict[str, object]:
        data: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key in data:
                self._complain(key_node, f"`{key}` is given twice; keep one of them")
            self._place(key_node, (*at, key))
            data[key] = self._value(value_node, (*at, key))
        return data

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self._complain(node, "a key must be plain text, not a list or a mapping")
            return ""
        if node.tag != _TAG + "str":
            self._complain(
                node, f"YAML reads the key `{node.value}` as {_reading(node)}; {_quote(node.value)}"
            )
        return str(node.value)

    def _item(self, node: yaml.Node, at: Keys) -> object:
        self._place(node, at)
        return self._value(node, at)

    def _place(self, node: yaml.Node, at: Keys) -> None:
        self.places[at] = (node.start_mark.line + 1, node.start_mark.column + 1)

    def _place_lines(self, node: yaml.ScalarNode, at: Keys) -> None:
        first = node.start_mark.line + 2  # the line below the `|`, counted from 1
        for index in range(node.value.count("\n")):
            self.places[(*at, index)] = (first + index, 1)

    def _scalar(self, node: yaml.Node, at: Keys) -> object:
        if node.tag == _TAG + "str":
            if isinstance(node, yaml.ScalarNode) and node.style == "|":
                self._place_lines(node, at)
            return node.value
        self.plain[at] = f"YAML reads `{node.value}` as {_reading(node)}; {_quote(node.value)}"
        try:
            return _CONSTRUCTOR.construct_object(node)
        except (ConstructorError, ValueError):
            self._complain(
                node, f"YAML cannot read `{node.value}` as {_reading(node)}; {_quote(node.value)}"
            )
            return None


def _refuse_depth(text: str) -> None:
    """Raise on deep nesting, for which libyaml's composer would overflow the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            mark: Any = event.start_mark
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=mark)


def _reading(node: yaml.Node) -> str:
    kind = node.tag.removeprefix(_TAG)
    return _WORDS.get(kind, "a number" if kind in ("int", "float") else kind)


def _quote(text: str) -> str:
    return f"quote it: '{text}'" if text else "give it a text"
