"""What of a tree's modules is not in it because a build, a program or an import hook makes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from misspawn.index.layout import upwards
from misspawn.trees import Tree

_PACKAGING = ("pyproject.toml", "setup.py", "setup.cfg", "meson.build")
_BUILDS = re.compile(
    r"pyproject\.toml|setup\.(?:py|cfg)|tox\.ini|noxfile\.py|Makefile|meson\.build|CMakeLists\.txt"
)
_WRITTEN = re.compile(  # open("x.py", "w"), open(os.path.join(folder, "x.py"), "w"), (folder / "x.py").write_text(
    rb"[\"'/]((?!__init__)\w+\.py)[\"']\s*\)*\s*(?:,\s*(?:mode\s*=\s*)?[\"'][wx]|\.write_(?:text|bytes)\()"
)
_NATIVE = re.compile(  # C++ with pybind11, nanobind or Boost; C; cffi; Rust with PyO3
    rb"\b(?:PYBIND11_MODULE|NB_MODULE|BOOST_PYTHON_MODULE)\(\s*(\w+)|\bPyInit_(\w+)"
    rb"|\bset_source\(\s*[\"'](?:\w+\.)*(\w+)[\"']|#\[pymodule[^\]]*\][^{;]*?\b(?:fn|mod)\s+(\w+)"
)
_NATIVE_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".rs", ".py")
_SET = re.compile(rb"(?<![.\w])setattr\(\s*([A-Za-z_][\w.]*)\s*,")
_DECORATED = rb"@\w[^\n]*\n(?:async )?def [^\n]*\n(?:[ \t][^\n]*\n|\r?\n)*?"
_HOOK = re.compile(rb"\bsys\.meta_path(?:\.(?:insert|append)\(|\s*\+?=(?!=))")


class Builds:
    """Those of one tree. Its files are only read for a module that seems to be missing."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def extension(self, name: str, folder: str) -> str:
        """The file with a project's build that names a module, such as an extension in Rust; '' for none."""
        full, last = re.escape(name.encode()), re.escape(name.rpartition(".")[2].encode())
        word = re.compile(
            rb"(?:\bname[ \t]*=|\w\()\s*[\"']%b[\"']|\bExtension\([^,()]*[.\"']%b[\"']"
            % (full, last)
        )
        for holder in (f"{above}/" if above else "" for above in upwards(folder)):
            for file in _PACKAGING:
                if word.search(self._tree.read(holder + file) or b""):
                    return holder + file
        return self._native.get(name.rpartition(".")[2], "")

    def writer(self, path: str) -> str:
        """Why a missing file is no fault: an ignore pattern, a build or a program names it, so it is written."""
        pattern = self._tree.ignored(path)
        if pattern.endswith(".py") or "/" in pattern.rstrip("/"):
            return f"a build writes {path}: git ignores it by name (`{pattern}`)"
        written = "/".join(path.split("/")[-2:]).encode()
        if any(written in build for build in self._texts):
            return f"a build writes {path}: the project's build names it"
        return ""

    def program(self, path: str) -> str:
        """The source file that writes a file of this name; '' for none."""
        return self._written.get(path.rpartition("/")[2], "")

    def binds(self, path: str, name: str) -> bool:
        """Whether a file assigns to a dotted name, such as one of another module: `base.dialect = ...`."""
        return self._has_line(path, rb"%b[ \t]*=(?!=)", name)

    def imports(self, path: str, name: str) -> bool:
        """Whether a file imports a module."""
        return self._has_line(path, rb"(?:from|import)[ \t]+%b\b", name)

    def brings(self, path: str, name: str) -> bool:
        """Whether a decorated function of a file imports a name, which the decorator may give to the module."""
        imported = rb"[ \t]+from[ \t]+[\w.]+[ \t]+import\b[^\n#]*\b%b[ \t]*(?:[,)]|$)"
        return self._has_line(path, _DECORATED + imported, name)

    def _has_line(self, path: str, start: bytes, name: str) -> bool:
        line = re.compile(rb"^[ \t]*" + start % re.escape(name.encode()), re.MULTILINE)
        return line.search(self._tree.read(path) or b"") is not None

    def setter(self, module: str) -> str:
        """The source file that gives a module names by `setattr`; '' for none."""
        return self._setters.get(module, "")

    def hook(self, top: str) -> str:
        """The `__init__.py` of a package below `top` that puts an importer of its own in place; '' for none."""
        return next((path for path in self._hooks if top in path.split("/")[:-1]), "")

    @cached_property
    def _texts(self) -> list[bytes]:
        paths = self._tree.paths()
        builds = (path for path in paths if _BUILDS.fullmatch(path.rpartition("/")[2]))
        return [self._tree.read(path) or b"" for path in builds]

    @cached_property
    def _written(self) -> dict[str, str]:
        found = (
            (name, path) for path, text in self._sources(".py") for name in _WRITTEN.findall(text)
        )
        return {name.decode(): path for name, path in found}

    @cached_property
    def _native(self) -> dict[str, str]:
        sources = self._sources(*_NATIVE_SOURCES)
        found = ((path, names) for path, text in sources for names in _NATIVE.findall(text))
        return {name.decode(): path for path, names in found for name in names if name}

    @cached_property
    def _setters(self) -> dict[str, str]:
        found = ((name, path) for path, text in self._sources(".py") for name in _SET.findall(text))
        return {name.decode(): path for name, path in found}

    @cached_property
    def _hooks(self) -> list[str]:
        return [path for path, text in self._sources("__init__.py") if _HOOK.search(text)]

    def _sources(self, *endings: str) -> Iterator[tuple[str, bytes]]:
        for path in sorted(self._tree.paths()):
            if path.endswith(endings):
                yield path, self._tree.read(path) or b""
