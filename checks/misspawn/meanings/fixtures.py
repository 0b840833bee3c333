"""Which pytest fixture a parameter asks for."""

from __future__ import annotations

import re
from typing import NamedTuple

from tree_sitter import Node

from misspawn.index.lookup import Index
from misspawn.meanings.scopes import text


class Fixture(NamedTuple):
    """The function that makes the value of a parameter, and where it is."""

    name: str
    path: str
    line: int


def wanted(index: Index, path: str, function: Node, name: str) -> Fixture | None:
    """The fixture that a parameter of a function asks for."""
    return fixture(index, path, name) if _asks(function, name) else None


def fixture(index: Index, path: str, name: str) -> Fixture | None:
    """The fixture of a name as pytest finds it: in the file, then in the conftest files above."""
    folder = path.rpartition("/")[0]
    for holder in (path, *_conftests(folder)):
        module = next(index.layout.of(holder), None)
        found = (
            index.outline(module).names.get(name, ()) if module and index.tree_has(holder) else ()
        )
        fixtures = [
            item for item in found if any(_makes(decorator) for decorator in item.decorators)
        ]
        if fixtures:
            return Fixture(name, holder, fixtures[0].line) if len(found) == 1 else None
    return None


def _makes(decorator: str) -> bool:
    return decorator.removesuffix("()").rpartition(".")[2] == "fixture"


def _asks(function: Node, name: str) -> bool:
    """Whether pytest fills the parameter with a fixture: of a test or a fixture, and not parametrized."""
    if function.type != "function_definition":
        return False
    above = function.parent
    decorated = above is not None and above.type == "decorated_definition"
    decorators = (
        [child for child in above.named_children if child.type == "decorator"]
        if decorated and above
        else []
    )
    shown = "\n".join(text(decorator) for decorator in decorators)
    if re.search(rf"parametrize\(\s*[\[(]?[^\n]*[\"'\s,]{name}[\"'\s,]", shown):
        return False
    return text(function.child_by_field_name("name")).startswith("test") or "fixture" in shown


def _conftests(folder: str) -> list[str]:
    found = []
    while folder:
        found.append(f"{folder}/conftest.py")
        folder = folder.rpartition("/")[0]
    return [*found, "conftest.py"]
