"""Which modules of a tree a file can import by a name: those of its own folder and of the usual roots."""

from __future__ import annotations

from functools import cached_property

from misspawn.index.builds import Builds
from misspawn.index.layout import Layout, Module
from misspawn.index.model import Unknown
from misspawn.trees import Tree


class Modules:
    """Those of one tree.

    `near` in the questions is the file that asks: where several roots have a module of one name, its
    own root's counts.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.builds = Builds(tree)
        self._modules: dict[str, tuple[str, ...]] = {}
        self._own_roots: dict[str, frozenset[str]] = {}

    @cached_property
    def layout(self) -> Layout:
        """The modules by name."""
        return Layout(self.tree.paths())

    def tree_has(self, path: str) -> bool:
        """Whether the tree has a file."""
        return path in self.tree.paths()

    def modules(self, path: str) -> tuple[str, ...]:
        """The importable names of a file, the one it most likely runs as first."""
        if path not in self._modules:
            names = (module.name for module in self.layout.of(path))
            self._modules[path] = tuple(dict.fromkeys(names))
        return self._modules[path]

    def first_party(self, dotted: str, near: str = "") -> bool:
        """Whether the first part of a dotted name is a module or a folder of this tree for that file."""
        top = dotted.partition(".")[0]
        return bool(self.candidates(top, near)) or self.has_namespace(top, near)

    def has_namespace(self, name: str, near: str = "") -> bool:
        """Whether a folder without `__init__.py` goes by this name, seen from the file."""
        roots = self._roots(near)
        return any(module.usual or module.root in roots for module in self.layout.inside(name))

    def candidates(self, name: str, near: str = "") -> list[Module]:
        """The modules of this name that the file can import: those of its own folder and usual roots."""
        found = self.layout.modules.get(name, [])
        if not found:
            return []
        roots = self._roots(near)
        own = [module for module in found if module.root in roots]
        return own or [module for module in found if module.usual]

    def _roots(self, near: str) -> frozenset[str]:
        """The folders from which a file surely imports: its own, and the usual ones above it."""
        folder = near.rpartition("/")[0]
        if near and folder not in self._own_roots:
            roots = (module.root for module in self.layout.of(near) if module.usual)
            script = {folder} if self.layout.own_root(folder) == folder else set()
            self._own_roots[folder] = frozenset(script.union(roots))
        return self._own_roots.get(folder, frozenset())

    def one(self, name: str, near: str) -> Module | Unknown | None:
        """The module of this name, None when there is none; `Unknown` when it may be several."""
        found = self.candidates(name, near)
        paths = {module.path for module in found}
        stubs = {path for path in paths if not path.endswith(".py")}
        if len(paths - stubs) > 1 or (not paths - stubs and len(stubs) > 1):
            return Unknown(f"several files are called `{name}`: {', '.join(sorted(paths)[:3])}")
        return found[0] if found else None
