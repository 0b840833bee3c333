"""The imports of a tree's own files, each judged: does the tree have what is imported, and who does."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Query, QueryCursor

from misspawn.index.imports import Imported, imported
from misspawn.index.lacks import Lack, Verdict, bound, lack
from misspawn.index.lookup import Index
from misspawn.regions.syntax import Syntax, language

_BUILDS = re.compile(
    r"pyproject\.toml|setup\.(?:py|cfg)|tox\.ini|noxfile\.py|Makefile|meson\.build|CMakeLists\.txt"
)
_STATEMENTS = "[(import_statement) (import_from_statement)] @statement"


class Judged(NamedTuple):
    """One imported name at start..end of the file: the verdict on its full dotted name, and why."""

    start: int
    end: int
    verdict: Verdict
    name: str
    reason: str


class Comparison:
    """What a tree lacks of its own imports. `other`: the working tree, which may have it."""

    def __init__(self, index: Index, other: Index) -> None:
        self._index = index
        self._other = other

    def judged(self, path: str, data: bytes) -> Iterator[Judged]:
        """The verdict on each import of one file of the tree, those in functions included."""
        module = next(self._index.layout.of(path), None)
        if module is None:
            return
        tree = Syntax(data, whole=True).whole()
        nodes = QueryCursor(Query(language(), _STATEMENTS)).captures(tree.root_node)
        for node in sorted(nodes.get("statement", ()), key=lambda node: node.start_byte):
            for item in imported(node, module.name, package=module.package):
                name = ".".join(filter(None, [item.module, item.name])) or "."
                told = self._judge(item, path)
                yield Judged(item.start, item.end, told.verdict, name, told.reason)

    def _judge(self, item: Imported, path: str) -> Lack:
        told = lack(self._index, item, path)
        if told.verdict is Verdict.FINE or (told.verdict is Verdict.UNKNOWN and not told.foreign):
            return told
        if told.foreign:
            return self._foreign(item, path, told)
        if reason := self._written_by_a_build(told):
            return Lack(Verdict.UNKNOWN, reason)
        place = self._place(item, path)
        verdict = told.verdict
        if place and verdict is Verdict.NO_NAME and place.partition(":")[0] != told.holder:
            verdict = Verdict.NO_MODULE  # the name is a file that is not in the tree
        whose = f"the working tree has it at {place}" if place else "nor does the working tree have it"
        return Lack(verdict, f"{told.reason}; {whose}{self._state(place)}")

    def _foreign(self, item: Imported, path: str, told: Lack) -> Lack:
        """A top-level module of which the tree knows nothing, but the working tree beside its own."""
        top = item.module.partition(".")[0]
        there = [] if top in sys.stdlib_module_names else self._other.candidates(top, path)
        if not any(module.root in self._index.layout.roots for module in there):
            return told
        place = there[0].path
        return Lack(
            Verdict.NO_MODULE,
            f"{self._index.tree.name} has no module {top}; the working tree has it at {place}"
            + self._state(place),
        )

    def _place(self, item: Imported, path: str) -> str:
        """Where the working tree has the name, '' when it does not."""
        if lack(self._other, item, path).verdict is not Verdict.FINE:
            return self._ignored(item, path)
        full = f"{item.module}.{item.name}"
        for module in self._other.candidates(item.module, path) if item.name else ():
            found = bound(self._other, module, item.name)
            if found.verdict is Verdict.FINE:
                return found.reason
        inner = self._other.candidates(full if item.name else item.module, path)
        return inner[0].path if inner else ""

    def _ignored(self, item: Imported, path: str) -> str:
        """The file that git ignores and that would do; scans do not see it, Python does."""
        told = lack(self._index, item, path)
        return next((p for p in told.paths if self._other.tree.read(p) is not None), "")

    def _state(self, place: str) -> str:
        """What git makes of the file."""
        path = place.partition(":")[0]
        if not path:
            return ""
        if path in self._index.tree.paths():
            return ", not staged" if self._index.tree.name == "the index" else ", not committed"
        if pattern := self._index.tree.ignored(path):
            return f", which git ignores because of `{pattern}`"
        return ", which git does not track"

    def _written_by_a_build(self, told: Lack) -> str:
        """Why a missing file is no fault: an ignore pattern or a build names it, so a build writes it."""
        for path in told.paths if told.verdict is Verdict.NO_MODULE else ():
            pattern = self._index.tree.ignored(path)
            if pattern.endswith(".py") or "/" in pattern.rstrip("/"):
                return f"a build writes {path}: git ignores it by name (`{pattern}`)"
            name = path.removesuffix("/__init__.py").rpartition("/")[2]
            for build in self._builds:
                if f"{name}.py".encode() in build or f"/{name}".encode() in build:
                    return f"a build writes {path}: the project's build names it"
        return ""

    @property
    def _builds(self) -> Iterator[bytes]:
        for path in self._index.tree.paths():
            if _BUILDS.fullmatch(path.rpartition("/")[2]):
                yield self._index.tree.read(path) or b""
