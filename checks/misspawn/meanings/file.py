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
from misspawn.regions.grammar import CLASSES
from misspawn.regions.syntax import language


@lru_cache(maxsize=1)
def _functions() -> Query:
    return Query(language(), "(function_definition) @function")


class File:
    """`root` is the syntax tree, `module` the importable name."""

    def __init__(self, root: Node, module: str, path: str, index: Index) -> None:
        self.root = root
        self.module = module
        self.path = path
        self.index = index
        is_package = path.rpartition("/")[2].startswith("__init__.")
        self._package = module if is_package else module.rpartition(".")[0]
        self._scopes: dict[int, Names] = {}
        self._functions: dict[int, Node] = {}

    def imported(self, target: str) -> str | Unknown:
        """The full dotted name that an import stands for."""
        rest = target.lstrip(".")
        level = len(target) - len(rest)
        if not level:
            return target
        parts = self._package.split(".") if self._package else []
        if level > len(parts):
            return Unknown(f"the relative import `{target}` leaves the package")
        return ".".join([*parts[: len(parts) - level + 1], rest])

    def resolve(self, dotted: str) -> Symbol | Unknown:
        """What a name is; for what it gives it does not matter whether that can be awaited."""
        found = self.index.resolve(dotted, self.path)
        return found.symbol if isinstance(found, Unclear) else found

    def function(self, line: int) -> Node | None:
        """The function on a line."""
        if not self._functions:
            found = QueryCursor(_functions()).captures(self.root).get("function", [])
            self._functions = {node.start_point.row + 1: node for node in found}
        return self._functions.get(line)

    def names(self, scope: Node) -> Names:
        """The bindings in a scope."""
        if scope.id not in self._scopes:
            self._scopes[scope.id] = names(scope)
        return self._scopes[scope.id]

    def rebound(self, name: str) -> Iterator[Bound]:
        """The bindings of a name of the module in functions that declare it `global`."""
        if name not in self._declared:
            return
        self.function(0)
        for function in self._functions.values():
            bound = self.names(function).get(name, [])
            if is_global(bound):
                yield from (item for item in bound if item.how is not How.GLOBAL)

    @cached_property
    def _declared(self) -> frozenset[str]:
        """The names that functions of the file declare `global`."""
        found = re.findall(rb"\bglobal[ \t]+([\w, \t]+)", self.root.text or b"")
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
