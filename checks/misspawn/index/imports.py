"""The import statements of a module, one name at a time, with relative ones made absolute."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node


class Imported(NamedTuple):
    """One name of an import statement, at start..end of the file.

    `from MODULE import NAME as BOUND`; of `import MODULE as BOUND` NAME is ''. An empty MODULE climbs out of
    the tree. `bound` is '' for what binds nothing that is known here, as a star does.
    """

    module: str
    name: str
    bound: str
    line: int
    start: int
    end: int

    @property
    def target(self) -> str:
        """What the bound name stands for: `import a.b` binds `a`."""
        if self.name:
            return f"{self.module}.{self.name}" if self.module else ""
        return self.module if self.bound != self.module.partition(".")[0] else self.bound


def imported(node: Node, module: str, *, package: bool) -> Iterator[Imported]:
    """The names of one `import` or `from` statement in the module of this dotted name."""
    source = node.child_by_field_name("module_name")
    base = _absolute(_text(source), module, package=package) if source is not None else ""
    if any(child.type == "wildcard_import" for child in node.named_children):
        yield _item(base, "*", "", node)
    for child in node.children_by_field_name("name"):
        inner = child.child_by_field_name("name") if child.type == "aliased_import" else child
        alias = child.child_by_field_name("alias")
        name = _text(inner) if inner is not None else ""
        if source is None:
            yield _item(name, "", _text(alias) if alias else name.partition(".")[0], child)
        else:
            yield _item(base, name, _text(alias) if alias else name, child)


def _item(module: str, name: str, bound: str, node: Node) -> Imported:
    line = node.start_point.row + 1
    return Imported(module, name, bound, line, node.start_byte, node.end_byte)


def _absolute(written: str, module: str, *, package: bool) -> str:
    """`..x` in `a.b.c` is `a.x`; '' when it climbs too far."""
    rest = written.lstrip(".")
    up = len(written) - len(rest) - (1 if package else 0)
    if written == rest:
        return rest
    parts = module.split(".")
    if up >= len(parts):
        return ""
    base = parts[: len(parts) - up] if up else parts
    return ".".join([*base, rest] if rest else base)


def _text(node: Node) -> str:
    return "".join((node.text or b"").decode("utf-8", "replace").split())
