"""How a Python file names something of a module: as it imports it, else by an import that is to be added."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import lru_cache

from tree_sitter import Node

from misspawn.regions import names
from misspawn.regions.bindings import binding, defined, import_of
from misspawn.regions.names import Import
from misspawn.regions.python import PythonDocument
from misspawn.rewrites.inapplicable import Inapplicable
from misspawn.rewrites.places import Place
from misspawn.rewrites.syntax import Edited, line_end

_IMPORTS = {"import_statement", "import_from_statement"}


def written(place: Place, dotted: str) -> tuple[str, list[Edited]]:
    """What the file calls `module.name` at a place, and the import that this takes.

    Raises `Inapplicable` where that name means something else.
    """
    module, _, rest = dotted.partition(".")
    data = place.source.data
    known = _known(data)
    bound = next((name for name, target in known if target == dotted), "")
    alias = next((name for name, target in known if target == module), "")
    name = bound or f"{alias or module}.{rest}"
    root = name.partition(".")[0].encode()
    if _means_another(place, root, imported=bool(bound or alias)):
        raise Inapplicable
    is_there = bound or alias or (module, "") in known
    assert isinstance(place.document, PythonDocument)
    return name, [] if is_there else [_added(place.document, module, place.newline)]


def _means_another(place: Place, name: bytes, *, imported: bool) -> bool:
    """Whether a name that is, or is to be, imported is bound to something else at the place."""
    document, source = place.document, _bound(place.source.data, name)
    if source == "defined" or (source == "other" and not imported):
        return True
    whole, scope = (
        document.scope(kind, place.canonical, place.canonical) for kind in ("file", "function")
    )
    return scope != whole and _binding(scope, name) == "local"


@lru_cache(maxsize=16)
def _bound(data: bytes, name: bytes) -> str:
    """How a module binds a name: `defined`, or how it imports it. All findings of a file ask for few."""
    if next(defined(data, name), None) is not None:
        return "defined"
    return import_of(data, name)


_binding = lru_cache(maxsize=16)(binding)


@lru_cache(maxsize=2)
def _known(data: bytes) -> list[tuple[str, str]]:
    """The names that the module's imports bind at its top level, and what they stand for."""
    return [_told(item) for item in names.imports(data) if not item.indented]


def _told(item: Import) -> tuple[str, str]:
    return item.name.decode("utf-8", "replace"), item.target.decode("utf-8", "replace")


@lru_cache(maxsize=4)
def _added(document: PythonDocument, module: str, newline: str) -> Edited:
    """The import of a module, among the first imports where a sorter would put it."""
    data, root = document.source, document.syntax()
    head = _head(root)
    imports = [node for node in head if node.type in _IMPORTS]
    own = [node for node in imports if _is_standard(_module(node)) == _is_standard(module)]
    plain = [node for node in own if node.type == "import_statement"]
    later = next((node for node in plain if _module(node) > module), None)
    if later or (own and not plain):
        start = _line_start(data, later or own[0])
        return start, start, f"import {module}{newline}"
    if plain:
        return _below(data, plain[-1], f"{newline}import {module}")
    if imports and _is_standard(module):
        start = _line_start(data, imports[0])
        return start, start, f"import {module}{newline}{newline}"
    if head:
        return _below(data, head[-1], f"{newline}{newline}import {module}")
    first = next((node for node in root.children if node.type != "comment"), None)
    start = _line_start(data, first) if first else len(data)
    return start, start, f"import {module}{newline}{newline}"


def _head(root: Node) -> Sequence[Node]:
    """The docstring and the imports with which a module begins."""
    head: list[Node] = []
    for node in root.children:
        is_docstring = (
            not head
            and node.type == "expression_statement"
            and [child.type for child in node.children] == ["string"]
        )
        if is_docstring or node.type in (*_IMPORTS, "future_import_statement"):
            head.append(node)
        elif node.type not in ("comment", ";"):
            break
    return head


def _module(statement: Node) -> str:
    """The module of an import statement, the first one where there are several."""
    field = "module_name" if statement.type == "import_from_statement" else "name"
    node = statement.child_by_field_name(field)
    text = node.text if node is not None else None
    return (text or b"").decode("utf-8", "replace").partition(" ")[0]


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


def _line_start(data: bytes, node: Node) -> int:
    return data.rfind(b"\n", 0, node.start_byte) + 1


def _below(data: bytes, node: Node, text: str) -> Edited:
    end = line_end(data, node.end_byte)
    return end, end, text
