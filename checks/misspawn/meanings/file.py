"""One file of the tree under lookup: its scopes, its functions, and what its dotted names are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from tree_sitter import Node, Query, QueryCursor

from misspawn.index.lookup import Index
from misspawn.index.model import Symbol, Unclear, Unknown
from misspawn.meanings.scopes import Bound, How, Names, is_global, names, text
from misspawn.regions.bindings import SCOPES
from misspawn.regions.grammar import CLASSES, FUNCTIONS
from misspawn.regions.names import stands
from misspawn.regions.syntax import Syntax, language

_GLOBAL = re.compile(rb"global[ \t]+([\w, \t]+)")
_NEWLINE = re.compile(rb"\n")


@lru_cache(maxsize=1)
def _functions() -> Query:
    return Query(language(), "(function_definition) @function")


def imported(target: str, module: str, path: str) -> str | Unknown:
    """The full dotted name that an import stands for in a module."""
    rest = target.lstrip(".")
    level = len(target) - len(rest)
    if not level:
        return target
    is_package = path.rpartition("/")[2].startswith("__init__.")
    package = module if is_package else module.rpartition(".")[0]
    parts = package.split(".") if package else []
    if level > len(parts):
        return Unknown(f"the relative import `{target}` leaves the package")
    return ".".join([*parts[: len(parts) - level + 1], rest])


class File:
    """`syntax` is its tree, `module` the importable name."""

    def __init__(self, syntax: Syntax, module: str, path: str, index: Index) -> None:
        self.syntax = syntax
        self.module = module
        self.path = path
        self.index = index
        self._scopes: dict[int, Names] = {}

    def imported(self, target: str) -> str | Unknown:
        """The full dotted name that an import stands for."""
        return imported(target, self.module, self.path)

    def resolve(self, dotted: str) -> Symbol | Unknown:
        """What a name is; for what it gives it does not matter whether that can be awaited."""
        found = self.index.resolve(dotted, self.path)
        return found.symbol if isinstance(found, Unclear) else found

    def function(self, line: int) -> Node | None:
        """The function whose `def` is on a line."""
        start = self._lines[line - 1] if line <= len(self._lines) else len(self.syntax.data)
        at = self.syntax.data.find(b"def ", start)
        path = self.syntax.path(at, at + len(b"def ")) if at >= 0 else []
        found = (step.node for step in reversed(path) if step.node.type in FUNCTIONS)
        return next((node for node in found if node.start_point.row == line - 1), None)

    @cached_property
    def _lines(self) -> list[int]:
        """Where the lines begin."""
        return [0, *(found.end() for found in _NEWLINE.finditer(self.syntax.data))]

    def names(self, scope: Node) -> Names:
        """The bindings in a scope."""
        if scope.id not in self._scopes:
            self._scopes[scope.id] = names(scope)
        return self._scopes[scope.id]

    def defines(self, name: str) -> bool:
        """Whether the module binds a name by `def` and `class` statements alone."""
        found, word = self.syntax.statements, name.encode()
        is_defined = word in found.definitions and not stands(found.between, word)
        return is_defined and name not in self._declared

    def bound(self, name: str) -> list[Bound]:
        """The bindings of a name of the module."""
        spans = self.syntax.statements.about(self.syntax.data, name.encode())
        found = self.names(self.syntax.over(spans)).get(name, []) if spans else []
        return [*found, *self._rebound(name)]

    def _rebound(self, name: str) -> Iterator[Bound]:
        """The bindings of a name of the module in functions that declare it `global`."""
        if name not in self._declared:
            return
        found = QueryCursor(_functions()).captures(self.syntax.whole().root_node)
        for function in found.get("function", ()):
            bound = self.names(function).get(name, [])
            if is_global(bound):
                yield from (item for item in bound if item.how is not How.GLOBAL)

    @cached_property
    def _declared(self) -> frozenset[str]:
        """The names that functions of the file declare `global`."""
        found = _GLOBAL.findall(self.syntax.data)
        return frozenset(name.strip().decode() for names in found for name in names.split(b","))

    def class_name(self, node: Node | None) -> str | Unknown:
        """The dotted name of a class at module level or in another class."""
        parts: list[str] = []
        while node is not None and node.type != "module":
            if node.type in SCOPES:
                return Unknown("the class is defined inside a function")
            if node.type in CLASSES:
                parts.append(text(node.child_by_field_name("name")))
            node = node.parent
        return (
            ".".join([self.module, *reversed(parts)])
            if parts
            else Unknown("there is no class around it")
        )
