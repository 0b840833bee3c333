"""Whether a name in a Python module is the imported one, or what hides that."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping, Sequence

from tree_sitter import Node

from misspawn.regions import grammar
from misspawn.regions.bindings import bare, binding, defined, import_of, scope_text, word_at
from misspawn.regions.names import Import, imports
from misspawn.regions.offsets import Edit
from misspawn.regions.syntax import Step, Syntax

_GLOBAL_MEANING = frozenset(
    name.encode() for name in (*sys.stdlib_module_names, *dir(builtins)) if not name.startswith("_")
)


class Shadows:
    """What hides imported names in one file. `edits`: the names to be spelled out, by where they begin."""

    def __init__(
        self, data: bytes, syntax: Syntax, imports: Sequence[Import], edits: Mapping[int, Edit]
    ) -> None:
        self._data = data
        self._syntax = syntax
        self._imports = imports
        self._edits = edits
        self._imported: dict[bytes, str] = {}
        self._bindings: dict[tuple[int, bytes], str] = {}

    def reason(self, at: int, path: list[Step], *, first: bool) -> str:
        """Why the name at the offset is not the imported one ('' when it is).

        What a hit begins with may also be a module or built-in that the file does not import.
        """
        edit = self._edits.get(at)
        name = self._data[at : edit.end] if edit else word_at(self._data, at)
        if not edit:
            imported = self._import_of(name)
            if not imported and not (first and name in _GLOBAL_MEANING):
                return ""
            if imported == "other":
                return f"`{name.decode()}` is imported from elsewhere"
        for step in grammar.enclosing(path):
            kind = self._binding(step.node, name)
            if kind == "local":
                return f"`{name.decode()}` is shadowed in `{grammar.name_of(step.node)}`"
            if kind == "import":
                return self._imported_anew(step.node, name, edit.text) if edit else ""
        return (
            self._shadowed_in_module(name)
            if not edit
            else self._unreached(name) or self._shadowed_in_module(name)
        )

    def _import_of(self, name: bytes) -> str:
        if name not in self._imported:
            self._imported[name] = import_of(self._data, name)
        return self._imported[name]

    def _imported_anew(self, function: Node, name: bytes, target: bytes) -> str:
        own = (
            item.target
            for item in imports(self._data)
            if item.name == name and function.start_byte <= item.start < function.end_byte
        )
        is_other = any(found != target for found in own)
        return (
            f"`{name.decode()}` is imported anew in `{grammar.name_of(function)}`"
            if is_other
            else ""
        )

    def _unreached(self, name: bytes) -> str:
        bound = [item for item in self._imports if item.name == name]
        if all(
            item.indented and grammar.enclosing(self._syntax.path(item.end - 1, item.end))
            for item in bound
        ):
            return f"`{name.decode()}` is imported in another function only"
        return ""

    def _binding(self, function: Node, name: bytes) -> str:
        key = (function.id, name)
        if key not in self._bindings:
            found = ""
            if bare(name).search(self._data, function.start_byte, function.end_byte):
                found = binding(scope_text(self._data, function), name)
            self._bindings[key] = found
        return self._bindings[key]

    def _shadowed_in_module(self, name: bytes) -> str:
        key = (-1, name)
        if key not in self._bindings:
            real = any(not self._syntax.not_code(at) for at in defined(self._data, name))
            self._bindings[key] = "local" if real else ""
        return f"`{name.decode()}` is redefined at module level" if self._bindings[key] else ""
