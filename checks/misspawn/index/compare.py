"""The imports of a tree's own files, each judged: does the tree have what is imported, and who does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from tree_sitter import Query, QueryCursor

from misspawn.index.imports import Imported, imported
from misspawn.index.lacks import Lack, Verdict, bound, lack
from misspawn.index.lookup import Index
from misspawn.regions.imports import ImportsDocument, Line
from misspawn.regions.syntax import Syntax, language
from misspawn.trees import Tree


class Judged(NamedTuple):
    """One imported name at start..end of the file: the verdict on its full dotted name, and why.

    `place`: where the working tree has what the tree lacks, '' when it does not. `statement`: where the
    whole statement starts.
    """

    start: int
    end: int
    verdict: Verdict
    name: str
    reason: str
    place: str = ""
    statement: int = 0

    @property
    def faulty(self) -> bool:
        """Whether the tree lacks something."""
        return self.verdict not in (Verdict.FINE, Verdict.UNKNOWN)

    @property
    def line(self) -> Line:
        """What a detector reads of it."""
        return Line(self.start, self.end, f"{self.verdict.value} {self.name}: {self.reason}")


@cache
def _statements() -> Query:
    return Query(language(), "[(import_statement) (import_from_statement)] @statement")


class Comparison:
    """What a tree lacks of its own imports. `other`: the working tree, which may have it."""

    def __init__(self, tree: Tree, other: Tree) -> None:
        self._index = Index(tree)
        self._other = Index(other)

    def document(
        self, path: str, data: bytes, *, whole: bool = False, elsewhere: bool = False
    ) -> ImportsDocument | None:
        """The faulty imports of a file as a document, None when there are none.

        `whole`: also those that are fine or of which nothing is said. `elsewhere`: only those of what the
        working tree has.
        """
        said = {  # several names of one missing module are one fault
            (item.statement, item.reason): item.line
            for item in self.judged(path, data)
            if whole or (item.faulty and (item.place or not elsewhere))
        }
        return ImportsDocument(data, [*said.values()]) if said else None

    def judged(self, path: str, data: bytes) -> Iterator[Judged]:
        """The verdict on each import of one file of the tree, those in functions included."""
        module = next(self._index.layout.of(path), None)
        if module is None:
            return
        tree = Syntax(data, whole=True).whole()
        nodes = QueryCursor(_statements()).captures(tree.root_node)
        for node in sorted(nodes.get("statement", ()), key=lambda node: node.start_byte):
            for item in imported(node, module.name, package=module.package):
                name = ".".join(filter(None, [item.module, item.name])) or "."
                told, place = self._judge(item, path)
                yield Judged(
                    item.start, item.end, told.verdict, name, told.reason, place, node.start_byte
                )

    def _judge(self, item: Imported, path: str) -> tuple[Lack, str]:
        """The verdict on one name, and where the working tree has it."""
        told = lack(self._index, item, path)
        if told.foreign:
            return self._foreign(item, path, told)
        if told.verdict in (Verdict.FINE, Verdict.UNKNOWN):
            return told, ""
        builds = self._index.builds
        if reason := next(filter(None, map(builds.writer, told.paths)), ""):
            return Lack(Verdict.UNKNOWN, reason), ""
        place = self._place(item, path, told)
        if not place and (reason := next(self._made(item, told), "")):
            return Lack(Verdict.UNKNOWN, reason), ""
        verdict: Verdict = told.verdict
        if place and verdict is Verdict.NO_NAME and place.partition(":")[0] != told.holder:
            verdict = self._without(place)
        return Lack(verdict, f"{told.reason}; {self._whereabouts(place)}"), place

    def _made(self, item: Imported, told: Lack) -> Iterator[str]:
        """Why what neither tree has may come to be when the project runs."""
        builds, (folder, _, file) = self._index.builds, told.holder.rpartition("/")
        for writer in filter(None, map(builds.program, told.paths)):
            yield f"{writer} writes a file of that name"
        if hook := builds.hook(item.module.partition(".")[0]):
            yield f"{hook} puts an importer of its own in place"
        if setter := builds.setter(item.module):
            yield f"{setter} sets names of {item.module}"
        if builds.binds(f"{folder}/__init__.py", f"{file.partition('.')[0]}.{item.name}"):
            yield f"{folder}/__init__.py gives {file} the name"
        if other := self._namesake(item, told.holder):
            yield f"{other} goes by the same name and has it"
        if builds.brings(told.holder, item.name):
            yield f"a function of {file} imports the name"
        if file == f"{item.module}.py" and builds.imports(told.holder, item.module):
            yield f"{told.holder} imports a module of its own name"

    def _namesake(self, item: Imported, holder: str) -> str:
        """Another module of this name, of another root, that has what the nearer one lacks; '' for none."""
        modules = self._index.layout.modules
        others = [module for module in modules.get(item.module, ()) if module.path != holder]
        found = (
            one.path for one in others if bound(self._index, one, item.name).verdict is Verdict.FINE
        )
        return next(found, "")

    def _foreign(self, item: Imported, path: str, told: Lack) -> tuple[Lack, str]:
        """A top-level module of which the tree knows nothing, but the working tree beside its own."""
        top = item.module.partition(".")[0]
        there = self._other.candidates(top, path)
        if not any(module.root in self._index.layout.roots for module in there):
            return told, ""
        place = there[0].path
        reason = f"{self._index.tree.name} has no module {top}; {self._whereabouts(place)}"
        return Lack(Verdict.NO_MODULE, reason), place

    def _place(self, item: Imported, path: str, told: Lack) -> str:
        """Where the working tree has the name, '' when it does not."""
        if lack(self._other, item, path).verdict is not Verdict.FINE:
            # what git ignores is in no list of files, but Python finds it
            return next((p for p in told.paths if self._other.tree.read(p) is not None), "")
        full = f"{item.module}.{item.name}"
        for module in self._other.candidates(item.module, path) if item.name else ():
            found = bound(self._other, module, item.name)
            if found.verdict is Verdict.FINE:
                return found.reason
        inner = self._other.candidates(full if item.name else item.module, path)
        return inner[0].path if inner else ""

    def _without(self, place: str) -> Verdict:
        """What a tree comes to in which a file is not, or goes by another case."""
        stem = self._index.layout.stem(place.partition(":")[0])
        known = stem.casefold() in self._index.layout.folded
        return Verdict.OTHER_CASE if known else Verdict.NO_MODULE

    def _whereabouts(self, place: str) -> str:
        """Where the working tree has it, and what git makes of that file."""
        path = place.partition(":")[0]
        if not path:
            return "nor does the working tree have it"
        there = f"the working tree has it at {place}"
        if path in self._index.tree.paths():
            staged = "staged" if self._index.tree.name == "the index" else "committed"
            return f"{there}, not {staged}"
        if pattern := self._index.tree.ignored(path):
            return f"{there}, which git ignores because of `{pattern}`"
        return f"{there}, which git does not track"
