"""How many forgotten awaits a scan finds: `python -m tests.bench.recall TREE... [--number N]`.

Takes calls `await f(...)` of first-party coroutine functions at random, removes the word `await` from
one at a time in a copy of the tree, scans that file, and prints what was found by the form of the
statement, and why the others were not. Whether a callee is first-party is not asked of the index: it is
when the type checker `ty` (`pip install ty`) goes from it to an `async def` of the tree.
"""

from __future__ import annotations

import ast
import random
import re
import shutil
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.bench.oracle import Oracle

from misspawn.catalogue import load
from misspawn.index.model import Unknown
from misspawn.meanings import Meanings
from misspawn.project import Project
from misspawn.regions.python import PythonDocument
from misspawn.scanner import Scanner
from misspawn.trees import WorkingTree

IDS = ("coroutine-never-awaited", "missing-await-result-used", "missing-await-in-condition")
AWAIT = re.compile(rb"\bawait ((?:\w+(?:\([^()\n]*\))?\.)*\w+)\(")
FORMS = {
    (ast.Expr, "value"): "bare statement",
    (ast.Assign, "value"): "assignment",
    (ast.AnnAssign, "value"): "assignment",
    (ast.Return, "value"): "return",
    (ast.If, "test"): "condition",
    (ast.While, "test"): "condition",
    (ast.Assert, "test"): "condition",
    (ast.UnaryOp, "operand"): "condition",
}
_NAMES = re.compile(r"`[^`]*`|\S+/\S+")


class Place(NamedTuple):
    """An await: its file, where the word begins, its form, and where the callee lies."""

    path: str
    start: int
    form: str
    callee: tuple[int, int]


def forms(data: bytes) -> dict[tuple[int, int], str]:
    """The forms of the statements that the awaits of a file are in, by line and column."""
    found: dict[tuple[int, int], str] = {}
    for node in ast.walk(ast.parse(data)):
        for field, child in ast.iter_fields(node):
            if isinstance(child, ast.Await):
                place = (child.lineno, child.col_offset)
                found[place] = FORMS.get((type(node), field), "other")
    return found


def places(tree: WorkingTree) -> list[Place]:
    """All awaits of a call."""
    found = []
    for path in sorted(tree.paths()):
        data = tree.read(path) if path.endswith(".py") else None
        with suppress(SyntaxError):
            known = forms(data or b"")
            for match in AWAIT.finditer(data or b""):
                start = match.start()
                line = match.string.count(b"\n", 0, start) + 1
                column = start - match.string.rfind(b"\n", 0, start) - 1
                if (line, column) in known:
                    found.append(Place(path, start, known[line, column], match.span(1)))
    return found


def first_party(oracle: Oracle, tree: WorkingTree, place: Place) -> str:
    """`yes` when the callee is an `async def` of the tree, else where it lies."""
    data = tree.read(place.path) or b""
    found = oracle.definitions(place.path, data, place.callee[1] - 1)
    kinds = {_defined(tree, path, line) for path, line in found} or {"no definition known"}
    return kinds.pop() if len(kinds) == 1 else "several definitions"


def _defined(tree: WorkingTree, path: str, line: int) -> str:
    if path not in tree.paths():
        return "outside of the tree"
    lines = (tree.read(path) or b"").splitlines()
    return "yes" if b"async def " in lines[line - 1] else "no async def"


def reason(meanings: Meanings, place: Place, data: bytes) -> str:
    """What `misspawn why` says of the callee, without the names in it."""
    lookup = meanings.of(place.path, PythonDocument(data, frozenset()))
    start, end = (offset - 6 for offset in place.callee)
    symbol = lookup(start, end)
    return symbol.reason if isinstance(symbol, Unknown) else f"is a {symbol.kind.value}"


class Figures:
    """What is counted over the mutants of one tree."""

    def __init__(self) -> None:
        self.callees: Counter[str] = Counter()
        self.total: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self.beside: Counter[str] = Counter()  # findings at other places than the mutated one

    def show(self, name: str) -> None:
        """Print the table."""
        print(f"{name}: {self.total.total()} mutants; callees: {dict(self.callees)}")
        for form_, count in self.total.most_common():
            print(f"  {form_:15} {self.found[form_]:4} of {count}")
        for text, count in self.missed.most_common(12):
            print(f"    missed {count:3}  {text}")
        for text in self.beside:
            print(f"    beside  {text}")


def main() -> int:
    """Print the tables."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--number", type=int, default=200)
    parser.add_argument("--form", help="take awaits of this form only, as `bare statement`")
    parser.add_argument("--verbose", action="store_true", help="name what was not found")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for source in options.trees:
        with tempfile.TemporaryDirectory() as folder, Oracle(str(source)) as oracle:
            root = f"{folder}/tree"
            shutil.copytree(source, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
            _measured(root, oracle, options).show(source.name)
    return 0


def _measured(root: str, oracle: Oracle, options: Namespace) -> Figures:
    tree = WorkingTree(root)
    meanings = Meanings(tree)
    records = [pattern for pattern in load() if pattern.id in IDS]
    scanner = Scanner(records, meanings=meanings)
    facts = Project.on_disk(Path(root))
    figures = Figures()
    every = [place for place in places(tree) if options.form in (None, place.form)]
    random.Random(options.seed).shuffle(every)
    for place in every:
        if figures.total.total() == options.number:
            break
        where = first_party(oracle, tree, place)
        figures.callees[where] += 1
        if where != "yes":
            continue
        data = tree.read(place.path) or b""
        mutated = data[: place.start] + data[place.start + 6 :]
        figures.total[place.form] += 1
        line = mutated.count(b"\n", 0, place.start) + 1
        findings = scanner.file(place.path, mutated, facts)
        others = [f for f in findings if not f.span.line <= line <= f.span.end_line]
        figures.beside.update(f"{f.path}:{f.span.line} {f.id}" for f in others)
        if len(others) < len(findings):
            figures.found[place.form] += 1
        elif place.form != "other":
            told = reason(meanings, place, mutated)
            if options.verbose:
                print(f"{place.path}:{line}: {data[slice(*place.callee)].decode()}: {told}")
            figures.missed[f"{place.form}: {_NAMES.sub('…', told)}"] += 1
    return figures


if __name__ == "__main__":
    sys.exit(main())
