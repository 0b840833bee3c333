"""How many forgotten awaits a scan finds: `python tests/bench/recall.py TREE... [--number N]`.

Takes calls `await f(...)` of first-party coroutine functions at random, removes the word `await` from
one at a time in a copy of the tree, scans that file, and prints what was found by the form of the
statement, and why the others were not. The callee counts as first-party when its last name is an
`async def` of the tree and its first one no third-party import.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
import tempfile
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from misspawn.catalogue import load
from misspawn.index import Unknown
from misspawn.meanings import Meanings
from misspawn.meanings.definitions import ASYNCHRONOUS
from misspawn.meanings.hints import Hints
from misspawn.model import Pattern
from misspawn.project import Project
from misspawn.regions.python import PythonDocument
from misspawn.scan import Scanner
from misspawn.trees import WorkingTree

IDS = ("coroutine-never-awaited", "missing-await-result-used", "missing-await-in-condition")
AWAIT = re.compile(
    rb"^([ \t]*)([^\n#]*?)\bawait (((?:\w+(?:\([^()\n]*\))?\.)*(\w+))\()", re.MULTILINE
)


class Place(NamedTuple):
    """An await: its file, where the word begins, its form, and where the callee lies."""

    path: str
    start: int
    form: str
    callee: tuple[int, int]


def form(before: bytes) -> str:
    """The form of the statement, by what stands before the await on its line."""
    text = before.strip()
    if not text:
        return "bare statement"
    if text.split()[0] in (b"if", b"elif", b"while", b"assert"):
        return "condition"
    if text == b"return":
        return "return"
    return "assignment" if re.fullmatch(rb"\w+\s*(?::[^=]+)?=", text) else "other"


def places(meanings: Meanings, tree: WorkingTree) -> Iterator[Place]:
    """All awaits of what may be a first-party coroutine function."""
    known = meanings.definitions.named(ASYNCHRONOUS)
    for path in sorted(tree.paths()):
        data = tree.read(path) if path.endswith(".py") else None
        if not data:
            continue
        hints = Hints(data, partial(meanings.index.first_party, near=path))
        for found in AWAIT.finditer(data):
            if found[5] in known and hints.plausible(found[4], asynchronous=True):
                yield Place(path, found.start(3) - 6, form(found[2]), found.span(4))


def reason(root: str, place: Place, data: bytes) -> str:
    """What `misspawn why` says of the callee, without the names in it."""
    lookup = Meanings(WorkingTree(root)).of(place.path, PythonDocument(data, frozenset()))
    start, end = (offset - 6 for offset in place.callee)
    symbol = lookup(start, end)
    told = symbol.reason if isinstance(symbol, Unknown) else f"is a {symbol.kind.value}"
    return re.sub(r"`[^`]*`|\S+/\S+", "…", told)


def main() -> int:
    """Print the table."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument("--number", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    patterns = [pattern for pattern in load() if pattern.id in IDS]
    for source in options.trees:
        _measure(source, options.number, random.Random(options.seed), patterns)
    return 0


def _measure(source: Path, number: int, chance: random.Random, patterns: Sequence[Pattern]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = f"{folder}/tree"
        shutil.copytree(source, root, symlinks=True, ignore=shutil.ignore_patterns(".git"))
        tree = WorkingTree(root)
        meanings = Meanings(tree)
        scanner = Scanner(patterns, meanings=meanings, narrow=True)
        facts = Project.on_disk(Path(root))
        every = list(places(meanings, tree))
        total: Counter[str] = Counter()
        found: Counter[str] = Counter()
        missed: Counter[str] = Counter()
        for place in chance.sample(every, min(number, len(every))):
            data = tree.read(place.path) or b""
            mutated = data[: place.start] + data[place.start + 6 :]
            total[place.form] += 1
            line = mutated.count(b"\n", 0, place.start) + 1
            findings = scanner.file(place.path, mutated, facts)
            if any(item.span.line <= line <= item.span.end_line for item in findings):
                found[place.form] += 1
            elif place.form != "other":
                missed[f"{place.form}: {reason(root, place, mutated)}"] += 1
    print(f"{source.name}: {sum(total.values())} of {len(every)} awaits")
    for name, count in total.most_common():
        print(f"  {name:15} {found[name]:4} of {count}")
    for text, count in missed.most_common(12):
        print(f"    missed {count:3}  {text}")


if __name__ == "__main__":
    sys.exit(main())
