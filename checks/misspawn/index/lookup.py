"""Dotted names in, symbols out: through re-exports, star imports, class members and bases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from misspawn.index import kinds
from misspawn.index.definitions import GETATTR, Definition, Outline, Unread
from misspawn.index.layout import Module
from misspawn.index.model import Kind, Missing, Symbol, Unknown
from misspawn.index.modules import Modules
from misspawn.index.served import served
from misspawn.source import Unreadable, decode
from misspawn.trees import FolderTree, Tree

if TYPE_CHECKING:
    from pathlib import Path

Found = Symbol | Unknown
GENERATED = re.compile(
    r"_?version|_version_info|_?build_?info|.*_pb2(?:_grpc)?|_scm_version|_generated.*"
)
_MOST = 300  # outlines held at a time; others are read again
_DEEPEST = 40  # names that others stand for
GIVEN = frozenset(
    [
        "__name__",
        "__file__",
        "__path__",
        "__doc__",
        "__spec__",
        "__package__",
        "__loader__",
        "__dict__",
        "__builtins__",
    ]
)  # what every module has
_NONE = Unread()


class Index(Modules):
    """The names of one tree. `libraries`: folders with installed packages, looked into for other names."""

    def __init__(self, tree: Tree, *, libraries: tuple[Path, ...] = ()) -> None:
        super().__init__(tree)
        self._libraries = libraries
        self._installed: dict[str, Index | None] = {}
        self._outlines: dict[Module, Outline] = {}
        self._answers: dict[tuple[str, str], Found] = {}
        self._open: set[tuple[str, str]] = set()  # questions under way
        self._circular = False  # whether an answer needed one of these

    def outline(self, module: Module) -> Outline:
        """What a module binds; of one that is no source, nothing, and that more may come."""
        if module not in self._outlines:
            while len(self._outlines) >= _MOST:
                self._outlines.pop(next(iter(self._outlines)))
            self._outlines[module] = self._outlined(module)
        return self._outlines[module]

    def _outlined(self, module: Module) -> Outline:
        data = self.tree.read(module.path) if module.readable else None
        if data is None:
            return _NONE
        from misspawn.index import outline  # a grammar: only for who asks

        try:
            return outline.Outline(decode(data), module.name, package=module.package)
        except Unreadable:
            return _NONE

    def dynamic(self, module: Module, name: str) -> str:
        """Why a module may have a name that its outline does not tell; '' when it surely has not."""
        outline = self.outline(module)
        if module.path.endswith(".pyi"):
            return "only a stub of it is there"
        if outline.dynamic != GETATTR:
            return outline.dynamic
        given = self._served(module)
        return "" if given is not None and name not in given else outline.dynamic

    def _served(self, module: Module) -> frozenset[str] | None:
        """The words among which are the names that a module's `__getattr__` gives."""
        bound = self.outline(module).names.get("__getattr__", ())
        function, holder = b"__getattr__", module.path
        if len(bound) == 1 and bound[0].kind is Kind.VALUE and bound[0].called:
            maker, item = self.definition(self.full(module, bound[0].called[0]), module.path)
            if maker is None or item is None:
                return None
            function, holder = item.name.encode(), maker.path
        elif len(bound) != 1 or bound[0].kind is not Kind.FUNCTION:
            return None
        return served(self.tree.read(holder) or b"", function)

    # -- names ---------------------------------------------------------------

    def resolve(self, dotted: str, near: str = "") -> Found:
        """What a dotted name is, where it is defined; `Unknown` says why nothing can be told."""
        key = (dotted, near.rpartition("/")[0])
        if key in self._answers:
            return self._answers[key]
        if (
            key in self._open or len(self._open) > _DEEPEST
        ):  # `x = x.y` asks for another name each time
            self._circular = True
            return Unknown(f"`{dotted}` is defined by way of itself")
        self._open.add(key)
        before, self._circular = self._circular, False
        found = self._resolved(dotted, near)
        self._open.discard(key)
        if not (self._circular and self._open):  # else it may be half an answer
            self._answers[key] = found
        self._circular = before or (self._circular and bool(self._open))
        return found

    def _resolved(self, dotted: str, near: str) -> Found:
        head, *rest = dotted.split(".")
        module = self.one(head, near)
        if module is None and self.has_namespace(head, near):
            head, module, rest = self._below_namespace(dotted, near)
        if module is None:
            return self._in_libraries(dotted)
        if isinstance(module, Unknown):
            return module
        return self._member(module, rest)

    def _below_namespace(
        self, dotted: str, near: str
    ) -> tuple[str, Module | Unknown | None, list[str]]:
        parts = dotted.split(".")
        for count in range(2, len(parts) + 1):
            name = ".".join(parts[:count])
            if (module := self.one(name, near)) is not None:
                return name, module, parts[count:]
        return dotted, None, []

    def _in_libraries(self, dotted: str) -> Found:
        top = dotted.partition(".")[0]
        if top and top not in self._installed:
            trees = (FolderTree(folder, top) for folder in self._libraries)
            self._installed[top] = self._library(
                next((tree for tree in trees if tree.paths()), None), top
            )
        installed = self._installed.get(top)
        if installed is None or installed is self:
            return Unknown(f"`{dotted}` is no name of this project")
        return installed.resolve(dotted)

    def _library(self, tree: Tree | None, top: str) -> Index | None:
        """The index of an installed package, which does not look for itself elsewhere."""
        if tree is None:
            return None
        index = Index(tree, libraries=self._libraries)
        index._installed[top] = index
        return index

    def _member(self, module: Module, rest: list[str]) -> Found:
        """What `rest` is in a module: a binding of its own goes before a submodule of that name."""
        if not rest:
            return Symbol(module.name, Kind.MODULE, module.path, 1)
        name, *more = rest
        below = f"{module.name}.{name}"
        bound = self.outline(module).names.get(name, ())
        real = [item for item in bound if item.target != below]
        if real:
            return self._followed(module, real, more)
        inner = self.one(below, module.path) if module.package else None
        if isinstance(inner, Unknown):
            return inner
        if inner is not None:
            return self._member(inner, more)
        if self.has_namespace(below, module.path):
            return self._in_namespace(below, more, module.path)
        return self._absent(module, name, more)

    def _in_namespace(self, name: str, rest: list[str], near: str) -> Found:
        """What `rest` is in a folder of a package that has no `__init__.py`."""
        for count in range(1, len(rest) + 1):
            inner = self.one(".".join([name, *rest[:count]]), near)
            if inner is not None:
                return inner if isinstance(inner, Unknown) else self._member(inner, rest[count:])
        return Unknown(f"`{name}` is a namespace") if rest else Symbol(name, Kind.MODULE, near, 1)

    def _absent(self, module: Module, name: str, more: list[str]) -> Found:
        """A name that the module does not bind itself."""
        for star in self.outline(module).stars:
            found = self.resolve(".".join([star, name, *more]), module.path)
            if not isinstance(found, Missing):
                return found
        if dynamic := self.dynamic(module, name):
            return Unknown(f"`{module.name}` may have more names: {dynamic}")
        if name in GIVEN:
            return Unknown(f"every module has `{name}`")
        if GENERATED.fullmatch(name):
            return Unknown(f"`{name}` is generated, as its name tells")
        return Missing(f"{module.path} does not define `{name}`")

    def _followed(self, module: Module, bound: list[Definition], more: list[str]) -> Found:
        """The one thing that all bindings of a name come to."""
        found = [self._binding(module, item, more) for item in bound]
        unknown = [item for item in found if isinstance(item, Unknown)]
        if unknown:
            return unknown[0] if len(found) == 1 else Unknown(unknown[0].reason)
        kinds_ = {item.kind for item in found if isinstance(item, Symbol)}
        if len(kinds_) > 1:
            told = ", ".join(sorted(kind.value for kind in kinds_))
            return Unknown(f"`{bound[0].name}` of {module.path} is one of several things: {told}")
        return _agreed([item for item in found if isinstance(item, Symbol)])

    def _binding(self, module: Module, item: Definition, more: list[str]) -> Found:
        if item.kind is None:
            target = item.target or self.full(module, item.alias)
            if not target:
                return Unknown(f"{module.path}:{item.line}: what it stands for is not known")
            return self._imported(module, target, more)
        if more and item.kind is Kind.CLASS:
            return self._class_member(module, item, more)
        if more:
            return Unknown(f"`{item.name}` at {module.path}:{item.line} is no class or module")
        return kinds.symbol(self, module, item)

    def _imported(self, module: Module, target: str, more: list[str]) -> Found:
        """A name imported into a module; `from .x import x` in a package means the submodule `x`."""
        name, _, rest = target.removeprefix(f"{module.name}.").partition(".")
        below = f"{module.name}.{name}"
        inner = self.one(below, module.path) if rest and target.startswith(f"{below}.") else None
        if isinstance(inner, Module):
            return self._member(inner, [*rest.split("."), *more])
        return self.resolve(".".join([target, *more]), module.path)

    def _class_member(self, module: Module, item: Definition, more: list[str]) -> Found:
        name, *rest = more
        if members := item.members.get(name, ()):
            if not rest:
                return self._members(module, item, members)
            return Unknown(f"`{item.name}.{name}` is no class or module")
        for base in self.bases(module, item):
            found = self.resolve(f"{base}.{name}", module.path) if base else None
            if found is None or not isinstance(found, Missing):
                return found or Unknown(f"a base of `{item.name}` is not plain")
        return Missing(f"class `{item.name}` at {module.path}:{item.line} has no `{name}`")

    def _members(self, module: Module, item: Definition, members: Sequence[Definition]) -> Found:
        found = [kinds.symbol(self, module, one, owner=item.name) for one in members]
        symbols = [one for one in found if isinstance(one, Symbol)]
        if len(symbols) < len(found):
            return next(one for one in found if isinstance(one, Unknown))
        if len({one.kind for one in symbols}) > 1:
            return Unknown(f"`{item.name}.{members[0].name}` is one of several things")
        return _agreed(symbols)

    def held(self, dotted: str, near: str = "") -> str:
        """The annotation, in full, of what a variable, a property or an attribute of instances holds."""
        found = self.resolve(dotted, near)
        return found.returns if isinstance(found, Symbol) and found.kind is Kind.VALUE else ""

    def definition(
        self, dotted: str, near: str = "", depth: int = 0
    ) -> tuple[Module | None, Definition | None]:
        """The one definition that a name of a module has, followed through imports, and that module."""
        holder, _, name = dotted.rpartition(".")
        module = self.one(holder, near) if holder else None
        if not isinstance(module, Module) or depth > _DEEPEST:
            return None, None
        bound = self.outline(module).names.get(name, ())
        if len(bound) == 1 and bound[0].kind is None and bound[0].target:
            return self.definition(bound[0].target, module.path, depth + 1)
        return module, (bound[0] if len(bound) == 1 else None)

    def bases(self, module: Module, item: Definition) -> Iterator[str]:
        """The full dotted names of a class's bases; '' for one that is not plain."""
        for written in item.bases:
            base = written.partition("[")[0]
            if base not in ("object", "Generic", "Protocol", "ABC", "abc.ABC", "typing.Generic"):
                yield self.full(module, base)

    def full(self, module: Module, written: str) -> str:
        """A dotted name as written in a module, in full; '' for what is none."""
        head, dot, rest = written.partition(".")
        bound = self.outline(module).names.get(head, ())
        targets = {item.target for item in bound if item.target}
        if len(targets) == 1 and len(bound) == 1:
            return f"{targets.pop()}{dot}{rest}"
        return f"{module.name}.{written}" if bound and not targets else written


def _agreed(symbols: list[Symbol]) -> Symbol:
    """The last of several; what it gives is only known when all say the same or None."""
    given = {symbol.returns for symbol in symbols} - {"None"}
    return (
        symbols[-1]
        if len(symbols) == 1
        else replace(symbols[-1], returns=given.pop() if len(given) == 1 else "")
    )
