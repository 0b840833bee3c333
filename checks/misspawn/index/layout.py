"""Which importable names the files of a tree have, told from their paths alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import NamedTuple

_MODULE = re.compile(r"(?:(.*)/)?([^/.]+)(?:\.[\w-]+)?\.(py|pyi|pyx|so|pyd)", re.DOTALL)
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg")
_TELLING = (".py", ".pyi", ".pyx", ".so", ".pyd", *_PROJECT)
_OLD_DOCS = "versioned_docs/"  # where Docusaurus keeps the docs of older versions
_SOURCES = ("src", "lib", "python")  # folders that builds and pytest's `pythonpath` commonly name


def tells_layout(path: str) -> bool:
    """Whether the file at a path may be a module, or have a say in what modules are called."""
    return path.endswith(
        _TELLING
    )  # a second scan asks for all files: a regex takes ten times as long


class Module(NamedTuple):
    """A file under one of its importable names. `root`: the folder that must be on sys.path for it.

    `usual`: that folder is one from which the project is installed or run, not only the file's own.
    """

    name: str
    path: str
    root: str
    package: bool
    usual: bool

    @property
    def project(self) -> str:
        """The folder of the project: the root, or the one above `src` and the like."""
        above, _, last = self.root.rpartition("/")
        return above if last in _SOURCES else self.root

    @property
    def readable(self) -> bool:
        """Whether the file is Python source."""
        return self.path.endswith((".py", ".pyi"))


class Layout:
    """The modules of a tree by name, and its folders."""

    def __init__(self, paths: Collection[str]) -> None:
        self._files = sorted(path for path in paths if _MODULE.fullmatch(path))
        self.folders = frozenset(_ancestors(self._files))
        self.sources = dict(_sources(paths))
        self._packages = {_parent(path) for path in self._files if _stem(path) == "__init__"}
        self._projects = {_parent(path) for path in paths if path.rpartition("/")[2] in _PROJECT}
        self._roots: dict[str, tuple[str, ...]] = {}

    @cached_property
    def modules(self) -> dict[str, list[Module]]:
        """All modules by each of their names; source goes before stubs, stubs before binaries."""
        found: dict[str, list[Module]] = {}
        for path in sorted(self._files, key=lambda path: not path.endswith(".py")):
            for module in self.of(path):
                found.setdefault(module.name, []).append(module)
        return found

    @cached_property
    def folded(self) -> dict[str, str]:
        """Modules and packages without their suffix, by their path in one case."""
        stems = map(self.stem, self._files)
        return {stem.casefold(): stem for stem in stems}

    @staticmethod
    def stem(path: str) -> str:
        """The path of a module or a package without its suffix."""
        return path.rpartition(".")[0].removesuffix("/__init__")

    @cached_property
    def roots(self) -> frozenset[str]:
        """The folders from which modules of this tree are installed or run."""
        found = (module for modules in self.modules.values() for module in modules)
        return frozenset(module.root for module in found if module.usual)

    def inside(self, name: str) -> list[Module]:
        """Modules in a folder that goes by a dotted name but is no module: one a root."""
        return [] if name in self.modules else self._namespaces.get(name, [])

    @cached_property
    def _namespaces(self) -> dict[str, list[Module]]:
        found: dict[str, dict[str, Module]] = {}
        for name, modules in self.modules.items():
            parts = name.split(".")
            for count in range(1, len(parts)):
                roots = found.setdefault(".".join(parts[:count]), {})
                for module in modules:
                    roots.setdefault(module.root, module)
        return {name: list(roots.values()) for name, roots in found.items()}

    def of(self, path: str) -> Iterator[Module]:
        """The module that a file is, under each of its names, the one it most likely runs as first."""
        if _OLD_DOCS in path or not _MODULE.fullmatch(path):
            return
        folder, is_package = _parent(path), _stem(path) == "__init__"
        for root in self._roots_of(folder):
            parts = folder[len(root) :].strip("/").split("/") if folder != root else []
            names = parts if is_package else [*parts, _stem(path)]
            if names and all(part.isidentifier() for part in names):
                usual = root in self._usual(folder)
                yield Module(".".join(names), path, root, is_package, usual)

    def _roots_of(self, folder: str) -> tuple[str, ...]:
        """The folder on sys.path by which pytest or a script finds it, then those of installs."""
        if folder not in self._roots:
            own = self.own_root(folder)
            usual = self._usual(folder)
            first = [
                root for root in usual if own == root or own.startswith(f"{root}/") or not root
            ]
            nearest = max(first, key=len, default=own)
            order = (own, *usual) if own not in usual and nearest == "" else (nearest, own, *usual)
            self._roots[folder] = tuple(dict.fromkeys(order))
        return self._roots[folder]

    def _usual(self, folder: str) -> tuple[str, ...]:
        """Folders above this one from which projects are installed or run, innermost first."""
        above = list(upwards(folder))
        return tuple(
            root
            for root in above
            if not root
            or root in self._projects
            or (root.rpartition("/")[2] in _SOURCES and root not in self._packages)
        )

    def own_root(self, folder: str) -> str:
        """The first folder upwards that is no package, also seen through namespace folders inside one."""
        while True:
            while folder and folder in self._packages:
                folder = _parent(folder)
            outer = next((above for above in upwards(folder) if above in self._packages), None)
            if outer in (None, folder):  # it is the root that is a package
                return folder
            folder = outer


def _parent(path: str) -> str:
    return path.rpartition("/")[0]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def upwards(folder: str) -> Iterator[str]:
    """The folder, its parent, and so on up to the root ''."""
    while folder:
        yield folder
        folder = _parent(folder)
    yield ""


_COMPILED = (".c", ".cc", ".cpp", ".pyx", ".pxd", ".rs", ".in", ".proto", ".thrift", ".tmpl", ".j2")


def _sources(paths: Collection[str]) -> Iterator[tuple[str, str]]:
    """Files of which a build may make a module, by the path of the module without its suffix."""
    for path in paths:
        if path.endswith(_COMPILED):
            name = path.rpartition("/")[2].partition(".")[0]
            yield f"{_parent(path)}/{name}".lstrip("/"), path


def _ancestors(paths: Collection[str]) -> Iterator[str]:
    for path in paths:
        yield from upwards(_parent(path))
