"""Recall of the import records by mutation: python tests/bench/renames.py REPOSITORY... [--count N] [--seed N]

In each repository, of its HEAD: takes random names that one of its modules defines and another imports, renames
one definition at a time where it stands, and looks whether the importing file is then reported. Nothing is
written. Prints how many were found, and of the others why nothing was said, most frequent first.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from misspawn.index.compare import Comparison, Judged
from misspawn.index.lacks import Verdict
from misspawn.trees import GitTree, MemoryTree, Tree

_PLACE = re.compile(r"(.+\.py):(\d+)")


class Use(NamedTuple):
    """An import of a name at `line` of the file `holder`, by the file `path`."""

    path: str
    name: str
    holder: str
    line: int


class Renamed:
    """A tree with one line changed."""

    def __init__(self, tree: Tree, path: str, data: bytes) -> None:
        self.name = tree.name
        self._tree, self._path, self._data = tree, path, data

    def paths(self) -> Collection[str]:
        return self._tree.paths()

    def opaque(self) -> Collection[str]:
        return self._tree.opaque()

    def ignored(self, path: str) -> str:
        return self._tree.ignored(path)

    def read(self, path: str) -> bytes | None:
        return self._data if path == self._path else self._tree.read(path)


def uses(tree: Tree) -> Iterator[Use]:
    """Every import of a name that another file of the tree binds by a definition or an assignment."""
    comparison = Comparison(tree, MemoryTree({}))
    for path in sorted(tree.paths()):
        data = tree.read(path) if path.endswith(".py") else None
        for item in comparison.judged(path, data) if data else ():
            place = _PLACE.fullmatch(item.reason)
            if item.verdict is Verdict.FINE and place and _renamed(tree, place, item):
                yield Use(path, item.name, place[1], int(place[2]))


def _renamed(tree: Tree, place: re.Match[str], item: Judged) -> bytes | None:
    """The file with the definition at the place renamed, None when the line is no plain definition."""
    lines = (tree.read(place[1]) or b"").splitlines(keepends=True)
    name = item.name.rpartition(".")[2].encode()
    line = lines[int(place[2]) - 1]
    new = re.sub(rb"^((?:async def |def |class |))%b\b(?=[(:\s\[])" % name, rb"\1renamed_", line)
    lines[int(place[2]) - 1] = new
    return b"".join(lines) if new != line else None


def outcome(tree: Tree, use: Use) -> str:
    """`found`, or why nothing is said when the definition has another name."""
    place = _PLACE.fullmatch(f"{use.holder}:{use.line}")
    assert place
    data = _renamed(tree, place, Judged(0, 0, Verdict.FINE, use.name, ""))
    changed = Renamed(tree, use.holder, data or b"")
    comparison = Comparison(changed, MemoryTree({}))
    items = comparison.judged(use.path, changed.read(use.path) or b"")
    told = next(item for item in items if item.name == use.name)
    if told.faulty:
        return "found"
    reason = told.reason.partition(": ")[2] or told.reason
    return "bound a second time" if told.verdict is Verdict.FINE else reason


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("repositories", nargs="+")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for root in options.repositories:
        tree = GitTree(root, "HEAD")
        tree.prepare(path for path in tree.paths() if path.endswith(".py"))
        known = list(uses(tree))
        chosen = random.Random(options.seed).sample(known, min(options.count, len(known)))
        counts = Counter(outcome(tree, use) for use in chosen)
        print(f"{root}: {counts['found']} of {len(chosen)} (of {len(known)} imports)")
        for reason, number in counts.most_common(6):
            print(f"  {number:4}  {reason}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
