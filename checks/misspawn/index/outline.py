"""What one module binds: each name is looked for in its text, and only what is about it is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain

from msgspec.structs import replace
from tree_sitter import Node

from misspawn.index.classes import attributes, may_change
from misspawn.index.definitions import GETATTR, Definition
from misspawn.index.model import Kind
from misspawn.index.reading import Reader
from misspawn.regions.statements import Span, Statements, statements
from misspawn.regions.syntax import Syntax, class_header, first_indent

_DYNAMIC = re.compile(
    rb"\b(?:globals|vars|locals)\(\)(?:\[[^\]\n]*\][ \t]*=(?!=)|\.(?:update|setdefault)\(|[ \t]*[,)]|[ \t]*$)"
    rb"|\bsys\.modules\[__name__\]"
    rb"|^[\w.]+\(\s*__name__\s*,|^exec\(|\b__path__[ \t]*(?:\+?=(?!=)|\.(?:append|extend|insert)\()",
    re.MULTILINE,
)  # what binds names of a module otherwise than by statements
_MODULES = re.compile(rb"\bsys\.modules(?:\[[^\]\n]*\][ \t]*=(?!=)|\.(?:update|setdefault)\()")
_KEYWORD = re.compile(rb"^class\b", re.MULTILINE)
_GLOBAL = re.compile(rb"^[ \t]+global[ \t]+([\w, \t]+)", re.MULTILINE)


class Outline:
    """All that a module binds. `module`: its dotted name, to which relative imports are relative."""

    def __init__(self, data: bytes, module: str, *, package: bool) -> None:
        self._data = data
        self._name = module
        self._package = package
        self._syntax = Syntax(data)
        found = self._syntax.statements
        self.names = Module(self._syntax, found, module, package=package)

    @cached_property
    def stars(self) -> tuple[str, ...]:
        """The modules of which it takes everything."""
        if b"import *" not in self._data:
            return ()
        return tuple(self.names.reader(self._syntax.statements.rest).stars)

    @cached_property
    def dynamic(self) -> str:
        """Why it may have more names, '' when it has not."""
        own = rb"\bsys\.modules\[[\"']%b\." % self._name.rpartition(".")[2].encode()
        modules = _MODULES if self._package else re.compile(own)
        if found := _DYNAMIC.search(self._data) or modules.search(self._data):
            return f"it makes names at run time (`{found[0].decode().strip()}`)"
        if self._syntax.whole().root_node.has_error:
            return "it has a syntax error"
        return GETATTR if self.names.get("__getattr__") else ""


class Body:
    """The names that some statements bind, each read when it is first asked for."""

    def __init__(self, syntax: Syntax, found: Statements, module: str, *, package: bool) -> None:
        self._syntax = syntax
        self._statements = found
        self._module = module
        self._package = package
        self._known: dict[str, tuple[Definition, ...]] = {}

    def get(self, name: str, default: tuple[Definition, ...] = (), /) -> tuple[Definition, ...]:
        """The bindings of a name, in the order of the text."""
        if name not in self._known:
            self._known[name] = tuple(self._read(name))
        return self._known[name] or default

    def _read(self, name: str) -> list[Definition]:
        spans = self._statements.about(self._syntax.data, name.encode())
        if len(spans) == 1 and (found := _class(self._syntax, spans[0], self._module)):
            return [found]
        return self.reader(spans).names.get(name, []) if spans else []

    def reader(self, spans: Iterable[Span]) -> Reader:
        """What these of the statements bind, or more where they do not parse by themselves."""
        reader = Reader(self._module, package=self._package)
        reader.block(self._holder(spans))
        return reader

    def _holder(self, spans: Iterable[Span]) -> Node:
        return self._syntax.over(spans)


class Module(Body):
    """The names of a module; those that functions declare `global` come last."""

    def _read(self, name: str) -> list[Definition]:
        found = [*super()._read(name), *self._globals.get(name, ())]
        return found or [*self._walrus(name)]

    def _walrus(self, name: str) -> Iterator[Definition]:
        """Bindings within expressions, also those of a decorator or an argument."""
        data = self._syntax.data
        if b":=" in data:
            for found in re.finditer(rb"\b%b[ \t]*:=" % re.escape(name.encode()), data):
                yield Definition(name, data.count(b"\n", 0, found.start()) + 1, Kind.VALUE)

    @cached_property
    def _globals(self) -> dict[str, list[Definition]]:
        data, found = self._syntax.data, dict[str, list[Definition]]()
        for declared in _GLOBAL.finditer(data) if b"global" in data else ():
            line = data.count(b"\n", 0, declared.start()) + 1
            for written in declared[1].decode("ascii", "replace").split(","):
                name = written.strip()
                found.setdefault(name, []).append(Definition(name, line, Kind.VALUE))
        return found


class Members(Body):
    """The names of a class, and the attributes that its methods give to instances."""

    def __init__(self, syntax: Syntax, header: Span, end: int, module: str) -> None:
        within = header[1], end
        indent = first_indent(syntax.data, within)
        found = statements(syntax.data, syntax.quotes, within, indent)
        super().__init__(syntax, found, module, package=False)
        self._header = header

    def _read(self, name: str) -> list[Definition]:
        own = super()._read(name)
        return [*own, *self._attributes(name)] if may_change(own) else own

    def _attributes(self, name: str) -> Iterator[Definition]:
        given, data = b"self." + name.encode(), self._syntax.data
        for span in sorted(chain.from_iterable(self._statements.definitions.values())):
            if data.find(given, *span) >= 0:
                for child in self._holder([span]).named_children:
                    if child.start_byte in range(*span):
                        found = attributes(child.child_by_field_name("definition") or child)
                        yield from (item for item in found if item.name == name)

    def _holder(self, spans: Iterable[Span]) -> Node:
        root = self._syntax.over([self._header, *spans])
        keyword = _KEYWORD.search(self._syntax.data, *self._header)
        assert keyword is not None  # else it is no header
        found = root.named_descendant_for_byte_range(*keyword.span())
        body = found.child_by_field_name("body") if found is not None else None
        return root if body is None else body


def _class(syntax: Syntax, span: Span, module: str) -> Definition | None:
    """The class of a stretch without a look at its members; None when it is none, or not told that way."""
    data, header = syntax.data, class_header(syntax.data, *span)
    if header is None:
        return None
    head = Syntax(data[slice(*header)].rstrip() + b" pass\n", whole=True).whole().root_node
    reader = Reader(module, package=False)
    reader.block(head)
    found = [item for items in reader.names.values() for item in items]
    if head.has_error or len(found) != 1:
        return None
    line = found[0].line + data.count(b"\n", 0, header[0])
    return replace(found[0], line=line, members=Members(syntax, header, span[1], module))
